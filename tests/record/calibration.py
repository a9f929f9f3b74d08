"""Simulated records on fixed rows, and how uniform the ranks of true parameters are (check 6).

If a parameter is drawn from its prior, a record from the likelihood and draws from the posterior of that record, the
parameter's place among the draws is uniform (Cook, Gelman and Rubin 2006; Talts et al. 2018). The log likelihood of the
record is ranked as if it were a parameter: without it a fit that never reads the data would pass (Modrák et al. 2023).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.special import expit, logsumexp
from scipy.stats import chisquare, kstest

from sim.record.covariates import COVARIATES, code
from sim.record.estimation_data import COUNCIL, Design, Row, design
from sim.record.priors import load_priors, prior_columns, stored_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Columns = Mapping[str, Array]
    Distort = Callable[[Columns], Columns]

STATES: Final = ("Russia", "Belarus", "Kazakhstan", "Tajikistan")
CRISES: Final = 25

LIKELIHOOD: Final = "log likelihood"
RANKED: Final = (
    "intercept",
    "in_force",
    "covariate.asked",
    "covariate.log_size",
    "council",
    "no_mandate",
    "resolve.Russia",
    "resolve_scale",
    "shock",
    "cutpoint.aid",
    "cutpoint.combat",
    LIKELIHOOD,
)
"""What is ranked."""

FALSE_ALARM: Final = 1e-3
"""Chance that any of the ranks' tests fails although nothing is wrong."""

BINS: Final = 10
NODES: Final = 41
"""Nodes for the shock, trapezoids on -6..6: another rule than the estimator's, and finer."""


@cache
def crises() -> tuple[Row, ...]:
    """Four guarantors and the Council in every crisis, every feature of the likelihood in some; levels not yet told."""
    generator = np.random.Generator(np.random.Philox(6))
    found: list[Row] = []
    for number in range(CRISES):
        common = {
            "kind": generator.choice(["internal", "militants", "state"]),
            "deaths": 10.0 ** generator.uniform(0, 3),
            "asked": generator.integers(2),
            "formal_article4": generator.integers(2),
            "foreign_ground": generator.integers(2),
            "attacker_member": generator.integers(2),
            "attacker_major": generator.integers(2),
        }
        own = [
            code(
                **common,
                ties_to_attacker=generator.uniform(),
                committed_elsewhere=generator.uniform(),
                leader=state == "Russia",
            )
            for state in STATES
        ]
        own.append({name: np.asarray(np.mean([x[name] for x in own])) for name in COVARIATES})
        refused = bool(number % 3 == 0)
        blank = Row(
            crisis=f"C{number}",
            source=f"C{number}",
            guarantor=COUNCIL,
            low=0,
            high=0,
            in_force=float(generator.integers(2)),
            covariates=own[-1],
            confidence=str(generator.choice(["high", "medium", "low"])),
            early_cold_war=bool(number % 4 == 0),
        )
        found += [
            replace(blank, guarantor=name, covariates=x, refused=refused and name != COUNCIL)
            for name, x in zip((*STATES, COUNCIL), own, strict=True)
        ]
    return tuple(found)


def laid_out(found: Sequence[Row]) -> Design:
    return design(found, load_priors().miscoded)


@cache
def blank() -> Design:
    return laid_out(crises())


def latents(columns: Columns) -> Array:
    """Latent of every row before the shock, (draws, rows), from stored columns; written apart from the estimator's."""
    rows = blank()
    own = np.column_stack([*(columns[f"resolve.{name}"] for name in rows.guarantors), columns["council"]])
    slopes = np.column_stack([columns[f"covariate.{name}"] for name in COVARIATES])
    eta = columns["intercept"][:, None] + own[:, rows.guarantor] + slopes @ rows.covariates.T
    eta += np.outer(columns["in_force"], rows.in_force) + np.outer(columns["early_cold_war"], rows.early)
    return np.asarray(eta - np.outer(columns["no_mandate"], rows.penalised))


def cutpoints(columns: Columns) -> Array:
    """(draws, 3)."""
    return np.column_stack([columns[f"cutpoint.{name}"] for name in ("aid", "troops", "combat")])


def recorded(truth: Columns, generator: np.random.Generator) -> tuple[Row, ...]:
    """What the record says where the parameters are the first of `truth`."""
    rows, rates = blank(), load_priors().miscoded
    shock = truth["shock"][0] * generator.standard_normal(len(rows.crises))
    eta = latents(truth)[0] + shock[rows.crisis] + generator.logistic(size=len(rows.crisis))
    levels = (eta[:, None] > cutpoints(truth)[0]).sum(axis=1)
    found = []
    for row, true in zip(crises(), levels, strict=True):
        level = min(int(true), 1) if row.refused and not row.leads else int(true)
        if generator.uniform() < rates.rate(row.confidence):
            level = {0: 1, 3: 2}.get(level, level + int(generator.choice([-1, 1])))
        # A vague entry does not tell apart words and aid, or troops and combat; which entries are vague tells nothing.
        vague = generator.uniform() < 0.2
        low = level - level % 2 if vague else level
        found.append(replace(row, low=low, high=low + 1 if vague else level))
    return tuple(found)


def log_likelihood(columns: Columns, weights: Array) -> Array:
    """Log likelihood of a record in every draw, (draws,); written apart from the estimator's."""
    rows = blank()
    nodes = np.linspace(-6.0, 6.0, NODES)
    mass = -0.5 * nodes**2
    mass -= logsumexp(mass)
    eta = latents(columns)[:, :, None] + columns["shock"][:, None, None] * nodes
    above = [expit(eta - cut[:, None, None]) for cut in cutpoints(columns).T]
    edges = [np.ones_like(eta), *above, np.zeros_like(eta)]
    row = sum(
        weight[:, None] * (more - less) for weight, more, less in zip(weights.T, edges[:-1], edges[1:], strict=True)
    )
    crisis = np.add.reduceat(np.log(row), np.flatnonzero(np.diff(rows.crisis, prepend=-1)), axis=1)
    return np.asarray(logsumexp(crisis + mass, axis=2).sum(axis=1))


def p_values(places: Mapping[str, Array]) -> dict[str, float]:
    """Chance of ranks so far from uniform, by what is ranked: a test of shape and one of shift, the smaller doubled.

    Args:
        places: places of the truth among its draws, 0..1, one a record.

    """
    found = {}
    for name, values in places.items():
        counts = np.histogram(values, bins=BINS, range=(0.0, 1.0))[0]
        found[name] = min(1.0, 2.0 * min(chisquare(counts).pvalue, kstest(values, "uniform").pvalue))
    return found


def failing(places: Mapping[str, Array]) -> dict[str, float]:
    """What is not uniform, all tests together with a false alarm in fewer than one of a thousand (Bonferroni)."""
    return {name: p for name, p in p_values(places).items() if p < FALSE_ALARM / len(places)}


# ------------------------------------------------------------------------------------------------ fits

KEPT: Final = 24
PER_CHAIN: Final = 240
TUNE: Final = 200


def shared_weights() -> Any:
    import pytensor as typed_in_part  # noqa: PLC0415 - slow to import, only here

    pytensor: Any = typed_in_part
    start = blank().weights
    return pytensor.shared(start, name="weights", shape=start.shape)


def one(columns: Columns, index: int) -> Columns:
    return {name: values[index : index + 1] for name, values in columns.items()}


@cache
def fitter() -> Any:
    from sim.record.estimation_fit import compiled  # noqa: PLC0415 - slow to import, only here

    return compiled(replace(blank(), weights=shared_weights()), load_priors())


def fitted(weights: Array, seed: int, generator: np.random.Generator) -> Columns:
    """Stored columns of one fit, thinned."""
    from sim.record.estimation_fit import chains_of, run  # noqa: PLC0415 - slow to import, only here

    ready = fitter().with_data(weights=weights)
    trace = run(ready, seed=seed, per_chain=PER_CHAIN, tune=TUNE, chains=1)
    every = PER_CHAIN // KEPT
    found = {name: values[0, every - 1 :: every] for name, values in chains_of(trace, blank(), load_priors()).items()}
    resolve = {name: found[f"resolve.{name}"] for name in blank().guarantors}
    return stored_columns(found, resolve, load_priors().reference, generator)


def as_it_is(truth: Columns) -> Columns:
    """What the record is simulated from where nothing is wrong."""
    return truth


def places_of(
    index: int, truth: Columns, generator: np.random.Generator, distort: Distort, *, read: bool = True
) -> dict[str, float]:
    """Places of one record's true parameters among draws from its posterior.

    Args:
        index: of the record: the seed of its fit.
        truth: parameters, one draw.
        generator: randomness for the record and the places.
        distort: what the record is simulated from in place of the truth.
        read: whether the record is read; else the draws are from the prior.

    """
    weights = laid_out(recorded(distort(truth), generator)).weights
    if read:
        draws: Columns = fitted(weights, index, generator)
    else:
        draws = prior_columns(load_priors(), STATES, draws=KEPT, seed=1000 + index)
    draws = {**draws, LIKELIHOOD: log_likelihood(draws, weights)}
    truth = {**truth, LIKELIHOOD: log_likelihood(truth, weights)}
    # A rank is one of 25 cells; where in its cell is drawn, so that the place is uniform on 0..1.
    return {
        name: (int((draws[name] < truth[name][0]).sum()) + float(generator.uniform())) / (KEPT + 1) for name in RANKED
    }
