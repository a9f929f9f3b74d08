"""What was found at points, or in parameter sets: the values whose differences a sensitivity analysis explains."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiment.crossed import Crossed
from sim.experiment.metrics import METRICS
from sim.experiment.pairs import HAZARD, LESS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.experiment.batch import Batch
    from sim.experiment.plan import Task

    Floats = NDArray[np.float64]

VALUE: Final = "value"
"""Kind of what an arm gives by itself."""

EFFECT: Final = "effect"
"""Kind of what an arm changes beside the control."""

RATIO: Final = "hazard_ratio"
"""Name of the effect that is a ratio."""

WATCHED: Final = tuple(metric for metric in METRICS if metric.name in {"attack", "hazard", "months_to_attack"})
"""What is explained. All of them have cases in every world."""

WATCHED_IN_SETS: Final = tuple(metric for metric in WATCHED if metric.name in {"attack", "hazard"})
"""The same of an ensemble, whose sets have few trials."""


@dataclass(frozen=True)
class Measured:
    """One quantity, case by case.

    Attributes:
        kind: VALUE or EFFECT.
        arm: of which arm; an effect is its difference from the control, or their ratio.
        metric: its name, or RATIO.
        values: shape (cases,); NaN where there is none.
        cases: numbers of the points or parameter sets that they belong to, shape (cases,).
        noise: mean square of their Monte Carlo errors, if these are independent; else 0.
    """

    kind: str
    arm: str
    metric: str
    values: Floats = field(repr=False)
    cases: NDArray[np.int64] = field(repr=False)
    noise: float = 0.0


@dataclass(frozen=True)
class Ratios:
    """Hazard ratios of an arm over the control with their Monte Carlo errors; shapes and `cases` as of Measured."""

    arm: str
    values: Floats = field(repr=False)
    errors: Floats = field(repr=False)
    cases: NDArray[np.int64] = field(repr=False)


class Totals:
    """Takes the outcomes of a plan: numerators and denominators at every point, and no more."""

    def __init__(self, points: int, arms: int) -> None:
        """Begin with no trials; `points` counts the arms of a change as one."""
        self._arms = arms
        self._sums = np.zeros((points * arms, len(WATCHED), 2))

    def __call__(self, task: Task, batch: Batch) -> None:
        """Take the outcomes of a task."""
        rows = slice(task.first_row, task.first_row + len(task.points))
        for place, metric in enumerate(WATCHED):
            ones = np.ones(batch.shape)
            y = ones if metric.denominator is None else np.asarray(metric.denominator(batch), dtype=np.float64)
            self._sums[rows, place, 0] += np.asarray(metric.numerator(batch), dtype=np.float64).sum(axis=1)
            self._sums[rows, place, 1] += y.sum(axis=1)

    @property
    def values(self) -> Floats:
        """Every metric at every point, shape (points, arms, metrics)."""
        means = self._sums[..., 0] / self._sums[..., 1]
        return np.asarray(means.reshape(-1, self._arms, len(WATCHED)))


class WithRatios(Totals):
    """The same, and the hazard ratios with their paired errors; of the trials of one chunk at a time more is held."""

    def __init__(self, points: int, arms: int, blocks: int) -> None:
        """Begin with no trials; `blocks`: how many each point has."""
        super().__init__(points, arms)
        self._last = blocks - 1
        self._pairs: dict[tuple[int, int], Crossed] = {}
        self._ratios = np.full((points, arms - 1, 2), np.nan)

    def __call__(self, task: Task, batch: Batch) -> None:
        """Take the outcomes of a task."""
        super().__call__(task, batch)
        hazard = next(metric for metric in WATCHED if metric.name == HAZARD)
        assert hazard.denominator is not None  # noqa: S101 - a rate has one
        x, y = (np.asarray(column(batch)) for column in (hazard.numerator, hazard.denominator))
        for place in range(len(task.points) // self._arms):
            first, point = place * self._arms, task.first_row // self._arms + place
            for arm in range(1, self._arms):
                sums = self._pairs.setdefault((point, arm), Crossed(2))
                sums.add(x[[first, first + arm]], y[[first, first + arm]])
                if task.block == self._last:
                    ratio = self._pairs.pop((point, arm)).quotient()
                    known = (ratio.mean, ratio.mc_se)
                    self._ratios[point, arm - 1] = [math.nan if number is None else number for number in known]

    def ratios(self, names: Sequence[str]) -> list[Ratios]:
        """Return the hazard ratio of every arm but the control, at every point; NaN where there is none."""
        every = np.arange(len(self._ratios))
        return [
            Ratios(name, self._ratios[:, arm, 0], self._ratios[:, arm, 1], every) for arm, name in enumerate(names[1:])
        ]


def measured(values: Floats, names: Sequence[str]) -> list[Measured]:
    """Return what the arms give and change, from every metric at every point: effects first, those of the control last.

    Args:
        values: shape (points, arms, metrics of WATCHED).
        names: of the arms, the control first if there are several.
    """
    every = np.arange(len(values))
    found = []
    for arm in range(1, len(names)):
        changes = values[:, arm] - values[:, 0]
        found += [
            Measured(EFFECT, names[arm], metric.name, changes[:, place], every) for place, metric in enumerate(WATCHED)
        ]
        hazards = values[:, :, [metric.name for metric in WATCHED].index(HAZARD)]
        ratio = np.divide(hazards[:, arm], hazards[:, 0], out=np.full(len(values), np.nan), where=hazards[:, 0] > 0.0)
        found.append(Measured(EFFECT, names[arm], RATIO, ratio, every))
    for arm in reversed(range(len(names))):
        found += [
            Measured(VALUE, names[arm], metric.name, values[:, arm, place], every)
            for place, metric in enumerate(WATCHED)
        ]
    return found


class BySet:
    """Takes the outcomes of a run or a comparison: sums by parameter set."""

    def __init__(self, arms: int) -> None:
        """Begin with no trials; `arms` counts the control."""
        self._own = {metric.name: [Crossed(1) for _ in range(arms)] for metric in WATCHED_IN_SETS}
        self._pairs = {metric.name: [Crossed(2) for _ in range(1, arms)] for metric in WATCHED_IN_SETS}

    def __call__(self, _task: Task, batch: Batch) -> None:
        """Take the outcomes of a task; its points are the arms."""
        for metric in WATCHED_IN_SETS:
            x = np.asarray(metric.numerator(batch))
            y = None if metric.denominator is None else np.asarray(metric.denominator(batch))
            for arm, sums in enumerate(self._own[metric.name]):
                sums.add(x[[arm]], None if y is None else y[[arm]])
            for arm, sums in enumerate(self._pairs[metric.name], 1):
                sums.add(x[[0, arm]], None if y is None else y[[0, arm]])

    def measured(self, names: Sequence[str]) -> list[Measured]:
        """Return what the arms give and change in every set with enough cases; effects first, as `measured` does."""
        found = []
        for arm, name in enumerate(names[1:]):
            for metric in WATCHED_IN_SETS:
                cases, values, noise = self._pairs[metric.name][arm].by_set(LESS)
                found.append(Measured(EFFECT, name, metric.name, values, cases, _mean(noise)))
        for arm, name in reversed(list(enumerate(names))):
            for metric in WATCHED_IN_SETS:
                cases, values, noise = self._own[metric.name][arm].by_set([1.0])
                found.append(Measured(VALUE, name, metric.name, values, cases, _mean(noise)))
        return found

    def ratios(self, names: Sequence[str]) -> list[Ratios]:
        """Return the hazard ratio of every arm but the control, in the sets with an event in both."""
        found = []
        for arm, name in enumerate(names[1:]):
            cases, values, squares = self._pairs[HAZARD][arm].quotients()
            found.append(Ratios(name, values, np.sqrt(squares), cases))
        return found


def columns_of(points: Sequence[Mapping[str, Any]]) -> dict[str, NDArray[Any]]:
    """Return the values of every axis as a column, shape (points,); what is neither number nor text is told as text."""
    columns = {}
    for name in points[0]:
        held = [point[name] for point in points]
        plain = all(isinstance(value, (bool, int, float, str)) for value in held)
        columns[name] = np.array(held if plain else [str(value) for value in held])
    return columns


def _mean(noise: Floats) -> float:
    return float(noise.mean()) if len(noise) else 0.0
