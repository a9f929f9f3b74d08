"""What an attacker must reckon with if it acts: the guarantors' harm, the patron's backing, and a clash.

The forecasts of the guarantors hang on beliefs and status; what follows from them here hangs on the threat and the
tension too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.world import choice, patron
from sim.world.response import expected_steps
from sim.world.retaliation import Temper, backed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.anticipation import Forecast
    from sim.world.patron import Interests

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Appeal:
    """The protégé's reasons to ask for help, or not (model page 7.6).

    Attributes:
        sharpness: precision of the choice (q).
        help: value of the harm that helpers do.
        refused: cost of being refused in public.
        level: added per level of the attack above a strike (g).

    """

    sharpness: Array
    help: Array
    refused: Array
    level: Array

    def utility(self, harm: Array, severity: NDArray[np.int8]) -> Array:
        """Utility of asking (not asking is 0), for expected `harm` and severity 1 strike or 2 campaign."""
        shame = 1.0 - np.minimum(1.0, 3.0 * harm)
        return np.asarray(self.help * harm - self.refused * shame + self.level * (severity - 1.0))

    def chance(self, harm: Array, severity: NDArray[np.int8]) -> Array:
        """Chance that the protégé asks."""
        return choice.chance(self.utility(harm, severity), self.sharpness)


@dataclass(frozen=True)
class Stake:
    """What stands behind the leader's caution: who would be on the other side.

    Attributes:
        patron: the interests of the attacker's patron.
        backed: 1 where it has one, else 0 (the interests then count for nothing).
        great: 1 where the attacker is itself a great power that backs others, else 0.
        precision: lambda; infinite for a maximiser.
        logits: logits per unit of utility, in which the leader's fear of a clash counts: lambda, finite always.
        clash_cost: q x D*.
        leader_weight: harm the leader can do at full combat.
        harms: harm of a guarantor of weight 1 at aid, troops and combat.

    """

    patron: Interests
    backed: Array
    great: Array
    precision: Array
    logits: Array
    clash_cost: Array
    leader_weight: Array
    harms: tuple[Array, Array, Array]

    def great_power_in(self, threat: Array, tension: Array) -> Array:
        """Chance that a great power stands on the other side if the leader fights."""
        harm = self.leader_weight * self.harms[2]
        joins = patron.odds(self.patron, self.precision, threat, tension, harm, np.ones(()))[patron.JOIN]
        return np.where(self.great > 0.0, 1.0, self.backed * joins)

    def caution(self, threat: Array, tension: Array) -> Array:
        """How far the leader's threshold of combat rises, in logits: lambda x q D* x that chance."""
        return np.asarray(self.logits * self.clash_cost * self.great_power_in(threat, tension))


@dataclass(frozen=True)
class Prospect:
    """What follows an attack, as an observer expects it.

    Attributes:
        harm: harm from the guarantors (H).
        backing: chance that the patron joins, plus half the chance that it defends, less veto x that it holds back.
        clash: chance of the leader in combat against a great power.
        asked: chance that the protégé asks for help.
        harm_if_asked: harm from the guarantors if it does.
        mandate: chance that the Council is asked and gives a mandate.
        leader: chances that the leader reaches aid, troops and combat.
        reply: cost of the protégé's reply, as a multiple of the attacker's `retaliation`.

    """

    harm: Array
    backing: Array
    clash: Array
    asked: Array
    harm_if_asked: Array
    mandate: Array
    leader: tuple[Array, Array, Array]
    reply: Array


def leader_chances(forecast: Forecast, caution: Array) -> tuple[Array, Array, Array]:
    """Chances that the leader reaches aid, troops and combat."""
    return forecast.leader_aid, forecast.leader_troops, forecast.leader_combat(caution)


def harm_of(
    chances: tuple[Array, Array, Array], others: Array, weight: Array, harms: tuple[Array, Array, Array]
) -> Array:
    """Expected harm H = sum of weight x (h_k - h_{k-1}) x P(level >= k), leader and others."""
    return np.asarray(weight * expected_steps(chances, harms) + others)


def harm_if_asked(asked: Forecast, stake: Stake, threat: Array, tension: Array) -> Array:
    """Harm that the guarantors do if the protégé asks; arguments as in `prospect`."""
    chances = leader_chances(asked, stake.caution(threat, tension))
    return harm_of(chances, asked.others, stake.leader_weight, stake.harms)


def prospect(
    asked: Forecast,
    unasked: Forecast,
    appeal: Appeal,
    severity: NDArray[np.int8],
    stake: Stake,
    veto: Array,
    threat: Array,
    tension: Array,
    temper: Temper,
    cover: Array,
) -> Prospect:
    """Expected consequences of an attack.

    Args:
        asked: the guarantors' response if the protégé asks (through the Council where it is covered).
        unasked: their response if it does not.
        appeal: the protégé's reasons to ask.
        severity: 1 strike, 2 campaign.
        stake: who would be on the other side.
        veto: weight of the patron's holding back.
        threat: level of the programme.
        tension: political temperature.
        temper: what decides the protégé's reply.
        cover: 1 where Article 4 is in force for it, else 0.

    """
    caution = stake.caution(threat, tension)
    heard, unheard = leader_chances(asked, caution), leader_chances(unasked, caution)
    if_asked = harm_of(heard, asked.others, stake.leader_weight, stake.harms)
    chance = appeal.chance(if_asked, severity)
    aid, troops, combat = (chance * yes + (1.0 - chance) * no for yes, no in zip(heard, unheard, strict=True))
    others = chance * asked.others + (1.0 - chance) * unasked.others
    harm = harm_of((aid, troops, combat), others, stake.leader_weight, stake.harms)
    feels_backed = _backed(stake, (aid, troops, combat), others)
    backing, clash = _patron(stake, veto, threat, tension, (aid, troops, combat), others)
    return Prospect(
        harm=harm,
        backing=backing,
        clash=clash,
        asked=chance,
        harm_if_asked=if_asked,
        mandate=np.asarray(chance * asked.mandate),
        leader=(np.asarray(aid), np.asarray(troops), np.asarray(combat)),
        reply=temper.expected(np.asarray(severity, np.float64), cover, feels_backed),
    )


def _backed(stake: Stake, leader: tuple[Array, Array, Array], others: Array) -> Array:
    """Chance that the guarantors' harm makes the protégé feel backed, over the leader's four levels."""
    aid, troops, combat = leader
    shares = (1.0 - aid, aid - troops, troops - combat, combat)
    chance = np.zeros(())
    for share, step in zip(shares, (np.zeros(()), *stake.harms), strict=True):
        chance = chance + share * backed(stake.leader_weight * step + others)
    return np.asarray(chance)


def _patron(
    stake: Stake, veto: Array, threat: Array, tension: Array, leader: tuple[Array, Array, Array], others: Array
) -> tuple[Array, Array]:
    """Expected backing and chance of a clash, over the leader's four levels."""
    aid, troops, combat = leader
    shares = (1.0 - aid, aid - troops, troops - combat, combat)
    steps = (np.zeros(()), *stake.harms)
    backing = clash = np.zeros(())
    for reached, (share, step) in enumerate(zip(shares, steps, strict=True)):
        fights = np.ones(()) if reached == len(shares) - 1 else np.zeros(())
        harm = stake.leader_weight * step + others
        held, defends, joins = patron.odds(stake.patron, stake.precision, threat, tension, harm, fights)
        backing = backing + share * (joins + 0.5 * defends - veto * held)
        clash = share * joins
    alone = stake.great * combat
    return np.asarray(stake.backed * backing), np.where(stake.backed > 0.0, clash, alone)
