"""Many points: the same task at every point of a design, summed up chunk by chunk, so that memory does not grow."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sim.experiment import manifest
from sim.experiment.carry import Play, Progress, carry_out, opened, play, read_back
from sim.experiment.compare import Sums
from sim.experiment.grid import Grid
from sim.experiment.plan import Plan, whole
from sim.experiment.points import Points
from sim.experiment.run import MOST_JOBS
from sim.experiment.sweep_file import read_sweep, sweeps
from sim.reading import InputError, read_yaml
from sim.reading.errors import shown_path
from sim.scenario.names import names
from sim.world.roster import common

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    import xarray as xr

    from sim.experiment.batch import Batch
    from sim.experiment.designs import Design
    from sim.experiment.execute import Submits
    from sim.experiment.plan import Task
    from sim.experiment.sweep_file import Asked


class Sweep:
    """What a sweep found.

    Attributes:
        about: what the sweep is: `name`, `title`, `asks`, `arms`, `axes` (name -> values), `design`.
        at: values of the axes at every point.
        grid: the numbers.
        directory: where its parts lie; None if nothing was stored.
    """

    def __init__(self, plan: Plan, directory: Path | None, grid: Grid) -> None:
        """Hold what `sweep` found."""
        self.about = plan.about
        self.seed = plan.seed
        self.trials = plan.trials
        self.hash = plan.hash
        self.directory = directory
        self.grid = grid
        axes = list(plan.about["axes"])
        self.at: tuple[Mapping[str, Any], ...] = tuple(
            MappingProxyType({name: change[name] for name in axes}) for change in plan.points.changes
        )
        self.arms = tuple(plan.about["arms"])
        self.protege = plan.about["protege"]
        self.horizon = plan.about["horizon"]

    def to_xarray(self) -> xr.Dataset:
        """Return every metric over the axes (of a grid; else over `point`) and arms, with errors, intervals, units."""
        from sim.experiment.dataset import dataset  # noqa: PLC0415 - heavy

        return dataset(self)

    @property
    def table(self) -> pd.DataFrame:
        """A row a point, arm and metric: `point`, the axes, `arm`, `kind` (value or effect), `metric`, the numbers."""
        from sim.experiment.dataset import tidy  # noqa: PLC0415 - heavy

        return tidy(self)

    def to_json(self) -> dict[str, Any]:
        """Return what `article4 sweep --json` prints, as JSON values."""
        return {
            "command": "sweep",
            "seed": self.seed,
            "out": None if self.directory is None else str(self.directory),
            **{key: self.about[key] for key in ("name", "title", "asks", "design", "arms", "tied")},
            "control": self.arms[0] if len(self.arms) > 1 else None,
            "axes": {name: list(values) for name, values in self.about["axes"].items()},
            "trials": self.trials,
            "horizon": self.horizon,
            "protege": self.protege,
            "points": list(self._points()),
        }

    def __repr__(self) -> str:
        """Name, points, trials and seed: what makes the sweep again."""
        return f"<Sweep {self.about['name']!r}: {len(self.at)} points, {self.trials:,} trials, seed {self.seed}>"

    def _points(self) -> Iterator[dict[str, Any]]:
        for point, at in enumerate(self.at):
            arms = {name: self.grid.arm(point, row) for row, name in enumerate(self.arms)}
            told = {"at": dict(at)}
            yield told | ({"arms": arms} if len(arms) > 1 else next(iter(arms.values())))


def sweep(
    asked: str | Path | Asked,
    *,
    trials: int | None = None,
    seed: int | None = None,
    overrides: Sequence[str] = (),
    jobs: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    executor: Submits | None = None,
    play: Play = play,
) -> Sweep:
    """Play every point of a sweep; all share the draws of their trials.

    Args:
        asked: the name of a shipped sweep, the path of a file, or what `read_sweep` returned.
        trials: of each arm at each point, in place of the file's.
        seed: in place of the file's.
        overrides: changes of all arms, as `name=value`; the axes go on top.
        jobs: worker processes at most; of an executor, how many tasks it does at once.
        out: directory to store the sweep in.
        progress: is told after each task.
        executor: does the tasks instead; anything shaped like concurrent.futures.Executor.
        play: plays a task; the world unless a test says otherwise.

    Raises:
        InputError: the file is wrong, or something given.
        TaskError: a task failed; the others were done and, with `out`, kept.
        KeyboardInterrupt: Ctrl-C; with `out`, what was done is kept, and the same call goes on.
    """
    whole("jobs", jobs, 1, MOST_JOBS)
    from sim.experiment.sweep_file import Asked  # noqa: PLC0415 - only for its type

    read = asked if isinstance(asked, Asked) else read_sweep(asked, overrides=overrides, trials=trials, seed=seed)
    plan = plan_sweep(read)
    return sweep_plan(plan, jobs=jobs, out=out, progress=progress, executor=executor, play=play)


def plan_sweep(asked: Asked) -> Plan:
    """Return the plan of a sweep.

    Raises:
        InputError: trials or seed is out of its limits.
    """
    file = asked.file
    first = asked.arms[0]
    about = {
        "command": "sweep",
        "name": file.name,
        "title": file.title,
        "asks": file.asks,
        "arms": list(asked.names),
        "axes": _axes_of(asked.design),
        "tied": {name: list(others) for name, others in file.tied.items()},
        "design": file.design,
        "protege": next(name for name, state in first.states.items() if state.role == "protege"),
        "horizon": first.horizon,
    }
    points = Points(asked.arms, tuple(dict(change) for change in asked.changes))
    return Plan.of(points, trials=file.trials, seed=file.seed, about=about)


def _axes_of(design: Design) -> dict[str, list[Any]]:
    """The values of each axis: of a grid those given, else at every point."""
    columns: dict[str, list[Any]] = {}
    for name in design.names:
        values = [point[name] for point in design.points]
        columns[name] = _distinct(values) if design.kind == "grid" else values
    return columns


def _distinct(values: Sequence[Any]) -> list[Any]:
    """Values in the order of their first appearance; True is not 1."""
    return list({(type(value), repr(value)): value for value in values}.values())


def sweep_plan(
    plan: Plan,
    *,
    jobs: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    executor: Submits | None = None,
    play: Play = play,
) -> Sweep:
    """Carry out the plan of a sweep; arguments and errors as for `sweep`."""
    sums = Chunks(plan)
    _, store = carry_out(plan, sums, jobs=jobs, out=out, progress=progress, executor=executor, play=play)
    return Sweep(plan, None if store is None else store.directory, sums.grid)


def stored_sweep(directory: str | Path) -> Sweep:
    """Read a finished sweep back and sum it up; nothing is played.

    Raises:
        InputError: it is not the directory of a sweep, or parts are not what they were.
    """
    plan, store = opened(directory)
    if plan.about.get("command") != "sweep":
        raise InputError(f"{shown_path(store.directory)}: holds a {plan.about.get('command')}, not a sweep")
    sums = Chunks(plan)
    read_back(plan, store, sums)
    return Sweep(plan, store.directory, sums.grid)


class Chunks:
    """Takes the outcomes of a sweep: sums of one chunk at a time, of which numbers are left when it is through."""

    def __init__(self, plan: Plan) -> None:
        """Begin with no trials."""
        self._plan = plan
        self._arms = len(plan.points.arms)
        self._sums: list[Sums] = []
        self.grid = Grid(len(plan.points.changes), self._arms)

    def __call__(self, task: Task, batch: Batch) -> None:
        """Take the outcomes of a task."""
        changes = len(task.points) // self._arms
        self._sums = self._sums or [Sums(self._arms, curves=False) for _ in range(changes)]
        for place, sums in enumerate(self._sums):
            first = place * self._arms
            sums(task, rows_of(batch, first, first + self._arms))
        if task.block == self._plan.blocks - 1:
            for place, sums in enumerate(self._sums):
                self.grid.fill(task.first_row // self._arms + place, sums)
            self._sums = []


def rows_of(batch: Batch, first: int, stop: int) -> Batch:
    """Return some points of a batch: the arms of one change."""
    columns = {name: values[first:stop] for name, values in batch.columns.items()}
    return type(batch)(batch.first_row + first, batch.first_trial, columns, batch.labels)


def plan_beside(given: Sequence[str | Path], *, trials: int | None = None, overrides: Sequence[str] = ()) -> Plan:
    """Return the plan of a sweep whose arms are sweeps of one scenario each: at every point what one changes.

    Args:
        given: names, files or directories of sweeps, the control first; of the same points, seed and roster.
        trials: of each arm at each point, in place of the first sweep's.
        overrides: changes of all arms; not of stored sweeps.

    Raises:
        InputError: one is no sweep, or they cannot be set side by side.
    """
    plans = [_sweep_plan(one, overrides) for one in given]
    first = plans[0]
    called: list[str] = []
    for text, plan in zip(given, plans, strict=True):
        if len(plan.points.arms) != 1:
            raise InputError(f"{text}: has {len(plan.points.arms)} arms at each point; sweeps of one arm are compared")
        if plan.points.changes != first.points.changes:
            raise InputError(f"{text} and {given[0]}: their points differ; sweeps of the same axes are compared")
        if plan.seed != first.seed:
            raise InputError(f"{text} and {given[0]}: seeds {plan.seed} and {first.seed}: their trials are no pairs")
        (arm,) = plan.about["arms"]
        called.append(arm if arm not in called else f"{arm}#{called.count(arm) + 1}")
    arms = tuple(plan.points.arms[0] for plan in plans)
    common(arms)
    about = {
        **first.about,
        "arms": called,
        "name": "-vs-".join(str(plan.about["name"]) for plan in plans),
        "title": " beside ".join(str(plan.about["title"]) for plan in plans),
    }
    wanted = first.trials if trials is None else trials
    return Plan.of(Points(arms, first.points.changes), trials=wanted, seed=first.seed, about=about)


def is_sweep(given: str | Path) -> bool:
    """Whether a name, a file or a directory is a sweep; what cannot be read is none."""
    if str(given) in sweeps() or str(given) in names():
        return str(given) in sweeps()
    path = Path(given)
    try:
        if path.is_dir():
            return bool((manifest.read(path).get("experiment") or {}).get("command") == "sweep")
        data = read_yaml(path).data if path.is_file() else None
    except InputError:
        return False
    return isinstance(data, Mapping) and "axes" in data


def _sweep_plan(given: str | Path, overrides: Sequence[str]) -> Plan:
    if not is_sweep(given):
        raise InputError(f"{given}: is no sweep; a sweep is compared with sweeps")
    if Path(given).is_dir():
        if overrides:
            raise InputError(f"{given}: a stored sweep cannot be changed with --set; give its file in its place")
        plan, _ = opened(given)
        return plan
    return plan_sweep(read_sweep(given, overrides=overrides))
