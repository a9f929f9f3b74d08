"""Where a number comes from: from a key of the record to its value, the entries behind it, and their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.reading import InputError, Problem, did_you_mean
from sim.record.coding import load_coding
from sim.record.estimation_data import COUNCIL, rows
from sim.record.load import content, entries_in, load
from sim.record.lookup import FAMILIES, keys, lookup
from sim.record.posterior import posterior
from sim.record.priors import load_priors
from sim.record.schemas.base import Entry, Range, Strict
from sim.record.values import Draws, Normal, Number, Uniform

if TYPE_CHECKING:
    from sim.record.estimation_data import Row
    from sim.record.values import RecordValue

KINDS: Final[Mapping[str, str]] = {
    "claims": "claim",
    "cases": "case",
    "patron_tests": "patron test",
    "events": "strike",
    "threats": "threat",
    "patterns": "pattern",
    "nuclear_indicators": "nuclear indicator",
    "facts": "fact",
    "memberships": "membership",
    "studies": "study",
    "counts": "reliability count",
    "targeting": "targeting",
    "immediate_deterrence": "immediate deterrence",
    "states": "state",
    "distances": "distance",
    "series": "series",
    "priors": "prior",
    "targets": "target",
}
"""What the entries of a section of a file are called."""

_ASIDE = frozenset({"id", "title", "see", "sources", "field_sources", "unverified_parts", "points"})
_LEVELS = "0 none, 1 statement, 2 consultation, 3 mission, 4 materiel, 5 troops, 6 combat"


@dataclass(frozen=True)
class Listed:
    """One line of the list of the record."""

    kind: str
    id: str
    title: str
    date: str | None
    confidence: str
    unverified: bool


@dataclass(frozen=True)
class Provenance:
    """A tree to be printed: a title, lines about it, and what lies behind it."""

    title: str
    lines: tuple[str, ...] = ()
    children: tuple[Provenance, ...] = ()


def entries() -> tuple[Listed, ...]:
    """Return every entry of the record, in the order of its files; `unverified` also where only a part is."""
    return tuple(
        Listed(
            kind=KINDS[section],
            id=entry.id,
            title=entry.headline,
            date=entry.date,
            confidence=entry.confidence,
            unverified=entry.unverified or bool(entry.unverified_parts),
        )
        for _, file in load().files()
        for _, section, entry in entries_in(file)
    )


def show(key: str) -> Provenance:
    """Walk from a key of the record, an entry's id or a source's key to what lies behind it.

    A key that names a group (`credibility`, `states.Russia`, `series.threat`) shows its members.

    Raises:
        InputError: nothing in the record is called so; with the nearest name.
    """
    by_id = _by_id()
    documents = content("documents")
    if key in by_id:
        return _entry_tree(by_id[key])
    if key in documents.sources:
        return _source_tree(key, cited=True)
    if any(document.id == key for document in documents.documents):
        return _source_tree(key, cited=True)
    family, _, rest = key.partition(".")
    if family == "credibility":
        return _credibility(rest)
    if family in FAMILIES:
        return _number_tree(key)
    names = (*by_id, *documents.sources, *FAMILIES, *keys())
    raise InputError(Problem(None, None, None, key, "nothing in the record is called so", did_you_mean(key, names)))


def entry_of(name: str) -> Entry | None:
    """Return the entry of an id; None if there is none."""
    return _by_id().get(name)


@cache
def _by_id() -> dict[str, Entry]:
    return {entry.id: entry for _, file in load().files() for _, _, entry in entries_in(file)}


# --- entries and sources


def _entry_tree(entry: Entry, *, deep: bool = True) -> Provenance:
    """Return an entry with all its fields; `deep`: with the entries it names too, else with its sources only."""
    marks = [f"confidence {entry.confidence}"]
    if entry.unverified:
        marks.append("unverified: known from memory only")
    elif entry.unverified_parts:
        marks.append(f"unverified in part: {', '.join(entry.unverified_parts)}")
    lines = ["; ".join(marks)]
    if deep:
        lines += [f"{name}: {text}" for name, text in _fields(entry)]
    related = tuple(_entry_tree(found, deep=False) for found in _found(entry.see)) if deep else ()
    return Provenance(
        f"{entry.id}  {entry.headline}", tuple(lines), (*related, *(_source_tree(source) for source in entry.sources))
    )


def _found(ids: tuple[str, ...]) -> list[Entry]:
    by_id = _by_id()
    return [by_id[name] for name in ids if name in by_id]


def _fields(entry: Entry) -> list[tuple[str, str]]:
    """Return (field, text) of what an entry says, defaults left out."""
    said = []
    for name, field in type(entry).model_fields.items():
        value = getattr(entry, name)
        if name in _ASIDE or name in {"confidence", "unverified"} or value is None or value == field.default:
            continue
        if isinstance(value, str) and value == entry.headline:
            continue
        said.append((name.rstrip("_"), _written(value)))
    return said


def _written(value: Any) -> str:
    """Write a field's value on one line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | int):
        return f"{value:,.0f}" if value == int(value) else f"{value:,g}"
    if isinstance(value, Strict) and not isinstance(value, Range):
        parts = ((name, getattr(value, name)) for name in type(value).model_fields)
        return ", ".join(f"{name} {_written(part)}" for name, part in parts if part is not None and part != ())
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_written(part)}" for name, part in value.items())
    return "; ".join(map(_written, value)) if isinstance(value, tuple) else str(value)


def _source_tree(key: str, *, cited: bool = False) -> Provenance:
    """Return a source or document; `cited`: with the entries that rest on it."""
    file = content("documents")
    document = next((one for one in file.documents if one.id == key), None)
    if document is not None:
        when = document.date or document.date_note or "undated"
        title = f"document {key}  {document.title}"
        lines = [f"{document.publisher or 'publisher unknown'}, {when}; reliability {document.reliability}"]
        lines += [document.what, f"{document.file}, sha256 {document.sha256}"] if cited else []
    else:
        source = file.sources[key]
        title = f"{key}  {source.title}"
        lines = [", ".join(part for part in (source.publisher, source.date) if part)]
        lines += [source.url] if source.url else []
    users = [entry for entry in _by_id().values() if key in entry.sources] if cited else []
    return Provenance(title, tuple(lines), tuple(Provenance(f"{user.id}  {user.headline}") for user in users))


# --- numbers


def _number_tree(key: str) -> Provenance:
    family, _, rest = key.partition(".")
    below = [name for name in keys() if name == key or name.startswith(f"{key}.")]
    if family == "series" and rest.count(".") == 0 and below:
        return _series_tree(rest) if rest else _group(key, below)
    if below and below != [key]:
        return _group(key, below)
    value = lookup(key)
    owner = owner_of(family, rest)
    children = () if owner is None else _behind(owner, rest)
    return Provenance(key, (described(value), f"source: {value.source}"), children)


def _group(key: str, names: list[str]) -> Provenance:
    return Provenance(key, tuple(f"{name}: {described(lookup(name))}" for name in names))


def owner_of(family: str, rest: str) -> Entry | None:
    """Return the entry that holds the number of a key, given as its family and the rest; None if none does."""
    parts = rest.split(".")
    found = _by_id().get(parts[0]) if family in {"states", "literature", "series"} else None
    return _by_id().get(rest) if family == "priors" else found


def _behind(owner: Entry, rest: str) -> tuple[Provenance, ...]:
    """Return what a number of an entry rests on: the entries it names, then its own sources."""
    parts = rest.split(".")
    if hasattr(owner, "points"):
        return (_series_tree(owner.id, parts[-1]),)
    see, sources = rests_on(owner, rest)
    return (*(_entry_tree(entry, deep=False) for entry in _found(see)), *(_source_tree(key) for key in sources))


def rests_on(owner: Entry, rest: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return ids of the entries and keys of the sources that one number of an entry rests on.

    Args:
        owner: the entry that holds it.
        rest: what its key says after the family, such as `Russia.committed_elsewhere`.
    """
    parts = rest.split(".")
    if not hasattr(owner, "field_sources"):
        return owner.see, owner.sources
    tie = (getattr(owner, "ties", None) or {}).get(parts[-1]) if "ties" in parts else None
    see = () if tie is None else tie.see
    if parts[-1] == "committed_elsewhere":
        see = tuple(one.id for one in _found(owner.see) if getattr(one, "topic", None) == "commitment")
    return see, owner.field_sources.get(parts[1], ()) if len(parts) > 1 else owner.sources


def _series_tree(name: str, month: str | None = None) -> Provenance:
    """Return a series with its points; with a month, only the points on either side of it."""
    series = next(one for one in content("series").series if one.id == name)
    kept = series.points
    if month is not None:
        before = [point for point in kept if point.month <= month][-1:]
        after = [point for point in kept if point.month >= month][:1]
        kept = tuple(dict.fromkeys((*before, *after)))
    points = []
    for point in kept:
        lines = [f"by {point.basis}" + (f": {point.note}" if point.note else "")]
        if point.basis == "map":
            lines.append(f"breakout {point.breakout_months:g} months, stock at 60 % {point.stock60_kg:g} kg")
        title = f"{point.month}  {point.value:g} +- {point.error:g}"
        points.append(
            Provenance(title, tuple(lines), tuple(_entry_tree(entry, deep=False) for entry in _found(point.see)))
        )
    about = (f"scale: {series.unit}", f"confidence {series.confidence}")
    return Provenance(f"series.{name}  {series.title}", about, tuple(points))


def described(value: RecordValue) -> str:
    """Write a value as a line: number, normal or range; of draws, mean, deviation and 90 % interval."""
    match value:
        case Number():
            return f"{value.value:g}"
        case Normal():
            return f"normal, mean {value.mean:.4g}, standard deviation {value.sd:.4g}"
        case Uniform():
            return f"between {value.low:g} and {value.high:g}"
        case Draws():
            column = posterior().columns[value.column]
            low, high = np.quantile(column, [0.05, 0.95])
            return f"mean {column.mean():.2f}, standard deviation {column.std():.2f}, 90 % [{low:.2f}, {high:.2f}]"


# --- the posterior


def _credibility(column: str) -> Provenance:
    """Return a coefficient's posterior and the cases that inform it."""
    known = tuple(posterior().columns)
    key = f"credibility.{column}" if column else "credibility"
    if column not in known:
        below = [f"credibility.{name}" for name in known if not column or name.startswith(f"{column}.")]
        if not below:
            lookup(key)  # raises, with the nearest key
        return _group(key, below)
    value = lookup(key)
    informing = rows_behind(column)
    by_entry: dict[str, list[Row]] = {}
    for row in informing:
        by_entry.setdefault(row.source, []).append(row)
    prior = load_priors().priors.get(column)
    lines = (
        *((f"prior: {prior} ({prior.source})",) if prior is not None else ()),
        f"posterior: {described(value)} (latent scale, logits)",
        f"source: {value.source}",
        f"informed by {len(informing)} rows of {len(by_entry)} entries; response scale: {_LEVELS}",
    )
    entries_by_id = _by_id()
    return Provenance(key, lines, tuple(_case_tree(entries_by_id[name], found) for name, found in by_entry.items()))


def rows_behind(column: str) -> list[Row]:
    """Return the rows of the estimation in which a coefficient has a part, by its name such as `resolve.Russia`."""
    record = load()
    found = rows(record.cases, record.patron_tests, load_coding())
    family, _, name = column.partition(".")
    match family:
        case "resolve" if name != "new":
            return [row for row in found if row.guarantor == name]
        case "covariate":
            return [row for row in found if float(row.covariates[name]) != 0.0]
        case "in_force":
            return [row for row in found if row.in_force]
        case _:
            return list(found)


def _case_tree(entry: Entry, found: list[Row]) -> Provenance:
    conduct = [f"{row.guarantor}: {_conduct(entry, row)}" for row in found]
    sources = tuple(_source_tree(key) for key in entry.sources)
    related = () if sources else tuple(_entry_tree(one, deep=False) for one in _found(entry.see))
    mark = ", unverified" if entry.unverified else ""
    date = f"{entry.date}; " if entry.date else ""
    return Provenance(
        f"{entry.id}  {entry.headline}",
        (f"{date}confidence {entry.confidence}{mark}", *conduct),
        (*sources, *related),
    )


def _conduct(entry: Entry, row: Row) -> str:
    """Say what a guarantor did, on the record's scale."""
    if row.guarantor == COUNCIL:
        return f"level {getattr(entry, 'org_level', '?')} collectively"
    own = getattr(entry, "by_member", {}).get(row.guarantor)
    if own is not None:
        return f"level {own.level}" + (f", {own.detail}" if own.detail else "")
    if hasattr(entry, "level"):
        note = getattr(entry, "note", None)
        return f"level {entry.level}" + (f", {note}" if note else "")
    return f"not listed, so 0 to {getattr(entry, 'org_level', '?')}"
