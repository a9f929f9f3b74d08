"""Streaming sums: all that a summary needs of the trials, added trial by trial in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sim.scenario import SETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.experiment.batch import Batch
    from sim.experiment.metrics import Metric

SUMS: Final = ("n", "x", "y", "xx", "xy", "yy")
"""What is summed over the cases of a set: their number, numerator, denominator and products. A case is a trial whose
denominator is positive."""


class Moments:
    """Sums per metric, point and parameter set.

    Every sum grows in the order of the trials, one addition a trial: batches of whatever size give the same bits as one
    batch of all trials.

    Attributes:
        metrics: what is summed.
        sums: shape (metrics, len(SUMS), points, SETS), float64.
        trials: how many trials are in.
    """

    def __init__(self, metrics: Sequence[Metric], points: int) -> None:
        """Begin with no trials."""
        self.metrics = tuple(metrics)
        self.sums: NDArray[np.float64] = np.zeros((len(self.metrics), len(SUMS), points, SETS))
        self.trials = 0

    def add(self, batch: Batch) -> None:
        """Add the trials of a batch, which must follow those that are in.

        Raises:
            ValueError: the batch leaves trials out, repeats some, or has another number of points.
        """
        points, replicates = batch.shape
        if batch.first_trial != self.trials or points != self.sums.shape[2]:
            raise ValueError(
                f"trials from {batch.first_trial} of {points} points do not follow {self.trials} trials of "
                f"{self.sums.shape[2]}"
            )
        for index, metric in enumerate(self.metrics):
            accumulate(self.sums[index], _terms(metric, batch), batch.first_trial)
        self.trials += replicates


def accumulate(sums: NDArray[np.float64], terms: NDArray[np.float64], first_trial: int) -> None:
    """Add what trials give to sums over their parameter sets, one addition a trial, in the order of the trials.

    Trial k belongs to set k mod SETS, so consecutive trials up to a multiple of SETS fall on different sets and can be
    added at once without changing any sum's order of addition.

    Args:
        sums: shape (..., SETS); changed.
        terms: shape (..., trials).
        first_trial: number of the first of them.
    """
    for start, stop, first_set in _cuts(first_trial, terms.shape[-1]):
        sums[..., first_set : first_set + stop - start] += terms[..., start:stop]


def _cuts(first_trial: int, replicates: int) -> list[tuple[int, int, int]]:
    """Return stretches of columns that fall on different sets: (start, stop, set of the first)."""
    cuts = []
    start = 0
    while start < replicates:
        first_set = (first_trial + start) % SETS
        stop = min(replicates, start + SETS - first_set)
        cuts.append((start, stop, first_set))
        start = stop
    return cuts


def _terms(metric: Metric, batch: Batch) -> NDArray[np.float64]:
    """Return what each trial adds to each of SUMS, shape (len(SUMS), points, replicates)."""
    terms = np.empty((len(SUMS), *batch.shape))
    n, x, y, xx, xy, yy = terms
    y[:] = 1.0 if metric.denominator is None else metric.denominator(batch)
    n[:] = y > 0
    np.multiply(metric.numerator(batch), n, out=x)
    np.multiply(x, x, out=xx)
    np.multiply(x, y, out=xy)
    np.multiply(y, y, out=yy)
    return terms
