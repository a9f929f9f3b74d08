"""Mutants of sweep files: each ends in a sweep that can be planned, or in a message that names the place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from fuzz import ends, mutants
from sim import InputError
from sim.experiment import plan_sweep, read_sweep, sweeps

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("cases", [25, pytest.param(200, marks=pytest.mark.slow)])
def test_mutants_of_sweeps_end_well(tmp_path: Path, cases: int) -> None:
    files = {name: path.read_bytes() for name, path in sweeps().items()}
    planned = 0
    for seed in range(cases):
        _, content = mutants.mutant(np.random.default_rng(seed), files)
        try:
            plan = plan_sweep(read_sweep(mutants.written(tmp_path, content)))
        except InputError as refused:
            ends.refused_well(refused)
        else:
            planned += 1
            assert len(plan.points) >= 1
    assert 0 < planned < cases
