"""Single precision in what challengers foresee changes no decision: what decides is in double precision."""

from __future__ import annotations

import numpy as np
import pytest

from sim.scenario import load
from sim.world import BLOCK, World
from sim.world.assault import Assault
from sim.world.opportunity import weigh
from sim.world.values import Cells


def same_columns(name: str, replicates: int, first: int = 0) -> None:
    single = World(load(name), replicates=replicates, first=first).run().columns
    double = World(load(name), replicates=replicates, first=first, working=np.float64).run().columns
    for column, values in single.items():
        assert np.array_equal(values, double[column]), (name, column)


def test_no_decision_changes() -> None:
    same_columns("member", 512)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", ["member", "ultimatum"])
def test_no_decision_changes_in_sixteen_thousand_trials(name: str) -> None:
    for block in range(4 if name == "member" else 1):
        same_columns(name, BLOCK, block * BLOCK)


def test_utilities_are_in_double_precision_and_near() -> None:
    world = World([load("member"), load("outsider")], replicates=128)
    assault = Assault.by(0, Cells.everywhere(world.shape))
    single, double = (weigh(world, assault, working).kinds for working in (np.float32, np.float64))
    for one, other in zip(single, double, strict=True):
        assert one.dtype == np.float64
        assert one == pytest.approx(other, abs=1e-6)
