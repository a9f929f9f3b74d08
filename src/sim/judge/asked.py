"""What a claim asks of the model, measured: the quantity in the world, in every parameter set, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.stats import norm

from sim.experiment.crossed import Crossed
from sim.experiment.metrics import METRICS, all_metrics
from sim.experiment.pairs import LESS
from sim.experiment.summary import FEWEST_SETS, pulled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.experiment.batch import Batch
    from sim.experiment.metrics import Metric
    from sim.experiment.plan import Task
    from sim.experiment.summary import Estimate
    from sim.record.schemas.claim import ClaimTest

    Array = NDArray[np.float64]

GIVEN: Final = {"attack": "attack", "invoked": "invoked", "leader_fought": "leader_fought"}
"""Conditions of a claim's test, and the metric whose numerator is the condition."""

SUPPORTED: Final = 0.9
CONTRADICTED: Final = 0.1
"""Probabilities from which on, and up to which, a claim has a verdict (convention: one in ten, as the ends of a 90 %
interval of which either has five in a hundred beyond it)."""


@dataclass(frozen=True)
class Counted:
    """A metric in one arm, trial by trial.

    Attributes:
        x: numerators, (trials,).
        y: denominators, (trials,): 1 where every trial counts once.
    """

    x: Array
    y: Array


class Kept:
    """Takes the outcomes of a plan and keeps some metrics trial by trial; rows are its points."""

    def __init__(self, wanted: Sequence[tuple[str, str | None]]) -> None:
        """Begin with no trials; `wanted`: name of a metric, and of the condition under which it counts, if any."""
        self._wanted = tuple(dict.fromkeys(wanted))
        self._parts: dict[tuple[int, str, str | None], list[tuple[Array, Array]]] = {}

    def __call__(self, task: Task, batch: Batch) -> None:
        """Take the outcomes of a task."""
        known = {metric.name: metric for metric in all_metrics(batch)}
        for name, given in self._wanted:
            if name not in known:
                continue  # an arm without this guarantor
            x, y = _columns(known[name], known[GIVEN[given]] if given else None, batch)
            for place in range(len(task.points)):
                key = (task.first_row + place, name, given)
                self._parts.setdefault(key, []).append((x[place], y[place]))

    def counted(self, row: int, metric: str, given: str | None) -> Counted:
        """Return a metric of one point.

        Raises:
            KeyError: it was not among those wanted, or the point has no such metric.
        """
        parts = self._parts[row, metric, given]
        return Counted(np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts]))


def _columns(metric: Metric, given: Metric | None, batch: Batch) -> tuple[Array, Array]:
    x = np.asarray(metric.numerator(batch), dtype=np.float64)
    y = np.ones_like(x) if metric.denominator is None else np.asarray(metric.denominator(batch), dtype=np.float64)
    if given is not None:
        met = np.asarray(given.numerator(batch), dtype=np.float64) > 0.0
        x, y = x * met, y * met
    return x, y


@dataclass(frozen=True)
class Quantity:
    """The quantity that a claim's test looks at.

    Attributes:
        estimate: its mean, Monte Carlo error and 90 % interval.
        sets: which parameter sets have enough cases.
        values: what each of them says.
        noise: squares of their Monte Carlo errors.
        ratio: whether it is a ratio: then sets are judged on the log scale.
    """

    estimate: Estimate
    sets: NDArray[np.int64] = field(repr=False)
    values: Array = field(repr=False)
    noise: Array = field(repr=False)
    ratio: bool = False

    @property
    def mean(self) -> float | None:
        """Its mean over all worlds."""
        return self.estimate.mean

    @property
    def mc_se(self) -> float | None:
        """The Monte Carlo error of that."""
        return self.estimate.mc_se

    @property
    def interval(self) -> tuple[float, float] | None:
        """Its 90 % interval over parameter sets."""
        return self.estimate.interval


def quantity(test: ClaimTest, arms: Sequence[Counted]) -> Quantity:
    """Measure what a test asks for.

    Args:
        test: of a claim.
        arms: its metric in each arm, the control first, on the same trials.
    """
    sums = Crossed(len(arms))
    sums.add(np.stack([arm.x for arm in arms]), np.stack([arm.y for arm in arms]))
    if test.measure == "ratio":
        return Quantity(sums.quotient(), *sums.quotients(), ratio=True)
    weights = [1.0] if test.measure == "level" else list(LESS)
    return Quantity(sums.combined(weights), *sums.by_set(weights))


def probability(test: ClaimTest, found: Quantity) -> float | None:
    """Return the share of parameter sets that speak for a claim, Monte Carlo noise taken out.

    What sets say is pulled toward their mean as far as luck alone spreads it, as for every interval (model.md 7.11);
    the mean itself is not known better than its Monte Carlo error e, so that a set at distance d beyond the threshold
    counts as Phi(d / e). Sets are those with enough cases: of a metric with a condition, those that meet it.

    Returns:
        None where fewer than FEWEST_SETS sets have enough cases.
    """
    mean, error = found.mean, found.mc_se
    if mean is None or error is None or len(found.sets) < FEWEST_SETS:
        return None
    values, noise, threshold = found.values, found.noise, test.threshold
    if found.ratio:
        noise, error = noise / values**2, error / mean
        values, threshold = np.log(values), math.log(threshold)
    sign = 1.0 if test.direction == "above" else -1.0
    beyond = sign * (pulled(values, noise) - threshold)
    if error == 0.0:
        return float((beyond > 0.0).mean())
    return float(norm.cdf(beyond / error).mean())


def verdict(chance: float | None) -> str:
    """Return `supported`, `contradicted` or `undecided` for a probability; without one nothing is decided."""
    if chance is None or CONTRADICTED < chance < SUPPORTED:
        return "undecided"
    return "supported" if chance >= SUPPORTED else "contradicted"


def in_words(test: ClaimTest) -> str:
    """Return a test as a sentence without a verb: `attack, member less outsider, below -0.05`."""
    name = test.metric + (f" given {test.given}" if test.given else "")
    if test.measure == "level":
        arms = test.arms[0]
    else:
        arms = f"{test.arms[1]} {'less' if test.measure == 'difference' else 'over'} {test.arms[0]}"
    months = "" if test.horizon is None else f" within {test.horizon} months"
    return f"{name}{months}, {arms}, {test.direction} {test.threshold:g}"


def condition_of(test: ClaimTest) -> str | None:
    """Return the condition under which the test's metric counts, its own or the test's."""
    own: dict[str, Any] = {metric.name: metric.given for metric in METRICS}
    return test.given or own.get(test.metric) or ("attack" if test.metric.startswith("response.") else None)
