"""Two worlds of one trial side by side: how each went, and where they part."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAMING: Final = ("month", "phase", "actor", "observer", "decision", "event", "exchange")
"""What tells which event of a world it is; of several alike, the first is set beside the first."""

_ONLY, _DEED, _ODDS = "only here", "deed", "odds"


@dataclass(frozen=True)
class Story:
    """One world as it went.

    Attributes:
        name: what its scenario is called: as it was asked for.
        about: its scenario, title, hash, protégé, seed and horizon.
        trial: its number.
        row: the columns of model.md 7.10 as they are stored: codes as text, None where there is none.
        events: what happened and who decided what, in order; see docs/model.md on the log.
        beliefs: for each observer and guarantor mean and variance at the start and at the end, and the truth at the
            start; latents in logits, at the reference crisis.
        stored: whether the row was found to equal the one that is stored.
    """

    name: str
    about: Mapping[str, Any]
    trial: int
    row: Mapping[str, Any]
    events: tuple[Mapping[str, Any], ...]
    beliefs: tuple[Mapping[str, Any], ...]
    stored: bool

    def to_json(self) -> dict[str, Any]:
        """Return the world as JSON values."""
        return {
            "name": self.name,
            **self.about,
            "trial": self.trial,
            "stored": self.stored,
            "row": dict(self.row),
            "beliefs": [dict(belief) for belief in self.beliefs],
            "events": [dict(event) for event in self.events],
        }


@dataclass(frozen=True)
class Twin:
    """The same trial in another scenario, and where it goes another way.

    Attributes:
        world: how it went there.
        differs: for each event of the one world and of the other: None where they agree; `odds` where only numbers
            differ; `deed` where something else was chosen or happened; `only here` where the other has no such event.
        first: place in the one world's events and in the other's of the first that is no matter of numbers alone; None
            in a world that has no such event there; both None where all went the same way.
        first_choice: the same of the first decision.
    """

    world: Story
    differs: tuple[tuple[str | None, ...], tuple[str | None, ...]]
    first: tuple[int | None, int | None]
    first_choice: tuple[int | None, int | None]

    def to_json(self) -> dict[str, Any]:
        """Return the twin as JSON values."""
        return {
            **self.world.to_json(),
            "differs": {"one": list(self.differs[0]), "other": list(self.differs[1])},
            "first": dict(zip(("one", "other"), self.first, strict=True)),
            "first_choice": dict(zip(("one", "other"), self.first_choice, strict=True)),
        }


def set_beside(one: Story, other: Story) -> Twin:
    """Set the same trial of two scenarios side by side, event by event."""
    named = (_named(one.events), _named(other.events))
    differs = tuple(
        tuple(_differs(event, theirs.get(key)) for key, event in mine.items()) for mine, theirs in (named, named[::-1])
    )
    first = _first(named, differs, decisions=False)
    return Twin(other, (differs[0], differs[1]), first, _first(named, differs, decisions=True))


_Named = dict[tuple[Any, ...], "Mapping[str, Any]"]


def _named(events: Sequence[Mapping[str, Any]]) -> _Named:
    """Events by what tells them from all others, in order."""
    seen: Counter[tuple[Any, ...]] = Counter()
    found = {}
    for event in events:
        name = tuple(event.get(part) for part in _NAMING)
        found[(*name, seen[name])] = event
        seen[name] += 1
    return found


def _differs(event: Mapping[str, Any], other: Mapping[str, Any] | None) -> str | None:
    if other is None:
        return _ONLY
    if event == other:
        return None
    if "options" in event and "options" in other:
        # What is known to whoever decides, such as whether it is covered, is part of the odds.
        return _ODDS if event["choice"] == other["choice"] else _DEED
    if event.get("event") == "response":
        return _ODDS if event["level"] == other["level"] else _DEED
    # What a chance came to is told by the choice that follows it.
    deeds = [
        {name: value for name, value in one.items() if isinstance(value, (str, bool)) and name != "came_to"}
        for one in (event, other)
    ]
    return _ODDS if deeds[0] == deeds[1] else _DEED


def _first(
    named: tuple[_Named, _Named], differs: tuple[tuple[str | None, ...], ...], *, decisions: bool
) -> tuple[int | None, int | None]:
    """Places of the first event that went another way; an event that one world lacks has none there."""
    found: list[tuple[float, int, int, tuple[Any, ...]]] = []
    for side, (events, ways) in enumerate(zip(named, differs, strict=True)):
        for place, ((key, event), way) in enumerate(zip(events.items(), ways, strict=True)):
            parted = event.get("choice") if decisions else way
            if way in {_ONLY, _DEED} and parted is not None:
                found.append((float(event["month"]), place, side, key))
                break
    if not found:
        return None, None
    key = min(found, key=lambda entry: entry[:3])[3]
    places = [list(events).index(key) if key in events else None for events in named]
    return places[0], places[1]
