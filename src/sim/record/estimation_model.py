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

NODES: Final = 11
"""Gauss-Hermite nodes for the shock of a crisis."""

SMALLEST: Final = 1e-300
"""Keeps the logarithm finite where a probability underflows."""


def model(design: Design, priors: Priors) -> pm.Model:
    """Build the model of the rows.

    eta = level + resolve[guarantor] + in_force * F + covariates . x, less `no_mandate` where the leader acted without
    the mandate it had asked for; the level is stated at the reference crisis of the priors. Given the shock u of its
    crisis a row has probability sum over levels of weight x P(level | eta + u); the shock is integrated out, crisis
    by crisis, by Gauss-Hermite quadrature, so that no latent variable per crisis is left to sample.
    """
    reference = priors.reference
    centre = np.array([float(value) for value in reference.covariates().values()])
    with pm.Model() as built:
        scalar = {name: variable(name, priors.priors[name]) for name in SCALARS}
        standard = pm.Normal("resolve_standard", 0.0, 1.0, shape=len(design.guarantors))
        resolve = pm.Deterministic("resolve", scalar["resolve_scale"] * standard)
        aid = -(2.0 * scalar["gap.troops"] + scalar["gap.combat"]) / 3.0
        troops = aid + scalar["gap.troops"]
        slopes = pt.stack([scalar[f"covariate.{name}"] for name in COVARIATES])
        # The Council stands after the last guarantor, where index -1 finds it.
        own = pt.concatenate([resolve, scalar["council"][None]])
        eta = (
            scalar["reference"]
            + troops
            + own[design.guarantor]
            + scalar["in_force"] * (design.in_force - reference.in_force)
            + pt.dot(design.covariates - centre, slopes)
            + scalar["early_cold_war"] * design.early
            - scalar["no_mandate"] * design.penalised
            + scalar["council_unasked"] * design.unasked_council
        )
        cutpoints = (aid, troops, -(aid + troops))
        pm.Potential("record", log_likelihood(eta, cutpoints, scalar["shock"], design))
    return built


def variable(name: str, prior: Prior) -> Any:
    """Return a random variable with a prior, inside the model at hand."""
    if prior.normal is not None:
        return pm.Normal(name, *prior.normal)
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
    nodes, log_weights = quadrature()
    latent = eta[:, None] + shock * nodes[None, :]
    row = pt.log(pt.maximum(_probability(latent, cutpoints, design.weights), SMALLEST))
    members = (design.crisis[None, :] == np.arange(len(design.crises))[:, None]).astype(np.float64)
    return pt.sum(pt.logsumexp(pt.dot(members, row) + log_weights[None, :], axis=1))


def quadrature() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the nodes of a standard normal variable and the logarithms of their weights."""
    nodes, mass = np.polynomial.hermite_e.hermegauss(NODES)
    return nodes, np.log(mass / mass.sum())


def _probability(latent: Any, cutpoints: tuple[Any, Any, Any], weights: NDArray[np.float64]) -> Any:
    # sigmoid(a) - sigmoid(b) is written as a product: a difference of numbers near 1 would lose the small tails.
    aid, troops, combat = cutpoints
    above = [pt.sigmoid(latent - cut) for cut in (aid, troops, combat)]
    below = [pt.sigmoid(cut - latent) for cut in (aid, troops, combat)]
    levels = (
        below[0],
        above[0] * below[1] * -pt.expm1(aid - troops),
        above[1] * below[2] * -pt.expm1(troops - combat),
        above[2],
    )
    return sum(weights[:, level, None] * mass for level, mass in enumerate(levels))
