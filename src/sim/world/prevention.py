"""The preventive motive: what waiting a month is expected to destroy can provoke (model page 7.5).

W(s) = (1 / lambda) log sum exp(lambda U) over the first stage, with a chance to act at hand and without this motive, is
what standing in state s is worth to a challenger; omega [W(now) - E W(one month on)]+ is added to going overt. One
calendar month on, whatever the step: the threat has moved by its drift, damaged means have recovered, arms have come,
and cover has entered into force by its chance (two branches). Tension stays: a passing mood is no closing window; noise
is left out (its mean is 0). A bonus on what deterrence costs would reward pointless attacks; this rewards only acting
in time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sim.world import channels, environment, expectations
from sim.world.values import cut

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from sim.world.assault import Assault
    from sim.world.environment import Surroundings
    from sim.world.expectations import Outlook
    from sim.world.foresight import Eyes
    from sim.world.prospect import Prospect
    from sim.world.world import World

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Weigh = Callable[[Surroundings, Prospect, Flags | None], Sequence[Array]]


def urge(
    world: World, assault: Assault, eyes: Eyes, expected: Outlook, options: Sequence[Array], weigh: Weigh
) -> Array:
    """What the preventive motive adds to each overt action of the attacker of each entry (utility, at least 0).

    Args:
        world: the world as it stands.
        assault: who thinks of acting, and where.
        eyes: how the attackers see the guarantors.
        expected: what they expect of them as things stand.
        options: utilities of the first stage now, without this motive.
        weigh: gives the same utilities for other surroundings, what would follow overt action in them, and where
            cover is in force then (None: where it is now).

    """
    cells = assault.cells
    omega = assault.of_attacker(world.preventions)
    if not (omega > 0.0).any():
        return np.zeros(())
    precision = cells.own(world.values["choice.precision"])
    later = cut(one_month_on(world), cells)
    waiting = worth(weigh(later, expectations.prospects(world, expected, assault, later), None), precision)
    chance = cells.full(world.entry_chance())
    coming = chance > 0.0
    if coming.any():
        inside = replace(later, standing=np.maximum(later.standing, cells.take(world.aligned)))
        covered = np.ones(len(cells), np.bool_)
        ahead = expectations.prospects(world, expectations.outlook(world, eyes, assault, covered), assault, inside)
        enters = worth(weigh(inside, ahead, covered), precision)
        waiting = np.where(coming, (1.0 - chance) * waiting + chance * enters, waiting)
    return np.asarray(omega * np.maximum(0.0, worth(options, precision) - waiting))


def worth(options: Sequence[Array], precision: Array) -> Array:
    """W: the inclusive value of the options of the first stage; -inf marks what is not open.

    At infinite precision the best of them, at precision 0 their mean (up to a constant that cancels).
    """
    top = options[0]
    for value in options[1:]:
        top = np.maximum(top, value)
    soft = np.where(np.isinf(precision) | (precision == 0.0), 1.0, precision)
    total, summed, count = np.zeros(()), np.zeros(()), np.zeros(())
    for value in options:
        is_open = ~np.isneginf(value)
        total = total + np.exp(soft * (value - top))
        summed, count = summed + np.where(is_open, value, 0.0), count + is_open
    value = np.where(np.isinf(precision), top, top + np.log(total) / soft)
    return np.asarray(np.where(precision == 0.0, summed / count, value))


def one_month_on(world: World) -> Surroundings:
    """What a challenger expects to see a calendar month from now, if nobody acts."""
    rule, still, now = world.drift, np.zeros(()), world.surroundings()
    arms = channels.deliveries(world, world.month + 1.0, 1.0)
    means = {
        name: environment.rearmed(world.whole[name], getattr(now, name), delivered, rule.recovery, 1.0)[1]
        for name, delivered in zip(("defence", "missiles"), arms, strict=True)
    }
    return replace(now, threat=environment.moved_threat(world.threat, world.cover, rule, 1.0, still), **means)
