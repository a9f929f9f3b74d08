"""Straight lines through parameter sets: how a rate of events goes with a parameter, and how sure that is.

In each set there are events and what they are counted over (months at risk, or trials). The rate is a straight line in
the parameter, fitted by least squares with the latter as weights: at the weighted mean of the parameter it is the
pooled rate, the number that the answer shows. Errors are those of White (1980): the sets are independent, each spreads
as much as it does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """Lines of one rate, one a parameter, about the mean of each.

    Attributes:
        level: rate at the mean of the parameter, shape (parameters,).
        slope: change of it per unit of the parameter, likewise.
        level_parts: what each set does to the level, shape (parameters, sets); its squares add up to the variance.
        slope_parts: the same of the slope.
    """

    level: Floats
    slope: Floats
    level_parts: Floats
    slope_parts: Floats

    def at(self, offset: Floats) -> Floats:
        """Return the rate so far from the mean of each parameter; never below 0."""
        return np.asarray(np.maximum(0.0, self.level + self.slope * offset))


def fitted_line(columns: Floats, events: Floats, exposure: Floats) -> Line:
    """Return the lines of a rate.

    Args:
        columns: value of each parameter in each set, shape (parameters, sets); no row is constant.
        events: in each set, shape (sets,).
        exposure: what they are counted over, above 0, likewise.
    """
    centre = columns.mean(axis=1, keepdims=True)
    total = float(exposure.sum())
    middle = (columns * exposure).sum(axis=1, keepdims=True) / total
    apart = columns - middle
    square = (exposure * apart**2).sum(axis=1, keepdims=True)
    pooled = float(events.sum()) / total
    slope = (apart * events).sum(axis=1, keepdims=True) / square
    left = events - exposure * (pooled + slope * apart)
    freedom = np.sqrt(len(events) / max(1, len(events) - 2))
    slope_parts = freedom * apart * left / square
    shift = centre - middle
    level_parts = freedom * left / total + shift * slope_parts
    return Line((pooled + slope * shift)[:, 0], slope[:, 0], level_parts, slope_parts)


def relative_slope(arm: Line, control: Line) -> tuple[Floats, Floats]:
    """Return the slope of the log of the ratio of two rates at the mean of each parameter, and its error.

    NaN where one of the rates is 0.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = arm.slope / arm.level - control.slope / control.level
        parts = _log_parts(arm) - _log_parts(control)
        return slope, np.sqrt((parts**2).sum(axis=1))


def _log_parts(line: Line) -> Floats:
    level, slope = line.level[:, None], line.slope[:, None]
    return np.asarray(line.slope_parts / level - slope * line.level_parts / level**2)


@dataclass(frozen=True)
class Crossing:
    """Where an answer crosses a line.

    Attributes:
        at: the line, such as a hazard ratio of 1.
        value: of the parameter; None if it crosses nowhere within the parameter's values.
        error: standard error of the value; None where there is none.
    """

    at: float
    value: float | None
    error: float | None


def crossings(weights: tuple[tuple[Line, float], ...], less: float, ends: Floats) -> list[tuple[float, float]]:
    """Return where a weighted sum of lines, less a number, is 0: (distance from the parameter's mean, its error).

    Args:
        weights: the lines with their weights.
        less: what is taken off.
        ends: least and greatest distance from the mean, shape (parameters, 2); NaN stands for a crossing outside.
    """
    level = sum((weight * line.level for line, weight in weights), np.zeros(())) - less
    slope = sum((weight * line.slope for line, weight in weights), np.zeros(()))
    with np.errstate(divide="ignore", invalid="ignore"):
        at = -level / slope
        parts = sum(
            (weight * (line.level_parts + at[:, None] * line.slope_parts) for line, weight in weights), np.zeros(())
        )
        error = np.sqrt((parts**2).sum(axis=1)) / np.abs(slope)
    outside = ~((at >= ends[:, 0]) & (at <= ends[:, 1]))
    at = np.where(outside, np.nan, at)
    return [(float(one), float(other)) for one, other in zip(at, error, strict=True)]
