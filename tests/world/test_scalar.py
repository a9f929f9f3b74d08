"""The batch against the scalar reference: every column of every trial, decisions equal and floats to 1e-9."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import scalar
from sim.scenario import leaves, load
from sim.scenario.names import names
from sim.world import BLOCK, World
from sim.world.roster import roster

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.scenario import Scenario

DIGITS = 1e-9
"""Relative tolerance of floats; below it in absolute terms, what is left of a difference of two."""


def differences(scenarios: Sequence[Scenario], trials: range, seed: int) -> tuple[list[str], list[list[scalar.Row]]]:
    """Where the points of a batch and the reference differ: scenario, trial, column and both values; and the rows."""
    batch = World(scenarios, replicates=len(trials), first=trials.start, seed=seed).run().columns
    played = [scalar.play(scenario, trials, seed) for scenario in scenarios]
    found = []
    for point, (scenario, rows) in enumerate(zip(scenarios, played, strict=True)):
        for at, (trial, row) in enumerate(zip(trials, rows, strict=True)):
            assert list(row) == list(batch)
            for column, value in row.items():
                cell = batch[column][point, at].item()
                assert type(cell) is type(value), column
                near = math.isclose(cell, value, rel_tol=DIGITS, abs_tol=1e-12)
                if not (near if isinstance(value, float) else cell == value):
                    found.append(f"{scenario.name}, trial {trial}, {column}: batch {cell!r}, reference {value!r}")
    return found, played


def hold(*scenarios: Scenario, trials: range = range(8), seed: int = 1) -> list[list[scalar.Row]]:
    """Hold batches of all scenarios that can stand in one against the reference; the reference's rows of each."""
    alike: dict[object, list[int]] = {}
    for index, scenario in enumerate(scenarios):
        parameters = frozenset(leaves(scenario))
        # Threats are slow to foresee: they stand in a batch of their own.
        threats = any(getattr(state, "threaten", False) for state in scenario.states.values())
        key = roster(scenario), scenario.horizon, scenario.step, parameters, threats
        alike.setdefault(key, []).append(index)
    found: list[str] = []
    rows: dict[int, list[scalar.Row]] = {}
    for group in alike.values():
        differ, played = differences([scenarios[index] for index in group], trials, seed)
        found += differ
        rows.update(zip(group, played, strict=True))
    assert not found, "\n".join([f"{len(found)} cells differ; the first:", *found[:3]])
    return [rows[index] for index in range(len(scenarios))]


# ---------------------------------------------------------------------------- the scenarios


def test_every_scenario_cell_by_cell() -> None:
    """Three worlds each, some twenty months and a hundred columns of every one; at length in the slow tests."""
    hold(*(load(name, {"horizon": 24} if load(name).horizon > 24 else {}) for name in names()), trials=range(300, 303))


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_every_scenario_at_length(name: str) -> None:
    hold(load(name), trials=range(3000, 3128), seed=11)


def test_the_end_of_a_block_and_the_largest_seed() -> None:
    hold(load("member", {"horizon": 6}), trials=range(BLOCK - 4, BLOCK), seed=2**64 - 1)


def test_trials_of_two_blocks_are_those_of_each() -> None:
    scenario = load("member", {"horizon": 6})
    across = scalar.play(scenario, range(BLOCK - 2, BLOCK + 2), 1)
    apart = [scalar.play(scenario, trials, 1) for trials in (range(BLOCK - 2, BLOCK), range(BLOCK, BLOCK + 2))]
    assert across == apart[0] + apart[1]


# ---------------------------------------------------------------------------- the rules

HELPFUL = {"response.intercept": {"record": "credibility.intercept", "shift": 3}, "council.oppose_below": -4}
"""Guarantors that do come, so that a Council has something to decide."""


RULES = ("consensus", "consensus_minus_one", "majority", "leader", "each_as_it_deems")


def test_every_rule_of_the_council() -> None:
    points = [load("member", {"name": rule.replace("_", "-"), "council.rule": rule, **HELPFUL}) for rule in RULES]
    rows = hold(*points)
    assert [any(row["mandate"] >= 0 for row in played) for played in rows] == [True] * 4 + [False]


SUSPENDED = {"states.Russia.active": False, "states.Belarus.active": False}


def test_members_that_are_suspended() -> None:
    hold(*(load("member", {"council.rule": rule, "horizon": 12, **HELPFUL, **SUSPENDED}) for rule in RULES))


VARIANTS: dict[str, tuple[str, dict[str, object]]] = {
    "half months": ("member", {"step": 0.5}),
    "weeks under threats": ("ultimatum", {"step": 0.25, "horizon": 6, "accession.cover": True}),
    "maximisers": ("ultimatum", {"choice.rule": "maximiser", "accession.cover": True}),
    "no precision": ("member", {"choice.precision": 0}),
    "no signals": ("member", {"signals.active": False}),
    "no reputation": ("member", {"reputation.active": False}),
    "many signals": (
        "member",
        {"signals.costly.rate": 0.6, "signals.costly.tied": 1, "signals.talk.rate": 0.5},
    ),
    "the preventive motive": (
        "accession",
        {"states.Israel.prevention": 1, "states.United States.prevention": 1},
    ),
    "admitted at last": (
        "accession",
        {
            "accession.vote.wish": 6,
            "accession.vote.base": 6,
            "accession.vote.entrapment": 0.5,
            "accession.decision_months": 1.5,
            "arms.delivery_lag": 1,
            "states.Israel.prevention": 1,
        },
    ),
    "cover that comes later": ("member", {"accession.from_month": 7, "states.Israel.prevention": 1}),
    "the abandoned suspend": (
        "member",
        {"crisis.suspend": 1, "council.contested": 3, "crisis.retaliation.escalate": 1},
    ),
    "long wars": ("member", {"crisis.exchanges": 12, "crisis.further": 1, **HELPFUL}),
    "single blows": ("member", {"crisis.exchanges": 1}),
    "a slow Council": (
        "member",
        {"council.latency": [5, 20, 50], "council.chair_delay": 30, **HELPFUL},
    ),
    "a world driven by the record": ("outsider", {"environment.drive": "record", "start": "2023-06"}),
    "scheduled shocks": (
        "member",
        {
            "events": [
                {"month": 2, "set": {"threat": 1.5, "defence": {"shift": -0.2}}},
                {"month": 5, "set": {"tension": {"shift": 0.7}, "missiles": 0.9}},
            ],
        },
    ),
    "threats that bite": (
        "ultimatum",
        {"states.Israel.audience": 0, "states.Israel.concession": 3, "crisis.threat.price": 0.01},
    ),
    "no commitment": ("member", {"channels.commitment": False}),
    "no covert action": ("member", {"states.Israel.actions": ["campaign"]}),
    "threats that nobody warns of": ("ultimatum", {"crisis.threat.warning.rate": 0}),
    "threats without signals": ("ultimatum", {"signals.active": False}),
    "threats under a suspended leader": ("ultimatum", {"states.Russia.active": False}),
    "threats that the leader answers": (
        "ultimatum",
        {
            "accession.cover": True,
            "accession.from_month": 5,
            "crisis.threat.warning.rate": 0.5,
            "crisis.threat.excused": 0,
            "states.United States.threaten": True,
            "states.Israel.prevention": 2,
        },
    ),
    "who can do nothing overt": ("ultimatum", {"states.United States.actions": ["covert"]}),
}


def variants() -> list[Scenario]:
    return [
        load(base, {"horizon": 12, "name": label.lower().replace(" ", "-"), **overrides})
        for label, (base, overrides) in VARIANTS.items()
    ]


def test_every_rule_cell_by_cell() -> None:
    hold(*variants(), trials=range(40, 43), seed=7)


@pytest.mark.long
def test_every_rule_at_length() -> None:
    hold(*variants(), trials=range(1000, 1128), seed=3)


# ---------------------------------------------------------------------------- anything at all

OVERRIDES = st.fixed_dictionaries(
    {},
    optional={
        "accession.cover": st.booleans(),
        "step": st.sampled_from([1, 0.5]),
        "choice.rule": st.sampled_from(["quantal", "maximiser"]),
        "council.rule": st.sampled_from(["consensus", "consensus_minus_one", "majority", "leader"]),
        "signals.costly.rate": st.floats(0.0, 1.0),
        "perception.acuity": st.floats(0.0, 1.0),
        "crisis.exchanges": st.integers(1, 6),
        "council.contested": st.floats(0.0, 4.0),
        "environment.threat.start": st.floats(0.0, 2.0),
        "states.Israel.prevention": st.floats(0.0, 3.0),
        "states.Russia.resolve": st.floats(-3.0, 6.0),
        "states.Israel.threaten": st.booleans(),
    },
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(
    name=st.sampled_from(["member", "accession", "ultimatum"]),
    overrides=OVERRIDES,
    seed=st.integers(0, 2**64 - 1),
    first=st.integers(0, 3 * BLOCK),
)
def test_any_seed_any_trial_any_numbers(name: str, overrides: dict[str, object], seed: int, first: int) -> None:
    first = min(first, (first // BLOCK + 1) * BLOCK - 3)
    hold(load(name, {"horizon": 4, **overrides}), trials=range(first, first + 3), seed=seed)


def test_numbers_of_a_trial_are_plain_floats() -> None:
    numbers = scalar.numbers_of(load("member"), 1234)
    assert all(type(value) is float for value in numbers.values())
