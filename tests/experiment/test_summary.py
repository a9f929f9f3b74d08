from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.experiment import Batch, Metric, Moments, estimate
from sim.scenario import SETS

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEAN = Metric("x", "A number.", "", lambda batch: batch.columns["x"])
RATE = Metric("rate", "A rate.", "", lambda batch: batch.columns["x"], lambda batch: batch.columns["y"])
GIVEN = Metric("given", "A share.", "", lambda batch: batch.columns["x"], lambda batch: batch.columns["met"], "met")


def batch(first: int = 0, **columns: Any) -> Batch:
    return Batch(0, first, {name: np.atleast_2d(values) for name, values in columns.items()}, {})


def sums_of(metric: Metric, **columns: Any) -> NDArray[np.float64]:
    moments = Moments([metric], 1)
    moments.add(batch(**columns))
    return moments.sums[0, :, 0]


def by_set(values: np.ndarray) -> list[np.ndarray]:
    return [values[first::SETS] for first in range(SETS)]


def test_mean_and_its_error_are_those_of_a_stratified_sample() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=7 * SETS) + np.tile(rng.normal(size=SETS), 7)
    found = estimate(sums_of(MEAN, x=x))
    groups = by_set(x)
    assert found.mean == pytest.approx(x.mean())
    assert found.mc_se == pytest.approx(math.sqrt(sum(7 * group.var(ddof=1) for group in groups)) / len(x))
    assert found.n == len(x)
    assert (found.sets, found.left_out) == (SETS, 0)


def test_interval_and_variance_follow_the_formulas() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=4 * SETS) + np.tile(rng.normal(size=SETS), 4)
    found = estimate(sums_of(MEAN, x=x))
    means = np.array([group.mean() for group in by_set(x)])
    within = np.array([group.var(ddof=1) for group in by_set(x)])
    noise = (within / 4).mean()
    pull = math.sqrt(1 - noise / means.var(ddof=1))
    pulled = means.mean() + pull * (means - means.mean())
    assert found.interval == pytest.approx(tuple(np.quantile(pulled, [0.05, 0.95])))
    assert found.variance is not None
    assert found.variance.luck == pytest.approx(within.mean())
    assert found.variance.ignorance == pytest.approx(means.var(ddof=1) - noise)


def test_luck_and_ignorance_are_recovered_from_two_levels() -> None:
    rng = np.random.default_rng(3)
    luck, ignorance, each = 2.0, 0.5, 40
    x = math.sqrt(luck) * rng.normal(size=each * SETS) + np.tile(math.sqrt(ignorance) * rng.normal(size=SETS), each)
    found = estimate(sums_of(MEAN, x=x))
    assert found.variance is not None
    assert found.variance.luck == pytest.approx(luck, rel=0.03)
    assert found.variance.ignorance == pytest.approx(ignorance, rel=0.2)
    assert found.interval is not None
    # The interval of the set means themselves, N(0, 0.5), without the 0.05 of luck left in means of 40 trials.
    assert found.interval == pytest.approx((-1.163, 1.163), abs=0.15)


def test_luck_alone_gives_no_width() -> None:
    rng = np.random.default_rng(4)
    found = estimate(sums_of(MEAN, x=(rng.random(40 * SETS) < 0.3)))
    assert found.interval is None or found.interval[1] - found.interval[0] < 0.05
    assert found.variance is not None
    assert found.variance.ignorance < 0.001


def test_no_interval_is_claimed_where_luck_drowns_it() -> None:
    x = np.tile([0.0, 1.0], SETS)
    x = np.where(np.arange(2 * SETS) < SETS, x, 1.0 - x)
    found = estimate(sums_of(MEAN, x=x))
    assert found.interval is None
    assert found.note == "no interval: luck drowns whatever parameter sets differ by; more trials may show it"


def test_monte_carlo_error_is_that_of_repetition() -> None:
    rng = np.random.default_rng(5)
    chance = np.tile(np.linspace(0.1, 0.9, SETS), 4)
    runs = [estimate(sums_of(MEAN, x=rng.random(4 * SETS) < chance)) for _ in range(300)]
    assert np.std([run.mean or 0.0 for run in runs]) == pytest.approx(
        np.mean([run.mc_se or 0.0 for run in runs]), rel=0.12
    )


def test_a_rate_has_the_error_of_its_linearisation() -> None:
    rng = np.random.default_rng(6)

    def once() -> tuple[float, float]:
        wait = rng.geometric(0.05, size=4 * SETS)
        found = estimate(sums_of(RATE, x=wait <= 24, y=np.minimum(wait, 24).astype(float)))
        assert found.mean is not None
        assert found.mc_se is not None
        return found.mean, found.mc_se

    runs = np.array([once() for _ in range(300)])
    assert runs[:, 0].mean() == pytest.approx(0.05, rel=0.02)
    assert runs[:, 0].std() == pytest.approx(runs[:, 1].mean(), rel=0.12)


def test_a_rate_wants_more_cases_of_a_set_than_a_mean() -> None:
    wait = np.random.default_rng(10).geometric(0.2, size=10 * SETS)
    enough = estimate(sums_of(RATE, x=wait <= 24, y=np.minimum(wait, 24).astype(float)))
    few = estimate(sums_of(RATE, x=wait[: 9 * SETS] <= 24, y=np.minimum(wait[: 9 * SETS], 24).astype(float)))
    assert enough.interval is not None
    assert enough.interval == pytest.approx((0.2, 0.2), abs=0.1)
    assert few.interval is None
    assert few.mc_se == pytest.approx(enough.mc_se, rel=0.2)
    assert few.note is not None
    assert "have 10 cases or more" in few.note


def test_a_condition_counts_only_its_cases() -> None:
    rng = np.random.default_rng(7)
    met = rng.random(20 * SETS) < 0.4
    x = rng.random(20 * SETS) < 0.7
    found = estimate(sums_of(GIVEN, x=x, met=met), given="met")
    assert found.n == met.sum()
    assert found.mean == pytest.approx(x[met].mean())
    assert found.given == "met"
    groups = [x[first::SETS][met[first::SETS]] for first in range(SETS)]
    used = [group for group in groups if len(group) >= 2]
    assert (found.sets, found.left_out) == (len(used), SETS - len(used))
    assert found.variance is not None
    assert found.variance.luck == pytest.approx(np.mean([group.var(ddof=1) for group in used]))


def test_without_cases_there_is_no_number() -> None:
    none = np.zeros(2 * SETS, dtype=bool)
    found = estimate(sums_of(GIVEN, x=none, met=none), given="met")
    assert (found.mean, found.mc_se, found.interval, found.n, found.variance) == (None, None, None, 0, None)
    assert found.note == "no trial meets the condition met"


def test_one_trial_has_a_mean_and_nothing_else() -> None:
    found = estimate(sums_of(MEAN, x=np.array([3.0])))
    assert (found.mean, found.mc_se, found.interval, found.n) == (3.0, None, None, 1)


def test_few_trials_have_no_interval_and_the_error_of_all_together() -> None:
    x = np.random.default_rng(8).normal(size=SETS)
    found = estimate(sums_of(MEAN, x=x))
    assert found.interval is None
    assert found.variance is None
    assert found.mc_se == pytest.approx(x.std(ddof=1) / math.sqrt(SETS))
    assert found.note is not None
    assert "0 of 500 parameter sets" in found.note


def test_between_one_and_two_rounds_of_sets_single_ones_take_the_pooled_variance() -> None:
    x = np.random.default_rng(9).normal(size=SETS + 100)
    found = estimate(sums_of(MEAN, x=x))
    pairs = [x[first::SETS].var(ddof=1) for first in range(100)]
    total = 2 * sum(pairs) + 400 * np.mean(pairs)
    assert (found.sets, found.left_out) == (100, 400)
    assert found.mc_se == pytest.approx(math.sqrt(total) / len(x))


def test_a_constant_has_no_error_and_no_width() -> None:
    found = estimate(sums_of(MEAN, x=np.zeros(2 * SETS)))
    assert (found.mean, found.mc_se, found.interval) == (0.0, 0.0, (0.0, 0.0))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 1300), min_size=1, max_size=12), st.integers(0, 2**32 - 1))
def test_any_chunking_gives_the_same_bits(widths: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    total = sum(widths)
    x, y, met = rng.normal(size=(2, total)), rng.random((2, total)) + 0.1, rng.random((2, total)) < 0.5
    metrics = [MEAN, RATE, GIVEN]
    whole, streamed = Moments(metrics, 2), Moments(metrics, 2)
    whole.add(batch(x=x, y=y, met=met))
    first = 0
    for width in widths:
        cut = slice(first, first + width)
        streamed.add(batch(first, x=x[:, cut], y=y[:, cut], met=met[:, cut]))
        first += width
    assert whole.sums.tobytes() == streamed.sums.tobytes()
    assert whole.trials == streamed.trials == total


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3 * SETS), st.floats(0, 1), st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_estimates_are_never_nan_and_shares_stay_shares(trials: int, often: float, met: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    found = estimate(sums_of(GIVEN, x=rng.random(trials) < often, met=rng.random(trials) < met), given="met")
    interval = found.interval or ()
    for value in (found.mean, found.mc_se, *interval):
        assert value is None or (math.isfinite(value) and -1e-12 <= value <= 1 + 1e-12)
    assert found.sets + found.left_out == SETS
    assert found.interval is None or found.variance is not None
    if found.interval is not None:
        assert found.interval[0] <= found.interval[1]


def test_trials_must_follow_each_other() -> None:
    moments = Moments([MEAN], 1)
    with pytest.raises(ValueError, match="do not follow"):
        moments.add(batch(5, x=np.ones(3)))
