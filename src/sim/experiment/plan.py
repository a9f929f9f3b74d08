"""What is to be played: points, trials and seed, cut into tasks that do not mind who does them, or when."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sim.experiment.identity import digest_of, made_of
from sim.reading import InputError
from sim.world import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sim.scenario import Scenario

MOST_TRIALS: Final = 10_000_000
"""More trials than this are refused: the Monte Carlo error is long since below what the parameters leave open."""

LARGEST_SEED: Final = 2**64 - 1
"""The seed is one half of a Philox key."""

ROWS: Final = 4
"""Points a batch plays together, or blocks of one point. A state variable of one point is 32 KiB (4,096 replicates in
float64); with the ten or so that a rule touches at once, four points still fit a second-level cache of one or two MiB.
"""


@dataclass(frozen=True)
class Task:
    """A piece of a run: some points, some trials. Pure and idempotent: all it needs is in it.

    Attributes:
        run: hash of the run it belongs to.
        chunk: which chunk of points, from 0.
        first_row: number of its first point in the run.
        block: which block of trials, from 0.
        replicates: how many trials of the block, from its first; at most BLOCK.
        seed: the run's seed.
        points: the scenarios to play, one a row.
    """

    run: str
    chunk: int
    first_row: int
    block: int
    replicates: int
    seed: int
    points: tuple[Scenario, ...] = field(repr=False)

    @property
    def first_trial(self) -> int:
        """Number of its first trial in the run."""
        return self.block * BLOCK

    @property
    def key(self) -> str:
        """What it is called in files and messages."""
        return f"{self.chunk:05d}-{self.block:05d}"

    def __str__(self) -> str:
        """Its points and trials in words."""
        last_row = self.first_row + len(self.points) - 1
        rows = f"point {self.first_row}" if len(self.points) == 1 else f"points {self.first_row} to {last_row}"
        return f"{rows}, trials {self.first_trial:,} to {self.first_trial + self.replicates - 1:,}"


@dataclass(frozen=True)
class Plan:
    """A run before it is played. Make one with `Plan.of`.

    Attributes:
        points: resolved scenarios, one or more.
        seed: 0 to 2^64 - 1.
        trials: trials of each point, 1 to MOST_TRIALS.
        made_of: everything that decides the outcome of a trial, as JSON values; see sim.experiment.identity.
    """

    points: tuple[Scenario, ...]
    seed: int
    trials: int
    made_of: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, points: Scenario | Sequence[Scenario], *, trials: int, seed: int) -> Plan:
        """Check trials and seed and find out what the run is made of.

        Raises:
            InputError: trials or seed is not a whole number within its limits.
        """
        several = tuple(points) if isinstance(points, (list, tuple)) else (points,)
        checked_trials = whole("trials", trials, 1, MOST_TRIALS)
        checked_seed = whole("seed", seed, 0, LARGEST_SEED)
        return cls(several, checked_seed, checked_trials, made_of(several, checked_seed, BLOCK))

    @property
    def hash(self) -> str:
        """What tells this run from every other: sha256, hexadecimal. The number of trials is not in it."""
        return digest_of(self.made_of)

    @property
    def name(self) -> str:
        """Name of the first scenario."""
        return str(self.points[0].name)

    @property
    def blocks(self) -> int:
        """Blocks of trials, the last one perhaps not full."""
        return -(-self.trials // BLOCK)

    @property
    def chunks(self) -> int:
        """Chunks of points."""
        return -(-len(self.points) // ROWS)

    def replicates(self, block: int) -> int:
        """Trials asked for in a block."""
        return min(BLOCK, self.trials - block * BLOCK)

    def directory(self, under: Path) -> Path:
        """Where a run lies if nobody says otherwise: `<under>/<name>-<first 12 of the hash>`."""
        return under / f"{self.name}-{self.hash[:12]}"

    def tasks(self) -> Iterator[Task]:
        """Every task, chunk by chunk and in each block by block: sums over trials are taken in this order."""
        run = self.hash
        for chunk in range(self.chunks):
            first = chunk * ROWS
            points = self.points[first : first + ROWS]
            for block in range(self.blocks):
                yield Task(run, chunk, first, block, self.replicates(block), self.seed, points)


def whole(name: str, value: object, low: int, high: int) -> int:
    """Return a whole number within limits; anything else, True and 1.0 included, is refused.

    Raises:
        InputError: with the limits.
    """
    import numpy as np  # noqa: PLC0415 - only for its integer type

    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise InputError(f"{name}: a whole number from {low:,} to {high:,} is wanted, not {value!r:.60}")
    if not low <= value <= high:
        shown = f"{value:,}" if abs(int(value)) < 10**30 else "a number of more than 30 digits"
        raise InputError(f"{name}: {shown} is outside {low:,} to {high:,}")
    return int(value)
