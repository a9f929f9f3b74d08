"""What arms change: each beside the control on the same draws, so that what differs is the arms' doing and not luck's.

A trial has the same draws in every arm of a comparison (model.md 7.7). The effect on a metric is the difference of the
arms' ratios, its Monte Carlo error that of the pairs: see sim.experiment.crossed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sim.experiment.crossed import Crossed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.experiment.batch import Batch
    from sim.experiment.metrics import Metric
    from sim.experiment.summary import Estimate

LESS: Final = (-1.0, 1.0)
"""Weights of a difference: the control's metric is taken from the arm's."""

HAZARD: Final = "hazard"
"""The metric whose effect is told as a ratio too."""


class Pairs:
    """Sums over pairs of trials, for each metric and arm."""

    def __init__(self, metrics: Sequence[Metric], arms: int) -> None:
        """Begin with no trials; `arms` counts the control."""
        self._metrics = {metric.name: metric for metric in metrics}
        self._sums = {metric.name: [Crossed(2) for _ in range(1, arms)] for metric in metrics}

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of what is summed."""
        return tuple(self._metrics)

    def add(self, batch: Batch) -> None:
        """Add the trials of a batch whose points are the arms, the control first; it must follow those that are in."""
        for name, metric in self._metrics.items():
            x = np.asarray(metric.numerator(batch))
            y = None if metric.denominator is None else np.asarray(metric.denominator(batch))
            for arm, sums in enumerate(self._sums[name], 1):
                sums.add(x[[0, arm]], None if y is None else y[[0, arm]])

    def effect(self, metric: str, arm: int) -> Estimate:
        """Return the metric in an arm less that in the control; `arm` counts from 1."""
        return self._sums[metric][arm - 1].combined(LESS)

    def hazard_ratio(self, arm: int) -> Estimate:
        """Return the hazard in an arm over that in the control; `arm` counts from 1."""
        return self._sums[HAZARD][arm - 1].quotient()
