"""Shares of factors in an effect: what each contributes, adding up to the whole (Shapley 1953).

The effect of a treaty is split among the channels through which it works by playing all 2^k worlds in which some
channels are on and the others off. A factor's share is the mean, over all orders in which the factors could be switched
on, of what switching it on changes. It is the only split that adds up, gives nothing to what changes nothing, treats
equals equally, and of a sum of metrics is the sum of the splits.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence


MOST_FACTORS: Final = 8
"""More factors would want more than 256 worlds."""

World = frozenset[str]
"""A world by the factors that are on in it."""


def worlds(factors: Sequence[str]) -> tuple[World, ...]:
    """Return all 2^k worlds, from none on to all on, those with fewer factors first.

    Raises:
        ValueError: no factor, one twice, or more than MOST_FACTORS.
    """
    if not 1 <= len(factors) <= MOST_FACTORS or len(set(factors)) < len(factors):
        raise ValueError(f"1 to {MOST_FACTORS} different factors are wanted, not {list(factors)}")
    return tuple(frozenset(some) for count in range(len(factors) + 1) for some in combinations(factors, count))


def weights(factors: Sequence[str]) -> dict[str, tuple[Fraction, ...]]:
    """Return the weight of every world in the share of every factor, in the order of `worlds`.

    The share is the weighted sum of the worlds' values: |S|! (k - |S| - 1)! / k! for a world that is S and the factor,
    minus that for the world S without it. Because it is linear, a share can also be taken trial by trial where the
    worlds share every draw: then `estimate` gives its mean, its paired error and its interval over parameter sets.
    """
    count = len(factors)
    orders = math.factorial(count)
    found = {}
    for factor in factors:
        row = []
        for world in worlds(factors):
            others = len(world - {factor})
            share = Fraction(math.factorial(others) * math.factorial(count - others - 1), orders)
            row.append(share if factor in world else -share)
        found[factor] = tuple(row)
    return found
