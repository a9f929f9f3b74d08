"""Is the record sound: every mistake in every file of seeds/, at once, with its place."""

from __future__ import annotations

import datetime as dt
import math
from calendar import monthrange
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sim.reading import InputError, Problem, did_you_mean
from sim.record.coding import load_coding
from sim.record.load import FILES, entries_in, read_file
from sim.record.priors import load_priors
from sim.record.schemas.base import Entry, Strict
from sim.record.schemas.case import Case
from sim.record.schemas.document import DocumentFile
from sim.record.schemas.series import Point, SeriesFile, ThreatMap
from sim.record.schemas.strike import StrikeFile
from sim.record.schemas.target import COUNTED, TargetFile
from sim.record.targets import recount

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sim.reading import Document
    from sim.record.schemas.base import DatedFile

Location = tuple[str | int, ...]

MAP_ROUNDING: Final = 0.0006
"""Points of the threat from the map are written with three decimals."""


@dataclass
class _Findings:
    """The files that could be read, and the problems found so far."""

    files: dict[str, tuple[Document, DatedFile]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def tell(self, name: str, location: Location, message: str, hint: str | None = None) -> None:
        document, _ = self.files[name]
        path, line, column = document.spot(location)
        self.problems.append(Problem(path, line, column, _where(document.data, location), message, hint))

    def entries(self) -> Iterator[tuple[str, Location, Entry]]:
        for name, (_, file) in self.files.items():
            for location, _, entry in entries_in(file):
                yield name, location, entry


def check(folder: Path | None = None) -> list[Problem]:
    """Return every problem in a folder of seeds (default: the shipped one), in the order of its files and lines.

    Found are: what the schemas refuse (unknown names, dates not in the calendar, levels and shares off their scale,
    low above high, entries without ground), ids given twice, sources and entries named but absent, ends before
    starts, dates after the record was compiled, points that do not follow from the threat map, and the same in the
    two files of the estimation.
    """
    found = _Findings()
    for name in FILES:
        try:
            found.files[name] = read_file(name, folder)
        except InputError as error:
            found.problems.extend(error.problems)
    for loader in (load_coding, load_priors):
        try:
            loader(folder)
        except InputError as error:
            found.problems.extend(error.problems)
    _ids(found)
    # With a file missing every reference into it would dangle: tell the cause, not its consequences.
    if len(found.files) == len(FILES):
        _references(found)
    _dates(found)
    _levels(found)
    _threat_map(found)
    _targets(found)
    order = {name: position for position, name in enumerate(FILES)}
    return sorted(found.problems, key=lambda problem: (_position(problem, order), problem.line or 0))


def _position(problem: Problem, order: dict[str, int]) -> int:
    stem = (problem.path or "").replace("\\", "/").rpartition("/")[2].removesuffix(".yaml")
    return order.get(stem, len(order))


def _where(data: Any, location: Location) -> str:
    """Name a place by the id of its entry rather than by its number in the list."""
    parts: list[str] = []
    for part in location:
        if isinstance(data, list) and isinstance(part, int):
            data = data[part]
        else:
            data = data.get(part) if isinstance(data, dict) else None
        named = isinstance(data, dict) and isinstance(part, int) and ("id" in data or "month" in data)
        parts.append(str(data.get("id", data.get("month"))) if named else str(part))
    return ".".join(parts)


def _ids(found: _Findings) -> None:
    first: dict[str, str] = {}
    for name, location, entry in found.entries():
        _once(found, first, name, (*location, "id"), entry.id)
    if "documents" in found.files:
        file = found.files["documents"][1]
        if isinstance(file, DocumentFile):
            for index, document in enumerate(file.documents):
                _once(found, first, "documents", ("documents", index, "id"), document.id)


def _once(found: _Findings, first: dict[str, str], name: str, location: Location, own: str) -> None:
    if own in first:
        found.tell(name, location, f'the id "{own}" is given twice; first in {first[own]}')
    else:
        path, line, _ = found.files[name][0].spot(location)
        first[own] = f"{path}:{line}"


def _references(found: _Findings) -> None:
    documents = found.files["documents"][1]
    if not isinstance(documents, DocumentFile):
        return
    sources = {*documents.sources, *(document.id for document in documents.documents)}
    ids = {entry.id for _, _, entry in found.entries()}
    for name, (_, file) in found.files.items():
        for location, value in _leaves(file):
            kind = next((part for part in reversed(location) if isinstance(part, str)), "")
            if kind == "sources" or "field_sources" in location or kind in {"document", "documents"}:
                known, what = sources, "source in documents.yaml"
            elif kind in {"see", "counted", "entry", "entries"}:
                known, what = ids, "entry"
            else:
                continue
            if isinstance(value, str) and value not in known and name != "documents":
                found.tell(name, location, f'there is no {what} called "{value}"', did_you_mean(value, known))


def _leaves(value: Any, location: Location = ()) -> Iterator[tuple[Location, Any]]:
    """Yield (location, value) of every leaf of a file, in the terms of the file."""
    if isinstance(value, Strict):
        for name, info in type(value).model_fields.items():
            yield from _leaves(getattr(value, name), (*location, info.alias or name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _leaves(item, (*location, index))
    elif hasattr(value, "items"):
        for key, item in value.items():
            yield from _leaves(item, (*location, key))
    elif value is not None:
        yield location, value


def _dates(found: _Findings) -> None:
    for name, location, entry in found.entries():
        start, end = getattr(entry, "start", None), getattr(entry, "end", None)
        if start and end and _last_day(end) < _first_day(start):
            found.tell(name, (*location, "end"), f"{end} lies before the start, {start}")
        _no_future(found, name, location, entry)
        _order_of_request(found, name, location, entry)
        for low, high in (("period_start", "period_end"), ("arms_period_start", "arms_period_end")):
            begun, ended = getattr(entry, low, None), getattr(entry, high, None)
            if begun and ended and _last_day(ended) < _first_day(begun):
                found.tell(name, (*location, high), f"{ended} lies before {begun}")


def _no_future(found: _Findings, name: str, location: Location, entry: Entry) -> None:
    """Refuse what is dated after the file was last worked on."""
    file = found.files[name][1]
    known_to = _last_day(file.revised or file.compiled)
    for dated in ("start", "end", "request_date", "decision_date", "suspended"):
        day = getattr(entry, dated, None)
        if day and _first_day(day) > known_to:
            found.tell(name, (*location, dated), f"{day} lies after the record was compiled, {known_to}")


def _order_of_request(found: _Findings, name: str, location: Location, entry: Entry) -> None:
    if not isinstance(entry, Case):
        return
    asked, decided = entry.request_date, entry.decision_date
    if asked and _last_day(asked) < _first_day(entry.start):
        found.tell(name, (*location, "request_date"), f"{asked} lies before the start, {entry.start}")
    if asked and decided and _last_day(decided) < _first_day(asked):
        found.tell(name, (*location, "decision_date"), f"{decided} lies before the request, {asked}")
    if entry.requested != (entry.request != "none"):
        found.tell(name, (*location, "request"), "contradicts `requested`")
    if (entry.requested_org or entry.formal_article4) and not entry.requested:
        found.tell(name, (*location, "requested"), "a request to the organisation is a request")


def _levels(found: _Findings) -> None:
    """Refuse a best reading outside its own bounds."""
    for name, (_, file) in found.files.items():
        for location, value in _models(file):
            for stem in ("level", "org_level"):
                level = getattr(value, stem, None)
                low, high = getattr(value, f"{stem}_low", None), getattr(value, f"{stem}_high", None)
                if level is not None and low is not None and low > level:
                    found.tell(name, (*location, f"{stem}_low"), f"low {low} is above the level, {level}")
                if level is not None and high is not None and high < level:
                    found.tell(name, (*location, f"{stem}_high"), f"high {high} is below the level, {level}")


def _models(value: Any, location: Location = ()) -> Iterator[tuple[Location, Strict]]:
    if isinstance(value, Strict):
        yield location, value
        for name in type(value).model_fields:
            yield from _models(getattr(value, name), (*location, name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _models(item, (*location, index))
    elif hasattr(value, "items"):
        for key, item in value.items():
            yield from _models(item, (*location, key))


def _threat_map(found: _Findings) -> None:
    file = found.files["series"][1] if "series" in found.files else None
    if not isinstance(file, SeriesFile):
        return
    for index, series in enumerate(file.series):
        for number, point in enumerate(series.points):
            if point.basis == "map":
                told = threat_by_map(point, file.threat_map)
                if abs(told - point.value) > MAP_ROUNDING:
                    place = ("series", index, "points", number, "value")
                    found.tell("series", place, f"{point.value:g} is not what the map gives, {told:.3f}")


def _targets(found: _Findings) -> None:
    """Refuse counts of events that the record does not give."""
    targets, strikes = (found.files[name][1] if name in found.files else None for name in ("targets", "strikes"))
    if not isinstance(targets, TargetFile) or not isinstance(strikes, StrikeFile):
        return
    for index, target in enumerate(targets.targets):
        if target.measure not in COUNTED:
            continue
        given = recount(target, targets, strikes)
        if set(given) != set(target.counted):
            place = ("targets", index, "counted" if target.counted else "count")
            found.tell("targets", place, f"by its definitions the record gives {', '.join(given) or 'none'}")
        elif len(given) != target.count:
            found.tell(
                "targets", ("targets", index, "count"), f"{target.count} is not the {len(given)} that are counted"
            )


def threat_by_map(point: Point, threat_map: ThreatMap) -> float:
    """Return the threat from a point's breakout time (months) and stock at 60 % (kg of uranium).

    weight * ln(breakout_at_0 / breakout) / ln(breakout_at_0 / breakout_at_1) + (1 - weight) * stock / stock_at_1:
    0 under the accord as kept in January 2016, 1 in mid-June 2025. A convention; its reasons stand in series.yaml.
    """
    if point.breakout_months is None or point.stock60_kg is None:
        raise ValueError(f"the point of {point.month} is not from the map")
    weight = threat_map.weight_breakout
    span = math.log(threat_map.breakout_at_0_months / threat_map.breakout_at_1_months)
    haste = math.log(threat_map.breakout_at_0_months / point.breakout_months) / span
    return weight * haste + (1.0 - weight) * point.stock60_kg / threat_map.stock60_at_1_kg


def _first_day(day: str) -> dt.date:
    """Return the first day that a partial date may mean."""
    year, month, number = ([int(part) for part in day.split("-")] + [1, 1])[:3]
    return dt.date(year, month, number)


def _last_day(day: str) -> dt.date:
    """Return the last day that a partial date may mean."""
    parts = [int(part) for part in day.split("-")]
    year = parts[0]
    month = parts[1] if len(parts) > 1 else 12
    number = parts[2] if len(parts) == 3 else monthrange(year, month)[1]
    return dt.date(year, month, number)
