"""Charts: each a function from a result to an Altair chart whose title is the finding.

A chart takes the JSON object of its command (as a mapping) or a result that carries it as `.summary`. It draws what it
is given and computes no statistic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.view import theme
from sim.view.answers import summary_of
from sim.view.comparison import comparison_lines
from sim.view.words import OUTCOMES, headline, interval, percent, plain, worlds

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair as alt

_LABELS = 174
_FIGURES = 132
_PLOT = theme.WIDTH - _LABELS - _FIGURES
_ROW = 40
_PERCENT = "format(100 * datum.value, '.0f') + ' %'"


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
    axis = alt.Axis(labelExpr=_PERCENT, values=_ticks(_ceiling(rows)), grid=True)
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
                "colour": _COLOURS.get(name, theme.ATTACKED),
            }
        )
    return rows


_COLOURS = {"no_attack": theme.CALM, "military_response": theme.GRAVE, "clash": theme.GRAVE}


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
    text = f"article4 · scenario {plain(summary['scenario'])} · {str(summary['scenario_hash'])[:12]}"
    return _line_of_source(text, height + 44, -_LABELS)


def _line_of_source(text: str, y: float, x: float) -> alt.Chart:
    """A faint line under a chart."""
    import altair as alt  # noqa: PLC0415 - see outcome_chart

    line: alt.Chart = (
        alt.Chart(alt.InlineData(values=[{"source": theme.lines(text, theme.SMALL_SIZE, most=1)[0]}]))
        .mark_text(align="left", color=theme.FAINT, fontSize=theme.SMALL_SIZE)
        .encode(x=alt.value(x), y=alt.value(y), text="source:N")
    )
    return line


def survival_chart(found: Mapping[str, Any]) -> alt.LayerChart:
    """Share of worlds without an attack, month by month, an arm a line that is named where it ends.

    The band is the 90 % interval over what is not known. Title: the finding; subtitle: the question, the worlds.

    Args:
        found: the JSON object of `article4 compare`.
    """
    import altair as alt  # noqa: PLC0415 - see outcome_chart

    rows = survival_rows(found)
    width, height = theme.WIDTH - _ENDS - 50, 300
    months = alt.X(
        "month:Q",
        title="months",
        scale=alt.Scale(domain=[0, found["horizon"]], nice=False),
        axis=alt.Axis(grid=False, values=_months(int(found["horizon"]))),
    )
    share = alt.Y(
        "share:Q",
        title=None,
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(labelExpr=_PERCENT, values=[0, 0.25, 0.5, 0.75, 1]),
    )
    colour = alt.Color("colour:N", scale=None)
    known = alt.datum.low != None  # noqa: E711 - an expression of Vega, not a comparison of ours
    # The bands of more than two arms cover one another: nobody could tell which is whose.
    rows = rows if len(found["arms"]) <= 2 else [row | {"low": None, "high": None} for row in rows]
    base = alt.Chart(alt.InlineData(values=rows))
    bands = base.transform_filter(known).mark_area(opacity=0.15).encode(x=months, y="low:Q", y2="high:Q", color=colour)
    curves = base.mark_line(strokeWidth=2.5).encode(
        x=months, y=share, color=colour, strokeDash=alt.StrokeDash("dash:N", scale=None), detail="arm:N"
    )
    ends = alt.Chart(alt.InlineData(values=survival_ends(found, height)))
    names = ends.mark_text(align="left", fontWeight="bold").encode(
        x=alt.value(width + 8), y=alt.Y("place:Q", scale=None), text="label:N", color=colour
    )
    chart: alt.LayerChart = (
        alt.layer(bands, curves, names, _line_of_source(_made_from(found), height + 56, -40))
        .properties(width=width, height=height, title=_compared(found, rows))
        .configure(**theme.config())
    )
    return chart


_ENDS = 190
_ARM_COLOURS = (theme.FAINT, theme.GRAVE, theme.CALM, "#009E73", "#CC79A7", theme.ATTACKED)
_DASHES = ((1, 0), (1, 0), (6, 3), (2, 2), (8, 2, 2, 2), (4, 4))


def survival_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row per arm and month, month 0 first: share without attack, and its interval or null."""
    rows = []
    for place, (name, arm) in enumerate(found["arms"].items()):
        look = {"colour": _ARM_COLOURS[place % len(_ARM_COLOURS)], "dash": list(_DASHES[place % len(_DASHES)])}
        rows.append({"arm": name, "month": 0, "share": 1.0, "low": None, "high": None, **look})
        for month, point in enumerate(arm["survival"], 1):
            low, high = point["interval"] or (None, None)
            rows.append({"arm": name, "month": month, "share": point["mean"], "low": low, "high": high, **look})
    return rows


def survival_ends(found: Mapping[str, Any], height: int) -> list[dict[str, Any]]:
    """Where each line is named: beside its end, the names apart by a line's height, the order kept."""
    step = theme.TEXT_SIZE + 4
    arms = list(found["arms"].items())
    order = sorted(range(len(arms)), key=lambda k: (-arms[k][1]["survival"][-1]["mean"], k))
    found_ends: list[dict[str, Any]] = []
    for k in order:
        name, arm = arms[k]
        last = arm["survival"][-1]
        wanted = height * (1.0 - last["mean"])
        place = wanted if not found_ends else max(wanted, found_ends[-1]["place"] + step)
        text = f"{percent(last['mean'], last['mc_se'])}  {plain(name, 40)}"
        label = theme.lines(text, theme.TEXT_SIZE, _ENDS - 8, most=1, bold=True)[0]
        found_ends.append({"label": label, "place": place, "colour": _ARM_COLOURS[k % len(_ARM_COLOURS)]})
    surplus = max(0.0, found_ends[-1]["place"] - height)
    return [end | {"place": end["place"] - surplus} for end in found_ends]


def _months(horizon: int) -> list[int]:
    step = next(step for step in (1, 3, 6, 12, 24, 60, 120) if horizon <= 9 * step or step == 120)
    return list(range(0, horizon + 1, step))


def _compared(found: Mapping[str, Any], rows: list[dict[str, Any]]) -> alt.TitleParams:
    """The finding of a comparison as the title; below it what is drawn and from how many worlds."""
    import altair as alt  # noqa: PLC0415 - see outcome_chart

    meaning = (
        f"Worlds without an attack, by month. {worlds(int(found['trials']))} an arm, same draws, seed {found['seed']}."
    )
    if any(row["low"] is not None for row in rows):
        meaning += " Bands: 90 % interval over what is not known."
    return alt.TitleParams(
        text=theme.lines(comparison_lines(found)[0], theme.TITLE_SIZE, bold=True, most=4),
        subtitle=theme.lines(meaning, theme.TEXT_SIZE),
        dx=-40,
    )


def _made_from(found: Mapping[str, Any]) -> str:
    arms = (f"{plain(name, 40)} {str(arm['scenario_hash'])[:8]}" for name, arm in found["arms"].items())
    return f"article4 · {' · '.join(arms)}"


def chart_of(answer: Mapping[str, Any]) -> alt.LayerChart:
    """The chart that stands for a command's answer: its JSON object."""
    return survival_chart(answer) if answer.get("command") == "compare" else outcome_chart(answer)
