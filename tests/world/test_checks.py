"""Checks 2 to 5 and 7 of the model page: what any implementation must pass."""

from __future__ import annotations

import itertools
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.scenario import load
from sim.world import BLOCK, Outcomes, World
from worlds import frozen, quiet

if TYPE_CHECKING:
    from sim.scenario import Scenario


def same(one: Outcomes, other: Outcomes, *, but: tuple[str, ...] = ()) -> None:
    for name, column in one.columns.items():
        if name not in but:
            assert np.array_equal(column, other.columns[name]), name


# ---------------------------------------------------------------------------- check 2

YEAR = {"horizon": 12}
"""Twelve months of 512 worlds: one cell in half a million that differed would be seen."""


def test_check2_a_treaty_neither_in_force_nor_applied_for_changes_nothing() -> None:
    """Cover that would enter long after the horizon is no cover (in the month before, waiting would cost)."""
    without = World(load("outsider", YEAR), replicates=512).run()
    late = World(load("member", {**YEAR, "accession.from_month": 18}), replicates=512).run()
    same(without, late)


CHANNELS_OFF = {"channels.capability": False, "channels.alignment": False}
NO_COMMITMENT = {
    **YEAR,
    **CHANNELS_OFF,
    "channels.commitment": False,
    "environment.threat.boldness": 0,
}


def test_check2_a_treaty_that_binds_nobody_changes_nothing_but_the_record_of_it() -> None:
    without = World(load("outsider", NO_COMMITMENT), replicates=512).run()
    covered = World(load("member", NO_COMMITMENT), replicates=512).run()
    same(without, covered, but=("in_force_at_attack", "months_admitted"))
    assert covered.columns["in_force_at_attack"].any()


def test_check2_delta_zero_and_nobody_asks_is_the_same_world() -> None:
    nothing = {
        **YEAR,
        **CHANNELS_OFF,
        "response.in_force": 0,
        "environment.threat.boldness": 0,
        "crisis.request.help": 0,
        "crisis.request.refused": 400,
        "crisis.request.level": 0,
        "signals.active": False,
    }
    without = World(load("outsider", nothing), replicates=512).run()
    covered = World(load("member", nothing), replicates=512).run()
    same(without, covered, but=("in_force_at_attack", "months_admitted"))


# ---------------------------------------------------------------------------- check 3

CERTAIN_COMBAT = {
    "response.intercept": 30,
    "perception.acuity": 1,
    "council.oppose_below": -50,
    "council.support_above": -40,
    "choice.clash_cost": 0,
}


@pytest.mark.parametrize(("gamma", "most"), [(5, 0.05), (20, 0.0)])
def test_check3_certain_combat_and_great_weight_deter(gamma: float, most: float) -> None:
    fearful = {f"states.{name}.deterrence": gamma for name in ("Israel", "United States")}
    attacks = World(load("member", {**CERTAIN_COMBAT, **fearful}), replicates=512).run().columns["attacks"]
    assert (attacks > 0).mean() <= most


def test_check3_overt_action_falls_cell_by_cell_as_perceived_resolve_rises() -> None:
    one_month = {
        "horizon": 1,
        "choice.clash_cost": 0,
        "states.Israel.actions": ["strike"],
        "states.United States.actions": ["strike"],
        "states.Israel.opportunity.overt": 50,
        "states.United States.opportunity.overt": 50,
        "states.Israel.prevention": 0,
        "states.United States.prevention": 0,
    }
    acts = []
    for bias in (-2.0, -1.0, 0.0, 1.0, 2.0, 4.0):
        world = World(load("member", {**one_month, "perception.bias": bias}), replicates=1024)
        acts.append(world.run().columns["attacks"] > 0)
    for lower, higher in itertools.pairwise(acts):
        assert not (higher & ~lower).any()
    assert acts[0].sum() > acts[-1].sum()


# ---------------------------------------------------------------------------- check 4


def alone(**overrides: object) -> Scenario:
    """A frozen world in which only Israel can strike, once a chance comes."""
    return quiet(
        frozen("outsider", states__Israel__actions=["strike"], states__United_States__actions=[]),
        perception__acuity=1,
        response__shock=0,
        **overrides,
    )


@pytest.mark.parametrize("step", [1.0, 0.5])
def test_check4_waiting_in_a_frozen_world_is_geometric(step: float) -> None:
    scenario = alone(step=step)
    world = World(scenario)
    p = float(world.odds("Israel", "challenge").probabilities[1, 0, 0])
    nu = float(world.values["states.Israel.opportunity.overt"].item())
    hazard = (1 - np.exp(-nu * step)) * p
    columns = World(scenario, replicates=BLOCK).run().columns
    for months in (6, 12, 24):
        expected = 1 - (1 - hazard) ** (months / step)
        found = (columns["months_at_risk"] <= months)[columns["attacks"] > 0].sum() / BLOCK
        assert found == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / BLOCK))


def test_check4_halving_the_step_keeps_the_curve_to_first_order() -> None:
    shares = []
    for step in (1.0, 0.5, 0.25):
        attacks = World(load("outsider", {"step": step, "horizon": 12}), replicates=BLOCK).run().columns["attacks"]
        shares.append((attacks > 0).mean())
    # One month is coarse: the gap to half a month is of the order of the chance of two opportunities in a month.
    assert abs(shares[0] - shares[1]) < 0.05
    assert abs(shares[1] - shares[2]) < abs(shares[0] - shares[1]) + 0.02


# ---------------------------------------------------------------------------- checks 5 and 7


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.integers(0, 60), count=st.integers(1, 12), row=st.integers(0, 2))
def test_check5_a_trial_is_its_cell_in_any_batch(first: int, count: int, row: int, whole: Outcomes) -> None:
    """Six batches: whatever depended on place or size would differ in the first of them, in some of fifty columns."""
    part = World(three()[row], replicates=count, first=first, seed=5).run()
    for name, column in part.columns.items():
        assert np.array_equal(column[0], whole.columns[name][row, first : first + count]), name


@cache
def three() -> list[Scenario]:
    return [load("outsider"), load("member"), load("member", {"states.Russia.resolve.shift": 2})]


@pytest.fixture(scope="module")
def whole() -> Outcomes:
    return World(three(), replicates=80, seed=5).run()


def test_check5_a_lone_block_is_itself() -> None:
    far = World(load("member"), replicates=64, first=7 * BLOCK, seed=5).run()
    again = World([load("outsider"), load("member")], replicates=128, first=7 * BLOCK, seed=5).run()
    for name, column in far.columns.items():
        assert np.array_equal(column[0], again.columns[name][1, :64]), name


def test_check7_a_log_changes_nothing(whole: Outcomes) -> None:
    for trial in range(6):
        world = World(three()[1], first=trial, seed=5, log=True)
        columns = world.run().columns
        for name, column in columns.items():
            assert column[0, 0] == whole.columns[name][1, trial], name
        assert world.log is not None


def test_check7_an_agent_that_never_acts_changes_no_cell() -> None:
    """A third challenger without actions, and a suspended guarantor of whatever resolve."""
    base = World(load("member"), replicates=256).run()
    member = load("member")
    idle = member.states["Israel"].model_dump(mode="json") | {"actions": [], "backed_by": None}
    ties = {f"states.{name}.ties.Elsewhere": 0.9 for name in base_guarantors(member)}
    extra = World(member.with_({"states.Elsewhere": idle, **ties}), replicates=256).run()
    for name, column in base.columns.items():
        assert np.array_equal(column, extra.columns[name]), name
    other = World(load("member", {"states.Armenia.resolve": 9}), replicates=256).run()
    same(base, other)


def base_guarantors(scenario: Scenario) -> list[str]:
    return [name for name, state in scenario.states.items() if state.role == "guarantor"]


def test_a_log_of_many_trials_is_refused() -> None:
    with pytest.raises(ValueError, match="single trial"):
        World(load("member"), replicates=2, log=True)


def test_responses_come_at_the_chances_that_the_truth_foresees() -> None:
    """One rule, two uses: the forecast with beliefs equal to the truth is the frequency with which it happens."""
    sure = quiet(
        frozen(horizon=1),
        perception__acuity=1,
        states__Israel__opportunity__overt=50,
        states__Israel__strike__gain=9,
        states__Israel__actions=["strike"],
        states__United_States__actions=[],
        crisis__request__help=500,
        crisis__request__refused=0,
        crisis__exchanges=1,  # later exchanges may raise a level
    )
    chances = World(sure).odds("Russia", "respond", attacker="Israel").probabilities.ravel()
    blocks = [World(sure, replicates=BLOCK, first=b * BLOCK).run().columns for b in range(4)]
    attacked = np.concatenate([b["attacks"].ravel() for b in blocks]) > 0
    levels = np.concatenate([b["level_Russia"].ravel() for b in blocks])[attacked]
    assert attacked.mean() > 0.95
    shares = np.bincount(levels, minlength=4) / len(levels)
    assert shares == pytest.approx(chances, abs=4 * 0.5 / np.sqrt(len(levels)))
