"""Trials a second of `member` by the width of a batch: `python benchmarks/widths.py`.

Every width is timed in turn, several rounds in one process, so that a machine whose speed drifts does not favour one;
the ratios are to the width of 4,096.
"""

from __future__ import annotations

import statistics
import time

from sim.scenario import load
from sim.world import BLOCK, World

WIDTHS = (1, 16, 256, 1024, BLOCK)
ROUNDS = 5


def seconds(width: int) -> float:
    """Time to build and play one batch of a width."""
    start = time.perf_counter()
    World(load("member"), replicates=width).run()
    return time.perf_counter() - start


def main() -> None:
    """Print the median over the rounds."""
    seconds(16)  # what is read once is read
    rounds = [{width: width / seconds(width) for width in WIDTHS} for _ in range(ROUNDS)]
    print("width  trials/s  relative to 4,096 (median of each round's ratio)")  # noqa: T201 - its output is its use
    for width in WIDTHS:
        rate = statistics.median(one[width] for one in rounds)
        ratio = statistics.median(one[width] / one[BLOCK] for one in rounds)
        print(f"{width:5,}  {rate:8,.0f}  {ratio:.4f}")  # noqa: T201 - the same


if __name__ == "__main__":
    main()
