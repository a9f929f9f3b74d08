from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fuzz import ends, extremes
from sim import InputError
from sim.scenario import leaves, load
from sim.world.agents import MOST_WEIGHT, relative
from sim.world.beliefs import Belief
from sim.world.outcomes import MOST
from sim.world.reputation import truncated
from sim.world.signals import Evidence, Rule, absorbed
from sim.world.world import World

GUARANTORS = ("Russia", "Armenia", "Belarus", "Kazakhstan", "Kyrgyzstan", "Tajikistan")
ALONE = {f"states.{name}.active": False for name in GUARANTORS}

FAR_OUT: dict[str, tuple[str, dict[str, Any]]] = {
    "all suspended": ("member", ALONE),
    "all suspended, an applicant": ("accession", {**ALONE, "accession.apply_month": 0}),
    "no actions": ("member", {"states.Israel.actions": [], "states.United States.actions": []}),
    "chance alone chooses": ("ultimatum", {"choice.precision": 0, "crisis.request.sharpness": 0}),
    "near certain choices": ("ultimatum", {"choice.precision": 1e6, "crisis.request.sharpness": 1e6}),
    "maximisers": ("accession", {"choice.rule": "maximiser", "choice.precision": 0}),
    "nobody would ever help": ("member", {"response.intercept.shift": -1e3}),
    "everybody would always help": ("member", {"response.intercept.shift": 1e3}),
    "no mandate ever": ("member", {"council.oppose_below": 1e3, "council.no_mandate": 1e3}),
    "cutpoints that fall": (
        "member",
        {"response.cutpoints.aid": 5, "response.cutpoints.troops": 0, "response.cutpoints.combat": -5},
    ),
    "long lists": (
        "accession",
        {"accession.lags": [1.0] * 1000, "council.latency": [1] * 1000, "council.rotation": ["Russia"] * 1000},
    ),
    "shocks in one month": ("member", {"events": [{"month": 1, "set": {"threat": 1.5, "defence": 0}}] * 1000}),
    "attacks without end": (
        "member",
        {"states.Israel.opportunity.overt": 1e9, "environment.tension.start": 1e3, "crisis.exchanges": 12},
    ),
    "opportunity never comes, tension bursts": (
        "member",
        {"states.Israel.opportunity.overt": 0, "environment.tension.start": 1e15},
    ),
    "a leader too far to matter": ("member", {"states.Russia.distance": 1e9, "environment.weights.distance_scale": 1}),
    "a leader all but without power": (
        "member",
        {"states.Russia.capability": 1e-300, "states.Belarus.capability": 1e15},
    ),
    "types worlds apart": ("member", {"states.Israel.threat_weight": 1e15}),
    "a Council of ages": (
        "member",
        {
            "council.latency": [3650],
            "council.chair_delay": 1e15,
            "council.rotation": ["Kazakhstan"],
            "states.Kazakhstan.ties.Israel": 1,
            "states.Israel.opportunity.overt": 1e9,
            "states.Israel.actions": ["strike"],
            "states.Israel.strike.gain": 1e3,
            "crisis.request.level": 1e3,
        },
    ),
    "one month": ("member", {"horizon": 1, "step": 0.25}),
}


@pytest.mark.parametrize("case", FAR_OUT)
def test_a_legal_scenario_far_out_is_played_to_its_end(case: str) -> None:
    scenario, overrides = FAR_OUT[case]
    ends.played(load(scenario, overrides))


@pytest.mark.parametrize("seed", [*range(12), 3_000_780])  # the last once left no likelihood at any node
def test_parameters_at_the_ends_of_their_fields_are_played_to_the_end(seed: int) -> None:
    told = extremes.overrides(np.random.default_rng(seed))
    if (scenario := ends.loaded("baseline", told)) is not None:
        ends.played(scenario)


def test_points_far_apart_are_played_in_one_batch() -> None:
    points = [
        load("accession", {**overrides, "horizon": 2}) for _, overrides in FAR_OUT.values() if "step" not in overrides
    ]
    columns = World(points, replicates=2).run().columns
    assert columns["outcome"].shape == (len(points), 2)
    ends.lawful(columns, points[0])


def test_a_leader_alone_is_played() -> None:
    given = load("baseline")
    others = [name for name in GUARANTORS if name != "Russia"]
    states = {name: state for name, state in given.states.items() if name not in (*others, "United States")}
    israel = given.states["Israel"].model_copy(update={"backed_by": None})
    ends.played(given.model_copy(update={"states": {**states, "Israel": israel}}))


def test_a_leader_without_power_is_no_scale() -> None:
    with pytest.raises(InputError, match=r"states\.Russia\.capability: .*must be above 0"):
        load("member", {"states.Russia.capability": 0})


def test_weights_are_shares_of_the_leaders_power() -> None:
    powers, leaders = np.array([3.0, 3.0, 0.0, 1e300]), np.array([2.0, 0.0, 0.0, 1e-300])
    assert relative(powers, leaders).tolist() == [1.5, 0.0, 0.0, MOST_WEIGHT]


def test_a_normal_cut_far_out_lies_at_its_end() -> None:
    low = np.array([1e15, -np.inf, 2.0, 5.0, -1e8])
    high = np.array([np.inf, -1e15, 2.0, 1.0, -1e8 + 1e-3])
    mean, variance = truncated(low, high)
    assert mean.tolist() == [1e15, -1e15, 0.0, 0.0, -1e8 + 1e-3]
    assert variance.tolist() == [0.0, 0.0, 1.0, 1.0, 0.0]
    near, _ = truncated(np.array(20.0), np.array(np.inf))
    assert near == pytest.approx(20.0497, abs=1e-4)


def test_a_belief_never_has_a_variance_below_nothing() -> None:
    size = np.array([1e15])
    rule = Rule(base=np.zeros(1), slope=size, centre=np.zeros(1))
    shown = Evidence(rule=rule, sent=np.ones(1), silent=np.ones(1))
    after = absorbed(Belief(mean=size, variance=size), [shown], 1.0)
    assert np.isfinite(after.mean).all()
    assert (after.variance >= 0.0).all()


def test_every_parameter_has_a_value_far_out_that_its_field_takes() -> None:
    luck = np.random.default_rng(1)
    parameters = leaves(load("baseline"))
    load(
        "baseline",
        {name: extremes.far(luck, leaf) for name, leaf in parameters.items() if name != "states.Russia.capability"},
    )


def test_days_and_counts_beyond_a_column_stop_at_its_most() -> None:
    scenario = load("member", FAR_OUT["a Council of ages"][1])
    world = World(scenario.model_copy(update={"horizon": 2}), replicates=64)
    world.tally.exchanges += 40_000
    columns = world.run().columns
    assert columns["council_days"].max() == MOST
    assert (columns["exchanges"] == MOST).all()
