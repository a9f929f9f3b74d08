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
    from sim.world.values import Cells

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


@dataclass(frozen=True)
class Eyes:
    """How somebody sees the guarantors: what it believes of each, and by which coefficients it reckons.

    Attributes:
        beliefs: on each guarantor's latent at the reference crisis, in the cells looked at.
        coefficients: the coefficients it reckons with, in the same cells.
        at_reference: with those, each guarantor's latent (without resolve) at the reference crisis.
        tied: what each guarantor's latent is raised by in public (tied hands).

    """

    beliefs: Mapping[str, Belief]
    coefficients: Coefficients
    at_reference: Mapping[str, Array]
    tied: Mapping[str, Array]

    def shift(self, attack: Attack, attacker: str, guarantor: Guarantor, cells: Cells) -> Array:
        """How far a guarantor's latent in a crisis lies above its latent at the reference crisis, in some cells."""
        ties, committed = cells.take(guarantor.own(f"ties.{attacker}")), cells.take(guarantor.own("committed"))
        x = covariates(attack, ties, committed, leads=guarantor.leads)
        here = latent(self.coefficients, np.zeros(()), attack.covered, x)
        return np.asarray(here - self.at_reference[guarantor.name] + self.tied[guarantor.name])


def foresee(
    attack: Attack,
    attacker: str,
    guarantors: Sequence[Guarantor],
    eyes: Eyes,
    harms: tuple[Array, Array, Array],
    council: Rules,
    gate: NDArray[np.bool_],
    cells: Cells,
) -> Forecast:
    """Forecast of the guarantors' response, in some cells of a batch.

    Args:
        attack: the attack, in those cells.
        attacker: name of the attacker.
        guarantors: the leader first.
        eyes: who foresees, in those cells.
        harms: harm of a guarantor of weight 1 at aid, troops and combat, in those cells.
        council: the Council's rules, in those cells.
        gate: where the Council decides, in those cells.
        cells: which.

    """
    seen = [
        guarantor.seen(eyes.beliefs[guarantor.name], eyes.shift(attack, attacker, guarantor, cells), cells)
        for guarantor in guarantors
    ]
    average = eyes.coefficients
    return forecast(seen[0], seen[1:], average.cutpoints, average.shock, harms, council, gate)
