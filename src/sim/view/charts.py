"""How the worlds of one run end, as a chart whose title is the finding. All charts: `sim.view.gallery`.

The chart takes the JSON object of its command (as a mapping) or a result that carries it as `.summary`. It draws what
it is given and computes no statistic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.view import theme
from sim.view.answers import summary_of
from sim.view.marks import OUTCOME_COLOURS, PERCENT, run_line, source_line
from sim.view.words import OUTCOMES, headline, interval, percent, plain, worlds

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair as alt

_LABELS = 174
_FIGURES = 132
_PLOT = theme.WIDTH - _LABELS - _FIGURES
_ROW = 40


def outcome_chart(result: object) -> alt.LayerChart:
    """How the worlds of one run end: a bar for each of the seven outcomes, with its share and interval in figures.

    The whisker is the 90 % interval over what is not known; where the run has too few parameter sets for one, the bar
    stands alone. Title: the finding. Subtitle: the question, how many worlds, the seed, what the whisker means.

    Args:
        result: the JSON object of `article4 run`, or a result whose `.summary` is one.
    """
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    summary = summary_of(result)
    rows = outcome_rows(summary)
    height = _ROW * len(rows)
    base = alt.Chart(alt.InlineData(values=rows))
    order = alt.Y(
        "label:N", sort=None, title=None, axis=alt.Axis(labelLimit=_LABELS, minExtent=_LABELS, maxExtent=_LABELS)
    )
    scale = alt.Scale(domain=[0, _ceiling(rows)], nice=False)
    axis = alt.Axis(labelExpr=PERCENT, values=_ticks(_ceiling(rows)), grid=True)
    share = alt.X("share:Q", title=None, scale=scale, axis=axis)
    bars = base.mark_bar(size=_ROW * 0.6).encode(
        x=share, y=order, color=alt.Color("colour:N", scale=None), tooltip=["label:N", "figure:N"]
    )
    ends = alt.datum.low != None  # noqa: E711 - an expression of Vega, not a comparison of ours
    whiskers = (
        base.transform_filter(ends)
        .mark_rule(color=theme.INK, strokeWidth=2)
        .encode(x=alt.X("low:Q", title=None), x2="high:Q", y=order)
    )
    caps = [
        base.transform_filter(ends).mark_tick(color=theme.INK, thickness=2, size=10).encode(x=f"{end}:Q", y=order)
        for end in ("low", "high")
    ]
    figures = base.mark_text(align="left", fontWeight="bold").encode(x=alt.value(_PLOT + 10), y=order, text="figure:N")
    brackets = base.mark_text(align="right", color=theme.FAINT).encode(
        x=alt.value(_PLOT + _FIGURES), y=order, text="bracket:N"
    )
    chart: alt.LayerChart = (
        alt.layer(bars, whiskers, *caps, figures, brackets, _source(summary, height))
        .properties(width=_PLOT, height=height, title=_titles(summary, rows))
        .configure(**theme.config())
    )
    return chart


def outcome_rows(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row per outcome, all seven always: its label, share, interval ends (or null) and the text beside the bar."""
    detail = summary.get("outcome_intervals") or {}
    rows = []
    for name, label in OUTCOMES.items():
        share = float(summary["outcomes"].get(name, 0.0))
        known = detail.get(name) or {}
        ends, error = known.get("interval"), known.get("mc_se")
        if ends and ends[0] == ends[1]:
            ends = None  # all worlds alike: a whisker of no length would claim a knowledge that nobody has
        rows.append(
            {
                "outcome": name,
                "label": label,
                "share": share,
                "low": ends[0] if ends else None,
                "high": ends[1] if ends else None,
                "figure": percent(share, error),
                "bracket": interval(ends, error, 100) if ends else "",
                "colour": OUTCOME_COLOURS.get(name, theme.ATTACKED),
            }
        )
    return rows


def _ceiling(rows: list[dict[str, Any]]) -> float:
    """The right end of the axis: the next quarter above everything drawn."""
    highest = max(max(row["share"], row["high"] or 0.0) for row in rows)
    return next(end for end in (0.25, 0.5, 0.75, 1.0) if highest <= end or end == 1.0)


def _ticks(ceiling: float) -> list[float]:
    step = 0.25 if ceiling > 0.5 else 0.1
    return [round(step * k, 2) for k in range(int(ceiling / step + 1e-9) + 1)]


def _titles(summary: Mapping[str, Any], rows: list[dict[str, Any]]) -> alt.TitleParams:
    """The finding as the title; below it the question and how it was answered."""
    import altair as alt  # noqa: PLC0415 - see outcome_chart

    question = plain(summary.get("asks") or summary.get("title") or summary["scenario"])
    meaning = f"{worlds(int(summary['trials']))}, seed {summary['seed']}."
    if any(row["low"] is not None for row in rows):
        meaning += " Whiskers, brackets: 90 % interval over what is not known."
    return alt.TitleParams(
        text=theme.lines(headline(summary), theme.TITLE_SIZE, bold=True),
        subtitle=[*theme.lines(question, theme.TEXT_SIZE), *theme.lines(meaning, theme.TEXT_SIZE)],
        dx=-_LABELS,
    )


def _source(summary: Mapping[str, Any], height: int) -> alt.Chart:
    """The line under the chart that says what it was made from."""
    return source_line(run_line(summary), height + 44, -_LABELS)
