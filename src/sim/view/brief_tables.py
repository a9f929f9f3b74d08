"""The tables of a brief: what an attack leads to, and what would change the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sim.scenario import meaning
from sim.view.sweep import at_text, value_text
from sim.view.words import CONDITIONS, GIVEN, interval, percent, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.scenario import Scenario

CONSEQUENCES: Final = (
    ("abandoned", "Abandoned: no aid from anyone"),
    ("aided", "Aided by some guarantor"),
    ("honoured", "Honoured: troops or combat"),
    ("leader_fought", "Leader in combat"),
    ("patron_joined", "Patron joins the attacker"),
    ("clash", "Great-power clash"),
)
"""What an attack leads to, for the protégé and for the members that answer; metric -> words."""

MOST_MOVERS: Final = 6
"""Parameters that a table of a brief holds at most."""


@dataclass(frozen=True)
class Grid:
    """A table: a heading for each column, rows of cells, and what is to be said of it."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def consequences(answer: Mapping[str, Any]) -> Grid:
    """What an attack leads to, a column an arm; of a sweep its two ends."""
    sides = _sides(answer)
    rows = []
    for metric, label in CONSEQUENCES:
        given = GIVEN[CONDITIONS.get(metric)] or "of all worlds"
        cells = [_cell(side[metric]) for side in sides.values()]
        rows.append((f"{label}, {given}", *cells))
    known = any(side[metric]["interval"] for side in sides.values() for metric, _ in CONSEQUENCES)
    note = ("Brackets: 90 % interval over what is not known, in percent. " if known else "") + "A dash: no case."
    return Grid("What an attack leads to", ("", *(plain(name, 60) for name in sides)), tuple(rows), note)


def _sides(answer: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    if answer["command"] == "run":
        return {answer["scenario"]: answer["metrics"]}
    if answer["command"] == "compare":
        return {name: arm["metrics"] for name, arm in answer["arms"].items()}

    def metrics(point: Mapping[str, Any]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = (point["arms"][answer["arms"][-1]] if "arms" in point else point)["metrics"]
        return found

    points = sorted(answer["points"], key=lambda point: metrics(point)["attack"]["mean"] or 0.0)
    ends = [points[0]] if len(points) == 1 else [points[0], points[-1]]
    return {at_text(point, answer): metrics(point) for point in ends}


def _cell(metric: Mapping[str, Any]) -> str:
    ends = f" {interval(metric['interval'], metric['mc_se'], 100)}" if metric["interval"] else ""
    return f"{percent(metric['mean'], metric['mc_se'])}{ends}"


def flip_tables(flips: Sequence[Mapping[str, Any]], scenario: Scenario) -> list[Grid]:
    """What would change the answer, a table an arm.

    Args:
        flips: as JSON values.
        scenario: says what parameters mean.
    """
    return [_flip_table(one, scenario, alone=len(flips) == 1) for one in flips]


def _flip_table(flips: Mapping[str, Any], scenario: Scenario, *, alone: bool) -> Grid:
    ratio = flips["quantity"] == "hazard_ratio"
    what = "hazard ratio" if ratio else "share of worlds attacked"
    name = "What would change the answer" + ("" if alone else f": {plain(flips['arm'], 60)}")
    turns = ("turns at 1 (changes nothing)", f"deters ({flips['lines'][-1]:g} or less)") if ratio else ("is even at",)
    movers = flips["movers"][:MOST_MOVERS]
    rows = tuple(
        (f"{mover['parameter']}: {plain(meaning(scenario, mover['parameter']), 90)}", *_cells(mover, ratio=ratio))
        for mover in movers
    )
    return Grid(name, ("number", f"{what} over its range", *turns), rows, _flip_note(flips, what, len(movers)))


def _flip_note(flips: Mapping[str, Any], what: str, shown: int) -> str:
    over = "parameter set" if flips["over"] == "sets" else "point"
    over += "" if flips["cases"] == 1 else "s"
    if flips["note"] is not None:
        return f"{plain(flips['note'])[:1].upper()}{plain(flips['note'])[1:]} ({flips['cases']:,} {over})."
    if flips["over"] == "points":
        return f"Averages over the {flips['cases']:,} points; between neighbouring values a straight line."
    more = f"; the {shown} surest are shown" if len(flips["movers"]) > shown else ""
    verb = "moves" if len(flips["movers"]) == 1 else "move"
    return (
        f"Of {flips['tried']:,} numbers that differ between the {flips['cases']:,} parameter sets, "
        f"{len(flips['movers'])} {verb} the {what} by more than luck would{more}. Straight lines through the sets; "
        "ranges hold 90 % of them; brackets: 90 % interval."
    )


def _cells(mover: Mapping[str, Any], *, ratio: bool) -> list[str]:
    values = mover["values"]
    if len(values) > 3:
        known = [one for one in values if one["answer"] is not None]
        values = [values[0], values[-1]] if mover["crossings"] else known
    told = " → ".join(f"{_answer(one['answer'], ratio=ratio)} at {_value(one['value'])}" for one in values)
    crossed = [_crossing(one) for one in mover["crossings"]] or ["-"] * (2 if ratio else 1)
    return [told, *crossed]


def _value(value: Any) -> str:
    """A value of a parameter: numbers in three digits."""
    return f"{value:.3g}" if isinstance(value, float) else value_text(value)


def _answer(value: float | None, *, ratio: bool) -> str:
    return "-" if value is None else f"{value:.2f}" if ratio else percent(value)


def _crossing(found: Mapping[str, Any]) -> str:
    if found["value"] is None:
        return "not within its values"
    if found["error"] is None:
        return f"{found['value']:.3g}"
    half = 1.645 * found["error"]
    return f"{found['value']:.3g} [{found['value'] - half:.2g}, {found['value'] + half:.2g}]"
