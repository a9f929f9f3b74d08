"""Shares of factors in an effect: what each contributes, adding up to the whole (Shapley 1953).

The effect of a treaty is split among the channels through which it works by playing all 2^k worlds in which some
channels are on and the others off. A factor's share is the mean, over all orders in which the factors could be switched
on, of what switching it on changes. It is the only split that adds up, gives nothing to what changes nothing, treats
equals equally, and of a sum of metrics is the sum of the splits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.experiment.crossed import Crossed

MOST_FACTORS: Final = 8
"""More factors would want more than 256 worlds."""

World = frozenset[str]
"""A world by the factors that are on in it."""


@dataclass(frozen=True)
class Share:
    """What one factor contributes, or all together.

    Attributes:
        mean: in the unit of the metric.
        mc_se: its Monte Carlo error, in the same unit; None if no covariance was given.
        interval: 90 % interval over parameter sets; None unless the worlds were summed by set.
    """

    mean: float
    mc_se: float | None
    interval: tuple[float, float] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "mean": self.mean,
            "mc_se": self.mc_se,
            "interval": None if self.interval is None else list(self.interval),
        }


@dataclass(frozen=True)
class Shares:
    """An effect and its split.

    Attributes:
        effect: value with all factors on less value with none on.
        shares: factor -> share; they add up to the effect exactly, but for the rounding of each to a float.
        alone: factor -> what it changes if it is the only one on.
        last: factor -> what it changes if all others are on. Where `alone` and `last` differ, factors interact.
    """

    effect: Share
    shares: Mapping[str, Share]
    alone: Mapping[str, float]
    last: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """Return them as JSON values."""
        return {
            "effect": self.effect.to_json(),
            "shares": {
                name: {**share.to_json(), "alone": self.alone[name], "last": self.last[name]}
                for name, share in self.shares.items()
            },
        }


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


def shapley(
    factors: Sequence[str], values: Mapping[World, float], covariance: NDArray[np.float64] | None = None
) -> Shares:
    """Split the effect of all factors together among them.

    Sums are taken in fractions, so that nothing is lost but in the last rounding to floats.

    Args:
        factors: names, 1 to MOST_FACTORS.
        values: the metric in each of the worlds; finite.
        covariance: Monte Carlo covariance of these values, shape (2^k, 2^k) in the order of `worlds`. On common random
            numbers the values go along with each other, and the errors of shares are far below those of unpaired ones.

    Raises:
        ValueError: a world is missing, a value is not finite, or the covariance has another shape.
    """
    order = worlds(factors)
    absent = [sorted(world) for world in order if world not in values or not math.isfinite(values[world])]
    if absent:
        raise ValueError(f"no value of the worlds with {absent} on")
    if covariance is not None and covariance.shape != (len(order), len(order)):
        raise ValueError(f"covariance of shape {(len(order), len(order))} is wanted, not {covariance.shape}")
    exact = [Fraction(values[world]) for world in order]
    at = dict(zip(order, exact, strict=True))
    full, none = order[-1], order[0]

    def share(row: tuple[Fraction, ...]) -> Share:
        mean = sum((weight * value for weight, value in zip(row, exact, strict=True)), Fraction(0))
        return Share(float(mean), _error(row, covariance))

    return Shares(
        effect=share(_ends(order)),
        shares={factor: share(row) for factor, row in weights(factors).items()},
        alone={factor: float(at[frozenset({factor})] - at[none]) for factor in factors},
        last={factor: float(at[full] - at[full - {factor}]) for factor in factors},
    )


def shapley_of(factors: Sequence[str], played: Crossed) -> Shares | None:
    """Split an effect from trials of all worlds, played on the same draws: with paired errors and intervals.

    Args:
        factors: names, 1 to MOST_FACTORS.
        played: the metric in the worlds, in the order of `worlds`.

    Returns:
        None if the metric has no cases in one of the worlds.
    """
    values = played.values()
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    order = worlds(factors)
    found = shapley(factors, dict(zip(order, known, strict=True)), played.covariance())

    def over_sets(share: Share, row: tuple[Fraction, ...]) -> Share:
        return replace(share, interval=played.combined([float(weight) for weight in row]).interval)

    table = weights(factors)
    return replace(
        found,
        effect=over_sets(found.effect, _ends(order)),
        shares={factor: over_sets(share, table[factor]) for factor, share in found.shares.items()},
    )


def _ends(order: tuple[World, ...]) -> tuple[Fraction, ...]:
    """Return the weights of the effect: 1 of the world with all factors on, -1 of that with none."""
    return tuple(Fraction((world == order[-1]) - (world == order[0])) for world in order)


def _error(row: tuple[Fraction, ...], covariance: NDArray[np.float64] | None) -> float | None:
    if covariance is None:
        return None
    weight = np.array([float(one) for one in row])
    return math.sqrt(max(0.0, float(weight @ covariance @ weight)))
