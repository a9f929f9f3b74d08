"""How a patron backs a challenger that attacks: hold back, defend or join (model page 7.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.world.choice import probabilities

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

OPTIONS: Final = ("hold back", "defend", "join")
HOLD_BACK: Final = 0
DEFEND: Final = 1
JOIN: Final = 2


@dataclass(frozen=True)
class Interests:
    """What joining is worth to a patron; all in utility.

    Attributes:
        defend: utility of defending (holding back is 0).
        join: utility of joining at threat 1, tension 0 and no harm.
        join_threat: change of it per unit of threat.
        join_tension: change of it per unit of tension.
        deterrence: weight of harm from guarantors (Gamma of the patron).
        clash_cost: q x D*, the cost of joining against a leader in combat.

    """

    defend: Array
    join: Array
    join_threat: Array
    join_tension: Array
    deterrence: Array
    clash_cost: Array


def utilities(interests: Interests, threat: Array, tension: Array, harm: Array, leader_combat: Array) -> list[Array]:
    """Utilities of holding back, defending and joining.

    Args:
        interests: the patron's.
        threat: level of the programme.
        tension: political temperature.
        harm: harm the guarantors do to the side it would join.
        leader_combat: 1 where the leader is in combat, 0 where not.

    """
    join = (
        interests.join
        + interests.join_threat * (threat - 1.0)
        + interests.join_tension * tension
        - interests.deterrence * harm
        - interests.clash_cost * leader_combat
    )
    return [np.zeros(()), interests.defend, np.asarray(join)]


def odds(
    interests: Interests, precision: Array, threat: Array, tension: Array, harm: Array, leader_combat: Array
) -> list[Array]:
    """Chances of holding back, defending and joining; arguments as in `utilities`."""
    return probabilities(utilities(interests, threat, tension, harm, leader_combat), precision)
