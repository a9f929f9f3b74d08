"""What a comparison says in a terminal: the answer for each arm, then what changes, and in which worlds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.view.tables import Table, table_text
from sim.view.words import (
    CONDITIONS,
    GIVEN,
    MEANING,
    METRICS,
    MISSING,
    OUTCOMES,
    error_shown,
    interval,
    percent,
    plain,
    quantity,
    worlds,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STRATA: Mapping[str, str] = {
    "never": "attacked in neither",
    "deterred": "deterred: only without",
    "provoked": "provoked: only with",
    "regardless": "attacked in both",
}
"""What the strata are called: with and without mean in the arm and in the control."""

ESTIMANDS: Mapping[str, str] = {
    "fiat": "cover is set, whatever the members would have decided",
    "as admitted": "only worlds in which the members admitted it: a selected set",
    "applies now": "the whole path: vote, wait, cover or refusal",
}
"""What a difference to a scenario of each estimand means."""


def comparison_text(found: Mapping[str, Any], charts: Sequence[str] = (), again: str | None = None) -> str:
    """Everything `article4 compare` prints, the answer first.

    Args:
        found: the JSON object of the comparison.
        charts: paths of the charts drawn.
        again: the command that gives the same comparison.
    """
    parts = ["\n".join(comparison_lines(found)), _setting(found)]
    parts += [table_text(table) for table in comparison_tables(found)]
    where = [("Stored", plain(found["out"]))] if found.get("out") else []
    where += [("Charts", ", ".join(charts))] if charts else []
    where += [("Again", again)] if again else []
    if where:
        parts.append("\n".join(f"{name:<7}{text}" for name, text in where))
    return "\n\n".join(parts)


def comparison_tables(found: Mapping[str, Any]) -> list[Table]:
    """The three tables of each arm: what it changes, in which worlds, how they end."""
    return [
        table
        for name in _treated(found)
        for table in (_effects(found, name), _strata(found, name), _severity(found, name))
    ]


ONE_WORLD = "One world an arm was played, which says nothing of how likely anything is."
"""What is said of a comparison that has no finding."""


def comparison_lines(found: Mapping[str, Any]) -> list[str]:
    """The answer, a sentence an arm: how much less often there is an attack, and in how many worlds."""
    if int(found["trials"]) == 1:
        return [ONE_WORLD]
    return [_sentence(found, name) for name in _treated(found)]


def _treated(found: Mapping[str, Any]) -> list[str]:
    return [name for name in found["arms"] if name != found["control"]]


def _sentence(found: Mapping[str, Any], name: str) -> str:
    control, arm = found["arms"][found["control"]], found["arms"][name]
    protege = plain(found.get("protege") or "The protégé", 40)
    span = f"within {found['horizon']} month{'' if found['horizon'] == 1 else 's'}"
    begin = f"With {plain(name, 60)} in place of {plain(found['control'], 60)}"
    before, after = control["metrics"]["attack"], arm["metrics"]["attack"]
    if before["mean"] == after["mean"] == 0:
        return f"{begin}, {protege} is attacked {span} in none of {worlds(int(found['trials']))} either way."
    ratio, effect = arm["hazard_ratio"], arm["effect"]["attack"]
    shares = f"{percent(after['mean'], _fine(after))} of worlds against {percent(before['mean'], _fine(before))}"
    change = f"{points(effect)}{_bracket(effect, 100)}"
    if ratio["mean"] is None:
        return f"{begin}, {protege} is attacked {span} in {shares} ({change})."
    return (
        f"{begin}, {protege} is attacked {_less(ratio['mean'], ratio['mc_se'])} "
        f"(hazard ratio {quantity(ratio['mean'], ratio['mc_se'], 3)}{_bracket(ratio)}); {span} in {shares} ({change})."
    )


def points(effect: Mapping[str, Any]) -> str:
    """A difference of two shares in percentage points, signed, its digits following the Monte Carlo error."""
    text = signed(effect["mean"], effect["mc_se"], 100)
    return "no change" if text == "0" else f"{text} points"


def _less(ratio: float, error: float | None) -> str:
    """A ratio of rates in words."""
    change = percent(abs(1.0 - ratio), error)
    if ratio == 1.0:
        return "as often"
    if error is not None and abs(1.0 - ratio) < 2.0 * error:
        return f"about as often, {change} {'less' if ratio < 1 else 'more'}"
    return f"{change} {'less' if ratio < 1 else 'more'} often"


def _fine(metric: Mapping[str, Any]) -> float | None:
    """The error that sets the digits of a share in a sentence: whole percentages, unless it lies near 0 or 1."""
    share, error = metric["mean"], metric["mc_se"]
    return error if error is not None and share is not None and min(share, 1 - share) < 0.01 else None


def _bracket(effect: Mapping[str, Any], scale: float = 1.0) -> str:
    return f" {interval(effect['interval'], effect['mc_se'], scale)}" if effect["interval"] else ""


def signed(mean: float | None, error: float | None, scale: float = 1.0) -> str:
    """A difference with its sign, in the digits that its error leaves; no sign where it is nothing."""
    if mean is None:
        return MISSING
    if mean == 0:
        return "0"
    scaled_error = None if error is None else scale * error
    text = quantity(abs(scale * mean), scaled_error, 2 if scale == 100 else 4)
    return ("+" if mean > 0 else "-") + text


def _setting(found: Mapping[str, Any]) -> str:
    """What was played against what, what a difference means, and what the brackets mean."""
    lines = [f"{worlds(int(found['trials']))} an arm on the same draws, seed {found['seed']}."]
    for name, arm in found["arms"].items():
        role = "control" if name == found["control"] else "arm"
        estimand = arm.get("estimand")
        meaning = f" [{estimand}: {ESTIMANDS[estimand]}]" if estimand in ESTIMANDS else ""
        lines.append(f"{role:<8} {plain(name, 60)}: {plain(arm['title'], 120)}{meaning}")
    lines.append(MEANING)
    return "\n".join(lines)


def _effects(found: Mapping[str, Any], name: str) -> Table:
    """Every metric in the control and in the arm, and the difference."""
    control, arm = found["arms"][found["control"]], found["arms"][name]
    rows = [_ratio_row(control, arm)]
    names = sorted(
        (metric for metric in METRICS if metric in arm["effect"]), key=lambda m: list(GIVEN).index(CONDITIONS.get(m))
    )
    rows += [_effect_row(metric, found, control, arm) for metric in names]
    gain = arm["pairing"].get("months_to_attack")
    note = ""
    if gain is not None and gain > 0:
        note = (
            f"  Shared draws: the change in months without attack has {percent(gain)} of the variance of unpaired runs."
        )
    header = ("", plain(found["control"], 24), plain(name, 24), "change", "±", "90 %")
    return Table(f"What {plain(name, 60)} changes", header, tuple(rows), note)


def _ratio_row(control: Mapping[str, Any], arm: Mapping[str, Any]) -> tuple[str, ...]:
    ratio = arm["hazard_ratio"]
    error = ratio["mc_se"]
    hazards = (side["metrics"]["hazard"] for side in (control, arm))
    shown = tuple(quantity(hazard["mean"], hazard["mc_se"]) for hazard in hazards)
    change = MISSING if ratio["mean"] is None else f"x {quantity(ratio['mean'], error, 3)}"
    return ("hazard ratio", *shown, change, error_shown(error), interval(ratio["interval"], error))


def _effect_row(
    metric: str, found: Mapping[str, Any], control: Mapping[str, Any], arm: Mapping[str, Any]
) -> tuple[str, ...]:
    label, kind = METRICS[metric]
    if metric == "months_to_attack":
        label += f" (of {found['horizon']})"
    given = GIVEN[CONDITIONS.get(metric)]
    label += f", {given}" if given else ""
    scale = 100.0 if kind == "share" else 1.0
    sides = [side["metrics"][metric] for side in (control, arm)]
    shown = [(percent if kind == "share" else quantity)(side["mean"], side["mc_se"]) for side in sides]
    effect = arm["effect"][metric]
    error = effect["mc_se"]
    change = signed(effect["mean"], error, scale)
    return (label, *shown, change, error_shown(error, scale), interval(effect["interval"], error, scale))


def _strata(found: Mapping[str, Any], name: str) -> Table:
    arm = found["arms"][name]
    rows = []
    for stratum, label in STRATA.items():
        held = arm["strata"][stratum]
        bounds = arm["bounds"].get(stratum)
        error = held["mc_se"]
        shown = interval(bounds, error, 100) if bounds else ""
        rows.append((label, f"{held['count']:,}", percent(held["share"], error), error_shown(error, 100), shown))
    flipped = "; ".join(
        f"{stratum} {', '.join(map(str, trials[:5]))}" for stratum, trials in arm["flipped"].items() if trials
    )
    note = "  any coupling: what the two shares of attacked worlds allow, had the arms not shared their draws."
    note += f"\n  Some that flipped, by trial: {flipped}." if flipped else ""
    return Table("In which worlds", ("", "worlds", "share", "±", "any coupling"), tuple(rows), note)


def _severity(found: Mapping[str, Any], name: str) -> Table:
    """How worlds end in the control and in the arm."""
    control, arm = found["arms"][found["control"]], found["arms"][name]
    rows = tuple(
        (label, percent(control["outcomes"].get(outcome, 0.0)), percent(arm["outcomes"].get(outcome, 0.0)))
        for outcome, label in OUTCOMES.items()
    )
    shift = arm["severity"]
    milder, graver = (percent(shift[way]["mean"], shift[way]["mc_se"]) for way in ("milder", "graver"))
    note = f"  Highest action (none, strike, campaign): milder in {milder} of worlds, graver in {graver}."
    return Table("How it ends", ("", plain(found["control"], 24), plain(name, 24)), rows, note)
