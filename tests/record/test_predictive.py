"""Predictive checks: they pass where the record is one of the fit's own, and fail where it is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.record.estimation import estimation_rows
from sim.record.estimation_data import COUNCIL, Row
from sim.record.posterior import posterior
from sim.record.predictive import Predicted, predictive_checks, replicated
from sim.record.priors import load_priors

ROWS = estimation_rows()
COLUMNS = {name: values[::10] for name, values in posterior().columns.items()}


def told(levels: np.ndarray) -> tuple[Row, ...]:
    """The rows with other levels, each settled."""
    return tuple(replace(row, low=int(level), high=int(level)) for row, level in zip(ROWS, levels, strict=True))


@pytest.fixture(scope="module")
def shipped() -> Predicted:
    return predictive_checks(ROWS, COLUMNS)


def test_the_record_is_one_that_the_fit_would_make(shipped: Predicted) -> None:
    assert len(shipped.checks) == 8
    assert all(0.02 < check.p < 0.98 for check in shipped.checks)
    assert all(check.low <= check.median <= check.high for check in shipped.checks)


def test_kazakhstan_is_the_crisis_that_taught_most(shipped: Predicted) -> None:
    assert shipped.worst_k[0] == "KZ-2022"
    assert shipped.over == ("KZ-2022",)
    assert shipped.crises == len({row.crisis for row in ROWS})
    assert 0.0 < shipped.effective < 30.0


def test_a_record_of_the_fits_own_passes() -> None:
    made = replicated(ROWS, COLUMNS, load_priors().miscoded, np.random.Generator(np.random.Philox(5)))
    found = predictive_checks(told(made[17]), COLUMNS)
    assert sum(0.005 < check.p < 0.995 for check in found.checks) >= 7


def test_a_record_of_faithful_patrons_does_not() -> None:
    levels = np.array([3 if row.leads and row.guarantor != COUNCIL else row.low for row in ROWS])
    found = {check.name: check for check in predictive_checks(told(levels), COLUMNS).checks}
    assert found["patrons and leaders at combat"].p < 0.005
    assert found["Councils at aid or more"].p > 0.05


def test_replicated_levels_keep_to_the_scale_and_to_the_gate() -> None:
    made = replicated(ROWS, COLUMNS, load_priors().miscoded, np.random.Generator(np.random.Philox(5)))
    assert made.min() >= 0
    assert made.max() <= 3
    held_back = [place for place, row in enumerate(ROWS) if row.refused and not row.leads]
    # Aid at most, coded one step up now and then.
    assert made[:, held_back].max() <= 2
    assert (made[:, held_back] == 2).mean() < 0.05
