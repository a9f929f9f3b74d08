"""What a pair of arms says: the same trials under both, so that what differs is the arms' doing and not luck's.

A trial has the same draws in every arm of a comparison (model.md 7.7). The effect on a metric is the difference of the
arms' ratios, its Monte Carlo error that of the paired residuals: the variance of a difference is the sum of the two
variances less twice their covariance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiment.moments import accumulate
from sim.experiment.summary import DROWNED, FEWEST_CASES, FEWEST_CASES_OF_A_RATE, FEWEST_SETS, over_sets
from sim.scenario import SETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.experiment.batch import Batch
    from sim.experiment.metrics import Metric

    Array = NDArray[np.float64]

TERMS: Final = 4
"""Numerator and denominator of the control, then those of the arm."""

FIRST: Final = 3
"""Trials, cases of the control and cases of the arm come before the terms."""

PRODUCTS: Final = tuple((one, other) for one in range(TERMS) for other in range(one, TERMS))
"""Pairs of terms whose products are summed."""

ROUNDING: Final = 1e-12
"""Part of the sum of absolute terms below which a sum of squares is nothing but rounding."""

MOST_WITHOUT: Final = 0.1
"""Share of the sets that may lack an attack in an arm: if more do, a ratio over the others would be chosen by luck."""


@dataclass(frozen=True)
class Effect:
    """What an arm changes in a metric.

    Attributes:
        mean: the metric in the arm less that in the control (of a ratio: over it); None if either has no cases.
        mc_se: its paired Monte Carlo error, in the metric's unit; None with fewer than two pairs of cases.
        interval: 90 % credible interval over parameter sets, Monte Carlo noise taken out; None if too few have cases.
        n: cases of the control and of the arm.
        note: why there is no interval.
    """

    mean: float | None
    mc_se: float | None
    interval: tuple[float, float] | None
    n: tuple[int, int]
    note: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the effect as JSON values; `note` only where there is one."""
        ends = None if self.interval is None else list(self.interval)
        found: dict[str, Any] = {"mean": self.mean, "mc_se": self.mc_se, "interval": ends, "n": list(self.n)}
        return found | ({} if self.note is None else {"note": self.note})


class Pairs:
    """Sums over pairs of trials, for each metric, arm and parameter set, added trial by trial in their order.

    Attributes:
        metrics: what is summed.
        sums: shape (metrics, arms but the control, FIRST + TERMS + len(PRODUCTS), SETS), float64.
    """

    def __init__(self, metrics: Sequence[Metric], arms: int) -> None:
        """Begin with no trials; `arms` counts the control."""
        self.metrics = tuple(metrics)
        self.sums: Array = np.zeros((len(self.metrics), arms - 1, FIRST + TERMS + len(PRODUCTS), SETS))

    def add(self, batch: Batch) -> None:
        """Add the trials of a batch whose points are the arms, the control first; it must follow those that are in."""
        for index, metric in enumerate(self.metrics):
            y = np.ones(batch.shape) if metric.denominator is None else metric.denominator(batch) * 1.0
            cases = y > 0.0
            x = metric.numerator(batch) * cases
            for arm in range(1, batch.shape[0]):
                terms = (x[0], y[0], x[arm], y[arm])
                products = [terms[one] * terms[other] for one, other in PRODUCTS]
                given = (np.ones(batch.shape[1]), cases[0], cases[arm], *terms, *products)
                accumulate(self.sums[index, arm - 1], np.stack(given), batch.first_trial)


def difference(sums: Array) -> Effect:
    """Return the difference of two ratios from the sums of a metric over pairs.

    With m the ratios of a set (sum x / sum y) and r = (x1 - m1 y1) / mean y1 - (x0 - m0 y0) / mean y0 the residual of a
    pair, the square of the error of m1 - m0 is sum r^2 / n^2: the delta method (Cochran 1977, ch. 6). Interval as in
    `sim.experiment.summary.estimate`, with the sets that have cases enough in both arms.

    Args:
        sums: shape (FIRST + TERMS + len(PRODUCTS), SETS).
    """
    return _contrast(sums, lambda control, arm: (arm - control, -np.ones_like(control), np.ones_like(arm)))


def ratio(sums: Array) -> Effect:
    """Return the ratio of two rates from the sums of a metric over pairs, as `difference` does on the log scale.

    The error is that of the log times the ratio. Sets in which an arm has no event have no log: they are left out, and
    if they are more than MOST_WITHOUT of the sets there is no interval.
    """
    events = (sums[FIRST] > 0.0) & (sums[FIRST + 2] > 0.0)
    played = sums[0] > 0.0
    whole = sums.sum(axis=1, keepdims=True)
    cases = (int(whole[1, 0]), int(whole[2, 0]))
    if not (whole[FIRST, 0] > 0.0 and whole[FIRST + 2, 0] > 0.0):
        return Effect(None, None, None, cases, "no ratio: an arm saw no event")
    log = _contrast(
        np.where(events, sums, 0.0),
        lambda control, arm: (np.log(arm) - np.log(control), -1.0 / control, 1.0 / arm),
        errors_of=sums,
    )
    assert log.mean is not None  # noqa: S101 - both arms have events
    mean = math.exp(log.mean)
    error = None if log.mc_se is None else mean * log.mc_se
    without = float((played & ~events).sum()) / float(played.sum())
    few = f"no interval: in {without:.0%} of the parameter sets an arm saw no event; more trials are needed"
    if log.interval is None or without > MOST_WITHOUT:
        return Effect(mean, error, None, cases, few if without > MOST_WITHOUT else log.note)
    return Effect(mean, error, (math.exp(log.interval[0]), math.exp(log.interval[1])), cases)


def _contrast(sums: Array, of: Any, errors_of: Array | None = None) -> Effect:
    """What a function of two ratios says: `of(control, arm)` returns its value and its slopes.

    `errors_of` are the sums of all sets, where `sums` leaves some out.
    """
    everything = sums if errors_of is None else errors_of
    whole = everything.sum(axis=1, keepdims=True)
    cases = (int(whole[1, 0]), int(whole[2, 0]))
    if min(cases) == 0:
        which = "either arm" if max(cases) == 0 else ("the control" if cases[0] == 0 else "the arm")
        return Effect(None, None, None, cases, f"no effect: {which} has no cases")
    value, weights = _linear(whole, of)
    mean, error = float(value[0]), _error(everything, weights, cases)
    fewest = FEWEST_CASES if _counts(sums) else FEWEST_CASES_OF_A_RATE
    used = (sums[1] >= fewest) & (sums[2] >= fewest)
    enough = int(used.sum())
    if enough < FEWEST_SETS:
        note = f"no interval: {enough} of {SETS} parameter sets have {fewest} cases or more in both arms"
        return Effect(mean, error, None, cases, f"{note}, {FEWEST_SETS} are needed")
    kept = sums[:, used]
    values, weights = _linear(kept, of)
    fewer = np.minimum(kept[1], kept[2])
    noise = _squares(kept, weights) / kept[0] ** 2 * fewer / (fewer - 1.0)
    interval, _ = over_sets(values, noise)
    return Effect(mean, error, interval, cases, DROWNED if interval is None else None)


def _counts(sums: Array) -> bool:
    """Whether the denominators count cases; else they are months at risk."""
    return bool(np.array_equal(sums[1], sums[FIRST + 1]) and np.array_equal(sums[2], sums[FIRST + 3]))


def _linear(sums: Array, of: Any) -> tuple[Array, Array]:
    """Value of a contrast and the weights of x0, y0, x1, y1 in its residual, per set."""
    x0, y0, x1, y1 = sums[FIRST : FIRST + TERMS]
    control, arm = x0 / y0, x1 / y1
    value, slope0, slope1 = of(control, arm)
    scale0, scale1 = slope0 * sums[0] / y0, slope1 * sums[0] / y1
    return value, np.stack([scale0, -control * scale0, scale1, -arm * scale1])


def _squares(sums: Array, weights: Array) -> Array:
    """Sum of the squared residuals in each set; 0 where all that is left of it is rounding, as between equal arms."""
    total = size = np.zeros(sums.shape[1])
    for place, (one, other) in enumerate(PRODUCTS):
        twice = 1.0 if one == other else 2.0
        term = twice * weights[one] * weights[other] * sums[FIRST + TERMS + place]
        total, size = total + term, size + np.abs(term)
    return np.where(total > ROUNDING * size, total, 0.0)


def _error(sums: Array, weights: Array, cases: tuple[int, int]) -> float | None:
    """Monte Carlo error of a contrast, the sets being fixed by design; of few trials, that of all trials together."""
    if min(cases) < FEWEST_CASES:
        return None
    trials = float(sums[0].sum())
    weights = np.broadcast_to(weights, (TERMS, sums.shape[1]))
    squares = _squares(sums, weights)
    twice = sums[0] >= FEWEST_CASES
    if int(twice.sum()) < FEWEST_SETS:
        return math.sqrt(float(squares.sum()) * trials / (trials - 1.0)) / trials
    total = np.zeros(sums.shape[1])
    for place in range(TERMS):
        total = total + weights[place] * sums[FIRST + place]
    kept = sums[0][twice]
    within = np.maximum(0.0, squares[twice] - total[twice] ** 2 / kept) / (kept - 1.0)
    pooled = float(((kept - 1.0) * within).sum() / (kept - 1.0).sum())
    single = float(sums[0][~twice].sum())
    return math.sqrt(float((kept * within).sum()) + single * pooled) / trials
