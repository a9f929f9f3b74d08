"""Candidate parameter sets: drawn from the prior, or from a proposal fitted to those that did well.

Everything is worked out on the normal scale of quantiles, z = the normal quantile of a parameter's quantile in its
prior, on which the prior of all parameters together is the standard normal, whatever their forms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import ndtr, ndtri

from sim.record.ensemble import Ensemble
from sim.scenario import leaves
from sim.scenario.tabulate import prior_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.scenario import Scenario

    Array = NDArray[np.float64]

EDGE: Final = 1e-9
"""Quantiles keep this distance from 0 and 1: beyond it no number in double precision is safe."""

WIDER: Final = 1.5
"""A proposal's variance over that of the sets it is fitted to, at most the prior's: tails must be proposed too
(convention; Beaumont et al. 2009 take 2 for a kernel around each set)."""

LEAST: Final = 0.05
"""Least variance of a proposal, in that of the prior (convention)."""

SURE: Final = 3.0
"""Standard errors by which a mean, a variance or a correlation must differ from the prior's to be proposed
(convention): what cannot be told from the prior stays at the prior, so that it costs no weight."""


def priors(scenario: Scenario) -> dict[str, str]:
    """Return the distribution of every parameter that is not known, by dotted name, the posterior's draws left out."""
    told = {name: prior_text(leaf) for name, leaf in leaves(scenario).items()}
    return {name: text for name, text in told.items() if text is not None}


@dataclass(frozen=True, eq=False)
class Proposal:
    """A normal distribution of z.

    Attributes:
        sets: how many candidates are drawn from it.
        mean: shape (parameters,).
        covariance: shape (parameters, parameters).
        aimed: the ensemble at which it aims; `prior` for the prior itself.

    """

    sets: int
    mean: Array = field(repr=False)
    covariance: Array = field(repr=False)
    aimed: str = "prior"

    @classmethod
    def prior(cls, sets: int, parameters: int) -> Proposal:
        """The prior."""
        return cls(sets, np.zeros(parameters), np.eye(parameters))

    def log_density(self, z: Array) -> Array:
        """Logarithm of the density at some z, shape (candidates, parameters), up to the constant all normals share."""
        root = np.linalg.cholesky(self.covariance)
        scaled = np.linalg.solve(root, (z - self.mean).T)
        return np.asarray(-0.5 * (scaled**2).sum(axis=0) - np.log(np.diagonal(root)).sum())

    def draw(self, number: int, seed: int) -> Array:
        """Draw a round's candidates, shape (sets, parameters), stratified in each direction (McKay et al. 1979)."""
        generator = np.random.Generator(np.random.Philox(key=np.array([seed, number], dtype=np.uint64)))
        strata = generator.random((self.sets, len(self.mean))).argsort(axis=0, kind="stable")
        spread = ndtri((strata + generator.random(strata.shape)) / self.sets)
        return np.asarray(self.mean + spread @ np.linalg.cholesky(self.covariance).T)


def drawn(
    proposal: Proposal, number: int, names: Sequence[str], texts: Sequence[str], draws: int, seed: int
) -> Ensemble:
    """Return the candidates of a round as an ensemble.

    Args:
        proposal: where they come from.
        number: of the round.
        names: of the parameters, in the proposal's order.
        texts: the prior of each.
        draws: rows of the posterior; one is drawn with each candidate, each as often as the next.
        seed: of the draws.

    """
    quantiles = np.clip(ndtr(proposal.draw(number, seed)), EDGE, 1.0 - EDGE)
    key = np.array([seed, number + (1 << 32)], dtype=np.uint64)
    order = np.random.Generator(np.random.Philox(key=key)).random(proposal.sets).argsort(kind="stable")
    rows = order.astype(np.int64) * draws // proposal.sets
    columns = {name: quantiles[:, column] for column, name in enumerate(names)}
    return Ensemble(f"round {number}", rows, columns, dict(zip(names, texts, strict=True)))


def part(candidates: Ensemble, first: int, stop: int) -> Ensemble:
    """Return some of the sets of an ensemble."""
    columns = {name: column[first:stop] for name, column in candidates.quantiles.items()}
    return Ensemble(candidates.name, candidates.draws[first:stop], columns, candidates.priors)


def weights(z: Array, proposals: Sequence[Proposal]) -> Array:
    """Return the importance weight of every candidate of all rounds, with mean about 1 over them.

    The prior's density over that of the mixture from which all rounds together were drawn (the balance heuristic of
    Veach and Guibas 1995, used so by Cornuet et al. 2012): as the prior is among them, no weight exceeds the number of
    all candidates over that of the first round's.
    """
    share = np.array([one.sets for one in proposals]) / sum(one.sets for one in proposals)
    logs = np.stack([np.log(part) + one.log_density(z) for part, one in zip(share, proposals, strict=True)])
    return np.asarray(np.exp(-0.5 * (z**2).sum(axis=1) - np.logaddexp.reduce(logs, axis=0)))


def effective(weight: Array) -> float:
    """Return the effective sample size (Kish 1965): the square of the sum over the sum of squares; 0 of nothing."""
    total = float(weight.sum())
    return total**2 / float((weight**2).sum()) if total > 0.0 else 0.0


def fitted(z: Array, weight: Array, sets: int, aimed: str) -> Proposal:
    """Fit the next proposal to weighted sets, keeping at the prior whatever cannot be told from it.

    Args:
        z: the sets that did well, shape (sets, parameters).
        weight: of each.
        sets: candidates to draw from it.
        aimed: the ensemble at which it aims.

    """
    share, count = weight / weight.sum(), effective(weight)
    mean = share @ z
    apart = z - mean
    covariance = (share[:, None] * apart).T @ apart
    deviation = np.sqrt(np.maximum(np.diagonal(covariance), LEAST))
    moved = np.abs(mean) * np.sqrt(count) > SURE
    narrowed = np.abs(deviation**2 - 1.0) * np.sqrt(count / 2.0) > SURE
    linked = covariance / np.outer(deviation, deviation)
    linked = np.where(np.abs(linked) * np.sqrt(count) > SURE, linked, 0.0)
    np.fill_diagonal(linked, 1.0)
    width = np.where(narrowed, np.sqrt(np.clip(WIDER * deviation**2, LEAST, 1.0)), 1.0)
    # Correlations of which the weak ones are struck out may belong to no distribution; the nearest that do are taken.
    values, vectors = np.linalg.eigh(linked)
    linked = (vectors * np.maximum(values, LEAST)) @ vectors.T
    linked = linked / np.sqrt(np.outer(np.diagonal(linked), np.diagonal(linked)))
    return Proposal(sets, np.where(moved, mean, 0.0), linked * np.outer(width, width), aimed)
