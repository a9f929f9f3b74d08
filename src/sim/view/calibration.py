"""What a calibration found: a sentence, then targets, rounds, prior beside posterior, and the checks, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.view.tables import Table, table_text
from sim.view.words import MISSING, percent, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PAIRS = 12
"""Pairs that are shown; --json has all."""


def calibration_text(found: Mapping[str, Any]) -> str:
    """One ensemble as text, the answer first."""
    tables = [_targets(found), _rounds(found), _parameters(found), _pairs(found), _checks(found)]
    parts = [calibration_headline(found), *(table_text(table) for table in tables if table.rows)]
    return "\n\n".join([*parts, _pact(found["average_pact"]), _recovery(found["recovery"])])


def calibration_headline(found: Mapping[str, Any]) -> str:
    """How many sets history leaves, and how much it says of how many parameters."""
    chosen = [one for one in found["targets"] if one["role"] == "target"]
    changed = len(found["parameters"]) - len(found["unchanged"])
    return (
        f"Ensemble {found['name']} (data to {found['until']}): {found['accepted']:,} of {found['candidates']:,} "
        f"candidates meet all {len(chosen)} targets, worth {found['effective']:,.0f} equal ones; {found['distinct']:,} "
        f"of them make its {found['sets']:,} sets. Of {len(found['parameters'])} parameters history says something of "
        f"{changed}; {len(found['unchanged'])} stay as they were assumed. Played anew, {percent(found['met_again'])} "
        "of the sets meet all targets again; the rest lie close to a tolerance."
    )


def _pact(found: Mapping[str, Any]) -> str:
    """The second reading of the weight of harm."""
    pairs = zip(found["weights"], found["risks"], found["intervals"], strict=True)
    tried = ", ".join(f"{weight:g}: {risk:.2f} [{low:.2f}, {high:.2f}]" for weight, risk, (low, high) in pairs)
    weight, ends = found["weight"], found["interval"]
    reached = "is met at none of them" if weight is None else f"is met at {weight:.2g}"
    reached += "" if ends is None else f" [{ends[0]:.2g}, {ends[1]:.2g}]"
    return (
        "Second reading of the weight of harm: relative risk of being attacked with the treaty, pacts by lot, by "
        f"weight ({tried}). The middle of the literature's range, {found['aim']:.2f}, {reached}; Huth's crises say 1.1 "
        "to 2.25. Brackets: 90 % over resamples of the sets."
    )


def _targets(found: Mapping[str, Any]) -> Table:
    rows = tuple(
        (
            one["id"],
            one["role"],
            plain(one["title"], 62),
            _ends(one["tolerance"]),
            _number(one["mean"]),
            _ends(one["interval"]),
            MISSING if one["met"] is None else percent(one["met"]),
            MISSING if one["luck"] is None else percent(one["luck"]),
        )
        for one in found["targets"]
    )
    return Table(
        "Targets beside the ensemble",
        ("", "role", "what", "tolerance", "mean", "90 % of sets", "met by", "luck"),
        rows,
        "  target: it chose the sets; check, later: it did not. luck: Monte Carlo error of a set's statistic, in the "
        "tolerance's width.",
        text_columns=3,
    )


def _rounds(found: Mapping[str, Any]) -> Table:
    rows = tuple(
        (
            f"{number} ({one['aimed']})",
            f"{one['candidates']:,}",
            f"{one['accepted']:,}",
            percent(one["acceptance"], 0.001),
            f"{one['effective']:,.0f}",
        )
        for number, one in enumerate(found["rounds"])
    )
    header = ("round", "candidates", "accepted", "acceptance", "effective so far")
    note = "  a round draws from the prior, or from where candidates came near to the targets of the ensemble it names."
    return Table("Rounds", header, rows, note)


def _parameters(found: Mapping[str, Any]) -> Table:
    rows = tuple(
        (one["name"], one["verdict"], _three(one["prior"]), _three(one["posterior"]), percent(one["contraction"]))
        for one in found["parameters"]
    )
    return Table(
        "Parameters: prior beside posterior (5 %, 50 %, 95 %)",
        ("", "history", "prior", "posterior", "contraction"),
        rows,
        "  contraction: by how much the spread of its quantile in the prior shrank. unchanged: what differs could be "
        "chance;\n  whatever an answer says of these is assumed, not learned.",
        text_columns=2,
    )


def _pairs(found: Mapping[str, Any]) -> Table:
    pairs = found["pairs"]
    rows = tuple((one["one"], one["other"], f"{one['correlation']:+.2f}") for one in pairs[:_PAIRS])
    more = f"; {len(pairs) - _PAIRS} weaker ones with --json" if len(pairs) > _PAIRS else ""
    return Table(
        "What history cannot tell apart",
        ("one", "the other", "correlation"),
        rows,
        f"  a set may have more of one if it has more (+) or less (-) of the other{more}.",
        text_columns=2,
    )


def _checks(found: Mapping[str, Any]) -> Table:
    rows = tuple(
        (
            one["id"],
            plain(one["title"], 90),
            _ends(one["tolerance"]),
            _number(one["value"]),
            _ends(one["interval"]),
            MISSING if one["met"] is None else "yes" if one["met"] else "no",
        )
        for one in found["checks"]
    )
    return Table(
        "Checks, which chose nothing",
        ("", "what", "record", "ensemble", "90 %", "within"),
        rows,
        "",
        text_columns=2,
    )


def _recovery(found: Mapping[str, Any]) -> str:
    """What the test of recovery came to, in a sentence."""
    if not found["histories"]:
        return f"Recovery: none of {found['left_out']:,} known sets left enough candidates to say anything."
    said = f", of those that history narrows in {percent(found['chosen'])}" if found["chosen"] is not None else ""
    return (
        f"Recovery: with one simulated world as the record, in {found['histories']:,} known sets "
        f"({found['left_out']:,} left too few candidates), the 90 % interval holds the known value in "
        f"{percent(found['coverage'])} of parameters{said}."
    )


def _number(value: float | None) -> str:
    return MISSING if value is None else f"{value:.2f}"


def _ends(ends: Sequence[float] | None) -> str:
    return MISSING if ends is None else f"{ends[0]:.2f} to {ends[1]:.2f}"


def _three(values: Sequence[float]) -> str:
    return "  ".join(f"{value:.3g}" for value in values)
