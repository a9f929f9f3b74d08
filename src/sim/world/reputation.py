"""Reputation: what every observer learns of a guarantor from how it answered an attack (model page 4.4).

An observer takes the guarantor's latent in the crisis, y = eta + difference + tied + u + epsilon, for normal with
variance s2 + s_u^2 + pi^2 / 3 (the logistic replaced by the normal of its variance), and the level it saw for the
interval of y that shows as that level. The moments of the truncated normal move the belief on eta by the share of the
variance that is its own. The shock that all guarantors share in a crisis is taken as each one's own noise here: what
one guarantor's answer says of the shock, and so of the others, is ignored.

A guarantor without a free hand (no mandate, or its own abstention; votes are public) hides what it would have done:
from a member's aid one learns "aid or more", and the leader is known to act with its latent lowered by `no_mandate`.
In each later exchange of the crisis one learns from whether it rose above its level or did not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import log_ndtr

from sim.world.beliefs import Belief
from sim.world.foresight import covariates
from sim.world.response import AID, COMBAT, TROOPS, latent
from sim.world.values import cut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sim.world.agents import Guarantor
    from sim.world.council import Rules
    from sim.world.foresight import Attack
    from sim.world.values import Cells
    from sim.world.world import World

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Levels = NDArray[np.int8]

LOGISTIC_VARIANCE: Final = float(np.pi**2 / 3.0)
_LOG_ROOT_TWO_PI: Final = float(0.5 * np.log(2.0 * np.pi))


@dataclass(frozen=True)
class Sight:
    """What observers saw of the guarantors at one moment of a crisis, in its cells.

    Attributes:
        step: number of the step.
        attacker: name of the attacker.
        attack: as guarantors judged it.
        rules: the Council's.
        caution: by how much the leader's threshold of combat was raised.
        free: where each guarantor acted on its own latent: with a free hand, or without a Council.

    """

    step: int
    attacker: str
    attack: Attack
    rules: Rules
    caution: Array
    free: Mapping[str, Flags]


def learn_from_answers(world: World, sight: Sight, levels: Mapping[str, Levels], cells: Cells) -> None:
    """Let every observer learn from the first answers to an attack, and write down what was shown before.

    Args:
        world: the world.
        sight: what was seen.
        levels: level that each guarantor showed.
        cells: where.

    """
    if not world.learns.any():
        return
    world.signals.close(world, cells.of(cells.full(world.learns)))
    for guarantor in world.guarantors:
        name = guarantor.name
        cutpoints, capped = _thresholds(world, sight, guarantor, cells)
        _learn(world, sight, guarantor, cells, interval(levels[name], cutpoints, capped))


def learn_from_rise(
    world: World, sight: Sight, guarantor: Guarantor, before: Levels, rises: Flags, fought: Flags, cells: Cells
) -> None:
    """Let every observer learn from whether a guarantor rose above its level in a later exchange.

    One that rose showed a latent above the next cutpoint, one that did not a latent below it; one that could not rise,
    at the top or capped at aid, showed nothing.

    Args:
        world: the world.
        sight: what was seen.
        guarantor: who.
        before: its level before the exchange.
        rises: where it rose by one.
        fought: where the exchange was fought at all; elsewhere nothing was to be seen.
        cells: the cells of the crisis.

    """
    if not world.learns.any():
        return
    (aid, troops, combat), capped = _thresholds(world, sight, guarantor, cells)
    following = np.where(before >= TROOPS, combat, np.where(before >= AID, troops, aid))
    stuck = (before >= COMBAT) | (capped & (before >= AID)) | ~fought
    low = np.where(rises, following, -np.inf)
    high = np.where(rises | stuck, np.inf, following)
    _learn(world, sight, guarantor, cells, (low, high))


def _thresholds(
    world: World, sight: Sight, guarantor: Guarantor, cells: Cells
) -> tuple[tuple[Array, Array, Array], Flags]:
    """Cutpoints that observers reckon with for a guarantor as it stood, and where it could not go beyond aid."""
    free = sight.free[guarantor.name]
    aid, troops, combat = cut(world.average, cells).cutpoints
    if not guarantor.leads:
        return (aid, troops, combat), ~free
    drop = np.where(free, 0.0, sight.rules.no_mandate)
    return (aid + drop, troops + drop, combat + drop + sight.caution), np.zeros(len(cells), np.bool_)


def _learn(world: World, sight: Sight, guarantor: Guarantor, cells: Cells, bounds: tuple[Array, Array]) -> None:
    """Move every observer's belief on a guarantor, whose latent in the crisis was seen between two bounds."""
    name, attack = guarantor.name, sight.attack
    average = cut(world.average, cells)
    ties = cells.take(guarantor.own(f"ties.{sight.attacker}"))
    x = covariates(attack, ties, cells.take(guarantor.own("committed")), leads=guarantor.leads)
    here = latent(average, np.zeros(()), attack.covered, x) + cells.take(world.signals.tied[name])
    shift = here - cells.take(world.at_reference[name])
    noise = average.shock * average.shock + LOGISTIC_VARIANCE
    counts = cells.full(guarantor.active & world.learns)
    low, high = bounds
    for observer in world.observers:
        before = cut(observer.beliefs[name], cells)
        after = updated(before, noise, low - shift, high - shift)
        mean, variance = np.where(counts, after.mean, before.mean), np.where(counts, after.variance, before.variance)
        observer.learn(name, Belief(mean, variance), cells, world.shape)
        if world.log is not None and bool(counts[0]):
            world.log.fact(
                "crisis",
                sight.step,
                "reputation",
                observer=observer.name,
                actor=name,
                mean_before=before.mean,
                mean=mean,
                variance=variance,
            )


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
    """Mean and variance of a standard normal between two bounds, safe far out; bounds may be infinite."""
    flipped = low > -high  # in the lower tail logarithms keep their digits
    a, b = np.where(flipped, -high, low), np.where(flipped, -low, high)
    below = log_ndtr(b)
    log_mass = below + np.log1p(-np.exp(log_ndtr(a) - below))
    at_a, at_b = _hazard(a, log_mass), _hazard(b, log_mass)
    mean = at_a - at_b
    # An infinite bound carries no weight: 0 x infinity counts as 0.
    drawn = np.where(np.isinf(a), 0.0, a) * at_a - np.where(np.isinf(b), 0.0, b) * at_b
    variance = np.clip(1.0 + drawn - mean * mean, 0.0, 1.0)
    return np.where(flipped, -mean, mean), variance


def _hazard(bound: Array, log_mass: Array) -> Array:
    """Density at a bound over the mass between the bounds."""
    return np.asarray(np.exp(-0.5 * bound * bound - _LOG_ROOT_TWO_PI - log_mass))
