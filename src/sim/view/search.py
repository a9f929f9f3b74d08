"""What a break-even search and a decomposition say in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.view.comparison import signed
from sim.view.tables import Table, table_text
from sim.view.words import MEANING, METRICS, MISSING, error_shown, interval, percent, plain, quantity, worlds

if TYPE_CHECKING:
    from collections.abc import Mapping


def breakeven_line(found: Mapping[str, Any]) -> str:
    """The answer in a sentence."""
    what = _what(found)
    target = _amount(found["metric"], found["target"], found["against"])
    low, high = found["searched"]
    name = plain(found["parameter"], 80)
    if not found["reached"]:
        achieved = _amount(found["metric"], found["achieved"], found["against"])
        near = MISSING if found["nearest"] is None else f"{found['nearest']:.4g}"
        return (
            f"Out of reach: {what} does not come to {target} with {name} from {low:g} to {high:g}; nearest is "
            f"{achieved}, at {near}."
        )
    value = quantity(found["value"], found["mc_se"], 3)
    known = "" if found["recorded"] is None else f"; the scenario has {found['recorded']:g}"
    return f"{what.capitalize()} comes to {target} with {name} at {value}{_ends(found)}{known}."


def breakeven_text(found: Mapping[str, Any]) -> str:
    """Everything `article4 breakeven` prints, the answer first."""
    lines = [breakeven_line(found), ""]
    arms = f" of each of {plain(found['against'], 60)}, {plain(found['scenario'], 60)}" if found["against"] else ""
    lines.append(
        f"{found['evaluations']} values tried from {found['searched'][0]:g} to {found['searched'][1]:g}, "
        f"{worlds(int(found['trials']))}{arms} at each on the same draws, seed {found['seed']}."
    )
    if found["reached"]:
        lines.append(
            f"±{error_shown(found['mc_se'])}: Monte Carlo error. Brackets: 90 % interval over what is not known."
        )
    if len(found["crossings"]) > 1:
        places = ", ".join(
            f"{one['value']:.4g}{'' if one['clear'] else ' (not clear of luck)'}" for one in found["crossings"]
        )
        lines.append(f"It is met more than once: at {places}. Told above is the one nearest to the scenario's value.")
    if found["note"]:
        lines.append(plain(found["note"], 300))
    lines += ["", f"Stored {plain(found['out'])}", f"Again  {found['again']}"]
    return "\n".join(lines)


def decomposition_line(found: Mapping[str, Any]) -> str:
    """The answer in a sentence: what the arm takes off the hazard, and through what."""
    hazard = found["metrics"]["hazard"]
    arm, control = plain(found["arm"], 60), plain(found["control"], 60)

    def mille(part: Mapping[str, Any]) -> str:
        return signed(1000 * part["mean"], 1000 * (part["mc_se"] or 0.0))

    shares = ", ".join(f"{name} {mille(part)}" for name, part in hazard["shares"].items())
    begin = f"{arm} in place of {control} changes the monthly hazard of attack by"
    return f"{begin} {mille(hazard['effect'])} per mille: {shares}."


def decomposition_text(found: Mapping[str, Any]) -> str:
    """Everything `article4 decompose` prints, the answer first."""
    parts = [decomposition_line(found)]
    parts.append(
        f"{worlds(int(found['trials']))} of each of {2 ** len(found['factors']) + 1} arms on the same draws, seed "
        f"{found['seed']}.\n{MEANING}"
    )
    parts += [table_text(_shares(found, metric)) for metric in ("hazard", "attack", "months_to_attack", "campaign")]
    parts.append(
        "share: Shapley value, the mean over all orders of switching channels on; alone, last: on first, on last.\n"
        "other: what is left with all channels off, such as how help is asked for where a treaty is in force."
    )
    parts.append(f"Stored {plain(found['out'])}\nAgain  {found['again']}")
    return "\n\n".join(parts)


def _shares(found: Mapping[str, Any], metric: str) -> Table:
    told = found["metrics"][metric]
    label, kind = METRICS[metric]
    scale = 100.0 if kind == "share" else 1000.0 if metric == "hazard" else 1.0

    def shown(mean: float | None, error: float | None) -> str:
        return signed(None if mean is None else scale * mean, None if error is None else scale * error)

    rows = []
    for name, part in [*told["shares"].items(), ("all", told["effect"])]:
        error = part["mc_se"]
        beside = tuple(
            shown(part.get(how), error) if part.get(how) is not None else MISSING for how in ("alone", "last")
        )
        rows.append(
            (
                name,
                shown(part["mean"], error),
                error_shown(error, scale),
                interval(part["interval"], error, scale),
                *beside,
            )
        )
    unit = "percentage points" if kind == "share" else "per mille" if metric == "hazard" else "months"
    title = f"{label[:1].upper()}{label[1:]}, in {unit}"
    return Table(title, ("", "share", "±", "90 %", "alone", "last"), tuple(rows))


def _what(found: Mapping[str, Any]) -> str:
    scenario = plain(found["scenario"], 60)
    if found["metric"] == "hazard_ratio":
        return f"the hazard ratio of {scenario} over {plain(found['against'], 60)}"
    label = METRICS[found["metric"]][0]
    if found["against"]:
        return f'the change in "{label}" that {scenario} makes beside {plain(found["against"], 60)}'
    return f'"{label}" in {scenario}'


def _amount(metric: str, value: float | None, against: str | None) -> str:
    if value is None:
        return MISSING
    if METRICS.get(metric, ("", "count"))[1] != "share":
        return f"{value:.4g}"
    return f"{100 * value:+.3g} points" if against else percent(value, 0.001)


def _ends(found: Mapping[str, Any]) -> str:
    if found["interval"] is None:
        return ""
    low, high = (None if end is None else f"{end:.2f}" for end in found["interval"])
    below = f"below {found['searched'][0]:g}"
    above = f"above {found['searched'][1]:g}"
    return f" [{low or below}, {high or above}]"
