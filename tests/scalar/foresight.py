"""What an observer expects the guarantors to do, and what follows an attack (model pages 4.3 to 4.5).

The leader's whole latent t = eta_L + u is integrated by quadrature; given t the shared shock is normal again, and
widens each other member's latent. One latent drives a member's vote and its help, so that a supporter is a more
willing helper than the average.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scalar import council
from scalar.logit import chance, odds, sigmoid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scalar.council import Rules
    from scalar.response import Coefficients

_POINTS, _WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
NODES = tuple(zip(_POINTS.tolist(), (_WEIGHTS / math.sqrt(2.0 * math.pi)).tolist(), strict=True))


def flattening(variance: float) -> float:
    """Factor by which a normal error flattens a logistic curve (MacKay 1992)."""
    return 1.0 / math.sqrt(1.0 + math.pi / 8.0 * variance)


class Seen(NamedTuple):
    """A guarantor in an observer's eyes, for one crisis."""

    mean: float
    variance: float
    dependence: float
    weight: float
    active: bool


@dataclass(frozen=True, slots=True)
class Forecast:
    """What an observer expects of the guarantors: harm by the others, and the leader's chances.

    Attributes:
        others: expected harm from the members other than the leader.
        aid: chance that the leader reaches aid.
        troops: chance that it reaches troops.
        nodes: weight, the leader's latent, and its chance of a free hand at each node.
        drop: how far its latent falls without a free hand.
        combat: cutpoint of combat.
        active: whether the leader answers at all.

    """

    others: float
    aid: float
    troops: float
    nodes: list[tuple[float, float, float]]
    drop: float
    combat: float
    active: bool

    def leader_levels(self, caution: float) -> tuple[float, float, float]:
        """Chances that the leader reaches aid, troops and combat, the last cutpoint raised by `caution`."""
        if not self.active:
            return 0.0, 0.0, 0.0
        cutpoint = self.combat + caution
        combat = 0.0
        for w, t, free in self.nodes:
            combat += w * reaches(t, free, self.drop, cutpoint)
        return self.aid, self.troops, combat


def reaches(t: float, free: float, drop: float, cutpoint: float) -> float:
    """Chance that the leader passes a cutpoint: with a free hand, or else with its latent lowered."""
    if free == 1.0:
        return sigmoid(t - cutpoint)
    return free * sigmoid(t - cutpoint) + (1.0 - free) * sigmoid(t - drop - cutpoint)


def forecast(
    seen: Sequence[Seen], average: Coefficients, harms: tuple[float, float, float], rules: Rules | None
) -> Forecast:
    """Expected answer of the alliance.

    Args:
        seen: the guarantors, the leader first.
        average: the coefficients that the observer reckons with.
        harms: harm of a guarantor of weight 1 at aid, troops and combat.
        rules: of the Council; None where it does not decide.

    """
    leader = seen[0]
    aid_at, troops_at, combat_at = average.cutpoints
    common = average.shock * average.shock
    whole = leader.variance + common
    spread, slope = math.sqrt(whole), common / whole if whole > 0.0 else 0.0
    members = []
    for mean, variance, dependence, weight, active in seen[1:]:
        if active:
            wide = variance + slope * leader.variance
            members.append((mean, wide, flattening(wide), dependence, weight))
    drop = 0.0 if rules is None else rules.no_mandate
    aid = troops = others = 0.0
    low, more, most = harms[0], harms[1] - harms[0], harms[2] - harms[1]
    nodes = []
    for z, w in NODES:
        t, push = leader.mean + spread * z, slope * spread * z
        if rules is None:
            free, hands = 1.0, [(1.0, mean + push, scale) for mean, _, scale, _, _ in members]
        else:
            free, hands = hands_free(t, push, leader.active, members, aid_at, rules)
        aid += w * reaches(t, free, drop, aid_at)
        troops += w * reaches(t, free, drop, troops_at)
        for (mean, _, scale, _, weight), (hand, better, narrow) in zip(members, hands, strict=True):
            fights = more * sigmoid((better - troops_at) * narrow) + most * sigmoid((better - combat_at) * narrow)
            others += w * weight * (low * sigmoid((mean + push - aid_at) * scale) + hand * fights)
        nodes.append((w, t, free))
    return Forecast(others, aid, troops, nodes, drop, combat_at, leader.active)


def hands_free(
    t: float,
    push: float,
    leads: bool,  # noqa: FBT001 - one of the members in the vote
    members: Sequence[tuple[float, float, float, float, float]],
    aid_at: float,
    rules: Rules,
) -> tuple[float, list[tuple[float, float, float]]]:
    """The vote at one node of the quadrature.

    Args:
        t: the leader's latent there.
        push: how far the shock that goes with it moves the others' means.
        leads: whether the leader votes at all.
        members: mean, variance, flattening, dependence and weight of each other member.
        aid_at: cutpoint of aid.
        rules: of the Council.

    Returns:
        Chance that the leader has a free hand; for each member that chance, and mean and flattening of its latent then.

    """
    oppose_below, support_above, in_time = rules.oppose_below, rules.support_above, rules.timely
    yes = [sigmoid(t - oppose_below) if leads else 1.0]
    own = [sigmoid(t - support_above) if leads else 0.0]
    moments = []
    led = council.pull(t, aid_at)
    for mean, variance, scale, dependence, _ in members:
        v = mean + push + dependence * led
        supports = sigmoid((v - support_above) * scale)
        yes.append(sigmoid((v - oppose_below) * scale))
        own.append(supports)
        missing = (1.0 - supports) * scale
        narrower = variance * (1.0 - variance * scale * supports * missing)
        moments.append((mean + push + variance * missing, flattening(narrower)))
    hands = council.free_hands(rules.rule, yes, own, len(members) + leads)
    free = [(hand * in_time, better, narrow) for hand, (better, narrow) in zip(hands[1:], moments, strict=True)]
    return hands[0] * in_time, free


# ------------------------------------------------------------------ what follows an attack


class Surroundings(NamedTuple):
    """What everybody sees; `standing` is the protégé's in the alliance, as far as it costs a challenger politically."""

    threat: float
    tension: float
    defence: float
    missiles: float
    proxies: float
    standing: float


@dataclass(frozen=True, slots=True)
class Interests:
    """What backing another is worth to a patron."""

    defend: float
    join: float
    join_threat: float
    join_tension: float
    veto: float
    deterrence: float
    clash_cost: float

    def utilities(self, now: Surroundings, harm: float, leader_combat: float) -> list[float]:
        """Of holding back, defending and joining."""
        join = (
            self.join
            + self.join_threat * (now.threat - 1.0)
            + self.join_tension * now.tension
            - self.deterrence * harm
            - self.clash_cost * leader_combat
        )
        return [0.0, self.defend, join]


@dataclass(frozen=True, slots=True)
class Stake:
    """Who would stand on the other side of a leader that fights an attacker.

    Attributes:
        patron: interests of the attacker's patron, if it has one.
        great: the attacker is itself a patron.
        precision: lambda, infinite for a maximiser.
        logits: lambda, always finite.
        clash_cost: q x D*.
        weight: the leader's.
        harms: of a guarantor of weight 1 at aid, troops and combat.

    """

    patron: Interests | None
    great: bool
    precision: float
    logits: float
    clash_cost: float
    weight: float
    harms: tuple[float, float, float]

    def caution(self, now: Surroundings) -> float:
        """How far fear of a clash raises the leader's cutpoint of combat."""
        if self.great:
            return self.logits * self.clash_cost
        if self.patron is None:
            return 0.0
        joins = odds(self.patron.utilities(now, self.weight * self.harms[2], 1.0), self.precision)[2]
        return self.logits * self.clash_cost * joins

    def harm(self, levels: tuple[float, float, float], others: float) -> float:
        """Expected harm H by the leader's chances of each level and the others' harm."""
        aid, troops, combat = levels
        low, middle, high = self.harms
        return self.weight * (low * aid + (middle - low) * troops + (high - middle) * combat) + others


@dataclass(frozen=True, slots=True)
class Appeal:
    """The protégé's reasons to ask for help."""

    sharpness: float
    help: float
    refused: float
    level: float

    def utility(self, harm: float, severity: int) -> float:
        """Of asking, against 0 of staying silent."""
        shame = 1.0 - min(1.0, 3.0 * harm)
        return self.help * harm - self.refused * shame + self.level * (severity - 1)


BACKED_ABOVE = 0.3
"""Harm by the guarantors above which the protégé feels backed."""

ABSORB, PROPORTIONATE, ESCALATE = range(3)


@dataclass(frozen=True, slots=True)
class Temper:
    """How the protégé replies to an attack, and what a reply costs the attacker."""

    proportionate: float
    escalate: float
    level: float
    emboldened: float
    backed: float
    boldness: float
    in_kind: float
    beyond: float
    precision: float

    def utilities(self, severity: int, *, cover: bool, backed: bool) -> list[float]:
        """Of absorbing, of a proportionate reply, and of escalation."""
        harder = self.level * (severity - 1.0)
        bold = self.emboldened * self.boldness * cover + self.backed * backed
        return [0.0, self.proportionate + harder, self.escalate + harder + bold]

    def cost(self, reply: int) -> float:
        """Of a reply to the attacker, per unit of its `retaliation`."""
        return (0.0, self.in_kind, self.beyond)[reply]

    def expected(self, severity: int, chance_backed: float, *, cover: bool) -> float:
        """Expected cost of the reply."""
        total = 0.0
        for weight, backed in ((1.0 - chance_backed, False), (chance_backed, True)):
            if weight != 0.0:
                _, mild, hard = odds(self.utilities(severity, cover=cover, backed=backed), self.precision)
                total += weight * (mild * self.in_kind + hard * self.beyond)
        return total


@dataclass(frozen=True, slots=True)
class Prospect:
    """What follows an attack: harm, the patron's backing, P(clash), P(asked), harm if asked, the reply's cost."""

    harm: float
    backing: float
    clash: float
    asked: float
    harm_if_asked: float
    reply: float


def prospect(
    forecasts: tuple[Forecast, Forecast],
    severity: int,
    appeal: Appeal,
    stake: Stake,
    temper: Temper,
    now: Surroundings,
    *,
    cover: bool,
) -> Prospect:
    """Expected consequences of an attack, by the forecasts if help is asked for and if it is not."""
    asked, unasked = forecasts
    caution = stake.caution(now)
    heard, unheard = asked.leader_levels(caution), unasked.leader_levels(caution)
    if_asked = stake.harm(heard, asked.others)
    asks = chance(appeal.utility(if_asked, severity), appeal.sharpness)
    aid, troops, combat = (asks * yes + (1.0 - asks) * no for yes, no in zip(heard, unheard, strict=True))
    others = asks * asked.others + (1.0 - asks) * unasked.others
    low, middle, high = stake.harms
    levels = ((1.0 - aid, 0.0), (aid - troops, low), (troops - combat, middle), (combat, high))
    harms = [(share, stake.weight * harm + others) for share, harm in levels]
    backing = clash = 0.0
    if stake.patron is not None:
        for reached, (share, harm) in enumerate(harms):
            utilities = stake.patron.utilities(now, harm, float(reached == 3))
            held, defends, joins = odds(utilities, stake.precision)
            backing += share * (joins + 0.5 * defends - stake.patron.veto * held)
            clash = share * joins
    elif stake.great:
        clash = combat
    backed = sum(share for share, harm in harms if harm > BACKED_ABOVE)
    return Prospect(
        harm=stake.harm((aid, troops, combat), others),
        backing=backing,
        clash=clash,
        asked=asks,
        harm_if_asked=if_asked,
        reply=temper.expected(severity, backed, cover=cover),
    )
