"""Bounds of the strata against linear programs over all couplings, and against every coupling of few worlds."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from sim.experiment.bounds import strata_bounds

STRATA = ("never", "deterred", "provoked", "regardless")


def by_linear_program(control: float, treated: float) -> dict[str, tuple[float, float]]:
    margins = [[1.0, 1.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0], [0.0, 0.0, 1.0, 1.0]]
    found = {}
    for place, name in enumerate(STRATA):
        cost = [0.0] * 4
        cost[place] = 1.0
        ends = [linprog(sign * np.array(cost), A_eq=margins, b_eq=[1.0, control, treated]) for sign in (1.0, -1.0)]
        low, high = (float(np.asarray(end.x)[place]) for end in ends)
        found[name] = (low, high)
    return found


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100), st.integers(0, 100))
def test_bounds_are_those_of_a_linear_program(control: int, treated: int) -> None:
    found = strata_bounds(control / 100, treated / 100).to_json()
    exact = by_linear_program(control / 100, treated / 100)
    for name in STRATA:
        assert found[name] == pytest.approx(exact[name], abs=1e-9)


@pytest.mark.parametrize(("control", "treated"), [(0, 0), (2, 4), (3, 3), (5, 1), (6, 6)])
def test_every_coupling_of_six_worlds_lies_within_and_some_reach_the_ends(control: int, treated: int) -> None:
    first = [world < control for world in range(6)]
    shares: dict[str, set[int]] = {name: set() for name in STRATA}
    for attacked in itertools.combinations(range(6), treated):
        pairs = [(first[world], world in attacked) for world in range(6)]
        for name, pair in zip(STRATA, [(False, False), (True, False), (False, True), (True, True)], strict=True):
            shares[name].add(pairs.count(pair))
    found = strata_bounds(control / 6, treated / 6).to_json()
    for name in STRATA:
        assert found[name] == pytest.approx([min(shares[name]) / 6, max(shares[name]) / 6], abs=1e-12)


@settings(deadline=None)
@given(st.floats(0, 1), st.floats(0, 1))
def test_deterred_and_provoked_are_as_the_model_page_says(p0: float, p1: float) -> None:
    found = strata_bounds(p0, p1)
    assert found.deterred == pytest.approx((max(0.0, p0 - p1), min(p0, 1.0 - p1)), abs=1e-12)
    assert found.provoked == pytest.approx((max(0.0, p1 - p0), min(p1, 1.0 - p0)), abs=1e-12)
    assert all(0.0 <= low <= high <= 1.0 for low, high in json.loads(json.dumps(found.to_json())).values())


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_what_is_no_share_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="no share"):
        strata_bounds(share, 0.5)
