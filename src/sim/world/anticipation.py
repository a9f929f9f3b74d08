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

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.world.choice import sigmoid
from sim.world.council import Rules, chances, pull
from sim.world.response import expected_steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

NODES: Final = 7
"""Nodes over the leader's total latent; with 7 the chance of combat is within 2 % down to chances of 0.01."""

_POINTS, _WEIGHTS = np.polynomial.hermite_e.hermegauss(NODES)
_QUADRATURE: Final = tuple((float(z), float(w)) for z, w in zip(_POINTS, _WEIGHTS / np.sqrt(2.0 * np.pi), strict=True))


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
        nodes: (weight, latent of the leader, chance of a free hand) at each node of the quadrature; no chance (None)
            where no Council decides in any cell.
        no_mandate: how far the leader's latent falls without a free hand; 0 where there is no Council.
        combat_cutpoint: threshold of combat.
        active: whether the leader answers at all.

    """

    mandate: Array
    others: Array
    leader_aid: Array
    leader_troops: Array
    member_levels: tuple[tuple[Array, Array, Array], ...]
    nodes: tuple[tuple[float, Array, Array | None], ...]
    no_mandate: Array
    combat_cutpoint: Array
    active: NDArray[np.bool_]

    def leader_combat(self, caution: Array) -> Array:
        """Chance that the leader fights when its threshold of combat is raised by `caution` (logits, at least 0)."""
        total = np.zeros(())
        for weight, t, free in self.nodes:
            total = total + weight * _either(t, free, self.no_mandate, self.combat_cutpoint + caution)
        return np.asarray(total * self.active)


def forecast(
    leader: Member,
    others: Sequence[Member],
    cutpoints: tuple[Array, Array, Array],
    shock: Array,
    harms: tuple[Array, Array, Array],
    council: Rules,
    gate: NDArray[np.bool_],
) -> Forecast:
    """Expected response of the alliance to one crisis.

    Args:
        leader: the leader in the observer's eyes.
        others: the other members.
        cutpoints: thresholds of aid, troops and combat.
        shock: standard deviation of the shared shock.
        harms: harm of a guarantor of weight 1 at aid, troops and combat.
        council: the Council's rules.
        gate: where the Council decides; elsewhere (no cover, or not invoked) each acts on its own latent.

    """
    gated = bool(gate.any())  # where no cell is, the vote would be computed only to be thrown away
    variance = leader.variance + shock * shock
    spread = np.sqrt(variance)
    slope = _slope(shock, variance)
    rest = slope * leader.variance
    variances = [member.variance + rest for member in others]
    zero = np.zeros(())
    drop = np.where(gate, council.no_mandate, 0.0)
    mandate, aid, troops = zero, zero, zero
    levels = [[zero, zero, zero] for _ in others]
    nodes: list[tuple[float, Array, Array | None]] = []
    free: Array | None
    for z, w in _QUADRATURE:
        t = leader.mean + spread * z
        means = [member.mean + slope * (spread * z) for member in others]
        passed, free = np.ones(()), None
        theirs = [(np.ones(()), m, _scale(v)) for m, v in zip(means, variances, strict=True)]
        if gated:
            passed, free, theirs = _vote(t, leader, others, means, variances, cutpoints[0], council, gate)
        mandate = mandate + w * passed
        aid = aid + w * _either(t, free, drop, cutpoints[0])
        troops = troops + w * _either(t, free, drop, cutpoints[1])
        for of_member, member_mean, wide, member_free in zip(levels, means, variances, theirs, strict=True):
            of_member[0] = of_member[0] + w * sigmoid((member_mean - cutpoints[0]) * _scale(wide))
            hand, better, narrower = member_free
            of_member[1] = of_member[1] + w * hand * sigmoid((better - cutpoints[1]) * narrower)
            of_member[2] = of_member[2] + w * hand * sigmoid((better - cutpoints[2]) * narrower)
        nodes.append((w, t, free))
    expected = zero
    for member, (some, more, most) in zip(others, levels, strict=True):
        expected = expected + member.weight * member.active * expected_steps((some, more, most), harms)
    return Forecast(
        mandate=np.asarray(mandate),
        others=np.asarray(expected),
        leader_aid=np.asarray(aid * leader.active),
        leader_troops=np.asarray(troops * leader.active),
        member_levels=tuple(
            (some * member.active, more * member.active, most * member.active)
            for member, (some, more, most) in zip(others, levels, strict=True)
        ),
        nodes=tuple(nodes),
        no_mandate=drop,
        combat_cutpoint=cutpoints[2],
        active=leader.active,
    )


def _slope(shock: Array, variance: Array) -> Array:
    """How far the shock's mean moves with the leader's total latent; 0 where nothing is uncertain."""
    positive = variance > 0.0
    return np.where(positive, shock * shock / np.where(positive, variance, 1.0), 0.0)


def _either(t: Array, free: Array | None, drop: Array, cutpoint: Array) -> Array:
    """Chance to pass a cutpoint with a free hand, or else with the latent lowered by `drop`."""
    if free is None:
        return sigmoid(t - cutpoint)
    return np.asarray(free * sigmoid(t - cutpoint) + (1.0 - free) * sigmoid(t - drop - cutpoint))


def _scale(variance: Array) -> Array:
    """Factor by which a normal error of this variance flattens a logistic curve (MacKay 1992)."""
    return np.asarray(1.0 / np.sqrt(1.0 + np.pi / 8.0 * variance))


def _vote(
    t: Array,
    leader: Member,
    others: Sequence[Member],
    means: Sequence[Array],
    variances: Sequence[Array],
    first_cutpoint: Array,
    council: Rules,
    gate: NDArray[np.bool_],
) -> tuple[Array, Array, list[tuple[Array, Array, Array]]]:
    """Consensus at one node: chance of a mandate, of a free hand for the leader, and what it takes for each member.

    A member has a free hand if it supports and nobody else opposes. For each member: that chance, the mean of its
    latent given that it supports, and the flattening that is left. The two move because one latent drives vote and
    help (one step of assumed-density filtering: a supporter is a more willing helper than the average member).
    """
    not_opposed, supports = chances(t, council, np.ones(()))
    yes = [np.where(leader.active, not_opposed, 1.0)]
    own = [np.asarray(supports)]
    given = []
    for member, member_mean, variance in zip(others, means, variances, strict=True):
        v = member_mean + member.dependence * pull(t, first_cutpoint)
        scale = _scale(variance)
        not_opposed, supports = chances(v, council, scale)
        yes.append(np.where(member.active, not_opposed, 1.0))
        own.append(supports)
        missing = (1.0 - supports) * scale
        better = np.where(gate, member_mean + variance * missing, member_mean)
        narrower = np.where(gate, variance * (1.0 - variance * scale * supports * missing), variance)
        given.append((better, _scale(narrower)))
    before = [np.ones(())]
    for chance in yes[:-1]:
        before.append(np.asarray(before[-1] * chance))
    after = np.ones(())
    free: list[Array] = []
    for index in range(len(yes) - 1, -1, -1):
        free.append(np.where(gate, own[index] * before[index] * after, 1.0))
        after = np.asarray(after * yes[index])
    free.reverse()
    passed = np.where(gate, after, 1.0)
    return passed, free[0], [(hand, *moments) for hand, moments in zip(free[1:], given, strict=True)]
