"""How an observer foresees the response to an attack: beliefs, moved to the crisis at hand, through the Council.

One function serves every observer: the challenger that thinks of attacking, the protégé that thinks of asking, and
the reader who asks for the true odds (beliefs equal to the truth, with no variance).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.record.covariates import COVARIATES, OF_GUARANTOR, added, coded
from sim.world.anticipation import forecast
from sim.world.values import cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from sim.world.agents import Guarantor
    from sim.world.anticipation import Forecast
    from sim.world.assault import Assault
    from sim.world.beliefs import Belief
    from sim.world.council import Rules
    from sim.world.response import Coefficients

    Array = NDArray[np.float64]

OF_CRISIS: Final = tuple(name for name in COVARIATES if name not in OF_GUARANTOR)
"""Covariates that are the same for all guarantors."""


@dataclass(frozen=True)
class Attack:
    """Overt attacks as guarantors judge them, one an entry (and one for each action where that is weighed).

    Attributes:
        militants: 1 where armed groups from outside attack, else 0.
        state: 1 where a state attacks, else 0.
        deaths: deaths by which guarantors judge its size.
        major: 1 where the attacker is a nuclear power, or Israel with a nuclear backer, else 0.
        member: 1 where the attacker is a member of the treaty, else 0.
        asked: 1 where help was asked for, else 0.
        formal: 1 where Article 4 was invoked, else 0.
        covered: 1 where the treaty obliges the guarantors, else 0.

    """

    militants: Array
    state: Array
    deaths: Array
    major: Array
    member: Array
    asked: ArrayLike
    formal: ArrayLike
    covered: Array


def covariates(attack: Attack, ties: Array, committed: Array, *, leads: bool) -> dict[str, Array]:
    """The attack as one guarantor meets it, coded as the record's crises are.

    Args:
        attack: the attack.
        ties: the guarantor's ties to the attacker, 0 to 1.
        committed: share of its force committed elsewhere.
        leads: whether it leads the alliance.

    """
    return coded(
        militants=attack.militants,
        state_attack=attack.state,
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


@dataclass(frozen=True)
class Eyes:
    """How somebody sees the guarantors: what it believes of each, and by which coefficients it reckons.

    Attributes:
        beliefs: on each guarantor's latent at the reference crisis, in the cells looked at.
        coefficients: the coefficients it reckons with, in the same cells.
        at_reference: with those, each guarantor's latent (without resolve) at the reference crisis.
        tied: what each guarantor's latent is raised by in public (tied hands).
        working: precision of the numbers by which it foresees; what decides has double precision all the same.

    """

    beliefs: Mapping[str, Belief]
    coefficients: Coefficients
    at_reference: Mapping[str, Array]
    tied: Mapping[str, Array]
    working: type[np.floating[Any]] = np.float64

    def shifts(self, attack: Attack, assault: Assault, guarantors: Sequence[Guarantor]) -> list[Array]:
        """How far each guarantor's latent in a crisis lies above its latent at the reference crisis."""
        given, nothing = self.coefficients, np.zeros(())
        crisis = covariates(attack, nothing, nothing, leads=False)
        # What is the same for all of them is added up once.
        same = added(given.intercept + given.in_force * attack.covered, given.covariates, crisis, OF_CRISIS)
        shifts = []
        for guarantor in guarantors:
            own = (
                assault.of_attacker(guarantor.ties),
                assault.cells.own(guarantor.own("committed")),
                np.asarray(float(guarantor.leads)),
            )
            here = added(same, given.covariates, dict(zip(OF_GUARANTOR, own, strict=True)), OF_GUARANTOR)
            shifts.append(np.asarray(here - self.at_reference[guarantor.name] + self.tied[guarantor.name]))
        return shifts


def foresee(
    attack: Attack,
    assault: Assault,
    guarantors: Sequence[Guarantor],
    eyes: Eyes,
    harms: tuple[Array, Array, Array],
    council: Rules,
    gate: NDArray[np.bool_],
) -> Forecast:
    """Forecast of the guarantors' response, for every entry.

    Args:
        attack: the attacks, as guarantors would judge them.
        assault: who attacks, and where.
        guarantors: the leader first.
        eyes: who foresees.
        harms: harm of a guarantor of weight 1 at aid, troops and combat.
        council: the Council's rules.
        gate: where the Council decides.

    """
    seen = [
        guarantor.seen(eyes.beliefs[guarantor.name], shift, assault.cells)
        for guarantor, shift in zip(guarantors, eyes.shifts(attack, assault, guarantors), strict=True)
    ]
    average = eyes.coefficients
    known = (tuple(seen), average.cutpoints, average.shock, harms, council)
    members, cutpoints, shock, steps, rules = cast(known, eyes.working)
    return forecast(members[0], members[1:], cutpoints, shock, steps, rules, gate)
