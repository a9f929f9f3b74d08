"""The one coding of a crisis: by hand on known cases, and by its properties."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.record.covariates import COVARIATES, KINDS, MEANING, code, size_of

SHARE = st.floats(0.0, 1.0)
ORDINARY: dict[str, Any] = {
    "kind": "state",
    "deaths": 99,
    "asked": True,
    "formal_article4": False,
    "foreign_ground": False,
    "attacker_member": False,
    "attacker_major": False,
    "ties_to_attacker": 0.3,
    "committed_elsewhere": 0.0,
    "leader": False,
}


def test_kazakhstan_in_2022_as_moscow_met_it() -> None:
    x = code(
        kind="internal",
        deaths=231,
        asked=True,
        formal_article4=True,
        foreign_ground=False,
        attacker_member=False,
        attacker_major=False,
        ties_to_attacker=0.0,
        committed_elsewhere=0.02,
        leader=True,
    )
    assert {name: float(value) for name, value in x.items()} == {
        "militants": 0.0,
        "state_attack": 0.0,
        "log_size": pytest.approx(math.log10(232) - 1),
        "asked": 1.0,
        "formal_article4": 1.0,
        "foreign_ground": 0.0,
        "attacker_member": 0.0,
        "attacker_major": 0.0,
        "ties_to_attacker": 0.0,
        "committed_elsewhere": 0.02,
        "leader": 1.0,
    }


def test_nine_deaths_are_the_origin_of_size() -> None:
    assert size_of([0, 9, 99, 999]).tolist() == pytest.approx([-1.0, 0.0, 1.0, 2.0])


def test_the_order_is_that_of_the_posterior_and_each_has_a_meaning() -> None:
    assert tuple(code(**ORDINARY)) == COVARIATES == tuple(MEANING)


@given(st.sampled_from(KINDS))
def test_a_crisis_is_of_one_kind(kind: str) -> None:
    x = code(**{**ORDINARY, "kind": kind})
    assert x["militants"] + x["state_attack"] == (kind != "internal")


@given(st.lists(st.floats(0.0, 1e7), min_size=2, max_size=5))
def test_size_grows_with_deaths(deaths: list[float]) -> None:
    sizes = size_of(sorted(deaths))
    assert (np.diff(sizes) >= 0.0).all()


@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4), st.lists(SHARE, min_size=1, max_size=3))
def test_an_array_is_coded_as_its_entries_are(kinds: list[str], ties: list[float]) -> None:
    together = code(**{**ORDINARY, "kind": np.array(kinds)[:, None], "ties_to_attacker": np.array(ties)[None, :]})
    for row, kind in enumerate(kinds):
        for column, tie in enumerate(ties):
            alone = code(**{**ORDINARY, "kind": kind, "ties_to_attacker": tie})
            for name in COVARIATES:
                grid = np.broadcast_to(together[name], (len(kinds), len(ties)))
                assert grid[row, column] == alone[name]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("kind", "coup", "kind is one of"),
        ("deaths", -1, "deaths"),
        ("deaths", math.nan, "deaths"),
        ("asked", 2, "asked"),
        ("ties_to_attacker", 1.1, "ties_to_attacker"),
        ("committed_elsewhere", math.nan, "committed_elsewhere"),
    ],
)
def test_what_is_off_its_scale_is_refused(name: str, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        code(**{**ORDINARY, name: value})
