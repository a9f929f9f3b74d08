"""Memory does not grow with the trials."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sim.experiment import Batch, Moments, Plan
from sim.experiment.metrics import all_metrics
from sim.world import BLOCK
from stand_in import play

if TYPE_CHECKING:
    from sim.scenario import Scenario

MEMORY = Path(__file__).parent.parent / "memory.py"
GIBIBYTE = 1024.0
SMALL = 100_000
"""Bytes: less than one column of 38 blocks, were it kept."""


def test_sums_of_forty_blocks_need_no_more_than_those_of_two(point: Scenario) -> None:
    task = next(Plan.of(point, trials=BLOCK, seed=1).tasks())
    batch = Batch.of(task, play(task))
    sums = Moments(all_metrics(batch), 1)
    peaks = []
    tracemalloc.start()
    try:
        for block in range(40):
            sums.add(replace(batch, first_trial=block * BLOCK))
            if block in {1, 39}:
                peaks.append(tracemalloc.get_traced_memory())
    finally:
        tracemalloc.stop()
    (held_early, peak_early), (held_late, peak_late) = peaks
    assert held_late - held_early < SMALL
    assert peak_late - peak_early < SMALL
    assert peak_late < 10 * 2**20


def peak(trials: int, points: int) -> float:
    """MiB, in a process of its own: a peak never falls."""
    command = [sys.executable, str(MEMORY), str(trials), str(points)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True, timeout=280).stdout)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="/proc says it on Linux")
def test_memory_is_flat_in_trials_and_in_points() -> None:
    few, many, wide = peak(200_000, 1), peak(2_000_000, 1), peak(20_000, 50)
    print(f"200,000 trials {few:.0f} MiB, 2,000,000 {many:.0f}; 50 points of 20,000 {wide:.0f}")  # noqa: T201 - with -s
    assert many < few + 40
    assert wide < few + 80
    assert max(many, wide) < GIBIBYTE / 2
