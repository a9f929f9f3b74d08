"""What the estimate of the guarantors' response says: a sentence, then prior beside posterior in tables, then JSON."""

from __future__ import annotations

import dataclasses
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sim.view.tables import Table, table_text
from sim.view.words import percent, plain

if TYPE_CHECKING:
    from sim.record.estimation_report import Report
    from sim.record.predictive import Predicted
    from sim.record.response import Estimate

_TARGET = "Iran attacked"


def estimation_text(report: Report) -> str:
    """The report on stored draws as text, the answer first."""
    tables = [*_responses(report), _coefficients(report), _fitted(report), _extrapolation(report)]
    return "\n\n".join([estimation_headline(report), *map(table_text, tables), _council(report)])


def estimation_headline(report: Report) -> str:
    """Who would do most for an attacked Iran under Article 4, and how far that is more than the prior said."""
    lines = [line for line in report.responses if line.crisis.startswith(_TARGET)]
    if not lines:
        return f"{report.draws:,} draws of the response of guarantors; the target case is not among the crises."
    most = max(lines, key=lambda line: line.combat.mean)
    return (
        f"If Israel and the United States attack Iran and Article 4 is invoked, {most.guarantor} sends aid or more in "
        f"{_share(most.aid)} of cases, troops or more in {_share(most.troops)}, and fights in {_share(most.combat)}; "
        f"no other member is likelier to fight. Before the cases were read: {_share(most.prior_aid)}, "
        f"{_share(most.prior_troops)}, {_share(most.prior_combat)}."
    )


def estimation_json(report: Report) -> dict[str, Any]:
    """The report as JSON values."""
    told = dataclasses.asdict(report)
    told["replay"] |= {
        "fitted": report.replay.fitted,
        "replayed": report.replay.replayed,
        "holds": report.replay.holds,
    }
    return told


def _responses(report: Report) -> list[Table]:
    """One table a guarantor: kinds of crisis, posterior and prior."""
    header = ("", "aid or more", "before", "troops or more", "before", "combat", "before")
    tables = []
    for guarantor, lines in groupby(report.responses, key=lambda line: line.guarantor):
        rows = tuple(
            (
                line.crisis,
                *map(
                    _share,
                    (line.aid, line.prior_aid, line.troops, line.prior_troops, line.combat, line.prior_combat),
                ),
            )
            for line in lines
        )
        tables.append(Table(f"{plain(guarantor)}: probability of each response (before: prior alone)", header, rows))
    return tables


def _coefficients(report: Report) -> Table:
    rows = tuple(
        (line.name, plain(line.meaning, 60), _number(line.posterior), _number(line.prior), percent(line.left))
        for line in report.coefficients
    )
    return Table(
        "Coefficients (logits)",
        ("", "meaning", "posterior", "prior", "left"),
        rows,
        "  left: posterior over prior standard deviation; near 100 % the cases taught nothing, it is the prior.",
        text_columns=2,
    )


def _fitted(report: Report) -> Table:
    rows = tuple(
        (line.group, line.level, str(line.rows), _counts(line.recorded), _number(line.fitted, 1))
        for line in report.fitted
    )
    return Table(
        "Fitted against recorded: rows that reached a level", ("", "level", "of", "recorded", "fitted"), rows, "", 2
    )


def _extrapolation(report: Report) -> Table:
    rows = tuple(
        (
            plain(found.guarantor),
            percent(found.from_prior),
            str(len(found.alike)),
            plain(", ".join(found.mostly_prior) or "-", 90),
        )
        for found in report.extrapolation
    )
    return Table(
        "How far an attacked Iran lies from the record",
        ("", "from the prior", "cases alike", "coefficients that are mostly prior"),
        rows,
        "  from the prior: share of the variance that comes from coefficients the cases say little about.",
    )


def _council(report: Report) -> str:
    replay = report.replay
    verdict = "agrees with" if replay.holds else "departs from"
    return (
        f"The Council of the simulation, put to {len(replay.lines)} case(s) on record, {verdict} the fit: it helps in "
        f"{percent(replay.replayed)} of them, fitted {percent(replay.fitted)} (oppose below {replay.oppose_below:.2f}; "
        f"equal at {report.oppose_below:.2f}).\n{report.draws:,} draws, sha256 {report.digest[:12]}."
    )


def _share(found: Estimate) -> str:
    """A probability and its 90 % interval in percent, with a decimal where all of it is below 10 %."""
    rare = found.high < 0.1
    places = 1 if rare else 0
    ends = f"[{100 * found.low:.{places}f}, {100 * found.high:.{places}f}]"
    return f"{percent(found.mean, 0.001 if rare else None)} {ends}"


def _number(found: Estimate, places: int = 2) -> str:
    return f"{found.mean:.{places}f} [{found.low:.{places}f}, {found.high:.{places}f}]"


def _counts(ends: tuple[int, int]) -> str:
    return str(ends[0]) if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def predictive_text(found: Predicted) -> str:
    """The posterior predictive checks: the record beside records that the fit would make."""
    odd = [check.name for check in found.checks if not 0.05 <= check.p <= 0.95]
    said = "The record looks like one that the fit would make" + (f", but for: {', '.join(odd)}." if odd else ".")
    rows = tuple(
        (check.name, f"{check.observed:g}", f"{check.low:g} to {check.high:g}", f"{check.p:.2f}")
        for check in found.checks
    )
    note = "  p: share of replicated records with as much or more, ties counting half; near 0 or 1 the fit misses it."
    header = ("number of", "record", "replicated (90 %)", "p")
    name, k = found.worst_k
    elpd, error = found.elpd
    left = (
        f"Each of {found.crises} crises left out in turn: log predictive density {elpd:.1f} ± {error:.1f}, "
        f"{found.effective:.1f} effective parameters, greatest Pareto k {k:.2f} ({plain(name)})"
        + (f"; too great to be trusted for {', '.join(map(plain, found.over))}." if found.over else ".")
    )
    return "\n\n".join([said, table_text(Table("Posterior predictive checks", header, rows, note)), left])
