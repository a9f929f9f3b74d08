"""Through what a treaty works: its effect split among commitment, capability and alignment.

The arm is played with every subset of its channels on, on the same draws, beside the control; each channel's share of
the effect is its Shapley value (sim.experiment.shapley). What the arm changes with all channels off is told apart as
`other`: it is nothing where the arms differ in cover alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiment.arms import read_arms, seed_of
from sim.experiment.batch import Batch
from sim.experiment.carry import Play, Progress, carry_out, play
from sim.experiment.compare import DEFAULT_SEED
from sim.experiment.metrics import METRICS, Metric
from sim.experiment.moments import Moments, accumulate
from sim.experiment.plan import Plan, whole
from sim.experiment.run import MOST_JOBS
from sim.experiment.shapley import shapley, weights, worlds
from sim.experiment.summary import Estimate, estimate
from sim.reading import InputError
from sim.scenario import SETS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from sim.experiment.execute import Submits
    from sim.experiment.plan import Task
    from sim.scenario import Scenario

    Array = NDArray[np.float64]

CHANNELS: Final = ("commitment", "capability", "alignment")
"""Switches of a scenario that a treaty works through (model.md 4.8)."""

OTHER: Final = "other"
"""What the arm changes with all channels off."""

EFFECT: Final = "effect"
"""The whole of what the arm changes."""

DUST: Final = 1e-8
"""Errors below this are rounding: of sums of thousands of months and their products."""

_BESIDE: Final = ("alone", "last")

LINEAR: Final = tuple(metric for metric in METRICS if metric.denominator is None)
"""Metrics that are means over trials: their effect can be split trial by trial."""


@dataclass(frozen=True)
class Part:
    """A channel's share of an effect.

    Attributes:
        share: in the unit of the metric; of the hazard a factor of the hazard ratio.
        alone: what the channel changes if it is the only one that is on.
        last: what it changes if the others are on. Where `alone` and `last` differ, channels interact.
    """

    share: Estimate
    alone: float | None
    last: float | None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {**self.share.to_json(), "alone": self.alone, "last": self.last}


class Decomposition:
    """What a decomposition found.

    Attributes:
        control: name of the first arm.
        arm: name of the second.
        factors: channels that are on in the arm.
        effects: metric -> the whole effect; `hazard` as a ratio.
        parts: metric -> channel, or `other`, -> its part. Parts add up to the effect; of the hazard they multiply.
        directory: where its parts lie; None if it was kept in memory.
    """

    def __init__(self, plan: Plan, directory: Path | None, sums: _Sums) -> None:
        """Hold what `decompose` found."""
        self.control, self.arm = plan.about["between"]
        self.factors = tuple(plan.about["factors"])
        self.seed, self.trials, self.directory = plan.seed, sums.trials, directory
        self.horizon = plan.points.arms[0].horizon
        self.effects: dict[str, Estimate] = {}
        self.parts: dict[str, dict[str, Part]] = {}
        for metric in LINEAR:
            self.effects[metric.name], self.parts[metric.name] = sums.linear(metric.name)
        self.effects["hazard"], self.parts["hazard"] = sums.hazard()

    def to_json(self) -> dict[str, Any]:
        """Return what `article4 decompose --json` prints, as JSON values."""
        return {
            "command": "decompose",
            "seed": self.seed,
            "out": None if self.directory is None else str(self.directory),
            "control": self.control,
            "arm": self.arm,
            "factors": list(self.factors),
            "trials": self.trials,
            "horizon": self.horizon,
            "metrics": {
                name: {
                    "effect": effect.to_json(),
                    "shares": {part: found.to_json() for part, found in self.parts[name].items()},
                }
                for name, effect in self.effects.items()
            },
        }

    def __repr__(self) -> str:
        """Arms, trials and seed: what makes it again."""
        return f"<Decomposition of {self.arm} over {self.control}: {self.trials:,} trials, seed {self.seed}>"


def decompose(
    control: Scenario | str | Path,
    arm: Scenario | str | Path,
    *,
    trials: int = 10_000,
    seed: int = DEFAULT_SEED,
    overrides: Mapping[str, object] | Sequence[str] = (),
    jobs: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    executor: Submits | None = None,
    play: Play = play,
) -> Decomposition:
    """Split what an arm changes beside a control among the channels that are on in it.

    Args:
        control: a scenario, as such, by name or by path, or `NAME@key=value`.
        arm: likewise.
        trials: how many of each of the 2^k + 1 worlds.
        seed: 0 to 2^64 - 1.
        overrides: changes of both.
        jobs: worker processes at most; of an executor, how many tasks it does at once.
        out: directory to store the trials in.
        progress: is told after each task.
        executor: does the tasks instead; anything shaped like concurrent.futures.Executor.
        play: plays a task; the world unless a test says otherwise.

    Raises:
        InputError: something given cannot be compared, or no channel is on in the arm.
        TaskError: a task failed; the others were done and, with `out`, kept.
    """
    whole("jobs", jobs, 1, MOST_JOBS)
    plan = plan_decomposition(control, arm, trials=trials, seed=seed, overrides=overrides)
    return decompose_plan(plan, jobs=jobs, out=out, progress=progress, executor=executor, play=play)


def plan_decomposition(
    control: Scenario | str | Path,
    arm: Scenario | str | Path,
    *,
    trials: int,
    seed: int | None = None,
    overrides: Mapping[str, object] | Sequence[str] = (),
) -> Plan:
    """Return the plan of a decomposition; arguments and errors as for `decompose`."""
    first, second = read_arms([control, arm], overrides)
    factors = tuple(name for name in CHANNELS if getattr(second.scenario.channels, name))
    if not factors:
        raise InputError(f"{second.name}: no channel is on in it; one of {', '.join(CHANNELS)} is wanted")
    off = dict.fromkeys((f"channels.{name}" for name in factors), False)
    played = [second.scenario.with_(off | {f"channels.{name}": True for name in world}) for world in worlds(factors)]
    about = {
        "command": "decompose",
        "name": f"{first.scenario.name}-to-{second.scenario.name}",
        "between": [first.name, second.name],
        "factors": list(factors),
    }
    wanted = seed_of([first, second], seed, DEFAULT_SEED)
    return Plan.of([first.scenario, *played], trials=trials, seed=wanted, about=about)


def decompose_plan(
    plan: Plan,
    *,
    jobs: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    executor: Submits | None = None,
    play: Play = play,
) -> Decomposition:
    """Carry out the plan of a decomposition; arguments and errors as for `decompose`."""
    sums = _Sums(tuple(plan.about["factors"]))
    _, store = carry_out(plan, sums, jobs=jobs, out=out, progress=progress, executor=executor, play=play)
    return Decomposition(plan, None if store is None else store.directory, sums)


class _Sums:
    """Takes the outcomes: the control first, then the worlds in the order of `worlds(factors)`."""

    def __init__(self, factors: tuple[str, ...]) -> None:
        self._factors = factors
        self._rows = _combinations(factors)
        self._shares = Moments([_column(f"{part}/{metric.name}") for metric in LINEAR for part in self._rows], points=1)
        count = 1 + len(worlds(factors))
        self._hazard = np.zeros((1 + 2 * count + (2 * count) ** 2, SETS))

    @property
    def trials(self) -> int:
        """Trials that are in."""
        return self._shares.trials

    def __call__(self, _task: Task, batch: Batch) -> None:
        columns: dict[str, Any] = {}
        for metric in LINEAR:
            values = np.asarray(metric.numerator(batch), dtype=np.float64)
            for part, row in self._rows.items():
                # Thirds and sixths leave dust where a channel changes nothing.
                columns[f"{part}/{metric.name}"] = np.round(row @ values, 12)[np.newaxis]
        self._shares.add(Batch(0, batch.first_trial, columns, {}))
        terms = np.concatenate([batch.columns["attacks"] > 0, batch.columns["months_at_risk"]]).astype(np.float64)
        products = terms[:, np.newaxis] * terms[np.newaxis]
        given = np.concatenate([np.ones((1, batch.shape[1])), terms, products.reshape(-1, batch.shape[1])])
        accumulate(self._hazard, given, batch.first_trial)

    def linear(self, metric: str) -> tuple[Estimate, dict[str, Part]]:
        """The effect on a mean, and the parts of it."""
        found = {
            one.name.partition("/")[0]: estimate(sums[:, 0])
            for one, sums in zip(self._shares.metrics, self._shares.sums, strict=True)
            if one.name.endswith(f"/{metric}")
        }
        parts = {}
        for name in (*self._factors, OTHER):
            alone, last = (found[known].mean if (known := f"{name} {how}") in found else None for how in _BESIDE)
            parts[name] = Part(found[name], alone, last)
        return found[EFFECT], parts

    def hazard(self) -> tuple[Estimate, dict[str, Part]]:
        """The hazard ratio, and the factors that it is the product of; the error of a ratio is that of its log."""
        count = 1 + len(worlds(self._factors))
        whole = self._hazard.sum(axis=1)
        events, months = whole[1 : 1 + count], whole[1 + count : 1 + 2 * count]
        if not (events > 0.0).all():
            nothing = _ratio(None, None, self.trials, "no ratio: without an attack in one of the worlds")
            return nothing, {name: Part(nothing, None, None) for name in (*self._factors, OTHER)}
        logs = np.log(events / months)
        split = shapley(self._factors, dict(zip(worlds(self._factors), logs[1:].tolist(), strict=True)))
        parts = {}
        for name in (*self._factors, OTHER):
            row = self._rows[name]
            alone, last = (math.exp(one[name]) if name in one else None for one in (split.alone, split.last))
            parts[name] = Part(self._factor(row, logs, events, months), alone, last)
        return self._factor(self._rows[EFFECT], logs, events, months), parts

    def _factor(self, row: Array, logs: Array, events: Array, months: Array) -> Estimate:
        """A product of hazards to the powers of a row, with its Monte Carlo error by the delta method."""
        ratio = math.exp(float(row @ logs))
        weight = np.concatenate([row / events, -row / months])
        trials = self._hazard[0]
        played = trials >= 2.0
        size = len(weight)
        totals = weight @ self._hazard[1 : 1 + size]
        products = self._hazard[1 + size :].reshape(size, size, SETS)
        squares = np.einsum("i,ijs,j->s", weight, products, weight)
        if int(played.sum()) == 0:
            return _ratio(ratio, None, int(trials.sum()), None)
        kept = trials[played]
        within = np.maximum(0.0, squares[played] - totals[played] ** 2 / kept) / (kept - 1.0)
        pooled = float(((kept - 1.0) * within).sum() / (kept - 1.0).sum())
        single = float(trials[~played].sum())
        error = math.sqrt(float((kept * within).sum()) + single * pooled)
        error = error if error > DUST else 0.0
        return _ratio(ratio, ratio * error, int(trials.sum()), None)


def _combinations(factors: tuple[str, ...]) -> dict[str, Array]:
    """What is taken of the control and the worlds, for every part of an effect: shape (1 + 2^k,)."""
    order = worlds(factors)
    place = {world: 1 + at for at, world in enumerate(order)}
    size = 1 + len(order)

    def between(more: int, less: int) -> Array:
        row = np.zeros(size)
        row[more] += 1.0
        row[less] -= 1.0
        return row

    everything, nothing = frozenset(factors), frozenset[str]()
    rows = {EFFECT: between(place[everything], 0), OTHER: between(place[nothing], 0)}
    for factor, shares in weights(factors).items():
        rows[factor] = np.array([0.0, *map(float, shares)])
        rows[f"{factor} alone"] = between(place[frozenset({factor})], place[nothing])
        rows[f"{factor} last"] = between(place[everything], place[everything - {factor}])
    return rows


def _column(name: str) -> Metric:
    return Metric(name, f"{name} of a trial.", "", lambda batch: batch.columns[name])


def _ratio(mean: float | None, error: float | None, trials: int, note: str | None) -> Estimate:
    return Estimate(
        mean=mean, mc_se=error, interval=None, n=trials, given=None, variance=None, sets=0, left_out=0, note=note
    )
