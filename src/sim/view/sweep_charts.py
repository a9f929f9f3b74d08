"""Charts of sweeps: a line along one axis, a map over two, a dot a point otherwise; the title is the finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.view import theme
from sim.view.marks import percent_axis, source_line
from sim.view.sweep import short_names, sweep_line, value_text
from sim.view.words import percent, plain, quantity, worlds

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair as alt


def sweep_chart(found: Mapping[str, Any]) -> alt.LayerChart:
    """The effect of an arm over the points of a sweep, or of a single arm P(attack).

    Two axes of a grid make a map whose cells are labelled; one axis a line with its 90 % interval; other designs a dot
    a point along the first axis.

    Args:
        found: the JSON object of `article4 sweep`.
    """
    if found["design"] == "grid" and len(found["axes"]) == 2:
        return _map(found)
    return _line(found)


def sweep_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a point: the axes as `x` and `y`, the number drawn, its interval or null, and its text."""
    axes = list(found["axes"])
    arm = found["arms"][1] if found["control"] else None
    rows = []
    for point in found["points"]:
        number = point["arms"][arm]["hazard_ratio"] if arm else point["metrics"]["attack"]
        low, high = number["interval"] or (None, None)
        mean = number["mean"]
        rows.append(
            {
                "x": value_text(point["at"][axes[-1]]),
                "y": value_text(point["at"][axes[0]]),
                "along": point["at"][axes[0]] if isinstance(point["at"][axes[0]], (int, float)) else None,
                "mean": mean,
                "low": low,
                "high": high,
                "text": (quantity(mean, number["mc_se"], 2) if arm else percent(mean)) if mean is not None else "-",
                "dark": mean is not None and (mean < 0.3 or mean > 3.3 if arm else mean > 0.6),
            }
        )
    return rows


def _map(found: Mapping[str, Any]) -> alt.LayerChart:
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    rows = sweep_rows(found)
    axes = list(found["axes"])
    short = short_names(axes)
    across, down = len(found["axes"][axes[1]]), len(found["axes"][axes[0]])
    width, height = theme.WIDTH - 90, min(420, max(140, 48 * down))
    x = alt.X("x:N", sort=None, title=short[axes[1]], axis=alt.Axis(labelAngle=0, labelLimit=max(40, width // across)))
    y = alt.Y("y:N", sort=None, title=short[axes[0]], scale=alt.Scale(reverse=True))
    if found["control"]:
        # A ratio of 1 is no change: blue below, orange above, equally far on the log scale.
        scale = alt.Scale(type="log", domain=[0.2, 1, 5], range=[theme.CALM, "#f7f7f7", theme.GRAVE], clamp=True)
    else:
        scale = alt.Scale(domain=[0, 1], range=["#f7f7f7", theme.GRAVE])
    base = alt.Chart(alt.InlineData(values=rows))
    cells = base.mark_rect(stroke=theme.GROUND, strokeWidth=2).encode(
        x=x, y=y, color=alt.Color("mean:Q", scale=scale, legend=None)
    )
    ink = alt.condition("datum.dark", alt.value(theme.GROUND), alt.value(theme.INK))
    figures = base.mark_text(fontWeight="bold").encode(x=x, y=y, text="text:N", color=ink)
    chart: alt.LayerChart = (
        alt.layer(cells, figures, source_line(_made_from(found), height + 66, -60))
        .properties(width=width, height=height, title=_titles(found, -60))
        .configure(**theme.config())
    )
    return chart


def _line(found: Mapping[str, Any]) -> alt.LayerChart:
    import altair as alt  # noqa: PLC0415 - see _map

    rows = sweep_rows(found)
    first = next(iter(found["axes"]))
    numeric = all(row["along"] is not None for row in rows)
    width, height = theme.WIDTH - 70, 280
    title = short_names(list(found["axes"]))[first]
    x = (
        alt.X("along:Q", title=title, scale=alt.Scale(zero=False))
        if numeric
        else alt.X("y:N", sort=None, title=title, axis=alt.Axis(labelAngle=0))
    )
    axis = alt.Axis() if found["control"] else percent_axis()
    y = alt.Y("mean:Q", title="hazard ratio" if found["control"] else "attacked", axis=axis)
    base = alt.Chart(alt.InlineData(values=rows))
    known = alt.datum.low != None  # noqa: E711 - an expression of Vega, not a comparison of ours
    joined = numeric and len(found["axes"]) == 1
    layers: list[alt.Chart] = [
        base.transform_filter(known)
        .mark_rule(color=theme.CALM, strokeWidth=2, opacity=0.4)
        .encode(x=x, y=alt.Y("low:Q", title=None), y2="high:Q")
    ]
    if joined:
        layers.append(base.mark_line(color=theme.CALM, strokeWidth=2.5).encode(x=x, y=y))
    layers.append(base.mark_point(color=theme.CALM, filled=True, size=70, opacity=1).encode(x=x, y=y))
    chart: alt.LayerChart = (
        alt.layer(*layers, source_line(_made_from(found), height + 62, -50))
        .properties(width=width, height=height, title=_titles(found, -50))
        .configure(**theme.config())
    )
    return chart


def _titles(found: Mapping[str, Any], dx: float) -> alt.TitleParams:
    import altair as alt  # noqa: PLC0415 - see _map

    drawn = (
        f"Hazard of attack, {plain(found['arms'][1], 40)} over {plain(found['control'], 40)}; below 1 deters."
        if found["control"]
        else "Share of worlds with an attack."
    )
    more = f"{worlds(int(found['trials']))} an arm and point, same draws, seed {found['seed']}."
    return alt.TitleParams(
        text=theme.lines(sweep_line(found), theme.TITLE_SIZE, bold=True, most=4),
        subtitle=theme.lines(f"{drawn} {more}", theme.TEXT_SIZE),
        dx=dx,
    )


def _made_from(found: Mapping[str, Any]) -> str:
    return f"article4 · sweep {plain(found['name'], 60)} · {len(found['points'])} points"
