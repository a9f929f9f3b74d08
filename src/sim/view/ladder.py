"""Charts of one run beside its outcomes: how far each guarantor goes, and how much of the spread is luck."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.view import theme
from sim.view.marks import (
    LADDER_COLOURS,
    ON_LADDER,
    PERCENT,
    Frame,
    finished,
    fitted,
    name_at,
    played,
    question_of,
    run_line,
    texts,
)
from sim.view.words import CONDITIONS, GIVEN, LEVELS, METRICS, percent, plain, worlds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import altair as alt

ANTICIPATED = "anticipated_responses"
"""Key of a run's JSON under which stands what attackers expect of each guarantor, if that was counted: guarantor ->
level -> share."""

_EXPECTED = "Expected: by the first attacker, as that month begins, of the gravest action of that month."

_LADDER = Frame(left=120, right=138)
_NARROWEST = 0.085
"""Share of a bar below which a figure does not fit into its segment."""


def response_chart(result: Mapping[str, Any]) -> alt.LayerChart:
    """How far each guarantor goes given an attack: words, aid, troops, combat, stacked to 100 %.

    Where the run also holds what attackers expect (ANTICIPATED), a second bar stands under each.

    Args:
        result: the JSON object of `article4 run`.
    """
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    rows = response_rows(result)
    bars = sorted({(row["y"], row["guarantor"], row["kind"], row["figure"]) for row in rows})
    row_height = _row_height(result)
    height = max(60, row_height * len(result["responses"]))
    base = alt.Chart(alt.InlineData(values=rows))
    x = alt.X(
        "start:Q",
        title=None,
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(labelExpr=PERCENT, values=[0, 0.25, 0.5, 0.75, 1], labelFlush=False, grid=False),
    )
    names = [
        line
        for place, name in enumerate(result["responses"])
        for line in name_at(name, -12, row_height * (place + 0.5), _LADDER.left - 14)
    ]
    layers = [
        base.mark_bar(size=22, stroke=theme.GROUND, strokeWidth=1).encode(
            x=x, x2="end:Q", y=alt.Y("y:Q", scale=None, axis=None), color=alt.Color("colour:N", scale=None)
        ),
        *_inside(rows),
        texts(names, align="right"),
        texts([{"x": _LADDER.width + 12, "y": y, "text": figure} for y, _, _, figure in bars], fontWeight="bold"),
        texts([{"x": _LADDER.width + 12, "y": -16, "text": "aid or more"}], color=theme.FAINT),
        *_key(),
    ]
    if result.get(ANTICIPATED):
        layers.append(_kinds(bars))
    attacked = max((int(shares["n"]) for shares in result["responses"].values()), default=0)
    count = f"{worlds(attacked)} with an attack, of {int(result['trials']):,}, seed {result['seed']}"
    below = [
        question_of(result),
        f"Highest response in the month of the first attack, {count}."
        if result.get(ANTICIPATED)
        else f"Highest response in the {count}.",
        _EXPECTED if result.get(ANTICIPATED) else "",
    ]
    return finished(layers, _LADDER, height, finding=response_finding(result), below=below, source=run_line(result))


def arm_response_chart(found: Mapping[str, Any], arm: str | None = None) -> alt.LayerChart:
    """How far each guarantor goes given an attack, in one arm of a comparison.

    Args:
        found: the JSON object of `article4 compare`.
        arm: which; by default the last.
    """
    name = arm or list(found["arms"])[-1]
    held = found["arms"][name]
    asks = f"{plain(name, 60)}: {plain(held['title'], 120)}."
    return response_chart({**held, "trials": found["trials"], "seed": found["seed"], "asks": asks})


def response_finding(result: Mapping[str, Any]) -> str:
    """Who goes furthest, in a sentence."""
    if int(result["trials"]) == 1:
        return "One world was played: what its guarantors did says nothing of how likely it is."
    known = {name: shares for name, shares in result["responses"].items() if int(shares["n"]) > 0}
    if not known:
        return "Nobody was called upon: no world saw an attack."

    if result.get(ANTICIPATED):
        return _beside(known, result[ANTICIPATED])

    name = max(known, key=lambda one: _reach(known[one]))
    forces, aid = _reach(known[name])
    if forces + aid == 0:
        return "Given an attack, no guarantor goes beyond words in any world."
    return (
        f"Given an attack, {plain(name, 40)} goes furthest: aid or more in {percent(forces + aid)} of worlds, troops "
        f"or combat in {percent(forces)}."
    )


def _reach(shares: Mapping[str, Any]) -> tuple[float, float]:
    """How far a guarantor goes: the share of forces sent, and that of mere aid."""
    return float(shares["troops"] or 0.0) + float(shares["combat"] or 0.0), float(shares["aid"] or 0.0)


def _beside(known: Mapping[str, Any], expected: Mapping[str, Any]) -> str:
    """What attackers expect of who goes furthest, and what comes of it."""
    name = max((one for one in known if one in expected), key=lambda one: _reach(known[one]))
    comes, awaited = (1.0 - float(side[name]["words"]) for side in (known, expected))
    begin = f"When first attackers strike, {plain(name, 40)} sends aid or more in {percent(comes)} of worlds"
    return f"{begin}; they expect it in {percent(awaited)}."


def response_rows(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row per bar and level: where its segment begins and ends, its share, its figure if it has room."""
    rows = []
    expected = result.get(ANTICIPATED) or {}
    row_height = _row_height(result)
    for place, (name, actual) in enumerate(result["responses"].items()):
        bars = [("does", actual, 0.0)]
        if name in expected:
            bars = [("does", actual, -13.0), ("expected", expected[name], 13.0)]
        for kind, shares, shift in bars:
            start = 0.0
            for level in LEVELS:
                share = shares.get(level)
                if share is None:
                    continue
                rows.append(
                    {
                        "guarantor": name,
                        "kind": kind,
                        "level": level,
                        "share": share,
                        "start": start,
                        "end": start + share,
                        "label": percent(share) if share >= _NARROWEST else "",
                        "figure": percent(1.0 - float(shares["words"])) if shares["words"] < 1 else "never",
                        "colour": LADDER_COLOURS[level],
                        "ink": ON_LADDER[level],
                        "y": row_height * (place + 0.5) + shift,
                    }
                )
                start += share
    return rows


def _row_height(result: Mapping[str, Any]) -> int:
    return 62 if result.get(ANTICIPATED) else 34


def _inside(rows: Sequence[Mapping[str, Any]]) -> list[alt.Chart]:
    """Figures inside their segments, dark on light and light on dark."""
    layers = []
    for ink in (theme.INK, theme.GROUND):
        held = [
            {"x": _LADDER.width * (row["start"] + row["end"]) / 2, "y": row["y"], "text": row["label"]}
            for row in rows
            if row["label"] and row["ink"] == ink
        ]
        layers.append(texts(held, align="center", color=ink, fontSize=theme.SMALL_SIZE))
    return layers


def _key() -> list[alt.Chart]:
    """Which shade is which level: patches with their names above the bars, in the order of the stack."""
    import altair as alt  # noqa: PLC0415 - see response_chart

    labels = {"words": "words only", "aid": "aid", "troops": "troops", "combat": "combat"}
    x, patches, names = 6.0, [], []
    for level in LEVELS:
        patches.append({"x": x, "y": -16, "colour": LADDER_COLOURS[level]})
        names.append({"x": x + 12, "y": -16, "text": labels[level]})
        x += 34 + theme.breadth(labels[level]) * theme.TEXT_SIZE
    squares = (
        alt.Chart(alt.InlineData(values=patches))
        .mark_point(shape="square", filled=True, size=150, opacity=1, stroke=theme.FAINT, strokeWidth=0.5)
        .encode(x=alt.X("x:Q", scale=None), y=alt.Y("y:Q", scale=None), color=alt.Color("colour:N", scale=None))
    )
    return [squares, texts(names)]


def _kinds(bars: Sequence[tuple[float, str, str, str]]) -> alt.Chart:
    """What the two bars of a guarantor are, written at its first pair."""
    shown = {"does": "does", "expected": "expected"}
    held = [{"x": _LADDER.width + 64, "y": y, "text": shown[kind]} for y, _, kind, _ in bars]
    return texts(held, color=theme.FAINT)


_LUCK = Frame(left=304, right=60)


def luck_chart(result: Mapping[str, Any]) -> alt.LayerChart:
    """Of what makes worlds differ, how much is luck and how much is what is not known, metric by metric.

    A bar a metric, its variance stacked to 100 %: luck within parameter sets, ignorance between them. A metric whose
    variance cannot be split is named without a bar.

    Args:
        result: the JSON object of `article4 run`.
    """
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    rows = luck_rows(result)
    height = 30 * len(rows)
    base = alt.Chart(alt.InlineData(values=rows))
    axis = alt.Axis(labelExpr=PERCENT, values=[0, 0.25, 0.5, 0.75, 1], labelFlush=False, grid=False)
    scale = alt.Scale(domain=[0, 1], nice=False)
    y = alt.Y("y:Q", scale=None, axis=None)
    known = alt.datum.ignorance != None  # noqa: E711 - an expression of Vega, not a comparison of ours
    split = base.transform_filter(known)
    names = [
        {"x": -12, "y": row["y"], "text": fitted(row["label"], _LUCK.left - 14, theme.TEXT_SIZE, 1)[0]} for row in rows
    ]
    told = [{"x": _LUCK.width + 10, "y": row["y"], "text": row["figure"]} for row in rows]
    nothing = [{"x": 6, "y": row["y"], "text": row["note"]} for row in rows if row["note"]]
    layers = [
        split.mark_bar(size=18, color=theme.CALM).encode(
            x=alt.X("nothing:Q", title=None, scale=scale, axis=axis), x2="ignorance:Q", y=y
        ),
        split.mark_bar(size=18, color="#dfe6ea").encode(
            x=alt.X("ignorance:Q", title=None, scale=scale, axis=axis), x2="all:Q", y=y
        ),
        texts(names, align="right"),
        texts(told, fontWeight="bold", color=theme.CALM),
        texts(nothing, color=theme.FAINT),
    ]
    if any(row["ignorance"] is not None for row in rows):
        layers += [
            texts([{"x": 0, "y": -12, "text": "what is not known"}], color=theme.CALM, fontWeight="bold"),
            texts([{"x": _LUCK.width, "y": -12, "text": "luck"}], align="right", color=theme.FAINT, fontWeight="bold"),
        ]
    below = [question_of(result), f"Shares of the variance between worlds. {played(result, arms=False)}"]
    return finished(layers, _LUCK, height, finding=luck_finding(rows), below=below, source=run_line(result))


def luck_finding(rows: Sequence[Mapping[str, Any]]) -> str:
    """What ignorance does at most, in a sentence."""
    known = [row for row in rows if row["ignorance"] is not None]
    if not known:
        return "Luck and ignorance cannot be told apart: too few worlds, or all alike."
    most = max(known, key=lambda row: row["ignorance"])
    least = min(known, key=lambda row: row["ignorance"])
    if len(known) == 1:
        return f"Of the spread in “{most['label']}”, {most['figure']} comes from what is not known; the rest is luck."
    return (
        f"What is not known makes {least['figure']} (“{least['label']}”) to {most['figure']} (“{most['label']}”) of "
        "the spread between worlds; the rest is luck."
    )


def luck_rows(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a metric, unconditional ones first: ignorance as a share of the variance, or null and why."""
    names = sorted(
        (name for name in METRICS if name in result["metrics"]), key=lambda m: list(GIVEN).index(CONDITIONS.get(m))
    )
    rows = []
    for place, name in enumerate(names):
        metric = result["metrics"][name]
        parts = metric.get("variance")
        whole = parts["luck"] + parts["ignorance"] if parts else 0.0
        share = parts["ignorance"] / whole if whole > 0 else None
        given = {"attack": ", if attacked", "invoked": ", if invoked"}.get(CONDITIONS.get(name, ""), "")
        note = ""
        if share is None:
            note = "all worlds alike" if metric.get("mc_se") == 0 else "too few cases" if metric["n"] else "no case"
        rows.append(
            {
                "metric": name,
                "label": METRICS[name][0] + given,
                "nothing": 0.0,
                "ignorance": share,
                "all": 1.0,
                "figure": "" if share is None else percent(share),
                "note": note,
                "y": 30 * (place + 0.5),
            }
        )
    return rows
