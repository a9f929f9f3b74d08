"""Chart of a sensitivity analysis: a bar a parameter with its interval, and the floor of luck across them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sim.view import theme
from sim.view.marks import source_line
from sim.view.sensitivity import INDICES, QUANTITIES, bracket, driver_line, figure, shown
from sim.view.sweep import short_names
from sim.view.words import plain, worlds

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair as alt

MOST_BARS: Final = 12
"""Parameters that are drawn, the strongest first."""

_LABELS, _FIGURES, _ROW = 216, 146, 32
_PLOT = theme.WIDTH - _LABELS - _FIGURES


def sensitivity_chart(found: Mapping[str, Any]) -> alt.LayerChart:
    """What drives the first quantity told: bars in the order of their size, faint where luck could have made them.

    Args:
        found: the JSON object of `article4 sensitivity`.
    """
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    rows = sensitivity_rows(found)
    height = _ROW * max(1, len(rows))
    base = alt.Chart(alt.InlineData(values=rows))
    label = alt.Axis(labelLimit=_LABELS - 8, minExtent=_LABELS, maxExtent=_LABELS)
    order = alt.Y("label:N", sort=None, title=None, axis=label)
    scale = alt.Scale(domain=_domain(found, rows), nice=False)
    # Titles of layers are joined: where one of them has none, the axis has none.
    title = _axis_title(found)
    across = alt.X("drawn:Q", title=title, scale=scale, axis=alt.Axis(grid=True, tickCount=4))
    bars = base.mark_bar(size=_ROW * 0.55).encode(
        x=across, y=order, color=alt.Color("colour:N", scale=None), tooltip=["name:N", "figure:N"]
    )
    known = alt.datum.low != None  # noqa: E711 - an expression of Vega, not a comparison of ours
    whiskers = (
        base.transform_filter(known)
        .mark_rule(color=theme.INK, strokeWidth=2)
        .encode(x=alt.X("low:Q", title=title), x2="high:Q", y=order)
    )
    figures = base.mark_text(align="left", fontWeight="bold").encode(x=alt.value(_PLOT + 10), y=order, text="figure:N")
    brackets = base.mark_text(align="right", color=theme.FAINT, fontSize=theme.SMALL_SIZE).encode(
        x=alt.value(_PLOT + _FIGURES), y=order, text="bracket:N"
    )
    chart: alt.LayerChart = (
        alt.layer(bars, whiskers, *_floor(found), figures, brackets, source_line(_source(found), height + 62, -_LABELS))
        .properties(width=_PLOT, height=height, title=_titles(found))
        .configure(**theme.config())
    )
    return chart


def sensitivity_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a parameter: label, index and interval (or null) at the scale drawn, their text, the bar's colour."""
    one = shown(found)[0]
    by, scale = INDICES[found["method"]][0], _scale(found)
    short = short_names(list(one["parameters"]))
    rows = []
    for name, indices in list(one["parameters"].items())[:MOST_BARS]:
        index = indices[by]
        if index["estimate"] is None:
            continue
        low, high = index["interval"] or (None, None)
        rows.append(
            {
                "name": name,
                "label": short[name],
                "drawn": scale * index["estimate"],
                "low": None if low is None else scale * low,
                "high": None if high is None else scale * high,
                "figure": figure(index["estimate"], one, found["method"]),
                "bracket": bracket(index, one, found["method"]),
                "colour": theme.CALM if index["above_floor"] else theme.GRID,
            }
        )
    return rows


def _scale(found: Mapping[str, Any]) -> float:
    return float(QUANTITIES[shown(found)[0]["metric"]][1]) if found["method"] == "morris" else 1.0


def _domain(found: Mapping[str, Any], rows: list[dict[str, Any]]) -> list[float]:
    """From the least to the greatest that is drawn, and from 0 at least."""
    ends = [end for row in rows for end in (row["drawn"], row["low"], row["high"]) if end is not None]
    floor = _floor_at(found)
    ends += [] if floor is None else [floor]
    most = max([*ends, 0.0]) or 1.0
    return [min([*ends, 0.0]), 1.04 * most]


def _floor_at(found: Mapping[str, Any]) -> float | None:
    floor = shown(found)[0]["floor"].get(INDICES[found["method"]][0])
    return None if floor is None else _scale(found) * floor


def _floor(found: Mapping[str, Any]) -> list[alt.Chart]:
    """The floor as a dashed line with its name at the upper end."""
    import altair as alt  # noqa: PLC0415 - see sensitivity_chart

    at = _floor_at(found)
    if at is None:
        return []
    base = alt.Chart(alt.InlineData(values=[{"floor": at, "text": "luck"}]))
    line = base.mark_rule(color=theme.GRAVE, strokeDash=[5, 4], strokeWidth=2).encode(
        x=alt.X("floor:Q", title=_axis_title(found))
    )
    name = base.mark_text(color=theme.GRAVE, fontSize=theme.SMALL_SIZE, align="left", dx=5, baseline="top").encode(
        x=alt.X("floor:Q", title=_axis_title(found)), y=alt.value(-12), text="text:N"
    )
    return [line, name]


def _axis_title(found: Mapping[str, Any]) -> str:
    if found["method"] == "morris":
        return f"mean change, in {QUANTITIES[shown(found)[0]['metric']][2]}"
    return "share of the variance" + (", with interactions" if found["method"] == "sobol" else "")


def _titles(found: Mapping[str, Any]) -> alt.TitleParams:
    import altair as alt  # noqa: PLC0415 - see sensitivity_chart

    many = f"{worlds(int(found['trials']))}{' an arm' if found['control'] else ''}"
    size = (
        f"{many}, {found['cases']} parameter sets"
        if found["over"] == "sets"
        else f"{found['cases']:,} points, {many} each"
    )
    meaning = f"Bars beyond the dashed line are told from luck. Whiskers, brackets: 90 %. {size}, seed {found['seed']}."
    return alt.TitleParams(
        text=theme.lines(driver_line(shown(found)[0], found), theme.TITLE_SIZE, bold=True, most=5),
        subtitle=theme.lines(meaning, theme.TEXT_SIZE),
        dx=-_LABELS,
    )


def _source(found: Mapping[str, Any]) -> str:
    return f"article4 · sensitivity {plain(found['name'], 60)} · {found['method'].replace('_', ' ')}"
