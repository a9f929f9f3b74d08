"""Targets of the calibration: their counts follow from the record, their tolerances from what was counted."""

import shutil
from pathlib import Path

import pytest
from scipy.stats import beta, chi2

from sim import record
from sim.reading import InputError
from sim.record.load import read_file
from sim.record.schemas.target import Target
from sim.record.targets import recount

TARGETS = record.load().targets
BY_RULE = [one for one in TARGETS.targets if one.rule in {"garwood", "clopper_pearson"}]


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """Return a copy of the shipped seeds that a test may spoil."""
    return Path(shutil.copytree(record.data_folder() / "seeds", tmp_path / "seeds"))


def exact(one: Target) -> tuple[float, float]:
    """The exact 90 % interval of a mean or a share, from the distributions that define it."""
    count, tries = one.count or 0, one.out_of
    if tries is None:
        return (chi2.ppf(0.05, 2 * count) / 2 if count else 0.0), chi2.ppf(0.95, 2 * count + 2) / 2
    low = beta.ppf(0.05, count, tries - count + 1) if count else 0.0
    return low, (beta.ppf(0.95, count + 1, tries - count) if count < tries else 1.0)


@pytest.mark.parametrize("one", BY_RULE, ids=lambda one: one.id)
def test_a_tolerance_is_the_exact_interval_it_says(one: Target) -> None:
    assert (one.tolerance.low, one.tolerance.high) == pytest.approx(exact(one), rel=0.02, abs=0.003)


@pytest.mark.parametrize("one", [t for t in TARGETS.targets if t.observed is not None], ids=lambda one: one.id)
def test_what_happened_is_within_its_own_tolerance(one: Target) -> None:
    assert one.tolerance.low <= (one.observed or 0.0) <= one.tolerance.high


def test_the_pattern_told_in_words_is_what_is_counted() -> None:
    # strikes D41: "by the US: June 2025, February-April 2026, June 2026"; D41b: nine acts since 2020
    counted = {
        one.id: recount(one, TARGETS, record.load().strikes)
        for one in TARGETS.targets
        if one.count is not None and one.out_of is None
    }
    assert counted["T05"] == ("D17", "D19", "D20")
    assert len(counted["T12"]) == 9
    assert counted["T01"] == counted["T04"] == counted["T11"] == ()


def test_months_count_both_ends() -> None:
    assert {one.id: one.months for one in TARGETS.targets}["T04"] == 180


def test_with_data_to_2024_the_later_targets_fall_away() -> None:
    early = TARGETS.up_to("2024-12")
    assert {one.id for one in early} == {"T01", "T02", "T04", "T10", "T11", "T12", "T13", "T30"}
    assert len(TARGETS.up_to("2026-06")) == len([one for one in TARGETS.targets if one.role == "target"])


def test_the_average_pact_is_a_check_only() -> None:
    checks = {one.measure for one in TARGETS.targets if one.role == "check"}
    targets = {one.measure for one in TARGETS.targets if one.role == "target"}
    assert {"relative_risk", "fought", "replay_gap"} <= checks - targets


def test_every_mark_of_the_issue_is_there() -> None:
    found = {(one.measure, *one.actors) for one in TARGETS.targets if one.role == "target"}
    assert {("overt", "Israel"), ("overt", "United States"), ("covert", "Israel"), ("joined", "United States")} <= found


FAULTS = {
    "count not on record": ("count: 3\n", "count: 4\n", "4 is not the 3 that are counted"),
    "event left out": ("counted: [D14, D16]", "counted: [D14]", "by its definitions the record gives D14, D16"),
    "unknown entry": ("entry: D09", "entry: D99", 'no entry called "D99"'),
    "periods overlap": ("since: 2024-01\n    until: 2024-12", "since: 2023-01\n    until: 2024-12", "overlap"),
    "tolerance upside down": ("low: 0.82, high: 7.8", "low: 8.2, high: 7.8", "is above high"),
    "no period": ("    since: 2010-01\n    until: 2023-12\n", "", "has a period and one actor"),
    "more than there were": ("out_of: 6\n", "out_of: 0\n", "below its minimum"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_told(seeds: Path, fault: str) -> None:
    old, new, message = FAULTS[fault]
    path = seeds / "targets.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert [problem for problem in record.check(seeds) if message in str(problem)], record.check(seeds)


def test_a_file_without_definitions_is_refused(seeds: Path) -> None:
    path = seeds / "targets.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("overt: An", "overtly: An", 1), encoding="utf-8")
    with pytest.raises(InputError, match="unknown name"):
        read_file("targets", seeds)
