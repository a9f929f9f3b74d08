"""Reputation: what every observer learns of a guarantor from how it answered an attack (model page 7.4).

An observer takes the guarantor's latent in the crisis, y = eta + difference + tied + u + epsilon, for normal with
variance s2 + s_u^2 + pi^2 / 3 (the logistic replaced by the normal of its variance), and the level it saw for the
interval of y that shows as that level. The moments of the truncated normal move the belief on eta by the share of the
variance that is its own. The shock that all guarantors share in a crisis is taken as each one's own noise here: what
one guarantor's answer says of the shock, and so of the others, is ignored.

A guarantor without a free hand (no mandate, or its own abstention; votes are public) hides what it would have done:
from a member's aid one learns "aid or more", and the leader is known to act with its latent lowered by `no_mandate`.
A rise in a later exchange shows the same latent against a harder attack, and is not learned from once more.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import log_ndtr

from sim.world import chronicle, expectations
from sim.world.beliefs import Belief
from sim.world.response import AID, COMBAT, TROOPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sim.world.agents import Guarantor
    from sim.world.assault import Assault
    from sim.world.foresight import Attack
    from sim.world.world import World

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Levels = NDArray[np.int8]

LOGISTIC_VARIANCE: Final = float(np.pi**2 / 3.0)
_TAIL: Final = 1e6
_FARTHEST: Final = 1e300
_LOG_HALF: Final = float(np.log(0.5))
_LOG_ROOT_TWO_PI: Final = float(0.5 * np.log(2.0 * np.pi))


@dataclass(frozen=True)
class Sight:
    """What observers saw of the guarantors in crises, one an entry.

    Attributes:
        assault: who attacked, how, and where.
        attack: the attack as guarantors judged it.
        levels: level that each guarantor showed.
        free: where each acted on its own latent: with a free hand, or without a Council.
        no_mandate: how far the leader's latent falls without a free hand.
        caution: by how much the leader's threshold of combat was raised.

    """

    assault: Assault
    attack: Attack
    levels: Mapping[str, Levels]
    free: Mapping[str, Flags]
    no_mandate: Array
    caution: Array


def learn(world: World, sight: Sight, step: int) -> None:
    """Let every observer learn from the answers to attacks; what was shown before is written down by then."""
    cells = sight.assault.cells
    learns = cells.full(world.learns)
    if not learns.any():
        return
    average = cells.own(world.average)
    noise = average.shock * average.shock + LOGISTIC_VARIANCE
    size = len(cells)
    low, high, counts = np.empty((3, len(world.guarantors), size))
    shifts = expectations.average_shifts(world, sight.attack, sight.assault)
    for index, (guarantor, shift) in enumerate(zip(world.guarantors, shifts, strict=True)):
        bounds = _bounds(sight, guarantor, average.cutpoints)
        low[index], high[index] = bounds[0] - shift, bounds[1] - shift
        counts[index] = learns & cells.own(guarantor.active)
    before = world.minds.at(cells)
    after = updated(before, noise, low, high)
    mean = np.where(counts > 0.0, after.mean, before.mean)
    variance = np.where(counts > 0.0, after.variance, before.variance)
    world.minds.hold(cells, Belief(mean, variance))
    if world.log is not None:
        pairs = itertools.product(range(len(world.guarantors)), range(len(world.observers)))
        met = [(o, g) for g, o in pairs if counts[g, 0] > 0.0]
        chronicle.read(world, "crisis", step, "reputation", met, (before, Belief(mean, variance)))


def _bounds(sight: Sight, guarantor: Guarantor, cutpoints: tuple[Array, Array, Array]) -> tuple[Array, Array]:
    """Bounds of a guarantor's latent in the crisis that show as what it did, by the cutpoints observers reckon with."""
    levels, free = sight.levels[guarantor.name], sight.free[guarantor.name]
    if not guarantor.leads:
        return interval(levels, cutpoints, ~free)
    drop = np.where(free, 0.0, sight.no_mandate)
    aid, troops, combat = cutpoints
    return interval(levels, (aid + drop, troops + drop, combat + drop + sight.caution), np.zeros_like(free))


def interval(levels: Levels, cutpoints: tuple[Array, Array, Array], capped: Flags) -> tuple[Array, Array]:
    """Bounds of the latent that shows as each level; where `capped`, aid shows for aid or more."""
    aid, troops, combat = cutpoints
    low = np.where(levels >= COMBAT, combat, np.where(levels >= TROOPS, troops, aid))
    low = np.where(levels >= AID, low, -np.inf)
    high = np.where(levels >= TROOPS, combat, np.where(levels >= AID, troops, aid))
    high = np.where((levels >= COMBAT) | (capped & (levels >= AID)), np.inf, high)
    return low, high


def updated(belief: Belief, noise: Array, low: Array, high: Array) -> Belief:
    """Belief on eta once eta + N(0, noise) was seen between two bounds; moments of the exact posterior."""
    variance = belief.variance + noise
    spread = np.sqrt(variance)
    shift, kept = truncated((low - belief.mean) / spread, (high - belief.mean) / spread)
    share = belief.variance / variance
    return Belief(
        mean=belief.mean + share * spread * shift,
        variance=belief.variance * (1.0 - share * (1.0 - kept)),
    )


def truncated(low: Array, high: Array) -> tuple[Array, Array]:
    """Mean and variance of a standard normal between two bounds, safe far out; bounds may be infinite.

    Bounds with nothing between them tell nothing: mean 0, variance 1. They come of cutpoints that do not rise.
    """
    empty = low >= high
    if empty.any():
        low, high = np.where(empty, -np.inf, low), np.where(empty, np.inf, high)
    side = 1.0 - 2.0 * (low > -high)  # in the lower tail logarithms keep their digits
    ends = low * side, high * side
    least, most = np.minimum(*ends), np.maximum(*ends)
    beneath, below = log_ndtr(least), log_ndtr(most)
    # So thin a tail, or so narrow a slice, all lies where it is thickest; the formulas have no digits left there.
    point = (most < -_TAIL) | (beneath >= below)
    a, b, thin = least, most, bool(point.any())
    if thin:
        a, b = np.where(point, -np.inf, least), np.where(point, 0.0, most)
        beneath, below = np.where(point, -np.inf, beneath), np.where(point, _LOG_HALF, below)
    log_mass = below + np.log1p(-np.exp(beneath - below))
    at_a, at_b = _hazard(a, log_mass), _hazard(b, log_mass)
    mean = at_a - at_b
    # An infinite bound carries no weight: 0 x infinity counts as 0.
    drawn = np.maximum(a, -_FARTHEST) * at_a - np.minimum(b, _FARTHEST) * at_b
    variance = np.clip(1.0 + drawn - mean * mean, 0.0, 1.0)
    mean = np.clip(mean, a, b)
    if thin:
        mean, variance = np.where(point, most, mean), np.where(point, 0.0, variance)
    return mean * side, variance


def _hazard(bound: Array, log_mass: Array) -> Array:
    """Density at a bound over the mass between the bounds."""
    return np.asarray(np.exp(-0.5 * bound * bound - _LOG_ROOT_TWO_PI - log_mass))
