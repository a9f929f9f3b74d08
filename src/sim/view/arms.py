"""Charts of a comparison: what its arms come to, and how their worlds end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.view import theme
from sim.view.comparison import ONE_WORLD, comparison_lines, signed
from sim.view.forest import FRAME as STRIP
from sim.view.forest import around, panel, row, stacked
from sim.view.marks import (
    BRACKETS,
    OUTCOME_COLOURS,
    PERCENT,
    POINTS,
    Frame,
    arms_line,
    finished,
    fitted,
    months,
    name_at,
    played,
    source_line,
    texts,
    titles,
    treated,
)
from sim.view.words import OUTCOMES, interval, percent, plain, quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair as alt


def answer_chart(found: Mapping[str, Any]) -> alt.VConcatChart:
    """The answer: how often the protégé is attacked in each arm, and what each arm changes beside the control.

    Three panels, a row an arm: the share of worlds with an attack, the difference, the hazard ratio; each a dot with
    its 90 % interval. What has no cases or no interval has no dot or line.

    Args:
        found: the JSON object of `article4 compare`.
    """
    shares, changes, ratios = answer_rows(found)
    # The panels' source line must stand under the last of them.
    panels = [
        panel(
            shares,
            f"Attacked within {months(int(found['horizon']))}",
            scale={"domain": [0, 1], "nice": False},
            axis={"labelExpr": PERCENT, "values": [0, 0.25, 0.5, 0.75, 1]},
        ),
        panel(
            changes,
            f"Change beside {plain(found['control'], 50)}, in percentage points",
            scale={"domain": _domain(changes), "nice": True},
            axis={"labelExpr": POINTS, "tickCount": 5},
            at=0,
        ),
    ]
    if any(one["mean"] is not None for one in ratios):
        panels.append(_ratio_panel(ratios))
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    height = 38 * len(ratios)
    last = alt.layer(panels[-1], source_line(arms_line(found), height + 44, -STRIP.left))
    panels[-1] = last.properties(width=STRIP.width, height=height)
    known = any(one["low"] is not None for one in [*shares, *changes, *ratios])
    bare = known and any(one["mean"] is not None and one["low"] is None for one in ratios)
    below = [
        _played_arms(found),
        (f"Lines, brackets: {BRACKETS}." if known else "") + (f" {BARE}" if bare else ""),
    ]
    return stacked(panels, titles(answer_finding(found), below, STRIP.left))


def _ratio_panel(ratios: list[dict[str, Any]]) -> Any:
    low, high = around([one for one in ratios if (one["mean"] or 0) > 0], 1.0)
    ticks = [tick for tick in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if low / 2 <= tick <= high * 2]
    return panel(
        ratios,
        "Hazard ratio: below 1 attacked less often",
        scale={"type": "log", "domain": [min(0.5, max(low, 0.01) * 0.9), max(2.0, high * 1.1)], "nice": False},
        axis={"values": ticks, "format": "~g"},
        at=1,
    )


def answer_rows(found: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of the three panels: share attacked of every arm; difference and hazard ratio of all but the control."""
    shares, changes, ratios = [], [], []
    for name, arm in found["arms"].items():
        attack = arm["metrics"]["attack"]
        colour = theme.FAINT if name == found["control"] else theme.CALM
        figure = percent(attack["mean"], attack["mc_se"])
        shares.append(row(name, attack, figure, interval(attack["interval"], attack["mc_se"], 100), colour))
        if name == found["control"]:
            continue
        change, ratio = arm["effect"]["attack"], arm["hazard_ratio"]
        figure = signed(change["mean"], change["mc_se"], 100)
        figure = "no change" if figure == "0" else figure
        changes.append(row(name, change, figure, interval(change["interval"], change["mc_se"], 100)))
        figure = "no ratio" if ratio["mean"] is None else f"x {quantity(ratio['mean'], ratio['mc_se'], 3)}"
        # A log scale has no place for a ratio of 0: the figure says it.
        drawn = dict(ratio) | ({"mean": None, "interval": None} if ratio["mean"] == 0 else {})
        ratios.append(row(name, drawn, figure, interval(ratio["interval"], ratio["mc_se"])))
    return shares, changes, ratios


def answer_finding(found: Mapping[str, Any]) -> str:
    """The answer in a sentence; of several arms, what the least and the most of them do."""
    names = treated(found)
    if int(found["trials"]) == 1:
        return ONE_WORLD
    if len(names) == 1:
        return comparison_lines(found)[0]
    known = [(found["arms"][name]["hazard_ratio"], name) for name in names]
    known = [(ratio, name) for ratio, name in known if ratio["mean"] is not None]
    if not known:
        return f"Beside {plain(found['control'], 60)}, no arm has an attack to compare."
    least, most = (pick(known, key=lambda one: one[0]["mean"]) for pick in (min, max))

    def said(one: tuple[Mapping[str, Any], str]) -> str:
        return f"{quantity(one[0]['mean'], one[0]['mc_se'], 2)} ({short(one[1])})"

    control = plain(found["control"], 60)
    return f"Beside {control}, the hazard of attack is multiplied by {said(least)} to {said(most)}."


def short(name: str, width: float = 480) -> str:
    """An arm's name in a sentence: its middle left out if it is long."""
    return fitted(name, width, theme.TITLE_SIZE, 1)[0]


def _domain(rows: list[dict[str, Any]]) -> list[float]:
    low, high = around(rows, 0.0)
    room = max(0.01, 0.06 * (high - low))
    return [low - room, high + room]


def _played_arms(found: Mapping[str, Any]) -> str:
    return f"{played(found)} Control: {plain(found['control'], 50)}."


BARE = "Without them: too few cases."
"""What a mean without an interval lacks, where others have one."""

_LABELS = 174
_GAP = 12
_LINE = 36
_BESIDE = 3
"""Arms at most whose figures stand beside their bars; of more they stand above, so that bars keep their length."""


def outcomes_chart(found: Mapping[str, Any]) -> alt.LayerChart:
    """How worlds end in each arm of a comparison: a row an outcome, a column an arm, a bar with its share and interval.

    Args:
        found: the JSON object of `article4 compare`.
    """
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    frame = Frame(left=_LABELS, right=0)
    rows = outcomes_rows(found)
    names = list(found["arms"])
    column = frame.width / len(names)
    height = _LINE * len(OUTCOMES)
    headings = [
        line
        for place, name in enumerate(names)
        for line in _heading(name, place * column + (_GAP if place else 0), column - 4)
    ]
    base = alt.Chart(alt.InlineData(values=rows))
    x, y = alt.X("left:Q", scale=None, axis=None), alt.Y("y:Q", scale=None, axis=None)
    known = alt.datum.low != None  # noqa: E711 - an expression of Vega, not a comparison of ours
    starts = [{"x": row["left"], "y": 0, "y2": height} for row in rows if row["outcome"] == "no_attack"]
    layers = [
        alt.Chart(alt.InlineData(values=starts))
        .mark_rule(color=theme.GRID)
        .encode(x=alt.X("x:Q", scale=None), y=alt.Y("y:Q", scale=None), y2="y2:Q"),
        base.mark_bar(size=20 if len(names) <= _BESIDE else 9).encode(
            x=x, x2="right:Q", y=y, color=alt.Color("colour:N", scale=None)
        ),
        base.transform_filter(known)
        .mark_rule(color=theme.INK, strokeWidth=1.5)
        .encode(x=alt.X("low_at:Q", scale=None), x2="high_at:Q", y=y),
        texts(
            [{"x": one["figure_at"], "y": one["figure_y"], "text": one["figure"]} for one in rows], fontWeight="bold"
        ),
        texts(headings, fontWeight="bold", fontSize=theme.SMALL_SIZE),
        texts(
            [{"x": -12, "y": _LINE * (place + 0.5), "text": label} for place, label in enumerate(OUTCOMES.values())],
            align="right",
        ),
    ]
    below = ["Share of worlds that end so, an arm a column.", _played_arms(found)]
    if any(one["low"] is not None for one in rows):
        below.append(f"Thin lines: {BRACKETS}.")
    finding = outcomes_finding(found)
    return finished(layers, frame, height, finding=finding, below=below, source=arms_line(found), drop=24)


def outcomes_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row per arm and outcome: share, interval or null, the text, and where they stand in points of the plot."""
    width = theme.WIDTH - _LABELS
    column = width / len(found["arms"])
    beside = len(found["arms"]) <= _BESIDE
    room = column - _GAP - (54 if beside else 0)
    top = max(
        [0.05]
        + [max(arm["outcomes"].values()) for arm in found["arms"].values()]
        + [
            share["interval"][1]
            for arm in found["arms"].values()
            for share in arm["outcome_intervals"].values()
            if share["interval"] is not None
        ]
    )
    rows = []
    for place, (name, arm) in enumerate(found["arms"].items()):
        left = place * column + (_GAP if place else 0)
        for line, outcome in enumerate(OUTCOMES):
            share = float(arm["outcomes"].get(outcome) or 0.0)
            ends = (arm["outcome_intervals"].get(outcome) or {}).get("interval")
            low, high = ends if ends and ends[0] != ends[1] else (None, None)
            error = (arm["outcome_intervals"].get(outcome) or {}).get("mc_se")
            at = {key: None if end is None else left + room * end / top for key, end in (("low", low), ("high", high))}
            right = left + room * share / top
            rows.append(
                {
                    "arm": name,
                    "outcome": outcome,
                    "share": share,
                    "low": low,
                    "high": high,
                    "figure": percent(share, error if beside else None),
                    "colour": OUTCOME_COLOURS.get(outcome, theme.ATTACKED),
                    "left": left,
                    "right": right,
                    "low_at": at["low"],
                    "high_at": at["high"],
                    "figure_at": max(right, at["high"] or 0.0) + 5 if beside else left + 2,
                    "figure_y": _LINE * (line + 0.5) if beside else _LINE * (line + 0.3),
                    "y": _LINE * (line + 0.5) if beside else _LINE * (line + 0.72),
                }
            )
    return rows


def outcomes_finding(found: Mapping[str, Any]) -> str:
    """How much oftener worlds end without an attack, or else what changes most."""
    if int(found["trials"]) == 1:
        return ONE_WORLD
    control = found["arms"][found["control"]]
    moves = [
        (arm["outcomes"].get(outcome, 0.0) - control["outcomes"].get(outcome, 0.0), outcome, name)
        for name, arm in found["arms"].items()
        if name != found["control"]
        for outcome in OUTCOMES
    ]
    change, outcome, name = max(moves, key=lambda one: abs(one[0]))
    if change == 0:
        return f"Worlds end alike in {'both' if len(found['arms']) == 2 else 'all'} arms."
    before, after = (found["arms"][one]["outcomes"].get(outcome, 0.0) for one in (found["control"], name))
    label = OUTCOMES[outcome]
    return (
        f"What moves most is “{label}”: from {percent(before)} of worlds with {plain(found['control'], 50)} to "
        f"{percent(after)} with {short(name)}."
    )


def _heading(name: str, x: float, width: float) -> list[Any]:
    """The name of a column, its last line just above the plot."""
    lines = name_at(name, x, 0, width, most=4, size=theme.SMALL_SIZE, bold=True)
    rise = 14 + lines[-1]["y"]
    return [line | {"y": line["y"] - rise} for line in lines]
