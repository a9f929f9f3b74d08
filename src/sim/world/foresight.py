"""How an observer foresees the response to an attack: beliefs, moved to the crisis at hand, through the Council.

One function serves every observer: the challenger that thinks of attacking, the protégé that thinks of asking, and
the reader who asks for the true odds (beliefs equal to the truth, with no variance).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.record.covariates import code
from sim.world.anticipation import forecast
from sim.world.response import latent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from sim.world.agents import Guarantor
    from sim.world.anticipation import Forecast
    from sim.world.beliefs import Belief
    from sim.world.council import Rules
    from sim.world.response import Coefficients

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Attack:
    """An overt attack as guarantors judge it.

    Attributes:
        deaths: deaths by which they judge its size.
        major: 1 where the attacker is a nuclear power, or Israel with a nuclear backer, else 0.
        member: 1 where the attacker is a member of the treaty, else 0.
        asked: 1 where help was asked for, else 0.
        formal: 1 where Article 4 was invoked, else 0.
        covered: 1 where the treaty obliges the guarantors, else 0.
        kind: who attacks, one of `sim.record.covariates.KINDS`.

    """

    deaths: Array
    major: Array
    member: Array
    asked: ArrayLike
    formal: ArrayLike
    covered: Array
    kind: NDArray[np.str_]


def covariates(attack: Attack, ties: Array, committed: Array, *, leads: bool) -> dict[str, Array]:
    """The attack as one guarantor meets it, coded as the record's crises are.

    Args:
        attack: the attack.
        ties: the guarantor's ties to the attacker, 0 to 1.
        committed: share of its force committed elsewhere.
        leads: whether it leads the alliance.

    """
    return code(
        kind=attack.kind,
        deaths=attack.deaths,
        asked=attack.asked,
        formal_article4=attack.formal,
        foreign_ground=0.0,
        attacker_member=attack.member,
        attacker_major=attack.major,
        ties_to_attacker=ties,
        committed_elsewhere=committed,
        leader=float(leads),
    )


def foresee(
    attack: Attack,
    attacker: str,
    guarantors: Sequence[Guarantor],
    beliefs: Mapping[str, Belief],
    average: Coefficients,
    at_reference: Mapping[str, Array],
    harms: tuple[Array, Array, Array],
    council: Rules,
    gate: NDArray[np.bool_],
) -> Forecast:
    """Forecast of the guarantors' response.

    Args:
        attack: the attack.
        attacker: name of the attacker.
        guarantors: the leader first.
        beliefs: the observer's, at the reference crisis.
        average: the coefficients that the observer reckons with.
        at_reference: with those coefficients, each guarantor's latent (without resolve) at the reference crisis.
        harms: harm of a guarantor of weight 1 at aid, troops and combat.
        council: the Council's rules.
        gate: where the Council decides.

    """
    seen = []
    for guarantor in guarantors:
        x = covariates(attack, guarantor.own(f"ties.{attacker}"), guarantor.own("committed"), leads=guarantor.leads)
        here = latent(average, np.zeros(()), attack.covered, x)
        seen.append(guarantor.seen(beliefs[guarantor.name], here - at_reference[guarantor.name]))
    return forecast(seen[0], seen[1:], average.cutpoints, average.shock, harms, council, gate)
