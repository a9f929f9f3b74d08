from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, softmax

from sim.world.choice import choose, mean, probabilities, sigmoid
from sim.world.streams import BLOCK, Streams

utility = st.floats(-50, 50)


@given(st.lists(utility, min_size=1, max_size=6), st.floats(0, 20))
def test_chances_are_the_softmax(utilities: list[float], precision: float) -> None:
    ours = [float(p) for p in probabilities([np.asarray(u) for u in utilities], np.asarray(precision))]
    assert np.allclose(ours, softmax(precision * np.array(utilities)), atol=1e-12)


def test_what_is_not_open_is_never_chosen() -> None:
    options = [np.asarray(0.0), np.asarray(-np.inf), np.asarray(0.3)]
    assert float(probabilities(options, np.asarray(0.0))[1]) == 0.0
    assert float(mean(options, probabilities(options, np.asarray(4.0)))) < 0.3
    gumbels = Streams(1, 0, BLOCK).gumbel("g", 0, 0, 3)
    chosen = choose([np.broadcast_to(o, BLOCK) for o in options], np.asarray(0.0), gumbels)
    assert 1 not in chosen


def test_choices_come_at_their_odds() -> None:
    options = [np.asarray(0.0), np.asarray(0.2), np.asarray(-0.1)]
    odds = [float(p) for p in probabilities(options, np.asarray(4.0))]
    gumbels = np.concatenate([Streams(9, b * BLOCK, BLOCK).gumbel("g", 0, 0, 3) for b in range(25)], axis=1)
    chosen = choose([np.broadcast_to(o, gumbels.shape[1]) for o in options], np.asarray(4.0), gumbels)
    shares = np.bincount(chosen, minlength=3) / gumbels.shape[1]
    assert np.allclose(shares, odds, atol=5 * 0.5 / np.sqrt(gumbels.shape[1]))


@given(st.floats(-800, 800))
def test_the_logistic_function_has_no_cliffs(x: float) -> None:
    assert np.isclose(float(sigmoid(np.asarray(x))), expit(x), rtol=1e-12, atol=0)
