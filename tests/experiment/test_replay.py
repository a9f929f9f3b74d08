"""A replayed world is the one that is stored, and the one that is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import pytest

import sim
from sim.experiment import find_trials, run, stored_comparison, typical_trial
from sim.reading import InputError
from stand_in import play

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

TRIALS = 400
GRAVITY = ["none", "covert", "strike", "campaign"]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pair") / "stored"
    sim.compare("outsider", "member", trials=TRIALS, seed=7, out=place)
    return place


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("alone") / "stored"
    sim.run("member", trials=TRIALS, seed=7, out=place)
    return place


@pytest.fixture(scope="module")
def arms(pair: Path) -> dict[str, pd.DataFrame]:
    """The trials of both arms, read as anybody would."""
    parts = duckdb.read_parquet(str(pair / "parts" / "*.parquet")).df()
    return {name: parts[parts["point"] == row].set_index("trial") for row, name in enumerate(("outsider", "member"))}


def same(row: Any, stored: Any) -> None:
    for name, value in row.items():
        held = stored[name]
        assert (value is None and pd.isna(held)) or value == held, name


@pytest.mark.parametrize("trial", [0, TRIALS - 1])
def test_the_row_is_the_stored_row(pair: Path, alone: Path, arms: dict[str, pd.DataFrame], trial: int) -> None:
    told = sim.replay(pair, trial, arm="outsider")
    assert told.world.stored
    same(told.row, arms["outsider"].loc[trial])
    for again in (sim.replay(alone, trial), sim.replay("member", trial, seed=7), sim.replay(pair, trial)):
        same(again.row, arms["member"].loc[trial])


def test_a_trial_of_the_second_block_is_itself(tmp_path: Path) -> None:
    short = {"horizon": 3}
    trials = sim.run("member", 4_110, out=tmp_path / "run", overrides=short).trials
    told = sim.replay(tmp_path / "run", 4_100)
    assert told.world.stored
    same(told.row, trials.loc[4_100])


def test_a_row_that_is_stored_otherwise_is_told(tmp_path: Path) -> None:
    run("member", 10, out=tmp_path / "run", play=play)
    with pytest.raises(InputError, match="stored otherwise"):
        sim.replay(tmp_path / "run", 3)


def test_a_world_beyond_those_stored_is_played_and_said_not_to_be_stored(alone: Path) -> None:
    assert not sim.replay(alone, TRIALS).world.stored


def test_events_tell_what_the_row_counts(pair: Path) -> None:
    found = find_trials(pair, "attacks > 1 and invoked and covert > 0")
    told = sim.replay(pair, found.trials[0])
    attacks = [event for event in told.events if event.get("event") == "attack"]
    assert len(attacks) == told.row["attacks"]
    assert attacks[0]["month"] == told.row["first_attack_month"]
    setbacks = [event for event in told.events if event.get("event") == "covert setback"]
    assert len(setbacks) == told.row["covert"]


def test_the_draw_of_a_vote_settles_it(pair: Path) -> None:
    """Stance latent and draw together order the votes of one Council."""
    told = sim.replay(pair, find_trials(pair, "mandate is not null").trials[0])
    votes = [event for event in told.events if event.get("decision") == "vote"]
    month = [vote for vote in votes if vote["month"] == votes[0]["month"]]
    reached = sorted(month, key=lambda vote: vote["stance_latent"] + vote["stance_drawn"])
    order = ["oppose", "abstain", "support"]
    taken = [order.index(vote["choice"]) for vote in reached]
    assert taken == sorted(taken)


def test_the_draw_of_a_vote_on_admission_settles_it() -> None:
    told = sim.replay("accession", 2, seed=7, overrides={"accession.vote.wish": 3})
    votes = [event for event in told.events if event.get("decision") == "vote on admission"]
    assert votes
    assert all((vote["logit"] + vote["logit_drawn"] > 0) == (vote["choice"] == "yes") for vote in votes)


def test_beliefs_end_where_the_last_lesson_left_them(pair: Path) -> None:
    told = sim.replay(pair, find_trials(pair, "attacks > 0").trials[0])
    last = {(e["observer"], e["actor"]): e["mean"] for e in told.events if e.get("event") == "reputation"}
    assert last
    for belief in told.beliefs:
        assert belief["mean"] == last[belief["observer"], belief["guarantor"]]
        assert belief["variance"] < belief["variance_before"]


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("deterred", lambda one, two: (two["attacks"] == 0) & (one["attacks"] > 0)),
        ("provoked or never", lambda one, two: ((two["attacks"] > 0) | (one["attacks"] == 0)) & (one["attacks"] == 0)),
        ("patron_joined and not control_patron_joined", lambda one, two: two["patron_joined"] & ~one["patron_joined"]),
        ("outcome = 'campaign_aided' -- as it ended", lambda _, two: two["outcome"] == "campaign_aided"),
        (
            "graver",
            lambda one, two: two["highest_action"].map(GRAVITY.index) > one["highest_action"].map(GRAVITY.index),
        ),
    ],
)
def test_find_finds_what_a_data_frame_does(
    pair: Path, arms: dict[str, pd.DataFrame], expression: str, wanted: Any
) -> None:
    true = arms["member"].index[wanted(arms["outsider"], arms["member"])]
    found = find_trials(pair, expression)
    assert found.count == len(true) > 0
    assert found.trials == tuple(sorted(true)[:10])
    assert sim.replay(pair, find=expression).world.trial == min(true)


@pytest.mark.parametrize("outcome", ["campaign_aided", "no_attack"])
def test_a_typical_trial_is_the_medoid(pair: Path, arms: dict[str, pd.DataFrame], outcome: str) -> None:
    """By all distances between any two, as the word is defined; every column that varies has the weight of one."""
    of_outcome = arms["member"][arms["member"]["outcome"] == outcome].drop(columns=["point", "outcome"])
    columns: list[NDArray[np.float64]] = []
    for name in of_outcome.columns:
        column = of_outcome[name]
        if column.dtype == object or isinstance(column.dtype, pd.CategoricalDtype | pd.StringDtype):
            texts = arms_texts(arms, str(column.name))
            columns += [np.asarray(column == text, np.float64) for text in texts]
        else:
            values = column.astype("Float64")
            columns += [np.asarray(values.fillna(values.mean()), np.float64), np.asarray(values.notna(), np.float64)]
    table = np.nan_to_num(np.array(columns).T)
    spread = table.std(axis=0)
    table = table[:, spread > 1e-12] / spread[spread > 1e-12]
    sums = ((table[:, None, :] - table[None, :, :]) ** 2).sum(axis=(1, 2))
    found = typical_trial(pair, outcome)
    assert found.count == len(of_outcome)
    place = list(of_outcome.index).index(found.trials[0])
    assert sums[place] <= sums.min() * (1 + 1e-9)


def arms_texts(arms: dict[str, pd.DataFrame], name: str) -> list[str]:
    return sorted({text for arm in arms.values() for text in arm[name].dropna()})


def test_a_twin_of_the_same_scenario_goes_the_same_way() -> None:
    told = sim.replay("member", 2, seed=7, pair="member")
    assert told.twin is not None
    assert told.twin.first == told.twin.first_choice == (None, None)
    assert set(told.twin.differs[0]) == {None}


def test_a_twin_shares_every_draw_and_its_first_difference_is_marked(pair: Path) -> None:
    told = sim.replay(pair, find="deterred", pair="outsider")
    twin = told.twin
    assert twin is not None
    assert twin.world.stored
    assert (told.row["attacks"], twin.world.row["attacks"] > 0) == (0, True)
    one, other = twin.first
    assert one is not None
    assert other is None
    assert told.events[one]["event"] == "cover enters into force"
    assert all(way in {None, "odds"} for way in twin.differs[0][:one])
    mine = {(e["month"], e["actor"]): e["drawn"] for e in told.events if e.get("decision") == "challenge"}
    theirs = {(e["month"], e["actor"]): e["drawn"] for e in twin.world.events if e.get("decision") == "challenge"}
    shared = mine.keys() & theirs.keys()
    assert shared
    assert all(mine[key] == theirs[key] for key in shared)


def test_the_first_decision_that_differs_is_chosen_otherwise_or_not_met(pair: Path) -> None:
    for trial in range(6):
        told = sim.replay(pair, trial, pair="outsider")
        assert told.twin is not None
        sides = (told.events, told.twin.world.events)
        met = [
            {(e["month"], e["actor"], e["decision"]): e["choice"] for e in reversed(events) if "options" in e}
            for events in sides
        ]
        alike = {key for key in met[0].keys() | met[1].keys() if met[0].get(key) == met[1].get(key)}
        found = [e[p] for e, p in zip(sides, told.twin.first_choice, strict=True) if p is not None]
        assert found
        assert len({event["choice"] for event in found}) == len(found)
        before = [key for key in met[0].keys() | met[1].keys() if key[0] < found[0]["month"]]
        assert set(before) <= alike


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "which world"),
        ({"trial": 1, "find": "deterred"}, "which world"),
        ({"trial": -1}, "outside"),
        ({"trial": True}, "whole number"),
        ({"trial": 1, "arm": "membr"}, 'Did you mean "member"'),
        ({"trial": 1, "seed": 8}, "seed 7"),
        ({"trial": 1, "overrides": ["horizon=3"]}, "cannot be changed"),
        ({"trial": 1, "pair": "nowhere"}, "nowhere"),
        ({"typical": "clsh"}, 'Did you mean "clash"'),
        ({"find": "attacks < 0"}, "of no trial"),
        ({"find": "detered"}, 'Did you mean "deterred"'),
        ({"find": "true) or (true"}, "syntax error"),
        ({"find": "true limit 3"}, "syntax error"),
        ({"find": "true; select 1"}, "one condition"),
        ({"find": "exists (select * from read_csv('/etc/passwd'))"}, "disabled|allowed|ermission"),
        ({"find": ""}, "syntax error"),
    ],
)
def test_mistakes_are_told(pair: Path, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        sim.replay(pair, **arguments)


def test_strata_need_a_pair(alone: Path) -> None:
    with pytest.raises(InputError, match="said of a pair"):
        sim.replay(alone, find="deterred")
    with pytest.raises(InputError, match="no stored run"):
        sim.replay("member", find="attacks > 0")
    with pytest.raises(InputError, match="not a stored comparison"):
        sim.replay("member", 1, arm="member")


def test_the_comparison_names_the_trials_that_replay_finds(pair: Path) -> None:
    flipped = stored_comparison(pair).strata.flipped
    assert find_trials(pair, "deterred").trials == flipped["deterred"][:10]
    assert find_trials(pair, "provoked").trials == flipped["provoked"][:10]
