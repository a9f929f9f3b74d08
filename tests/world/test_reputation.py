"""What observers learn from how guarantors answered (model page 7.4)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, ndtr
from scipy.stats import truncnorm

from sim.scenario import load
from sim.world import World
from sim.world.beliefs import Belief
from sim.world.reputation import LOGISTIC_VARIANCE, interval, truncated, updated
from worlds import quiet

_Z, _W = np.polynomial.hermite_e.hermegauss(41)
CUTPOINTS = (np.asarray(-1.6), np.asarray(0.2), np.asarray(1.4))


def exact(mean: float, variance: float, shock: float, low: float, high: float) -> tuple[float, float]:
    """Posterior moments with the logistic as it is, by quadrature over belief and shock."""
    eta = mean + np.sqrt(variance) * np.linspace(-8, 8, 1601)
    seen = np.zeros_like(eta)
    for z, w in zip(_Z, _W, strict=True):
        seen += w * (expit(high - eta - shock * z) - expit(low - eta - shock * z))
    mass = seen * np.exp(-0.5 * (eta - mean) ** 2 / variance)
    mass /= mass.sum()
    middle = float((mass * eta).sum())
    return middle, float((mass * (eta - middle) ** 2).sum())


@pytest.mark.parametrize("level", [0, 1, 2, 3])
@pytest.mark.parametrize("mean", [-3.0, -1.0, 1.0])
@pytest.mark.parametrize("variance", [0.25, 1.0, 2.0])
@pytest.mark.parametrize("shock", [0.4, 0.8])
def test_the_moments_are_near_the_exact_ones(level: int, mean: float, variance: float, shock: float) -> None:
    """Mean within 0.13, variance within 11 % (model page 7.4); for rarer answers than 6 in 100 0.25 and 23 %."""
    low, high = interval(np.array([level], np.int8), CUTPOINTS, np.zeros(1, np.bool_))
    found = updated(Belief(np.asarray(mean), np.asarray(variance)), np.asarray(shock**2 + LOGISTIC_VARIANCE), low, high)
    middle, spread = exact(mean, variance, shock, float(low[0]), float(high[0]))
    wide = np.sqrt(variance + shock**2 + LOGISTIC_VARIANCE)
    rare = float(ndtr((high[0] - mean) / wide) - ndtr((low[0] - mean) / wide)) < 0.06
    assert found.mean[0] == pytest.approx(middle, abs=0.25 if rare else 0.13)
    assert found.variance[0] == pytest.approx(spread, rel=0.23 if rare else 0.11)


@given(low=st.floats(-6, 6), width=st.floats(0.1, 5))
def test_truncated_moments_are_those_of_scipy(low: float, width: float) -> None:
    mean, variance = truncated(np.array([low]), np.array([low + width]))
    assert mean[0] == pytest.approx(truncnorm.mean(low, low + width), abs=1e-6)
    assert variance[0] == pytest.approx(truncnorm.var(low, low + width), abs=1e-5)


@pytest.mark.parametrize("far", [30.0, 300.0])
def test_far_out_nothing_breaks(far: float) -> None:
    for low, high in ((far, np.inf), (-np.inf, -far), (far, far + 1), (-far - 1, -far), (-np.inf, np.inf)):
        mean, variance = truncated(np.array([low]), np.array([high]))
        assert np.isfinite(mean[0])
        assert 0.0 <= variance[0] <= 1.0
        assert low - 1e-9 <= mean[0] <= high + 1e-9


def test_the_expected_posterior_is_the_prior() -> None:
    """Martingale under the observer's own model of the answers."""
    belief, noise = Belief(np.asarray(-0.4), np.asarray(1.3)), np.asarray(0.5 + LOGISTIC_VARIANCE)
    levels = np.arange(4, dtype=np.int8)
    low, high = interval(levels, CUTPOINTS, np.zeros(4, np.bool_))
    rng = np.random.default_rng(3)
    y = -0.4 + np.sqrt(1.3 + float(noise)) * rng.standard_normal(400_000)
    share = np.bincount(np.digitize(y, [float(c) for c in CUTPOINTS]), minlength=4) / y.size
    after = updated(belief, noise, low, high)
    assert float((share * after.mean).sum()) == pytest.approx(-0.4, abs=0.01)
    assert np.all(np.diff(after.mean) > 0)


def test_capped_aid_shows_aid_or_more() -> None:
    low, high = interval(np.array([1, 1, 0], np.int8), CUTPOINTS, np.array([True, False, True]))
    assert low.tolist() == [-1.6, -1.6, -np.inf]
    assert high.tolist() == [np.inf, 0.2, -1.6]


@pytest.mark.parametrize(("resolve", "sign"), [(8, 1), (-8, -1)])
def test_who_fights_is_believed_and_who_talks_is_not(resolve: float, sign: int) -> None:
    scenario = quiet(
        load("outsider", {"horizon": 1}),
        perception__acuity=0.5,
        signals__active=False,
        choice__clash_cost=0,
        states__Russia__resolve=resolve,
        states__Israel__opportunity__overt=50,
        states__Israel__strike__gain=9,
        states__Israel__actions=["strike"],
        states__United_States__actions=[],
    )
    world = World(scenario, replicates=16)
    before = [o.beliefs["Russia"].mean.copy() for o in world.observers]
    columns = world.run().columns
    attacked = columns["attacks"] > 0
    shown = columns["level_Russia"] == (3 if sign > 0 else 0)
    assert shown.any()
    for old, observer in zip(before, world.observers, strict=True):
        moved = sign * (observer.beliefs["Russia"].mean - old)[shown]
        assert (moved >= 0).all()
        assert moved.mean() > 0
        assert np.array_equal(np.broadcast_to(observer.beliefs["Russia"].mean, world.shape)[~attacked], old[~attacked])


def test_the_log_tells_what_was_learned() -> None:
    warlike = load("member", {"states.Israel.opportunity.overt": 3, "horizon": 12})
    ended = []
    for trial in range(8):
        world = World(warlike, first=trial, log=True)
        world.run()
        assert world.log is not None
        events = [row.get("event") for row in world.log.rows]
        assert ("crisis ends" in events) == ("reputation" in events)
        ended.append("crisis ends" in events)
    assert any(ended)
