"""What a sweep says in a terminal: between which values the answer moves, then the numbers at every point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sim.view.tables import Table, table_text
from sim.view.words import MEANING, interval, percent, plain, quantity, worlds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_ROWS: Final = 60
"""Points that are listed; of more, those at both ends."""

MOST_NAMED: Final = 3
"""Axes that a sentence names; of more, it names the first and counts the others, so that both ends fit a title."""

DRAWN: Final = ("lhs", "sobol")
"""Designs whose values are drawn."""


def sweep_text(found: Mapping[str, Any], charts: Sequence[str] = (), again: str | None = None) -> str:
    """Everything `article4 sweep` prints, the answer first.

    Args:
        found: the JSON object of the sweep.
        charts: paths of what was written beside the trials.
        again: the command that gives the same sweep.
    """
    parts = [sweep_line(found), _setting(found)]
    axes = list(found["axes"])
    if found["design"] == "grid" and len(axes) == 2:
        parts += [table_text(table) for table in _maps(found)]
    else:
        parts.append(table_text(_list(found)))
    where = [("Stored", plain(found["out"]))] if found.get("out") else []
    where += [("Files", ", ".join(charts))] if charts else []
    where += [("Again", again)] if again else []
    if where:
        parts.append("\n".join(f"{name:<7}{text}" for name, text in where))
    return "\n\n".join(parts)


def sweep_line(found: Mapping[str, Any]) -> str:
    """The answer in a sentence: between which values it moves, and where."""
    protege, span = plain(found.get("protege") or "The protégé", 40), f"within {found['horizon']} months"
    if "horizon" in found["axes"]:
        span = "within the months played"
    points = found["points"]
    if found["control"] is None:
        known = [(point["metrics"]["attack"]["mean"], point) for point in points]
        low, high = min(known, key=lambda one: one[0]), max(known, key=lambda one: one[0])
        if low[0] == high[0]:
            where = at_text(low[1], found) if len(known) == 1 else f"at each of {len(known)} points"
            return f"{protege} is attacked {span} in {percent(low[0])} of worlds ({where})."
        return (
            f"{protege} is attacked {span} in {percent(low[0])} of worlds ({at_text(low[1], found)}) to "
            f"{percent(high[0])} ({at_text(high[1], found)})."
        )
    arm = found["arms"][1]
    ratios = [(ratio, point) for point in points if (ratio := point["arms"][arm]["hazard_ratio"]["mean"]) is not None]
    if not ratios:
        return f"{protege} is attacked {span} at no point in one of the arms: there is no hazard ratio."
    low, high = min(ratios, key=lambda one: one[0]), max(ratios, key=lambda one: one[0])
    begin = f"{plain(arm, 60)} in place of {plain(found['control'], 60)} multiplies the hazard of attack by"
    if low[0] == high[0]:
        where = at_text(low[1], found) if len(ratios) == 1 else f"at each of {len(ratios)} points"
        return f"{begin} {_ratio(low, arm)} ({where})."
    return f"{begin} {_ratio(low, arm)} ({at_text(low[1], found)}) to {_ratio(high, arm)} ({at_text(high[1], found)})."


def short_names(axes: Sequence[str]) -> dict[str, str]:
    """Axes by their last parts: as few as tell them apart, two at least; of a state's numbers the state is named."""
    parts = 2
    while True:
        shown = {}
        for name in axes:
            own = name.removeprefix("states.")
            shown[name] = ".".join(own.split(".")[-parts:]) if own == name else own
        if len(set(shown.values())) == len(axes) or parts > 8:
            return shown
        parts += 1


def value_text(value: Any, digits: int = 4) -> str:
    """A value of an axis in few characters; a number in so many significant digits."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.{digits}g}"
    return plain(value, 24)


def _ratio(known: tuple[float, Mapping[str, Any]], arm: str) -> str:
    found = known[1]["arms"][arm]["hazard_ratio"]
    ends = f" {interval(found['interval'], found['mc_se'])}" if found["interval"] else ""
    return f"{quantity(found['mean'], found['mc_se'], 2)}{ends}"


def at_text(point: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """Where a point lies, in few words: of many axes its number in sweep.csv, the first axis and how many others."""
    rest = len(found["axes"]) - 1
    return point_name(point, found) + (f" and {rest} others" if rest >= MOST_NAMED else "")


def point_name(point: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """What a point is called in a list: where it lies; of many axes its number in sweep.csv and the first axis."""
    told = _values(point, found)
    return ", ".join(told) if len(told) <= MOST_NAMED else f"point {found['points'].index(point)}: {told[0]}"


def _values(point: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """The axes with their values; those that were drawn rather than chosen need fewer digits."""
    short, digits = short_names(list(found["axes"])), 3 if found["design"] in DRAWN else 4
    return [f"{short[name]} {value_text(value, digits)}" for name, value in point["at"].items()]


def _setting(found: Mapping[str, Any]) -> str:
    tied = "".join(f"\n{name} also sets {', '.join(others)}." for name, others in found["tied"].items())
    arms = f" of each of {', '.join(plain(arm, 60) for arm in found['arms'])}" if found["control"] else ""
    return (
        f"{plain(found['title'], 200)}: {len(found['points'])} points, {worlds(int(found['trials']))}{arms} at each, "
        f"on the same draws, seed {found['seed']}.{tied}\n{MEANING}"
    )


def _maps(found: Mapping[str, Any]) -> list[Table]:
    """Two axes as rows and columns: P(attack) of each arm, and the hazard ratio."""
    (down, rows), (across, columns) = found["axes"].items()
    short = short_names([down, across])
    at = {(repr(point["at"][down]), repr(point["at"][across])): point for point in found["points"]}
    header = (f"{short[down]} \\ {short[across]}", *(value_text(value) for value in columns))

    def table(title: str, cell: Any, note: str = "") -> Table:
        body = tuple((value_text(row), *(cell(at[(repr(row), repr(column))]) for column in columns)) for row in rows)
        return Table(title, header, body, note)

    def shares(arm: str) -> Table:
        name = f", {plain(arm, 60)}" if found["control"] else ""
        return table(f"Attacked at all{name}", lambda point: _share(_own(point, arm)))

    def ratios(arm: str) -> Table:
        title = f"Hazard ratio, {plain(arm, 60)} over {plain(found['control'], 60)}"
        return table(title, lambda point: _number(point["arms"][arm]["hazard_ratio"]))

    return [*map(shares, found["arms"]), *map(ratios, found["arms"][1:])]


def _list(found: Mapping[str, Any]) -> Table:
    """A row a point: the axes, P(attack) of each arm, the hazard ratios with interval."""
    short = short_names(list(found["axes"]))
    arms = found["arms"]
    treated = arms[1:] if found["control"] else []
    header = (
        *short.values(),
        *(f"attacked, {plain(arm, 20)}" if found["control"] else "attacked" for arm in arms),
        *(part for arm in treated for part in (f"ratio, {plain(arm, 20)}", "±", "90 %")),
    )
    rows = []
    for point in found["points"]:
        ratios = [point["arms"][arm]["hazard_ratio"] for arm in treated]
        rows.append(
            (
                *(value_text(value) for value in point["at"].values()),
                *(_share(_own(point, arm)) for arm in arms),
                *(
                    part
                    for ratio in ratios
                    for part in (_number(ratio), _error(ratio), interval(ratio["interval"], ratio["mc_se"]))
                ),
            )
        )
    note = ""
    if len(rows) > MOST_ROWS:
        note = f"  … {len(rows) - MOST_ROWS:,} more points between; all are in sweep.csv and sweep.nc."
        rows = [*rows[: MOST_ROWS // 2], *rows[-MOST_ROWS // 2 :]]
    return Table("At every point", header, tuple(rows), note, text_columns=len(short))


def _own(point: Mapping[str, Any], arm: str) -> Mapping[str, Any]:
    own: Mapping[str, Any] = point["arms"][arm] if "arms" in point else point
    return own


def _share(own: Mapping[str, Any]) -> str:
    attack = own["metrics"]["attack"]
    return percent(attack["mean"], attack["mc_se"])


def _number(ratio: Mapping[str, Any]) -> str:
    return quantity(ratio["mean"], ratio["mc_se"], 2)


def _error(ratio: Mapping[str, Any]) -> str:
    return "-" if ratio["mc_se"] is None else f"{ratio['mc_se']:.2g}"
