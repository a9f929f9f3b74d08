"""The preventive motive: what waiting a month is expected to destroy can provoke (model page 4.5).

W(s) = (1 / lambda) log sum exp(lambda U) over the first stage, with a chance to act at hand and without this motive, is
what standing in state s is worth to a challenger; omega [W(now) - E W(one month on)]+ is added to going overt. One
calendar month on, whatever the step: the threat has moved by its drift, damaged means have recovered, and cover has
entered into force by its chance (two branches). Tension stays: a passing mood is no closing window; noise is left out
(its mean is 0). A bonus on what deterrence costs would reward pointless attacks; this rewards only acting in time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.world import environment
from sim.world.challenge import nested
from sim.world.environment import Surroundings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.world.agents import Challenger
    from sim.world.world import World

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]


def urge(world: World, challenger: Challenger, utilities: Sequence[Array], where: Flags | None = None) -> Array:
    """What the preventive motive adds to each overt action of a challenger (utility, at least 0).

    Args:
        world: the world as it stands.
        challenger: who thinks of acting.
        utilities: of its overt actions now, without this motive.
        where: only here is the answer needed; everywhere by default.

    """
    omega = challenger.own("prevention")
    if not (omega > 0.0).any():
        return np.zeros(())
    precision = world.values["choice.precision"]
    fades = worth(utilities, precision) - expected(world, challenger, precision, where)
    return np.asarray(omega * np.maximum(0.0, fades))


def expected(world: World, challenger: Challenger, precision: Array, where: Flags | None = None) -> Array:
    """E W one month on, over whether cover enters into force by then."""
    later = one_month_on(world)
    ahead = world.prospects(challenger, challenger, later, where)
    stays = worth(challenger.overt_utilities(later, ahead), precision)
    chance = world.entry_chance()
    if not (chance > 0.0).any():
        return stays
    coming = chance > 0.0 if where is None else (chance > 0.0) & where
    ahead = world.prospects(challenger, challenger, later, coming, covered=True)
    enters = worth(challenger.overt_utilities(later, ahead), precision)
    return np.asarray((1.0 - chance) * stays + chance * enters)


def worth(utilities: Sequence[Array], precision: Array) -> Array:
    """W: the inclusive value of holding (0) or going overt, utilities of the overt actions given."""
    overt, shares = nested(utilities, precision)
    # Where no overt action is open only holding is left, and that is worth 0.
    can = shares[0] > 0.0
    for share in shares[1:]:
        can = can | (share > 0.0)
    best = np.maximum(0.0, overt)
    soft = np.where(np.isinf(precision) | (precision == 0.0), 1.0, precision)
    rest = np.log1p(np.exp(-soft * np.abs(overt))) / soft
    # Without precision the worth is the even mean, up to a constant that cancels.
    value = np.where(precision == 0.0, 0.5 * overt, best + np.where(np.isinf(precision), 0.0, rest))
    return np.where(can, value, 0.0)


def one_month_on(world: World) -> Surroundings:
    """What a challenger expects to see a calendar month from now, if nobody acts."""
    rule, still = world.drift, np.zeros(())
    return Surroundings(
        threat=environment.moved_threat(world.threat, world.cover, rule, 1.0, still),
        tension=world.tension,
        defence=environment.recovered(world.defence, world.whole["defence"], rule.recovery, 1.0),
        missiles=environment.recovered(world.missiles, world.whole["missiles"], rule.recovery, 1.0),
        proxies=world.proxies,
    )
