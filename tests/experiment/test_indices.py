"""Indices against closed forms, by the way a sweep takes: design, points, an evaluation of points, analysis."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.experiment.designs import DUMMY, Axes, Design, axes_of, latin_hypercube, morris, saltelli
from sim.experiment.indices import Sensitivity, given_data_indices, morris_effects, sobol_indices
from sim.reading import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

# Ishigami (Ishigami and Homma 1990) with a = 7, b = 0.1.
A, B = 7.0, 0.1
ISHIGAMI_AXES = axes_of({f"x{i}": {"uniform": [-math.pi, math.pi]} for i in (1, 2, 3)})
V1 = (1.0 + B * math.pi**4 / 5.0) ** 2 / 2.0
V2 = A**2 / 8.0
V13 = B**2 * math.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
ISHIGAMI_VARIANCE = V1 + V2 + V13
ISHIGAMI_FIRST = (V1 / ISHIGAMI_VARIANCE, V2 / ISHIGAMI_VARIANCE, 0.0)
ISHIGAMI_TOTAL = ((V1 + V13) / ISHIGAMI_VARIANCE, V2 / ISHIGAMI_VARIANCE, V13 / ISHIGAMI_VARIANCE)

# The g function (Sobol 1993; Saltelli and Sobol 1995).
G = (0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0)
G_AXES = axes_of({f"x{i}": {"uniform": [0.0, 1.0]} for i in range(len(G))})
G_PARTS = tuple(1.0 / (3.0 * (1.0 + a) ** 2) for a in G)
G_VARIANCE = math.prod(1.0 + part for part in G_PARTS) - 1.0
G_FIRST = tuple(part / G_VARIANCE for part in G_PARTS)
G_TOTAL = tuple(part * (1.0 + G_VARIANCE) / (1.0 + part) / G_VARIANCE for part in G_PARTS)


def ishigami(design: Design) -> NDArray[np.float64]:
    x1, x2, x3 = (design.table()[f"x{i}"] for i in (1, 2, 3))
    return np.asarray(np.sin(x1) + A * np.sin(x2) ** 2 + B * x3**4 * np.sin(x1))


def sobol_g(design: Design) -> NDArray[np.float64]:
    table = design.table()
    found: NDArray[np.float64] = np.prod(
        [(np.abs(4.0 * table[f"x{i}"] - 2.0) + a) / (1.0 + a) for i, a in enumerate(G)], axis=0
    )
    return found


def played(design: Design, noise: float) -> NDArray[np.float64]:
    """A linear metric estimated from few trials; the dummy picks their luck, as a run by seeds does."""
    table = design.table()
    luck = np.random.default_rng(5).normal(size=8) * noise
    return np.asarray(2.0 * table["strong"] + 0.0 * table["inert"] + luck[design.luck()])


def estimates(found: Sensitivity, quantity: str) -> list[float]:
    return [indices[quantity].estimate or 0.0 for indices in found.parameters.values()]


def test_closed_forms_are_those_of_the_literature() -> None:
    assert pytest.approx((0.3139, 0.4424, 0.0), abs=1e-4) == ISHIGAMI_FIRST
    assert pytest.approx((0.5576, 0.4424, 0.2437), abs=1e-4) == ISHIGAMI_TOTAL
    assert pytest.approx((0.7162, 0.1790, 0.0237, 0.0072), abs=1e-4) == G_FIRST[:4]
    assert pytest.approx((0.7871, 0.2422, 0.0343, 0.0105), abs=1e-4) == G_TOTAL[:4]


@pytest.mark.parametrize(
    ("axes", "evaluate", "first", "total", "variance"),
    [
        (ISHIGAMI_AXES, ishigami, ISHIGAMI_FIRST, ISHIGAMI_TOTAL, ISHIGAMI_VARIANCE),
        (G_AXES, sobol_g, G_FIRST, G_TOTAL, G_VARIANCE),
    ],
)
def test_sobol_indices_are_the_closed_forms(
    axes: Axes,
    evaluate: Callable[[Design], NDArray[np.float64]],
    first: tuple[float, ...],
    total: tuple[float, ...],
    variance: float,
) -> None:
    design = saltelli(axes, 4096, seed=0, dummy=False)
    found = sobol_indices(design, evaluate(design), seed=1)
    assert estimates(found, "first") == pytest.approx(first, abs=0.002)
    assert estimates(found, "total") == pytest.approx(total, abs=0.002)
    assert found.variance == pytest.approx(variance, rel=0.005)
    assert found.evaluations == 4096 * (len(first) + 2)
    for indices, exact in zip(found.parameters.values(), total, strict=True):
        interval = indices["total"].interval
        assert interval is not None
        assert interval[0] <= exact <= interval[1]


def test_sobol_intervals_cover_the_truth_as_often_as_they_say() -> None:
    covered = 0
    for seed in range(20):
        design = saltelli(ISHIGAMI_AXES, 256, seed=seed, dummy=False)
        found = sobol_indices(design, ishigami(design), seed=seed)
        for indices, exact in zip(found.parameters.values(), ISHIGAMI_FIRST, strict=True):
            low, high = indices["first"].interval or (0.0, 0.0)
            covered += low <= exact <= high
    assert covered >= 50  # of 60; Sobol points lie closer to the truth than the bootstrap of independent ones thinks


@pytest.mark.parametrize(
    ("axes", "evaluate", "first"), [(ISHIGAMI_AXES, ishigami, ISHIGAMI_FIRST), (G_AXES, sobol_g, G_FIRST)]
)
def test_given_data_indices_are_the_closed_forms(
    axes: Axes, evaluate: Callable[[Design], NDArray[np.float64]], first: tuple[float, ...]
) -> None:
    design = latin_hypercube(axes, 8192, seed=2)
    found = given_data_indices(design.table(), evaluate(design), seed=2)
    assert estimates(found, "first") == pytest.approx(first, abs=0.02)


def test_given_data_indices_of_correlated_normals() -> None:
    rho, rng = 0.6, np.random.default_rng(3)
    x1, z, inert = rng.normal(size=(3, 500))
    x2 = rho * x1 + math.sqrt(1 - rho**2) * z
    y = x1 + 2.0 * x2
    # E[y | x1] = (1 + 2 rho) x1 and E[y | x2] = (2 + rho) x2, both columns standard normal.
    variance = 1.0 + 4.0 + 4.0 * rho
    found = given_data_indices({"x1": x1, "x2": x2, "inert": inert}, y, seed=1)
    exact = [(1 + 2 * rho) ** 2 / variance, (2 + rho) ** 2 / variance, 0.0]
    assert estimates(found, "first") == pytest.approx(exact, abs=0.06)
    assert [one["first"].above_floor for one in found.parameters.values()] == [True, True, False]


def test_given_data_intervals_cover_and_shrink() -> None:
    covered, widths = {100: 0, 1600: 0}, {100: 0.0, 1600: 0.0}
    for seed in range(40):
        for rows in widths:
            x, z = np.random.default_rng([seed, rows]).normal(size=(2, rows))
            interval = given_data_indices({"x": x}, x + z, seed=seed).parameters["x"]["first"].interval
            assert interval is not None
            widths[rows] += (interval[1] - interval[0]) / 40
            covered[rows] += interval[0] <= 0.5 <= interval[1]
    assert min(covered.values()) >= 31
    assert widths[1600] < 0.35 * widths[100]


def test_noise_is_taken_out_of_the_whole() -> None:
    rng = np.random.default_rng(4)
    x, luck = rng.normal(size=(2, 2000))
    with_noise = given_data_indices({"x": x}, x + luck, seed=1)
    without = given_data_indices({"x": x}, x + luck, seed=1, noise=1.0)
    assert estimates(with_noise, "first") == pytest.approx([0.5], abs=0.05)
    assert estimates(without, "first") == pytest.approx([1.0], abs=0.05)


def test_of_inert_columns_one_in_twenty_passes_the_floor() -> None:
    rng = np.random.default_rng(6)
    columns = {f"x{i}": rng.normal(size=500) for i in range(200)}
    found = given_data_indices(columns, rng.normal(size=500), seed=1)
    above = sum(bool(one["first"].above_floor) for one in found.parameters.values())
    assert 2 <= above <= 22
    # Without its correction an index of 22 bins and 500 rows would be 0.042 on average.
    assert np.mean(estimates(found, "first")) == pytest.approx(0.0, abs=0.004)
    intervals = [one["first"].interval or (1.0, -1.0) for one in found.parameters.values()]
    assert np.mean([low <= 0.0 <= high for low, high in intervals]) > 0.85


def test_held_against_one_floor_together_nothing_inert_passes_in_nineteen_of_twenty_analyses() -> None:
    passed, seen = 0, 0
    for k in range(40):
        rng = np.random.default_rng(100 + k)
        columns = {f"x{i}": rng.normal(size=100) for i in range(15)}
        y = rng.normal(size=100) + 1.5 * columns["x0"]
        found = given_data_indices(columns, y, seed=k, together=True)
        seen += bool(found.parameters["x0"]["first"].above_floor)
        passed += any(found.parameters[f"x{i}"]["first"].above_floor for i in range(1, 15))
        alone = given_data_indices(columns, y, seed=k)
        assert alone.floor["first"] < found.floor["first"]
        assert estimates(alone, "first") == estimates(found, "first")
    assert seen == 40
    assert passed <= 6  # 2 expected; more than 6 of 40 has a chance below 1 % at 5 %


def test_categories_are_columns_too() -> None:
    rng = np.random.default_rng(7)
    rule = rng.choice(["consensus", "majority", "leader"], size=900)
    y = np.where(rule == "leader", 1.0, 0.0) + rng.normal(size=900) * math.sqrt(2.0 / 9.0)
    found = given_data_indices({"council.rule": rule, "on": rng.random(900) < 0.5}, y, seed=1)
    assert estimates(found, "first") == pytest.approx([0.5, 0.0], abs=0.06)


def test_luck_sets_the_floor() -> None:
    axes = axes_of({"strong": {"uniform": [0, 1]}, "inert": {"uniform": [0, 1]}})
    for noise, floor in ((0.05, True), (0.0, False)):
        design = saltelli(axes, 256, seed=3)
        found = sobol_indices(design, played(design, noise), seed=3)
        assert found.parameters["strong"]["total"].above_floor is True
        assert found.parameters["inert"]["total"].above_floor is False
        assert (found.floor["total"] > 0.0) is floor
        assert (found.note is None) is floor
        assert found.dummy is not None
    drowned = sobol_indices(design, played(design, 5.0), seed=3)
    assert drowned.parameters["strong"]["total"].above_floor is False


def test_morris_effects_of_a_plane_are_its_slopes() -> None:
    axes = axes_of({"a": {"uniform": [0, 10]}, "b": {"uniform": [0, 1]}, "flat": {"normal": [0, 1]}})
    design = morris(axes, 20, seed=1)
    table = design.table()
    found = morris_effects(design, 3.0 * table["a"] - 2.0 * table["b"], seed=1)
    # From the 5 % to the 95 % quantile an axis of width w is 0.9 w long.
    assert estimates(found, "mu_star") == pytest.approx([27.0, 1.8, 0.0])
    assert estimates(found, "mu") == pytest.approx([27.0, -1.8, 0.0])
    assert estimates(found, "sigma") == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)
    assert found.ranked("mu_star") == ["a", "b", "flat"]
    for quantity in ("mu_star", "mu"):
        assert [one[quantity].above_floor for one in found.parameters.values()] == [True, True, False]


def test_morris_sees_an_interaction_as_spread() -> None:
    axes = axes_of({name: {"uniform": [-1, 1]} for name in "abc"})
    design = morris(axes, 200, seed=1, dummy=False)
    table = design.table()
    found = morris_effects(design, table["a"] * table["b"] + table["c"], seed=1)
    spread = dict(zip("abc", estimates(found, "sigma"), strict=True))
    # The effect of a is 1.8 b, b on the levels -0.9, -0.3, 0.3, 0.9 alike; that of c is the same everywhere.
    assert spread["a"] == pytest.approx(1.8 * math.sqrt(0.45), rel=0.1)
    assert spread["c"] == pytest.approx(0.0, abs=1e-9)
    assert found.floor == {}
    assert found.parameters["a"]["mu"].interval is not None


def test_the_same_seed_gives_the_same_numbers_whatever_the_global_stream() -> None:
    def once(seed: int) -> list[dict[str, Any]]:
        one, two = saltelli(ISHIGAMI_AXES, 64, seed=seed), morris(ISHIGAMI_AXES, 10, seed=seed)
        return [
            sobol_indices(one, ishigami(one), seed=seed).to_json(),
            morris_effects(two, ishigami(two), seed=seed).to_json(),
            given_data_indices(one.table(), ishigami(one), seed=seed).to_json(),
        ]

    before = once(0)
    np.random.seed(1)  # noqa: NPY002 - the stream that must not matter
    state = np.random.get_state(legacy=False)["state"]["key"].copy()  # noqa: NPY002
    assert once(0) == before
    assert np.array_equal(np.random.get_state(legacy=False)["state"]["key"], state)  # noqa: NPY002
    assert once(1) != before


def test_what_does_not_vary_has_no_index() -> None:
    design = saltelli(ISHIGAMI_AXES, 16, seed=1)
    found = sobol_indices(design, np.ones(len(design.points)), seed=1).to_json()
    assert found["parameters"]["x1"]["first"] == {"estimate": None, "interval": None, "above_floor": None}
    assert found["note"] == "no index: the values do not differ"
    same = given_data_indices({"x": np.arange(60.0)}, np.zeros(60), seed=1)
    assert same.parameters["x"]["first"].estimate is None
    assert given_data_indices({"x": np.arange(60.0)}, np.arange(60.0), seed=1, noise=1e6).note is not None
    fixed = given_data_indices({"x": np.ones(60)}, np.arange(60.0), seed=1)
    assert fixed.parameters["x"]["first"].estimate == 0.0


def test_json_has_no_nan() -> None:
    design = morris(ISHIGAMI_AXES, 4, seed=1)
    text = json.dumps(morris_effects(design, ishigami(design), seed=1).to_json(), allow_nan=False)
    assert DUMMY in json.loads(text)


WRONG: Mapping[str, tuple[Callable[[], object], str]] = {
    "kind": (lambda: sobol_indices(morris(ISHIGAMI_AXES, 4, seed=1), np.ones(20), seed=1), "kind saltelli"),
    "length": (lambda: morris_effects(morris(ISHIGAMI_AXES, 4, seed=1), np.ones(3), seed=1), "each of 20 points"),
    "missing": (
        lambda: morris_effects(morris(ISHIGAMI_AXES, 4, seed=1), np.full(20, np.nan), seed=1),
        "have no value, the first is point 0",
    ),
    "few": (lambda: given_data_indices({"x": np.ones(3)}, np.ones(3), seed=1), "50 rows or more"),
    "none": (lambda: given_data_indices({}, np.ones(99), seed=1), "at least one parameter"),
    "uneven": (lambda: given_data_indices({"x": np.ones(98)}, np.ones(99), seed=1), "x: 99 values are wanted"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_analysed_is_refused(case: str) -> None:
    call, message = WRONG[case]
    with pytest.raises(InputError, match=message):
        call()
