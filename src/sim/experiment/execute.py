"""Tasks done by whoever can: this process, worker processes, or any executor; results always in the plan's order."""

from __future__ import annotations

import itertools
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from sim.experiment.pool import WorkerPool

if TYPE_CHECKING:
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


Work = Callable[["Task"], tuple["Batch", bool]]
"""Does a task: returns its outcomes, and whether they had to be played. Must be picklable for other processes."""


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


def attempt(work: Work, task: Task) -> Done | Failed:
    """Do a task; a failure is a result like any other."""
    began = time.perf_counter()
    try:
        batch, played = work(task)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong in a task is told, and the others go on
        return Failed(task, _line(error), traceback.format_exc(), fatal=isinstance(error, OSError))
    return Done(task, batch, played, time.perf_counter() - began)


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
        yield from _collected(iter(tasks), work, executor, jobs)
        return
    remaining = iter(tasks)
    left = count
    for task in remaining:
        result = attempt(work, task)
        yield result
        if isinstance(result, Failed) and result.fatal:
            return
        left -= 1
        if jobs > 1 and left > 1 and isinstance(result, Done) and result.played and result.seconds * left > POOL_PAYS:
            break
    if left == 0:
        return
    workers = min(jobs, left)
    pool = WorkerPool(workers)
    try:
        yield from _collected(remaining, work, pool, workers)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _collected(tasks: Iterator[Task], work: Work, executor: Submits, jobs: int) -> Iterator[Done | Failed]:
    """Hand out tasks, AHEAD of them for each that is done at once beyond the first that is not collected."""
    pending: deque[tuple[Task, Future[Any]]] = deque()

    def hand_out() -> None:
        width = executor.width if isinstance(executor, Grows) else jobs
        for task in itertools.islice(tasks, max(0, AHEAD * max(1, width) - len(pending))):
            try:
                future = executor.submit(attempt, work, task)
            except BrokenExecutor as error:
                future = Future()
                future.set_exception(error)
            pending.append((task, future))

    try:
        hand_out()
        while pending:
            task, future = pending.popleft()
            result = _result(task, future)
            yield result
            if isinstance(result, Failed) and result.fatal:
                return
            hand_out()
    finally:
        for _, future in pending:
            future.cancel()


def _result(task: Task, future: Future[Any]) -> Done | Failed:
    try:
        found: Done | Failed = future.result()
    except BrokenProcessPool:
        error = "a worker process died: killed, or out of memory"
        return Failed(task, error, traceback.format_exc(), fatal=True)
    except BrokenExecutor as broken:
        return Failed(task, _line(broken), traceback.format_exc(), fatal=True)
    except CancelledError:
        error = "cancelled by what was to do it: its scheduler was lost, or it was shut down"
        return Failed(task, error, traceback.format_exc(), fatal=True)
    except Exception as error:  # noqa: BLE001 - what an executor raises for a task is that task's failure
        return Failed(task, _line(error), traceback.format_exc())
    return found


def _line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:300]
