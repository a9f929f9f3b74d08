"""The events of a replayed world in words: who did what, at which odds, on which draw, seeing what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sim.view.chances import chance_came, every_month, moved, read_by
from sim.view.story import Month, Telling, deviation, number, value_text
from sim.view.words import percent, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGINS: Final = "the month begins"
"""The event with which every month begins; its numbers stand in the month's title."""

HEARD: Final = "warning read"
"""What observers make of a warning, or of the leader's silence under a threat."""

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


def months(events: Sequence[Mapping[str, Any]]) -> list[Month]:
    """Return events month by month; signals, and what an observer learns from one crisis, in a line each."""
    found = []
    numbered = list(enumerate(events))
    for month, group in groupby(numbered, key=lambda entry: float(entry[1]["month"])):
        held = list(group)
        setting = "; ".join(_setting(event) for _, event in held if event.get("event") == BEGINS)
        told, asides, others = every_month([entry for entry in held if entry[1].get("event") != BEGINS])
        # In the order in which it happened.
        tellings = sorted([*told, *_tellings(others)], key=lambda telling: min(telling.places))
        found.append(Month(month, setting, tuple(tellings), tuple(asides)))
    return found


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
        phase, lessons = str(held[0][1]["phase"]), [event for _, event in held]
        if key[0] == HEARD:
            told = (read_by(str(lessons[0]["actor"]), lessons),)
            yield Telling(phase, "", "warning or silence is heard", (), None, told, places)
        else:
            yield _learned(phase, key[1], lessons, places)


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
    if kind == HEARD:
        return kind, ""
    return (kind, str(event["observer"])) if kind == "reputation" else None


def _learned(phase: str, observer: str, events: Sequence[Mapping[str, Any]], places: tuple[int, ...]) -> Telling:
    told = tuple(f"{plain(event['actor'], 40)} {moved(event)}" for event in events)
    return Telling(phase, plain(observer, 40), "has learned of the guarantors", (), None, told, places)


def _telling(place: int, event: Mapping[str, Any]) -> Telling:
    if "options" in event:
        return _decision(place, event)
    if "came_to" in event:
        return chance_came(place, event)
    kind, phase = str(event["event"]), str(event["phase"])
    who, what, told, details = _OF.get(kind, _plainly)(event)
    chosen: str | None = None
    chances: tuple[tuple[str, float], ...] = ()
    if kind == "response":
        chosen = str(event["level"])
        chances = tuple(
            (name.removeprefix(_ODDS), float(value))
            for name, value in event.items()
            if name.startswith(_ODDS) and value is not None
        )
        told = (*told, *(_ODDS + name for name, _ in chances))
    details = (*details, *_details(event, _PLACE | frozenset(told)))
    return Telling(phase, who, what, chances, chosen, details, (place,))


_Words = tuple[str, str, Sequence[str], tuple[str, ...]]
"""Who, what, the names of the values that are told by it, and details in words."""


def _plainly(event: Mapping[str, Any]) -> _Words:
    return plain(event.get("actor", ""), 40), plain(event["event"]), (), ()


def _attack(event: Mapping[str, Any]) -> _Words:
    verb = "attacks" if event["event"] == "attack" else plain(event["event"])
    return plain(event["actor"], 40), f"{verb}: {plain(event['action'])}", ("action",), ()


def _response(event: Mapping[str, Any]) -> _Words:
    return plain(event["actor"], 40), f"answers with {plain(event['level'])}", ("level",), ()


def _cover(event: Mapping[str, Any]) -> _Words:
    return "", f"cover of {plain(event['protege'], 40)} enters into force", ("protege",), ()


def _shock(event: Mapping[str, Any]) -> _Words:
    return "", f"a shock of {number(event['shift'])} to the readiness of all guarantors", ("shift",), ()


def _convened(event: Mapping[str, Any]) -> _Words:
    what = f"is convened on the day of the request, {plain(event['chair'], 40)} in the chair"
    return "Council", what, ("chair", "day"), ()


def _decided(event: Mapping[str, Any]) -> _Words:
    late = "" if event["in_time"] or event["decision"] == "refused" else ", too late for this exchange"
    return "Council", f"decides: {plain(event['decision'])}{late}", tuple(event), _days(event)


def _admission(event: Mapping[str, Any]) -> _Words:
    details: tuple[str, ...] = ()
    if "lag" in event:
        entry = f"in force from month {number(event['entry_month'])}, which nobody knows before"
        details = (f"{number(event['lag'])} months to wait (draw {number(event['lag_drawn'])})", entry)
    return "members", f"decide: {plain(event['decision'])}", ("lag", "lag_drawn", "entry_month"), details


def _days(event: Mapping[str, Any]) -> tuple[str, ...]:
    """The Council's day against those that the action lasts."""
    drawn, chair = number(event["days_drawn"]), plain(event["chair"], 40)
    made_of = f"{number(event['days_on_record'])} on record (draw {drawn}), {number(event['days_by_chair'])} by {chair}"
    return (
        f"chance of a mandate {percent(event['chance_of_mandate'])} by the rule {plain(event['rule'])}",
        f"day {number(event['days'])} after the request: {made_of}'s ties",
        f"the action lasts {number(event['action_lasts'])} days",
        f"chance to be in time {percent(event['chance_in_time'])}",
    )


_OF: Final[Mapping[str, Callable[[Mapping[str, Any]], _Words]]] = MappingProxyType(
    {
        "attack": _attack,
        "joins the attack": _attack,
        "response": _response,
        "cover enters into force": _cover,
        "crisis shock": _shock,
        "Council is convened": _convened,
        "Council decides": _decided,
        "members decide": _admission,
    }
)
"""Event -> what puts it into words; all others are told plainly."""


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
