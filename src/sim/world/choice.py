"""Quantal choice: how utilities become probabilities, and probabilities one choice.

An agent picks the alternative with the greatest `precision * utility + Gumbel`, which makes the probabilities a
softmax (McFadden 1974; agent quantal response: McKelvey and Palfrey 1998). The same softmax is what others expect of
the agent. At infinite precision the agent is a maximiser: it takes what is best, ties even by a fair draw (the greater
Gumbel), and others expect just that. Alternatives are separate arrays, added one by one in their order: the order of a
sum over an axis depends on the shape of the array, and the same cell must give the same bytes in every batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]


FAR: Final = 300.0
"""Logits beyond which nothing is in doubt; twice as many are still a finite exponential in double precision."""

FAR_SINGLE: Final = 40.0
"""The same in single precision."""


_LOWEST: Final = -1e300
"""Stands for minus infinity where that would make nothing of a weight of 0."""


def far(x: Array) -> float:
    """Logits beyond which nothing is in doubt, in the precision of `x`."""
    return FAR_SINGLE if x.dtype == np.float32 else FAR


def sigmoid(x: Array) -> Array:
    """Logistic function 1 / (1 + exp(-x)), elementwise; 0 and 1 far out."""
    with np.errstate(over="ignore"):
        return np.asarray(1.0 / (1.0 + np.exp(-x)))


def against(x: Array) -> Array:
    """exp(-x), finite and above 0: the odds against passing a threshold at 0; see `passing`."""
    odds = np.asarray(-bounded(x))
    return np.asarray(np.exp(odds, out=odds))


def passing(odds_against: Array, threshold: Array) -> Array:
    """Logistic function of x - threshold, from `against(x)`: several thresholds cost one exponential of x.

    The threshold is clipped far out, as x is; see `far`.
    """
    return passed(odds_against, np.exp(bounded(threshold)))


def bounded(x: Array) -> Array:
    """Logits clipped far out, where nothing is in doubt; see `far`."""
    bound = far(x)
    return np.asarray(x.clip(-bound, bound))


def passed(odds_against: Array, hurdle: Array) -> Array:
    """Chance to pass a threshold, from `against(x)` and the exponential of the threshold; see `passing`."""
    odds = np.asarray(odds_against * hurdle)
    odds += 1.0
    return np.asarray(np.divide(1.0, odds, out=odds))


def probabilities(utilities: Sequence[Array], precision: Array) -> list[Array]:
    """Softmax of `precision * utility` over the alternatives.

    Args:
        utilities: one array an alternative, of shapes that broadcast; -inf marks what is not open.
        precision: lambda, at least 0; infinite for a maximiser.

    Returns:
        One array an alternative; they add up to 1, or are all 0 where nothing is open.

    """
    if np.isinf(precision).any():
        quantal = probabilities(utilities, np.where(np.isinf(precision), 1.0, precision))
        best = _best(utilities)
        return [np.where(np.isinf(precision), b, q) for b, q in zip(best, quantal, strict=True)]
    scaled = [_scaled(utility, precision) for utility in utilities]
    top = scaled[0]
    for value in scaled[1:]:
        top = np.maximum(top, value)
    # Where nothing is open the top is minus infinity: seen from any number, all is still infinitely far below.
    top = np.maximum(top, _LOWEST)
    weights = [np.exp(value - top) for value in scaled]
    total = weights[0]
    for weight in weights[1:]:
        total = total + weight
    total = total + (total == 0.0)
    return [weight / total for weight in weights]


def choose(utilities: Sequence[Array], precision: Array, gumbels: Array) -> NDArray[np.int8]:
    """Index of the alternative with the greatest `precision * utility + Gumbel`; the first of equals.

    Args:
        utilities: one array an alternative; -inf marks what is not open.
        precision: lambda, at least 0; infinite for a maximiser.
        gumbels: shocks of shape (alternatives, ...).

    """
    if np.isinf(precision).any():
        quantal = choose(utilities, np.where(np.isinf(precision), 1.0, precision), gumbels)
        # Among the best all utilities count the same, and the greater Gumbel takes it.
        equals = [np.where(share > 0.0, 0.0, -np.inf) for share in _best(utilities)]
        return np.where(np.isinf(precision), choose(equals, np.ones(()), gumbels), quantal)
    best = _shocked(utilities[0], precision, gumbels[0])
    chosen = np.zeros(best.shape, dtype=np.int8)
    for index in range(1, len(utilities)):
        value = _shocked(utilities[index], precision, gumbels[index])
        chosen = np.maximum(chosen, (value > best) * np.int8(index))
        best = np.maximum(best, value)
    return chosen


def chance(utility: Array, precision: Array) -> Array:
    """Chance of an alternative of this utility against one of utility 0."""
    if np.isinf(precision).any():
        quantal = sigmoid(np.where(np.isinf(precision), 1.0, precision) * utility)
        return np.where(np.isinf(precision), 0.5 * (1.0 + np.sign(utility)), quantal)
    return sigmoid(precision * utility)


def mean(values: Sequence[Array], weights: Sequence[Array]) -> Array:
    """Sum of `weight * value` over the alternatives; a value of -inf counts nothing where its weight is 0."""
    total = np.zeros(())
    for value, weight in zip(values, weights, strict=True):
        total = total + weight * np.maximum(value, _LOWEST)
    return np.asarray(total)


def _best(utilities: Sequence[Array]) -> list[Array]:
    """Even chances over the alternatives of the greatest utility; all 0 where nothing is open."""
    top = utilities[0]
    for value in utilities[1:]:
        top = np.maximum(top, value)
    equals = [((value == top) & ~np.isneginf(value)).astype(np.float64) for value in utilities]
    count = equals[0]
    for one in equals[1:]:
        count = count + one
    count = np.where(count > 0.0, count, 1.0)
    return [np.asarray(one / count) for one in equals]


def _shocked(utility: Array, precision: Array, gumbel: Array) -> Array:
    return np.asarray(_scaled(utility, precision) + gumbel)


def _scaled(utility: Array, precision: Array) -> Array:
    if precision.all():
        return np.asarray(precision * utility)
    # 0 x -inf is not a number: what is not open stays closed at precision 0.
    with np.errstate(invalid="ignore"):
        return np.where(utility == -np.inf, -np.inf, precision * utility)
