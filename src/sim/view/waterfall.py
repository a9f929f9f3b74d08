"""Through what an arm works: its effect as steps, one a channel, that add up to the whole."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sim.view import theme
from sim.view.arms import short
from sim.view.comparison import ONE_WORLD, signed
from sim.view.marks import BRACKETS, SIGNED, Frame, finished, played, texts
from sim.view.words import CONDITIONS, GIVEN, METRICS, MISSING, interval, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair as alt

CHANNELS: Mapping[str, str] = {
    "commitment": "commitment",
    "capability": "capability",
    "alignment": "alignment",
    "other": "all else",
    "total": "in all",
}
"""Parts of an effect as they are called; what is not named here is called by its own name."""

_FRAME = Frame(left=112, right=170)
_ROW = 40


def waterfall_chart(found: Mapping[str, Any], metric: str = "hazard") -> alt.LayerChart:
    """The effect of an arm on a metric as steps: each channel's share begins where the one before it ends.

    The line through a step is its share's 90 % interval, drawn from where the step begins. The last bar is the whole.

    Args:
        found: the JSON object of `article4 decompose`.
        metric: which metric; a hazard is drawn per mille, a share in percentage points.
    """
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    rows = waterfall_rows(found, metric)
    unit = _unit(metric)[0]
    height = _ROW * len(rows)
    base = alt.Chart(alt.InlineData(values=rows))
    drawn = [0.0] + [row[key] for row in rows for key in ("start", "end", "low", "high") if row[key] is not None]
    room = 0.04 * (max(drawn) - min(drawn)) or 1.0
    scale = alt.Scale(domain=[min(drawn) - room, max(drawn) + room], nice=False)
    axis = alt.Axis(labelExpr=SIGNED, tickCount=5, labelFlush=False)
    y = alt.Y("y:Q", scale=None, axis=None)
    known = alt.datum.low != None  # noqa: E711 - an expression of Vega, not a comparison of ours
    there = alt.datum.end != None  # noqa: E711 - the same
    steps = [
        {"at": row["end"], "y": row["y"], "y2": following["y"]}
        for row, following in pairwise(rows)
        if row["end"] is not None
    ]
    zero = alt.Chart(alt.InlineData(values=[{"at": 0}]))
    layers = [
        zero.mark_rule(color=theme.FAINT, strokeWidth=1.5).encode(x=alt.X("at:Q", title=None, scale=scale, axis=axis)),
        base.transform_filter(there)
        .mark_bar(size=22, orient="horizontal")
        .encode(
            x=alt.X("start:Q", title=None, scale=scale, axis=axis),
            x2="end:Q",
            y=y,
            color=alt.Color("colour:N", scale=None),
        ),
        alt.Chart(alt.InlineData(values=steps))
        .mark_rule(color=theme.INK, strokeWidth=1)
        .encode(x=alt.X("at:Q", title=None), y=alt.Y("y:Q", scale=None), y2="y2:Q"),
        *(
            base.transform_filter(known)
            .mark_rule(color=colour, strokeWidth=thick)
            .encode(x=alt.X("low:Q", title=None), x2="high:Q", y=y)
            for colour, thick in ((theme.GROUND, 5), (theme.INK, 2))
        ),
        *_written(rows, unit),
    ]
    lines = f"Lines, brackets: {BRACKETS}." if any(row["low"] is not None for row in rows) else ""
    below = [
        f"Shapley shares of the change that {short(found['arm'])} makes beside {short(found['control'])}. {lines}",
        f"{played(found)} {2 ** len(found['factors']) + 1} arms.",
    ]
    source = f"article4 · decompose · {plain(found['control'], 60)} · {plain(found['arm'], 60)}"
    finding = waterfall_finding(found, metric)
    return finished(layers, _FRAME, height, finding=finding, below=below, source=source, drop=44)


def _written(rows: list[dict[str, Any]], unit: str) -> list[alt.Chart]:
    """Names, figures and brackets of the rows, and the unit above them."""
    return [
        texts([{"x": -12, "y": row["y"], "text": row["label"]} for row in rows], align="right"),
        texts([{"x": _FRAME.width, "y": -14, "text": unit}], align="right", color=theme.FAINT),
        texts([{"x": _FRAME.width + 14, "y": row["y"], "text": row["figure"]} for row in rows], fontWeight="bold"),
        texts(
            [{"x": _FRAME.width + _FRAME.right, "y": row["y"], "text": row["bracket"]} for row in rows],
            align="right",
            color=theme.FAINT,
        ),
    ]


def waterfall_finding(found: Mapping[str, Any], metric: str = "hazard") -> str:
    """What the whole effect is and which channel makes most of it, in a sentence."""
    told = found["metrics"][metric]
    arm, control = short(found["arm"]), short(found["control"])
    label, (unit, scale) = _label(metric), _unit(metric)
    if told["effect"]["mean"] is None:
        return f"“{label}” has no case in one of the arms: there is no effect to split."
    if int(found["trials"]) == 1:
        return ONE_WORLD
    whole = signed(told["effect"]["mean"], told["effect"]["mc_se"], scale)
    if whole == "0":
        return f"{arm} changes nothing in “{label}” beside {control}."
    known = {name: part for name, part in told["shares"].items() if part["mean"] is not None}
    most = max(known, key=lambda name: abs(known[name]["mean"]))
    part = signed(known[most]["mean"], known[most]["mc_se"], scale)
    name = "what is no channel" if most == "other" else most
    return f"{arm} in place of {control} moves “{label}” by {whole} {unit}; {name} makes {part} of it."


def waterfall_rows(found: Mapping[str, Any], metric: str = "hazard") -> list[dict[str, Any]]:
    """One row a channel and one for the whole: where its bar begins and ends, and its interval from there, or null."""
    told, scale = found["metrics"][metric], _unit(metric)[1]
    rows: list[dict[str, Any]] = []
    start: float | None = 0.0
    for place, (name, part) in enumerate([*told["shares"].items(), ("total", told["effect"])]):
        begin = 0.0 if name == "total" else start
        mean, ends, error = part["mean"], part["interval"], part["mc_se"]
        digits = max(filter(None, (error, told["effect"]["mc_se"])), default=None)
        ends = None if ends is None or ends[0] == ends[1] else ends
        end = None if mean is None or begin is None else begin + scale * mean
        low, high = (None, None) if ends is None or begin is None else (begin + scale * one for one in ends)
        rows.append(
            {
                "channel": name,
                "label": CHANNELS.get(name, name),
                "start": begin,
                "end": end,
                "low": low,
                "high": high,
                "figure": MISSING if mean is None else _figure(mean, digits, scale),
                "bracket": interval(ends, error, scale) if ends else "",
                "colour": _colour(name, mean),
                "y": _ROW * (place + 0.5),
            }
        )
        start = end
    return rows


def _figure(mean: float, error: float | None, scale: float) -> str:
    """A share in no more digits than the whole deserves; no sign where nothing is left of it."""
    text = signed(mean, error, scale)
    return "0" if text.strip("+-0.") == "" else text


def _colour(name: str, mean: float | None) -> str:
    if name == "total":
        return "#9aa7ae"
    return theme.CALM if (mean or 0.0) <= 0 else theme.GRAVE


def _unit(metric: str) -> tuple[str, float]:
    """In what a metric is drawn, and what to multiply it with."""
    if metric == "hazard":
        return "per mille a month", 1000.0
    kind = METRICS[metric][1]
    if kind == "share":
        return "percentage points", 100.0
    return ("months" if metric == "months_to_attack" else "attacks a world"), 1.0


def _label(metric: str) -> str:
    if metric == "hazard":
        return "hazard of attack"
    label, given = METRICS[metric][0], GIVEN[CONDITIONS.get(metric)]
    return f"{label}, {given}" if given else label
