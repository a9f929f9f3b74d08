"""Boxes of parameters: limits, and how well what lies within them is what is looked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Table = Mapping[str, NDArray[Any]]
    Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Range:
    """Limit of a number: low <= value <= high; None where the box is open."""

    low: float | None
    high: float | None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"low": self.low, "high": self.high}


@dataclass(frozen=True)
class Among:
    """Limit of a category: one of these values."""

    values: tuple[Any, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"values": list(self.values)}


Limit = Range | Among


@dataclass(frozen=True)
class Box:
    """Some limits and what lies within them.

    Attributes:
        limits: name of a restricted column -> its limit; columns without a limit are not named.
        coverage: share of the cases of interest that lie in it.
        density: share of its cases that are of interest.
        mass: share of all cases that lie in it.
        n: how many that are.
        chance: name of a restricted column -> quasi-p-value: how likely the box's cases of interest would be as many as
            they are if they fell in it as they do in the box without this limit (Bryant and Lempert 2010).
    """

    limits: Mapping[str, Limit]
    coverage: float
    density: float
    mass: float
    n: int
    chance: Mapping[str, float] = field(default_factory=dict)

    @property
    def quality(self) -> float:
        """Harmonic mean of coverage and density; 0 without a case of interest."""
        both = self.coverage + self.density
        return 2.0 * self.coverage * self.density / both if both else 0.0

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        limits = {}
        for name, limit in self.limits.items():
            limits[name] = limit.to_json()
            if name in self.chance:
                limits[name]["quasi_p"] = self.chance[name]
        return {
            "limits": limits,
            "coverage": self.coverage,
            "density": self.density,
            "mass": self.mass,
            "n": self.n,
        }


def box_of(table: Table, interest: Mask, limits: Mapping[str, Limit]) -> Box:
    """Return coverage, density and mass of the box with these limits."""
    within = inside(table, limits, len(interest))
    n, hits, total = int(within.sum()), int(interest[within].sum()), int(interest.sum())
    return Box(
        MappingProxyType(dict(limits)),
        coverage=hits / total if total else 0.0,
        density=hits / n if n else 0.0,
        mass=n / len(interest),
        n=n,
    )


def inside(table: Table, limits: Mapping[str, Limit], cases: int) -> Mask:
    """Return which cases lie in the box with these limits, shape (cases,)."""
    found = np.ones(cases, dtype=bool)
    for name, limit in limits.items():
        found &= meets(table[name], limit)
    return found


def meets(column: NDArray[Any], limit: Limit) -> Mask:
    """Return which values are within the limit."""
    if isinstance(limit, Among):
        return np.isin(column, np.array(limit.values, dtype=column.dtype))
    met = np.ones(len(column), dtype=bool)
    if limit.low is not None:
        met &= column >= limit.low
    if limit.high is not None:
        met &= column <= limit.high
    return met


def chances(table: Table, interest: Mask, limits: Mapping[str, Limit]) -> dict[str, float]:
    """Return the quasi-p-value of every limit: see Box.chance."""
    from scipy.stats import binom  # noqa: PLC0415 - heavy

    if not limits:
        return {}
    outside = np.array([~meets(table[name], limit) for name, limit in limits.items()])
    broken = outside.sum(axis=0)
    within = broken == 0
    n, hits = int(within.sum()), int(interest[within].sum())
    without = broken - outside == 0
    density = (without & interest).sum(axis=1) / np.maximum(without.sum(axis=1), 1)
    return dict(zip(limits, binom.sf(hits - 1, n, density).tolist(), strict=True))
