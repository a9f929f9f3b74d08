"""What an observer expects the guarantors to do, through the Council and without it.

The observer integrates over what it does not know: the shared shock u ~ N(0, s^2) and each guarantor's latent
eta ~ N(mu, var). The leader's total latent t = eta_L + u is integrated by Gauss-Hermite quadrature: all that the leader
does depends on t alone. Given t the shock is normal again, with mean (s^2 / (s^2 + var_L)) (t - mu_L); what is left of
its variance widens each other member's latent and is treated as independent between members, and the chance that a
logistic variable with a normal error passes a threshold takes the scaled logistic (MacKay 1992). A member that supports
is a more willing helper than the average: one step of assumed-density filtering moves its latent. The tests hold the
whole against brute force: 0.03 for a mandate, 0.006 for the leader's levels, 0.02 for the others'.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.world import voting
from sim.world.choice import against, bounded, passed, passing
from sim.world.council import Rules, chances, pull
from sim.world.response import expected_steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Levels = tuple[Array, Array, Array]

NODES: Final = 7
"""Nodes over the leader's total latent; with 7 the chance of combat is within 2 % down to chances of 0.01."""

_POINTS, _WEIGHTS = np.polynomial.hermite_e.hermegauss(NODES)
_SHARES: Final = tuple(float(w) for w in _WEIGHTS / np.sqrt(2.0 * np.pi))
QUADRATURE: Final = tuple((float(z), float(w)) for z, w in zip(_POINTS, _SHARES, strict=True))
"""Pairs of a standard normal value and its weight."""


@dataclass(frozen=True)
class Member:
    """A guarantor in the eyes of an observer, for one crisis.

    Attributes:
        mean: mean of its latent in this crisis (logits).
        variance: variance of it.
        dependence: pull of the leader's stance on its own.
        weight: harm it can do at full combat.
        active: whether it votes and answers at all.

    """

    mean: Array
    variance: Array
    dependence: Array
    weight: Array
    active: NDArray[np.bool_]


@dataclass(frozen=True)
class Forecast:
    """What an observer expects of the guarantors in one crisis.

    Attributes:
        mandate: chance of a mandate (1 where the Council is not asked).
        others: expected harm from the members other than the leader.
        leader_aid: chance that the leader reaches aid.
        leader_troops: chance that it reaches troops.
        member_levels: for each other member its chances of aid, troops and combat.
        odds_against: exp(-latent of the leader) at each node of the quadrature, an axis before those of the crises.
        free: chance of a free hand for it at each node; no chance (None) where no Council decides in any cell.
        no_mandate: how far the leader's latent falls without a free hand; 0 where there is no Council.
        combat_cutpoint: threshold of combat.
        active: whether the leader answers at all.

    """

    mandate: Array
    others: Array
    leader_aid: Array
    leader_troops: Array
    member_levels: tuple[tuple[Array, Array, Array], ...]
    odds_against: Array
    free: Array | None
    no_mandate: Array
    combat_cutpoint: Array
    active: NDArray[np.bool_]

    def leader_combat(self, caution: Array) -> Array:
        """Chance that the leader fights when its threshold of combat is raised by `caution` (logits, at least 0)."""
        cutpoint = (self.combat_cutpoint + caution).astype(self.odds_against.dtype)
        return np.asarray(_mean(_either(self.odds_against, self.free, self.no_mandate, cutpoint)) * self.active)


def forecast(
    leader: Member,
    others: Sequence[Member],
    cutpoints: tuple[Array, Array, Array],
    shock: Array,
    harms: tuple[Array, Array, Array],
    council: Rules,
    gate: NDArray[np.bool_],
) -> Forecast:
    """Expected response of the alliance to crises, of the shape (entries,) or (actions, entries).

    Args:
        leader: the leader in the observer's eyes.
        others: the other members.
        cutpoints: thresholds of aid, troops and combat.
        shock: standard deviation of the shared shock.
        harms: harm of a guarantor of weight 1 at aid, troops and combat.
        council: the Council's rules.
        gate: where the Council decides; elsewhere (no cover, or not invoked) each acts on its own latent.

    """
    gate = gate & council.decides
    variance = leader.variance + shock * shock
    slope = _slope(shock, variance)
    # The axis of the nodes lies before those of the crises.
    nodes = _POINTS.reshape((NODES,) + (1,) * max(1, leader.mean.ndim)).astype(leader.mean.dtype)
    offset = nodes * np.sqrt(variance)
    t = leader.mean + offset
    odds_against = against(t)
    drop = council.no_mandate * gate
    # Given the leader's total latent, the shock moves each other member's mean and widens what is left.
    seen = [
        replace(member, mean=member.mean + slope * offset, variance=member.variance + slope * leader.variance)
        for member in others
    ]
    hands = _vote(t, leader, seen, cutpoints[0], council, gate) if gate.any() else _no_vote(seen, t.dtype)
    levels = [_levels(member, hand, cutpoints) for member, hand in zip(seen, hands.members, strict=True)]
    expected = np.zeros(())
    for member, reached in zip(others, levels, strict=True):
        expected = expected + member.weight * expected_steps(reached, harms)
    return Forecast(
        mandate=_mean(hands.mandate),
        others=np.asarray(expected),
        leader_aid=np.asarray(_mean(_either(odds_against, hands.leader, drop, cutpoints[0])) * leader.active),
        leader_troops=np.asarray(_mean(_either(odds_against, hands.leader, drop, cutpoints[1])) * leader.active),
        member_levels=tuple(levels),
        odds_against=odds_against,
        free=hands.leader,
        no_mandate=drop,
        combat_cutpoint=cutpoints[2],
        active=leader.active,
    )


@dataclass(frozen=True)
class Hands:
    """Who acts with a free hand, at each node.

    Attributes:
        mandate: chance of a mandate.
        leader: chance of a free hand for the leader; None where no Council decides in any cell.
        members: for each other member the chance of a free hand, and given that it has one the mean of its latent and
            the flattening of its curve that is left.

    """

    mandate: Array
    leader: Array | None
    members: Sequence[tuple[Array, Array, Array]]


def _slope(shock: Array, variance: Array) -> Array:
    """How far the shock's mean moves with the leader's total latent; 0 where nothing is uncertain."""
    positive = variance > 0.0
    return np.where(positive, shock * shock / np.where(positive, variance, 1.0), 0.0)


def _mean(by_node: Array) -> Array:
    """Mean over the nodes, added one by one: the order of a sum over an axis depends on the shape of the array."""
    if by_node.ndim == 0:
        return by_node  # the same at every node
    weighed = by_node * _shares(by_node.ndim, by_node.dtype)
    total = weighed[0] + weighed[1]
    for part in weighed[2:]:
        total += part
    return np.asarray(total)


@cache
def _shares(axes: int, working: np.dtype[Any]) -> Array:
    """Weights of the nodes, on the first of so many axes."""
    return np.array(_SHARES, working).reshape((NODES,) + (1,) * (axes - 1))


def _levels(member: Member, hand: tuple[Array, Array, Array], cutpoints: tuple[Array, Array, Array]) -> Levels:
    """Chances that a member reaches aid, troops and combat; beyond aid only with a free hand."""
    if not member.active.any():
        nothing = np.zeros(())
        return nothing, nothing, nothing
    free, better, narrower = hand
    scale = _scale(member.variance)
    odds_against = against(member.mean * scale)
    some = _mean(passing(odds_against, cutpoints[0] * scale))
    if better is not member.mean:
        odds_against = against(better * narrower)
    # What is narrowed stays within bounds.
    more, most = (
        _mean(free * passed(odds_against, np.exp(bounded(cutpoint) * narrower))) for cutpoint in cutpoints[1:]
    )
    return some * member.active, more * member.active, most * member.active


def _either(odds_against: Array, free: Array | None, drop: Array, cutpoint: Array) -> Array:
    """Chance to pass a cutpoint with a free hand, or else with the latent lowered by `drop`."""
    own_way = passing(odds_against, cutpoint)
    if free is None:
        return own_way
    held = passing(odds_against, cutpoint + drop)
    return np.asarray(held + free * (own_way - held))


def _scale(variance: Array) -> Array:
    """Factor by which a normal error of this variance flattens a logistic curve (MacKay 1992)."""
    return np.asarray(1.0 / np.sqrt(1.0 + np.pi / 8.0 * variance))


def _no_vote(others: Sequence[Member], working: np.dtype[Any]) -> Hands:
    """Where no Council decides in any cell everybody has a free hand."""
    sure = np.ones((), working)
    return Hands(sure, None, [(sure, member.mean, _scale(member.variance)) for member in others])


def _vote(
    t: Array,
    leader: Member,
    others: Sequence[Member],
    first_cutpoint: Array,
    council: Rules,
    gate: NDArray[np.bool_],
) -> Hands:
    """The vote at each node.

    A member has a free hand if it supports, the Council gives a mandate and it comes in time; when it comes does not
    hang on the votes. A supporter is a more willing helper than the average member, for one latent drives vote and
    help: one step of assumed-density filtering moves the mean of its latent and narrows it.
    """
    sure, elsewhere = np.ones((), t.dtype), ~gate
    drawn = pull(t, first_cutpoint)
    not_opposed, supports = chances(t, council, sure)
    yes, own = [not_opposed], [supports]
    given = []
    for member in others:
        if not member.active.any():
            yes, own = [*yes, sure], [*own, sure]
            given.append((member.mean, sure))
            continue
        v = member.mean + member.dependence * drawn
        scale = _scale(member.variance)
        not_opposed, supports = chances(v, council, scale)
        yes.append(not_opposed)
        own.append(supports)
        missing = (1.0 - supports) * scale
        told = member.variance * gate
        kept = 1.0 - told * scale * supports * missing
        given.append((member.mean + told * missing, _scale(member.variance * kept)))
    approved, hands = voting.expect(yes, own, [leader.active, *(member.active for member in others)], council.rule)
    # Where no Council decides everybody has a free hand.
    timely = council.timely * gate
    free = [hand * timely + elsewhere for hand in hands]
    return Hands(
        mandate=approved * gate + elsewhere,
        leader=free[0],
        members=[(hand, *moments) for hand, moments in zip(free[1:], given, strict=True)],
    )
