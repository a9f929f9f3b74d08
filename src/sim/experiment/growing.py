"""A comparison that grows: a few trials for a first look, then more, each summed up with all before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.batch import Batch
from sim.experiment.compare import Comparison, Sums, plan_comparison
from sim.experiment.plan import MOST_TRIALS, Plan, Task, whole
from sim.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.scenario import Scenario


@dataclass(frozen=True)
class Piece:
    """Some trials of all arms: all that is needed to play them, anywhere.

    Attributes:
        first: number of the first trial.
        task: points, seed and how many trials; a task otherwise stands for a block of a stored run.
    """

    first: int
    task: Task


def play_piece(piece: Piece) -> Batch:
    """Play a piece; a function of a module, so that worker processes find it."""
    return _played((piece,))[0]


def play_together(asked: Sequence[Growing], trials: int) -> None:
    """Play so many trials more of several comparisons side by side, as each would play them alone.

    They share their draws and the steps of the month: four together take half the time of four one by one.

    Args:
        asked: of the same states and seed, with as many trials in.
        trials: of each, 1 or more.

    Raises:
        InputError: fewer than one, or more than are ever played, or they have not the same states.
        ValueError: they have not the same seed and trials.
    """
    pieces = [one.piece(one.trials, trials) for one in asked]
    if len({(piece.first, piece.task.seed) for piece in pieces}) > 1:
        raise ValueError("what is played together begins at the same trial of the same seed")
    for one, piece, batch in zip(asked, pieces, _played(pieces), strict=True):
        one.add(piece, batch)


def _played(pieces: Sequence[Piece]) -> list[Batch]:
    """Play pieces of the same trials and seed in one world, and cut its rows apart."""
    piece, task = pieces[0], pieces[0].task
    points = tuple(point for one in pieces for point in one.task.points)
    played = World(points, replicates=task.replicates, first=piece.first, seed=task.seed).run()
    batches, row = [], 0
    for one in pieces:
        stop = row + len(one.task.points)
        columns = {name: np.ascontiguousarray(values[row:stop]) for name, values in played.columns.items()}
        batches.append(Batch(0, one.first, columns, dict(played.labels)))
        row = stop
    return batches


class Growing:
    """Scenarios side by side on the same draws, played piece by piece and kept in memory.

    However it is cut, trial k is trial k of `compare`: so is the answer after the same number of trials.

    Attributes:
        plan: what is played.
    """

    def __init__(
        self,
        arms: Sequence[Scenario | str],
        *,
        seed: int | None = None,
        overrides: Mapping[str, object] | Sequence[str] = (),
    ) -> None:
        """Find out what is to be played; nothing is yet.

        Args:
            arms: two or more scenarios, by name or as such; the first is the control.
            seed: 0 to 2^64 - 1; 1 if none is given.
            overrides: changes of all arms.

        Raises:
            InputError: something given cannot be compared.
        """
        self.plan, _ = plan_comparison(arms, trials=MOST_TRIALS, seed=seed, overrides=overrides)
        self._sums = Sums(len(self.plan.points.arms))

    @property
    def trials(self) -> int:
        """Trials of each arm that are in."""
        return self._sums.trials

    def piece(self, first: int, trials: int) -> Piece:
        """Return so many trials from one on, to be played by whoever can.

        Raises:
            InputError: fewer than one, or more than are ever played.
        """
        number = whole("trials", trials, 1, MOST_TRIALS - first)
        return Piece(first, Task(self.plan.hash, 0, 0, 0, number, self.plan.seed, self.plan.points))

    def add(self, piece: Piece, batch: Batch) -> None:
        """Take a piece that was played.

        Raises:
            ValueError: it does not begin where the trials that are in end.
        """
        if piece.first != self.trials:
            raise ValueError(f"trial {self.trials} comes next, not {piece.first}")
        self._sums(piece.task, batch)

    def play(self, trials: int) -> None:
        """Play so many trials more of each arm, here and now.

        Raises:
            InputError: fewer than one, or more than are ever played.
        """
        piece = self.piece(self.trials, trials)
        self.add(piece, play_piece(piece))

    def found(self) -> Comparison:
        """Return what the trials that are in say.

        Raises:
            ValueError: none is in.
        """
        if self.trials == 0:
            raise ValueError("nothing has been played yet")
        plan = Plan(self.plan.points, self.plan.seed, self.trials, self.plan.made_of, self.plan.about)
        return Comparison(plan, None, plan.about["arms"], self._sums)
