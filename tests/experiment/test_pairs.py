from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from sim.experiment import Batch, Estimate, Metric, strata_bounds
from sim.experiment.pairs import Pairs
from sim.scenario import SETS

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEAN = Metric("x", "A number.", "", lambda batch: batch.columns["x"])
RATE = Metric("hazard", "A rate.", "", lambda batch: batch.columns["x"], lambda batch: batch.columns["y"])
GIVEN = Metric("given", "A share.", "", lambda batch: batch.columns["x"], lambda batch: batch.columns["met"], "met")


def pairs_of(metric: Metric, cuts: tuple[int, ...] = (), **columns: NDArray[Any]) -> Pairs:
    """A control and an arm, the trials added in pieces."""
    pairs = Pairs([metric], 2)
    trials = next(iter(columns.values())).shape[1]
    for first, last in zip((0, *cuts), (*cuts, trials), strict=True):
        pairs.add(Batch(0, first, {name: values[:, first:last] for name, values in columns.items()}, {}))
    return pairs


def difference(metric: Metric, **columns: NDArray[Any]) -> Estimate:
    return pairs_of(metric, (), **columns).effect(metric.name, 1)


def ratio(**columns: NDArray[Any]) -> Estimate:
    return pairs_of(RATE, (), **columns).hazard_ratio(1)


def test_difference_of_means_has_the_error_of_the_paired_differences() -> None:
    rng = np.random.default_rng(1)
    shared = rng.normal(size=7 * SETS)
    x = np.stack([shared + rng.normal(size=7 * SETS), shared + 0.3 + 0.5 * rng.normal(size=7 * SETS)])
    found = difference(MEAN, x=x)
    change = x[1] - x[0]
    groups = [change[first::SETS] for first in range(SETS)]
    assert found.mean == pytest.approx(change.mean())
    assert found.mc_se == pytest.approx(math.sqrt(sum(7 * group.var(ddof=1) for group in groups)) / len(change))
    assert found.n == 7 * SETS


def test_variance_of_a_difference_is_the_two_less_twice_their_covariance() -> None:
    rng = np.random.default_rng(2)
    one, other, correlation = 1.0, 2.0, 0.8
    covariance = [[one**2, correlation * one * other], [correlation * one * other, other**2]]
    x = rng.multivariate_normal([0.0, 0.0], covariance, size=40 * SETS).T
    found = difference(MEAN, x=x)
    closed = math.sqrt((one**2 + other**2 - 2 * correlation * one * other) / x.shape[1])
    assert found.mc_se == pytest.approx(closed, rel=0.02)


def test_interval_is_that_of_the_sets_effects() -> None:
    rng = np.random.default_rng(3)
    trials, effects = 40, rng.normal(0.1, 0.05, size=SETS)
    p0 = rng.uniform(0.4, 0.6, size=SETS)
    luck = rng.random((trials, SETS))
    x = np.stack([(luck < p0).ravel(), (luck < p0 + effects).ravel()])
    found = difference(MEAN, x=x)
    assert found.interval is not None
    assert found.interval == pytest.approx(tuple(np.quantile(effects, [0.05, 0.95])), abs=0.02)


@pytest.mark.parametrize("metric", [MEAN, GIVEN, RATE], ids=lambda metric: metric.name)
def test_error_is_the_spread_of_repeated_experiments(metric: Metric) -> None:
    rng = np.random.default_rng(4)
    found = []
    for _ in range(150):
        luck, other = rng.random((2, 4 * SETS))
        met = np.stack([luck < 0.7, luck < 0.6])
        x = met & (other < np.array([[0.5], [0.3]]))
        found.append(difference(metric, x=x, met=met, y=1.0 + 20.0 * (other * np.ones((2, 1)))))
    means = np.array([effect.mean for effect in found])
    errors = np.array([effect.mc_se for effect in found])
    assert errors.mean() == pytest.approx(means.std(ddof=1), rel=0.2)


def test_ratio_of_rates_and_its_error() -> None:
    rng = np.random.default_rng(5)
    found = []
    for _ in range(150):
        months = rng.geometric(np.array([[0.10], [0.05]]), size=(2, 10 * SETS))
        attacked = months <= 24
        found.append(ratio(x=attacked, y=np.minimum(months, 24).astype(float)))
    means = np.array([effect.mean for effect in found])
    assert means.mean() == pytest.approx(0.5, rel=0.01)
    assert np.mean([effect.mc_se for effect in found]) == pytest.approx(means.std(ddof=1), rel=0.2)


def test_ratio_is_not_given_where_sets_see_no_event() -> None:
    rng = np.random.default_rng(6)
    attacked = rng.random((2, 20 * SETS)) < np.array([[0.5], [0.02]])
    found = ratio(x=attacked, y=np.full(attacked.shape, 24.0))
    assert found.mean == pytest.approx(attacked[1].sum() / attacked[0].sum())
    assert found.interval is None
    assert found.note is not None
    assert "no event" in found.note
    nothing = ratio(x=np.zeros((2, 20), bool), y=np.ones((2, 20)))
    assert (nothing.mean, nothing.mc_se, nothing.interval) == (None, None, None)


def test_equal_arms_have_no_effect_and_no_error() -> None:
    rng = np.random.default_rng(7)
    x = np.tile(rng.random(30 * SETS) < 0.4, (2, 1))
    months = np.tile(rng.integers(1, 25, size=30 * SETS).astype(float), (2, 1))
    for effect in (difference(MEAN, x=x), difference(RATE, x=x, y=months)):
        assert (effect.mean, effect.mc_se, effect.interval) == (0.0, 0.0, (0.0, 0.0))
    same = ratio(x=x, y=months)
    assert (same.mean, same.mc_se, same.interval) == (1.0, 0.0, (1.0, 1.0))


def test_without_cases_there_is_no_effect() -> None:
    x, met = np.zeros((2, 100), bool), np.zeros((2, 100), bool)
    met[1, :50] = True
    found = difference(GIVEN, x=x, met=met)
    assert (found.mean, found.mc_se, found.interval, found.n) == (None, None, None, 0)
    assert found.note == "a world has no cases"


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 4 * SETS - 1), unique=True, max_size=4))
def test_pieces_give_the_same_bits(cuts: list[int]) -> None:
    rng = np.random.default_rng(8)
    x = rng.normal(size=(2, 4 * SETS))
    whole, pieces = (pairs_of(MEAN, tuple(sorted(at)), x=x).effect("x", 1) for at in ([], cuts))
    assert pieces == whole


@settings(deadline=None)
@given(st.floats(0, 1), st.floats(0, 1))
def test_bounds_of_strata_are_those_of_all_couplings(control: float, arm: float) -> None:
    # Shares of never, deterred, provoked, regardless with these margins; the extremes by linear programming.
    margins = [[1.0, 1.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0], [0.0, 0.0, 1.0, 1.0]]
    bounds = strata_bounds(control, arm)
    for name, place in (("deterred", 1), ("provoked", 2)):
        for sign, end in zip((1.0, -1.0), bounds[name], strict=True):
            cost = np.zeros(4)
            cost[place] = sign
            best = linprog(cost, A_eq=margins, b_eq=[1.0, control, arm], bounds=(0, 1))
            assert best.fun is not None
            assert end == pytest.approx(sign * best.fun, abs=1e-7)
