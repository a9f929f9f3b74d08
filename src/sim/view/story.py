"""What a replayed world is told in: months, what happened in them, what came to nothing, and numbers as text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from sim.view.words import percent, plain

_NEAR: Final = 0.01
"""How near a draw comes to its chance before both take more digits: what percent and two decimals can hide."""


@dataclass(frozen=True)
class Telling:
    """One event, or some of one kind that stand together.

    Attributes:
        phase: of the month.
        who: whose it is; empty where it is nobody's.
        what: what happened or was chosen.
        odds: option -> probability, where there was something to choose.
        chosen: which option.
        details: the numbers with it, each a short text: draws, utilities, what was seen.
        places: of the events in the world's list.
    """

    phase: str
    who: str
    what: str
    odds: tuple[tuple[str, float], ...]
    chosen: str | None
    details: tuple[str, ...]
    places: tuple[int, ...]


@dataclass(frozen=True)
class Aside:
    """What came to nothing, or only moves numbers: said shortly or folded away.

    Attributes:
        text: what it is.
        short: a piece of the one line that a month has for chances that did not come; empty where it is in none.
        places: of the events in the world's list.
    """

    text: str
    short: str
    places: tuple[int, ...]


@dataclass(frozen=True)
class Month:
    """A month of a world.

    Attributes:
        month: since the start.
        setting: threat, tension and means at its beginning.
        tellings: what happened, in order.
        asides: what came to nothing.
    """

    month: float
    setting: str
    tellings: tuple[Telling, ...]
    asides: tuple[Aside, ...]


def number(value: float | None) -> str:
    """A number of a story: two decimals, or three digits where it is small or great."""
    if value is None:
        return "-"
    if float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:.2f}" if 0.01 <= abs(value) < 1000 else f"{value:.3g}"


def deviation(variance: float) -> str:
    """How far a belief may be off, as a standard deviation."""
    return number(math.sqrt(variance))


def value_text(value: object) -> str:
    """A value of a row or an event."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value) if isinstance(value, (int, float)) else plain(value)


def against(chance: float, drawn: float) -> str:
    """A chance and the draw that settled it, with digits enough to see which is greater."""
    near = abs(chance - drawn) < _NEAR
    return f"{percent(chance, _NEAR / 20 if near else None)} ({drawn:.{4 if near else 2}f})"
