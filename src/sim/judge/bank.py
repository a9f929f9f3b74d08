"""The bank of candidates: every set that was played through history, with what the targets counted in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import ndtri

from sim.experiment.batch import Batch
from sim.experiment.execute import Failed, execute
from sim.experiment.plan import Task
from sim.experiment.points import Points
from sim.experiment.store import PARTS, Store
from sim.judge.candidates import as_sets, part
from sim.judge.history import counts
from sim.reading import TaskError
from sim.record import posterior
from sim.world import BLOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from sim.judge.candidates import Proposal
    from sim.record.ensemble import Ensemble
    from sim.record.schemas.target import Target
    from sim.scenario import Scenario

    Array = NDArray[np.float64]
    Told = Callable[[int, int, int], None]

TRIALS: Final = 16
"""Trials of each candidate: the luck left in its mean of a count is a quarter of the count's own spread."""

WIDTH: Final = 2 * BLOCK
"""Trials that are played side by side: each call of NumPy is paid once a batch, and twice a block costs half as much a
trial as one."""

SUMS: Final = ("n", "d", "nn", "dd", "nd", "n0", "d0")
"""Columns of a target: sums over trials of what is counted and out of how many, of their squares and product; and
both in the first trial, which stands for a record of one world in tests of recovery."""


@dataclass(frozen=True)
class Setting:
    """What a bank is played with.

    Attributes:
        scenario: the past.
        targets: what is counted.
        priors: the distribution of every parameter that is not known, by name.
        trials: of each candidate.
        seed: of candidates and luck.
        run: hash of all of this and of the code; parts of another run are not read.

    """

    scenario: Scenario
    targets: tuple[Target, ...]
    priors: Mapping[str, str]
    trials: int
    seed: int
    run: str

    @property
    def at_once(self) -> int:
        """Candidates that are played side by side."""
        return WIDTH // self.trials


@dataclass(frozen=True)
class Histories:
    """Plays parts of a round, or reads them back; picklable, so that other processes can.

    Attributes:
        setting: what is played.
        candidates: of the round.
        number: of the round, which decides its luck.
        directory: where parts are stored; None: nowhere.

    """

    setting: Setting
    candidates: Ensemble
    number: int
    directory: Path | None = None
    together: int = field(default=1, init=False)

    def __call__(self, tasks: Sequence[Task], /) -> Sequence[tuple[Batch, bool]]:
        """Return what was counted in each part, and whether it had to be played."""
        return [self._one(task) for task in tasks]

    def _one(self, task: Task) -> tuple[Batch, bool]:
        store = None if self.directory is None else Store(self.directory)
        found = None if store is None else store.read(task)
        if found is not None:
            return found, False
        setting, first = self.setting, task.block * self.setting.at_once
        among = part(self.candidates, first, first + task.replicates)
        counted, out_of = counts(
            setting.scenario,
            among,
            setting.targets,
            trials=setting.trials,
            first=task.block * setting.at_once * setting.trials,
            # Rounds take their luck from streams of their own.
            seed=setting.seed + task.chunk,
        )
        columns = {
            f"{target.id}.{name}": sums.astype(np.float64)[None]
            for target, n, d in zip(setting.targets, counted.astype(np.int64), out_of.astype(np.int64), strict=True)
            for name, sums in zip(SUMS, _sums(n, d), strict=True)
        }
        batch = Batch(0, task.first_trial, columns, {})
        if store is not None:
            store.write(task, batch)
        return batch, True

    def tasks(self) -> list[Task]:
        """The parts of the round: `replicates` counts candidates."""
        width, points, run = self.setting.at_once, Points((self.setting.scenario,)), self._run()
        return [
            Task(
                run,
                self.number,
                0,
                first // width,
                min(width, self.candidates.sets - first),
                self.setting.seed,
                points,
            )
            for first in range(0, self.candidates.sets, width)
        ]

    def _run(self) -> str:
        """Hash of what decides the parts of this round: a part of other candidates is not read."""
        digest = hashlib.sha256(f"{self.setting.run} {self.number}".encode())
        digest.update(self.candidates.draws.tobytes())
        for name in self.setting.priors:
            digest.update(self.candidates.quantiles[name].tobytes())
        return digest.hexdigest()


def _sums(n: NDArray[np.int64], d: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """Sums over trials, in the order of `SUMS`; arguments and sums by set in their last axis."""
    return n.sum(0), d.sum(0), (n * n).sum(0), (d * d).sum(0), (n * d).sum(0), n[0], d[0]


@dataclass
class Bank:
    """All candidates that were played.

    Attributes:
        setting: what they were played with.
        proposals: from which each round was drawn.
        draws: row of the posterior of every candidate.
        z: their quantiles on the normal scale, shape (candidates, parameters).
        sums: by target and name of sum, shape (candidates,).

    """

    setting: Setting
    proposals: list[Proposal] = field(default_factory=list)
    draws: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    z: Array = field(default_factory=lambda: np.zeros((0, 0)))
    sums: dict[str, Array] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Parameters, in the order of the columns of z."""
        return tuple(self.setting.priors)

    def statistic(self, target: str) -> Array:
        """Expected statistic of every candidate: a mean over trials, or a ratio of sums; NaN where out of none."""
        n, d = self.sums[f"{target}.n"], self.sums[f"{target}.d"]
        return np.asarray(np.divide(n, d, out=np.full(len(n), np.nan), where=d > 0))

    def luck(self, target: str) -> Array:
        """Monte Carlo error of that, by the delta method for a ratio; NaN where out of none."""
        n, d, nn, dd, nd = (self.sums[f"{target}.{name}"] for name in SUMS[:5])
        ratio = self.statistic(target)
        squares = np.maximum(nn - 2.0 * ratio * nd + ratio**2 * dd, 0.0)
        return np.asarray(np.divide(np.sqrt(squares), d, out=np.full(len(n), np.nan), where=d > 0))

    def search(
        self, proposal: Proposal, z: Array, directory: Path | None, *, jobs: int = 1, told: Told | None = None
    ) -> None:
        """Play the candidates of one more round, drawn from a proposal.

        Raises:
            TaskError: a part failed; those that were done are kept where they are stored.

        """
        number = len(self.proposals)
        among = as_sets(z, number, self.setting.priors, posterior().draws, self.setting.seed)
        self.play(among, number, directory, jobs=jobs, told=told)
        self.proposals.append(proposal)

    def play(
        self, among: Ensemble, number: int, directory: Path | None, *, jobs: int = 1, told: Told | None = None
    ) -> None:
        """Play some sets and add them to the bank.

        Args:
            among: the sets.
            number: of the round, which decides its luck.
            directory: where parts are stored; None: nowhere.
            jobs: processes at most.
            told: is told how many of how many sets are done, and how many of them were played now.

        Raises:
            TaskError: a part failed; those that were done are kept where they are stored.

        """
        work = Histories(self.setting, among, number, directory)
        if directory is not None:
            (directory / PARTS).mkdir(parents=True, exist_ok=True)
        tasks, batches, fresh = work.tasks(), [], 0
        for result in execute(tasks, work, count=len(tasks), jobs=jobs):
            if isinstance(result, Failed):
                raise TaskError(f"candidates of round {number}: {result.error}")
            batches.append(result.batch)
            fresh += result.played * result.task.replicates
            if told is not None:
                told(sum(batch.shape[1] for batch in batches), among.sets, fresh)
        z = ndtri(np.stack([among.quantiles[name] for name in self.names], axis=1))
        self.draws = np.concatenate([self.draws, among.draws])
        self.z = np.concatenate([self.z, z]) if len(self.z) else z
        for name in batches[0].columns:
            column = np.concatenate([batch.columns[name][0] for batch in batches])
            self.sums[name] = np.concatenate([self.sums[name], column]) if name in self.sums else column


def distance(bank: Bank, targets: Sequence[Target]) -> Array:
    """How far each candidate is from meeting all targets: 0 if it does.

    The greatest excess over a tolerance, in the tolerance's width. A share out of nothing refutes nothing.
    """
    worst: Array = np.zeros(len(bank.z))
    for one in targets:
        value, span = bank.statistic(one.id), one.tolerance
        excess = np.maximum(span.low - value, value - span.high) / (span.high - span.low)
        worst = np.maximum(worst, np.nan_to_num(excess, nan=0.0))
    return worst
