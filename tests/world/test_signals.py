"""Signals and silence, tied hands (model page 4.4)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario import load
from sim.world import World
from sim.world.beliefs import Belief
from sim.world.signals import Evidence, Rule, absorbed
from worlds import frozen, quiet

OFF = {
    "signals.active": False,
    "reputation.active": False,
    "states.Israel.prevention": 0,
    "states.United States.prevention": 0,
}


def at(value: float) -> np.ndarray:
    return np.asarray(float(value))


def exact(mean: float, variance: float, evidence: list[Evidence], step: float) -> tuple[float, float]:
    eta = mean + np.sqrt(variance) * np.linspace(-9, 9, 4001)
    mass = np.exp(-0.5 * ((eta - mean) ** 2) / variance)
    for part in evidence:
        p = 1 / (
            1 + np.exp(-(np.log(part.rule.rate / (1 - part.rule.rate)) + part.rule.slope * (eta - part.rule.centre)))
        )
        quiet_step = (1 - p) ** step
        mass = mass * (1 - quiet_step) ** part.sent * (1 - p) ** part.silent
    mass = mass / mass.sum()
    middle = float((mass * eta).sum())
    return middle, float((mass * (eta - middle) ** 2).sum())


@given(
    mean=st.floats(-3, 3),
    variance=st.floats(0.01, 2.5),
    rate=st.floats(0.02, 0.15),
    slope=st.sampled_from([0.25, 0.667]),
    sent=st.integers(0, 2),
    silent=st.floats(0, 3),
    step=st.sampled_from([1.0, 0.5]),
)
def test_a_belief_moves_as_the_exact_posterior(
    mean: float, variance: float, rate: float, slope: float, sent: int, silent: float, step: float
) -> None:
    evidence = [Evidence(Rule(at(rate), at(slope), at(0)), at(sent), at(silent))]
    found = absorbed(Belief(at(mean), at(variance)), evidence, step)
    middle, spread = exact(mean, variance, evidence, step)
    assert float(found.mean) == pytest.approx(middle, abs=0.015)
    assert float(found.variance) == pytest.approx(spread, rel=0.02)


def test_the_expected_posterior_is_the_prior() -> None:
    """Martingale: over what may be sent, beliefs move by nothing on average."""
    belief = Belief(at(0.3), at(1.2))
    rule = Rule(at(0.06), at(0.667), at(0.0))
    rng = np.random.default_rng(7)
    eta = 0.3 + np.sqrt(1.2) * rng.standard_normal(400_000)
    chance = float(rule.chance(eta, 1.0).mean())
    loud = absorbed(belief, [Evidence(rule, at(1), at(0))], 1.0)
    still = absorbed(belief, [Evidence(rule, at(0), at(1))], 1.0)
    assert float(loud.mean) > 0.3 > float(still.mean)
    assert chance * float(loud.mean) + (1 - chance) * float(still.mean) == pytest.approx(0.3, abs=0.002)


def test_silence_of_a_quarter_at_once_is_silence_month_by_month() -> None:
    rule = Rule(at(0.1), at(0.667), at(0.0))
    at_once = absorbed(Belief(at(0.0), at(2.0)), [Evidence(rule, at(0), at(3))], 1.0)
    by_month = Belief(at(0.0), at(2.0))
    for _ in range(3):
        by_month = absorbed(by_month, [Evidence(rule, at(0), at(1))], 1.0)
    assert float(at_once.mean) == pytest.approx(float(by_month.mean), abs=0.01)
    assert float(at_once.variance) == pytest.approx(float(by_month.variance), rel=0.02)


def test_chances_over_parts_of_a_month_make_the_month() -> None:
    rule = Rule(at(0.07), at(0.667), at(-1.0))
    assert float(rule.chance(at(-1.0), 1.0)) == pytest.approx(0.07)
    assert 1 - (1 - float(rule.chance(at(0.4), 0.5))) ** 2 == pytest.approx(float(rule.chance(at(0.4), 1.0)))
    assert float(Rule(at(0), at(1), at(0)).chance(at(5), 1.0)) == 0.0


def beliefs(world: World) -> list[np.ndarray]:
    return [
        np.broadcast_to(part, world.shape)
        for observer in world.observers
        for name in world.roster.guarantors
        for part in (observer.beliefs[name].mean, observer.beliefs[name].variance)
    ]


def test_who_knows_the_truth_learns_nothing() -> None:
    world = World(load("member", {"perception.acuity": 1}), replicates=64)
    before = beliefs(world)
    world.run()
    for old, new in zip(before, beliefs(world), strict=True):
        assert np.array_equal(old, new)


def test_others_learn() -> None:
    world = World(load("member"), replicates=64)
    before = beliefs(world)
    world.run()
    assert sum(not np.array_equal(old, new) for old, new in zip(before, beliefs(world), strict=True)) > 20


def test_costly_signals_are_sent_under_cover_alone_and_tie_hands() -> None:
    points = [load("outsider"), load("member", {"signals.costly.half_life": 6, "signals.costly.tied": 0.5})]
    world = World(points, replicates=256)
    for _ in range(3):
        world.step()
    tied = world.signals.tied["Russia"]
    assert (tied[0] == 0).all()
    assert {0.0, 0.5} <= {*np.unique(tied[1]).tolist()} <= {0.0, 0.5, 1.0, 1.5}
    assert (np.broadcast_to(world.signals.tied["Armenia"], world.shape) == 0).all()  # suspended
    world.step()  # the quarter closes before new signals
    grown = world.signals.tied["Russia"][1] / 0.5 - tied[1] / 0.5 * 0.5**0.5
    assert np.isclose(grown, np.round(grown)).all()


def test_a_standing_commitment_raises_what_is_done_and_what_is_expected() -> None:
    bound = World([frozen("member"), frozen("member", states__Russia__tied=2)], replicates=4)
    done = bound.odds("Russia", "respond").probabilities
    assert (done[3, 1] > done[3, 0]).all()
    harm = bound.prospects(bound.challengers[0], bound.challengers[0])["strike"].harm
    assert (harm[1] > harm[0]).all()


def test_forecasts_renewed_in_part_are_those_renewed_whole() -> None:
    world = World([load("outsider"), load("member")], replicates=48)
    for _ in range(9):
        world.step()
    israel = world.challengers[0]
    kept = world.forecasts.fresh(israel, israel, "strike")
    whole = World([load("outsider"), load("member")], replicates=48)
    for _ in range(9):
        whole.forecasts.outdate(np.ones(whole.shape, np.bool_))
        whole.step()
    fresh = type(world.forecasts)(whole).fresh(whole.challengers[0], whole.challengers[0], "strike")
    for old, new in zip(kept, fresh, strict=True):
        assert np.array_equal(old.others, new.others)
        assert np.array_equal(old.leader_combat(np.zeros(())), new.leader_combat(np.zeros(())))


def test_switched_off_nothing_is_drawn_or_learned() -> None:
    world = World(quiet(load("member", OFF)), replicates=16)
    before = beliefs(world)
    world.run()
    for old, new in zip(before, beliefs(world), strict=True):
        assert np.array_equal(old, new)
    assert (np.broadcast_to(world.signals.tied["Russia"], world.shape) == 0).all()


def test_a_point_without_signals_is_untouched_by_one_with_them() -> None:
    alone = World(load("member", OFF), replicates=64).run().columns
    beside = World([load("member"), load("member", OFF)], replicates=64).run().columns
    for name, column in alone.items():
        assert np.array_equal(column[0], beside[name][1]), name
