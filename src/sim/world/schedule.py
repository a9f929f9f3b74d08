"""What a scenario schedules: the record's series month by month, and single shocks (model page 7.1).

A world driven by the record takes threat, tension and means from the record's series, each with its error as one draw
for each parameter set: the record's level is not known, but it is one level. The draw is that of the parameter it
starts from, so that month 0 is the same in a driven world and in one that only starts from the record. What the
simulated attacks destroy lasts until the next month: the record says what the real ones did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import ndtri

from sim.record import lookup
from sim.record.values import Normal
from sim.scenario import leaves
from sim.scenario.standing import Move
from sim.scenario.tabulate import quantiles
from sim.world.environment import MOST_THREAT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.record.ensemble import Ensemble
    from sim.scenario import Scenario
    from sim.world.world import World

    Array = NDArray[np.float64]

BOUNDS: Final[Mapping[str, tuple[float, float]]] = {
    "threat": (0.0, MOST_THREAT),
    "tension": (-np.inf, np.inf),
    "defence": (0.0, 1.0),
    "missiles": (0.0, 1.0),
    "proxies": (0.0, 1.0),
}
"""What can be scheduled, with the ends of its scale."""


class Schedule:
    """What is scheduled in every point of a batch.

    Args:
        points: the scenarios.
        protege: name of the state under threat.
        sets: parameter set of each replicate, a number from 0.
        among: the parameter sets of each point.

    Attributes:
        driven: where threat, tension and means follow the record, shape (points, 1).

    Raises:
        InputError: a world driven by the record runs beyond a series.

    """

    def __init__(
        self, points: Sequence[Scenario], protege: str, sets: NDArray[np.int64], among: Sequence[Ensemble]
    ) -> None:
        self._points = points
        self.driven = np.array([[point.environment.drive == "record"] for point in points])
        self._series: dict[str, tuple[Array, Array, Array]] = {}
        if not self.driven.any():
            return
        for name in BOUNDS:
            of_state = name in ("defence", "missiles", "proxies")
            parameter = f"states.{protege}.{name}" if of_state else f"environment.{name}.start"
            level, error = np.zeros((2, len(points), points[0].horizon))
            for row, point in enumerate(points):
                if point.environment.drive == "record":
                    path = recorded(name, point.start, point.horizon)
                    level[row], error[row] = zip(*path, strict=True)
            luck = [
                quantiles(parameter, leaves(point)[parameter], held)[sets]
                for point, held in zip(points, among, strict=True)
            ]
            self._series[name] = (level, error, ndtri(np.stack(luck)))

    def play(self, world: World, step: int) -> None:
        """Move the state of a world to what is scheduled for a step."""
        month = int(step * world.step_length)
        for name, (level, error, z) in self._series.items():
            path = np.clip(level[:, month, None] + error[:, month, None] * z, *BOUNDS[name])
            _put(world, name, np.where(self.driven, path, getattr(world, name)))
        self._shocks(world, step)

    def _shocks(self, world: World, step: int) -> None:
        before, now = (step - 1) * world.step_length, step * world.step_length
        for row, point in enumerate(self._points):
            for event in point.events:
                if not before < event.month <= now:
                    continue
                for name, to in event.set.items():
                    value = getattr(world, name).copy()
                    new = value[row] + to.shift if isinstance(to, Move) else np.full_like(value[row], to)
                    value[row] = np.clip(new, *BOUNDS[name])
                    _put(world, name, value)
                    if world.log is not None:
                        world.log.fact("drift", step, f"scheduled: {name}", level=value[row])


def _put(world: World, name: str, value: Array) -> None:
    """Set a level; means that rise above what they recover to take that along."""
    setattr(world, name, value)
    if name in world.whole:
        world.whole[name] = np.maximum(world.whole[name], value)


def recorded(series: str, start: str, months: int) -> list[tuple[float, float]]:
    """Level and error of a series in each of some months from `start` (YYYY-MM).

    Raises:
        InputError: the months run beyond the series.

    """
    year, month = map(int, start.split("-"))
    first = 12 * year + month - 1
    path = []
    for at in range(first, first + months):
        found = lookup(f"series.{series}.{at // 12}-{at % 12 + 1:02d}")
        if not isinstance(found, Normal):
            raise TypeError(f"series {series} has no error")
        path.append((found.mean, found.sd))
    return path
