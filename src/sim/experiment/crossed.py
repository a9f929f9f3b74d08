"""Sums over worlds that share every draw: what any weighted sum of their metrics is, with its paired error.

A difference between two arms is such a sum (weights -1 and 1), and so is a factor's Shapley share of eight worlds. Its
Monte Carlo error needs the products of the worlds' numerators and denominators trial by trial: on common random numbers
they go along with each other, and most of their luck cancels.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiment.summary import (
    DROWNED,
    FEWEST_CASES,
    FEWEST_CASES_OF_A_RATE,
    FEWEST_SETS,
    Estimate,
    Variance,
    over_sets,
)
from sim.scenario import SETS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Contrast = Callable[[Floats], tuple[Floats, Floats]]

MOST_WITHOUT: Final = 0.1
"""Share of the sets that may lack an event in a world: if more do, a ratio over the others would be chosen by luck."""

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
        counted = np.asarray(weights) != 0.0
        return self._estimate(_weighted(weights), counted, np.ones(SETS, np.bool_))

    def by_set(self, weights: Sequence[float]) -> tuple[NDArray[np.int64], Floats, Floats]:
        """Return the weighted sum of the worlds' metrics in every parameter set that has enough cases.

        Args:
            weights: one a world.

        Returns:
            Which sets, what each says, and the squares of their Monte Carlo errors: each of shape (sets,).
        """
        return self._each(_weighted(weights), np.asarray(weights) != 0.0, np.ones(SETS, np.bool_))

    def quotients(self) -> tuple[NDArray[np.int64], Floats, Floats]:
        """Return the second world's metric over the first's in every set with an event in both; else as `by_set`.

        Raises:
            ValueError: other than two worlds.
        """
        if self.worlds != 2:
            raise ValueError(f"a quotient is of two worlds, not {self.worlds}")

        def contrast(means: Floats) -> tuple[Floats, Floats]:
            under, over = means[..., 0], means[..., 1]
            return over / under, np.stack([-over / under**2, 1.0 / under], axis=-1)

        events = np.asarray((self._sums[:, :2] > 0.0).all(axis=1))
        return self._each(contrast, np.ones(2, np.bool_), events)

    def quotient(self) -> Estimate:
        """Estimate the second world's metric over the first's: of hazards, the hazard ratio.

        Worked out on the log scale; the error is that of the log times the ratio. Sets in which a world has no event
        have no log: they are left out, and if they are more than MOST_WITHOUT of the sets there is no interval.

        Raises:
            ValueError: other than two worlds.
        """
        if self.worlds != 2:
            raise ValueError(f"a quotient is of two worlds, not {self.worlds}")
        events = np.asarray((self._sums[:, :2] > 0.0).all(axis=1))
        if not (self._sums[:, :2].sum(axis=0) > 0.0).all():
            note = "no ratio: a world without an event"
            return self._told(None, None, None, None, note, np.ones(2, np.bool_), 0)

        def contrast(means: Floats) -> tuple[Floats, Floats]:
            under, over = means[..., 0], means[..., 1]
            return np.log(over / under), np.stack([-1.0 / under, 1.0 / over], axis=-1)

        log = self._estimate(contrast, np.ones(2, np.bool_), events)
        ratio = math.exp(log.mean or 0.0)
        error = None if log.mc_se is None else ratio * log.mc_se
        played = self._n > 0.0
        without = float((played & ~events).sum() / played.sum())
        few = f"no interval: in {without:.0%} of the parameter sets a world saw no event; more trials are needed"
        if log.interval is None or without > MOST_WITHOUT:
            told = few if without > MOST_WITHOUT else log.note
            return replace(log, mean=ratio, mc_se=error, interval=None, variance=None, note=told)
        low, high = (math.exp(end) for end in log.interval)
        return replace(log, mean=ratio, mc_se=error, interval=(low, high), variance=None)

    def _estimate(self, contrast: Contrast, counted: Flags, eligible: Flags) -> Estimate:
        """Estimate a function of the worlds' metrics that returns its value and its slopes.

        `counted` are the worlds it depends on; `eligible` the sets that have what it needs.
        """
        own = self.values()
        fewest = self._fewest()
        used = np.asarray((self._cases[:, counted] >= fewest).all(axis=1)) & eligible
        enough = int(used.sum())
        if not all(value is not None for value, one in zip(own, counted, strict=True) if one):
            return self._told(None, None, None, None, "a world has no cases", counted, enough)
        value, slopes = contrast(_filled(own))
        covariance = self.covariance()
        error = None if covariance is None else math.sqrt(max(0.0, float(slopes @ covariance @ slopes)))
        if error is not None and error <= _ROUNDING * float((np.abs(slopes) * np.abs(_filled(own))).sum()):
            error = 0.0
        if enough < FEWEST_SETS:
            note = (
                f"no interval: {enough} of {SETS} parameter sets have {fewest} cases or more in every world, "
                f"{FEWEST_SETS} are needed"
            )
            return self._told(float(value), error, None, None, note, counted, enough)
        interval, variance = self._over_sets(contrast, counted, used)
        return self._told(
            float(value), error, interval, variance, DROWNED if interval is None else None, counted, enough
        )

    def _told(
        self,
        mean: float | None,
        error: float | None,
        interval: tuple[float, float] | None,
        variance: Variance | None,
        note: str | None,
        counted: Flags,
        sets: int,
    ) -> Estimate:
        n = int(self._cases[:, counted].sum(axis=0).min()) if counted.any() else self.trials
        return Estimate(mean, error, interval, n, None, variance, sets, SETS - sets, note)

    def _each(self, contrast: Contrast, counted: Flags, eligible: Flags) -> tuple[NDArray[np.int64], Floats, Floats]:
        """Which sets have enough cases, a function of the worlds' metrics in each, and the squares of its errors."""
        used = np.asarray((self._cases[:, counted] >= self._fewest()).all(axis=1)) & eligible
        if not used.any():
            return np.flatnonzero(used), np.empty(0), np.empty(0)
        values, within = self._within(contrast, counted, used)
        return np.flatnonzero(used), values, within / self._n[used]

    def _over_sets(
        self, contrast: Contrast, counted: Flags, used: Flags
    ) -> tuple[tuple[float, float] | None, Variance]:
        n = self._n[used]
        values, within = self._within(contrast, counted, used)
        interval, between = over_sets(values, within / n)
        luck = float(within.mean())
        return interval, Variance(luck=luck, ignorance=max(0.0, between - float((within / n).mean())))

    def _within(self, contrast: Contrast, counted: Flags, used: Flags) -> tuple[Floats, Floats]:
        """A function of the worlds' metrics in each set, and its variance within the set."""
        n, sums = self._n[used], self._sums[used]
        # A world that does not count may have no cases: it must not divide by zero.
        x, y = sums[:, : self.worlds], np.where(counted, sums[:, self.worlds :], 1.0)
        values, slopes = contrast(x / y)
        linear = np.einsum("sw,swi->si", slopes, self._linear(np.concatenate([x, y], axis=1), n))
        spread = self._spread(n[:, None, None], sums, self._products[used])
        within = np.maximum(0.0, np.einsum("si,sij,sj->s", linear, spread, linear))
        size = float((np.abs(slopes) * np.abs(x / y)).sum(axis=1).max())
        if max(float((within / n).mean()), float(values.var(ddof=1))) <= (_ROUNDING * size) ** 2:
            within, values = np.zeros_like(within), np.full_like(values, values.mean())
        return values, within

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


def _weighted(weights: Sequence[float]) -> Contrast:
    weight = np.asarray(weights, dtype=np.float64)

    def contrast(means: Floats) -> tuple[Floats, Floats]:
        # A world without a weight may have no cases: what stands for its metric counts nothing.
        return (weight * means).sum(axis=-1), np.broadcast_to(weight, means.shape)

    return contrast


def _filled(values: Sequence[float | None]) -> Floats:
    return np.array([0.0 if value is None else value for value in values])
