"""Weighted sums of paired worlds: one world is `estimate`, a difference is that of trials, errors are of repetition."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.experiment import Batch, Estimate, Metric, Moments, estimate
from sim.experiment.crossed import Crossed
from sim.experiment.shapley import weights, worlds
from sim.scenario import SETS

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEAN = Metric("x", "A number.", "", lambda batch: batch.columns["x"])
RATIO = Metric("r", "A ratio.", "", lambda batch: batch.columns["x"], lambda batch: batch.columns["y"])
CHANNELS = ("commitment", "capability", "alignment")


def alone(x: NDArray[Any], y: NDArray[Any] | None = None) -> Estimate:
    metric = MEAN if y is None else RATIO
    moments = Moments([metric], 1)
    columns = {"x": x[None]} if y is None else {"x": x[None], "y": y[None]}
    moments.add(Batch(0, 0, columns, {}))
    return estimate(moments.sums[0, :, 0])


def crossed(x: NDArray[Any], y: NDArray[Any] | None = None) -> Crossed:
    found = Crossed(len(x))
    found.add(x, y)
    return found


def assert_same(one: Estimate, other: Estimate) -> None:
    assert one.mean == pytest.approx(other.mean)
    assert one.mc_se == pytest.approx(other.mc_se)
    assert (one.interval is None) == (other.interval is None)
    if one.interval is not None:
        assert one.interval == pytest.approx(other.interval)
    assert (one.n, one.sets, one.left_out) == (other.n, other.sets, other.left_out)


@pytest.mark.parametrize("trials", [300, 700, 20 * SETS, 40 * SETS + 3])
def test_one_world_is_a_single_estimate(trials: int) -> None:
    rng = np.random.default_rng(trials)
    chance = np.tile(np.linspace(0.2, 0.8, SETS), 41)[:trials]
    attacked = rng.random(trials) < chance
    assert_same(crossed(attacked[None]).combined([1.0]), alone(attacked))
    months = np.where(attacked, rng.integers(1, 25, trials), 24.0)
    assert_same(crossed(attacked[None], months[None]).combined([1.0]), alone(attacked, months))


@pytest.mark.parametrize("trials", [20 * SETS, 40 * SETS])
def test_one_world_under_a_condition_is_a_single_estimate(trials: int) -> None:
    rng = np.random.default_rng(trials)
    met, x = rng.random((2, trials)) < np.array([[0.5], [0.3]])
    found, expected = crossed(x[None], met[None]).combined([1.0]), alone(x, met)
    # The number of cases varies here, and its luck is counted too: errors agree to the order of 1 / cases of a set.
    assert found.mean == pytest.approx(expected.mean)
    assert found.mc_se == pytest.approx(expected.mc_se, rel=0.06)
    assert (found.sets, found.n) == (expected.sets, expected.n)


def test_a_difference_is_that_of_every_trial() -> None:
    rng = np.random.default_rng(1)
    luck = rng.random(10 * SETS)
    arms = np.stack([luck < 0.6, luck < np.tile(np.linspace(0.3, 0.6, SETS), 10)])
    found = crossed(arms)
    assert_same(found.combined([-1.0, 1.0]), alone(arms[1].astype(float) - arms[0]))
    assert found.values() == pytest.approx(arms.mean(axis=1).tolist())
    paired = found.combined([-1.0, 1.0]).mc_se or 0.0
    single = [found.combined(one).mc_se or 0.0 for one in ([1.0, 0.0], [0.0, 1.0])]
    assert paired < 0.7 * math.hypot(*single)


def test_the_error_of_a_difference_of_ratios_is_that_of_repetition() -> None:
    def once(seed: int) -> tuple[float, float]:
        rng = np.random.default_rng(seed)
        luck, other = rng.random((2, 8 * SETS))
        attacked = np.stack([luck < 0.6, luck < 0.4])
        campaign = attacked & (other < np.array([[0.3], [0.5]]))
        found = crossed(campaign, attacked).combined([-1.0, 1.0])
        return found.mean or math.nan, found.mc_se or math.nan

    runs = np.array([once(seed) for seed in range(200)])
    assert runs[:, 0].mean() == pytest.approx(0.2, abs=0.003)
    assert runs[:, 0].std() == pytest.approx(runs[:, 1].mean(), rel=0.12)


def test_the_interval_of_an_effect_is_that_of_the_sets() -> None:
    rng = np.random.default_rng(2)
    effect = np.linspace(-0.4, 0.0, SETS)
    luck = rng.random(100 * SETS)
    arms = np.stack([luck < 0.7, luck < np.tile(0.7 + effect, 100)])
    found = crossed(arms).combined([-1.0, 1.0])
    assert found.interval == pytest.approx(tuple(np.quantile(effect, [0.05, 0.95])), abs=0.02)
    assert found.variance is not None
    assert found.variance.ignorance == pytest.approx(effect.var(), rel=0.1)


def test_shapley_shares_of_played_worlds() -> None:
    rng = np.random.default_rng(3)
    order = worlds(CHANNELS)
    trials = 40 * SETS
    resolve = np.tile(np.linspace(0.0, 0.2, SETS), 40)
    luck = rng.random(trials)
    arms = np.stack([luck < 0.9 - resolve * ("commitment" in one) - 0.1 * ("alignment" in one) for one in order])
    found = crossed(arms)
    table = {name: [float(one) for one in row] for name, row in weights(CHANNELS).items()}
    shares = {name: found.combined(row) for name, row in table.items()}
    effect = found.combined([-1.0, *[0.0] * 6, 1.0])
    assert sum(share.mean or 0.0 for share in shares.values()) == pytest.approx(effect.mean, abs=1e-12)
    assert shares["commitment"].mean == pytest.approx(-0.1, abs=0.01)
    assert shares["capability"].mean == pytest.approx(0.0, abs=1e-12)
    assert shares["capability"].mc_se == 0.0
    assert shares["commitment"].interval == pytest.approx((-0.19, -0.01), abs=0.03)
    assert shares["capability"].interval == pytest.approx((0.0, 0.0), abs=1e-12)
    assert effect.interval == pytest.approx((-0.29, -0.11), abs=0.03)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 900), min_size=1, max_size=6), st.integers(0, 2**32 - 1))
def test_any_chunking_gives_the_same_bits(widths: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    total = sum(widths)
    x, y = rng.normal(size=(3, total)), rng.random((3, total))
    whole, streamed = crossed(x, y), Crossed(3)
    first = 0
    for width in widths:
        streamed.add(x[:, first : first + width], y[:, first : first + width])
        first += width
    assert whole.combined([1.0, -1.0, 0.5]) == streamed.combined([1.0, -1.0, 0.5])
    assert whole.trials == streamed.trials == total


def test_without_cases_nothing_is_claimed() -> None:
    x = np.zeros((2, 3 * SETS))
    met = np.stack([np.ones(3 * SETS), np.zeros(3 * SETS)])
    found = crossed(x, met)
    assert found.values() == [0.0, None]
    assert found.covariance() is None
    told = found.combined([-1.0, 1.0])
    assert (told.mean, told.mc_se, told.interval, told.n, told.note) == (None, None, None, 0, "a world has no cases")
    few = crossed(np.ones((2, 1))).combined([-1.0, 1.0])
    assert (few.mean, few.mc_se, few.interval) == (0.0, None, None)
    with pytest.raises(ValueError, match="2 worlds are wanted"):
        Crossed(2).add(np.ones((3, 4)))
