"""The shipped record: it loads, and its counts follow from its rows."""

from collections.abc import Mapping

import pytest

from sim import record
from sim.record.counts import CaseCount, PatronCount, cases_by, count_cases, count_patron_tests
from sim.record.schemas.patron_test import PatronTest

# n, low confidence, request, to the organisation, collective materiel and troops, member materiel and troops
BY_CRISIS_TYPE = {
    "cross_border_militants": CaseCount(5, 1, 2, 2, 1, 0, 3, 0),
    "internal_unrest": CaseCount(7, 2, 3, 1, 2, 1, 2, 1),
    "border_clash": CaseCount(6, 0, 4, 3, 0, 0, 0, 0),
    "interstate_attack": CaseCount(3, 0, 1, 1, 0, 0, 0, 0),
    "proxy_territory": CaseCount(3, 0, 1, 0, 0, 0, 0, 0),
    "member_vs_member": CaseCount(5, 1, 1, 1, 0, 0, 0, 0),
    "member_is_initiator": CaseCount(2, 0, 1, 0, 0, 0, 1, 0),
}
# n, troops or combat, materiel or more, fired on the attacker, troops only afterwards
BY_PATRON = {
    ("Moscow before 1992", True): PatronCount(0, 0, 0, 0, 0),
    ("Moscow before 1992", False): PatronCount(11, 3, 7, 3, 1),
    ("Moscow since 1992", True): PatronCount(0, 0, 0, 0, 0),
    ("Moscow since 1992", False): PatronCount(13, 0, 1, 0, 1),
    ("China", True): PatronCount(0, 0, 0, 0, 0),
    ("China", False): PatronCount(2, 2, 2, 2, 0),
    ("the West", True): PatronCount(2, 2, 2, 1, 0),
    ("the West", False): PatronCount(4, 0, 3, 0, 0),
}
PATRONS: Mapping[str, tuple[str, ...]] = {
    "Moscow before 1992": ("Soviet Union",),
    "Moscow since 1992": ("Russia",),
    "China": ("China",),
    "the West": ("United States", "NATO allies"),
}


def test_every_file_loads_and_nothing_is_wrong_with_it() -> None:
    assert record.check() == []
    loaded = record.load()
    assert len(loaded.cases) == 32
    assert len(loaded.patron_tests) == 45
    assert len(loaded.claims_file.claims) == 92
    assert len(loaded.documents.documents) == 5
    assert len(loaded.states.states) == 9


def test_loading_twice_gives_the_same_record() -> None:
    assert record.load() is record.load()


def test_the_record_cannot_be_changed() -> None:
    case = record.load().cases[0]
    with pytest.raises(ValueError, match="frozen"):
        case.org_level = 0  # type: ignore[misc]
    with pytest.raises(TypeError):
        case.by_member["Russia"] = case.by_member["Armenia"]  # type: ignore[index]


def test_counts_by_crisis_type_follow_from_the_rows() -> None:
    assert cases_by(record.load().cases, lambda case: case.crisis_type) == BY_CRISIS_TYPE


def test_counts_of_requests_follow_from_the_rows() -> None:
    cases = [case for case in record.load().cases if case.count_csto]
    asked = [case for case in cases if case.requested]
    assert len(cases) == 31
    assert len(asked) == 13
    against_a_state = [
        case for case in asked if case.kind == "state" and not case.attacker_is_member and not case.member_initiated
    ]
    assert count_cases(against_a_state) == CaseCount(6, 0, 6, 4, 0, 0, 0, 0)
    assert max(case.org_level for case in against_a_state) == 3
    within = [case for case in asked if case.kind in {"internal", "militants"}]
    assert count_cases(within) == CaseCount(5, 0, 5, 3, 3, 1, 4, 1)
    assert [case.id for case in asked if case.formal_article4] == ["KZ-2022", "AM-2022-09"]
    assert [case.id for case in asked if case.request == "art2"] == ["AM-2021-05"]
    russia = [case.by_member["Russia"] for case in against_a_state if "Russia" in case.by_member]
    assert [conduct.level for conduct in russia] == [2] * 5
    assert not any(case.attacker_major_power for case in cases)


@pytest.mark.parametrize(("group", "in_force"), BY_PATRON)
def test_counts_of_patrons_follow_from_the_rows(group: str, in_force: bool) -> None:  # noqa: FBT001 - a table's column
    rows = [
        test
        for test in record.load().patron_tests
        if test.patron in PATRONS[group] and test.mutual_defence_in_force == in_force
    ]
    assert count_patron_tests(rows) == BY_PATRON[group, in_force]


def test_no_strict_case_binds_moscow_to_a_client_hit_by_a_major_power() -> None:
    tests = record.load().patron_tests
    assert count_patron_tests(tests).cases == 32
    bound = [test for test in tests if test.core and test.mutual_defence_in_force]
    assert [test.id for test in bound] == ["PT-TW-1958-US", "PT-PL-2025-NATO"]
    neither = [test for test in tests if _attacked_by_neither(test)]
    assert len(neither) == 6
    assert sum(test.level >= 5 for test in neither) == 1


def _attacked_by_neither(test: PatronTest) -> bool:
    return test.mutual_defence_in_force and test.attack and not test.attacker_major_power and not test.attacker_israel


def test_latencies_agree_with_the_dates() -> None:
    kazakhstan = next(case for case in record.load().cases if case.id == "KZ-2022")
    assert (kazakhstan.request_date, kazakhstan.decision_date) == ("2022-01-05", "2022-01-06")
    assert kazakhstan.latency_days is not None
    assert kazakhstan.latency_days["request_to_decision"] == 1
    assert kazakhstan.contingent is not None
    assert (
        sum(
            troops.troops
            for country, troops in kazakhstan.contingent.by_country.items()
            if isinstance(troops.troops, float) and country != "Armenia"
        )
        + 80
        == 2030
    )


def test_strikes_are_overt_or_covert_and_the_soil_count_holds() -> None:
    events = record.load().strikes.events
    assert all(event.overt != (event.action == "covert") for event in events)
    assert [event.id for event in events if event.overt] == [
        "D01", "D02", "D09", "D13", "D14", "D16", "D17", "D18", "D19", "D20",
    ]  # fmt: skip
    years = [
        int(event.start[:4])
        for event in events
        if not event.overt and event.target_state == "Iran" and event.id != "D03"
    ]
    spans = [(2010, 2012), (2013, 2019), (2020, 2020), (2021, 2021), (2022, 2022), (2023, 2023), (2024, 2024)]
    assert [sum(low <= year <= high for year in years) for low, high in spans] == [5, 0, 2, 2, 3, 1, 1]


def test_capability_shares_add_up() -> None:
    states = {state.id: state.cinc_2016 for state in record.load().states.states}
    members = ("Armenia", "Belarus", "Kazakhstan", "Kyrgyzstan", "Russia", "Tajikistan")
    six = sum(states[name] for name in members)
    fact = next(fact for fact in record.load().states.facts if fact.id == "F07")
    assert fact.values is not None
    assert six == pytest.approx(fact.values["cinc_six_members"], abs=1e-7)
    assert states["Russia"] / six == pytest.approx(0.859, abs=1e-3)
    west = states["United States"] + states["Israel"]
    assert west == pytest.approx(fact.values["cinc_united_states_and_israel"], abs=1e-7)
    assert (six + states["Iran"]) / west == pytest.approx(0.421, abs=1e-3)


def test_published_shares_follow_from_the_counts() -> None:
    counts = {count.id: count for count in record.load().literature.counts}
    before, after, all_years = counts["R02"], counts["R03"], counts["R01"]
    assert before.honoured + after.honoured == all_years.honoured
    assert before.opportunities + after.opportunities == all_years.opportunities
    study = next(study for study in record.load().literature.studies if study.id == "E04")
    assert study.honoured_share == pytest.approx(all_years.honoured / all_years.opportunities, abs=5e-3)
    assert study.honoured_share_by_period is not None
    assert study.honoured_share_by_period["1945_2003"] == pytest.approx(12 / 54, abs=5e-3)


def test_what_rests_on_memory_says_so() -> None:
    by_id = {entry.id: entry for entry in record.entries()}
    assert by_id["D03"].unverified
    assert by_id["KG-2005"].unverified
    assert by_id["Russia"].unverified
    assert not by_id["B08"].unverified
    assert all(entry.confidence in {"high", "medium", "low"} for entry in by_id.values())
    assert len(by_id) == len(record.entries())
