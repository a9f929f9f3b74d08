"""One scenario, many trials: planned, played, stored if wanted, and summed up."""

from __future__ import annotations

import contextlib
import itertools
import warnings
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from pydantic import ValidationError

from sim.experiment import manifest
from sim.experiment.batch import Batch, Played, table
from sim.experiment.execute import Done, Failed, Submits, execute
from sim.experiment.metrics import all_metrics
from sim.experiment.moments import Moments
from sim.experiment.plan import ROWS, Plan, Task, whole
from sim.experiment.store import Store
from sim.experiment.summary import Summary, summarise
from sim.reading import InputError, TaskError
from sim.reading.errors import shown_path
from sim.scenario import Scenario, load, scenario_hash
from sim.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

MOST_JOBS: Final = 1024
"""More worker processes than this are a slip of the pen."""


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
    outcomes: Played = World(task.points, replicates=task.replicates, first=task.first_trial, seed=task.seed).run()
    return outcomes


@dataclass(frozen=True)
class _Work:
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
    """Blocks that are played as one: of the world as many as make a batch of `ROWS` rows, by a test's stand-in one."""
    return max(1, ROWS // len(plan.points)) if how is play else 1


class Result:
    """What a run of one scenario found.

    Attributes:
        scenario: what was played.
        seed: with which seed.
        hash: of the run.
        directory: where its parts lie; None if it was kept in memory.
    """

    def __init__(
        self, *, scenario: Scenario, plan: Plan, directory: Path | None, summary: Summary, batches: Sequence[Batch]
    ) -> None:
        """Hold what `run` or `stored` found."""
        self.scenario = scenario
        self.seed = plan.seed
        self.hash = plan.hash
        self.directory = directory
        self._plan = plan
        self._summary = summary
        self._batches = tuple(batches)

    def summary(self) -> Summary:
        """Return the estimates, frozen."""
        return self._summary

    @cached_property
    def trials(self) -> pd.DataFrame:
        """Every trial a row, its number the index; columns as in model.md 7.10, codes as categories, none as missing.

        Raises:
            TaskError: a part has gone from the run directory since.
        """
        found = table(self._batches or self._parts()).drop(columns="point")
        return found.set_index("trial")

    def to_json(self) -> dict[str, Any]:
        """Return what `article4 run --json` prints, as JSON values."""
        told = self._summary.to_json()
        out = None if self.directory is None else str(self.directory)
        return {"command": "run", "seed": self.seed, "out": out, **told}

    def __repr__(self) -> str:
        """Name, trials and seed: what makes the run again."""
        return f"<Result of {self._summary.scenario!r}: {self._summary.trials:,} trials, seed {self.seed}>"

    def _parts(self) -> Iterator[Batch]:
        assert self.directory is not None  # noqa: S101 - kept in memory or in a directory
        store = Store(self.directory)
        for task in self._plan.tasks():
            batch = store.read(task)
            if batch is None:
                raise TaskError(f"{shown_path(store.part(task))}: gone or changed since the run")
            yield batch


def run(
    scenario: Scenario | str | Path,
    trials: int = 10_000,
    seed: int = 1,
    *,
    jobs: int = 1,
    out: str | Path | None = None,
    overrides: Mapping[str, object] | Sequence[str] = (),
    progress: Progress | None = None,
    executor: Submits | None = None,
    play: Play = play,
) -> Result:
    """Play a scenario many times and sum it up.

    Args:
        scenario: a scenario, the name of a built-in one, or the path of a file.
        trials: how many, 1 to 10,000,000; numbered from 0.
        seed: 0 to 2^64 - 1. The same seed gives the same trials, whatever their number and the jobs.
        jobs: worker processes at most (short runs stay in this one); of an executor, how many tasks it does at once.
        out: directory to store the run in; trials that lie there are not played again, unless a part is not what was
            written: then a warning names it.
        overrides: dotted names and values, as a mapping or as `name=value` texts.
        progress: is told after each task.
        executor: does the tasks instead; anything shaped like concurrent.futures.Executor.
        play: plays a task; the world unless a test says otherwise.

    Raises:
        InputError: something given cannot be run.
        TaskError: a task failed; the others were done and, with `out`, kept.
        KeyboardInterrupt: Ctrl-C; with `out`, what was done is kept, and the same call goes on.
    """
    whole("jobs", jobs, 1, MOST_JOBS)
    chosen = _resolved(scenario, overrides)
    plan = Plan.of(chosen, trials=trials, seed=seed)
    return run_plan(plan, jobs=jobs, out=out, progress=progress, executor=executor, play=play)


def run_plan(
    plan: Plan,
    *,
    jobs: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    executor: Submits | None = None,
    play: Play = play,
) -> Result:
    """Carry out a plan of one point; arguments and errors as for `run`.

    Raises:
        ValueError: the plan has several points.
    """
    if len(plan.points) != 1:
        raise ValueError(f"a run has one point, not {len(plan.points)}")
    store = None if out is None else Store.open(Path(out), plan)
    if store is not None:
        _warn_of_harm(store, plan)
    moments: Moments | None = None
    batches: list[Batch] = []
    failed: list[Failed] = []
    labels: dict[str, list[str]] = {}
    for result in _told(plan, _Work(play, store, _at_once(play, plan)), jobs, executor, progress):
        if isinstance(result, Failed):
            failed.append(result)
        elif not failed:
            if moments is None:
                moments = Moments(all_metrics(result.batch), len(plan.points))
                labels = {name: list(text) for name, text in result.batch.labels.items()}
            moments.add(result.batch)
            if store is None:
                batches.append(result.batch)
    if store is not None:
        _finish(store, plan, labels, failed)
    if failed or moments is None:
        raise _task_error(failed, store)
    point = plan.points[0]
    summary = summarise(moments, 0, _about(point, plan.seed))
    directory = None if store is None else store.directory
    return Result(scenario=point, plan=plan, directory=directory, summary=summary, batches=batches)


def stored(directory: str | Path) -> Result:
    """Read a finished run back and sum it up; nothing is played.

    Raises:
        InputError: it is not a run directory, the run is not finished, or parts are not what they were.
    """
    place = Path(directory).absolute()
    held = manifest.read(place)
    points = _points(place, held)
    plan = Plan(points, int(held["seed"]), int(held["trials"]), held["made_of"])
    store = Store(place)
    moments: Moments | None = None
    for task in plan.tasks():
        batch = store.read(task)
        if batch is None:
            problem = "missing or not what it was; run the scenario again with this directory"
            raise InputError(f"{shown_path(store.part(task))}: {problem}")
        moments = moments or Moments(all_metrics(batch), len(points))
        moments.add(batch)
    if moments is None:
        raise InputError(f"{shown_path(place)}: a run without trials")
    summary = summarise(moments, 0, _about(points[0], plan.seed))
    return Result(scenario=points[0], plan=plan, directory=place, summary=summary, batches=())


def _points(directory: Path, held: Mapping[str, Any]) -> tuple[Scenario, ...]:
    try:
        return tuple(Scenario.model_validate(point) for point in held["scenarios"])
    except ValidationError:
        shown = shown_path(directory)
        raise InputError(f"{shown}: its scenario was written for another version of article4; run it again") from None


def _told(
    plan: Plan, work: _Work, jobs: int, executor: Submits | None, progress: Progress | None
) -> Iterator[Done | Failed]:
    """Execute a plan and tell of each step."""
    of_trials = plan.trials * len(plan.points)
    trials = played = 0
    results = execute(plan.tasks(), work, count=plan.chunks * plan.blocks, jobs=jobs, executor=executor)
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


def _warn_of_harm(store: Store, plan: Plan) -> None:
    """Name the parts that lie in the directory and cannot be used."""
    harmed = [shown_path(part) for part in store.harmed(plan.tasks())]
    if harmed:
        more = f" (and {len(harmed) - 1} more parts)" if len(harmed) > 1 else ""
        warnings.warn(f"{harmed[0]}{more}: not what was written; played again", stacklevel=4)


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


def _resolved(scenario: Scenario | str | Path, overrides: Mapping[str, object] | Sequence[str]) -> Scenario:
    if isinstance(scenario, Scenario):
        return scenario.with_(overrides) if overrides else scenario
    if isinstance(scenario, (str, Path)):
        return load(scenario, overrides)
    raise InputError(f"scenario: a scenario, a name or a path is wanted, not {type(scenario).__name__}")


def _about(point: Scenario, seed: int) -> dict[str, Any]:
    protege = next(name for name, state in point.states.items() if state.role == "protege")
    return {
        "scenario": point.name,
        "title": point.title,
        "scenario_hash": scenario_hash(point),
        "protege": protege,
        "seed": seed,
        "horizon": point.horizon,
    }
