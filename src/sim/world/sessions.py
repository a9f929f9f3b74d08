"""When the Council meets: who chairs it, and how many days its decision takes (model page 7.3).

The chair passes each calendar year to the next name of the rotation; a name that is no active member is passed over.
Days from request to decision are drawn from those on record, each as likely as the next; a chair tied to the attacker
takes `chair_delay` x tie days longer. A decision of day d helps in this exchange if d < duration of the action (day 0
is the day of the request): later, the mandate stands but nobody acts on it any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.world.assault import abreast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.scenario import Scenario
    from sim.world.agents import Guarantor
    from sim.world.assault import Assault
    from sim.world.values import Values

    Array = NDArray[np.float64]

MONTHS = 12


class Sessions:
    """The Council's calendar in a batch.

    Args:
        points: the scenarios.
        guarantors: the members, the leader first.
        attackers: names of the challengers.
        values: the numbers of the batch.

    """

    def __init__(
        self, points: Sequence[Scenario], guarantors: Sequence[Guarantor], attackers: Sequence[str], values: Values
    ) -> None:
        self._attackers = tuple(attackers)
        self._points, self._guarantors, self._values = tuple(points), tuple(guarantors), values
        self._count = np.array([[len(point.council.latency)] for point in points])
        longest = max(len(point.council.latency) for point in points)
        # Columns of one shape (points, 1) each: a row with fewer days never reaches the padding.
        self._days = [
            np.array([[float(days[k]) if k < len(days) else 0.0] for days in (p.council.latency for p in points)])
            for k in range(longest)
        ]

    def chairs(self, step: int) -> NDArray[np.int8]:
        """Who chairs in a step, as an index into the guarantors, shape (points, 1)."""
        return np.array([[self._chair(row, step)] for row in range(len(self._points))], np.int8)

    def _chair(self, row: int, step: int) -> int:
        point = self._points[row]
        year, month = (int(part) for part in point.start.split("-"))
        months = month - 1 + int(step * point.step)
        turn = year + months // MONTHS - point.council.rotation_year
        names = [guarantor.name for guarantor in self._guarantors]
        rotation = point.council.rotation
        for later in range(len(rotation)):
            name = rotation[(turn + later) % len(rotation)]
            if name in names:
                index = names.index(name)
                active = self._guarantors[index].active
                if bool(active[row if len(active) > 1 else 0, 0]):
                    return index
        return 0

    def delay(self, chairs: NDArray[np.int8], attacker: str) -> Array:
        """Days that the chair adds: `chair_delay` x its ties to the attacker."""
        ties: Array = np.zeros(())
        for index, guarantor in enumerate(self._guarantors):
            ties = np.asarray(np.where(chairs == index, guarantor.own(f"ties.{attacker}"), ties))
        return np.asarray(self._values["council.chair_delay"] * ties)

    def timely(self, chairs: NDArray[np.int8], attacker: str, action: str) -> Array:
        """Chance that a decision comes while an action of an attacker lasts."""
        delay, duration = self.delay(chairs, attacker), self._values[f"crisis.{action}.duration"]
        met: Array = np.zeros(())
        for k, days in enumerate(self._days):
            met = np.asarray(met + ((k < self._count) & in_time(days + delay, duration)))
        return np.asarray(met / self._count)

    def drawn(self, chairs: NDArray[np.int8], assault: Assault, luck: Array) -> Array:
        """Days from request to decision on attacks, from uniforms `luck`, one an entry."""
        days = self.on_record(assault, luck)
        return np.asarray(days + assault.of_attacker(abreast([self.delay(chairs, name) for name in self._attackers])))

    def on_record(self, assault: Assault, luck: Array) -> Array:
        """The part of them that is drawn from the days on record, whoever chairs."""
        cells = assault.cells
        place = np.floor(luck * cells.take(self._count))
        days = np.zeros(len(cells))
        for k, column in enumerate(self._days):
            days = np.where(place == k, cells.take(column), days)
        return days


def in_time(days: Array, duration: Array) -> NDArray[np.bool_]:
    """Whether a decision comes while the action lasts."""
    return np.asarray(days < duration)
