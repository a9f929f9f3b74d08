"""The events of a replayed world in words: who did what, at which odds, on which draw, seeing what."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sim.view.words import percent, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BEGINS: Final = "the month begins"
"""The event with which every month begins; its numbers stand in the month's title."""

SAID: Final[Mapping[str, str]] = MappingProxyType(
    {
        "challenge": "challenges?",
        "choose action": "by which action?",
        "act covertly": "acts covertly?",
        "ask for help": "asks for help?",
        "vote": "votes",
        "vote on admission": "votes on admission:",
        "answer a threat": "answers the threat:",
        "warn": "warns the challenger?",
        "carry out a threat": "carries out the threat?",
        "back": "backs its client?",
        "retaliate": "replies",
        "go on or stop": "goes on?",
        "go on by": "goes on by",
        "stay in": "stays in the treaty?",
    }
)
"""A decision as a question in a line."""

_ODDS: Final = "chance_of_"
_PLACE: Final = frozenset({"month", "phase", "event", "actor", "observer", "decision", "options", "choice"})
_TOLD: Final = frozenset({"utilities", "probabilities", "drawn"})


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
class Month:
    """A month of a world.

    Attributes:
        month: since the start.
        setting: threat, tension and means at its beginning.
        tellings: what happened, in order.
    """

    month: float
    setting: str
    tellings: tuple[Telling, ...]


def months(events: Sequence[Mapping[str, Any]]) -> list[Month]:
    """Return events month by month; talk, and what an observer learns from one crisis, in a line each."""
    found = []
    numbered = list(enumerate(events))
    for month, group in groupby(numbered, key=lambda entry: float(entry[1]["month"])):
        held = list(group)
        begins = [event for _, event in held if event.get("event") == BEGINS]
        # An answer of a member that is not active reaches nobody; it stays in the log.
        rest = [entry for entry in held if entry[1].get("event") != BEGINS and entry[1].get("active") is not False]
        setting = "; ".join(_setting(event) for event in begins)
        found.append(Month(month, setting, tuple(_tellings(rest))))
    return found


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


def _setting(event: Mapping[str, Any]) -> str:
    told = [f"{name} {number(event[name])}" for name in ("threat", "tension", "defence", "missiles", "proxies")]
    return ", ".join([*told, "treaty in force" if event["cover"] else "no treaty in force"])


def _tellings(events: Sequence[tuple[int, Mapping[str, Any]]]) -> Iterator[Telling]:
    """Events in lines; those that stand together by kind and observer are one."""
    for key, held in _gathered(events):
        if key is None:
            yield from (_telling(place, event) for place, event in held)
            continue
        places = tuple(place for place, _ in held)
        phase = str(held[0][1]["phase"])
        if key[0] == "talk":
            said = tuple(plain(event["actor"], 40) for _, event in held)
            yield Telling(phase, "", f"talk by {', '.join(said)}", (), None, (), places)
        else:
            yield _learned(phase, key[1], [event for _, event in held], places)


def _gathered(
    events: Sequence[tuple[int, Mapping[str, Any]]],
) -> Iterator[tuple[tuple[str, str] | None, list[tuple[int, Mapping[str, Any]]]]]:
    """Events in a row that stand together; of one crisis' lessons, observer by observer."""
    for kind, group in groupby(events, key=lambda entry: (_together(entry[1]) or ("", ""))[0]):
        held = list(group)
        if not kind:
            yield None, held
            continue
        held.sort(key=lambda entry: (_together(entry[1]) or ("", ""))[1])
        for key, some in groupby(held, key=lambda entry: _together(entry[1])):
            yield key, list(some)


def _together(event: Mapping[str, Any]) -> tuple[str, str] | None:
    kind = event.get("event")
    if kind == "talk":
        return kind, ""
    return (kind, str(event["observer"])) if kind == "reputation" else None


def _learned(phase: str, observer: str, events: Sequence[Mapping[str, Any]], places: tuple[int, ...]) -> Telling:
    moved = tuple(
        f"{plain(event['actor'], 40)} {number(event['mean_before'])} → {number(event['mean'])} "
        f"(± {deviation(event['variance'])})"
        for event in events
    )
    return Telling(phase, plain(observer, 40), "has learned of the guarantors", (), None, moved, places)


def _telling(place: int, event: Mapping[str, Any]) -> Telling:
    if "options" in event:
        return _decision(place, event)
    kind = str(event["event"])
    chances = tuple(
        (name.removeprefix(_ODDS), float(value))
        for name, value in event.items()
        if kind == "response" and name.startswith(_ODDS) and value is not None
    )
    who, what, chosen = plain(event.get("actor", ""), 40), plain(kind), None
    told = set(_PLACE) | {_ODDS + name for name, _ in chances}
    if kind == "attack":
        what = f"attacks: {plain(event['action'])}"
        told |= {"action"}
    elif kind == "response":
        chosen = str(event["level"])
        what = f"answers with {chosen}"
        told |= {"level", "active"}
    elif kind == "cover enters into force":
        who, what = "", f"cover of {plain(event['protege'], 40)} enters into force"
        told |= {"protege"}
    elif kind == "Council decides":
        who, what = "Council", f"decides: {plain(event['decision'])}"
        told |= {"decision"}
    return Telling(str(event["phase"]), who, what, chances, chosen, _details(event, told), (place,))


def _decision(place: int, event: Mapping[str, Any]) -> Telling:
    options = [str(option) for option in event["options"]]
    odds = tuple((name, float(p)) for name, p in zip(options, event["probabilities"], strict=True) if p is not None)
    details = []
    for name, called in (("utilities", "utility"), ("drawn", "draw")):
        values = event.get(name)
        if values is not None:
            pairs = zip(options, values, strict=False)
            details.append(f"{called}: " + ", ".join(f"{plain(option)} {number(value)}" for option, value in pairs))
    what = f"{SAID.get(event['decision'], plain(event['decision']))} {plain(event['choice'])}"
    seen = _details(event, _PLACE | _TOLD)
    who = plain(event["actor"], 40)
    return Telling(str(event["phase"]), who, what, odds, str(event["choice"]), (*details, *seen), (place,))


def _details(event: Mapping[str, Any], told: set[str] | frozenset[str]) -> tuple[str, ...]:
    """Whatever else an event holds; a variance is told as a deviation."""
    found = []
    for name, value in event.items():
        if name in told:
            continue
        if name == "doubt" and isinstance(value, float):
            found.append(f"doubt ± {deviation(value)}")
        elif name == "drawn":
            found.append(f"draw {number(value)}")
        else:
            shown = percent(value) if name.startswith("chance") and isinstance(value, float) else value_text(value)
            found.append(f"{plain(name).replace('_', ' ')} {shown}")
    return tuple(found)


def odds_text(telling: Telling) -> str:
    """The odds of what could be chosen, in a line; empty where there was nothing to choose."""
    return ", ".join(f"{plain(name)} {percent(share)}" for name, share in telling.odds)
