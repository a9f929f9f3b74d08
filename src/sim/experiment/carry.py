"""A plan carried out: every task read from the run directory or played, and handed on in the plan's order."""

from __future__ import annotations

import contextlib
import itertools
import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from pydantic import ValidationError

from sim.experiment import manifest
from sim.experiment.batch import Batch, Played
from sim.experiment.execute import Done, Failed, Submits, execute
from sim.experiment.plan import Plan
from sim.experiment.points import Points
from sim.experiment.store import Store
from sim.reading import InputError, TaskError
from sim.reading.errors import shown_path
from sim.world import BLOCK, World

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sim.experiment.plan import Task

BLOCKS: Final = 4
"""Blocks of one point that are played side by side: each call of NumPy is paid once a batch, and a state variable of
32 KiB a block still fits a second-level cache with those that a rule touches at once."""

Collect = Callable[["Task", Batch], None]
"""Takes the outcomes of a task. Tasks come in the plan's order, chunk by chunk and in each block by block; after a
failure none comes."""


class Play(Protocol):
    """Plays a task; a function of a module, so that worker processes find it."""

    def __call__(self, task: Task, /) -> Played:
        """Return the outcomes of its points and trials."""
        ...


@dataclass(frozen=True)
class Step:
    """How far a run is, after each task.

    Attributes:
        trials: trials done, over all points.
        of_trials: trials asked for, over all points.
        played: trials of those that were played now; the others lay in the run directory.
        failed: what went wrong with this task, if anything.
    """

    trials: int
    of_trials: int
    played: int
    failed: str | None


class Progress(Protocol):
    """Is told how far a run is."""

    def __call__(self, step: Step, /) -> None:
        """Take a step to the eyes of whoever waits."""
        ...


def play(task: Task) -> Played:
    """Play a task in the world."""
    outcomes: Played = World(
        tuple(task.points), replicates=task.replicates, first=task.first_trial, seed=task.seed
    ).run()
    return outcomes


@dataclass(frozen=True)
class Work:
    """Does tasks: reads what lies in the run directory, plays what does not.

    Attributes:
        play: plays a task.
        store: the run directory.
        together: how many tasks in a row `play` had best be given as one.
    """

    play: Play
    store: Store | None
    together: int = 1

    def __call__(self, tasks: Sequence[Task]) -> list[tuple[Batch, bool]]:
        """Return the outcomes of each task, and whether it was played now."""
        held = [None if self.store is None else self.store.read(task) for task in tasks]
        missing = [task for task, batch in zip(tasks, held, strict=True) if batch is None]
        played = itertools.chain.from_iterable(self._played(row) for row in _in_a_row(missing))
        return [(next(played), True) if batch is None else (batch, False) for batch in held]

    def _played(self, tasks: Sequence[Task]) -> Iterator[Batch]:
        """Play tasks in a row as one, and store each by itself."""
        whole_row = replace(tasks[0], replicates=sum(task.replicates for task in tasks))
        batch = Batch.of(whole_row, self.play(whole_row))
        for task in tasks:
            part = batch.some(task.first_trial - whole_row.first_trial, task.replicates)
            if self.store is not None:
                self.store.write(task, part)
            yield part


def _in_a_row(tasks: Iterable[Task]) -> list[list[Task]]:
    """Tasks of the same points whose trials follow each other, together."""
    rows: list[list[Task]] = []
    for task in tasks:
        last = rows[-1][-1] if rows else None
        if last and last.chunk == task.chunk and last.first_trial + last.replicates == task.first_trial:
            rows[-1].append(task)
        else:
            rows.append([task])
    return rows


def _at_once(how: Play, plan: Plan) -> int:
    """Blocks that are played as one: of the world as many as make a batch of BLOCKS rows, by a stand-in one."""
    rows = max(stop - first for first, stop in plan.chunks)
    return max(1, BLOCKS // rows) if how is play else 1


def carry_out(
    plan: Plan,
    collect: Collect,
    *,
    jobs: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    executor: Submits | None = None,
    play: Play = play,
    enough: Callable[[], bool] | None = None,
) -> tuple[Plan, Store | None]:
    """Do every task of a plan and hand its outcomes on.

    Args:
        plan: what is to be played.
        collect: takes the outcomes.
        jobs: worker processes at most; of an executor, how many tasks it does at once.
        out: directory to store the run in; trials that lie there are not played again, unless a part is not what was
            written: then a warning names it.
        progress: is told after each task.
        executor: does the tasks instead; anything shaped like concurrent.futures.Executor.
        play: plays a task.
        enough: is asked after rounds of 1, 2, 4 ... blocks whether they are enough; the trials of the plan are the most
            that are played. Only for a plan of one chunk.

    Returns:
        The plan that was carried out, of fewer trials if they were enough, and where it is stored.

    Raises:
        InputError: the directory cannot be used.
        TaskError: a task failed; the others were done and, with `out`, kept.
        KeyboardInterrupt: Ctrl-C; with `out`, what was done is kept, and the same call goes on.
    """
    begun = 0
    store: Store | None = None
    for part in _rounds(plan, gradual=enough is not None):
        store = None if out is None else Store.open(Path(out), part)
        if store is not None:
            _warn_of_harm(store, part, begun)
        _carry(part, begun, collect, Work(play, store, _at_once(play, plan)), jobs, executor, progress)
        begun = part.blocks
        if enough is not None and enough():
            return part, store
    return plan, store


def opened(directory: str | Path) -> tuple[Plan, Store]:
    """Return the plan of a run directory, as far as it was carried out; nothing is played.

    Raises:
        InputError: it is not a run directory, or one of another version.
    """
    place = Path(directory).absolute()
    held = manifest.read(place)
    try:
        points = Points.read(held)
    except ValidationError:
        shown = shown_path(place)
        raise InputError(f"{shown}: its scenario was written for another version of article4; run it again") from None
    about = held.get("experiment") or {"command": "run"}
    return Plan(points, int(held["seed"]), int(held["trials"]), held["made_of"], about), Store(place)


def read_back(plan: Plan, store: Store, collect: Collect) -> None:
    """Hand on the outcomes of a plan that lie in a run directory.

    Raises:
        InputError: parts are missing or not what they were.
    """
    for task in plan.tasks():
        batch = store.read(task)
        if batch is None:
            problem = "missing or not what it was; run the scenario again with this directory"
            raise InputError(f"{shown_path(store.part(task))}: {problem}")
        collect(task, batch)


def wanted_precision(precision: float | None) -> float | None:
    """Check a precision.

    Raises:
        InputError: it is no number above 0.
    """
    if precision is None:
        return None
    if not (isinstance(precision, (int, float)) and 0.0 < precision < math.inf):
        raise InputError(f"precision: a Monte Carlo error above 0 is wanted, such as 0.005, not {precision!r:.60}")
    return float(precision)


def precise(error: float | None, precision: float | None) -> bool:
    """Whether a Monte Carlo error is small enough; one that cannot be told is not."""
    return precision is not None and error is not None and error <= precision


def _rounds(plan: Plan, *, gradual: bool) -> Iterator[Plan]:
    """The plan with the trials of each round and those before: all at once, or 1, 3, 7 ... blocks."""
    if gradual and len(plan.chunks) != 1:
        raise ValueError("rounds are only for a plan of one chunk")
    blocks = 1
    while gradual and blocks < plan.blocks:
        yield replace(plan, trials=blocks * BLOCK)
        blocks = 2 * blocks + 1
    yield plan


def _carry(
    plan: Plan,
    begun: int,
    collect: Collect,
    work: Work,
    jobs: int,
    executor: Submits | None,
    progress: Progress | None,
) -> None:
    """Do the tasks of a plan from block `begun` on."""
    failed: list[Failed] = []
    labels: dict[str, list[str]] = {}
    for result in _told(plan, begun, work, jobs, executor, progress):
        if isinstance(result, Failed):
            failed.append(result)
        elif not failed:
            labels = labels or {name: list(text) for name, text in result.batch.labels.items()}
            collect(result.task, result.batch)
    if work.store is not None:
        _finish(work.store, plan, labels, failed)
    if failed:
        raise _task_error(failed, work.store)


def _told(
    plan: Plan, begun: int, work: Work, jobs: int, executor: Submits | None, progress: Progress | None
) -> Iterator[Done | Failed]:
    """Do the tasks of a plan from block `begun` on and tell of each step."""
    of_trials = plan.trials * len(plan.points)
    trials, played = begun * BLOCK * len(plan.points), 0
    count = len(plan.chunks) * (plan.blocks - begun)
    results = execute(plan.tasks(begun), work, count=count, jobs=jobs, executor=executor)
    # Closed by hand: an interruption must stop the workers now, not when the generator is collected.
    with contextlib.closing(results):  # type: ignore[type-var]
        for result in results:
            cells = result.task.replicates * len(result.task.points)
            if isinstance(result, Done):
                trials += cells
                played += cells if result.played else 0
            if progress is not None:
                progress(Step(trials, of_trials, played, result.error if isinstance(result, Failed) else None))
            yield result


def _warn_of_harm(store: Store, plan: Plan, begun: int) -> None:
    """Name the parts that lie in the directory and cannot be used."""
    harmed = [shown_path(part) for part in store.harmed(plan.tasks(begun))]
    if harmed:
        more = f" (and {len(harmed) - 1} more parts)" if len(harmed) > 1 else ""
        warnings.warn(f"{harmed[0]}{more}: not what was written; played again", stacklevel=5)


def _finish(store: Store, plan: Plan, labels: dict[str, list[str]], failed: list[Failed]) -> None:
    try:
        store.finish(plan, labels, failed)
    except OSError as error:
        raise TaskError(f"{shown_path(store.directory)}: the manifest cannot be written: {error.strerror}") from None


def _task_error(failed: list[Failed], store: Store | None) -> TaskError:
    lines = [f"{found.task}: {found.error}" for found in failed[:5]]
    if len(failed) > 5:
        lines.append(f"… and {len(failed) - 5} more")
    kept = ""
    if store is not None:
        kept = f" What was done is kept in {shown_path(store.directory)}; tracebacks are in its manifest."
    count = "1 task" if len(failed) == 1 else f"{len(failed)} tasks"
    error = TaskError("\n".join([*lines, f"{count} failed.{kept}"]))
    for found in failed[:1]:
        error.add_note(found.traceback)
    return error
