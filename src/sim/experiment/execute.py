"""Tasks done by whoever can: this process, worker processes, or any executor; results always in the plan's order."""

from __future__ import annotations

import itertools
import time
import traceback
from collections import deque
from concurrent.futures import BrokenExecutor, CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from sim.experiment.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sim.experiment.batch import Batch
    from sim.experiment.plan import Task

POOL_PAYS: Final = 3.0
"""Seconds of work left for one process from which worker processes are started: starting them takes about one."""

AHEAD: Final = 3
"""Tasks handed out per worker before the first of them is collected: none waits for work, and memory stays bounded."""


@dataclass(frozen=True)
class Done:
    """A task that was done.

    Attributes:
        task: which.
        batch: its outcomes.
        played: False if they lay in the run's directory already.
        seconds: that it took.
    """

    task: Task
    batch: Batch
    played: bool
    seconds: float


@dataclass(frozen=True)
class Failed:
    """A task that failed.

    Attributes:
        task: which.
        error: what went wrong, in a line.
        traceback: where.
        fatal: the others would fail in the same way (a full disk, a worker killed).
    """

    task: Task
    error: str
    traceback: str
    fatal: bool = False


class Work(Protocol):
    """Does tasks. Must be picklable for other processes."""

    @property
    def together(self) -> int:
        """How many tasks in a row it had best be given at once."""
        ...

    def __call__(self, tasks: Sequence[Task], /) -> Sequence[tuple[Batch, bool]]:
        """Return the outcomes of each task, and whether they had to be played."""
        ...


class Submits(Protocol):
    """Anything shaped like `concurrent.futures.Executor`."""

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        """Begin `fn(*args)` and return its future."""
        ...


@runtime_checkable
class Grows(Protocol):
    """An executor that may come to do more tasks at once, or fewer, while it works."""

    @property
    def width(self) -> int:
        """How many it does at once now."""
        ...


def attempt(work: Work, tasks: Sequence[Task]) -> list[Done | Failed]:
    """Do tasks; a failure is a result like any other, and that of a task that fails alone too."""
    began = time.perf_counter()
    try:
        found = work(tasks)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong in a task is told, and the others go on
        if len(tasks) > 1:
            return _one_by_one(work, tasks)
        return [Failed(tasks[0], _line(error), traceback.format_exc(), fatal=isinstance(error, OSError))]
    seconds = (time.perf_counter() - began) / len(tasks)
    return [Done(task, batch, played, seconds) for task, (batch, played) in zip(tasks, found, strict=True)]


def _one_by_one(work: Work, tasks: Sequence[Task]) -> list[Done | Failed]:
    results: list[Done | Failed] = []
    for task in tasks:
        results += attempt(work, (task,))
        if _ends_all(results[-1]):
            break
    return results


def _ends_all(result: Done | Failed) -> bool:
    return isinstance(result, Failed) and result.fatal


def execute(
    tasks: Iterable[Task], work: Work, *, count: int, jobs: int = 1, executor: Submits | None = None
) -> Iterator[Done | Failed]:
    """Do tasks and yield their results in order.

    With several jobs, tasks are done in this process until one had to be played; worker processes are started if the
    time it took says that the rest would take longer than POOL_PAYS.

    Args:
        tasks: in the order in which results are wanted.
        work: does one.
        count: how many tasks there are.
        jobs: worker processes at most; of an executor, how many tasks it does at once, unless it says so itself.
        executor: does the tasks instead of this process and its workers; it is not shut down.

    Raises:
        KeyboardInterrupt: Ctrl-C; tasks that have begun are finished, none is begun.
    """
    if executor is not None:
        width = executor.width if isinstance(executor, Grows) else jobs
        yield from _collected(_shared_out(iter(tasks), work, count, width), work, executor, jobs)
        return
    remaining = iter(tasks)
    left = count
    # With several jobs the first task by itself tells how long the rest would take.
    while given := tuple(itertools.islice(remaining, work.together if jobs == 1 else 1)):
        results = attempt(work, given)
        yield from results
        last = results[-1]
        if _ends_all(last):
            return
        left -= len(given)
        if jobs > 1 and left > 1 and isinstance(last, Done) and last.played and last.seconds * left > POOL_PAYS:
            break
    if left == 0:
        return
    workers = min(jobs, left)
    pool = WorkerPool(workers)
    try:
        yield from _collected(_shared_out(remaining, work, left, workers), work, pool, workers)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _shared_out(tasks: Iterator[Task], work: Work, count: int, workers: int) -> Iterator[tuple[Task, ...]]:
    """Tasks to be done at once, few enough that every worker has several turns."""
    at_once = max(1, min(work.together, count // (AHEAD * workers)))
    while given := tuple(itertools.islice(tasks, at_once)):
        yield given


def _collected(turns: Iterator[tuple[Task, ...]], work: Work, executor: Submits, jobs: int) -> Iterator[Done | Failed]:
    """Hand out tasks, AHEAD turns for each that is done at once beyond the first that is not collected."""
    pending: deque[tuple[tuple[Task, ...], Future[Any]]] = deque()

    def hand_out() -> None:
        width = executor.width if isinstance(executor, Grows) else jobs
        for tasks in itertools.islice(turns, max(0, AHEAD * max(1, width) - len(pending))):
            try:
                future = executor.submit(attempt, work, tasks)
            except BrokenExecutor as error:
                future = Future()
                future.set_exception(error)
            pending.append((tasks, future))

    try:
        hand_out()
        while pending:
            results = _results(*pending.popleft())
            yield from results
            if _ends_all(results[-1]):
                return
            hand_out()
    finally:
        for _, future in pending:
            future.cancel()


def _results(tasks: Sequence[Task], future: Future[Any]) -> list[Done | Failed]:
    try:
        found: list[Done | Failed] = future.result()
    except BrokenProcessPool:
        error = "a worker process died: killed, or out of memory"
        return [Failed(tasks[0], error, traceback.format_exc(), fatal=True)]
    except BrokenExecutor as broken:
        return [Failed(tasks[0], _line(broken), traceback.format_exc(), fatal=True)]
    except CancelledError:
        error = "cancelled by what was to do it: its scheduler was lost, or it was shut down"
        return [Failed(tasks[0], error, traceback.format_exc(), fatal=True)]
    except Exception as error:  # noqa: BLE001 - what an executor raises for a task is that task's failure
        return [Failed(task, _line(error), traceback.format_exc()) for task in tasks]
    return found


def _line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:300]
