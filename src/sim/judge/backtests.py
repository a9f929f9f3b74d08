"""The cases of scenarios/backtests, read and coded as the estimation codes the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.judge.backtest_file import AnswerCase, AttackCase, Backtest, BacktestFile, bounds
from sim.reading import InputError, Problem, did_you_mean, read_yaml, validated
from sim.record import data_folder, load
from sim.record.coding import load_coding
from sim.record.covariates import COVARIATES, code
from sim.record.estimation_data import COUNCIL, Row
from sim.record.load import entries_in

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from sim.reading import Document


def backtests(folder: Path | None = None) -> tuple[Backtest, ...]:
    """Return every case of a folder (default: those that ship), by the month up to which things were known.

    Raises:
        InputError: every mistake in every file; or two cases of one id.

    """
    place = data_folder() / "scenarios" / "backtests" if folder is None else folder
    problems: list[Problem] = []
    found: dict[str, Backtest] = {}
    for path in sorted(place.glob("*.yaml")):
        try:
            case = read_backtest(path)
        except InputError as error:
            problems.extend(error.problems)
            continue
        if case.id in found:
            problems.append(Problem(str(path), None, None, "id", f"{case.id} is given twice"))
        found[case.id] = case
    if problems:
        raise InputError(*problems)
    if not found:
        raise InputError(f"{place}: no cases there")
    return tuple(sorted(found.values(), key=lambda case: (case.known_by, case.id)))


def read_backtest(path: Path) -> Backtest:
    """Return the case of a file, all entries that it names being on record.

    Raises:
        InputError: every mistake in it, with its place.

    """
    document = read_yaml(path)
    case = validated(BacktestFile, document).root
    if problems := _unknown(case, document):
        raise InputError(*problems)
    return case


def _unknown(case: Backtest, document: Document) -> list[Problem]:
    """Return a problem for each entry that is not on record."""
    known = {entry.id for _, file in load().files() for _, _, entry in entries_in(file)}
    named = [(("leaves_out", index), entry) for index, entry in enumerate(case.leaves_out)]
    if isinstance(case, AttackCase):
        named += [
            (("happened", place, "entries", index), entry)  # type: ignore[misc]
            for place, one in enumerate(case.happened)
            for index, entry in enumerate(one.entries)
        ]
        named += [
            (("told", series, index), entry)  # type: ignore[misc]
            for series, entries in case.told.items()
            for index, entry in enumerate(entries)
        ]
    return [
        Problem(
            *document.spot(location),
            ".".join(map(str, location)),
            f'there is no entry called "{entry}"',
            did_you_mean(entry, known),
        )
        for location, entry in named
        if entry not in known
    ]


def forecast_rows(case: AnswerCase, *, mandate: bool | None = None) -> tuple[Row, ...]:
    """Return the helpers of a case, then its Council, as rows of the estimation, so that a fit can forecast them.

    Args:
        case: the case.
        mandate: whether the Council gives a mandate, to be asked both ways and weighed by a forecast; None takes what
            happened, as the fit does. Nothing turns on it where none was asked for.

    """
    refused = case.mandate is not None and not (case.mandate if mandate is None else mandate)
    x = {name: _covariates(case, name) for name in case.known.helpers}
    found = [_row(case, name, x[name], refused=refused) for name in case.known.helpers]
    if COUNCIL in case.happened:
        mean = {name: np.asarray(np.mean([one[name] for one in x.values()])) for name in COVARIATES}
        mean["asked"] = np.asarray(float(case.given.asked == "everyone"))
        found.append(_row(case, COUNCIL, mean, refused=False))
    return tuple(found)


def _covariates(case: AnswerCase, name: str) -> dict[str, NDArray[np.float64]]:
    helper, crisis = case.known.helpers[name], case.given
    asked = {
        "everyone": 1.0,
        "leader": float(helper.leader),
        "nobody": 0.0,
        "unknown": load_coding().asked_if_unknown.value,
    }
    return code(
        kind=crisis.kind,
        deaths=crisis.deaths,
        asked=asked[crisis.asked],
        formal_article4=crisis.formal_article4,
        foreign_ground=crisis.foreign_ground,
        attacker_member=crisis.attacker_member,
        attacker_major=crisis.attacker_major,
        ties_to_attacker=helper.ties,
        committed_elsewhere=helper.committed,
        leader=helper.leader,
    )


def _row(case: AnswerCase, name: str, x: dict[str, NDArray[np.float64]], *, refused: bool) -> Row:
    low, high = bounds(case.happened[name])
    return Row(
        crisis=case.crisis,
        source=case.record,
        guarantor=name,
        low=low,
        high=high,
        in_force=float(case.known.in_force),
        covariates=x,
        confidence=case.confidence,
        early_cold_war=case.known.early_cold_war,
        refused=refused,
    )
