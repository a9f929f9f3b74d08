from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from sim.experiment import compare, expected, run
from sim.experiment.look_ahead import foresee_worlds
from sim.reading import InputError
from sim.scenario import load
from sim.view.beliefs import belief_rows, beliefs_chart, beliefs_finding
from sim.view.ladder import response_chart
from sim.world import World
from sim.world.foreseen import foreseen
from stand_in import play

if TYPE_CHECKING:
    from pathlib import Path

SHORT = {"horizon": 4}


def test_chances_are_chances_and_those_of_a_world_by_itself() -> None:
    many = World(load("member"), replicates=9, seed=3)
    many.stand()
    one = World(load("member"), replicates=1, first=5, seed=3)
    one.stand()
    for action in ("strike", "campaign"):
        for code in range(2):
            batch, alone = foreseen(many, code, action), foreseen(one, code, action)
            for name, levels in batch.items():
                assert levels.shape == (4, 1, 9)
                assert levels.min() >= -1e-9
                assert levels.sum(axis=0) == pytest.approx(1.0)
                assert levels[:, 0, 5] == pytest.approx(alone[name][:, 0, 0], abs=1e-6)


def test_who_answers_no_call_is_expected_to_stay_at_words() -> None:
    world = World(load("member"), replicates=3, seed=1)
    world.stand()
    assert foreseen(world, 0)["Armenia"][0] == pytest.approx(1.0)


def test_one_who_knows_the_truth_expects_what_the_odds_are() -> None:
    sure = {"perception.acuity": 1.0, "perception.bias": 0.0, "crisis.request.refused": 0.0, "crisis.request.help": 9.0}
    world = World(load("outsider", sure | {"signals.active": False}), replicates=500, seed=1)
    world.stand()
    awaited = foreseen(world, 0, "campaign")["Belarus"].mean(axis=(1, 2))
    asked = world.odds("Iran", "request", attacker="Israel", action="campaign").probabilities[1]
    odds = [
        world.odds("Belarus", "respond", attacker="Israel", action="campaign", asked=asks) for asks in (True, False)
    ]
    true = (asked * odds[0].probabilities + (1.0 - asked) * odds[1].probabilities).mean(axis=(1, 2))
    # Attackers reckon with average coefficients in place of each set's own, so they come close and no closer.
    assert awaited == pytest.approx(true, abs=0.05)


def test_looking_changes_no_world() -> None:
    scenario = load("accession", {"horizon": 6})
    plain, watched = (World(scenario, replicates=50, seed=2) for _ in range(2))
    for _ in range(6):
        watched.stand()
        foreseen(watched, 0)
        watched.step()
    one, other = plain.run().columns, watched.run().columns
    assert all(np.array_equal(one[name], other[name], equal_nan=True) for name in one)


def test_quantiles_are_in_order_and_what_is_done_is_what_is_stored(tmp_path: Path) -> None:
    result = run(load("member", SHORT), 40, 5, out=tmp_path / "r")
    told = expected(tmp_path / "r").to_json()
    assert (told["command"], told["worlds"], told["action"]) == ("expected", 40, "campaign")
    rows = told["beliefs"]
    assert len(rows) == 2 * 5 * 4  # challengers, active guarantors, months
    assert all(0.0 <= row["low"] <= row["median"] <= row["high"] <= 1.0 for row in rows)
    attacked = result.trials[result.trials["attacks"] > 0]
    done = told["responses"]["Russia"]
    assert done["n"] == len(attacked)
    # A guarantor's highest response in the month of the first attack is not above its highest response at all.
    highest = (np.maximum(0, attacked["level_Russia"]) >= 1).mean()
    assert 1.0 - done["words"] <= highest + 1e-12
    assert sum(told["anticipated_responses"]["Russia"].values()) == pytest.approx(1.0)


def test_attackers_expect_what_comes() -> None:
    """One rule, two uses: over many worlds the share that responds is the chance that attackers gave it.

    Attackers are those who chose to attack, and reckon with the record's average coefficients: hence the tolerance,
    beside two standard errors of a share of 0.15 in 300 worlds (0.04).
    """
    told = foresee_worlds(load("member", {"horizon": 12}), 400, 2)
    assert told.attacked > 250
    for name, actual in told.actual.items():
        for level in ("words", "combat"):
            assert told.anticipated[name][level] == pytest.approx(actual[level], abs=0.05), (name, level)


def test_the_charts_say_what_is_expected() -> None:
    told = foresee_worlds(load("member", SHORT), 20, 1).to_json()
    chart = beliefs_chart(told).to_dict()
    assert len(chart["vconcat"]) == 2
    title = " ".join(chart["title"]["text"])
    assert title.replace("\u00a0", " ") == beliefs_finding(told)
    assert "seed 1" in " ".join(chart["title"]["subtitle"])
    rows = belief_rows(told, "Israel")
    assert [row["low"] is None for row in rows] == [row["guarantor"] != "Russia" for row in rows]
    beside = " ".join(response_chart(told).to_dict()["title"]["text"])
    assert "they expect it in" in beside or "Nobody" in beside


def test_peace_and_one_world_are_told_as_such() -> None:
    calm = {f"states.{name}.opportunity.overt": 0 for name in ("Israel", "United States")}
    told = foresee_worlds(load("member", SHORT | calm), 3, 1).to_json()
    assert (told["anticipated_responses"], told["responses"]) == ({}, {})
    assert "no world saw an attack" in " ".join(response_chart(told).to_dict()["title"]["text"])
    one = foresee_worlds(load("member", {"horizon": 1}), 1, 1).to_json()
    assert beliefs_finding(one).startswith("One world was played")
    beliefs_chart(one).to_dict()


def test_what_was_not_played_by_this_version_is_refused(tmp_path: Path) -> None:
    compare("outsider", "member", trials=4, play=play, out=tmp_path / "c")
    with pytest.raises(InputError, match='no arm "membr"'):
        expected(tmp_path / "c", arm="membr")
