"""Worlds without an attack, month by month: what a comparison looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.view import theme
from sim.view.arms import answer_finding
from sim.view.marks import ARM_COLOURS, ARM_INKS, DASHES, Frame, arms_line, fitted, ground, percent_axis, source_line
from sim.view.words import percent, plain, worlds

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair as alt


def survival_chart(found: Mapping[str, Any]) -> alt.LayerChart:
    """Share of worlds without an attack, month by month, an arm a line that is named where it ends.

    The band is the 90 % interval over what is not known. Title: the finding; subtitle: the question, the worlds.

    Args:
        found: the JSON object of `article4 compare`.
    """
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    rows = survival_rows(found)
    width, height = _FRAME.width, 300
    months = alt.X(
        "month:Q",
        title="months",
        scale=alt.Scale(domain=[0, found["horizon"]], nice=False),
        axis=alt.Axis(grid=False, values=_months(int(found["horizon"]))),
    )
    share = alt.Y(
        "share:Q",
        title=None,
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=percent_axis(),
    )
    colour = alt.Color("colour:N", scale=None)
    known = alt.datum.low != None  # noqa: E711 - an expression of Vega, not a comparison of ours
    # The bands of more than two arms cover one another: nobody could tell which is whose.
    rows = rows if len(found["arms"]) <= 2 else [row | {"low": None, "high": None} for row in rows]
    base = alt.Chart(alt.InlineData(values=rows))
    bands = base.transform_filter(known).mark_area(opacity=0.15).encode(x=months, y="low:Q", y2="high:Q", color=colour)
    curves = base.mark_line(strokeWidth=2.5).encode(
        x=months, y=share, color=colour, strokeDash=alt.StrokeDash("dash:N", scale=None), detail="arm:N"
    )
    ends = alt.Chart(alt.InlineData(values=survival_ends(found, height)))
    names = ends.mark_text(align="left", fontWeight="bold").encode(
        x=alt.value(width + 8), y=alt.Y("place:Q", scale=None), text="label:N", color=colour
    )
    chart: alt.LayerChart = (
        alt.layer(bands, curves, names, source_line(arms_line(found), height + 56, -_FRAME.left), ground(_FRAME))
        .properties(width=width, height=height, title=_compared(found, rows))
        .configure(**theme.config())
    )
    return chart


_ENDS = 190
_FRAME = Frame(left=54, right=_ENDS)


def survival_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row per arm and month, month 0 first: share without attack, and its interval or null."""
    rows = []
    for place, (name, arm) in enumerate(found["arms"].items()):
        look = {"colour": ARM_COLOURS[place % len(ARM_COLOURS)], "dash": list(DASHES[place % len(DASHES)])}
        # That no world has seen an attack yet is certain: where a band follows it begins in that point.
        sure = 1.0 if arm["survival"][0]["interval"] else None
        rows.append({"arm": name, "month": 0, "share": 1.0, "low": sure, "high": sure, **look})
        for month, point in enumerate(arm["survival"], 1):
            low, high = point["interval"] or (None, None)
            rows.append({"arm": name, "month": month, "share": point["mean"], "low": low, "high": high, **look})
    return rows


def survival_ends(found: Mapping[str, Any], height: int) -> list[dict[str, Any]]:
    """Where each line is named: beside its end, the names apart by a line's height, the order kept."""
    step = theme.TEXT_SIZE + 4
    arms = list(found["arms"].items())
    order = sorted(range(len(arms)), key=lambda k: (-arms[k][1]["survival"][-1]["mean"], k))
    found_ends: list[dict[str, Any]] = []
    for k in order:
        name, arm = arms[k]
        last = arm["survival"][-1]
        wanted = height * (1.0 - last["mean"])
        place = wanted if not found_ends else max(wanted, found_ends[-1]["place"] + step)
        text = f"{percent(last['mean'], last['mc_se'])}  {plain(name)}"
        label = fitted(text, _ENDS - 8, theme.TEXT_SIZE, 1, bold=True)[0]
        found_ends.append({"label": label, "place": place, "colour": ARM_INKS[k % len(ARM_INKS)]})
    surplus = max(0.0, found_ends[-1]["place"] - height)
    return [end | {"place": end["place"] - surplus} for end in found_ends]


def _months(horizon: int) -> list[int]:
    step = next(step for step in (1, 3, 6, 12, 24, 60, 120) if horizon <= 9 * step or step == 120)
    return list(range(0, horizon + 1, step))


def _compared(found: Mapping[str, Any], rows: list[dict[str, Any]]) -> alt.TitleParams:
    """The finding of a comparison as the title; below it what is drawn and from how many worlds."""
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    meaning = (
        f"Worlds without an attack, by month. {worlds(int(found['trials']))} an arm, same draws, seed {found['seed']}."
    )
    if any(row["low"] is not None for row in rows):
        meaning += " Bands: 90 % interval over what is not known."
    return alt.TitleParams(
        text=theme.lines(answer_finding(found), theme.TITLE_SIZE, bold=True, most=4),
        subtitle=theme.lines(meaning, theme.TEXT_SIZE),
        dx=-_FRAME.left,
    )
