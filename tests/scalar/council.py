"""The Collective Security Council: stances, five decision rules, and whether a decision is in time (model page 4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.scenario import Scenario

OPPOSE, ABSTAIN, SUPPORT = range(3)
PULL = 3.0
"""The leader's stance pulls on another's at most by this times its dependence."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How the Council decides now; `timely` is the chance that its decision comes while the attack lasts."""

    rule: str
    oppose_below: float
    support_above: float
    no_mandate: float
    timely: float


def pull(leader_latent: float, first_cutpoint: float) -> float:
    """What a member of dependence 1 takes over of the leader's stance."""
    return min(PULL, max(-PULL, leader_latent - first_cutpoint))


def stance(v: float, rules: Rules) -> int:
    """Oppose, abstain or support."""
    return int(v >= rules.oppose_below) + int(v > rules.support_above)


def passes(rule: str, stances: Sequence[int], leader: int | None) -> bool:
    """Whether the votes of the active members give a mandate; `leader` is None where it is suspended."""
    opposed, supported = stances.count(OPPOSE), stances.count(SUPPORT)
    if rule == "consensus":
        return opposed == 0
    if rule == "consensus_minus_one":
        return opposed <= 1
    if rule == "majority":
        return 2 * supported > len(stances)
    return leader == SUPPORT


def free_hands(rule: str, yes: Sequence[float], own: Sequence[float], members: int) -> list[float]:
    """For each member the chance that it supports and there is a mandate.

    Args:
        rule: of decision.
        yes: chance of each member not to oppose, the leader first; votes are independent. 1 for a suspended leader.
        own: chance of each to support; 0 for a suspended leader.
        members: how many are active.

    """
    if rule == "leader":
        return [own[0], *(chance * own[0] for chance in own[1:])]
    if rule == "consensus":
        return [chance * others for chance, others in zip(own, _products_of_others(yes), strict=True)]
    if rule == "consensus_minus_one":
        against = [1.0 - chance for chance in yes]
        return [own[i] * sum(law(against[:i] + against[i + 1 :])[:2]) for i in range(len(own))]
    # Of the others, as many must support as make more than half with this supporter.
    return [own[i] * sum(law([*own[:i], *own[i + 1 :]])[members // 2 :]) for i in range(len(own))]


def _products_of_others(factors: Sequence[float]) -> list[float]:
    """For each factor the product of all others."""
    before, after = 1.0, 1.0
    products = []
    for factor in factors:
        products.append(before)
        before *= factor
    for i in range(len(factors) - 1, -1, -1):
        products[i] *= after
        after *= factors[i]
    return products


def law(chances: Sequence[float]) -> list[float]:
    """Chances of 0, 1, 2, ... successes in independent trials (Poisson binomial law)."""
    known = [1.0]
    for chance in chances:
        fail = [value * (1.0 - chance) for value in known] + [0.0]
        hit = [0.0] + [value * chance for value in known]
        known = [a + b for a, b in zip(fail, hit, strict=True)]
    return known


def chair(scenario: Scenario, names: Sequence[str], active: Sequence[bool], step: int) -> int:
    """Who chairs in a step: the rotation passes on each calendar year, over suspended members; else the leader."""
    year, month = map(int, scenario.start.split("-"))
    turn = year + (month - 1 + int(step * scenario.step)) // 12 - scenario.council.rotation_year
    rotation = scenario.council.rotation
    for later in range(len(rotation)):
        name = rotation[(turn + later) % len(rotation)]
        if name in names and active[names.index(name)]:
            return names.index(name)
    return 0


def timely(latency: Sequence[int], delay: float, duration: float) -> float:
    """Chance that a decision comes while the attack lasts."""
    return sum(days + delay < duration for days in latency) / len(latency)
