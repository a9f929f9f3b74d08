"""The ordered logit of response as a PyMC model; only this file and `estimation_fit` need PyMC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pymc as pm
import pytensor.tensor

from sim.record.covariates import COVARIATES
from sim.record.priors import SCALARS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.record.estimation_data import Design
    from sim.record.priors import Prior, Priors

pt: Any = pytensor.tensor  # typed in part only

NORMAL: Final = "normal"
"""Name of the vector of all parameters with normal priors."""

LINEAR: Final = ("reference", "in_force", *(f"covariate.{name}" for name in COVARIATES), "early_cold_war", "council")
"""Parameters that enter the latent linearly and are read from the vector as a whole."""

NODES: Final = 11
"""Gauss-Hermite nodes for the shock of a crisis."""

SMALLEST: Final = 1e-15
"""Keeps the logarithm finite where rounding is as large as the probability."""


def model(design: Design, priors: Priors) -> pm.Model:
    """Build the model of the rows.

    eta = level + resolve[guarantor] + in_force * F + covariates . x, less `no_mandate` where the leader acted without
    the mandate it had asked for; the level is stated at the reference crisis of the priors. Given the shock u of its
    crisis a row has probability sum over levels of weight x P(level | eta + u); the shock is integrated out, crisis
    by crisis, by Gauss-Hermite quadrature, so that no latent variable per crisis is left to sample.
    """
    normal, other = split(priors)
    with pm.Model() as built:
        # One vector for all normal priors: a graph of many scalars takes minutes to compile.
        means, deviations = np.array([priors.priors[name].normal for name in normal]).T
        vector = pm.Normal(NORMAL, means, deviations)
        scalar = {name: _variable(name, priors.priors[name]) for name in other}
        scalar |= {name: vector[index] for index, name in enumerate(normal) if name not in LINEAR}
        standard = pm.Normal("resolve_standard", 0.0, 1.0, shape=len(design.guarantors))
        resolve = pm.Deterministic("resolve", scalar["resolve_scale"] * standard)
        aid = -(2.0 * scalar["gap.troops"] + scalar["gap.combat"]) / 3.0
        troops = aid + scalar["gap.troops"]
        columns = linear(design, priors)
        # The Council stands after the last guarantor, where index -1 finds it; its own term is among the linear ones.
        own = pt.concatenate([resolve, np.zeros(1)])[design.guarantor]
        matrix = np.column_stack([columns.get(name, np.zeros(len(design.guarantor))) for name in normal])
        eta = troops + own + pt.dot(matrix, vector)
        for name in other:
            if name in columns:
                eta = eta + columns[name] * scalar[name]
        pm.Potential("record", log_likelihood(eta, (aid, troops, -(aid + troops)), scalar["shock"], design))
    return built


def split(priors: Priors) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the parameters with normal priors, and those of the others, in the order of `SCALARS`."""
    normal = tuple(name for name in SCALARS if priors.priors[name].normal is not None)
    return normal, tuple(name for name in SCALARS if name not in normal)


def linear(design: Design, priors: Priors) -> dict[str, NDArray[np.float64]]:
    """Return what multiplies each parameter that enters the latent linearly, (rows,) each."""
    reference = priors.reference
    centre = reference.covariates()
    covariates = {
        f"covariate.{name}": design.covariates[:, index] - float(centre[name]) for index, name in enumerate(COVARIATES)
    }
    return {
        "reference": np.ones(len(design.guarantor)),
        "in_force": design.in_force - reference.in_force,
        **covariates,
        "early_cold_war": design.early,
        "council": (design.guarantor == -1).astype(np.float64),
        "no_mandate": -design.penalised,
    }


def _variable(name: str, prior: Prior) -> Any:
    if prior.half_normal is not None:
        return pm.HalfNormal(name, prior.half_normal)
    if prior.lognormal is not None:
        return pm.LogNormal(name, float(np.log(prior.lognormal[0])), prior.lognormal[1])
    low, high = prior.uniform or (0.0, 1.0)
    return pm.Uniform(name, low, high)


def log_likelihood(eta: Any, cutpoints: tuple[Any, Any, Any], shock: Any, design: Design) -> Any:
    """Return the log likelihood of all crises, their shocks integrated out.

    Args:
        eta: latent of each row before the shock, (rows,).
        cutpoints: of aid, troops and combat.
        shock: standard deviation of the shock.
        design: the rows.

    """
    nodes, log_mass = quadrature()
    latent = eta[:, None] + shock * nodes[None, :]
    # sum over levels of weight x P(level) = first weight + sum over cutpoints of (step of the weight) x P(above it)
    # (no NumPy function here: a calibration gives the weights as a shared variable, to compile once for many data sets)
    steps = design.weights[:, 1:] - design.weights[:, :-1]
    probability = design.weights[:, :1] + sum(
        steps[:, level, None] * pt.sigmoid(latent - cut) for level, cut in enumerate(cutpoints)
    )
    row = pt.log(pt.maximum(probability, SMALLEST))
    crisis = pt.inc_subtensor(pt.zeros((len(design.crises), NODES))[design.crisis], row)
    return pt.sum(pt.logsumexp(crisis + log_mass[None, :], axis=1))


def quadrature() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the nodes of a standard normal variable and the logarithms of their weights."""
    nodes, mass = np.polynomial.hermite_e.hermegauss(NODES)
    return nodes, np.log(mass / mass.sum())
