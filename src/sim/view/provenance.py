"""Where a number comes from, as a graph: the number, the entries of the record behind it, their sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sim.view import theme
from sim.view.marks import Frame, finished, fitted, texts
from sim.view.words import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import altair as alt

_FRAME: Final = Frame(left=0, right=0)
_LINE: Final = 14
_GAP: Final = 6
_FEW: Final = 20
"""Rows of a column up to which a title has two lines; of more it has one. Convention: more would run over a page."""

_COLUMNS: Final = ((0, 110), (150, 224), (414, theme.WIDTH - 414))
"""Where the number, the entries and the sources stand, and how wide they may be, in points."""

_MOST: Final = 60
"""Rows of a column that are drawn at most. Convention: more is no picture."""

_SMALL: Final = 12


def provenance_chart(found: Mapping[str, Any]) -> alt.LayerChart:
    """A number, the entries that it rests on, and their sources, in three columns joined by lines.

    An entry without a source of its own stands on what it names, or on memory; it has no line to the right.

    Args:
        found: the JSON object of `sim.record.web`.
    """
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    rows = provenance_rows(found)
    most = max(len(column) for column in rows.values())
    height = (_LINE * _lines_of(rows) + _GAP) * max(3, most)
    places = {kind: _places(column, height) for kind, column in rows.items()}
    edges = _edges(rows, places)
    base = alt.Chart(alt.InlineData(values=edges))
    layers = [
        base.mark_line(interpolate="monotone", strokeWidth=1, opacity=0.55).encode(
            x=alt.X("x:Q", scale=None, axis=None),
            y=alt.Y("y:Q", scale=None, axis=None),
            detail="edge:N",
            color=alt.Color("colour:N", scale=None),
            order="x:Q",
        ),
        *_labels(rows, places, height),
    ]
    left = {kind: len(found[kind]) - len(rows[kind]) for kind in ("entries", "sources")}
    cut = [f"{count} more {kind}" for kind, count in left.items() if count > 0]
    below = [
        f"{plain(found['key'], 80)}: {plain(found['value'], 120)}.",
        "Left the number, then entries of the record (grey lines: they bear on it), then their sources.",
        f"Not drawn: {', '.join(cut)}; `article4 record show` tells them all." if cut else "",
    ]
    source = "article4 · the record, as compiled"
    return finished(layers, _FRAME, height, finding=provenance_finding(found), below=below, source=source, drop=24)


def provenance_finding(found: Mapping[str, Any]) -> str:
    """How much a number rests on, in a sentence."""
    entries, sources = len(found["entries"]), len(found["sources"])
    name = fitted(found["key"], 480, theme.TITLE_SIZE, 1, bold=True)[0]
    if entries == 0:
        return f"{name} rests on no entry of the record."
    rests = f"{name} rests on {entries} entr{'y' if entries == 1 else 'ies'} of the record"
    if sources == 0:
        return f"{rests}, and these on no source: it is a convention or known from memory."
    unsure = sum(bool(entry["unverified"]) for entry in found["entries"])
    doubt = f"; {unsure} of them unverified at least in part" if unsure else ""
    return f"{rests} with {sources} source{'' if sources == 1 else 's'}{doubt}."


def provenance_rows(found: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """What is drawn in each column: `key`, `entries`, `sources`; of very many the first, sources of drawn entries."""
    entries = list(found["entries"])[:_MOST]
    named = {source for entry in entries for source in entry["sources"]}
    sources = [source for source in found["sources"] if source["key"] in named][:_MOST]
    return {"key": [{"id": found["key"]}], "entries": entries, "sources": sources}


def _places(column: Sequence[Mapping[str, Any]], height: float) -> dict[str, float]:
    """Height of every row of a column: equally far apart over the whole plot."""
    step = height / max(1, len(column))
    return {str(one.get("key") or one["id"]): step * (place + 0.5) for place, one in enumerate(column)}


def _edges(rows: Mapping[str, Sequence[Mapping[str, Any]]], places: Mapping[str, Mapping[str, float]]) -> list[Any]:
    """Points of every line: it leaves and arrives level."""
    key = str(rows["key"][0]["id"])
    pairs = [
        (0, places["key"][key], places["entries"][entry["id"]], theme.CALM if entry["direct"] else theme.FAINT)
        for entry in rows["entries"]
    ]
    pairs += [
        (1, places["entries"][entry["id"]], places["sources"][source], theme.FAINT)
        for entry in rows["entries"]
        for source in entry["sources"]
        if source in places["sources"]
    ]
    found = []
    for number, (column, start, end, colour) in enumerate(pairs):
        left = _COLUMNS[column][0] + _COLUMNS[column][1] + 4
        right = _COLUMNS[column + 1][0] - 6
        for x, y in ((left, start), (left + 8, start), (right - 8, end), (right, end)):
            found.append({"edge": number, "x": x, "y": y, "colour": colour})
    return found


def _labels(
    rows: Mapping[str, Sequence[Mapping[str, Any]]], places: Mapping[str, Mapping[str, float]], height: float
) -> list[alt.Chart]:
    key = str(rows["key"][0]["id"])
    (x, width), (entries_x, entries_width), (sources_x, sources_width) = _COLUMNS
    lines = fitted(key, width, _SMALL, 4, bold=True)
    middle = places["key"][key] - _LINE * (len(lines) - 1) / 2
    named = [{"x": x, "y": middle + _LINE * place, "text": line} for place, line in enumerate(lines)]
    # Where a column has fewer rows than another, its titles have the room of two lines.
    most = {kind: 2 if height >= (2 * _LINE + 1) * len(column) else 1 for kind, column in rows.items()}
    told = [
        line
        for one in rows["entries"]
        for line in _titled(
            f"{one['id']}  {one['title']}", entries_x, places["entries"][one["id"]], entries_width, most["entries"]
        )
    ]
    cited = [
        line
        for one in rows["sources"]
        for line in _titled(one["title"], sources_x, places["sources"][one["key"]], sources_width, most["sources"])
    ]
    return [
        texts(named, fontWeight="bold", fontSize=_SMALL),
        texts(told, fontSize=_SMALL),
        texts(cited, fontSize=_SMALL, color=theme.FAINT),
    ]


def _lines_of(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> int:
    """Lines that a title has at most."""
    return 2 if max(map(len, rows.values())) <= _FEW else 1


def _titled(text: str, x: float, y: float, width: float, most: int) -> list[dict[str, Any]]:
    """A title around a height, cut at its end if it needs more than `most` lines."""
    lines = theme.lines(plain(text), _SMALL, width, most=most)
    first = y - _LINE * (len(lines) - 1) / 2
    return [{"x": x, "y": first + _LINE * place, "text": line} for place, line in enumerate(lines)]
