"""What history had to look like, and what the calibrated sets make of it: the chart of targets and checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sim.view import theme
from sim.view.marks import Frame, finished, name_at, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair as alt

_FRAME: Final = Frame(left=246, right=118)
_ROW: Final = 36
_BEYOND: Final = 0.6
"""How far outside its tolerance an interval is followed, in widths of the tolerance."""

COLOURS: Final = {"target": theme.CALM, "check": theme.GRAVE, "later": theme.GRAVE}
"""What chose the sets, and what did not."""


def targets_chart(found: Mapping[str, Any]) -> alt.LayerChart:
    """The mean and middle 90 % of the sets for every target and check of history, in widths of its tolerance.

    Args:
        found: what a calibration found of one ensemble, as `article4 calibrate --json` tells it.
    """
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    rows = target_rows(found)
    height = _ROW * len(rows)
    base = alt.Chart(alt.InlineData(values=rows))
    x = alt.Scale(domain=[-_BEYOND, 1 + _BEYOND], nice=False, clamp=True)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, height], reverse=True, nice=False), axis=None)
    colour = alt.Color("colour:N", scale=None)
    place = alt.X("low:Q", scale=x, axis=None)
    band = [{"x": 0, "x2": 1, "y": 0, "y2": height}]
    names = [one for row in rows for one in name_at(row["name"], -_FRAME.left, row["y"], _FRAME.left - 14, size=12.5)]
    figures = [{"x": _FRAME.width + 12, "y": row["y"], "text": row["figure"]} for row in rows]
    layers = [
        alt.Chart(alt.InlineData(values=band))
        .mark_rect(color=theme.GRID, opacity=0.7)
        .encode(x=alt.X("x:Q", scale=x, axis=None), x2="x2:Q", y=y, y2="y2:Q"),
        base.mark_rule(strokeWidth=2.5).encode(x=place, x2="high:Q", y=y, color=colour),
        base.mark_point(filled=True, opacity=1, size=80).encode(
            x=alt.X("mean:Q", scale=x, axis=None), y=y, color=colour
        ),
        texts(names),
        texts(figures, size=12.5),
    ]
    met = sum(1 for row in rows if row["inside"])
    below = [
        "Grey: the tolerance, what the record leaves open. Dot and line: mean and middle 90 % of the calibrated sets.",
        "Blue chose the sets; orange did not. Figures: mean of the sets, and the tolerance.",
    ]
    finding = (
        f"The sets' mean lies within the tolerance for {met} of {len(rows)} counts of history to {found['until']}."
    )
    source = f"article4 calibrate · {found['candidates']:,} candidates · {found['sets']} sets"
    return finished(layers, _FRAME, height, finding=finding, below=below, source=source, drop=26)


def target_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a target that has a value: its mean and ends in widths of its tolerance, from the lower end."""
    rows: list[dict[str, Any]] = []
    for one in found["targets"]:
        if one["mean"] is None:
            continue
        low, high = one["tolerance"]
        ends = one["interval"] or (one["mean"], one["mean"])
        mean, least, greatest = ((value - low) / (high - low) for value in (one["mean"], *ends))
        rows.append(
            {
                "name": one["title"],
                "mean": mean,
                "low": least,
                "high": greatest,
                "inside": low <= one["mean"] <= high,
                "figure": f"{one['mean']:.2g} ({low:.2g}-{high:.2g})",
                "colour": COLOURS[one["role"]],
                "y": _ROW * (len(rows) + 0.5),
            }
        )
    return rows
