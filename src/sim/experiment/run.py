"""One scenario, many trials: planned, played, stored if wanted, and summed up."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.experiment.batch import Batch, table
from sim.experiment.carry import Play, Progress, carry_out, opened, play, precise, read_back, wanted_precision
from sim.experiment.metrics import all_metrics
from sim.experiment.moments import Moments
from sim.experiment.plan import Plan, Task, whole
from sim.experiment.store import Store
from sim.experiment.summary import Summary, summarise
from sim.reading import InputError, TaskError
from sim.reading.errors import shown_path
from sim.scenario import Scenario, load, scenario_hash

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from sim.experiment.execute import Submits

MOST_JOBS: Final = 1024
"""More worker processes than this are a slip of the pen."""


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
    precision: float | None = None,
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
        precision: play no more than are needed for a Monte Carlo error of P(attack) of at most so much: after 1, 3, 7 …
            blocks of 4,096 trials it is seen whether they are enough. `trials` is then the most.

    Raises:
        InputError: something given cannot be run.
        TaskError: a task failed; the others were done and, with `out`, kept.
        KeyboardInterrupt: Ctrl-C; with `out`, what was done is kept, and the same call goes on.
    """
    whole("jobs", jobs, 1, MOST_JOBS)
    chosen = resolved(scenario, overrides)
    plan = Plan.of(chosen, trials=trials, seed=seed)
    return run_plan(plan, jobs=jobs, out=out, progress=progress, executor=executor, play=play, precision=precision)


def run_plan(
    plan: Plan,
    *,
    jobs: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    executor: Submits | None = None,
    play: Play = play,
    precision: float | None = None,
) -> Result:
    """Carry out a plan of one point; arguments and errors as for `run`.

    Raises:
        ValueError: the plan has several points.
    """
    if len(plan.points) != 1:
        raise ValueError(f"a run has one point, not {len(plan.points)}")
    sums = _Sums(keep=out is None)

    def enough() -> bool:
        return precise(sums.summary(plan).metrics["attack"].mc_se, precision)

    plan, store = carry_out(
        plan,
        sums,
        jobs=jobs,
        out=out,
        progress=progress,
        executor=executor,
        play=play,
        enough=None if wanted_precision(precision) is None else enough,
    )
    directory = None if store is None else store.directory
    return Result(
        scenario=plan.points[0], plan=plan, directory=directory, summary=sums.summary(plan), batches=sums.batches
    )


def stored(directory: str | Path) -> Result:
    """Read a finished run back and sum it up; nothing is played.

    Raises:
        InputError: it is not a run directory, the run is not finished, or parts are not what they were.
    """
    plan, store = opened(directory)
    if len(plan.points) != 1:
        raise InputError(f"{shown_path(store.directory)}: holds {len(plan.points)} points, not a run of one scenario")
    sums = _Sums(keep=False)
    read_back(plan, store, sums)
    summary = sums.summary(plan)
    return Result(scenario=plan.points[0], plan=plan, directory=store.directory, summary=summary, batches=())


class _Sums:
    """Takes the outcomes of a run: sums, and where nothing is stored the outcomes themselves."""

    def __init__(self, *, keep: bool) -> None:
        self._keep = keep
        self._moments: Moments | None = None
        self.batches: list[Batch] = []

    def __call__(self, _task: Task, batch: Batch) -> None:
        self._moments = self._moments or Moments(all_metrics(batch), 1)
        self._moments.add(batch)
        if self._keep:
            self.batches.append(batch)

    def summary(self, plan: Plan) -> Summary:
        assert self._moments is not None  # noqa: S101 - a plan has a task, and a task that fails is raised
        return summarise(self._moments, 0, about(plan.points[0], plan.seed))


def resolved(scenario: Scenario | str | Path, overrides: Mapping[str, object] | Sequence[str]) -> Scenario:
    """Return a scenario given as such, by name or by path, with overrides.

    Raises:
        InputError: there is none of this name, or it or an override is wrong.
    """
    if isinstance(scenario, Scenario):
        return scenario.with_(overrides) if overrides else scenario
    if isinstance(scenario, (str, Path)):
        return load(scenario, overrides)
    raise InputError(f"scenario: a scenario, a name or a path is wanted, not {type(scenario).__name__}")


def about(point: Scenario, seed: int) -> dict[str, Any]:
    """Return what a summary tells of a scenario and the seed it was played with."""
    protege = next(name for name, state in point.states.items() if state.role == "protege")
    return {
        "scenario": point.name,
        "title": point.title,
        "scenario_hash": scenario_hash(point),
        "protege": protege,
        "seed": seed,
        "horizon": point.horizon,
    }
