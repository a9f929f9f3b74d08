"""Trials a second of `member` (24 months, nine states) on one core: `python benchmarks`.

By the width of a batch (16,384 as four blocks of one point, and as four points that share their draws), for the scalar
reference of the tests with its draws made beforehand, and for Mesa's own `batch_run` at width 1. Everything is timed in
turn, several rounds in one process, so that a machine whose speed drifts favours nothing: read the ratios. `--short`
plays one round of fewer trials.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
_ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_ROOT / "tests")]

import mesa  # noqa: E402 - after the threads of the linear algebra are set

from scalar import play_prepared, prepare  # noqa: E402 - found by the path above
from sim.scenario import load  # noqa: E402
from sim.world import BLOCK, World  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

SCENARIO = "member"


def batch(replicates: int, points: int = 1) -> Callable[[], float]:
    """Time to build and play one batch."""

    def seconds() -> float:
        start = time.process_time()
        World(load(SCENARIO), points=points, replicates=replicates).run()
        return time.process_time() - start

    return seconds


def reference(trials: int) -> Callable[[], float]:
    """Time that the scalar reference plays; its draws and numbers are made before."""

    def seconds() -> float:
        prepared = prepare(load(SCENARIO), range(trials), 1)
        start = time.process_time()
        play_prepared(prepared)
        return time.process_time() - start

    return seconds


class OneTrial(mesa.Model):  # type: ignore[misc]
    """A world of width 1 as `mesa.batch_run` wants its models."""

    def __init__(self, trial: int = 0, **_of_mesa: object) -> None:
        super().__init__(seed=0)
        self.world = World(load(SCENARIO), first=trial)
        self.datacollector = mesa.DataCollector(model_reporters={"attacks": lambda model: model.attacks})
        self.attacks = 0

    def step(self) -> None:
        """Play the whole trial in one step."""
        self.attacks = int(self.world.run().columns["attacks"][0, 0])
        self.datacollector.collect(self)
        self.running = False


def mesa_batch(trials: int) -> Callable[[], float]:
    """Time that `mesa.batch_run` takes for worlds of width 1."""

    def seconds() -> float:
        start = time.process_time()
        mesa.batch_run(
            OneTrial, {"trial": list(range(trials))}, number_processes=1, max_steps=1, display_progress=False
        )
        return time.process_time() - start

    return seconds


def main() -> None:
    """Print trials a second and the ratios to the scalar reference, medians over the rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="one round of fewer trials")
    short = parser.parse_args().short
    sizes = {"scalar reference": 40 if short else 200, "mesa.batch_run, width 1": 4 if short else 20}
    widths = (1, 1024, BLOCK, 4 * BLOCK)
    tasks = {
        "scalar reference": (sizes["scalar reference"], reference(sizes["scalar reference"])),
        "mesa.batch_run, width 1": (sizes["mesa.batch_run, width 1"], mesa_batch(sizes["mesa.batch_run, width 1"])),
        **{f"width {width:,}": (width, batch(width)) for width in widths},
        f"width {4 * BLOCK:,}, four points": (4 * BLOCK, batch(BLOCK, points=4)),
    }
    batch(16)()  # what is read once is read
    rounds = [{name: trials / seconds() for name, (trials, seconds) in tasks.items()} for _ in range(1 if short else 3)]
    print(f"{'trials a second of processor time':<34}{'rate':>9}{'to the reference':>18}")  # noqa: T201 - its output is its use
    for name in tasks:
        rate = statistics.median(one[name] for one in rounds)
        ratio = statistics.median(one[name] / one["scalar reference"] for one in rounds)
        print(f"{name:<34}{rate:>9,.1f}{ratio:>18.2f}")  # noqa: T201 - the same


if __name__ == "__main__":
    main()
