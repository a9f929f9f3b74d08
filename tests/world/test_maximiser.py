"""Choice without noise (model page 7.9): the best alternative, ties even, in acting and in anticipation."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario import load
from sim.world import World
from sim.world.choice import chance, choose, probabilities
from sim.world.streams import BLOCK, Streams

SURE = np.asarray(np.inf)


@given(st.lists(st.integers(-3, 3), min_size=2, max_size=5))
def test_the_best_alternatives_share_the_chance(utilities: list[int]) -> None:
    options = [np.asarray(float(u)) for u in utilities]
    best = [float(u == max(utilities)) for u in utilities]
    assert np.allclose(probabilities(options, SURE), np.array(best) / np.sum(best))
    gumbels = np.stack([np.linspace(-1, 2, 7) * (-1) ** i for i in range(len(options))])
    chosen = choose([np.broadcast_to(o, 7) for o in options], SURE, gumbels)
    assert all(best[i] for i in chosen)


def test_ties_fall_evenly() -> None:
    options = [np.zeros(BLOCK), np.zeros(BLOCK), np.full(BLOCK, -0.5), np.full(BLOCK, -np.inf)]
    chosen = choose(options, SURE, Streams(2, 0, BLOCK).gumbel("tie", 0, 0, 4))
    shares = np.bincount(chosen, minlength=4) / BLOCK
    assert shares[2] == shares[3] == 0
    assert abs(shares[0] - 0.5) < 0.04


def test_the_chance_against_nothing_is_a_step() -> None:
    assert chance(np.array([-0.2, 0.0, 0.1]), SURE).tolist() == [0.0, 0.5, 1.0]


def test_quantal_points_beside_maximisers_are_themselves() -> None:
    quantal, sure = load("member"), load("member", {"choice.rule": "maximiser"})
    alone = World(quantal, replicates=64).run().columns
    beside = World([sure, quantal], replicates=64).run().columns
    for name, column in alone.items():
        assert np.array_equal(column[0], beside[name][1]), name


def test_a_maximiser_goes_where_its_utility_is_greatest() -> None:
    world = World(load("member", {"choice.rule": "maximiser"}), replicates=64)
    odds = world.odds("Israel", "challenge")
    assert odds.utilities is not None
    assert np.array_equal(odds.probabilities[1] == 1.0, odds.utilities[1] > 0)
    for column in world.run().columns.values():
        assert np.isfinite(column).all()
