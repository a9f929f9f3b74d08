import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.record.ensemble import Ensemble
from sim.scenario import SETS, Scenario, leaves, load, prior_sets, sets_for, tabulate
from sim.scenario.tabulate import uniforms
from strategies import scenarios

ALL = np.arange(SETS)


def test_shapes_say_what_varies() -> None:
    points = [load("baseline", {"perception.bias": i, "states.Russia.resolve.shift": i}) for i in (0, 1)]
    table = tabulate(points, np.arange(4096) % SETS)
    assert table.keys() == leaves(points[0]).keys()
    assert table["states.Israel.strike.loss"].shape == (1, 1)
    assert table["perception.bias"].tolist() == [[0.0], [1.0]]
    assert table["states.Israel.strike.gain"].shape == (1, 4096)
    assert table["states.Russia.resolve"].shape == (2, 4096)
    assert all(column.dtype == np.float64 for column in table.values())
    assert not any(column.flags.writeable for column in table.values())


def test_a_shift_moves_every_draw_alike() -> None:
    points = [load("baseline", {"states.Russia.resolve.shift": i}) for i in (0, 2)]
    resolve = tabulate(points, ALL)["states.Russia.resolve"]
    np.testing.assert_allclose(resolve[1], resolve[0] + 2.0, atol=1e-12)


def test_every_set_has_one_stratum_and_names_are_independent() -> None:
    assert sorted(uniforms("a")) == pytest.approx((ALL + 0.5) / SETS)
    assert abs(np.corrcoef(uniforms("a"), uniforms("b"))[0, 1]) < 0.15
    strata = uniforms("states.Israel.strike.gain")[:3]
    assert strata.tolist() == uniforms("states.Israel.strike.gain")[:3].tolist()


def test_uniforms_stay_what_they_were() -> None:
    """Renewing these numbers changes every result: say so in the changelog."""
    assert uniforms("states.Russia.resolve")[:4].tolist() == [0.501, 0.883, 0.999, 0.391]


def test_a_distribution_is_read_at_the_uniform_of_its_name() -> None:
    scenario = load("baseline", {"perception.bias": {"uniform": [0, 1]}})
    np.testing.assert_allclose(tabulate([scenario], ALL)["perception.bias"][0], uniforms("perception.bias"))


def test_posterior_draws_of_a_set_come_from_one_draw() -> None:
    table = tabulate([load("baseline", {"ensemble": "prior"})], ALL)
    expected = (ALL * 4000 // SETS) / 1000.0 - 2.0
    np.testing.assert_allclose(table["response.intercept"][0], expected)
    np.testing.assert_allclose(table["response.in_force"][0], expected)


@settings(deadline=None, max_examples=25)
@given(scenarios(), st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_a_set_has_the_same_value_wherever_it_stands(scenario: Scenario, sets: list[int]) -> None:
    whole = tabulate([scenario], ALL)
    part = tabulate([scenario, load("baseline")], np.array(sets))
    for name, column in part.items():
        expected = np.broadcast_to(whole[name], (1, SETS))[0, np.array(sets) % SETS]
        assert np.array_equal(np.broadcast_to(column, (2, len(sets)))[0], expected)


def test_points_must_have_the_same_parameters() -> None:
    base = load("baseline")
    other = base.with_({"states.United States.patron": None, "states.Israel.backed_by": None})
    with pytest.raises(ValueError, match=r"differ.*United States\.patron"):
        tabulate([base, other], ALL)
    with pytest.raises(ValueError, match="no points"):
        tabulate([], ALL)


def test_many_points_are_tabulated_fast() -> None:
    base = load("baseline")
    points = [base.with_({"perception.bias": i / 50}) for i in range(50)] * 20
    sets = np.arange(4096) % SETS
    tabulate(points, sets)
    started = time.perf_counter()
    table = tabulate(points, sets)
    assert time.perf_counter() - started < 1.0
    assert sum(column.nbytes for column in table.values()) < 16e6


def test_importing_scenarios_does_not_import_scipy() -> None:
    code = "import sys, sim.scenario; print(sorted({'scipy', 'duckdb', 'mesa', 'pymc', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _two_sets(prior: str) -> Ensemble:
    name = "states.Israel.strike.gain"
    return Ensemble("test", np.array([7, 3000]), {name: np.array([0.25, 0.75])}, {name: prior})


def test_calibrated_sets_give_their_draws_and_quantiles() -> None:
    name, wide = "states.Israel.strike.gain", {"uniform": [0, 1]}
    table = tabulate([load("baseline", {name: wide})], np.arange(3), _two_sets("{uniform: [0, 1]}"))
    assert table[name].tolist() == [[0.25, 0.75, 0.25]]
    assert table["response.intercept"].tolist() == [[7 / 1000 - 2, 3000 / 1000 - 2, 7 / 1000 - 2]]


def test_a_parameter_with_another_prior_keeps_its_own_uniform() -> None:
    name, other = "states.Israel.strike.gain", {"uniform": [0, 2]}
    table = tabulate([load("baseline", {name: other})], np.arange(2), _two_sets("{uniform: [0, 1]}"))
    assert table[name].tolist() == [(2.0 * uniforms(name, 2)).tolist()]


def test_a_scenario_may_ask_for_prior_sets() -> None:
    assert sets_for(load("baseline", {"ensemble": "prior"})) is prior_sets()
