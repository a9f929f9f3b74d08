"""Panels of a forest plot: a row a number, with its mean as a dot, its interval as a line, and both in figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.view import theme
from sim.view.marks import Frame, ground, name_at, texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import altair as alt

ROW = 38
"""Height of a row: two lines of a name."""

FRAME = Frame(left=186, right=166)


def row(
    name: str,
    found: Mapping[str, Any],
    figure: str,
    bracket: str,
    colour: str = theme.CALM,
) -> dict[str, Any]:
    """A row of a panel: an estimate (`mean`, `interval`) with its texts; an interval of no length is none."""
    ends = found["interval"]
    if ends is not None and ends[0] == ends[1]:
        ends = None
    low, high = ends or (None, None)
    shown = {"figure": figure, "bracket": bracket if ends else "", "colour": colour}
    return {"name": name, "mean": found["mean"], "low": low, "high": high, **shown}


def panel(
    rows: Sequence[Mapping[str, Any]],
    heading: str,
    *,
    scale: Mapping[str, Any],
    axis: Mapping[str, Any],
    at: float | None = None,
    frame: Frame = FRAME,
) -> Any:
    """One panel.

    Args:
        rows: of `row`.
        heading: what its numbers are.
        scale: of the numbers, as Vega-Lite takes it.
        axis: likewise.
        at: where nothing changes: a line through all rows.
        frame: where the plot stands.
    """
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    height = ROW * len(rows)
    placed = [dict(one) | {"y": ROW * (place + 0.5)} for place, one in enumerate(rows)]
    base = alt.Chart(alt.InlineData(values=placed))
    mean = alt.X("mean:Q", title=None, scale=alt.Scale(**scale), axis=alt.Axis(labelFlush=False, **axis))
    y = alt.Y("y:Q", scale=None, axis=None)
    colour = alt.Color("colour:N", scale=None)
    known = alt.datum.low != None  # noqa: E711 - an expression of Vega, not a comparison of ours
    there = alt.datum.mean != None  # noqa: E711 - the same
    layers: list[alt.Chart] = []
    if at is not None:
        rule = alt.Chart(alt.InlineData(values=[{"at": at}]))
        layers.append(rule.mark_rule(color=theme.FAINT, strokeWidth=1.5).encode(x="at:Q"))
    layers += [
        base.transform_filter(known)
        .mark_rule(strokeWidth=5, opacity=0.45)
        .encode(x=alt.X("low:Q", title=None), x2="high:Q", y=y, color=colour),
        base.transform_filter(there).mark_point(filled=True, size=130, opacity=1).encode(x=mean, y=y, color=colour),
    ]
    names = [line for one in placed for line in name_at(one["name"], -12, one["y"], frame.left - 16)]
    figures = [{"x": frame.width + 12, "y": one["y"], "text": one["figure"]} for one in placed]
    brackets = [{"x": frame.width + frame.right, "y": one["y"], "text": one["bracket"]} for one in placed]
    layers += [
        texts(names, align="right"),
        texts(figures, fontWeight="bold"),
        texts(brackets, align="right", color=theme.FAINT),
        ground(frame),
        texts([{"x": -frame.left, "y": -14, "text": heading}], fontWeight="bold", color=theme.FAINT),
    ]
    drawn: Any = alt.layer(*layers).properties(width=frame.width, height=height)
    return drawn


def stacked(panels: Sequence[Any], title: alt.TitleParams, spacing: float = 34) -> alt.VConcatChart:
    """Panels one below the other under one title, with the theme."""
    import altair as alt  # noqa: PLC0415 - see panel

    chart: alt.VConcatChart = alt.vconcat(*panels, spacing=spacing, title=title).configure(**theme.config())
    return chart


def around(rows: Sequence[Mapping[str, Any]], centre: float) -> tuple[float, float]:
    """The least and the greatest of what is drawn, and the centre."""
    drawn = [value for one in rows for value in (one["mean"], one["low"], one["high"]) if value is not None]
    return min([centre, *drawn]), max([centre, *drawn])
