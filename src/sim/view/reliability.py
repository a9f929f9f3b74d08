"""Whether what was given so much happens so often: the reliability diagram of the backtests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sim.view import theme
from sim.view.backtest import backtest_line
from sim.view.marks import Frame, finished, percent_axis, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair as alt

_FRAME: Final = Frame(left=64, right=96)
_HEIGHT: Final = 380

DRAWN: Final = {
    "aid or more": ("aid or more", theme.CALM),
    "troops or more": ("troops or more", theme.FAINT),
    "overt attack": ("an overt attack in a quarter", theme.INK),
}
"""Questions of which there are enough on both sides to be drawn: combat is too rare to fill bins."""


def reliability_chart(found: Mapping[str, Any]) -> alt.LayerChart:
    """The share that happened over the probability that was given, in bins of alike forecasts.

    On the dashed line a forecast means what it says; below it too much was given, above it too little.

    Args:
        found: the JSON object of `article4 backtest`.
    """
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    rows = reliability_rows(found)
    scale = alt.Scale(domain=[0, 1], nice=False)
    x = alt.X("forecast:Q", title="probability given", scale=scale, axis=percent_axis())
    y = alt.Y("observed:Q", title=None, scale=scale, axis=percent_axis())
    colour = alt.Color("colour:N", scale=None)
    line = alt.Chart(alt.InlineData(values=[{"forecast": 0, "observed": 0}, {"forecast": 1, "observed": 1}]))
    base = alt.Chart(alt.InlineData(values=rows))
    names = [row for row in rows if row["last"]]
    layers: list[alt.Chart] = [
        line.mark_line(color=theme.FAINT, strokeDash=[4, 4]).encode(x=x, y=y),
        base.mark_rule(strokeWidth=1.5, opacity=0.6).encode(
            x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q", color=colour
        ),
        base.mark_point(filled=True, opacity=1, size=70).encode(x=x, y=y, color=colour),
        alt.Chart(alt.InlineData(values=names))
        .mark_text(align="left", baseline="middle", dx=9)
        .encode(x=x, y=y, text="label:N", color=colour),
        texts([{"x": -_FRAME.left, "y": -22, "text": "share that happened"}], color=theme.FAINT),
    ]
    below = [
        "Each point is a bin of forecasts of cases left out of the fit. On the dashed line they mean what they say.",
        "Lines: exact 90 % interval of the share, as if forecasts were independent; those of one crisis are not.",
    ]
    source = f"article4 backtest · {len(found['cases'])} cases · seed {found['seed']}"
    return finished(layers, _FRAME, _HEIGHT, finding=backtest_line(found), below=below, source=source, drop=62)


def reliability_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a question and bin: the mean probability given, the share that happened, its interval."""
    rows = []
    for name, (label, colour) in DRAWN.items():
        bins = found["reliability"].get(name, [])
        for place, one in enumerate(bins):
            low, high = one["interval"]
            rows.append(
                {
                    "label": label,
                    "colour": colour,
                    "forecast": one["forecast"],
                    "observed": one["observed"],
                    "low": low,
                    "high": high,
                    "n": one["n"],
                    "last": place == len(bins) - 1,
                }
            )
    return rows
