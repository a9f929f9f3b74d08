"""How a guarantor answers an attack: an ordered logit (model page 4.2).

eta = b0 + r + delta x covered + beta . x;   y = eta + tied + u + epsilon;   level = number of cutpoints below y.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS, AID, TROOPS, COMBAT = range(4)
OVERT = ("strike", "campaign")
STRIKE, CAMPAIGN = 1, 2
"""Severity of an attack."""


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Of the response: the true ones of a trial, or their averages in the record, with which observers reckon."""

    intercept: float
    in_force: float
    militants: float
    state_attack: float
    log_size: float
    asked: float
    formal_article4: float
    attacker_member: float
    attacker_major: float
    ties_to_attacker: float
    committed_elsewhere: float
    leader: float
    cutpoints: tuple[float, float, float]
    shock: float

    @classmethod
    def of(cls, numbers: Mapping[str, float]) -> Coefficients:
        """From the numbers by dotted name."""
        beta = {name: numbers[f"response.covariates.{name}"] for name in COVARIATES}
        cutpoints = tuple(numbers[f"response.cutpoints.{name}"] for name in ("aid", "troops", "combat"))
        return cls(
            intercept=numbers["response.intercept"],
            in_force=numbers["response.in_force"],
            **beta,
            cutpoints=(cutpoints[0], cutpoints[1], cutpoints[2]),
            shock=numbers["response.shock"],
        )


COVARIATES = (
    "militants",
    "state_attack",
    "log_size",
    "asked",
    "formal_article4",
    "attacker_member",
    "attacker_major",
    "ties_to_attacker",
    "committed_elsewhere",
    "leader",
)
"""A world is attacked on its own ground: the one covariate of the record that is left out."""


@dataclass(frozen=True, slots=True)
class Attack:
    """What of an attack is the same for every guarantor; `size` is log10(1 + deaths) - 1."""

    kind: str
    size: float
    major: float
    member: float
    asked: float
    formal: float
    covered: float


def size_of(deaths: float) -> float:
    """Size of a crisis: nine deaths are 0, ten times the deaths one more."""
    return math.log10(1.0 + deaths) - 1.0


def reference_crisis(strike_deaths: float) -> Attack:
    """An attack by a major power, help asked for, no cover, no ties: the crisis on which beliefs are held."""
    return Attack("state", size=size_of(strike_deaths), major=1.0, member=0.0, asked=1.0, formal=0.0, covered=0.0)


def shared_part(c: Coefficients, attack: Attack) -> float:
    """The part of eta that is the same for every guarantor; unrest within a state is the baseline of kinds."""
    kind = {"state": c.state_attack, "militants": c.militants, "internal": 0.0}[attack.kind]
    return (
        c.intercept
        + c.in_force * attack.covered
        + kind
        + c.log_size * attack.size
        + c.asked * attack.asked
        + c.formal_article4 * attack.formal
        + c.attacker_member * attack.member
        + c.attacker_major * attack.major
    )


def own_part(c: Coefficients, ties: float, committed: float, leader: float) -> float:
    """The part of eta that a guarantor's position makes, without its resolve."""
    return c.ties_to_attacker * ties + c.committed_elsewhere * committed + c.leader * leader


def level(y: float, cutpoints: tuple[float, float, float], caution: float = 0.0) -> int:
    """Number of cutpoints below y; `caution` raises the one of combat."""
    aid, troops, combat = cutpoints
    if not y > aid:
        return WORDS
    if not y > troops:
        return AID
    return COMBAT if y > combat + caution else TROOPS
