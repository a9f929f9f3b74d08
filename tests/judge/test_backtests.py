"""The backtests: coded as the estimation codes the record, with nothing known that was not."""

from __future__ import annotations

import shutil
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sim import record
from sim.judge import AnswerCase, AttackCase, backtests, forecast_rows, read_backtest
from sim.reading import InputError
from sim.record.coding import load_coding
from sim.record.covariates import COVARIATES
from sim.record.estimation_data import COUNCIL, Row, rows
from sim.record.targets import recount
from sim.scenario import load

if TYPE_CHECKING:
    from pathlib import Path

CASES = backtests()
ANSWERS = [case for case in CASES if isinstance(case, AnswerCase)]
ATTACKS = [case for case in CASES if isinstance(case, AttackCase)]
RECORD = record.load()
FITTED: dict[str, list[Row]] = {}
for _row in rows(RECORD.cases, RECORD.patron_tests, load_coding()):
    FITTED.setdefault(_row.source, []).append(_row)


def name(case: AnswerCase | AttackCase) -> str:
    return case.id


def test_every_usable_case_of_the_record_is_there() -> None:
    assert {case.record for case in ANSWERS} == set(FITTED)
    alliance = {case.id for case in RECORD.cases}
    assert len([case for case in ANSWERS if case.record in alliance]) == 24
    assert len([case for case in ANSWERS if case.record not in alliance]) == 33


@pytest.mark.parametrize("case", ANSWERS, ids=name)
def test_a_case_is_coded_as_the_estimation_codes_it(case: AnswerCase) -> None:
    found, fitted = forecast_rows(case), FITTED[case.record]
    for mine, theirs in zip(found, fitted, strict=True):
        assert mine.guarantor == theirs.guarantor
        assert (mine.low, mine.high) == (theirs.low, theirs.high)
        assert (mine.crisis, mine.source, mine.confidence) == (theirs.crisis, theirs.source, theirs.confidence)
        assert (mine.in_force, mine.early_cold_war, mine.refused) == (
            theirs.in_force,
            theirs.early_cold_war,
            theirs.refused,
        )
        for column in COVARIATES:
            np.testing.assert_allclose(mine.covariates[column], theirs.covariates[column], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("case", ANSWERS, ids=name)
def test_no_row_of_the_same_crisis_stays_in_the_fit(case: AnswerCase) -> None:
    same = {source for source, found in FITTED.items() if found[0].crisis == case.crisis}
    assert same <= set(case.leaves_out)


def test_a_war_seen_from_both_sides_is_left_out_whole() -> None:
    october = {case.record: set(case.leaves_out) for case in ANSWERS if case.date == "1973-10-06"}
    assert len(october) == 2
    assert all(left == set(october) for left in october.values())


def test_a_mandate_can_be_asked_both_ways_where_one_was_asked_for() -> None:
    kazakhstan = next(case for case in ANSWERS if case.record == "KZ-2022")
    assert kazakhstan.mandate is True
    assert not any(row.refused for row in forecast_rows(kazakhstan))
    refused = forecast_rows(kazakhstan, mandate=False)
    assert [row.guarantor for row in refused if not row.refused] == [COUNCIL]
    unasked = next(case for case in ANSWERS if case.record == "NK-2020")
    assert unasked.mandate is None
    assert not any(row.refused for row in forecast_rows(unasked, mandate=False))


def test_the_windows_follow_on_each_other_to_the_end_of_the_record() -> None:
    assert ATTACKS[0].start == "2024-01"
    assert ATTACKS[-1].last == RECORD.strikes.record_ends[:7]
    for left, right in pairwise(ATTACKS):
        assert right.known_by == left.last
        assert right.start > left.last


def test_the_windows_hold_every_round_of_the_record_and_no_other() -> None:
    for actor, targets in {"Israel": ("T02", "T03"), "United States": ("T04", "T05")}.items():
        told = {
            entry
            for one in RECORD.targets.targets
            if one.id in targets
            for entry in recount(one, RECORD.targets, RECORD.strikes)
        }
        held = [one for case in ATTACKS for one in case.happened if actor in one.actors]
        assert {one.entries[0] for one in held} == told
        starts = {event.id: event.start[:7] for event in RECORD.strikes.events}
        assert all(one.month == starts[one.entries[0]] for one in held)


@pytest.mark.parametrize("case", ATTACKS, ids=name)
def test_a_window_starts_from_the_last_known_point_and_can_be_played(case: AttackCase) -> None:
    points = {series.id: [point.month for point in series.points] for series in RECORD.series.series}
    for series, month in case.levels.items():
        until = case.start if series in case.told else case.known_by
        assert month == max(one for one in points[series] if one <= until)
    scenario = load(case.scenario, case.overrides())
    assert scenario.start == case.start
    assert scenario.horizon == 3
    assert not scenario.accession.cover


@pytest.mark.parametrize("case", ATTACKS, ids=name)
def test_nothing_later_stays_in_the_fit_of_a_window(case: AttackCase) -> None:
    start = {entry.id: entry.start for entry in RECORD.cases} | {entry.id: entry.start for entry in RECORD.patron_tests}
    assert {source for source in FITTED if start[source][:7] > case.known_by} <= set(case.leaves_out)
    assert all(start.get(entry, case.start)[:7] >= case.start for entry in case.leaves_out)
    assert set().union(*(one.entries for one in case.happened)) <= set(case.leaves_out) or case.seen


def test_what_a_level_tells_of_was_over_before_the_window() -> None:
    over = {event.id: event.end or event.start for event in RECORD.strikes.events}
    told = [(case, entry) for case in ATTACKS for entries in case.told.values() for entry in entries]
    assert {case.id for case, _ in told} == {"iran-2025-q3"}
    assert all(over[entry][:7] <= case.known_by for case, entry in told)


def test_a_quarter_that_the_calibration_has_seen_says_so() -> None:
    assert [case.id for case in ATTACKS if case.seen] == [f"iran-2024-q{number}" for number in (1, 2, 3, 4)]


FAULTS = {
    "known too late": ("am-2022-09", "known_by: 2022-08", "known_by: 2022-09", "is not before the crisis"),
    "not left out": ("am-2022-09", "leaves_out: [AM-2022-09, ", "leaves_out: [", "is not left out"),
    "no such entry": ("am-2022-09", "PT-AM-2022-RU]", "PT-AM-2023-RU]", 'no entry called "PT-AM-2023-RU"'),
    "no such level": ("am-2022-09", "Russia: words", "Russia: word", "is no level"),
    "levels upside down": ("am-2022-09", "Russia: words", "Russia: aid to words", "is above"),
    "helper without an answer": ("am-2022-09", "  Belarus: words\n", "", "names the helpers"),
    "nobody leads": ("am-2022-09", "leader: true, ", "", "one of them leads"),
    "unknown name": ("am-2022-09", "foreign_ground", "foreign_grounds", "unknown name"),
    "level from hindsight": ("iran-2025-q2", "threat: 2025-02", "threat: 2025-06", "was not known by 2025-03"),
    "round outside": ("iran-2025-q2", "month: 2025-06", "month: 2025-07", "outside the window"),
    "series left out": ("iran-2025-q2", "  proxies: 2024-12\n", "", "names each of"),
    "unknown form": ("iran-2025-q2", "form: attack", "form: attacks", "is none of"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_told_with_its_file(tmp_path: Path, fault: str) -> None:
    stem, old, new, message = FAULTS[fault]
    text = (record.data_folder() / "scenarios" / "backtests" / f"{stem}.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / f"{stem}.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=message) as told:
        read_backtest(path)
    assert f"{stem}.yaml" in str(told.value)


def test_two_files_of_one_case_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no cases there"):
        backtests(tmp_path)
    shipped = record.data_folder() / "scenarios" / "backtests" / "kz-2022.yaml"
    for copy in ("one.yaml", "two.yaml"):
        shutil.copy(shipped, tmp_path / copy)
    with pytest.raises(InputError, match="kz-2022 is given twice"):
        backtests(tmp_path)
