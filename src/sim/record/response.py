"""Probabilities of a guarantor's response from posterior draws; no sampler is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import expit

from sim.record.estimation_data import COUNCIL
from sim.record.posterior import CUTPOINTS, RESOLVE, latent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sim.record.estimation_data import Row

NODES: Final = 15
"""Gauss-Hermite nodes for the shock of a crisis."""

INTERVAL: Final = (0.05, 0.95)
"""Quantiles of the intervals shown: 90 %."""


@dataclass(frozen=True)
class Estimate:
    """Mean and 90 % interval over draws."""

    mean: float
    low: float
    high: float


def estimate_of(values: NDArray[np.float64]) -> Estimate:
    """Return mean and 90 % interval of draws."""
    low, high = np.quantile(values, INTERVAL)
    return Estimate(float(np.mean(values)), float(low), float(high))


def shocks() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return nodes and weights that integrate over a standard normal variable."""
    nodes, mass = np.polynomial.hermite_e.hermegauss(NODES)
    return nodes, mass / mass.sum()


def at_least(
    columns: Mapping[str, NDArray[np.float64]], eta: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return P(aid or more), P(troops or more), P(combat) in every draw, the shock integrated out."""
    nodes, mass = shocks()
    total = [np.zeros_like(eta) for _ in CUTPOINTS]
    for node, weight in zip(nodes, mass, strict=True):
        for level, name in enumerate(CUTPOINTS):
            total[level] += weight * expit(eta + columns["shock"] * node - columns[name])
    aid, troops, combat = total
    return aid, troops, combat


def fitted_latent(columns: Mapping[str, NDArray[np.float64]], row: Row, *, gated: bool = True) -> NDArray[np.float64]:
    """Return eta of one row of the estimation in every draw.

    Args:
        columns: draws by name.
        row: the row.
        gated: whether a leader without the mandate it asked for is held back, as in the fit.

    """
    if row.guarantor == COUNCIL:
        own = columns["council"]
    else:
        own = columns.get(f"{RESOLVE}{row.guarantor}", columns[f"{RESOLVE}new"])
    eta = latent(columns, own, row.covariates, row.in_force) + columns["early_cold_war"] * row.early_cold_war
    return eta - columns["no_mandate"] if gated and row.penalised else eta


def shown_at_least(
    columns: Mapping[str, NDArray[np.float64]], row: Row
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the probabilities that a row shows aid, troops, combat or more; a member held back shows at most aid."""
    aid, troops, combat = at_least(columns, fitted_latent(columns, row))
    if row.refused and not row.leads:
        return aid, np.zeros_like(aid), np.zeros_like(aid)
    return aid, troops, combat
