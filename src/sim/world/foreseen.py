"""What a challenger expects each guarantor to do if it attacks now: beliefs as chances of the four levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.world.assault import OVERT, Assault
from sim.world.expectations import attackers_eyes, outlook, prospects
from sim.world.values import Cells

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sim.world.anticipation import Forecast
    from sim.world.world import World

    Array = NDArray[np.float64]
    Chances = tuple[Array, Array, Array]


def foreseen(world: World, challenger: int, action: str = OVERT[0]) -> Mapping[str, Array]:
    """Return what a challenger expects of each guarantor if it attacks as the world stands.

    Through the Council where Article 4 is in force, weighed by the chance that the protégé asks for help; the numbers
    by which it decides (model page 7.3 to 7.5). A guarantor that answers no call is expected to stay at words.

    Args:
        world: the world as it stands.
        challenger: number of the challenger.
        action: `strike` or `campaign`.

    Returns:
        Guarantor -> chances of words, aid, troops and combat, shape (4, points, replicates).

    """
    cells = Cells.everywhere(world.shape)
    severity = np.full(len(cells), OVERT.index(action) + 1, np.int8)
    assault = Assault.by(challenger, cells, severity)
    expected = outlook(world, attackers_eyes(world, assault), assault)
    ahead = prospects(world, expected, assault)
    found = {world.roster.leader: _levels(world, ahead.leader)}
    for place, name in enumerate(world.roster.others):
        heard, unheard = _of(expected.asked, place), _of(expected.unasked, place)
        mixed = [ahead.asked * yes + (1.0 - ahead.asked) * no for yes, no in zip(heard, unheard, strict=True)]
        found[name] = _levels(world, (mixed[0], mixed[1], mixed[2]))
    return found


def _of(forecast: Forecast, place: int) -> Chances:
    aid, troops, combat = forecast.member_levels[place]
    return np.asarray(aid), np.asarray(troops), np.asarray(combat)


def _levels(world: World, reached: Chances) -> Array:
    """Chances of each level from those to reach at least aid, troops and combat, laid out as the batch."""
    cells = world.shape[0] * world.shape[1]
    whole = (np.broadcast_to(np.asarray(column, np.float64).ravel(), cells) for column in reached)
    aid, troops, combat = (column.reshape(world.shape) for column in whole)
    return np.stack([1.0 - aid, aid - troops, troops - combat, combat])
