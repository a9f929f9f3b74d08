"""How far a crisis lies from what the record can tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.record.covariates import COVARIATES
from sim.record.estimation_data import COUNCIL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.record.estimation_data import Row
    from sim.record.priors import Reference

LITTLE_LEARNED: Final = 0.8
"""A coefficient whose posterior spread is more than this share of its prior spread is mostly prior."""

NEAREST: Final = 3
APART: Final = 0.4
"""Rescaled covariates further apart than this are named."""


@dataclass(frozen=True)
class Neighbour:
    """A row of the record near the crisis.

    Attributes:
        source: id of the entry.
        guarantor: who could help in it.
        distance: sum over covariates and cover of differences, each on a scale on which the record spans 0 to 1.
        apart: the covariates in which the two differ most.
        level: lowest and highest level recorded, 0 words to 3 combat.

    """

    source: str
    guarantor: str
    distance: float
    apart: tuple[str, ...]
    level: tuple[int, int]


@dataclass(frozen=True)
class Extrapolation:
    """How far one guarantor in the target case lies from the record.

    Attributes:
        guarantor: name of the state.
        from_prior: share of the posterior variance of its latent that comes from mostly-prior coefficients.
        mostly_prior: those coefficients, as far as they matter in this crisis.
        alike: rows of the record in which a major power attacks a state that has a pact in force and asks.
        nearest: nearest rows of the same guarantor, then of any.

    """

    guarantor: str
    from_prior: float
    mostly_prior: tuple[str, ...]
    alike: tuple[str, ...]
    nearest: tuple[Neighbour, ...]


def extrapolation(
    after: Mapping[str, NDArray[np.float64]],
    before: Mapping[str, NDArray[np.float64]],
    rows: Sequence[Row],
    reference: Reference,
    *,
    guarantor: str,
    covariates: Mapping[str, NDArray[np.float64]],
    in_force: float = 1.0,
) -> Extrapolation:
    """Measure the extrapolation to one crisis.

    The latent above the cutpoint of troops is split into its level at the reference crisis, the guarantor's own
    deviation, and what each covariate adds by departing from the reference; a term's share of the variance is its
    covariance with the whole over the variance of the whole.

    Args:
        after: posterior draws by column.
        before: prior draws by column.
        rows: rows of the estimation.
        reference: the crisis at which the prior of the level is stated.
        guarantor: name of the state.
        covariates: the crisis as the guarantor meets it.
        in_force: whether cover is in force (0/1).

    """
    terms = _terms(after, reference, guarantor, covariates, in_force)
    prior_terms = _terms(before, reference, guarantor, covariates, in_force)
    total = np.sum(list(terms.values()), axis=0)
    shares = {name: float(np.cov(term, total)[0, 1] / np.var(total, ddof=1)) for name, term in terms.items()}
    weak = tuple(
        name for name, term in terms.items() if np.std(term) > LITTLE_LEARNED * np.std(prior_terms[name]) > 0.0
    )
    states = [row for row in rows if row.guarantor != COUNCIL]
    near = sorted((_neighbour(row, states, covariates, in_force) for row in states), key=lambda n: n.distance)
    own = [neighbour for neighbour in near if neighbour.guarantor == guarantor][:NEAREST]
    other = [neighbour for neighbour in near if neighbour.guarantor != guarantor][:NEAREST]
    alike = tuple(
        row.source
        for row in states
        if row.in_force == 1.0 and row.covariates["attacker_major"] == 1.0 and row.covariates["asked"] == 1.0
    )
    return Extrapolation(guarantor, sum(shares[name] for name in weak), weak, alike, (*own, *other))


def _terms(
    columns: Mapping[str, NDArray[np.float64]],
    reference: Reference,
    guarantor: str,
    covariates: Mapping[str, NDArray[np.float64]],
    in_force: float,
) -> dict[str, NDArray[np.float64]]:
    level = columns["intercept"] - columns["cutpoint.troops"] + reference.in_force * columns["in_force"]
    terms = {}
    for name, centre in reference.covariates().items():
        slope = columns[f"covariate.{name}"]
        level = level + centre * slope
        if covariates[name] != centre:
            terms[name] = (covariates[name] - centre) * slope
    if in_force != reference.in_force:
        terms["in_force"] = (in_force - reference.in_force) * columns["in_force"]
    return {"level": level, "resolve": columns[f"resolve.{guarantor}"], **terms}


def _neighbour(
    row: Row, rows: Sequence[Row], covariates: Mapping[str, NDArray[np.float64]], in_force: float
) -> Neighbour:
    sizes = [float(other.covariates["log_size"]) for other in rows]
    span = dict.fromkeys(COVARIATES, 1.0) | {"log_size": max(sizes) - min(sizes)}
    difference = {name: abs(float(covariates[name] - row.covariates[name])) / span[name] for name in COVARIATES}
    difference["in_force"] = abs(in_force - row.in_force)
    apart = tuple(name for name, value in difference.items() if value > APART)
    return Neighbour(row.source, row.guarantor, sum(difference.values()), apart, (row.low, row.high))
