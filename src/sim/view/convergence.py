"""How an estimate settles as worlds come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.view import theme
from sim.view.marks import PERCENT, Frame, finished, played, run_line, texts
from sim.view.words import CONDITIONS, GIVEN, METRICS, error_shown, percent, plain, quantity, worlds

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair as alt

_FRAME = Frame(left=64, right=96)
_HEIGHT = 280


def convergence_chart(found: Mapping[str, Any]) -> alt.LayerChart:
    """The running mean of a metric over the number of worlds, with the band that luck alone leaves around it.

    The line runs on a log scale from the first world to all; the dashed line is where it ends.

    Args:
        found: the JSON object of `sim.experiment.convergence`.
    """
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    rows = convergence_rows(found)
    label, kind = _what(found)
    share = kind == "share"
    most = max(2, int(found["trials"]))
    x = alt.X(
        "trials:Q",
        title="worlds played (log scale)",
        scale=alt.Scale(type="log", domain=[1, most], nice=False),
        axis=alt.Axis(values=[10**k for k in range(8) if 10**k <= most], format=",", grid=False),
    )
    scale = alt.Scale(domain=_domain(rows, share=share), nice=not share)
    axis = alt.Axis(labelExpr=PERCENT, tickCount=5) if share else alt.Axis(tickCount=5)
    y = alt.Y("mean:Q", title=None, scale=scale, axis=axis)
    base = alt.Chart(alt.InlineData(values=rows))
    known = alt.datum.low != None  # noqa: E711 - an expression of Vega, not a comparison of ours
    there = alt.datum.mean != None  # noqa: E711 - the same
    layers: list[alt.Chart] = [
        base.transform_filter(known)
        .mark_area(color=theme.CALM, opacity=0.2)
        .encode(x=x, y=alt.Y("low:Q", title=None, scale=scale, axis=axis), y2="high:Q"),
        base.transform_filter(there).mark_line(color=theme.CALM, strokeWidth=2.5).encode(x=x, y=y),
    ]
    last = rows[-1]
    if last["mean"] is not None:
        end = alt.Chart(alt.InlineData(values=[last | {"figure": _figure(last, kind)}]))
        layers += [
            end.mark_rule(color=theme.FAINT, strokeDash=[4, 4]).encode(y=y),
            end.mark_point(color=theme.CALM, filled=True, size=90, opacity=1).encode(x=x, y=y),
            end.mark_text(align="left", baseline="middle", fontWeight="bold").encode(
                x=alt.value(_FRAME.width + 10), y=y, text="figure:N"
            ),
        ]
    layers.append(texts([{"x": -_FRAME.left, "y": -22, "text": label}], color=theme.FAINT))
    # What is clipped is only the band of the first few worlds, which spans all there is.
    below = [
        f"Running mean over the worlds of {plain(found['title'] or found['scenario'])}. {played(found, arms=False)}",
        "Band: 90 % band of luck alone, which more worlds shrink."
        if any(row["low"] is not None for row in rows)
        else "",
    ]
    finding = convergence_finding(found)
    return finished(layers, _FRAME, _HEIGHT, finding=finding, below=below, source=run_line(found), drop=62)


def convergence_finding(found: Mapping[str, Any]) -> str:
    """What the estimate has come to, and how much luck is left in it."""
    last = found["series"][-1]
    label, kind = _what(found)
    if last["mean"] is None:
        return f"“{label}” has no case in {worlds(int(found['trials']))}."
    if int(found["trials"]) == 1:
        return "One world was played, which says nothing of how likely it is."
    if last["mc_se"] is None:
        return f"Of {worlds(int(found['trials']))} too few are cases of “{label}” to tell how much is luck."
    scale = 100.0 if kind == "share" else 1.0
    unit = " points" if kind == "share" else ""
    if last["mc_se"] == 0:
        return f"After {worlds(int(found['trials']))} “{label}” is {_figure(last, kind)}, in all of them alike."
    return (
        f"After {worlds(int(found['trials']))} “{label}” is {_figure(last, kind)}, give or take "
        f"{error_shown(last['mc_se'], scale)}{unit} of luck."
    )


def convergence_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a number of worlds: the mean so far and the ends of its band or null; none below 0, no share above 1."""
    kind = _what(found)[1]
    rows = []
    for step in found["series"]:
        low, high = None, None
        if step["band"] is not None:
            low, high = step["band"]
            low, high = max(0.0, low), min(1.0, high) if kind == "share" else high
        rows.append({"trials": step["trials"], "mean": step["mean"], "mc_se": step["mc_se"], "low": low, "high": high})
    return rows


def _what(found: Mapping[str, Any]) -> tuple[str, str]:
    """What the metric is called, its condition in words with it, and its kind."""
    label, kind = METRICS[found["metric"]]
    given = GIVEN[CONDITIONS.get(found["metric"])]
    return (f"{label}, {given}" if given else label), kind


def _figure(row: Mapping[str, Any], kind: str) -> str:
    return (percent if kind == "share" else quantity)(row["mean"], row["mc_se"])


def _domain(rows: list[dict[str, Any]], *, share: bool) -> list[float]:
    """All that is drawn, with some room, of a share within 0 to 1."""
    drawn: list[float] = [
        value for row in rows for value in (row["mean"], row["low"], row["high"]) if value is not None
    ] or [0, 1]
    low, high = min(drawn), max(drawn)
    if share and low == high:
        return [0.0, 1.0]
    room = 0.05 * (high - low) or 0.05 * (abs(high) or 1.0)
    return [max(0.0, low - room), min(1.0, high + room)] if share else [max(0.0, low - room), high + room]
