"""Break-even in the world: what is played at each value of a parameter that the search asks for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sim.experiment.arms import read_arms
from sim.experiment.breakeven import Breakeven, breakeven
from sim.experiment.carry import Play, Progress, carry_out, play
from sim.experiment.compare import DEFAULT_SEED, Sums
from sim.experiment.metrics import METRICS
from sim.experiment.plan import Plan, whole
from sim.experiment.points import Points
from sim.experiment.run import MOST_JOBS, resolved
from sim.experiment.sweep import rows_of
from sim.reading import InputError, did_you_mean
from sim.scenario import Scenario, leaves
from sim.scenario.forms import Number, Recorded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.experiment.batch import Batch
    from sim.experiment.breakeven import Reading
    from sim.experiment.execute import Submits
    from sim.experiment.plan import Task

RATIO: Final = "hazard_ratio"
"""What an arm does to the hazard; only beside a control."""

SHIFTED: Final = (-10.0, 10.0)
"""Range in which the shift of a reference is sought, if none is given: ten logits take a chance of 1 % to 99.9 %."""


def find_breakeven(
    scenario: Scenario | str | Path,
    *,
    parameter: str,
    metric: str = "attack",
    target: float,
    between: tuple[float, float] | None = None,
    against: Scenario | str | Path | None = None,
    also: Sequence[str] = (),
    trials: int = 4_096,
    seed: int = DEFAULT_SEED,
    overrides: Mapping[str, object] | Sequence[str] = (),
    jobs: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    executor: Submits | None = None,
    play: Play = play,
) -> Breakeven:
    """Find the value of a parameter at which a metric of a scenario, or its effect beside a control, reaches a target.

    Args:
        scenario: as such, by name or by path.
        parameter: dotted name of a number, of a parameter, or of its `shift`.
        metric: one of METRICS; beside a control its effect, or `hazard_ratio`.
        target: in the unit of the metric.
        between: least and greatest value to be tried; by default ten below and above for a shift, else what the
            parameter's distribution reaches.
        against: the control, if an effect is to reach the target; it has the parameter's value too.
        also: further dotted names that take the same value.
        trials: of each arm at each value.
        seed: 0 to 2^64 - 1; all values share their draws.
        overrides: changes of scenario and control.
        jobs: worker processes at most; of an executor, how many tasks it does at once.
        out: directory to store the trials in; asked again, those that lie there are not played.
        progress: is told after each task of each round.
        executor: does the tasks instead; anything shaped like concurrent.futures.Executor.
        play: plays a task; the world unless a test says otherwise.

    Raises:
        InputError: something given is unknown or out of its limits.
        TaskError: a task failed.
    """
    whole("jobs", jobs, 1, MOST_JOBS)
    arms = _arms(scenario, against, overrides)
    _known(metric, arms)
    goal = _finite(target)
    low, high = _range(arms[-1], parameter, between)
    for value in (low, high):
        for arm in arms:
            arm.with_(dict.fromkeys((parameter, *also), value))

    place = None if out is None else Path(out)
    evaluate = _Evaluate(arms, (parameter, *also), metric, trials, seed, jobs, place, progress, executor, play)
    recorded = _recorded(arms[-1], parameter)
    return breakeven(evaluate, parameter=parameter, metric=metric, low=low, high=high, target=goal, recorded=recorded)


@dataclass(frozen=True)
class _Evaluate:
    """Plays some values of the parameters and returns the metric at each."""

    arms: tuple[Scenario, ...]
    parameters: tuple[str, ...]
    metric: str
    trials: int
    seed: int
    jobs: int
    out: Path | None
    progress: Progress | None
    executor: Submits | None
    play: Play

    def __call__(self, values: Sequence[float]) -> list[Reading]:
        changes = tuple(dict.fromkeys(self.parameters, value) for value in values)
        about = {"command": "breakeven", "name": f"breakeven-{self.arms[-1].name}"}
        plan = Plan.of(Points(self.arms, changes), trials=self.trials, seed=self.seed, about=about)
        sums = _Values(len(self.arms))
        place = None if self.out is None else self.out / plan.hash[:12]
        carry_out(plan, sums, jobs=self.jobs, out=place, progress=self.progress, executor=self.executor, play=self.play)
        return [_reading(found, self.metric, len(self.arms)) for found in sums.found]


def _known(metric: str, arms: tuple[Scenario, ...]) -> None:
    known = [one.name for one in METRICS] + ([RATIO] if len(arms) > 1 else [])
    if metric not in known:
        hint = did_you_mean(metric, known) or f"There are: {', '.join(known)}."
        raise InputError(f'metric: "{metric}" is unknown. {hint}')


class _Values:
    """Takes the outcomes of a round: sums for each value."""

    def __init__(self, arms: int) -> None:
        self._arms = arms
        self._by_value: dict[int, Sums] = {}

    def __call__(self, task: Task, batch: Batch) -> None:
        for place in range(len(task.points) // self._arms):
            value = task.first_row // self._arms + place
            sums = self._by_value.setdefault(value, Sums(self._arms, curves=False))
            sums(task, rows_of(batch, place * self._arms, (place + 1) * self._arms))

    @property
    def found(self) -> list[Sums]:
        """Sums in the order of the values."""
        return [self._by_value[value] for value in sorted(self._by_value)]


def _reading(sums: Sums, metric: str, arms: int) -> Reading:
    if arms == 1:
        return sums.estimates(0)[metric]
    return sums.hazard_ratio(1) if metric == RATIO else sums.effect(metric, 1)


def _arms(
    scenario: Scenario | str | Path,
    against: Scenario | str | Path | None,
    overrides: Mapping[str, object] | Sequence[str],
) -> tuple[Scenario, ...]:
    if against is None:
        return (resolved(scenario, overrides),)
    return tuple(arm.scenario for arm in read_arms([against, scenario], overrides))


def _range(scenario: Scenario, parameter: str, between: tuple[float, float] | None) -> tuple[float, float]:
    if between is not None:
        low, high = (_finite(end) for end in between)
    elif parameter.endswith(".shift"):
        low, high = SHIFTED
    else:
        leaf = leaves(scenario).get(parameter)
        low, high = leaf.support() if leaf is not None else (math.nan, math.nan)
        if leaf is None or not (math.isfinite(low) and math.isfinite(high) and low < high):
            scenario.with_({parameter: 0.5})  # an unknown name is told as such
            raise InputError(f"{parameter}: between which values is it to be sought? Say so: --between LOW HIGH")
    if not low < high:
        raise InputError(f"{parameter}: the range must rise, not go from {low:g} to {high:g}")
    return low, high


def _recorded(scenario: Scenario, parameter: str) -> float | None:
    """The value that the scenario has, if it is a single one."""
    leaf = leaves(scenario).get(parameter.removesuffix(".shift"))
    if parameter.endswith(".shift"):
        return leaf.shift if isinstance(leaf, Recorded) else None
    return leaf.value if isinstance(leaf, Number) else None


def _finite(value: float) -> float:
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        raise InputError(f"a finite number is wanted, not {value!r:.40}")
    return float(value)
