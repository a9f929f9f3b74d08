"""Sums over worlds that share every draw: what any weighted sum of their metrics is, with its paired error.

A difference between two arms is such a sum (weights -1 and 1), and so is a factor's Shapley share of eight worlds. Its
Monte Carlo error needs the products of the worlds' numerators and denominators trial by trial: on common random numbers
they go along with each other, and most of their luck cancels.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiment.summary import (
    FEWEST_CASES,
    FEWEST_CASES_OF_A_RATE,
    FEWEST_SETS,
    QUANTILES,
    Estimate,
    Variance,
)
from sim.scenario import SETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


_ROUNDING: Final = 1e-7
"""Share of a sum's terms below which a deviation is rounding: the square root of what squares are rounded to."""


class Crossed:
    """One metric in several worlds, summed by parameter set.

    A metric is the sum of numerators over the sum of denominators, which are 0 or 1 for a condition, a positive number
    for a rate, and 1 for a mean (sim.experiment.metrics). Sums grow trial by trial: batches of whatever size give the
    same bits.

    Attributes:
        worlds: how many.
        trials: how many trials are in.
    """

    def __init__(self, worlds: int) -> None:
        """Begin with no trials."""
        self.worlds = worlds
        self.trials = 0
        self._n = np.zeros(SETS)
        self._cases = np.zeros((SETS, worlds))
        self._sums = np.zeros((SETS, 2 * worlds))
        self._products = np.zeros((SETS, 2 * worlds, 2 * worlds))

    def add(self, numerators: NDArray[Any], denominators: NDArray[Any] | None = None) -> None:
        """Add the trials that follow.

        Args:
            numerators: shape (worlds, trials).
            denominators: likewise; ones if None.

        Raises:
            ValueError: another number of worlds.
        """
        x = np.asarray(numerators, dtype=np.float64)
        y = np.ones_like(x) if denominators is None else np.asarray(denominators, dtype=np.float64)
        if x.ndim != 2 or len(x) != self.worlds or y.shape != x.shape:
            raise ValueError(f"{self.worlds} worlds are wanted, not shapes {x.shape} and {y.shape}")
        met = y > 0
        terms = np.concatenate([x * met, y]).T
        done, count = 0, terms.shape[0]
        while done < count:
            # Consecutive trials up to a multiple of SETS fall on different sets: no sum's order of addition changes.
            first = (self.trials + done) % SETS
            step = min(count - done, SETS - first)
            at, piece = slice(first, first + step), terms[done : done + step]
            self._n[at] += 1.0
            self._cases[at] += met.T[done : done + step]
            self._sums[at] += piece
            self._products[at] += piece[:, :, None] * piece[:, None, :]
            done += step
        self.trials += count

    def values(self) -> list[float | None]:
        """Return the metric in every world; None in one without cases."""
        x, y = np.split(self._sums.sum(axis=0), 2)
        return [float(one / other) if other > 0 else None for one, other in zip(x, y, strict=True)]

    def covariance(self) -> Floats | None:
        """Return the Monte Carlo covariance of the worlds' metrics, shape (worlds, worlds), the sets fixed by design.

        Each ratio is replaced by its linearisation (x - R y) / mean y (Cochran 1977, ch. 6). None with fewer than two
        trials, or where a world has no cases.
        """
        if self.trials < FEWEST_CASES or None in self.values():
            return None
        linear = self._linear(self._sums.sum(axis=0, keepdims=True), np.array([float(self.trials)]))[0]
        used = np.asarray((self._cases >= self._fewest()).all(axis=1))
        if used.sum() < FEWEST_SETS:
            spread = self._spread(self._n.sum(), self._sums.sum(axis=0), self._products.sum(axis=0))
            total = self.trials * spread
        else:
            n = self._n[used]
            within = self._spread(n[:, None, None], self._sums[used], self._products[used])
            pooled = ((n - 1.0)[:, None, None] * within).sum(axis=0) / (n - 1.0).sum()
            total = (n[:, None, None] * within).sum(axis=0) + self._n[~used].sum() * pooled
        return np.asarray(linear @ total @ linear.T / float(self.trials) ** 2)

    def combined(self, weights: Sequence[float]) -> Estimate:
        """Estimate the weighted sum of the worlds' metrics, as `sim.experiment.estimate` does a single one.

        The interval is over parameter sets, Monte Carlo noise taken out: a set counts if it has enough cases in every
        world that has a weight.

        Args:
            weights: one a world.
        """
        weight = np.asarray(weights, dtype=np.float64)
        counted = weight != 0.0
        own, covariance = self.values(), self.covariance()
        known = all(value is not None for value, one in zip(own, counted, strict=True) if one)
        mean = float(sum(one * (value or 0.0) for one, value in zip(weight, own, strict=True))) if known else None
        error = None if covariance is None else math.sqrt(max(0.0, float(weight @ covariance @ weight)))
        fewest = self._fewest()
        used = np.asarray((self._cases[:, counted] >= fewest).all(axis=1))
        enough = int(used.sum())
        interval, variance, note = None, None, None
        if not known:
            note = "a world has no cases"
        elif enough < FEWEST_SETS:
            note = (
                f"no interval: {enough} of {SETS} parameter sets have {fewest} cases or more in every world, "
                f"{FEWEST_SETS} are needed"
            )
        else:
            interval, variance, note = self._over_sets(weight, used)
        return Estimate(
            mean=mean,
            mc_se=error if known else None,
            interval=interval,
            n=int(self._cases[:, counted].sum(axis=0).min()) if counted.any() else self.trials,
            given=None,
            variance=variance,
            sets=enough,
            left_out=SETS - enough,
            note=note,
        )

    def _over_sets(
        self, weight: Floats, used: NDArray[np.bool_]
    ) -> tuple[tuple[float, float] | None, Variance, str | None]:
        n, sums = self._n[used], self._sums[used]
        counted = weight != 0.0
        # A world without a weight may have no cases: it must not divide by zero.
        x, y = sums[:, : self.worlds], np.where(counted, sums[:, self.worlds :], 1.0)
        means = (weight * (x / y)).sum(axis=1)
        linear = weight @ self._linear(np.concatenate([x, y], axis=1), n)
        spread = self._spread(n[:, None, None], sums, self._products[used])
        within = np.maximum(0.0, np.einsum("si,sij,sj->s", linear, spread, linear))
        noise, between = float((within / n).mean()), float(means.var(ddof=1))
        size = float((np.abs(weight) * np.abs(x / y)).sum(axis=1).max())
        if max(noise, between) <= (_ROUNDING * size) ** 2:
            noise = between = 0.0
        pull = math.sqrt(max(0.0, 1.0 - noise / between)) if between > 0.0 else 0.0
        low, high = (float(end) for end in np.quantile(means.mean() + pull * (means - means.mean()), QUANTILES))
        variance = Variance(luck=float(within.mean()), ignorance=max(0.0, between - noise))
        if low == high and noise > 0.0:
            note = "no interval: luck drowns whatever parameter sets differ by; more trials may show it"
            return None, variance, note
        return (low, high), variance, None

    def _fewest(self) -> int:
        """Return the cases that a set must have: of a rate, whose denominators vary among cases, more."""
        rate = not np.array_equal(self._cases, self._sums[:, self.worlds :])
        return FEWEST_CASES_OF_A_RATE if rate else FEWEST_CASES

    def _linear(self, sums: Floats, n: Floats) -> Floats:
        """Return what turns numerators and denominators into linearised ratios, shape (sets, worlds, 2 worlds)."""
        x, y = sums[:, : self.worlds], sums[:, self.worlds :]
        scale = n[:, None] / y
        own = np.eye(self.worlds)
        return np.concatenate([scale[:, :, None] * own, (-scale * x / y)[:, :, None] * own], axis=2)

    @staticmethod
    def _spread(n: Any, sums: Floats, products: Floats) -> Floats:
        """Return the covariance within sets of numerators and denominators."""
        return np.asarray((products - sums[..., :, None] * sums[..., None, :] / n) / (n - 1.0))
