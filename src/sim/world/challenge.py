"""What acting is worth to a challenger, and the choice in two stages (model page 7.5).

U(a) = type x gain x theta x sigmoid(ease - D) - cost - loss x D - retaliation x E[reply] x (M + X / 2)
       + [overt] tension weight x tau + backing x E[patron] - diplomatic x standing - Gamma x H - q D* x P(clash);
U(hold) = 0.

At an opportunity a challenger first holds or goes overt, with U(overt) the mean over its overt actions of U weighted by
their chances, and then picks the action: two kinds of overt action are not two reasons to attack.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sim.world.assault import picked
from sim.world.choice import mean, probabilities, sigmoid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.world.environment import Surroundings
    from sim.world.prospect import Prospect

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class OvertTerms:
    """What one overt action is worth (utility); see `sim.scenario.schema.Action`."""

    gain: Array
    ease: Array
    cost: Array
    loss: Array
    retaliation: Array
    backing: Array


@dataclass(frozen=True)
class CovertTerms:
    """What covert action is worth (utility); see `sim.scenario.schema.CovertAction`."""

    gain: Array
    ease: Array
    cost: Array


@dataclass(frozen=True)
class Fears:
    """What a challenger weighs against acting.

    Attributes:
        deterrence: weight of harm from the guarantors (Gamma).
        clash_cost: q x D*.
        tension_weight: added to overt action per unit of tension.
        diplomatic: political cost of overt action at standing 1 of the protégé in the alliance.

    """

    deterrence: Array
    clash_cost: Array
    tension_weight: Array
    diplomatic: Array = field(default_factory=lambda: np.zeros(()))


def covert_utility(terms: CovertTerms, kind: Array, now: Surroundings) -> Array:
    """Utility of covert action: no casus foederis, so no guarantor enters it."""
    return np.asarray(kind * terms.gain * now.threat * sigmoid(terms.ease - now.defence) - terms.cost)


def overt_utility(terms: OvertTerms, fears: Fears, kind: Array, now: Surroundings, ahead: Prospect) -> Array:
    """Utility of one overt action for a challenger of type `kind` (its weight on the threat)."""
    return np.asarray(
        kind * terms.gain * now.threat * sigmoid(terms.ease - now.defence)
        - terms.cost
        - terms.loss * now.defence
        - terms.retaliation * ahead.reply * (now.missiles + 0.5 * now.proxies)
        + fears.tension_weight * now.tension
        + terms.backing * ahead.backing
        - fears.deterrence * ahead.harm
        - fears.clash_cost * ahead.clash
        - fears.diplomatic * now.standing
    )


@dataclass(frozen=True)
class Motives:
    """What moves a challenger.

    Attributes:
        kind: its type, the weight on the threat.
        fears: what it weighs against acting.
        covert: what covert action is worth.
        overt: what each overt action is worth, strike and campaign.
        closed: minus infinity for each overt action that it cannot do, 0 for one it can.

    """

    kind: Array
    fears: Fears
    covert: CovertTerms
    overt: tuple[OvertTerms, ...]
    closed: tuple[Array, ...]

    def overt_utility(self, severity: NDArray[np.int8], now: Surroundings, ahead: Prospect) -> Array:
        """Utility of overt action of some severity, -inf where it cannot do it; `ahead` is what follows it."""
        terms: OvertTerms = picked(self.overt, severity - 1)
        worth = overt_utility(terms, self.fears, self.kind, now, ahead)
        return np.asarray(worth + picked(self.closed, severity - 1))

    def covert_utility(self, now: Surroundings) -> Array:
        """Utility of covert action."""
        return covert_utility(self.covert, self.kind, now)


def nested(utilities: Sequence[Array], precision: Array) -> tuple[Array, list[Array]]:
    """Utility of going overt, and the chances of each overt action once it is chosen.

    Args:
        utilities: of each overt action; -inf marks what the challenger cannot do.
        precision: lambda.

    """
    chances = probabilities(utilities, precision)
    return mean(utilities, chances), chances
