"""The part of a month that every month has: noise, signals and silence, chances to act; what came, and what did not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sim.view.story import Aside, Telling, against, deviation, number
from sim.view.words import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Event = Mapping[str, Any]
    Entry = tuple[int, Event]

NONE_CAME: Final = "No chance"
"""With what the line begins that tells of chances that did not come."""

LEGEND: Final = "In brackets behind a chance stands the draw that settled it: it comes where the draw is lower."
"""What the brackets mean."""

_SIGNALS: Final = ("talk", "costly signal")
_CHANCES: Final = {"chance of overt action": "overt", "chance of covert action": "covert"}
_KINDS: Final = frozenset(
    {"the world begins", "type", "first belief", "noise", "signals read", *_SIGNALS, *_CHANCES},
)


def every_month(events: Sequence[Entry]) -> tuple[list[Telling], list[Aside], list[Entry]]:
    """Tell the noise, signals and chances among the events of a month.

    Args:
        events: with their places in the world's list.

    Returns:
        What came, what did not, and all other events with the chances that came, for these stand among the choices.
    """
    rest = [entry for entry in events if entry[1].get("event") not in _KINDS or entry[1].get("came") is True]
    mine: dict[str, list[Entry]] = {kind: [] for kind in _KINDS}
    for entry in events:
        if (kind := entry[1].get("event")) in _KINDS:
            mine[str(kind)].append(entry)
    tellings, asides = _start(mine)
    for place, event in mine["noise"]:
        jump = against(event["jump_chance"], event["jump_drawn"])
        if event["jumps"]:
            tellings.append(_said("drift", f"tension jumps by {number(event['jump_size'])}, {jump}", (), (place,)))
        drawn = f"draws of threat {number(event['threat_drawn'])} and tension {number(event['tension_drawn'])}"
        asides.append(Aside(f"Noise: {drawn}; a jump of tension {jump}", "", (place,)))
    senders: set[str] = set()
    for kind in reversed(_SIGNALS):  # what is read of who sent both is told with the costly one
        tellings += _sent(kind, mine[kind], mine["signals read"], senders)
    asides += _silence(mine, senders)
    return tellings, [*asides, *_did_not_come(mine)], rest


def chance_came(place: int, event: Event) -> Telling:
    """Tell a chance that came, and what it came to."""
    what = f"gets a {event['event']}, {against(event['chance'], event['drawn'])}: {plain(event['came_to'])}"
    return Telling(str(event["phase"]), plain(event["actor"], 40), what, (), None, (), (place,))


def moved(event: Event) -> str:
    """A belief before and after."""
    return f"{number(event['mean_before'])} → {number(event['mean'])} (± {deviation(event['variance'])})"


def read_by(actor: str, events: Sequence[Event]) -> str:
    """What observers make of a guarantor, each before and after."""
    told = (f"{plain(e['observer'], 40)} {number(e['mean_before'])} → {number(e['mean'])}" for e in events)
    return f"{plain(actor, 40)} as read by {', '.join(told)}"


def _said(phase: str, what: str, details: tuple[str, ...], places: tuple[int, ...]) -> Telling:
    return Telling(phase, "", what, (), None, details, places)


def _start(mine: Mapping[str, Sequence[Entry]]) -> tuple[list[Telling], list[Aside]]:
    """What a world is given before its first month."""
    tellings = [
        _said("start", f"parameter set {event['parameter_set']} of {event['of_sets']}, numbered from 0", (), (place,))
        for place, event in mine["the world begins"]
    ]
    if mine["type"]:
        types = ", ".join(
            f"{plain(event['actor'], 40)} {number(event['weight_on_threat'])} (draw {number(event['drawn'])})"
            for _, event in mine["type"]
        )
        places = tuple(place for place, _ in mine["type"])
        tellings.append(_said("start", f"weight on the threat, by type: {types}", (), places))
    asides = [
        _observed(observer, "first belief, with its draw", some, _first)
        for observer, some in _by_observer(mine["first belief"])
    ]
    return tellings, asides


def _first(event: Event) -> str:
    return f"{number(event['mean'])} ± {deviation(event['variance'])} (draw {number(event['drawn'])})"


def _sent(kind: str, signals: Sequence[Entry], reads: Sequence[Entry], senders: set[str]) -> Iterator[Telling]:
    """Who sent one kind of signal, and what observers made of it; `senders` grows by who is new among them."""
    sent = [entry for entry in signals if entry[1]["sent"]]
    if not sent:
        return
    new = {str(event["actor"]) for _, event in sent} - senders
    senders |= new
    by = ", ".join(_by(event) for _, event in sent)
    heard = [entry for entry in reads if entry[1]["actor"] in new]
    told = tuple(read_by(actor, [e for _, e in heard if e["actor"] == actor]) for actor in sorted(new))
    yield _said("signals", f"{kind} by {by}", told, tuple(place for place, _ in (*sent, *heard)))


def _by(event: Event) -> str:
    tied = f", hands now tied by {number(event['tied'])}" if "tied" in event else ""
    return f"{plain(event['actor'], 40)} {against(event['chance'], event['drawn'])}{tied}"


def _silence(mine: Mapping[str, Sequence[Entry]], senders: set[str]) -> Iterator[Aside]:
    """Who was silent, and what observers made of that."""
    for kind in _SIGNALS:
        silent = [entry for entry in mine[kind] if not entry[1]["sent"]]
        could = [event for _, event in silent if event["chance"] > 0.0]
        places = tuple(place for place, _ in silent)
        if could:
            told = ", ".join(f"{plain(e['actor'], 40)} {against(e['chance'], e['drawn'])}" for e in could)
            yield Aside(f"No {kind}: {told}", "", places)
        elif silent:
            yield Aside(f"No {kind} is to be expected of anybody", "", places)
    quiet = [entry for entry in mine["signals read"] if entry[1]["actor"] not in senders]
    for observer, some in _by_observer(quiet):
        yield _observed(observer, "on those that were silent", some, moved)


def _by_observer(events: Sequence[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    for observer in dict.fromkeys(event["observer"] for _, event in events):
        yield str(observer), [entry for entry in events if entry[1]["observer"] == observer]


def _observed(observer: str, what: str, events: Sequence[Entry], shown: Any) -> Aside:
    told = ", ".join(f"{plain(event['actor'], 40)} {shown(event)}" for _, event in events)
    return Aside(f"{plain(observer, 40)}, {what}: {told}", "", tuple(place for place, _ in events))


def _did_not_come(mine: Mapping[str, Sequence[Entry]]) -> Iterator[Aside]:
    """Chances to act that did not come, challenger by challenger."""
    missed = [(name, *entry) for kind, name in _CHANCES.items() for entry in mine[kind] if not entry[1]["came"]]
    for actor in dict.fromkeys(event["actor"] for kind in _CHANCES for _, event in mine[kind]):
        own = [(name, place, event) for name, place, event in missed if event["actor"] == actor]
        if not own:
            continue
        told = ", ".join(f"{name} {_missed(event)}" for name, _, event in own)
        text = f"{plain(actor, 40)} {told}"
        yield Aside(f"{NONE_CAME}: {text}", text, tuple(place for _, place, _ in own))


def _missed(event: Event) -> str:
    told = against(event["chance"], event["drawn"])
    return f"none while its campaign lasts {told}" if event.get("at_war") else told
