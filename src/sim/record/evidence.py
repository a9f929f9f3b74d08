"""What numbers rest on, as a list to be printed beside them: entries of the record with their sources."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sim.record.load import content, entries_in, load
from sim.record.lookup import lookup
from sim.record.provenance import KINDS, described, entry_of, owner_of, rests_on, rows_behind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sim.record.schemas.base import Entry

FITTED: Final = "credibility"
"""Family of keys that stand for what is fitted to cases, not for an entry."""

_NAMED: Final = re.compile(r"\b[A-Z]+\d+[a-z]?\b|\b[A-Z]{2}-\d{4}[a-z]?\b")
"""What an id of an entry looks like in a sentence: B41, G052, D41b, KZ-2022."""


@dataclass(frozen=True)
class Source:
    """A document or page that entries rest on.

    Attributes:
        key: its name in the record.
        title: what it is called.
        publisher: who brought it out; None if that is unknown.
        date: when, as far as it is known.
        url: where it is to be found, if anywhere.
    """

    key: str
    title: str
    publisher: str | None
    date: str | None
    url: str | None


@dataclass(frozen=True)
class Cited:
    """An entry of the record.

    Attributes:
        id: its name in the record.
        kind: what it is: case, prior, strike.
        title: what it says, in a line.
        note: what else is to be known of it; None if nothing is.
        confidence: high, medium or low.
        unverified: whether it is known from memory alone, in whole or in part.
        sources: what it rests on.
        see: ids of entries that bear on it.
    """

    id: str
    kind: str
    title: str
    note: str | None
    confidence: str
    unverified: bool
    sources: tuple[Source, ...]
    see: tuple[str, ...]


def value_of(key: str) -> str:
    """Return what the record holds under a key, as a line.

    Raises:
        InputError: there is no such key.
    """
    return described(lookup(key))


def behind(key: str) -> tuple[str, ...]:
    """Return the ids of the entries that a key of the record stands on: its own, or the cases it is fitted to.

    Raises:
        InputError: there is no such key.
    """
    lookup(key)
    family, _, rest = key.partition(".")
    if family == FITTED:
        return tuple(dict.fromkeys(row.source for row in rows_behind(rest)))
    owner = owner_of(family, rest)
    return () if owner is None else (owner.id,)


def named_in(text: str) -> tuple[str, ...]:
    """Return the ids of entries that a sentence names, in its order."""
    return tuple(dict.fromkeys(word for word in _NAMED.findall(text) if entry_of(word) is not None))


def cited(ids: Iterable[str], *, deep: bool = True) -> tuple[Cited, ...]:
    """Return entries in the order of the record, `deep` with those that bear on them; what is not in it is left out."""
    wanted = set(ids)
    for name in tuple(wanted) if deep else ():
        entry = entry_of(name)
        wanted |= set(() if entry is None else _bearing(entry))
    return tuple(
        _cited(entry, KINDS[section])
        for _, file in load().files()
        for _, section, entry in entries_in(file)
        if entry.id in wanted
    )


def web(key: str) -> dict[str, Any]:
    """Return what a number rests on as JSON values: `key`, `value`, `entries` with their sources, and `sources`.

    An entry is `direct` if the number rests on it, else it bears on one that is.

    Raises:
        InputError: there is no such key.
    """
    direct = behind(key)
    family, _, rest = key.partition(".")
    owner = None if family == FITTED else owner_of(family, rest)
    found = cited(direct, deep=False)
    if owner is not None:
        see, own = (_bearing(owner), owner.sources) if hasattr(owner, "points") else rests_on(owner, rest)
        narrow = replace(found[0], sources=tuple(map(_source, own)))
        found = (narrow, *cited((name for name in see if name != owner.id), deep=False))
    sources = {source.key: source for entry in found for source in entry.sources}
    return {
        "key": key,
        "value": value_of(key),
        "entries": [
            {
                "id": entry.id,
                "title": entry.title,
                "direct": entry.id in direct,
                "unverified": entry.unverified,
                "see": list(entry.see),
                "sources": [source.key for source in entry.sources],
            }
            for entry in found
        ],
        "sources": [{"key": source.key, "title": source.title, "url": source.url} for source in sources.values()],
    }


def _cited(entry: Entry, kind: str) -> Cited:
    said = getattr(entry, "note", None)
    return Cited(
        id=entry.id,
        kind=kind,
        title=entry.headline,
        note=said if isinstance(said, str) and said != entry.headline else None,
        confidence=entry.confidence,
        unverified=entry.unverified or bool(entry.unverified_parts),
        sources=tuple(_source(key) for key in entry.sources),
        see=tuple(name for name in _bearing(entry) if entry_of(name) is not None),
    )


def _bearing(entry: Entry) -> tuple[str, ...]:
    """Ids of entries that bear on one: those it names, and of a series those its points name."""
    points = getattr(entry, "points", ())
    return tuple(dict.fromkeys((*entry.see, *(name for point in points for name in point.see))))


def _source(key: str) -> Source:
    file = content("documents")
    document = next((one for one in file.documents if one.id == key), None)
    if document is not None:
        return Source(key, document.title, document.publisher, document.date or document.date_note, None)
    source = file.sources[key]
    return Source(key, source.title, source.publisher, source.date, source.url)
