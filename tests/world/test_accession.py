"""Accession: the vote against enumeration, the lags and their hazard against the list, and what applying changes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.record.load import content
from sim.scenario import load
from sim.world import BLOCK, World
from sim.world.accession import Ballot, Lags, attack_expected, ballots, consensus, entry_hazard
from worlds import frozen, quiet

LISTED = load("baseline").accession.lags
WILLING = {"accession.vote.wish": 90, "accession.vote.base": 90}


def test_the_lags_are_those_on_record() -> None:
    (prior,) = (prior for prior in content("priors").priors if prior.id == "accession_lag_months")
    assert tuple(prior.values or ()) == LISTED


# ------------------------------------------------------------------ the vote


@settings(max_examples=60, deadline=None)
@given(
    logits=st.lists(st.floats(-6, 6), min_size=1, max_size=6),
    seats=st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_the_chance_of_admission_is_that_of_all_vote_patterns_without_a_no(
    logits: list[float], seats: list[bool]
) -> None:
    expected = 0.0
    for votes in itertools.product((True, False), repeat=len(logits)):
        chances = [1 / (1 + np.exp(-x if yes else x)) for x, yes in zip(logits, votes, strict=True)]
        if all(yes or not seat for yes, seat in zip(votes, seats, strict=False)):
            expected += float(np.prod(chances))
    found = consensus([np.array([[x]]) for x in logits], [np.array([[seat]]) for seat in seats[: len(logits)]])
    assert found.item() == pytest.approx(expected, abs=1e-12)


def test_a_ballot_by_hand() -> None:
    terms = Ballot(*(np.array([[x]]) for x in (2.0, 1.0, 0.5, 4.0, 2.0)))
    own = [np.array([[x]]) for x in (0.4, 0.25, 0.3)]
    assert terms.leader(own[0], own[1], own[2]).item() == pytest.approx(2.0 + 0.2 - 1.0 - 0.6)
    follower = terms.member(own[0], own[1], own[2], np.array([[0.5]]), np.array([[9.0]]))
    assert follower.item() == pytest.approx(1.0 + 0.5 * 3.0 + 0.2 - 1.0 - 0.6)  # the leader pulls by 3 at most


def test_the_members_fear_what_the_challengers_do() -> None:
    """In a frozen world with one way to attack, P(attack within a year) is the frequency with which it happens."""
    calm = quiet(frozen("outsider", horizon=12, states__United_States__actions=[]), perception__acuity=1)
    expected = attack_expected(World(calm)).item()
    found = (World(calm, replicates=BLOCK).run().columns["attacks"] > 0).mean()
    assert found == pytest.approx(expected, abs=4 * 0.5 / np.sqrt(BLOCK))


def test_votes_come_at_the_chances_that_are_told() -> None:
    scenario = quiet(frozen("accession", horizon=1), accession__decision_months=0)
    world = World(scenario, replicates=BLOCK)
    told = world.odds("Russia", "admit").probabilities[1, 0, 0]
    chance = world.application.chance[0, 0]
    assert told > chance > 0
    world.run()
    assert world.application.admitted.mean() == pytest.approx(chance, abs=4 * 0.5 / np.sqrt(BLOCK))


@pytest.mark.parametrize(
    ("name", "less", "more"), [("entrapment", 6, 1), ("ties", 3, 0.5), ("terrorism", 0, 1.5), ("wish", -1, 3)]
)
def test_each_weight_moves_every_member_the_way_it_should(name: str, less: float, more: float) -> None:
    low, high = (World(frozen("accession", {f"accession.vote.{name}": x})) for x in (less, more))
    for one, other in zip(ballots(low), ballots(high), strict=True):
        assert (other >= one).all()
    assert ballots(high)[0] > ballots(low)[0]


def test_a_suspended_member_has_no_vote() -> None:
    columns = World(load("accession", {**WILLING, "accession.vote.exposure.Armenia": 0}), replicates=64).run().columns
    assert (columns["admitted"] == 1).all()  # Armenia is suspended
    against = {"states.Belarus.ties.Israel": 1, "accession.vote.ties": 900}
    assert (World(load("accession", {**WILLING, **against}), replicates=64).run().columns["admitted"] == 0).all()


# ------------------------------------------------------------------ the lag and its hazard


def test_the_lag_is_drawn_from_the_list_each_as_likely() -> None:
    luck = (np.arange(9 * 40) + 0.5) / (9 * 40)
    drawn = Lags.of([LISTED, (3.0,)]).drawn(luck)
    assert [int((drawn[0] == lag).sum()) for lag in LISTED] == [40] * len(LISTED)
    assert (drawn[1] == 3.0).all()


@pytest.mark.parametrize("step", [1.0, 0.5])
def test_entry_comes_at_the_first_step_after_vote_and_lag(step: float) -> None:
    scenario = load("accession", {**WILLING, "horizon": 30, "step": step})
    world = World(scenario, replicates=64)
    world.run()
    entered = world.tally.entered_step[0] * step
    lag = world.application.lags.drawn(world.streams.uniform("accession lag", 0))[0]
    assert (entered == np.ceil((3.0 + lag) / step) * step).all()
    assert sorted(set(lag)) == sorted(LISTED)


@settings(max_examples=80, deadline=None)
@given(
    lags=st.lists(st.floats(0.1, 30), min_size=1, max_size=12),
    elapsed=st.floats(-4, 31),
    span=st.sampled_from([0.25, 0.5, 1.0, 3.0]),
    admission=st.floats(0, 1),
)
def test_the_hazard_is_that_of_the_empirical_distribution(
    lags: list[float], elapsed: float, span: float, admission: float
) -> None:
    longer = [lag for lag in lags if lag > elapsed]
    expected = admission * sum(lag <= elapsed + span for lag in longer) / len(longer) if longer else 0.0
    found = entry_hazard(np.array([[elapsed]]), Lags.of([lags]), np.array([[admission]]), span=span)
    assert found.item() == pytest.approx(expected, abs=1e-12)


def test_hazards_month_by_month_add_up_to_the_list() -> None:
    lags, waiting = Lags.of([LISTED, LISTED[:3]]), np.ones((2, 1))
    for month in range(30):
        waiting = waiting * (1.0 - entry_hazard(np.full((2, 1), float(month)), lags, np.ones((2, 1))))
        assert waiting.ravel() == pytest.approx([np.mean([x > month + 1 for x in p]) for p in (LISTED, LISTED[:3])])


def test_outsiders_see_the_chance_before_the_vote_and_the_outcome_after_it() -> None:
    world = World(load("accession", {"accession.lags": [0.5, 4.0]}), replicates=48)
    for month in range(9):
        world.step()
        seen, entered = world.application.outlook(world, float(month)), world.cover
        if month == 0:
            assert (seen == 0).all()  # the vote is two months off beyond the span
        if month == 2:
            assert (seen == 0).all()  # even the shorter lag starts with the vote
            near = world.application.outlook(world, 2.0, span=2.0)
            assert near == pytest.approx(world.application.chance * 0.5)
        if month == 3:
            assert seen == pytest.approx(0.5 * world.application.admitted)
        if month == 4:
            assert not seen.any()  # what is left is the lag of four months
        if month == 6:
            assert (seen == (world.application.admitted & ~entered)).all()  # it is certain now
    assert (world.cover == (world.application.admitted & ~world.suspended)).all()
    assert not world.application.outlook(world, 9.0).any()


def test_who_never_applies_has_no_outlook() -> None:
    world = World(load("member", {"accession.from_month": 3}), replicates=8)
    world.run()
    assert not world.application.outlook(world, 2.0).any()


# ------------------------------------------------------------------ check 2, applied

YEAR = {"horizon": 12}


def test_check2_an_application_beyond_the_horizon_changes_nothing() -> None:
    without = World(load("outsider", YEAR), replicates=64).run().columns
    late = World(load("accession", {**YEAR, "accession.apply_month": 12}), replicates=64).run().columns
    for name, column in without.items():
        assert np.array_equal(column, late[name]), name


def test_check2_a_vote_alone_changes_no_column_but_its_own() -> None:
    """Refused everywhere and observers without standing: an outsider's world, cell by cell."""
    without = World(load("outsider", YEAR), replicates=64).run().columns
    refused = World(load("accession", {**YEAR, "accession.vote.wish": -90, "alignment.observer": 0}), replicates=64)
    columns = refused.run().columns
    assert columns["applied"].all()
    assert (columns["admitted"] == 0).all()
    for name, column in without.items():
        if name not in ("applied", "admitted"):
            assert np.array_equal(column, columns[name]), name


def test_check2_worlds_part_after_the_vote_and_only_where_it_said_yes() -> None:
    arms = [load("outsider"), load("accession", {"alignment.observer": 0, "accession.vote.wish": 4})]
    world = World(arms, replicates=64)
    for _ in range(3):
        world.step()
    assert np.array_equal(world.threat[0], world.threat[1])
    assert np.array_equal(world.tension[0], world.tension[1])
    columns = world.run().columns
    refused = columns["admitted"][1] == 0
    assert 0 < refused.sum() < 64
    for name in ("attacks", "first_attack_month", "threat_end", "outcome"):
        assert np.array_equal(columns[name][0, refused], columns[name][1, refused]), name
    assert not np.array_equal(columns["threat_end"][0], columns["threat_end"][1])


def test_check5_an_applicant_is_its_cell_in_any_batch() -> None:
    arms = [
        load("outsider", YEAR),
        load("accession", YEAR),
        load("accession", {**YEAR, "accession.lags": [2.0], "channels.alignment": False}),
    ]
    whole = World(arms, replicates=96, seed=5).run().columns
    assert (whole["months_admitted"][2] > 0).any()
    for row, count, first in ((1, 20, 30), (2, 5, 0), (0, 7, 9)):
        part = World(arms[row], replicates=count, first=first, seed=5).run().columns
        for name, column in part.items():
            assert np.array_equal(column[0], whole[name][row, first : first + count]), name


def test_check7_the_path_reads_as_a_story_and_the_log_changes_nothing() -> None:
    whole = World(load("accession", WILLING), replicates=4).run().columns
    world = World(load("accession", WILLING), first=3, log=True)
    columns = world.run().columns
    assert all(column[0, 0] == whole[name][0, 3] for name, column in columns.items())
    assert world.log is not None
    rows = [row for row in world.log.rows if row["phase"] == "accession"]
    assert rows[0]["event"] == "applies"
    assert rows[0]["chance_of_admission"] == pytest.approx(1.0)
    assert [row["actor"] for row in rows[1:6]] == ["Russia", "Belarus", "Kazakhstan", "Kyrgyzstan", "Tajikistan"]
    assert rows[6]["decision"] == "admitted"
