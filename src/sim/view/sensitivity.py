"""What a sensitivity analysis says in a terminal: what drives the answer most, and where an arm deters."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sim.view.sweep import short_names, value_text
from sim.view.tables import Table, table_text
from sim.view.words import MISSING, percent, plain, worlds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_ROWS: Final = 15
"""Parameters that a table lists: those above the floor come first."""

BAR: Final = 24
"""Characters of the longest bar."""

INDICES: Final = MappingProxyType(
    {"morris": ("mu_star", "mu", "sigma"), "sobol": ("total", "first"), "given_data": ("first",)}
)
"""Indices of a method as they are shown; parameters are ranked by the first."""

QUANTITIES: Final = MappingProxyType(
    {
        "attack": ("P(attack)", 100.0, "points"),
        "hazard": ("the monthly hazard of attack", 1000.0, "per mille"),
        "months_to_attack": ("the months without attack", 1.0, "months"),
        "hazard_ratio": ("the hazard ratio", 1.0, ""),
    }
)
"""Metric -> (what it is called, scale at which changes of it are shown, their unit)."""

_EXPLAINED: Final = MappingProxyType(
    {
        "morris": "mu*: how far it moves, up or down, as the parameter goes from its 5 % to its 95 % quantile, all "
        "else being anywhere; mu: the same with its sign; sigma: how much that depends on the rest.",
        "sobol": "total: share of its variance that the parameter has a hand in, by itself or together with others; "
        "first: by itself.",
        "given_data": "share: of its variance, what the parameter tells by itself or through those it goes along with; "
        "shares can add up to more than 1.",
    }
)
_FLOORS: Final = MappingProxyType(
    {
        "morris": "a dummy that stands for no parameter, but picks the seed",
        "sobol": "a dummy that stands for no parameter, but picks the seed",
        "given_data": "the greatest share of all when the values are shuffled; of twenty analyses, one has a parameter "
        "above it that does nothing",
    }
)


def sensitivity_text(found: Mapping[str, Any], files: Sequence[str] = (), again: str | None = None) -> str:
    """Everything `article4 sensitivity` prints, the answer first.

    Args:
        found: the JSON object of the analysis.
        files: paths of what was written beside the trials.
        again: the command that gives the same analysis.
    """
    parts = ["\n".join(sensitivity_lines(found)), _setting(found)]
    parts += [table_text(_drivers(one, found)) for one in shown(found) if _known(one, found)]
    parts += [text for region in found["deters"] if (text := _region(region, found))]
    where = [("Stored", plain(found["out"]))] if found.get("out") else []
    where += [("Files", ", ".join(files))] if files else []
    where += [("Again", again)] if again else []
    if where:
        parts.append("\n".join(f"{name:<7}{text}" for name, text in where))
    return "\n\n".join(parts)


def sensitivity_lines(found: Mapping[str, Any]) -> list[str]:
    """The answer in sentences: what drives what most, then where each arm deters."""
    leads = [one for one in shown(found) if one["metric"] == "attack"]
    return [driver_line(one, found) for one in leads] + [region_line(region, found) for region in found["deters"]]


def driver_line(one: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """What drives one quantity most, in a sentence."""
    what = called(one, found)
    by = INDICES[found["method"]][0]
    if not _known(one, found):
        return (
            f"What drives {what} cannot be told: {plain((one['note'] or 'no index').removeprefix('no index: '), 200)}."
        )
    told = [name for name, indices in one["parameters"].items() if indices[by]["above_floor"]]
    if not told:
        return f"No parameter is told from luck in what drives {what}."
    short = short_names(list(one["parameters"]))
    most = ", ".join(f"{short[name]} ({_amount(one['parameters'][name][by], one, found)})" for name in told[:3])
    are = "is" if len(told) == 1 else "are"
    return f"What drives {what} most: {most}; {len(told)} of {len(short)} parameters {are} told from luck."


def region_line(region: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """Where an arm deters, in a sentence."""
    arm, cases = plain(region["arm"], 60), cases_of(found)
    often = f"in {region['deterred']:,} of {region['cases']:,} {cases}"
    control, most = plain(found["control"], 60), region["hazard_ratio_at_most"]
    what = f"{arm} takes the hazard to {most:g} of that of {control} or below"
    if region["box"] is None or not region["box"]["limits"]:
        return f"{what} {often}: {plain(region['note'] or 'no box', 200)}."
    box = region["box"]
    short = short_names(list(box["limits"])) if len(box["limits"]) > 1 else {name: name for name in box["limits"]}
    limits = " and ".join(f"{short[name]} {limit_text(limit)}" for name, limit in box["limits"].items())
    outside = [short[name] for name, limit in box["limits"].items() if not limit["own_inside"]]
    has = f"the median of {arm}" if found["over"] == "sets" else f"{arm} as it is"
    own = f"{has} lies outside ({', '.join(outside)})" if outside else f"{has} lies inside"
    return (
        f"{what} {often}; {percent(box['coverage'])} of these lie where {limits}, and there it does so in "
        f"{percent(box['density'])}; {own}."
    )


def limit_text(limit: Mapping[str, Any]) -> str:
    """A limit of a box in words."""
    if "values" in limit:
        return f"is {' or '.join(value_text(value) for value in limit['values'])}"
    low, high = limit["low"], limit["high"]
    if low is None:
        return f"is below {value_text(high)}"
    return f"is above {value_text(low)}" if high is None else f"is {value_text(low)} to {value_text(high)}"


def shown(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The quantities that are told in a terminal: of effects and of the last arm P(attack) and the hazard."""
    last = found["arms"][-1]
    return [
        one
        for one in found["analyses"]
        if (one["kind"] == "effect" and one["metric"] in {"attack", "hazard"})
        or (one["arm"] == last and one["metric"] == "attack")
        or (found["control"] is None and one["metric"] == "hazard")
    ]


def called(one: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """What a quantity is called in a sentence."""
    what = QUANTITIES[one["metric"]][0]
    if one["kind"] == "effect":
        beside = f"{plain(one['arm'], 60)} in place of {plain(found['control'], 60)}"
        return f"{what} of {beside}" if one["metric"] == "hazard_ratio" else f"the effect of {beside} on {what}"
    return f"{what} of {plain(one['arm'], 60)}" if found["control"] else what


def cases_of(found: Mapping[str, Any]) -> str:
    """What the cases are."""
    return "parameter sets" if found["over"] == "sets" else "points"


def figure(value: float | None, one: Mapping[str, Any], method: str) -> str:
    """An index in figures: of Morris in the unit of the quantity, else a share."""
    if value is None:
        return MISSING
    if method == "morris":
        return f"{QUANTITIES[one['metric']][1] * value:.2g}"
    return f"{value:.2f}" if abs(value) >= 0.005 else "0.00"


def bracket(index: Mapping[str, Any], one: Mapping[str, Any], method: str) -> str:
    """The interval of an index."""
    if index["interval"] is None:
        return MISSING
    return f"[{', '.join(figure(end, one, method) for end in index['interval'])}]"


def _amount(index: Mapping[str, Any], one: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """An index with its interval: of Morris in the unit of the quantity, else in percent of its variance."""
    if found["method"] == "morris":
        text = f"{figure(index['estimate'], one, 'morris')} {bracket(index, one, 'morris')}"
        return f"{text} {QUANTITIES[one['metric']][2]}".strip()
    low, high = (f"{100 * end:.0f}" for end in index["interval"])
    return f"{100 * index['estimate']:.0f} [{low}, {high}] % of its variance"


def _known(one: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    by = INDICES[found["method"]][0]
    return any(indices[by]["estimate"] is not None for indices in one["parameters"].values())


def _setting(found: Mapping[str, Any]) -> str:
    arms = f" of each of {', '.join(plain(arm, 60) for arm in found['arms'])}" if found["control"] else ""
    tied = "".join(f"\n{name} also sets {', '.join(others)}." for name, others in found.get("tied", {}).items())
    many = worlds(int(found["trials"]))
    if found["over"] == "sets":
        size = f"{many}{arms}, {found['cases']} parameter sets, seed {found['seed']}"
    else:
        method = found["method"].replace("_", " ")
        size = f"{found['cases']:,} points ({method}), {many}{arms} at each, seed {found['seed']}"
    return (
        f"{plain(found['title'], 200)}: {size}.{tied}\n{_EXPLAINED[found['method']]}\nBrackets: 90 % of repeated "
        f"sampling. Floor: what luck makes of {_FLOORS[found['method']]}."
    )


def _drivers(one: Mapping[str, Any], found: Mapping[str, Any]) -> Table:
    """Parameters, the strongest first: a bar, the indices, the interval, and whether it is told from luck."""
    method = found["method"]
    names = INDICES[method]
    by = names[0]
    most = max(abs(indices[by]["estimate"] or 0.0) for indices in one["parameters"].values())
    rows = []
    for name, indices in list(one["parameters"].items())[:MOST_ROWS]:
        first = indices[by]
        length = round(BAR * max(0.0, first["estimate"] or 0.0) / most) if most else 0
        rows.append(
            (
                name,
                "#" * length,
                figure(first["estimate"], one, method),
                bracket(first, one, method),
                *(figure(indices[other]["estimate"], one, method) for other in names[1:]),
                "yes" if first["above_floor"] else "no",
            )
        )
    head = {"mu_star": "mu*", "first": "share" if method == "given_data" else "first"}
    columns = (head.get(by, by), "90 %", *(head.get(name, name) for name in names[1:]), "above floor")
    more = len(one["parameters"]) - len(rows)
    notes = [f"  floor {figure(one['floor'].get(by), one, method)}"]
    notes += [f"{more} more parameters are in sensitivity.csv"] if more else []
    notes += [plain(one["note"], 300)] if one["note"] else []
    unit = f", in {QUANTITIES[one['metric']][2]}" if method == "morris" and QUANTITIES[one["metric"]][2] else ""
    title = f"What drives {called(one, found)}{unit}"
    return Table(title, ("", "", *columns), tuple(rows), "; ".join(notes), text_columns=2)


def _region(region: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """The box of an arm: a row a parameter, and how well the box holds what is looked for."""
    box, cases = region["box"], cases_of(found)
    more = f"In {region['unclear']:,} more {cases} the ratio is as low, but not clear of luck."
    if box is None or not box["limits"]:
        return more if region["unclear"] else ""
    unclear = f" {more}" if region["unclear"] else ""
    rows = tuple(
        (name, limit_text(limit), value_text(limit["own"]), "yes" if limit["own_inside"] else "no")
        for name, limit in box["limits"].items()
    )
    title = f"Where {plain(region['arm'], 60)} deters"
    has = f"{plain(region['arm'], 20)} has{' in the median' if found['over'] == 'sets' else ''}"
    told = table_text(Table(title, ("", "limit", has, "inside"), rows, text_columns=2))
    return (
        f"{told}\n  {percent(box['coverage'])} of the {cases} where it deters lie in this box (coverage); in "
        f"{percent(box['density'])} of the box it deters (density); it holds {percent(box['mass'])} of all {cases}."
        f"{unclear}\n  Of {region['tried']} parameters tried; judged on the {cases} it was made from."
    )
