"""How a state chooses, and how others expect it to choose: one rule, two uses (model page 4, 4.9)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

CLOSED = -math.inf
"""Utility of what cannot be done."""


def sigmoid(x: float) -> float:
    """1 / (1 + e^-x), which is 0 to all digits far below."""
    return 1.0 / (1.0 + math.exp(-x)) if x > -700.0 else 0.0


def odds(utilities: Sequence[float], precision: float) -> list[float]:
    """Chance of each alternative: softmax of precision x utility; a maximiser shares evenly among the best."""
    top = max(utilities)
    if top == CLOSED:
        return [0.0] * len(utilities)
    if precision == math.inf:
        weights = [float(utility == top) for utility in utilities]
    else:
        weights = [0.0 if utility == CLOSED else math.exp(precision * (utility - top)) for utility in utilities]
    total = sum(weights)
    return [weight / total for weight in weights]


def chance(utility: float, precision: float) -> float:
    """Chance of an alternative of this utility against one of utility 0."""
    if precision == math.inf:
        return 0.5 if utility == 0.0 else float(utility > 0.0)
    return sigmoid(precision * utility)


def choose(utilities: Sequence[float], precision: float, gumbels: Sequence[float]) -> int:
    """The alternative of the greatest precision x utility + Gumbel, the first of equals.

    A maximiser looks at utility first; the Gumbels only part the best.
    """
    if precision == math.inf:
        top = max(utilities)
        utilities = [0.0 if utility == top else CLOSED for utility in utilities]
        precision = 1.0
    best, chosen = CLOSED, 0
    for index, (utility, gumbel) in enumerate(zip(utilities, gumbels, strict=True)):
        value = CLOSED if utility == CLOSED else precision * utility + gumbel
        if value > best:
            best, chosen = value, index
    return chosen


def mean(values: Sequence[float], weights: Sequence[float]) -> float:
    """Sum of weight x value; what is closed weighs nothing."""
    return sum(weight * value for value, weight in zip(values, weights, strict=True) if value != CLOSED)


def nested(utilities: Sequence[float], precision: float) -> tuple[float, list[float]]:
    """Utility of going overt, and the chances of each overt action: two kinds of attack are not two reasons for one."""
    shares = odds(utilities, precision)
    return mean(utilities, shares), shares
