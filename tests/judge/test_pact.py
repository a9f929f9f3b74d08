"""The second reading of the weight of harm."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.judge.pact import WEIGHTS, crossing


@given(aim=st.floats(0.62, 0.98), slope=st.floats(0.12, 0.2))
def test_a_risk_that_falls_with_the_logarithm_is_met_where_it_should_be(aim: float, slope: float) -> None:
    risks = [1.0 - slope * (math.log(weight) - math.log(WEIGHTS[0])) for weight in WEIGHTS]
    wanted = WEIGHTS[0] * math.exp((1.0 - aim) / slope)
    found = crossing(risks, aim)
    if wanted > WEIGHTS[-1]:
        assert found is None
    else:
        assert found == pytest.approx(wanted)


def test_what_never_comes_down_to_it_has_no_weight() -> None:
    assert crossing([1.0, 1.02, 0.99, 0.98, 0.97, 0.96], 0.95) is None


def test_the_first_crossing_counts() -> None:
    found = crossing([1.0, 0.9, 1.0, 0.9, 0.9, 0.9], 0.95)
    assert found is not None
    assert WEIGHTS[0] < found < WEIGHTS[1]
