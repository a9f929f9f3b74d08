"""The numbers of a sweep: a few hundred floats a point in arrays, told as JSON when asked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiment.metrics import METRICS
from sim.experiment.strata import STRATA, strata_bounds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.experiment.compare import Contrast, Sums
    from sim.experiment.summary import Estimate

STATISTICS: Final = ("mean", "mc_se", "low", "high")
"""What is held of a number: its mean, Monte Carlo error and the ends of its 90 % interval; NaN where there is none."""

NAMES: Final = tuple(metric.name for metric in METRICS)
"""Metrics by name, in their order."""

RATIO: Final = "hazard_ratio"
"""Name of the last effect: a ratio, not a difference."""

EFFECTS: Final = (*NAMES, RATIO)
"""What is held of an arm beside the control."""


class Grid:
    """Numbers by point, arm, metric and statistic; the first arm is the control.

    Attributes:
        own: shape (points, arms, metrics, statistics).
        cases: shape (points, arms, metrics).
        effects: shape (points, arms but the control, metrics and the hazard ratio, statistics).
        strata: trials in each stratum, shape (points, arms but the control, 4).
        outcomes: share of each, shape (points, arms, outcomes).
        trials: of each arm at each point.
    """

    def __init__(self, points: int, arms: int) -> None:
        """Begin without numbers."""
        self.own: NDArray[np.float64] = np.full((points, arms, len(NAMES), len(STATISTICS)), np.nan)
        self.cases: NDArray[np.int64] = np.zeros((points, arms, len(NAMES)), np.int64)
        self.effects: NDArray[np.float64] = np.full((points, arms - 1, len(EFFECTS), len(STATISTICS)), np.nan)
        self.strata: NDArray[np.int64] = np.zeros((points, arms - 1, len(STRATA)), np.int64)
        self.outcomes: NDArray[np.float64] | None = None
        self.outcome_names: tuple[str, ...] = ()
        self.trials = 0

    def fill(self, point: int, sums: Sums) -> None:
        """Take the numbers of a point from the sums of its trials."""
        points, arms = self.own.shape[:2]
        self.trials = sums.trials
        for arm in range(arms):
            summary = sums.estimates(arm)
            self.outcome_names = tuple(name for name in summary if name.startswith("outcome."))
            if self.outcomes is None:
                self.outcomes = np.full((points, arms, len(self.outcome_names)), np.nan)
            self.outcomes[point, arm] = [summary[name].mean for name in self.outcome_names]
            for place, name in enumerate(NAMES):
                self.own[point, arm, place] = _numbers(summary[name])
                self.cases[point, arm, place] = summary[name].n
            if arm > 0:
                contrast = sums.contrast(arm)
                self.effects[point, arm - 1] = [_numbers(effect) for effect in _effects(contrast)]
                self.strata[point, arm - 1] = [contrast.strata.counts[name] for name in STRATA]

    def arm(self, point: int, arm: int) -> dict[str, Any]:
        """Return what is known of an arm at a point, as JSON values."""
        metrics = {
            name: _told(self.own[point, arm, place], n=int(self.cases[point, arm, place]))
            for place, name in enumerate(NAMES)
        }
        assert self.outcomes is not None  # noqa: S101 - a plan has a task
        outcomes = {
            name.partition(".")[2]: float(share)
            for name, share in zip(self.outcome_names, self.outcomes[point, arm], strict=True)
        }
        found: dict[str, Any] = {"metrics": metrics, "outcomes": outcomes}
        if arm == 0:
            return found
        effects = {name: _told(self.effects[point, arm - 1, place]) for place, name in enumerate(EFFECTS)}
        counts = self.strata[point, arm - 1]
        attack = NAMES.index("attack")
        bounds = strata_bounds(*(float(self.own[point, row, attack, 0]) for row in (0, arm)))
        return found | {
            "effect": {name: effects[name] for name in NAMES},
            "hazard_ratio": effects[RATIO],
            "strata": {
                name: {"count": int(count), "share": int(count) / self.trials}
                for name, count in zip(STRATA, counts, strict=True)
            },
            "bounds": {name: list(ends) for name, ends in bounds.items()},
        }


def _effects(contrast: Contrast) -> list[Estimate]:
    return [*(contrast.effect[name] for name in NAMES), contrast.hazard_ratio]


def _numbers(found: Estimate) -> tuple[float, float, float, float]:
    low, high = found.interval or (math.nan, math.nan)
    return (_or_nan(found.mean), _or_nan(found.mc_se), low, high)


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _told(numbers: NDArray[np.float64], **more: Any) -> dict[str, Any]:
    mean, error, low, high = (None if math.isnan(value) else float(value) for value in numbers)
    return {"mean": mean, "mc_se": error, "interval": None if low is None else [low, high], **more}
