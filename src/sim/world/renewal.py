"""What observers expect of the guarantors, kept, and renewed only where it is out of date and asked for.

Each cell of a batch is foreseen alone, from the beliefs and the status of its own, so a forecast that is renewed in
some cells, late, or together with others, has in every cell the bytes it would have if all were renewed at once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sim.world.foresight import Attack, foresee
from sim.world.values import Cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.agents import Challenger, Observer
    from sim.world.anticipation import Forecast
    from sim.world.world import World

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Key = tuple[str, str, str, bool]
    Pair = tuple[Forecast, Forecast]


class Forecasts:
    """The forecasts of a batch: for each observer, attacker and action, with help asked for and without.

    Args:
        world: the world they are of.

    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._kept: dict[Key, Pair] = {}
        self._stale: dict[Key, Flags] = {}

    def outdate(self, where: Flags) -> None:
        """Say that beliefs or status changed in some cells."""
        for key, stale in self._stale.items():
            self._stale[key] = stale | where

    def fresh(
        self,
        observer: Observer,
        attacker: Challenger,
        action: str,
        where: Flags | None = None,
        *,
        covered: bool = False,
    ) -> Pair:
        """Forecasts if help is asked for and if it is not.

        Args:
            observer: who foresees.
            attacker: who attacks.
            action: strike or campaign.
            where: only here they must be up to date; everywhere by default.
            covered: as if the treaty were in force.

        """
        world = self._world
        key = (observer.name, attacker.name, action, covered)
        binding = np.broadcast_to(world.committed, world.shape) if covered else world.obliged
        if key not in self._kept:
            self._kept[key] = self._foreseen(observer, attacker, action, binding, None)
            self._stale[key] = np.zeros(world.shape, np.bool_)
            return self._kept[key]
        needed = self._stale[key] if where is None else self._stale[key] & where
        cells = Cells(*np.nonzero(needed))
        if len(cells) == needed.size:
            self._kept[key] = self._foreseen(observer, attacker, action, binding, None)
        elif len(cells):
            new = self._foreseen(observer, attacker, action, binding, cells)
            asked, unasked = (renewed(o, n, cells, world.shape) for o, n in zip(self._kept[key], new, strict=True))
            self._kept[key] = asked, unasked
        self._stale[key] = self._stale[key] & ~needed
        return self._kept[key]

    def _foreseen(
        self, observer: Observer, attacker: Challenger, action: str, binding: Flags, cells: Cells | None
    ) -> Pair:
        asked, unasked = (self._one(observer, attacker, action, binding, cells, asked=a) for a in (1.0, 0.0))
        return asked, unasked

    def if_asked(self, observer: Observer, attacker: Challenger, action: str, cells: Cells) -> Forecast:
        """Forecast if help is asked for, in some cells only, one value a cell; nothing is kept."""
        return self._one(observer, attacker, action, self._world.obliged, cells, asked=1.0)

    def _one(
        self,
        observer: Observer,
        attacker: Challenger,
        action: str,
        binding: Flags,
        cells: Cells | None,
        *,
        asked: float,
    ) -> Forecast:
        world = self._world
        obliged = binding.astype(np.float64)
        attack = Attack(
            deaths=world.values[f"crisis.{action}.deaths"],
            major=attacker.major,
            member=attacker.member,
            asked=asked,
            formal=asked * obliged,
            covered=obliged,
        )
        return foresee(
            attack,
            attacker.name,
            world.guarantors,
            observer.beliefs,
            world.average,
            world.at_reference,
            world.harms,
            world.council,
            binding & (asked > 0.0),
            world.signals.tied,
            cells,
        )


def renewed(old: Forecast, new: Forecast, cells: Cells, shape: tuple[int, int]) -> Forecast:
    """The old forecast of a batch with what is new in some cells.

    Args:
        old: forecast of the whole batch.
        new: forecast of the cells, each field one value a cell.
        cells: which.
        shape: of the batch.

    """

    def put(column: Array, part: Array) -> Array:
        full = np.array(np.broadcast_to(column, shape))
        full[cells.point, cells.replicate] = part
        return full

    def put_free(column: Array | None, part: Array | None) -> Array | None:
        if column is None and part is None:
            return None
        # No chance where no Council decides: a free hand for sure.
        sure = np.ones(())
        return put(sure if column is None else column, sure if part is None else part)

    return replace(
        old,
        mandate=put(old.mandate, new.mandate),
        others=put(old.others, new.others),
        leader_aid=put(old.leader_aid, new.leader_aid),
        leader_troops=put(old.leader_troops, new.leader_troops),
        no_mandate=put(old.no_mandate, new.no_mandate),
        member_levels=tuple(
            (put(a, x), put(b, y), put(c, z))
            for (a, b, c), (x, y, z) in zip(old.member_levels, new.member_levels, strict=True)
        ),
        nodes=tuple(
            (weight, put(t, u), put_free(free, part))
            for (weight, t, free), (_, u, part) in zip(old.nodes, new.nodes, strict=True)
        ),
    )
