"""Break-even values against closed forms, on trials that are drawn and summed up as a run's are."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.special import expit, ndtri

from sim.experiment import Batch, Estimate, Metric, Moments, estimate
from sim.experiment.breakeven import GRID, Breakeven, breakeven
from sim.reading import InputError
from sim.scenario import SETS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

ATTACK = Metric("attack", "An attack.", "probability", lambda batch: batch.columns["attacked"])
PRECISION = 4.0


@dataclass
class World:
    """One month, one challenger: attack with the softmax of two utilities, 0 and U(x) + what the set adds to it."""

    utility: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    shifts: NDArray[np.float64] = field(default_factory=lambda: np.zeros(SETS))
    trials: int = 20 * SETS
    seed: int = 1
    calls: list[int] = field(default_factory=list)

    def __call__(self, values: Sequence[float]) -> list[Estimate]:
        self.calls.append(len(values))
        luck = np.random.default_rng(self.seed).random(self.trials)
        of_set = np.tile(self.shifts, -(-self.trials // SETS))[: self.trials]
        moments = Moments([ATTACK], len(values))
        at = self.utility(np.asarray(values))[:, None]
        attacked = luck < expit(PRECISION * (at + of_set))
        moments.add(Batch(0, 0, {"attacked": attacked}, {}))
        return [estimate(moments.sums[0, :, row]) for row in range(len(values))]


def found(world: Callable[[Sequence[float]], Sequence[Any]], target: float, **options: Any) -> Breakeven:
    return breakeven(world, parameter="x", metric="attack", target=target, **{"low": -2.0, "high": 3.0, **options})


def normal_shifts(spread: float) -> NDArray[np.float64]:
    quantiles = spread * ndtri((np.arange(SETS) + 0.5) / SETS)
    return np.random.default_rng(9).permutation(quantiles)


@pytest.mark.parametrize("target", [0.2, 0.5, 0.8])
def test_the_value_is_that_of_the_softmax(target: float) -> None:
    # P = 1 / (1 + exp(-4 (1 - x))) = target at x = 1 - logit(target) / 4.
    exact = 1.0 - math.log(target / (1.0 - target)) / PRECISION
    world = World(lambda x: 1.0 - x, trials=100 * SETS)
    told = found(world, target)
    assert told.reached
    assert told.mc_se is not None
    slope = PRECISION * target * (1.0 - target)
    assert told.mc_se == pytest.approx(math.sqrt(target * (1 - target) / world.trials) / slope, rel=0.3)
    assert told.value == pytest.approx(exact, abs=3.0 * told.mc_se)
    assert told.achieved == pytest.approx(target, abs=0.001)
    assert [crossing.clear for crossing in told.crossings] == [True]
    assert told.evaluations == sum(world.calls) < 60


def test_monte_carlo_error_is_that_of_repetition() -> None:
    runs = [found(World(lambda x: 1.0 - x, trials=4 * SETS, seed=seed), 0.5) for seed in range(60)]
    values = [run.value or math.nan for run in runs]
    assert np.mean(values) == pytest.approx(1.0, abs=0.006)
    assert np.std(values) == pytest.approx(np.mean([run.mc_se or math.nan for run in runs]), rel=0.3)


@pytest.mark.parametrize(("each", "slack"), [(10, 0.08), (100, 0.04)])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_interval_is_that_of_the_sets(each: int, slack: float, sign: float) -> None:
    # Each set reaches one half at 1 + its shift: N(1, 0.3), whose 5 % and 95 % quantiles are 1 -+ 0.493.
    told = found(World(lambda x: sign * (1.0 - x), normal_shifts(0.3), trials=each * SETS), 0.5)
    assert told.value == pytest.approx(1.0, abs=0.02)
    assert told.interval == pytest.approx((1.0 - 1.645 * 0.3, 1.0 + 1.645 * 0.3), abs=slack)
    assert told.note is None


def test_sets_that_do_not_differ_have_no_wide_interval() -> None:
    told = found(World(lambda x: 1.0 - x, trials=40 * SETS), 0.5)
    if told.interval is None:
        assert told.note is not None
        assert "no interval" in told.note
    else:
        assert told.interval == pytest.approx((1.0, 1.0), abs=0.06)


def test_an_end_of_the_interval_beyond_the_range_is_open() -> None:
    told = found(World(lambda x: 1.0 - x, normal_shifts(0.3)), 0.5, high=1.2)
    assert told.interval is not None
    assert told.interval[0] == pytest.approx(0.507, abs=0.06)
    assert told.interval[1] is None
    assert told.to_json()["interval"][1] is None


def test_every_crossing_is_told_and_the_nearest_to_the_record_is_taken() -> None:
    world = World(lambda x: 0.5 - (x - 0.5) ** 2, trials=40 * SETS)
    ends = 0.5 - math.sqrt(0.5), 0.5 + math.sqrt(0.5)
    for recorded, exact in ((None, ends[0]), (-1.0, ends[0]), (1.0, ends[1])):
        told = found(world, 0.5, recorded=recorded)
        assert [crossing.value for crossing in told.crossings] == pytest.approx(ends, abs=0.03)
        assert told.value == pytest.approx(exact, abs=0.03)
        assert all(crossing.clear for crossing in told.crossings)


def test_a_peak_between_two_values_is_found() -> None:
    # Above the target only within 0.1 of 0.35, between the grid's 0.1875 and 0.5.
    told = found(World(lambda x: 0.02 - 2.0 * np.abs(x - 0.35), trials=400 * SETS), 0.5)
    assert [crossing.value for crossing in told.crossings] == pytest.approx([0.34, 0.36], abs=0.005)


def test_out_of_reach_says_what_was_nearest() -> None:
    told = found(World(lambda x: -1.0 - (x - 1.0) ** 2, trials=40 * SETS), 0.5)
    assert not told.reached
    assert (told.value, told.interval, told.mc_se, told.crossings) == (None, None, None, ())
    assert told.nearest == pytest.approx(1.0, abs=0.15)
    assert told.achieved == pytest.approx(expit(-4.0), abs=0.003)
    assert told.note is not None
    assert "out of reach: attack comes no nearer to 0.5 than 0.01" in told.note


@dataclass(frozen=True)
class Fixed:
    mean: float | None
    mc_se: float | None = 0.001
    interval: tuple[float, float] | None = None


def test_a_jump_over_the_target_is_told() -> None:
    told = found(lambda values: [Fixed(0.2 if x < math.sqrt(2) else 0.9) for x in values], 0.5)
    assert told.value == pytest.approx(math.sqrt(2), abs=0.001)
    assert told.note is not None
    assert "jumps over the target" in told.note


def test_a_metric_that_is_the_target_over_a_stretch_meets_it_there() -> None:
    told = found(lambda values: [Fixed(max(0.0, x - 1.0), 0.0) for x in values], 0.0, recorded=0.0)
    assert told.reached
    assert told.achieved == 0.0
    assert told.value == 0.0
    assert told.mc_se is None
    assert told.note is not None
    assert "stays within" in told.note


def test_a_mean_that_few_sets_make_has_no_interval() -> None:
    told = found(lambda values: [Fixed(x / 50, 0.001, (0.0, 0.0)) for x in values], 0.02)
    assert told.value == pytest.approx(1.0)
    assert told.interval is None
    assert told.note == "no interval: that of the metric leaves its mean out"


def test_where_there_are_no_cases_nothing_is_claimed() -> None:
    told = found(lambda values: [Fixed(None, None) for _ in values], 0.5)
    assert (told.reached, told.value, told.achieved) == (False, None, None)
    assert told.note == "attack has no cases at any value tried"
    some = found(lambda values: [Fixed(None if x < 0 else x) for x in values], 0.5)
    assert some.value == pytest.approx(0.5, abs=0.01)


def test_values_that_hover_at_the_target_are_not_clear() -> None:
    told = found(lambda values: [Fixed(0.5 + 1e-4 * math.sin(7 * x)) for x in values], 0.5)
    assert len(told.crossings) > 3
    assert not any(crossing.clear for crossing in told.crossings)


def test_json_and_calls() -> None:
    world = World(lambda x: 1.0 - x, normal_shifts(0.3))
    told = found(world, 0.5)
    assert world.calls[0] == GRID
    data = json.loads(json.dumps(told.to_json(), allow_nan=False))
    assert {"parameter", "metric", "target", "reached", "value", "interval", "achieved"} <= set(data)
    assert found(world, 0.5).to_json() == told.to_json()


@pytest.mark.parametrize("wrong", [{"low": 3.0}, {"high": math.inf}, {"target": math.nan}])
def test_a_range_that_is_none_is_refused(wrong: dict[str, float]) -> None:
    options: dict[str, Any] = {"low": -2.0, "high": 3.0, "target": 0.5, **wrong}
    with pytest.raises(InputError, match="finite ends"):
        breakeven(World(lambda x: x), parameter="x", metric="attack", **options)
