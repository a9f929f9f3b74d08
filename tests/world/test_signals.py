"""Signals and silence, tied hands (model page 7.4)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario import load
from sim.world import World
from sim.world.assault import Assault
from sim.world.beliefs import Belief
from sim.world.expectations import attackers_eyes, outlook, prospects
from sim.world.signals import Evidence, Rule, absorbed
from sim.world.values import Cells
from worlds import frozen, quiet

OFF = {
    "signals.active": False,
    "reputation.active": False,
    "states.Israel.prevention": 0,
    "states.United States.prevention": 0,
}


def at(value: float) -> np.ndarray:
    return np.array([float(value)])


def exact(mean: float, variance: float, evidence: list[Evidence], step: float) -> tuple[float, float]:
    eta = mean + np.sqrt(variance) * np.linspace(-9, 9, 4001)
    mass = np.exp(-0.5 * ((eta - mean) ** 2) / variance)
    for part in evidence:
        p = 1 / (1 + np.exp(-(part.rule.base + part.rule.slope * (eta - part.rule.centre))))
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
    evidence = [Evidence(Rule.at_rate(at(rate), at(slope), at(0)), at(sent), at(silent))]
    found = absorbed(Belief(at(mean), at(variance)), evidence, step)
    middle, spread = exact(mean, variance, evidence, step)
    assert found.mean.item() == pytest.approx(middle, abs=0.015)
    assert found.variance.item() == pytest.approx(spread, rel=0.02)


def test_the_expected_posterior_is_the_prior() -> None:
    """Martingale: over what may be sent, beliefs move by nothing on average."""
    belief = Belief(at(0.3), at(1.2))
    rule = Rule.at_rate(at(0.06), at(0.667), at(0.0))
    rng = np.random.default_rng(7)
    eta = 0.3 + np.sqrt(1.2) * rng.standard_normal(400_000)
    chance = float(rule.chance(eta, 1.0).mean())
    loud = absorbed(belief, [Evidence(rule, at(1), at(0))], 1.0)
    still = absorbed(belief, [Evidence(rule, at(0), at(1))], 1.0)
    assert loud.mean.item() > 0.3 > still.mean.item()
    assert chance * loud.mean.item() + (1 - chance) * still.mean.item() == pytest.approx(0.3, abs=0.002)


@pytest.mark.parametrize("months", [3, 24])
def test_all_at_once_is_nearer_to_the_exact_posterior_than_month_by_month(months: int) -> None:
    rule = Rule.at_rate(at(0.1), at(0.667), at(0.0))
    seen = [1.0 if month % 7 == 2 else 0.0 for month in range(months)]
    whole = [Evidence(rule, at(sum(seen)), at(months - sum(seen)))]
    at_once = absorbed(Belief(at(0.0), at(2.0)), whole, 1.0)
    by_month = Belief(at(0.0), at(2.0))
    for sent in seen:
        by_month = absorbed(by_month, [Evidence(rule, at(sent), at(1 - sent))], 1.0)
    middle, spread = exact(0.0, 2.0, whole, 1.0)
    assert at_once.mean.item() == pytest.approx(middle, abs=0.01)
    assert at_once.variance.item() == pytest.approx(spread, rel=0.02)
    assert abs(at_once.mean.item() - middle) <= abs(by_month.mean.item() - middle) + 1e-3


def test_chances_over_parts_of_a_month_make_the_month() -> None:
    rule = Rule.at_rate(at(0.07), at(0.667), at(-1.0))
    assert rule.chance(at(-1.0), 1.0).item() == pytest.approx(0.07)
    assert 1 - (1 - rule.chance(at(0.4), 0.5).item()) ** 2 == pytest.approx(rule.chance(at(0.4), 1.0).item())
    assert Rule.at_rate(at(0), at(1), at(0)).chance(at(5), 1.0).item() == 0.0


def beliefs(world: World) -> list[np.ndarray]:
    cells = Cells.everywhere(world.shape)
    now = world.signals.taken_in(world.minds.at(cells), cells)
    return [*now.mean, *now.variance]


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
    assert sum(not np.array_equal(old, new) for old, new in zip(before, beliefs(world), strict=True)) >= 6


def test_costly_signals_are_sent_under_cover_alone_and_tie_hands() -> None:
    points = [load("outsider"), load("member", {"signals.costly.half_life": 6, "signals.costly.tied": 0.5})]
    world = World(points, replicates=256)
    world.step()
    tied = world.signals.tied["Russia"]
    assert (tied[0] == 0).all()
    assert {*np.unique(tied[1]).tolist()} == {0.0, 0.5}
    assert (np.broadcast_to(world.signals.tied["Armenia"], world.shape) == 0).all()  # suspended
    world.step()
    grown = (world.signals.tied["Russia"][1] - tied[1] * 0.5 ** (1 / 6)) / 0.5
    assert np.isclose(grown, np.round(grown)).all()


def test_a_standing_commitment_raises_what_is_done_and_what_is_expected() -> None:
    bound = World([frozen("member"), frozen("member", states__Russia__tied=2)], replicates=4)
    done = bound.odds("Russia", "respond").probabilities
    assert (done[3, 1] > done[3, 0]).all()
    israel = Assault.by(0, Cells.everywhere(bound.shape))
    harm = prospects(bound, outlook(bound, attackers_eyes(bound, israel), israel), israel).harm[0].reshape(bound.shape)
    assert (harm[1] > harm[0]).all()


def test_a_look_changes_no_belief() -> None:
    looked, left = (World(load("member"), replicates=32) for _ in range(2))
    for _ in range(9):
        looked.step()
        looked.odds("Israel", "challenge")
        left.step()
    for one, other in zip(beliefs(looked), beliefs(left), strict=True):
        assert np.array_equal(one, other)


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
