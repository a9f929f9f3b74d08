"""A quick guess at what history would show of a parameter set: where to look for sets that meet the targets.

Each target's statistic is regressed on the parameters (ridge regression on the normal scale of their quantiles, with
squares and products of those that matter), and the chance that a set meets all targets is read off the prediction and
its error. Such emulators steer the search only (history matching: Craig et al. 1997, Vernon et al. 2010; in approximate
Bayesian computation: Wilkinson 2014): every set is judged by playing it, and weights undo where it was looked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import ndtr

from sim.record.schemas.target import COUNTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.judge.bank import Bank
    from sim.record.schemas.target import Target

    Array = NDArray[np.float64]

ADDED: Final = 0.1
"""Added to a count before its logarithm is taken: a set in which nothing happened has one too (convention)."""

MOST: Final = 40
"""Parameters at most of which squares and products are taken."""

SURE: Final = 4.0
"""Standard errors by which a parameter must move a statistic to be one of them (convention)."""

PENALTIES: Final = tuple(10.0**power for power in range(-1, 5))
"""Ridge penalties that are tried; generalised cross-validation picks one (Golub et al. 1979)."""


@dataclass(frozen=True, eq=False)
class Emulator:
    """Chance that a set meets all targets, as far as a regression can tell.

    Attributes:
        active: columns of z of which squares and products are taken.
        weights: of every feature, shape (features, targets).
        error: standard deviation of a statistic about its prediction, luck included, shape (targets,).
        low: least value that meets each target, on the scale of the regression, shape (targets,).
        high: greatest.

    """

    active: NDArray[np.intp]
    weights: Array = field(repr=False)
    error: Array
    low: Array
    high: Array

    def chance(self, z: Array) -> Array:
        """Chance that each of some sets meets all targets, shape (sets,); z of shape (sets, parameters)."""
        expected = features(z, self.active) @ self.weights
        each = ndtr((self.high - expected) / self.error) - ndtr((self.low - expected) / self.error)
        return np.asarray(np.prod(np.clip(each, 0.0, 1.0), axis=1))


def features(z: Array, active: NDArray[np.intp]) -> Array:
    """Return 1, every parameter, and squares and products of the active ones, shape (sets, features)."""
    rows, columns = np.triu_indices(len(active))
    some = z[:, active]
    return np.concatenate([np.ones((len(z), 1)), z, some[:, rows] * some[:, columns]], axis=1)


def emulator(bank: Bank, targets: Sequence[Target]) -> Emulator:
    """Fit the emulator of some targets to every candidate that was played."""
    shown = [_scaled(one, bank.statistic(one.id)) for one in targets]
    active = _active(bank.z, shown)
    x = features(bank.z, active)
    fits = [_ridge(x, y) for y in shown]
    low, high = (np.array([_end(one, end) for one in targets]) for end in ("low", "high"))
    return Emulator(active, np.stack([w for w, _ in fits], axis=1), np.array([error for _, error in fits]), low, high)


def _scaled(target: Target, statistic: Array) -> Array:
    """A statistic on the scale of the regression: the logarithm of a count, a share as it is."""
    return np.log(statistic + ADDED) if target.measure in COUNTED else statistic


def _end(target: Target, end: str) -> float:
    """An end of a tolerance on that scale; what cannot be missed is infinite."""
    value = getattr(target.tolerance, end)
    if target.measure in COUNTED:
        return float(np.log(value + ADDED)) if value > 0.0 else -np.inf
    return -np.inf if value <= 0.0 else np.inf if value >= 1.0 else float(value)


def _active(z: Array, shown: Sequence[Array]) -> NDArray[np.intp]:
    """Columns that move some statistic, by their correlation with it."""
    strength = np.zeros(z.shape[1])
    for y in shown:
        known = np.isfinite(y)
        apart = y[known] - y[known].mean()
        norm = np.sqrt((apart**2).sum()) + 1e-300
        strength = np.maximum(strength, np.abs(apart @ z[known]) / np.sqrt((z[known] ** 2).sum(axis=0)) / norm)
    order = np.argsort(-strength, kind="stable")[:MOST]
    return np.sort(order[strength[order] * np.sqrt(len(z)) > SURE])


def _ridge(x: Array, y: Array) -> tuple[Array, float]:
    """Weights of a ridge regression and the error of its predictions of sets it has not seen."""
    known = np.isfinite(y)
    x, y = x[known], y[known]
    values, vectors = np.linalg.eigh(x.T @ x)
    values = np.maximum(values, 0.0)
    turned = vectors.T @ (x.T @ y)
    best: tuple[float, float] = (np.inf, PENALTIES[-1])
    for penalty in PENALTIES:
        kept = float((values / (values + penalty)).sum())
        residual = y - x @ (vectors @ (turned / (values + penalty)))
        free = 1.0 - min(kept / len(y), 0.99)
        best = min(best, (float((residual**2).mean()) / free**2, penalty))
    error, penalty = best
    return np.asarray(vectors @ (turned / (values + penalty))), float(np.sqrt(error))
