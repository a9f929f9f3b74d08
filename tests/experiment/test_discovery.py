"""Scenario discovery against boxes that are known."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.experiment.boxes import Among, Range, box_of
from sim.experiment.discovery import LEAST_MASS, discover, screened
from sim.reading import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A box planted in a grid of 40 x 40 midpoints on the unit square: 256 of 1,600 points are of interest.
MIDPOINTS = (np.arange(40) + 0.5) / 40.0
SQUARE = dict(zip(("x1", "x2"), (axis.ravel() for axis in np.meshgrid(MIDPOINTS, MIDPOINTS)), strict=True))
PLANTED = (SQUARE["x1"] > 0.3) & (SQUARE["x1"] < 0.7) & (SQUARE["x2"] > 0.6)


def test_the_planted_box_is_found() -> None:
    found = discover(SQUARE, PLANTED)
    box = found.box
    assert (found.n, found.of_interest) == (1600, 256)
    assert (box.coverage, box.density, box.mass) == (1.0, 1.0, 0.16)
    x1, x2 = box.limits["x1"], box.limits["x2"]
    assert isinstance(x1, Range)
    assert isinstance(x2, Range)
    assert (x1.low, x1.high, x2.low) == pytest.approx((0.3, 0.7, 0.6))
    assert x2.high is None
    assert all(chance < 1e-6 for chance in box.chance.values())


def test_the_three_points() -> None:
    points = dict(zip(("x1", "x2", "x3"), np.array([[0, 1, 2], [2, 5, 6], [3, 2, 1]]).T, strict=True))
    interest = np.array([True, True, False])
    box = box_of(points, interest, {"x1": Range(0, 1e9), "x2": Range(1, 5), "x3": Range(2, 6)})
    assert (box.coverage, box.density, box.mass) == pytest.approx((1.0, 1.0, 2.0 / 3.0))
    found = discover(points, interest, chance=2.0).box
    assert (found.coverage, found.density, found.mass) == pytest.approx((1.0, 1.0, 2.0 / 3.0))
    assert len(found.limits) == 1


def test_columns_that_do_not_matter_are_left_alone() -> None:
    rng = np.random.default_rng(1)
    table = {f"x{i}": rng.random(2000) for i in range(8)}
    interest = (table["x3"] > 0.7) & (table["x5"] < 0.4)
    found = discover(table, interest)
    assert set(found.box.limits) == {"x3", "x5"}
    assert found.box.coverage > 0.9
    assert found.box.density > 0.95


def test_categories_and_truth_values_are_limits() -> None:
    rng = np.random.default_rng(2)
    rule = rng.choice(["consensus", "leader", "majority", "each_as_it_deems"], size=1500)
    commitment, bias = rng.random(1500) < 0.5, rng.normal(size=1500)
    interest = np.isin(rule, ["leader", "majority"]) & commitment & (bias < 1.0)
    box = discover({"council.rule": rule, "channels.commitment": commitment, "perception.bias": bias}, interest).box
    assert (box.coverage, box.density) == (1.0, 1.0)
    limit = box.limits["council.rule"]
    assert isinstance(limit, Among)
    assert sorted(limit.values) == ["leader", "majority"]
    assert box.limits["channels.commitment"] == Among((True,))
    assert box.to_json()["limits"]["channels.commitment"]["values"] == [True]


def test_a_whole_category_does_not_win_for_its_size() -> None:
    rng = np.random.default_rng(5)
    table = {"x": rng.random(2000), "category": rng.choice(["a", "b"], size=2000)}
    interest = rng.random(2000) < np.where(table["x"] < 0.3, 0.8, 0.1) + 0.1 * (table["category"] == "a")
    # Half of all cases without "b" are denser than 19 in 20 without a slice of x, but not for each case given up.
    assert list(discover(table, interest).trajectory[1].limits) == ["x"]


def test_noise_has_no_box() -> None:
    found_in_noise = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        table = {f"x{i}": rng.random(400) for i in range(10)}
        found_in_noise += bool(discover(table, rng.random(400) < 0.3).box.limits)
    assert found_in_noise <= 6


def test_screening_finds_the_box_among_many_columns() -> None:
    rng = np.random.default_rng(4)
    table = {f"x{i}": rng.random(500) for i in range(100)}
    interest = rng.random(500) < np.where((table["x1"] > 0.6) & (table["x2"] < 0.5), 0.8, 0.1)
    left = screened(table, interest, seed=1)
    assert {"x1", "x2"} <= set(left)
    assert len(left) < 15
    assert set(discover(left, interest, tried=len(table)).box.limits) == {"x1", "x2"}


def test_quasi_p_is_the_binomial_tail() -> None:
    table = {"x": np.arange(8.0)}
    interest = np.array([0, 0, 0, 0, 1, 1, 1, 1], dtype=bool)
    found = discover(table, interest, chance=0.1).box
    assert found.limits == {"x": Range(3.5, None)}
    assert found.chance["x"] == pytest.approx(0.5**4)
    assert found.to_json()["limits"]["x"] == {"low": 3.5, "high": None, "quasi_p": pytest.approx(0.5**4)}
    assert discover(table, interest).box.limits == {}


def test_pasting_gives_back_what_peeling_took_too_much() -> None:
    # A slice holds two of twenty values, and three are to go.
    table = {"x": np.repeat(np.arange(20.0), 5)}
    interest = table["x"] >= 3
    found = discover(table, interest, peel=0.1)
    assert found.box.limits == {"x": Range(2.5, None)}
    assert all(box.coverage < 1.0 or box.density < 1.0 for box in found.trajectory)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 300), st.integers(1, 12), st.floats(0.02, 0.9))
def test_trajectories_get_denser_and_smaller(seed: int, cases: int, values: int, often: float) -> None:
    rng = np.random.default_rng(seed)
    table: dict[str, NDArray[Any]] = {
        "number": rng.normal(size=cases),
        "level": rng.integers(values, size=cases),
        "word": rng.choice(list("abc"), size=cases),
    }
    interest = rng.random(cases) < often
    interest[0] = True
    found = discover(table, interest, chance=2.0 if seed % 2 else 0.05)
    densities = [box.density for box in found.trajectory]
    masses = [box.mass for box in found.trajectory]
    assert densities == sorted(densities)
    assert masses == sorted(masses, reverse=True)
    assert len(set(masses)) == len(masses)
    assert masses[-1] >= LEAST_MASS or len(masses) == 1
    json.dumps(found.to_json(), allow_nan=False)
    for box in (found.box, *found.trajectory):
        again = box_of(table, interest, box.limits)
        assert (again.coverage, again.density, again.mass, again.n) == (box.coverage, box.density, box.mass, box.n)
        assert box.coverage * interest.sum() == pytest.approx(box.density * box.n)
        assert not math.isnan(sum(box.chance.values()))


@pytest.mark.parametrize("name", ["seed", "Trial", "set", "point", "states.Iran.id"])
def test_what_numbers_the_cases_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="is no parameter"):
        discover({name: np.arange(9.0), "x": np.arange(9.0)}, np.arange(9) > 4)


def test_what_cannot_be_searched_is_refused() -> None:
    some = np.arange(9) > 4
    with pytest.raises(InputError, match="no case is of interest"):
        discover({"x": np.arange(9.0)}, np.zeros(9, dtype=bool))
    with pytest.raises(InputError, match="x: 9 values are wanted"):
        discover({"x": np.arange(8.0)}, some)
    with pytest.raises(InputError, match="x: 1 values are missing"):
        discover({"x": np.where(some, np.nan, 1.0)[3:6]}, some[3:6])
    with pytest.raises(InputError, match="truth values"):
        discover({"x": np.arange(9.0)}, np.arange(9.0))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="at least one parameter"):
        discover({}, some)
    with pytest.raises(InputError, match="peel 0"):
        discover({"x": np.arange(9.0)}, some, peel=0.0)


def test_where_everything_is_of_interest_there_is_no_limit() -> None:
    found = discover({"x": np.arange(9.0)}, np.ones(9, dtype=bool))
    assert found.box.limits == {}
    assert discover({}, np.arange(9) > 4, tried=3).box.limits == {}
    assert found.note == "no limit of any parameter is told from luck"
