"""What is to be played: points, trials and seed, cut into tasks that do not mind who does them, or when."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from sim.experiment.identity import digest_of, made_of
from sim.experiment.points import Points
from sim.reading import InputError
from sim.record.ensemble import PRIOR
from sim.scenario import Scenario, sets_for
from sim.world import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

MOST_TRIALS: Final = 10_000_000
"""More trials than this are refused: the Monte Carlo error is long since below what the parameters leave open."""

LARGEST_SEED: Final = 2**64 - 1
"""The seed is one half of a Philox key."""

ROWS: Final = 8
"""Points a batch plays together, if the arms of an experiment are not more. Each call of NumPy is paid once a batch, so
that sweeps of a thousand trials a point gain by more points; eight full blocks need 100 MiB."""


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
        points: the scenarios to play, one a row; a sweep's are built by whoever does the task.
    """

    run: str
    chunk: int
    first_row: int
    block: int
    replicates: int
    seed: int
    points: Points = field(repr=False)

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
        points: what is played: one scenario, arms, or arms at every change of a sweep.
        seed: 0 to 2^64 - 1.
        trials: trials of each point, 1 to MOST_TRIALS.
        made_of: everything that decides the outcome of a trial, as JSON values; see sim.experiment.identity.
        about: what the manifest tells of the experiment: its `command`, its `name` if it has one, and what its answer
            calls things. JSON values; not in the hash, for it changes no trial.
    """

    points: Points
    seed: int
    trials: int
    made_of: Mapping[str, Any] = field(repr=False)
    about: Mapping[str, Any] = field(default_factory=lambda: {"command": "run"}, repr=False)

    @classmethod
    def of(
        cls,
        points: Scenario | Sequence[Scenario] | Points,
        *,
        trials: int,
        seed: int,
        about: Mapping[str, Any] | None = None,
    ) -> Plan:
        """Check trials and seed and find out what the run is made of.

        Scenarios in a sequence are arms: they are played side by side.

        Raises:
            InputError: trials or seed is not a whole number within its limits.
        """
        if isinstance(points, Scenario):
            points = (points,)
        several = points if isinstance(points, Points) else Points(tuple(points))
        checked_trials = whole("trials", trials, 1, MOST_TRIALS)
        checked_seed = whole("seed", seed, 0, LARGEST_SEED)
        _tell_of_sets(several.arms)
        content = made_of(several, checked_seed, BLOCK)
        return cls(several, checked_seed, checked_trials, content, about or {"command": "run"})

    @cached_property
    def hash(self) -> str:
        """What tells this run from every other: sha256, hexadecimal. The number of trials is not in it."""
        return digest_of(self.made_of)

    @property
    def name(self) -> str:
        """What the experiment is called: by itself, or by its arms; of more than three the first and their number."""
        if "name" in self.about:
            return str(self.about["name"])
        names = [str(arm.name) for arm in self.points.arms]
        shown = names if len(names) <= 3 else [names[0], f"{len(names) - 1}-more"]
        return "-vs-".join(shown)

    @property
    def blocks(self) -> int:
        """Blocks of trials, the last one perhaps not full."""
        return -(-self.trials // BLOCK)

    @cached_property
    def chunks(self) -> tuple[tuple[int, int], ...]:
        """First and last point (exclusive) of each chunk of points."""
        return tuple(self.points.chunks(ROWS))

    def replicates(self, block: int) -> int:
        """Trials asked for in a block."""
        return min(BLOCK, self.trials - block * BLOCK)

    def directory(self, under: Path) -> Path:
        """Where a run lies if nobody says otherwise: `<under>/<name>-<first 12 of the hash>`."""
        return under / f"{self.name}-{self.hash[:12]}"

    def tasks(self, first_block: int = 0) -> Iterator[Task]:
        """Every task, chunk by chunk and in each block by block: sums over trials are taken in this order.

        Args:
            first_block: blocks before it are left out.
        """
        for chunk, (first, stop) in enumerate(self.chunks):
            points = self.points.part(first, stop)
            for block in range(first_block, self.blocks):
                yield Task(self.hash, chunk, first, block, self.replicates(block), self.seed, points)


def _tell_of_sets(arms: Sequence[Scenario]) -> None:
    """Warn where prior sets stand in for calibrated ones, or the baseline has changed since they were calibrated."""
    from sim.scenario.provenance import stale  # noqa: PLC0415 - brings the record

    for arm in arms:
        if arm.ensemble != PRIOR and sets_for(arm).name == PRIOR:
            again = "Run `article4 calibrate`, or ask for prior sets with --set ensemble=prior."
            warnings.warn(f"{arm.name}: no calibrated sets here, prior ones are played. {again}", stacklevel=4)
        elif changed := stale(arm):
            told = f"{changed[0]} and {len(changed) - 1} more" if len(changed) > 1 else changed[0]
            again = "its prior is played instead. Run `article4 calibrate`."
            warnings.warn(f"{arm.name}: baseline.yaml has changed {told} since calibration; {again}", stacklevel=4)


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
