"""Attacks, thought of or made, side by side: one an entry, whoever attacks and by whatever action.

Rules about attacks are worked out for all entries at once. What hangs on the attacker or on the action is picked entry
by entry; a severity of the shape (actions, 1) makes every entry one of each action, an axis before that of the entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from sim.world.values import Cells, names_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from sim.world.world import World

T = TypeVar("T", bound=np.generic)

OVERT: tuple[str, ...] = ("strike", "campaign")
"""Overt actions; the index plus 1 is the severity."""

EITHER = np.arange(1, len(OVERT) + 1, dtype=np.int8)[:, None]
"""Severities of all overt actions, for entries that weigh each of them."""


@dataclass(frozen=True)
class Assault:
    """Attacks, one an entry.

    Attributes:
        cells: where.
        attacker: who, an index into the challengers, one an entry.
        severity: 1 strike, 2 campaign: one an entry, or `EITHER`.

    """

    cells: Cells
    attacker: NDArray[np.int8]
    severity: NDArray[np.int8]
    _picked: dict[int, tuple[Any, Any]] = field(default_factory=dict, repr=False, compare=False)
    _turns: list[tuple[list[NDArray[np.intp]], NDArray[np.intp]]] = field(
        default_factory=list, repr=False, compare=False
    )
    _index: dict[tuple[int, ...], NDArray[np.intp]] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        """Number of entries."""
        return len(self.cells)

    @classmethod
    def weighed(cls, cells: Cells, attacker: NDArray[np.int8]) -> Assault:
        """Attacks by either action, as somebody weighs them."""
        return cls(cells, attacker, EITHER)

    @classmethod
    def by(cls, code: int, cells: Cells, severity: NDArray[np.int8] = EITHER) -> Assault:
        """Attacks by one challenger in some cells."""
        return cls(cells, np.full(len(cells), code, np.int8), severity)

    def of(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Assault:
        """Some of the entries: by one flag an entry, or by their places."""
        severity = self.severity if self.severity.ndim > 1 else self.severity[which]
        return Assault(self.cells.of(which), self.attacker[which], severity)

    def luck(self, world: World, draw: Callable[[str, NDArray[np.intp]], NDArray[T]]) -> NDArray[T]:
        """Draws from streams of their own for each attacker.

        Args:
            world: whose challengers attack.
            draw: given a challenger's name and the replicates asked for, the draws with these as the last axis.

        """
        if not self._turns:
            places = [np.flatnonzero(self.attacker == code) for code in range(len(world.challengers))]
            back = np.argsort(np.concatenate(places))
            self._turns.append(([self.cells.replicate[mine] for mine in places], back))
        replicates, back = self._turns[0]
        names = (challenger.name for challenger in world.challengers)
        parts = [draw(name, at) for name, at in zip(names, replicates, strict=True) if len(at)]
        return np.concatenate(parts, axis=-1).take(back, axis=-1)

    def of_attacker(self, things: Any) -> Any:
        """What belongs to each entry's attacker, of things `abreast` that never change: picked once, then kept."""
        kept = self._picked.get(id(things))
        if kept is None:
            # The things are held too: as long as they are, nothing else can have their id.
            kept = self._picked[id(things)] = (things, self._of(things))
        return kept[1]

    def _of(self, things: Any) -> Any:
        if isinstance(things, np.ndarray):
            if len(things) == 1:
                return self.cells.take(things[0])
            return things.reshape(-1)[self._at(things.shape)]
        if isinstance(things, tuple):
            return tuple(self._of(part) for part in things)
        if is_dataclass(things) and not isinstance(things, type):
            return type(things)(*(self._of(getattr(things, name)) for name in names_of(type(things))))
        return things

    def _at(self, shape: tuple[int, ...]) -> NDArray[np.intp]:
        """Where each entry's attacker and cell lie in columns abreast, laid flat."""
        kept = self._index.get(shape)
        if kept is None:
            _, points, replicates = shape
            kept = self.attacker * np.intp(points * replicates)
            if points > 1:
                kept = kept + self.cells.point * replicates
            if replicates > 1:
                kept = kept + self.cells.replicate
            self._index[shape] = kept
        return kept

    def by_action(self, severity: NDArray[np.int8]) -> Assault:
        """The same attackers with other actions; what is picked by attacker stays."""
        return replace(self, severity=severity)

    def of_action(self, things: Sequence[Any]) -> Any:
        """What belongs to each entry's action; `things` made of columns, one for each overt action."""
        return _picked(things, self.severity - 1, self.cells)


def abreast(things: Sequence[Any]) -> Any:
    """Things of one make, one for each challenger, as one thing with an axis for the challengers before the others.

    Args:
        things: columns that broadcast to (points, replicates), or tuples or dataclasses of such.

    """
    first = things[0]
    if isinstance(first, np.ndarray):
        if all(thing is first for thing in things):
            return np.atleast_2d(first)[None]
        return np.stack(np.broadcast_arrays(*(np.atleast_2d(thing) for thing in things)))
    if isinstance(first, tuple):
        return tuple(abreast(parts) for parts in zip(*things, strict=True))
    if is_dataclass(first) and not isinstance(first, type):
        return type(first)(*(abreast([getattr(thing, name) for thing in things]) for name in names_of(type(first))))
    return first


def picked(things: Sequence[Any], code: NDArray[np.int8]) -> Any:
    """Entry by entry the thing of its code; `things` have one value an entry already."""
    return _picked(things, code, None)


def _picked(things: Sequence[Any], code: NDArray[np.int8], cells: Cells | None) -> Any:
    first = things[0]
    if isinstance(first, np.ndarray):
        columns = things if cells is None else [cells.take(thing) for thing in things]
        if code.ndim > 1:  # every entry is one of each
            return np.stack(np.broadcast_arrays(*map(np.atleast_1d, columns)))
        out = columns[0]
        for index in range(1, len(things)):
            if things[index] is not first:
                out = np.where(code == index, columns[index], out)
        return out
    if isinstance(first, tuple):
        return tuple(_picked(parts, code, cells) for parts in zip(*things, strict=True))
    if isinstance(first, Mapping):
        return {name: _picked([thing[name] for thing in things], code, cells) for name in first}
    if is_dataclass(first) and not isinstance(first, type):
        parts = (_picked([getattr(thing, n) for thing in things], code, cells) for n in names_of(type(first)))
        return type(first)(*parts)
    return first
