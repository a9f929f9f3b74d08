"""The answer against one parameter: a dot a parameter set, fifths with their intervals, and the line through them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from sim.view import theme
from sim.view.marks import PERCENT, Frame, finished, played, texts
from sim.view.words import interval, percent, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import altair as alt

_FRAME: Final = Frame(left=64, right=130)
_HEIGHT: Final = 230
_NARROW: Final = (0.3, 3.0)
"""Hazard ratios that are drawn at most: beyond, sets of few events say nothing."""


def parameter_chart(found: Mapping[str, Any]) -> alt.LayerChart:
    """The answer against a parameter over the parameter sets.

    Of a comparison the hazard ratio on a log scale, of a run the share of worlds attacked. What the record says of the
    parameter, or of the answer, is marked as a band.

    Args:
        found: the JSON object of `sim.experiment.against`.
    """
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    ratio = found["quantity"] == "hazard_ratio"
    rows = parameter_rows(found)
    low, high = _reach(found)
    x = alt.X(
        "x:Q",
        title=axis_title(found),
        scale=alt.Scale(domain=[low, high], nice=False),
        axis=alt.Axis(grid=False, tickCount=5),
    )
    y = alt.Y("y:Q", title=None, **_vertical(alt, ratio=ratio))
    layers: list[Any] = [*_bands(alt, found, x, y, (low, high))]
    dots = alt.Chart(alt.InlineData(values=rows["sets"]))
    layers.append(dots.mark_point(filled=True, size=16, opacity=0.3, color=theme.FAINT, clip=True).encode(x=x, y=y))
    if ratio:
        rule = alt.Chart(alt.InlineData(values=[{"y": 1.0}]))
        layers.append(rule.mark_rule(color=theme.INK, strokeWidth=1).encode(y=y))
    line = alt.Chart(alt.InlineData(values=[dict(one) for one in found["line"]]))
    layers.append(line.mark_line(color=theme.CALM, strokeWidth=2.5, clip=True).encode(x=x, y=y))
    groups = alt.Chart(alt.InlineData(values=rows["groups"]))
    layers.append(
        groups.mark_rule(color=theme.CALM, strokeWidth=4, opacity=0.5, clip=True).encode(
            x=x, y=alt.Y("bottom:Q", title=None), y2="top:Q"
        )
    )
    layers.append(groups.mark_point(filled=True, size=90, opacity=1, color=theme.CALM, clip=True).encode(x=x, y=y))
    layers.append(texts([{"x": 0, "y": -14, "text": _heading(ratio=ratio)}], color=theme.FAINT, fontWeight="bold"))
    layers += _names(found)
    return finished(
        layers,
        _FRAME,
        _HEIGHT,
        finding=parameter_finding(found),
        below=_below(found, rows),
        source=f"article4 · {plain(found['scenario'], 60)} · {str(found['scenario_hash'])[:12]}",
        drop=62,
    )


def _heading(*, ratio: bool) -> str:
    return "Hazard ratio: below 1 attacked less often" if ratio else "Share of worlds attacked"


def axis_title(found: Mapping[str, Any]) -> str:
    """What the parameter is, in the width of a chart."""
    return theme.lines(f"{plain(found['parameter'])}", theme.TEXT_SIZE, _FRAME.width, most=1)[0]


def parameter_rows(found: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """`sets`: a row a dot, those beyond the plot left out; `groups`: a row a fifth that has an answer."""
    ratio = found["quantity"] == "hazard_ratio"
    sets = [dict(one) for one in found["sets"] if not ratio or _NARROW[0] <= one["y"] <= _NARROW[1]]
    groups = [
        {
            "x": one["x"],
            "y": one["mean"],
            "bottom": (one["interval"] or [one["mean"]])[0],
            "top": (one["interval"] or [one["mean"]])[-1],
        }
        for one in found["groups"]
        if one["mean"] is not None and (not ratio or one["mean"] > 0)
    ]
    return {"sets": sets, "groups": groups}


def parameter_finding(found: Mapping[str, Any]) -> str:
    """What the answer is at both ends of the parameter, in a sentence."""
    name = short(found)
    known = [one for one in found["groups"] if one["mean"] is not None]
    if len(known) < 2:
        return f"Of {name} nothing can be said: too few parameter sets were played, or none saw an attack."
    first, last = known[0], known[-1]
    ratio = found["quantity"] == "hazard_ratio"
    ends = [
        f"{_figure(one['mean'], ratio=ratio)}{_ends(one['interval'], ratio=ratio)} where it is {where}"
        for one, where in ((first, f"at most {first['high']:.2g}"), (last, f"at least {last['low']:.2g}"))
    ]
    what = "the hazard ratio is" if ratio else "the share of worlds attacked is"
    moved = "moves the answer" if _apart(first["interval"], last["interval"]) else "hardly moves the answer"
    return f"{name} {moved}: {what} {ends[0]}, and {ends[1]}."


def short(found: Mapping[str, Any]) -> str:
    """A parameter in a sentence: its last part, and whose it is."""
    parts = plain(found["parameter"], 80).split(".")
    called = "Γ" if parts[-1] == "deterrence" else ".".join(parts[-2:] if len(parts) > 1 else parts)
    return f"Γ of {parts[1]}" if called == "Γ" and len(parts) > 1 else called


def _apart(one: list[float] | None, other: list[float] | None) -> bool:
    return one is not None and other is not None and (one[1] < other[0] or other[1] < one[0])


def _figure(value: float, *, ratio: bool) -> str:
    return f"{value:.2f}" if ratio else percent(value)


def _ends(ends: list[float] | None, *, ratio: bool) -> str:
    if ends is None:
        return ""
    return f" [{ends[0]:.2f}, {ends[1]:.2f}]" if ratio else f" {interval(ends, 0.01, 100)}"


def _reach(found: Mapping[str, Any]) -> tuple[float, float]:
    values = [one["x"] for one in found["sets"]] or [0.0, 1.0]
    low, high = min(values), max(values)
    return (low, high) if low < high else (low - 0.5, high + 0.5)


def _vertical(alt: Any, *, ratio: bool) -> dict[str, Any]:
    if not ratio:
        axis = alt.Axis(labelExpr=PERCENT, values=[0, 0.25, 0.5, 0.75, 1])
        # A little beyond both ends: sets in which no world or every world is attacked are many, and dots have a size.
        return {"scale": alt.Scale(domain=[-0.02, 1.02], nice=False), "axis": axis}
    axis = alt.Axis(values=[0.3, 0.5, 0.7, 1, 1.5, 2, 3], format="~g")
    return {"scale": alt.Scale(type="log", domain=list(_NARROW), nice=False), "axis": axis}


def _bands(alt: Any, found: Mapping[str, Any], x: Any, y: Any, reach: tuple[float, float]) -> list[Any]:
    """What the record says of the answer, as a band across the plot."""
    bands = []
    for reading in found["readings"]:
        if reading["of"] == "answer":
            held = [{"x": reach[0], "x2": reach[1], "y": reading["low"], "y2": reading["high"]}]
            bands.append(
                alt.Chart(alt.InlineData(values=held))
                .mark_rect(color=theme.ATTACKED, opacity=0.25)
                .encode(x=x, x2="x2:Q", y=y, y2="y2:Q")
            )
    return bands


def _names(found: Mapping[str, Any]) -> list[Any]:
    """What the bands and the dots are, written beside the plot."""
    rows = []
    for reading in found["readings"]:
        name = theme.lines(f"{reading['name']}: {reading['low']:g} to {reading['high']:g}", theme.SMALL_SIZE, 120)
        if reading["of"] == "answer":
            middle = _at_ratio((reading["low"] * reading["high"]) ** 0.5)
            rows += [{"x": _FRAME.width + 8, "y": middle - 8 + 16 * k, "text": part} for k, part in enumerate(name)]
    return [texts(rows, fontSize=theme.SMALL_SIZE, color="#855b00")] if rows else []


def _at_ratio(value: float) -> float:
    low, high = _NARROW
    return _HEIGHT * (1.0 - math.log(value / low) / math.log(high / low))


def _below(found: Mapping[str, Any], rows: Mapping[str, Any]) -> list[str]:
    said = plain(found["meaning"], 110)
    left = len(found["sets"]) - len(rows["sets"])
    dots = f"A dot a parameter set ({len(rows['sets'])})"
    dots += f"; {found['dropped'] + left} lie beyond or have no attack in an arm" if found["dropped"] + left else ""
    first = f"{said[:1].upper()}{said[1:]}" if said else ""
    for reading in found["readings"]:
        if reading["of"] == "parameter":
            first += f", drawn within {reading['name']}: {reading['low']:g} to {reading['high']:g}"
    beside = f"{plain(found['arm'], 50)} beside {plain(found['control'], 50)}: " if found["control"] is not None else ""
    told = [f"{first}." if first else "", f"{beside}{played(found, arms=found['control'] is not None)}"]
    if rows["groups"]:
        told.append(f"{dots}. Large dots: fifths of the sets with 90 % intervals; line: straight through all sets.")
    else:
        told.append(f"{dots}.")
    answers = [reading for reading in found["readings"] if reading["of"] == "answer" and found["line"]]
    return [*told, *(_second(reading, found["line"]) for reading in answers)]


def _second(reading: Mapping[str, Any], line: Sequence[Mapping[str, float]]) -> str:
    """How the line stands to a band: what the record says of the answer."""
    edges = zip((reading["low"], reading["high"]), reading["met_at"], strict=True)
    met = [f"{edge:g} at {value:.2g}" for edge, value in edges if value is not None]
    if met:
        return f"Band: {reading['name']}; the line crosses {' and '.join(met)}."
    within = reading["low"] <= line[0]["y"] <= reading["high"]
    return f"Band: {reading['name']}; the line lies {'within' if within else 'outside'} it throughout."
