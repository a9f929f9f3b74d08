"""What follows the first exchange: replies, going on, rising, campaigns that outlast a month, leaving, and threats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.special import softmax

from sim.scenario import load
from sim.world import Outcomes, World
from sim.world.assault import Assault
from sim.world.expectations import attackers_eyes, outlook, prospects
from sim.world.values import Cells
from worlds import frozen, quiet

if TYPE_CHECKING:
    from sim.scenario import Scenario


def war(**more: object) -> Scenario:
    """Israel strikes in the first month for certain, and the United States stays out."""
    return quiet(
        frozen(horizon=1),
        **{
            "states__Israel__opportunity__overt": 50,
            "states__Israel__strike__gain": 9,
            "states__Israel__actions": ["strike"],
            "states__United_States__actions": [],
            **more,
        },
    )


def played(scenario: Scenario, replicates: int = 256) -> Outcomes:
    return World(scenario, replicates=replicates).run()


def test_replies_come_at_the_model_pages_utilities() -> None:
    numbers = {f"crisis__retaliation__{k}": v for k, v in (("proportionate", 0.25), ("escalate", -0.6))}
    halves = {"crisis__retaliation__emboldened": 0.5, "crisis__retaliation__backed": 0.5}
    world = World(war(**numbers, **halves, environment__threat__boldness=0.8, crisis__request__level=0.2))
    for action, level in (("strike", 0.0), ("campaign", 0.2)):
        for harm in (0.0, 0.29, 0.31):
            escalate = -0.6 + level + 0.5 * 0.8 + 0.5 * (harm > 0.3)
            expected = softmax(4.0 * np.array([0, 0.25 + level, escalate]))
            found = world.odds("Iran", "retaliate", action=action, harm=harm).probabilities.ravel()
            assert found == pytest.approx(expected, abs=1e-12)


def test_one_exchange_is_the_end_where_only_one_is_allowed() -> None:
    columns = played(war(crisis__exchanges=1)).columns
    assert np.array_equal(columns["exchanges"], columns["attacks"])


def test_an_attacker_with_much_to_gain_uses_every_exchange() -> None:
    columns = played(war(crisis__exchanges=5)).columns
    assert np.array_equal(columns["exchanges"], 5 * columns["attacks"])
    assert columns["attacks"].all()


def test_a_crisis_ends_where_the_attacker_stops_and_nobody_escalates() -> None:
    """Going on is worth much less than nothing: one exchange, unless the protégé escalates, which it always does."""
    calm = {"crisis__retaliation__escalate": -99, "crisis__exchanges": 6}
    fierce = {"crisis__retaliation__escalate": 99, "crisis__exchanges": 6}
    # After the first blow the programme is gone, and with it the gain.
    gone: dict[str, Any] = {
        "crisis__strike__setback": 1,
        "crisis__setback_spread": 0,
        "states__Israel__strike__cost": 4,
    }
    for temper, length in ((calm, 1), (fierce, 6)):
        columns = played(war(**gone, **temper)).columns
        assert columns["attacks"].any()
        assert np.array_equal(columns["exchanges"], length * columns["attacks"])


def test_levels_never_fall_and_rise_by_one_an_exchange() -> None:
    keen = {"response__intercept": 30, "crisis__retaliation__escalate": -99, "council__no_mandate": 0}
    calls: dict[str, Any] = {"crisis__request__help": 500, "crisis__request__refused": 0}
    for most in (1, 2, 3):
        story = World(war(**keen, **calls, crisis__exchanges=most), log=True)
        story.run()
        assert story.log is not None
        rises = [row for row in story.log.rows if row.get("event") == "rises"]
        assert all(row["exchange"] < most for row in rises)
    one = played(load("member", {"crisis.exchanges": 1}))
    more = played(load("member", {"crisis.exchanges": 2}))
    first = (one.columns["attacks"] == 1) & (more.columns["attacks"] == 1)
    for name in ("Russia", "Belarus", "Kazakhstan"):
        gap = more.columns[f"level_{name}"].astype(int) - one.columns[f"level_{name}"]
        assert set(np.unique(gap[first])) <= {0, 1}


def test_a_campaign_outlasts_its_month_and_counts_one_attack() -> None:
    long = war(
        horizon=4,
        states__Israel__actions=["campaign"],
        states__Israel__campaign__gain=30,
        crisis__exchanges=3,
        environment__threat__start=1,
    )
    columns = played(long).columns
    assert (columns["attacks"] == 1).all()
    assert (columns["exchanges"] == 12).all()
    assert (columns["months_at_risk"] == 1).all()
    brief = played(long.with_({"crisis.exchanges": 1})).columns
    assert (brief["attacks"] == 4).all()


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_an_abandoned_ally_may_leave(chance: float) -> None:
    cold = {"response__intercept": -30, "crisis__request__help": 0, "crisis__request__level": 0}
    asks = {"crisis__request__refused": 0, "crisis__suspend": chance}
    columns = played(war(horizon=6, **cold, **asks)).columns
    invoked = columns["invoked"]
    assert invoked.any()
    assert np.array_equal(columns["suspended_month"] >= 0, invoked & (chance > 0))


def test_who_fired_first_is_less_supported_and_others_know() -> None:
    world = World(load("member", {"council.contested": 2}), replicates=64)
    before = world.odds("Council", "decide").probabilities[3]
    israel = Assault.by(0, Cells.everywhere(world.shape))
    hoped = prospects(world, outlook(world, attackers_eyes(world, israel), israel), israel).mandate[0]
    world.fired_first[:, :32] = 1.0
    after = world.odds("Council", "decide").probabilities[3]
    less = prospects(world, outlook(world, attackers_eyes(world, israel), israel), israel).mandate[0]
    assert (after[:, :32] < before[:, :32]).all()
    assert (less[:32] < hoped[:32]).all()
    assert np.array_equal(after[:, 32:], before[:, 32:])
    assert np.array_equal(less[32:], hoped[32:])


def test_check2_exchanges_of_luck_leave_the_first_attack_alone() -> None:
    """Common random numbers: the first attack does not know how many exchanges will follow."""
    one, four = (played(load("member", {"crisis.exchanges": n})).columns for n in (1, 4))
    for name in ("first_attack_month", "first_attacker", "months_at_risk"):
        assert np.array_equal(one[name], four[name]), name


def test_check2_who_may_threaten_but_never_does_changes_nothing() -> None:
    silent = {f"states.{name}.concession": 0 for name in ("Israel", "United States")}
    silent |= {f"states.{name}.audience": 1_000_000 for name in ("Israel", "United States")}
    base = played(load("member", silent)).columns
    able = played(load("ultimatum", {**silent, "crisis.threat.price": 0, "crisis.threat.suffering": 400})).columns
    idle = able["threats"] == 0
    assert np.array_equal(able["attacks"][idle], base["attacks"][idle])


def test_every_threat_ends_in_one_way() -> None:
    alone = load("ultimatum", {"states.United States.actions": []})
    columns = played(alone, 512).columns
    left = columns["threats"] - columns["conceded"] - columns["backed_down"]
    assert columns["threats"].any()
    assert (left >= 0).all()
    assert (left <= columns["attacks"]).all()


YEAR: dict[str, Any] = {"horizon": 12}


def test_check5_a_trial_with_threats_and_long_wars_is_its_cell() -> None:
    points = [load("outsider", YEAR), load("ultimatum", YEAR), load("member", {**YEAR, "crisis.exchanges": 2})]
    whole = World(points, replicates=40, seed=7).run()
    assert whole.columns["threats"][1, :4].any()
    assert whole.columns["exchanges"][1, 13:22].any()
    for row, point in enumerate(points):
        part = World(point, replicates=9, first=13, seed=7).run()
        for name, column in part.columns.items():
            assert np.array_equal(column[0], whole.columns[name][row, 13:22]), name
    for trial in range(4):
        told = World(points[1], first=trial, seed=7, log=True).run()
        for name, column in told.columns.items():
            assert column[0, 0] == whole.columns[name][1, trial], name
