"""Scores of a forecast over ordered categories: losses, lower is better, with intervals over crises.

The record does not always settle an outcome (`words to aid`): then the categories it leaves open count as one, in the
logarithmic and the Brier score, and thresholds between them are left out of the ranked probability score. A forecast
about which the record says nothing at all is not scored. The logarithmic score stays proper so; the other two are
approximations there, for which level is told exactly may hang on the level.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

SCORES: Final = ("brier", "log", "rps")

QUANTILES: Final = (0.05, 0.95)
"""Ends of the 90 % interval, as everywhere."""

RESAMPLES: Final = 10_000
"""Bootstrap samples (convention): the ends of the interval then move by some 2 % of its width."""

SMALLEST: Final = 1e-12
"""Least probability whose logarithm is taken: a forecast that excluded what happened is told as a loss of 27.6."""


@dataclass(frozen=True)
class Mean:
    """A mean over cases.

    Attributes:
        mean: each case counts once; None without cases.
        interval: 90 % bootstrap interval over crises; None with fewer than two crises.
        n: cases.
    """

    mean: float | None
    interval: tuple[float, float] | None
    n: int


def log_loss(forecast: Sequence[float] | Array, low: int, high: int) -> float:
    """Return -log P(what happened), in nats (Good 1952); `low` to `high` are the categories that the record leaves."""
    return float(-np.log(max(float(np.sum(np.asarray(forecast)[low : high + 1])), SMALLEST)))


def brier(forecast: Sequence[float] | Array, low: int, high: int) -> float:
    """Return the sum over categories of (probability - what happened)^2, from 0 to 2 (Brier 1950)."""
    p = np.asarray(forecast, dtype=np.float64)
    happened = float(p[low : high + 1].sum())
    others = np.concatenate([p[:low], p[high + 1 :]])
    return float((happened - 1.0) ** 2 + (others**2).sum())


def rps(forecast: Sequence[float] | Array, low: int, high: int) -> float:
    """Return the sum over thresholds of (P(at most k) - whether it was)^2, not divided by their number (Epstein 1969).

    A threshold counts if what the record leaves open lies wholly on one side of it.
    """
    at_most = np.cumsum(np.asarray(forecast, dtype=np.float64))[:-1]
    thresholds = np.arange(len(at_most))
    was = (high <= thresholds).astype(np.float64)
    settled = (high <= thresholds) | (low > thresholds)
    return float(((at_most - was) ** 2)[settled].sum())


def losses(forecast: Sequence[float] | Array, low: int, high: int) -> dict[str, float] | None:
    """Return all three scores by name, None where the record leaves every category open.

    Raises:
        ValueError: the forecast is no distribution, or the outcome none of its categories.
    """
    p = np.asarray(forecast, dtype=np.float64)
    if p.ndim != 1 or (p < 0.0).any() or abs(float(p.sum()) - 1.0) > 1e-6:
        raise ValueError("a forecast is a distribution: probabilities that come to 1")
    if not 0 <= low <= high < len(p):
        raise ValueError(f"categories {low} to {high} are not among {len(p)}")
    if low == 0 and high == len(p) - 1:
        return None
    return {"brier": brier(p, low, high), "log": log_loss(p, low, high), "rps": rps(p, low, high)}


def averaged(found: Sequence[Mapping[str, float]]) -> dict[str, float] | None:
    """Return the mean of scores, such as those of the helpers of one crisis; None of none."""
    if not found:
        return None
    return {name: float(np.mean([one[name] for one in found])) for name in SCORES}


def mean_over(values: Sequence[float], clusters: Sequence[str], *, seed: int) -> Mean:
    """Return the mean of cases with a bootstrap interval over clusters of them (Efron and Tibshirani 1993, ch. 8).

    Args:
        values: one a case: a loss, or a difference of losses.
        clusters: the crisis of each case: cases of one crisis are drawn together.
        seed: of the resampling.
    """
    if not values:
        return Mean(None, None, 0)
    names = sorted(set(clusters))
    of = np.array([names.index(one) for one in clusters])
    sums = np.bincount(of, weights=np.asarray(values, dtype=np.float64), minlength=len(names))
    sizes = np.bincount(of, minlength=len(names)).astype(np.float64)
    mean = float(sums.sum() / sizes.sum())
    if len(names) < 2:
        return Mean(mean, None, len(values))
    generator = np.random.Generator(np.random.Philox(seed))
    drawn = generator.integers(len(names), size=(RESAMPLES, len(names)))
    low, high = np.quantile(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1), QUANTILES)
    return Mean(mean, (float(low), float(high)), len(values))
