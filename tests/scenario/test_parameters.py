from typing import Annotated

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy import stats

from sim.reading import InputError, read_text, validated
from sim.scenario.frozen import Frozen
from sim.scenario.leaf import KEYS
from sim.scenario.parameters import FORMS, Leaf, Within
from strategies import parameters

Q = (np.arange(500) + 0.5) / 500


class Fields(Frozen):
    free: Leaf | None = None
    share: Annotated[Leaf, Within(0.0, 1.0)] | None = None
    above: Annotated[Leaf, Within(0.0, None)] | None = None


def leaf(text: str) -> Leaf:
    found = validated(Fields, read_text(f"free: {text}")).free
    assert found is not None
    return found


def refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        validated(Fields, read_text(text, "p.yaml"))
    assert len(caught.value.problems) == 1
    return str(caught.value.problems[0])


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("{normal: [1, 2]}", stats.norm(1, 2)),
        ("{uniform: [-1, 3]}", stats.uniform(-1, 4)),
        ("{lognormal: [2, 0.5]}", stats.lognorm(0.5, scale=2)),
        ("{beta: [0.5, 6]}", stats.beta(0.5, 6)),
        ("{triangular: [0, 0.2, 1]}", stats.triang(0.2, 0, 1)),
        ("{triangular: [0, 0, 1]}", stats.triang(0.0, 0, 1)),
        ("{triangular: [0, 1, 1]}", stats.triang(1.0, 0, 1)),
        ("{truncated_normal: [0, 1, -1, 2]}", stats.truncnorm(-1, 2)),
        ("{truncated_normal: [0.5, 0.1, 0, 1]}", stats.truncnorm(-5, 5, 0.5, 0.1)),
        ("{truncated_normal: [0, 1, 6, 8]}", stats.truncnorm(6, 8)),
        ("{truncated_normal: [0, 1, -8, -6]}", stats.truncnorm(-8, -6)),
    ],
)
def test_quantiles_are_those_of_scipy(text: str, reference: stats.rv_continuous) -> None:
    np.testing.assert_allclose(leaf(text).ppf(Q), reference.ppf(Q), rtol=1e-9, atol=1e-12)


def test_a_cut_far_in_the_tail_keeps_its_order() -> None:
    far = leaf("{truncated_normal: [0, 0.01, 1, 2]}").ppf(Q)
    assert np.isfinite(far).all()
    assert (np.diff(far) > 0.0).all()
    assert far[0] >= 1.0


@given(parameters())
def test_quantiles_rise_and_stay_in_the_support(data: object) -> None:
    parameter: Leaf = TypeAdapter(Leaf).validate_python(data)
    values = parameter.ppf(Q)
    low, high = parameter.support()
    assert values.shape == Q.shape
    assert np.isfinite(values).all()
    assert (np.diff(values) >= -1e-9 * np.abs(values[1:])).all()
    assert values.min() >= low - 1e-9 * abs(low)
    assert values.max() <= high + 1e-9 * abs(high)


@given(parameters())
def test_a_parameter_written_plainly_reads_the_same(data: object) -> None:
    adapter: TypeAdapter[Leaf] = TypeAdapter(Leaf)
    parameter = adapter.validate_python(data)
    assert adapter.validate_python(_tuples(parameter.plain())) == parameter
    assert len({parameter, adapter.validate_python(data)}) == 1


def _tuples(data: object) -> object:
    return data if not isinstance(data, dict) else {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}


def test_the_keys_are_those_of_the_forms() -> None:
    assert tuple(form.form for form in FORMS) == KEYS


def test_text_is_what_a_file_would_say() -> None:
    assert leaf("0.1").text() == "0.1"
    assert leaf("{value: 30, source: x}").text() == "30"
    assert leaf("{normal: [0, 1e-9], source: x}").text() == "{normal: [0, 1e-09]}"
    assert leaf("{record: credibility.a, shift: -2}").text() == "{record: credibility.a, shift: -2}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("free: true", "p.yaml:1:7   free: true is not a parameter; give a number"),
        ("free: '0.3'", 'free: "0.3" is not a parameter; give a number'),
        ("free: [1]", "free: [1] is not a parameter; give a number"),
        ("free: {}", "free: {} is not a parameter; give a number"),
        ("free: {nomal: [0, 1]}", 'free: "nomal" is not a form of parameter. Did you mean "normal"?'),
        ("free: {source: x}", "is not a parameter; give a number"),
        ("free: {normal: [0, 1], uniform: [0, 1]}", "free: gives normal and uniform at once; a parameter has one form"),
        ("free: {normal: [0, -1]}", "p.yaml:1:16   free.normal: the standard deviation -1 must be above 0"),
        ("free: {normal: [0, 0]}", "the standard deviation 0 must be above 0"),
        ("free: {normal: [0]}", "p.yaml:1:16   free.normal.1: is missing"),
        ("free: {normal: [0, 1, 2]}", "free.normal: takes at most 2 entries, not 3"),
        ("free: {normal: 1}", "free.normal: 1 is not a list"),
        ("free: {normal: [0, '1']}", 'p.yaml:1:20   free.normal.1: "1" is not a number'),
        ("free: {normal: [0, true]}", "free.normal.1: true is not a number"),
        ("free: {normal: [0, 1], sorce: x}", 'free.sorce: unknown name. Did you mean "source"?'),
        ("free: {normal: [0, 1], source: 3}", "free.source: 3 is not text"),
        ("free: {value: 1e16}", "free.value: 1e+16 is above its maximum"),
        ("free: {uniform: [1, 1]}", "free.uniform: the least value 1 must be below the greatest 1"),
        ("free: {uniform: [2, 1]}", "the least value 2 must be below the greatest 1"),
        ("free: {triangular: [0, 2, 1]}", "the mode 2 must lie between 0 and 1"),
        ("free: {lognormal: [0, 1]}", "the median 0 must be above 0"),
        ("free: {lognormal: [1, -1]}", "the sigma -1 must be above 0"),
        ("free: {lognormal: [1, 500]}", "sigma 500 is above its maximum 20"),
        ("free: {beta: [0, 1]}", "the first shape 0 must be above 0"),
        ("free: {beta: [1, -1]}", "the second shape -1 must be above 0"),
        ("free: {truncated_normal: [0, 1, 2, 1]}", "the least value 2 must be below the greatest 1"),
        ("free: {normal: [0, 1], shift: 1}", "shift moves what a record says"),
        ("free: {shift: 1}", "shift moves what a record says"),
        ("free: {record: ''}", "free.record: is empty"),
        ("free: {record: a, shift: x}", 'free.shift: "x" is not a number'),
        ("share: 1.9", "p.yaml:1:8   share: 1.9 is above its maximum 1.0"),
        ("share: -0.1", "share: -0.1 is below its minimum 0.0"),
        ("share: {value: 1.9}", "share: 1.9 is above its maximum 1.0"),
        ("share: {uniform: [0.5, 1.5]}", "share: 1.5 of {uniform: [0.5, 1.5]} is above its maximum 1.0"),
        ("share: {normal: [0.5, 0.1]}", "has no bound, and would go below its minimum 0.0; use {truncated_normal"),
        ("share: {lognormal: [0.5, 0.1]}", "has no bound, and would go above its maximum 1.0; use {truncated_normal"),
        ("above: {normal: [0.5, 0.1]}", "has no bound, and would go below its minimum 0.0"),
        ("above: -1", "above: -1 is below its minimum 0.0"),
    ],
)
def test_one_mistake_gives_one_problem(text: str, message: str) -> None:
    assert message in refusal(text)


@pytest.mark.parametrize("text", ["0", "1", "{beta: [1, 6]}", "{truncated_normal: [0, 5, 0, 1]}", "{record: series.x}"])
def test_bounds_are_included(text: str) -> None:
    assert validated(Fields, read_text(f"share: {text}")).share is not None


def test_what_the_record_knows_with_an_error_is_clipped_to_the_field() -> None:
    for key in ("series.x", "credibility.a"):
        share = validated(Fields, read_text(f"share: {{record: {key}, shift: 0.2}}")).share
        assert share is not None
        values = share.ppf(Q)
        assert values.min() >= 0.0
        assert values.max() == 1.0
        assert leaf(f"{{record: {key}, shift: 0.2}}").ppf(Q).max() > 1.0


@given(st.integers(0, 500))
def test_a_shift_moves_every_quantile(shift: int) -> None:
    still, moved = leaf("{record: credibility.a}").ppf(Q), leaf(f"{{record: credibility.a, shift: {shift}}}").ppf(Q)
    np.testing.assert_allclose(moved, still + shift)
