from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.world import beliefs, council, response

finite = st.floats(-10, 10)


@given(finite, finite, st.floats(0, 5), st.floats(0, 5), st.floats(0, 5))
def test_levels_rise_with_the_latent_and_caution_only_stops_combat(
    y: float, first: float, gap: float, gap2: float, caution: float
) -> None:
    cutpoints = (np.array([first]), np.array([first + gap]), np.array([first + gap + gap2]))
    here = response.level(np.array([y]), cutpoints, np.zeros(1))[0]
    higher = response.level(np.array([y + 1.0]), cutpoints, np.zeros(1))[0]
    careful = response.level(np.array([y]), cutpoints, np.array([caution]))[0]
    assert 0 <= here <= higher <= 3
    assert careful == here or (here == 3 and careful == 2)


def test_harm_by_level() -> None:
    harms = (np.array([0.1]), np.array([0.4]), np.array([1.0]))
    reached = np.array([-1, 0, 1, 2, 3], np.int8)
    assert response.harm(np.asarray(0.5), reached, harms) == pytest.approx([0, 0, 0.05, 0.2, 0.5])


def test_without_a_free_hand_a_member_stops_at_aid() -> None:
    reached = np.array([0, 1, 2, 3, 3], np.int8)
    free = np.array([False, False, False, False, True])
    assert council.capped(reached, free=free).tolist() == [0, 1, 1, 1, 3]


@given(finite, st.floats(-3, 3), st.floats(0, 3))
def test_stances_partition_the_latent(v: float, oppose_below: float, gap: float) -> None:
    rules = council.Rules(np.array([oppose_below]), np.array([oppose_below + gap]), np.array([1.0]))
    taken = int(council.stance(np.array([v]), rules)[0])
    assert taken == (0 if v < oppose_below else 2 if v > oppose_below + gap else 1)


@given(finite, finite, st.floats(0.01, 4), st.floats(0, 1), finite)
def test_an_observer_who_sees_all_believes_the_truth(
    truth: float, mean: float, variance: float, acuity: float, z: float
) -> None:
    def start(acuity: float) -> beliefs.Belief:
        numbers = (truth, mean, variance, acuity, 0.0, z)
        return beliefs.initial(*(np.array([x]) for x in numbers))

    seer, blind = start(1.0), start(0.0)
    assert seer.mean[0] == pytest.approx(truth)
    assert seer.variance[0] == pytest.approx(0.0)
    assert blind.mean[0] == pytest.approx(mean)
    assert blind.variance[0] == pytest.approx(variance)
    assert start(acuity).variance[0] <= variance


def test_beliefs_are_calibrated() -> None:
    """Where truths follow the record, errors of a belief have its own variance and are not predictable from it."""
    rng = np.random.default_rng(2)
    truth, z = rng.normal(-1, 1.3, 200_000), rng.normal(size=200_000)
    record, variance, acuity, bias = (np.full(1, x) for x in (-1.0, 1.69, 0.7, 0.0))
    belief = beliefs.initial(truth, record, variance, acuity, bias, z)
    error = truth - belief.mean
    assert error.mean() == pytest.approx(0.0, abs=0.02)
    assert error.var() == pytest.approx(belief.variance[0], rel=0.02)
    assert np.corrcoef(error, belief.mean)[0, 1] == pytest.approx(0.0, abs=0.01)
