from __future__ import annotations

import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import strategies
from sim.experiment.designs import (
    DUMMY,
    LUCKS,
    MOST_POINTS,
    Design,
    axes_of,
    design_of,
    grid,
    latin_hypercube,
    listed,
    morris,
    saltelli,
    sobol,
)
from sim.reading import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

RULES: dict[str, list[Any]] = {
    "council.rule": ["consensus", "majority"],
    "states.Russia.resolve.shift": [0.0, 1.0, 2.0],
}
SMOOTH = {"bias": {"normal": [1.0, 2.0]}, "acuity": {"beta": [2.0, 3.0]}, "council.rule": ["consensus", "majority"]}


def test_a_grid_is_every_combination_the_last_axis_fastest() -> None:
    found = grid(axes_of(RULES))
    assert [tuple(point.values()) for point in found.points] == [
        (rule, shift) for rule in RULES["council.rule"] for shift in RULES["states.Russia.resolve.shift"]
    ]
    assert found.names == tuple(RULES)
    assert found.unit.tolist()[1] == [0.25, 0.5]


def test_a_list_takes_the_values_side_by_side() -> None:
    found = listed(axes_of({"a": [1, 2, 3], "b": [True, False, "x"]}))
    assert [dict(point) for point in found.points] == [{"a": 1, "b": True}, {"a": 2, "b": False}, {"a": 3, "b": "x"}]


def test_a_latin_hypercube_has_one_point_in_every_share_of_every_axis() -> None:
    found = latin_hypercube(axes_of(SMOOTH), 40, seed=1)
    table = found.table()
    for name, distribution in (("bias", stats.norm(1.0, 2.0)), ("acuity", stats.beta(2.0, 3.0))):
        assert sorted((distribution.cdf(table[name]) * 40).astype(int)) == list(range(40))
    assert Counter(table["council.rule"].tolist()) == {"consensus": 20, "majority": 20}


@pytest.mark.parametrize("make", [latin_hypercube, sobol])
def test_points_follow_the_distributions_of_their_axes(make: Callable[..., Design]) -> None:
    table = make(axes_of(SMOOTH), 1024, 3).table()
    assert stats.kstest(table["bias"], stats.norm(1.0, 2.0).cdf).statistic < 0.01
    assert stats.kstest(table["acuity"], stats.beta(2.0, 3.0).cdf).statistic < 0.01


@settings(max_examples=30, deadline=None)
@given(
    st.lists(strategies.distributions(), min_size=1, max_size=4),
    st.integers(0, 2**64 - 1),
    st.sampled_from([morris, saltelli]),
)
def test_every_value_is_finite_and_repeats_with_the_seed(
    leaves: list[dict[str, Any]], seed: int, make: Callable[..., Design]
) -> None:
    axes = axes_of({f"x{i}": leaf for i, leaf in enumerate(leaves)})
    one, two = (make(axes, 4, seed) for _ in range(2))
    assert [dict(point) for point in one.points] == [dict(point) for point in two.points]
    assert np.isfinite([list(point.values()) for point in one.points]).all()
    for point in one.points:
        for name, value in point.items():
            low, high = axes[name].support()  # type: ignore[union-attr]
            assert low <= value <= high


def test_a_saltelli_design_crosses_two_samples_column_by_column() -> None:
    found = saltelli(axes_of(SMOOTH), 8, seed=2)
    assert found.columns == (*SMOOTH, DUMMY)
    rows = found.unit.reshape(8, len(found.columns) + 2, -1)
    first, last = rows[:, 0], rows[:, -1]
    for column in range(len(found.columns)):
        crossed = first.copy()
        crossed[:, column] = last[:, column]
        assert np.array_equal(rows[:, column + 1], crossed)
    assert all(DUMMY not in point for point in found.points)


def test_a_trajectory_changes_one_axis_at_a_time_by_the_same_step() -> None:
    found = morris(axes_of(SMOOTH), 6, seed=2)
    steps = np.diff(found.unit.reshape(6, 5, 4), axis=1)
    assert ((steps != 0.0).sum(axis=2) == 1).all()
    assert np.abs(steps).max(axis=2) == pytest.approx(2.0 / 3.0)
    at = stats.norm(1.0, 2.0).cdf(found.table()["bias"])
    assert set(np.round(at, 9)) <= {0.05, 0.35, 0.65, 0.95}


def test_the_dummy_picks_the_luck_in_equal_shares() -> None:
    found = saltelli(axes_of(SMOOTH), 64, seed=1)
    luck = found.luck()
    assert set(luck.tolist()) == set(range(LUCKS))
    rows = luck.reshape(64, -1)
    # Only where the dummy itself is exchanged is the luck another; all other pairs share it.
    assert (rows[:, :4] == rows[:, :1]).all()
    assert (rows[:, 4] == rows[:, 5]).all()
    assert (rows[:, 4] != rows[:, 0]).any()
    assert not saltelli(axes_of(SMOOTH), 4, seed=1, dummy=False).luck().any()


def test_seeds_differ_and_zero_is_one() -> None:
    points = [sobol(axes_of(SMOOTH), 8, seed).unit.tolist() for seed in (0, 0, 1)]
    assert points[0] == points[1] != points[2]


WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "no axis": (lambda: axes_of({}), "at least one is wanted"),
    "empty": (lambda: axes_of({"a": []}), "axes.a: no values"),
    "twice": (lambda: axes_of({"a": [1, 2.0, 1]}), "axes.a: 1 is there twice"),
    "constant": (lambda: axes_of({"a": {"value": 3.0}}), "axes.a: 3 does not vary"),
    "no distribution": (lambda: axes_of({"a": {"unifrom": [0, 1]}}), 'Did you mean "uniform"'),
    "falling": (lambda: axes_of({"a": {"uniform": [1, 0]}}), "axes.a: the least value 1 must be below"),
    "dummy": (lambda: axes_of({"dummy": [1, 2]}), "the name is kept"),
    "grid of a distribution": (lambda: grid(axes_of(SMOOTH)), "axes.bias: a grid takes lists"),
    "large": (lambda: grid(axes_of({name: list(range(50)) for name in "abc"})), "50 x 50 x 50 = 125,000 points"),
    "uneven": (lambda: listed(axes_of({"a": [1], "b": [1, 2]})), "a has 1, b has 2"),
    "power": (lambda: sobol(axes_of(SMOOTH), 1000, 1), "512 and 1,024 are the nearest"),
    "base": (lambda: saltelli(axes_of(SMOOTH), 0, 1), "2 and 4 are the nearest"),
    "too many": (lambda: saltelli(axes_of(SMOOTH), 2**15, 1), "beyond the 100,000 allowed"),
    "one": (lambda: latin_hypercube(axes_of(SMOOTH), 1, 1), "1 is too few"),
    "one trajectory": (lambda: morris(axes_of(SMOOTH), 1, 1), "one shows no spread"),
    "kind": (lambda: design_of("gird", axes_of(RULES)), 'Did you mean "grid"'),
    "points of a grid": (lambda: design_of("grid", axes_of(RULES), points=6), "leave it out"),
    "no points": (lambda: design_of("lhs", axes_of(SMOOTH)), "say how many"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_design_that_cannot_be_is_refused(case: str) -> None:
    call, message = WRONG[case]
    with pytest.raises(InputError, match=message):
        call()


def test_every_wrong_axis_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        axes_of({"a": [], "b": [1, 1], "c": "x"})
    assert len(caught.value.problems) == 3


def test_a_design_is_made_by_its_name() -> None:
    assert len(design_of("sobol", axes_of(SMOOTH), points=16, seed=1).points) == 16
    assert len(design_of("grid", axes_of(RULES)).points) == 6
    assert MOST_POINTS == 100_000


def test_without_salib_the_message_names_the_extra() -> None:
    code = (
        "import sys; sys.modules['SALib'] = None\n"
        "from sim.experiment.designs import axes_of, saltelli\n"
        "from sim.reading import InputError\n"
        "try:\n    saltelli(axes_of({'a': [1, 2]}), 4, 1)\n"
        "except InputError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "pip install 'article4[sensitivity]'" in done.stdout
