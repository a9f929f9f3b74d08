"""What a sweep says in a terminal: between which values the answer moves, then the numbers at every point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sim.view.tables import Table, table_text
from sim.view.words import MEANING, interval, percent, plain, quantity, worlds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_ROWS: Final = 60
"""Points that are listed; of more, those at both ends."""


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
            where = _at(low[1], found) if len(known) == 1 else f"at each of {len(known)} points"
            return f"{protege} is attacked {span} in {percent(low[0])} of worlds ({where})."
        return (
            f"{protege} is attacked {span} in {percent(low[0])} of worlds ({_at(low[1], found)}) to {percent(high[0])} "
            f"({_at(high[1], found)})."
        )
    arm = found["arms"][1]
    ratios = [(ratio, point) for point in points if (ratio := point["arms"][arm]["hazard_ratio"]["mean"]) is not None]
    if not ratios:
        return f"{protege} is attacked {span} at no point in one of the arms: there is no hazard ratio."
    low, high = min(ratios, key=lambda one: one[0]), max(ratios, key=lambda one: one[0])
    begin = f"{plain(arm, 60)} in place of {plain(found['control'], 60)} multiplies the hazard of attack by"
    if low[0] == high[0]:
        where = _at(low[1], found) if len(ratios) == 1 else f"at each of {len(ratios)} points"
        return f"{begin} {_ratio(low, arm)} ({where})."
    return f"{begin} {_ratio(low, arm)} ({_at(low[1], found)}) to {_ratio(high, arm)} ({_at(high[1], found)})."


def short_names(axes: Sequence[str]) -> dict[str, str]:
    """Axes by their last parts: as few as tell them apart, two at least."""
    parts = 2
    while True:
        shown = {name: ".".join(name.split(".")[-parts:]) for name in axes}
        if len(set(shown.values())) == len(axes) or parts > 8:
            return shown
        parts += 1


def value_text(value: Any) -> str:
    """A value of an axis in few characters."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.4g}"
    return plain(value, 24)


def _ratio(known: tuple[float, Mapping[str, Any]], arm: str) -> str:
    found = known[1]["arms"][arm]["hazard_ratio"]
    ends = f" {interval(found['interval'], found['mc_se'])}" if found["interval"] else ""
    return f"{quantity(found['mean'], found['mc_se'], 2)}{ends}"


def _at(point: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    short = short_names(list(found["axes"]))
    return ", ".join(f"{short[name]} {value_text(value)}" for name, value in point["at"].items())


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
