"""Beliefs over time: what each challenger expects of each guarantor if it attacks, month by month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sim.view import theme
from sim.view.marks import (
    PERCENT,
    Frame,
    fitted,
    ground,
    months,
    played,
    question_of,
    run_line,
    source_line,
    texts,
    titles,
)
from sim.view.words import percent, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import altair as alt

_FRAME: Final = Frame(left=50, right=170)
_HEIGHT: Final = 170
_STEP: Final = theme.TEXT_SIZE + 3
_COLOURS: Final = (theme.CALM, "#a84900", "#00694a", "#94406f", "#855b00", theme.FAINT)
"""A colour a guarantor, the leader first; all dark enough to write with."""

STILL: Final = 0.01
"""A belief that moves by less has not moved. Convention: the least that a whole percentage can tell."""

_DASHES: Final = ((1, 0), (6, 3), (2, 2), (8, 2, 2, 2), (4, 4), (1, 0))


def beliefs_chart(found: Mapping[str, Any]) -> alt.VConcatChart:
    """What challengers expect of the guarantors over time: a panel a challenger, a line a guarantor.

    Lines are medians over worlds; the band, of the first guarantor alone, holds nine in ten worlds.

    Args:
        found: the JSON object of `sim.experiment.expected`.
    """
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    observers = list(dict.fromkeys(row["observer"] for row in found["beliefs"]))
    top = _top(found["beliefs"])
    panels = [
        _panel(alt, belief_rows(found, observer), observer, top, found if observer == observers[-1] else None)
        for observer in observers
    ]
    leader = plain(found["beliefs"][0]["guarantor"], 40)
    lines = f"Chance of aid or more if it begins a {plain(found['action'])}: medians; band: {leader}, 90 % of worlds."
    below = [question_of(found), f"{lines} {played(found, arms=False)}"]
    chart: alt.VConcatChart = alt.vconcat(
        *panels, spacing=30, title=titles(beliefs_finding(found), below, _FRAME.left)
    ).configure(**theme.config())
    return chart


def belief_rows(found: Mapping[str, Any], observer: str) -> list[dict[str, Any]]:
    """One row a guarantor and month of an observer, with its look; the first guarantor's have a band."""
    held = [row for row in found["beliefs"] if row["observer"] == observer]
    names = list(dict.fromkeys(row["guarantor"] for row in held))
    rows = []
    for row in held:
        place = names.index(row["guarantor"])
        low, high = (row["low"], row["high"]) if place == 0 else (None, None)
        look = {"colour": _COLOURS[place % len(_COLOURS)], "dash": list(_DASHES[place % len(_DASHES)])}
        rows.append(dict(row) | {"low": low, "high": high} | look)
    return rows


def beliefs_finding(found: Mapping[str, Any]) -> str:
    """How what the first challenger expects of the first guarantor moves, in a sentence."""
    rows = found["beliefs"]
    first = [row for row in rows if (row["observer"], row["guarantor"]) == (rows[0]["observer"], rows[0]["guarantor"])]
    if int(found["trials"]) == 1:
        return "One world was played: what attackers expect in it says little of what they expect at all."
    start, end = first[0]["median"], first[-1]["median"]
    name, who = plain(first[0]["guarantor"], 40), plain(first[0]["observer"], 40)
    last = months(round(first[-1]["month"]))
    if percent(start) == percent(end) or abs(end - start) < STILL:
        return f"{who} expects aid or more from {name} in {percent(start)} of cases, and still does after {last}."
    moved = "rises" if end > start else "falls"
    return f"What {who} expects of {name}, aid or more, {moved} from {percent(start)} to {percent(end)} in {last}."


def _top(rows: Sequence[Mapping[str, Any]]) -> float:
    """The upper end of the axis: the next tenth above everything drawn, at most 1."""
    first = rows[0]["guarantor"]
    highest = max(max(row["median"], row["high"] if row["guarantor"] == first else 0.0) for row in rows)
    return min(1.0, (int(10 * highest) + 1) / 10)


def _ticks(end: float) -> list[int]:
    step = next((step for step in (1, 2, 3, 6, 12) if end <= 8 * step), 24)
    return list(range(0, int(end) + 1, step))


def _panel(
    alt: Any, rows: Sequence[Mapping[str, Any]], observer: str, top: float, last: Mapping[str, Any] | None
) -> Any:
    base = alt.Chart(alt.InlineData(values=list(rows)))
    end = max(row["month"] for row in rows)
    x = alt.X(
        "month:Q",
        title="months" if last is not None else None,
        scale=alt.Scale(domain=[0, max(end, 1)], nice=False),
        axis=alt.Axis(grid=False, labelFlush=False, values=_ticks(end)),
    )
    step = 0.25 if top > 0.6 else 0.1
    ticks = [round(step * k, 2) for k in range(int(top / step + 1e-9) + 1)]
    y = alt.Y(
        "median:Q",
        title=None,
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=alt.Axis(labelExpr=PERCENT, values=ticks),
    )
    colour = alt.Color("colour:N", scale=None)
    heading = {"x": 0, "y": -12, "text": f"In the eyes of {plain(observer, 40)}"}
    known = alt.datum.low != None  # noqa: E711 - an expression of Vega, not a comparison of ours
    layers = [
        base.transform_filter(known)
        .mark_area(opacity=0.15)
        .encode(x=x, y=alt.Y("low:Q", title=None), y2="high:Q", color=colour),
        base.mark_line(strokeWidth=2).encode(
            x=x, y=y, color=colour, strokeDash=alt.StrokeDash("dash:N", scale=None), detail="guarantor:N"
        ),
        *_names(rows, top),
        texts([heading], fontWeight="bold", color=theme.FAINT),
        ground(_FRAME),
    ]
    if last is not None:
        layers.append(source_line(run_line(last), _HEIGHT + 54, -_FRAME.left))
    drawn: Any = alt.layer(*layers).properties(width=_FRAME.width, height=_HEIGHT)
    return drawn


def _names(rows: Sequence[Mapping[str, Any]], top: float) -> list[Any]:
    """Which line is whose, beside its end; the names a line's height apart, in the order of the lines."""
    ends = {row["guarantor"]: row for row in rows}
    placed: list[tuple[float, Mapping[str, Any]]] = []
    for row in sorted(ends.values(), key=lambda one: -one["median"]):
        wanted = _HEIGHT * (1.0 - row["median"] / top)
        placed.append((wanted if not placed else max(wanted, placed[-1][0] + _STEP), row))
    surplus = max(0.0, placed[-1][0] - _HEIGHT)
    layers = []
    for y, row in placed:
        told = f"{percent(row['median'])}  {plain(row['guarantor'])}"
        name = fitted(told, _FRAME.right - 8, theme.TEXT_SIZE, 1, bold=True)[0]
        at = {"x": _FRAME.width + 8, "y": y - surplus, "text": name}
        layers.append(texts([at], color=row["colour"], fontWeight="bold"))
    return layers
