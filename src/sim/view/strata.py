"""In which worlds an arm matters: the strata of each pair, and what any coupling of the arms would allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.view import theme
from sim.view.arms import short
from sim.view.comparison import ONE_WORLD, STRATA
from sim.view.forest import stacked
from sim.view.marks import PERCENT, Frame, arms_line, played, source_line, texts, titles, treated
from sim.view.words import interval, percent, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair as alt

_FRAME = Frame(left=190, right=160)
_ROW = 30
_BOUNDS = "any pairing, %"
_COLOURS = {"never": "#c9d3d9", "deterred": theme.CALM, "provoked": theme.GRAVE, "regardless": theme.ATTACKED}


def strata_chart(found: Mapping[str, Any]) -> alt.VConcatChart:
    """How the worlds of each arm and the control divide: attacked in neither, deterred, provoked, attacked in both.

    A panel an arm, a bar a stratum. The thin line under `deterred` and `provoked` spans what the two shares of attacked
    worlds allow whatever the coupling: that worlds share their draws is our choice, these bounds are not.

    Args:
        found: the JSON object of `article4 compare`.
    """
    names = treated(found)
    panels = [_panel(found, name, last=name == names[-1], headed=len(names) > 1) for name in names]
    below = [
        f"“With” is the arm, “without” {plain(found['control'], 50)}. {played(found)}",
        "Thin lines, brackets: what the shares attacked allow, however worlds are paired.",
    ]
    return stacked(panels, titles(strata_finding(found), below, _FRAME.left), spacing=26)


def strata_finding(found: Mapping[str, Any]) -> str:
    """In how many worlds the arm decides, in a sentence; of several arms for the one that deters most."""
    if int(found["trials"]) == 1:
        return ONE_WORLD
    name = max(treated(found), key=lambda arm: found["arms"][arm]["strata"]["deterred"]["share"])
    held = found["arms"][name]["strata"]
    if held["deterred"]["share"] == held["provoked"]["share"] == 0:
        return f"In no world does {short(name)} change whether there is an attack."
    deterred, provoked = (percent(held[one]["share"], held[one].get("mc_se")) for one in ("deterred", "provoked"))
    return f"{short(name)} prevents every attack in {deterred} of worlds and brings one about in {provoked}."


def strata_rows(found: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """One row a stratum of an arm and the control: share, its figure, and the bounds or null."""
    arm = found["arms"][name]
    rows = []
    for place, (stratum, label) in enumerate(STRATA.items()):
        held, bounds = arm["strata"][stratum], arm["bounds"].get(stratum)
        least, most = bounds or (None, None)
        rows.append(
            {
                "arm": name,
                "stratum": stratum,
                "label": label,
                "nothing": 0.0,
                "share": held["share"],
                "figure": percent(held["share"], held.get("mc_se")),
                "least": least,
                "most": most,
                "bounds": "" if bounds is None else interval(bounds, held.get("mc_se"), 100),
                "colour": _COLOURS[stratum],
                "y": _ROW * (place + 0.5),
                "line_y": _ROW * (place + 0.5) + 11,
            }
        )
    return rows


def _panel(found: Mapping[str, Any], name: str, *, last: bool, headed: bool) -> Any:
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    rows = strata_rows(found, name)
    height = _ROW * len(rows) + 6
    base = alt.Chart(alt.InlineData(values=rows))
    ticks: dict[str, Any] = {"values": [0, 0.25, 0.5, 0.75, 1], "labelFlush": False}
    axis = alt.Axis(labelExpr=PERCENT, **ticks) if last else alt.Axis(labels=False, **ticks)
    x = alt.X("nothing:Q", title=None, scale=alt.Scale(domain=[0, 1], nice=False), axis=axis)
    bounded = alt.datum.least != None  # noqa: E711 - an expression of Vega, not a comparison of ours
    layers = [
        base.mark_bar(size=14, orient="horizontal").encode(
            x=x, x2="share:Q", y=alt.Y("y:Q", scale=None, axis=None), color=alt.Color("colour:N", scale=None)
        ),
        base.transform_filter(bounded)
        .mark_rule(color=theme.INK, strokeWidth=2.5)
        .encode(x=alt.X("least:Q", title=None), x2="most:Q", y=alt.Y("line_y:Q", scale=None)),
        texts([{"x": -12, "y": one["y"], "text": one["label"]} for one in rows], align="right"),
        texts([{"x": _FRAME.width + 10, "y": one["y"], "text": one["figure"]} for one in rows], fontWeight="bold"),
        texts(
            [{"x": _FRAME.width + _FRAME.right, "y": one["y"], "text": one["bounds"]} for one in rows],
            align="right",
            color=theme.FAINT,
        ),
        texts(
            [{"x": _FRAME.width + _FRAME.right, "y": -14, "text": "any pairing, %"}], align="right", color=theme.FAINT
        ),
    ]
    if headed:
        heading = f"with {short(name)}"
        layers.append(texts([{"x": -_FRAME.left, "y": -14, "text": heading}], fontWeight="bold", color=theme.FAINT))
    if last:
        layers.append(source_line(arms_line(found), height + 44, -_FRAME.left))
    drawn: Any = alt.layer(*layers).properties(width=_FRAME.width, height=height)
    return drawn
