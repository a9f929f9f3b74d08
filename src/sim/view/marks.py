"""Pieces that charts share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.view import theme

if TYPE_CHECKING:
    import altair as alt

PERCENT = "format(100 * datum.value, '.0f') + ' %'"
"""Vega's expression for a share as a label of an axis."""


def percent_axis() -> alt.Axis:
    """An axis of shares, from 0 to 100 %."""
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    return alt.Axis(labelExpr=PERCENT, values=[0, 0.25, 0.5, 0.75, 1])


def source_line(text: str, y: float, x: float) -> alt.Chart:
    """A faint line under a chart that says what it was made from."""
    import altair as alt  # noqa: PLC0415 - see percent_axis

    line: alt.Chart = (
        alt.Chart(alt.InlineData(values=[{"source": theme.lines(text, theme.SMALL_SIZE, most=1)[0]}]))
        .mark_text(align="left", color=theme.FAINT, fontSize=theme.SMALL_SIZE)
        .encode(x=alt.value(x), y=alt.value(y), text="source:N")
    )
    return line
