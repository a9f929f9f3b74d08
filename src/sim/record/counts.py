"""Counts that follow from the rows of the record, always recomputed, never stored."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sim.record.schemas.case import Case
from sim.record.schemas.patron_test import PatronTest

MATERIEL = 4
"""Lowest response level that counts as materiel."""
TROOPS = 5
"""Lowest response level that counts as troops."""


@dataclass(frozen=True)
class CaseCount:
    """What became of a group of cases.

    `org_` counts collective outcomes, `member_` the highest own conduct of any member during the crisis.
    """

    cases: int
    low_confidence: int
    with_request: int
    request_to_organisation: int
    org_materiel: int
    org_troops: int
    member_materiel: int
    member_troops: int


@dataclass(frozen=True)
class PatronCount:
    """What patrons did in a group of strict cases, while the attack lasted or (`troops_only_afterwards`) later."""

    cases: int
    troops_or_combat: int
    materiel_or_more: int
    fired_on_attacker: int
    troops_only_afterwards: int


def count_cases(cases: Iterable[Case]) -> CaseCount:
    """Count a group of cases, whatever its rows."""
    rows = tuple(cases)
    return CaseCount(
        cases=len(rows),
        low_confidence=sum(row.confidence == "low" for row in rows),
        with_request=sum(row.requested for row in rows),
        request_to_organisation=sum(row.requested_org for row in rows),
        org_materiel=sum(row.org_level >= MATERIEL for row in rows),
        org_troops=sum(row.org_level >= TROOPS for row in rows),
        member_materiel=sum(row.member_level >= MATERIEL for row in rows),
        member_troops=sum(row.member_level >= TROOPS for row in rows),
    )


def cases_by(cases: Iterable[Case], key: Callable[[Case], str]) -> Mapping[str, CaseCount]:
    """Count the cases that concern the organisation (`count_csto`), grouped by a key such as crisis type."""
    groups: dict[str, list[Case]] = {}
    for case in cases:
        if case.count_csto:
            groups.setdefault(key(case), []).append(case)
    return {name: count_cases(rows) for name, rows in groups.items()}


def count_patron_tests(tests: Iterable[PatronTest]) -> PatronCount:
    """Count the strict rows (`core`) of a group of patron tests."""
    rows = [test for test in tests if test.core]
    return PatronCount(
        cases=len(rows),
        troops_or_combat=sum(row.level >= TROOPS for row in rows),
        materiel_or_more=sum(row.level >= MATERIEL for row in rows),
        fired_on_attacker=sum(row.clash and row.level >= TROOPS for row in rows),
        troops_only_afterwards=sum(row.level < TROOPS <= (row.after_level or 0) for row in rows),
    )
