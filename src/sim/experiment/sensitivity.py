"""Sensitivity analysis: what is to be played for it, playing that, and what it says.

Over a sweep's axes, which are independent of each other, a design of its own is played (`morris`, `sobol`), or the
points of the sweep itself (`given_data`). Over the parameter sets of a run or a comparison, which are correlated, what
was played anyway is looked at (`given_data`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiment import manifest
from sim.experiment.carry import Play, Progress, Step, carry_out, opened, play, read_back
from sim.experiment.compare import DEFAULT_SEED, plan_comparison
from sim.experiment.designs import LUCKS, Design, axes_of, morris, saltelli
from sim.experiment.deters import DETERS, where
from sim.experiment.drivers import Drivers, analysed
from sim.experiment.measured import WATCHED, BySet, Ratios, Totals, WithRatios, columns_of, measured
from sim.experiment.plan import Plan, whole
from sim.experiment.points import Points
from sim.experiment.run import MOST_JOBS, resolved
from sim.experiment.sweep import plan_sweep
from sim.experiment.sweep_file import Asked, read_sweep, sweeps, with_tied
from sim.reading import InputError, did_you_mean, read_yaml
from sim.reading.errors import shown_path
from sim.scenario import SETS, Scenario, tabulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.experiment.execute import Submits
    from sim.experiment.store import Store

METHODS: Final = ("morris", "sobol", "given_data")
"""Over the axes of a sweep all of them, over parameter sets the last."""

DEFAULT_BASE: Final = 64
"""Rows of each matrix of a Saltelli design (convention): shares above a tenth are then told from 0."""

DEFAULT_TRAJECTORIES: Final = 20
"""Trajectories of a Morris design: 10 to 50 are usual (Campolongo et al. 2007)."""


@dataclass(frozen=True)
class Study:
    """A sensitivity analysis before it is played. Make one with `plan_sensitivity`.

    Attributes:
        plans: what is to be played, in this order: of a design one plan a seed of its luck, else one.
        about: what the answer tells of it.
        arms: scenarios that are looked at, the control first if there are several.
        deters: hazard ratio up to which an arm deters.
        player: plays the tasks, if arms are stored runs.
        design: whose points are played; None over the sweep's own points and over sets.
        rows: for each plan, which points of the design are its.
        stored: where everything lies already, with its plan.
    """

    plans: tuple[Plan, ...]
    about: Mapping[str, Any]
    arms: tuple[Scenario, ...]
    deters: float
    player: Play | None = None
    design: Design | None = None
    rows: tuple[NDArray[np.int64], ...] = ()
    stored: tuple[Plan, Store] | None = field(default=None, repr=False)

    @property
    def trials(self) -> int:
        """Trials of each arm at each point, or of each arm."""
        return self.plans[0].trials

    @property
    def points(self) -> int:
        """Points of the design or the sweep; 1 over parameter sets."""
        return sum(len(plan.points.changes) for plan in self.plans)

    def directory(self, under: Path) -> Path:
        """Where it lies if nobody says otherwise: over sets and a sweep's own points, where these do."""
        if self.stored is not None:
            return self.stored[1].directory
        if self.design is None:
            return self.plans[0].directory(under)
        digest = hashlib.sha256("".join(plan.hash for plan in self.plans).encode()).hexdigest()
        return under / f"sensitivity-{self.about['name']}-{digest[:12]}"


def luck_seed(seed: int, number: int) -> int:
    """Return a seed that the dummy picks: the first 64 bits of NumPy's SeedSequence(seed, spawn_key=(number,)).

    Children of one sequence are independent of each other, and of what a run with the seed itself draws.
    """
    return int(np.random.SeedSequence(seed, spawn_key=(number,)).generate_state(1, np.uint64)[0])


def sensitivity(
    *targets: str | Path | Scenario,
    method: str | None = None,
    base: int | None = None,
    trajectories: int | None = None,
    trials: int | None = None,
    seed: int | None = None,
    overrides: Mapping[str, object] | Sequence[str] = (),
    deters: float | None = None,
    jobs: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    executor: Submits | None = None,
    play: Play = play,
) -> Drivers:
    """Find what drives the answer, and where an arm deters.

    Args:
        targets: a sweep, by name or path; or a scenario, several (the first is the control), or the directory of a run
            or a comparison: then its parameter sets are looked at.
        method: one of METHODS; by default `morris` over a sweep, `given_data` over sets.
        base: rows of each matrix, for `sobol`: a power of two.
        trajectories: for `morris`.
        trials: of each arm, at each point; by default the sweep's, over sets 10,000.
        seed: 0 to 2^64 - 1; by default the sweep's or the stored run's, else 1.
        overrides: changes of all arms.
        deters: hazard ratio up to which an arm is said to deter, for `given_data` with several arms; by default 0.8.
        jobs: worker processes at most; of an executor, how many tasks it does at once.
        out: directory to store the trials in; asked again, those that lie there are not played.
        progress: is told after each task.
        executor: does the tasks instead; anything shaped like concurrent.futures.Executor.
        play: plays a task; the world unless a test says otherwise.

    Raises:
        InputError: something given is unknown or out of its limits.
        TaskError: a task failed; the others were done and, with `out`, kept.
        KeyboardInterrupt: Ctrl-C; with `out`, what was done is kept, and the same call goes on.
    """
    whole("jobs", jobs, 1, MOST_JOBS)
    study = plan_sensitivity(
        targets,
        method=method,
        base=base,
        trajectories=trajectories,
        trials=trials,
        seed=seed,
        overrides=overrides,
        deters=deters,
        play=play,
    )
    return carry_out_study(study, jobs=jobs, out=out, progress=progress, executor=executor, play=play)


def plan_sensitivity(
    targets: Sequence[str | Path | Scenario],
    *,
    method: str | None = None,
    base: int | None = None,
    trajectories: int | None = None,
    trials: int | None = None,
    seed: int | None = None,
    overrides: Mapping[str, object] | Sequence[str] = (),
    deters: float | None = None,
    play: Play = play,
) -> Study:
    """Return what is to be played; arguments and errors as for `sensitivity`."""
    if not targets:
        raise InputError("a sweep, or scenarios, are wanted: article4 sensitivity outsider member")
    if method is not None and method not in METHODS:
        hint = did_you_mean(method, METHODS) or f"There are: {', '.join(METHODS)}."
        raise InputError(f'method: "{method}" is unknown. {hint}')
    over_sweep = len(targets) == 1 and is_sweep(targets[0])
    chosen = method or ("morris" if over_sweep else "given_data")
    for name, value, wanted in (
        ("base", base, "sobol"),
        ("trajectories", trajectories, "morris"),
        ("deters", deters, "given_data"),
    ):
        if value is not None and chosen != wanted:
            raise InputError(f"{name}: only the method {wanted} has it, not {chosen}")
    most = DETERS if deters is None else deters
    if not over_sweep:
        if chosen != "given_data":
            raise InputError(
                f"method: {chosen} wants a sweep, whose axes are independent; parameter sets are correlated, and only "
                "given_data can be used with them"
            )
        return _over_sets(targets, trials, seed, overrides, most, play)
    asked = read_sweep(str(targets[0]), overrides=_texts(overrides), trials=trials, seed=seed)
    if chosen == "given_data":
        plan = plan_sweep(asked)
        return Study((plan,), _about_sweep(asked, chosen, len(asked.changes)), asked.arms, most)
    return _over_design(asked, _design(asked, chosen, base, trajectories), chosen)


def _design(asked: Asked, method: str, base: int | None, trajectories: int | None) -> Design:
    axes = axes_of(asked.file.axes)
    if method == "morris":
        size = DEFAULT_TRAJECTORIES if trajectories is None else whole("trajectories", trajectories, 2, 10_000)
        return morris(axes, size, asked.file.seed)
    size = DEFAULT_BASE if base is None else whole("base", base, 2, 65_536)
    return saltelli(axes, size, asked.file.seed)


def is_sweep(target: str | Path | Scenario) -> bool:
    """Whether a target is a sweep: one that ships, or a file with axes."""
    if isinstance(target, Scenario):
        return False
    if str(target) in sweeps():
        return True
    path = Path(target)
    if not path.is_file():
        return False
    data = read_yaml(path).data
    return isinstance(data, Mapping) and "axes" in data


def carry_out_study(
    study: Study,
    *,
    jobs: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    executor: Submits | None = None,
    play: Play = play,
) -> Drivers:
    """Play what is not stored yet and say what drives it; arguments and errors as for `sensitivity`."""
    carry: dict[str, Any] = {"jobs": jobs, "executor": executor, "play": study.player or play}
    directory = None if out is None else Path(out)
    if study.design is not None:
        return _design_told(study, study.design, directory, progress, carry)
    if study.about["over"] == "sweep":
        return _sweep_told(study, directory, progress, carry)
    return _sets_told(study, directory, progress, carry)


def _over_design(asked: Asked, design: Design, method: str) -> Study:
    luck = design.luck()
    plans, rows = [], []
    for number in range(LUCKS):
        held = np.flatnonzero(luck == number)
        if len(held):
            changes = tuple(dict(with_tied(design.points[row], asked.file.tied)) for row in held)
            about = {"command": "sensitivity", "name": asked.file.name, "method": method, "luck": number}
            points = Points(asked.arms, changes)
            seed = luck_seed(asked.file.seed, number)
            plans.append(Plan.of(points, trials=asked.file.trials, seed=seed, about=about))
            rows.append(held)
    told = _about_sweep(asked, method, len(design.points)) | {"base": design.base, "lucks": len(plans)}
    return Study(tuple(plans), told, asked.arms, DETERS, design=design, rows=tuple(rows))


def _about_sweep(asked: Asked, method: str, cases: int) -> dict[str, Any]:
    first = asked.arms[0]
    return {
        "method": method,
        "over": "sweep",
        "name": asked.file.name,
        "title": asked.file.title,
        "asks": asked.file.asks,
        "arms": list(asked.names),
        "control": asked.names[0] if len(asked.names) > 1 else None,
        "axes": list(asked.file.axes),
        "tied": {name: list(others) for name, others in asked.file.tied.items()},
        "cases": cases,
        "trials": asked.file.trials,
        "seed": asked.file.seed,
        **_of_scenario(first),
    }


def _over_sets(
    targets: Sequence[str | Path | Scenario],
    trials: int | None,
    seed: int | None,
    overrides: Mapping[str, object] | Sequence[str],
    deters: float,
    play: Play,
) -> Study:
    count = 10_000 if trials is None else trials
    stored, player = None, None
    first = targets[0]
    if len(targets) > 1:
        plan, player = plan_comparison(targets, trials=count, seed=seed, overrides=overrides, play=play)
    elif not isinstance(first, Scenario) and (Path(first) / manifest.NAME).is_file():
        plan, store = opened(first)
        if plan.about.get("command") not in {"run", "compare"} or plan.points.changed:
            told = plan.about.get("command")
            raise InputError(f"{shown_path(store.directory)}: holds a {told}; a run or a comparison is wanted")
        if overrides or trials is not None or seed is not None:
            raise InputError(f"{shown_path(store.directory)}: was played already; trials, seed and changes are its own")
        stored = (plan, store)
    else:
        plan = Plan.of(resolved(first, overrides), trials=count, seed=DEFAULT_SEED if seed is None else seed)
    names = plan.about.get("arms") or [plan.points.arms[0].name]
    about = {
        "method": "given_data",
        "over": "sets",
        "name": plan.name,
        "title": f"The {SETS} parameter sets of {', '.join(names)}",
        "asks": plan.points.arms[-1].asks,
        "arms": list(names),
        "control": names[0] if len(names) > 1 else None,
        "cases": SETS,
        "trials": plan.trials,
        "seed": plan.seed,
        **_of_scenario(plan.points.arms[0]),
    }
    return Study((plan,), about, tuple(plan.points.arms), deters, player=player, stored=stored)


def _of_scenario(scenario: Scenario) -> dict[str, Any]:
    protege = next(name for name, state in scenario.states.items() if state.role == "protege")
    return {"protege": protege, "horizon": scenario.horizon}


def _design_told(
    study: Study, design: Design, directory: Path | None, progress: Progress | None, carry: Mapping[str, Any]
) -> Drivers:
    arms = len(study.arms)
    values = np.empty((len(design.points), arms, len(WATCHED)))
    told = None if progress is None else _Further(progress, sum(plan.trials * len(plan.points) for plan in study.plans))
    done = 0
    for plan, rows in zip(study.plans, study.rows, strict=True):
        if told is not None:
            told.begin(done)
        totals = Totals(len(rows), arms)
        place = None if directory is None else directory / f"luck-{plan.about['luck']}-{plan.hash[:12]}"
        carry_out(plan, totals, out=place, progress=told, **carry)
        values[rows] = totals.values
        done += plan.trials * len(plan.points)
    found = analysed(measured(values, study.about["arms"]), study.about["method"], seed=_seed(study), design=design)
    return Drivers(study.about, found, (), directory)


class _Further:
    """Tells of the steps of plans, one after the other, as steps of one."""

    def __init__(self, progress: Progress, of_trials: int) -> None:
        self._progress = progress
        self._of_trials = of_trials
        self._before = self._played_before = self._played = 0

    def begin(self, before: int) -> None:
        """A further plan begins; `before`: trials of those that are through."""
        self._before, self._played_before = before, self._played

    def __call__(self, step: Step, /) -> None:
        """Tell of a step of the plan that was begun."""
        self._played = self._played_before + step.played
        self._progress(Step(self._before + step.trials, self._of_trials, self._played, step.failed))


def _sweep_told(study: Study, directory: Path | None, progress: Progress | None, carry: Mapping[str, Any]) -> Drivers:
    plan, names = study.plans[0], study.about["arms"]
    totals = WithRatios(len(plan.points.changes), len(names), plan.blocks)
    carry_out(plan, totals, out=directory, progress=progress, **carry)
    columns = columns_of([{name: change[name] for name in study.about["axes"]} for change in plan.points.changes])
    # All points share their draws: what luck does to one it does to all, so there is no noise to be taken out.
    analyses = analysed(measured(totals.values, names), "given_data", seed=_seed(study), columns=columns)
    return _with_regions(study, analyses, columns, totals.ratios(names), directory)


def _sets_told(study: Study, directory: Path | None, progress: Progress | None, carry: Mapping[str, Any]) -> Drivers:
    names = study.about["arms"]
    sums = BySet(len(names))
    if study.stored is not None:
        directory = study.stored[1].directory
        read_back(*study.stored, sums)
    else:
        carry_out(study.plans[0], sums, out=directory, progress=progress, **carry)
    columns = varying(study.arms)
    analyses = analysed(sums.measured(names), "given_data", seed=_seed(study), columns=columns)
    return _with_regions(study, analyses, columns, sums.ratios(names), directory)


def _with_regions(
    study: Study,
    analyses: Sequence[Any],
    columns: Mapping[str, NDArray[Any]],
    ratios: Sequence[Ratios],
    directory: Path | None,
) -> Drivers:
    arms = dict(zip(study.about["arms"], study.arms, strict=True))
    regions = [where(columns, one, arms[one.arm], at_most=study.deters, seed=_seed(study)) for one in ratios]
    return Drivers(study.about, analyses, regions, directory)


def varying(arms: Sequence[Scenario]) -> dict[str, NDArray[np.float64]]:
    """Return every parameter that differs between the sets, by dotted name, shape (SETS,): as the first arm has it.

    Of a parameter that only a later arm leaves open, as that has it.
    """
    columns: dict[str, NDArray[np.float64]] = {}
    for arm in arms:
        for name, values in tabulate([arm], np.arange(SETS)).items():
            if name not in columns and np.ptp(values) > 0.0:
                columns[name] = np.asarray(values[0])
    return columns


def _seed(study: Study) -> int:
    return int(study.about["seed"])


def _texts(overrides: Mapping[str, object] | Sequence[str]) -> Sequence[str]:
    if isinstance(overrides, Mapping):
        raise InputError("changes of a sweep's arms are given as `name=value` texts")
    return overrides
