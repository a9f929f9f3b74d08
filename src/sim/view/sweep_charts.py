"""The chart of a sweep: a curve along one axis, a map over two, a dot a point otherwise; the title is the finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.view import theme
from sim.view.curve import credibility_chart, is_curve
from sim.view.forest import row
from sim.view.maps import map_chart
from sim.view.marks import BRACKETS, PERCENT, Frame, finished, name_at, texts
from sim.view.points import sweep_setting, sweep_source, usual
from sim.view.sweep import MOST_NAMED, point_name, sweep_line
from sim.view.words import interval

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair as alt

_FRAME = Frame(left=230, right=150)
_ROW = 38
MOST_ROWS = 30
"""Points that have a row of their own; of more, those with the least and the greatest numbers."""


def sweep_chart(found: Mapping[str, Any]) -> alt.LayerChart:
    """The effect of an arm over the points of a sweep, or of a single arm P(attack).

    Two axes of a grid make a map, one axis of numbers a curve; else every point has a row.

    Args:
        found: the JSON object of `article4 sweep`.
    """
    if is_map(found):
        return map_chart(found)
    if is_curve(found):
        return credibility_chart(found)
    return points_chart(found)


def is_map(found: Mapping[str, Any]) -> bool:
    """Whether a sweep can be drawn as a map: a grid of two axes."""
    return bool(found["design"] == "grid" and len(found["axes"]) == 2)


def points_chart(found: Mapping[str, Any]) -> alt.LayerChart:
    """A row a point, sorted by the number; of very many the least and the greatest.

    Args:
        found: the JSON object of `article4 sweep`.
    """
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    rows = points_rows(found)
    drawn = usual(found)
    height = _ROW * len(rows)
    base = alt.Chart(alt.InlineData(values=rows))
    ratio = drawn.kind != "share"
    most = max([1.0] + [end for one in rows for end in (one["mean"], one["high"]) if end is not None])
    scale = alt.Scale(domain=[0, 1.04 * most if ratio else 1], nice=False)
    look: dict[str, Any] = {"format": "~g"} if ratio else {"labelExpr": PERCENT}
    axis = alt.Axis(labelFlush=False, tickCount=5, **look)
    x = alt.X("mean:Q", title=None, scale=scale, axis=axis)
    y = alt.Y("y:Q", scale=None, axis=None)
    known = alt.datum.low != None  # noqa: E711 - an expression of Vega, not a comparison of ours
    there = alt.datum.mean != None  # noqa: E711 - the same
    layers: list[alt.Chart] = []
    if ratio:
        one = alt.Chart(alt.InlineData(values=[{"at": 1.0}]))
        layers.append(one.mark_rule(color=theme.FAINT, strokeWidth=1.5).encode(x="at:Q"))
    edge = {"x": _FRAME.width + _FRAME.right}
    layers += [
        base.transform_filter(known)
        .mark_rule(strokeWidth=5, opacity=0.45, color=theme.CALM)
        .encode(x=alt.X("low:Q", title=None), x2="high:Q", y=y),
        base.transform_filter(there).mark_point(filled=True, size=110, opacity=1, color=theme.CALM).encode(x=x, y=y),
        texts([line for one in rows for line in name_at(one["name"], -12, one["y"], 216)], align="right"),
        texts([{"x": _FRAME.width + 12, "y": one["y"], "text": one["figure"]} for one in rows], fontWeight="bold"),
        texts([edge | {"y": one["y"], "text": one["bracket"]} for one in rows], align="right", color=theme.FAINT),
    ]
    cut = len(found["points"]) > len(rows)
    below = [
        f"{drawn.words(found)} {sweep_setting(found)}",
        f"Lines, brackets: {BRACKETS}." if any(one["low"] is not None for one in rows) else "",
        f"The {MOST_ROWS // 2} least and greatest of {len(found['points']):,} points." if cut else "",
        "A point's number is that in sweep.csv, which has its other values." if len(found["axes"]) > MOST_NAMED else "",
    ]
    finding = sweep_line(found)
    return finished(layers, _FRAME, height, finding=finding, below=below, source=sweep_source(found))


def points_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a point, in the order of a single axis, else from the least number to the greatest; nulls last."""
    drawn = usual(found)
    rows = []
    for point in found["points"]:
        number = drawn.of(point)
        rows.append(row(point_name(point, found), number, drawn.text(number), _bracket(number, drawn.kind)))
    if len(found["axes"]) > 1:
        rows.sort(key=lambda one: (one["mean"] is None, one["mean"] or 0.0))
    if len(rows) > MOST_ROWS:
        rows = [*rows[: MOST_ROWS // 2], *rows[-MOST_ROWS // 2 :]]
    return [one | {"y": _ROW * (place + 0.5)} for place, one in enumerate(rows)]


def _bracket(number: Mapping[str, Any], kind: str) -> str:
    return interval(number["interval"], number["mc_se"], 100 if kind == "share" else 1) if number["interval"] else ""
