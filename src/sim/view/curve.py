"""The answer along one parameter: a credibility curve, with the value on record and the break-even."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.reading import InputError, Problem
from sim.view import theme
from sim.view.marks import ARM_COLOURS, ARM_INKS, BRACKETS, DASHES, PERCENT, Frame, finished, fitted, texts
from sim.view.points import Drawn, is_numeric, number_of, sweep_setting, sweep_source, usual
from sim.view.search import breakeven_line
from sim.view.sweep import sweep_line
from sim.view.words import plain, quantity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import altair as alt

SHIFT = ".shift"
"""End of the name of a parameter that moves an entry of the record: 0 is the record itself."""

_FRAME = Frame(left=64, right=130)
_HEIGHT = 300


def is_curve(found: Mapping[str, Any]) -> bool:
    """Whether a sweep can be drawn as a curve: one axis, of numbers."""
    return len(found["axes"]) == 1 and is_numeric(next(iter(found["axes"].values())))


def credibility_chart(found: Mapping[str, Any], breakeven: Mapping[str, Any] | None = None) -> alt.LayerChart:
    """The hazard ratio of every arm along one parameter, of a single arm P(attack).

    A line an arm, named at its end; with one arm beside the control the band is the 90 % interval. The value on record
    is marked: that of the break-even search, or 0 of a parameter that shifts the record. A break-even value is marked
    with its interval and the target it reaches.

    Args:
        found: the JSON object of `article4 sweep` over one axis of numbers.
        breakeven: the JSON object of `article4 breakeven` for the same parameter.

    Raises:
        InputError: the break-even is of another parameter or of another number than is drawn.
    """
    if breakeven is not None:
        _same_question(found, breakeven)
    rows = curve_rows(found)
    drawn = usual(found)
    marked = marks(found, breakeven)
    layers = [*_lines(found, rows, drawn, marked), *_marked(found, rows, marked)]
    finding = sweep_line(found) if breakeven is None else breakeven_line(breakeven)
    arms = found["arms"][1:] if found["control"] else []
    meaning = drawn.words(found)
    if len(arms) > 1:
        meaning = f"Hazard of attack over that with {plain(found['control'], 40)}; below 1 deters."
    known = any(row["low"] is not None for row in rows)
    band = f"Band: {BRACKETS}." if known and len(arms) <= 1 else ""
    shown = [f"{meaning} {sweep_setting(found)}", band]
    return finished(layers, _FRAME, _HEIGHT, finding=finding, below=shown, source=sweep_source(found), drop=64)


def curve_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row per arm and point, along the axis from low to high: value, number, interval or null."""
    (name,) = found["axes"]
    points = sorted(found["points"], key=lambda point: number_of(point["at"][name]) or 0.0)
    rows = []
    arms = found["arms"][1:] if found["control"] else found["arms"]
    for place, arm in enumerate(arms):
        drawn = usual(found, arm)
        for point in points:
            number = drawn.of(point)
            low, high = number["interval"] or (None, None)
            rows.append(
                {
                    "arm": arm,
                    "value": number_of(point["at"][name]),
                    "mean": number["mean"],
                    "low": low,
                    "high": high,
                    "text": drawn.text(number),
                    "colour": theme.CALM if len(arms) == 1 else ARM_COLOURS[(place + 1) % len(ARM_COLOURS)],
                    "ink": theme.CALM if len(arms) == 1 else ARM_INKS[(place + 1) % len(ARM_INKS)],
                    "dash": list(DASHES[(place + 1) % len(DASHES)]),
                }
            )
    return rows


def marks(found: Mapping[str, Any], breakeven: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What is marked along the axis: `recorded`, `value` (break-even), `low` and `high` of its interval, `target`.

    What is not known or lies beyond the axis is null; an end of the interval beyond the range searched is drawn to the
    end of the axis.
    """
    (name,) = found["axes"]
    values = [value for value in map(number_of, found["axes"][name]) if value is not None]
    first, last = min(values), max(values)
    recorded = breakeven["recorded"] if breakeven is not None else 0.0 if name.endswith(SHIFT) else None
    told: dict[str, Any] = {"recorded": recorded, "value": None, "low": None, "high": None, "target": None}
    if breakeven is not None:
        told |= {"value": breakeven["value"], "target": breakeven["target"]}
        if breakeven["interval"] is not None:
            low, high = breakeven["interval"]
            told |= {
                "low": max(first, first if low is None else low),
                "high": min(last, last if high is None else high),
            }
    for key in ("recorded", "value"):
        if told[key] is not None and not first <= told[key] <= last:
            told[key] = None
    if told["low"] is not None and told["low"] > told["high"]:
        told |= {"low": None, "high": None}
    return told


def _same_question(found: Mapping[str, Any], breakeven: Mapping[str, Any]) -> None:
    """Hold a break-even search against the sweep it is drawn into."""
    (name,) = found["axes"]
    drawn = usual(found)
    if breakeven["parameter"] != name:
        problem = f"the break-even is of {breakeven['parameter']}, the sweep varies {name}"
    elif breakeven["metric"] != drawn.metric or (breakeven["against"] is None) != (found["control"] is None):
        asked = f"{breakeven['metric']}{'' if breakeven['against'] is None else ' against a control'}"
        problem = f"the break-even is of {asked}, the curve of {drawn.metric}"
    else:
        return
    raise InputError(Problem("--breakeven", None, None, "", problem, None))


def _lines(
    found: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], drawn: Drawn, marked: Mapping[str, Any]
) -> list[alt.Chart]:
    """The curves with their bands and points, and their names where they end."""
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    single = len({row["arm"] for row in rows}) == 1
    base = alt.Chart(alt.InlineData(values=list(rows)))
    scale = alt.Scale(domain=_domain(rows, drawn, marked), nice=False)
    axis = alt.Axis(labelExpr=PERCENT, tickCount=5) if drawn.kind == "share" else alt.Axis(tickCount=5, format="~g")
    x = alt.X(
        "value:Q",
        title=fitted(next(iter(found["axes"])), _FRAME.width, theme.TEXT_SIZE, 1)[0],
        scale=alt.Scale(domain=_ends_of(rows), zero=False, nice=False, padding=8),
        axis=alt.Axis(grid=False, format="~g"),
    )
    y = alt.Y("mean:Q", title=None, scale=scale, axis=axis)
    colour = alt.Color("colour:N", scale=None)
    known = alt.datum.low != None  # noqa: E711 - an expression of Vega, not a comparison of ours
    there = alt.datum.mean != None  # noqa: E711 - the same
    layers: list[alt.Chart] = []
    if single:
        edges = {"x": x, "y": alt.Y("low:Q", title=None, scale=scale, axis=axis), "y2": "high:Q", "color": colour}
        layers.append(base.transform_filter(known).mark_area(opacity=0.18).encode(**edges))
        if len(rows) == 1:  # of a point alone an area is nothing: its interval is a line
            layers.append(base.transform_filter(known).mark_rule(opacity=0.35, strokeWidth=2).encode(**edges))
    layers += [
        base.transform_filter(there)
        .mark_line(strokeWidth=2.5)
        .encode(x=x, y=y, color=colour, detail="arm:N", strokeDash=alt.StrokeDash("dash:N", scale=None)),
        base.transform_filter(there).mark_point(filled=True, size=60, opacity=1).encode(x=x, y=y, color=colour),
    ]
    layers += _ends(rows, _domain(rows, drawn, marked))
    return layers


def _ends(rows: Sequence[Mapping[str, Any]], domain: Sequence[float]) -> list[alt.Chart]:
    """The last number of every curve, with the arm's name if there are several; apart by a line's height."""
    arms = list(dict.fromkeys(row["arm"] for row in rows))
    held: list[dict[str, Any]] = []
    for arm in arms:
        known = [row for row in rows if row["arm"] == arm and row["mean"] is not None]
        if known:
            last = known[-1]
            held.append({"mean": last["mean"], "ink": last["ink"], "text": last["text"], "arm": arm})
    held.sort(key=lambda one: -one["mean"])
    layers, floor = [], -8.0
    for one in held:
        wanted = _HEIGHT * (domain[1] - one["mean"]) / (domain[1] - domain[0])
        y = max(wanted, floor)
        label = one["text"] if len(arms) == 1 else f"{one['text']}  {plain(one['arm'])}"
        lines = fitted(label, _FRAME.right - 12, theme.TEXT_SIZE, 2, bold=True)
        step = theme.TEXT_SIZE + 2
        shown = [{"x": _FRAME.width + 10, "y": y + step * k, "text": line} for k, line in enumerate(lines)]
        layers.append(texts(shown, color=one["ink"], fontWeight="bold"))
        floor = y + step * len(lines) + 2
    return layers


def _marked(found: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], marked: Mapping[str, Any]) -> list[alt.Chart]:
    """The value on record, the break-even value with its interval, and the target; each named at the top."""
    import altair as alt  # noqa: PLC0415 - see _lines

    layers: list[alt.Chart] = []
    top = {"y": alt.value(0), "y2": alt.value(_HEIGHT)}

    def line(value: float, colour: str, dash: list[int]) -> alt.Chart:
        held = alt.Chart(alt.InlineData(values=[{"value": value}]))
        drawn: alt.Chart = held.mark_rule(color=colour, strokeDash=dash, strokeWidth=1.5).encode(x="value:Q", **top)
        return drawn

    def named(value: float, text: str, colour: str, place: float) -> alt.Chart:
        values = [row["value"] for row in rows]
        right = value > (min(values) + max(values)) / 2
        held = alt.Chart(alt.InlineData(values=[{"value": value, "text": text}]))
        drawn: alt.Chart = held.mark_text(
            align="right" if right else "left", dx=-5 if right else 5, color=colour, baseline="middle"
        ).encode(x="value:Q", y=alt.value(place), text="text:N")
        return drawn

    if found["control"] is not None:
        one = alt.Chart(alt.InlineData(values=[{"at": 1.0}]))
        layers.append(one.mark_rule(color=theme.FAINT, strokeWidth=1.5).encode(y="at:Q"))
    if marked["target"] is not None:
        goal = alt.Chart(alt.InlineData(values=[{"at": marked["target"]}]))
        layers.append(goal.mark_rule(color=theme.GRAVE, strokeDash=[3, 3]).encode(y="at:Q"))
    if marked["low"] is not None:
        span = alt.Chart(alt.InlineData(values=[{"low": marked["low"], "high": marked["high"]}]))
        layers.append(span.mark_rect(color=theme.GRAVE, opacity=0.1).encode(x="low:Q", x2="high:Q", **top))
    if marked["recorded"] is not None:
        layers += [line(marked["recorded"], theme.INK, [6, 3]), named(marked["recorded"], "on record", theme.INK, -10)]
    if marked["value"] is not None:
        text = f"break-even {quantity(marked['value'])}"
        layers += [line(marked["value"], theme.GRAVE, [1, 0]), named(marked["value"], text, ARM_INKS[1], -28)]
    return layers


def _ends_of(rows: Sequence[Mapping[str, Any]]) -> list[float]:
    """The ends of the axis, whether or not there is a number at them; around a single value, one to each side."""
    values = [row["value"] for row in rows]
    low, high = min(values), max(values)
    return [low, high] if low < high else [low - 1.0, high + 1.0]


def _domain(rows: Sequence[Mapping[str, Any]], drawn: Drawn, marked: Mapping[str, Any]) -> list[float]:
    """From 0 to a little above all that is drawn: shares to 100 %."""
    if drawn.kind == "share":
        return [0.0, 1.0]
    held = [value for row in rows for value in (row["mean"], row["high"]) if value is not None]
    return [0.0, 1.06 * max([1.0, marked["target"] or 0.0, *held])]
