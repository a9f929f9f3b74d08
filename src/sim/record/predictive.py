"""Posterior predictive checks: would records made by the fitted model look like the one there is?

For every draw of the posterior each row of the estimation is answered anew, with a shock of its own for every crisis,
and coded as the record codes. What is compared are numbers that the fit does not aim at one by one (Gelman, Meng and
Stern 1996). A p-value is the share of replicated records with as much or more, ties counting half; near 0 or 1 the
model misses something.
"""

from __future__ import annotations

import importlib.util
import warnings
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.special import expit

from sim.reading import InputError
from sim.record.covariates import LEVELS
from sim.record.estimation_data import COUNCIL, TOP, weights
from sim.record.posterior import CUTPOINTS, posterior
from sim.record.priors import load_priors
from sim.record.response import fitted_latent, shocks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.record.estimation_data import Row
    from sim.record.priors import Miscoded

    Array = NDArray[np.float64]
    Levels = NDArray[np.int64]

TRUSTED: Final = 0.7
"""Pareto k up to which reweighed draws stand for a fit without a crisis (Vehtari and others 2024)."""

SEED: Final = 71
"""Seed of the replicated records."""


@dataclass(frozen=True)
class Check:
    """One number of the record beside the same of replicated records.

    Attributes:
        name: what is counted.
        observed: in the record.
        low: 5 % quantile of the replicated ones.
        median: their median.
        high: 95 % quantile.
        p: share of them with as much or more, ties counting half.
    """

    name: str
    observed: float
    low: float
    median: float
    high: float
    p: float


@dataclass(frozen=True)
class Predicted:
    """How replicated records compare.

    Attributes:
        checks: by number.
        elpd: expected log predictive density of a crisis left out, summed over crises, with its standard error (ArviZ).
        effective: effective number of parameters.
        worst_k: greatest Pareto shape, and of which crisis.
        crises: how many.
        over: crises whose shape is above TRUSTED.
    """

    checks: tuple[Check, ...]
    elpd: tuple[float, float]
    effective: float
    worst_k: tuple[str, float]
    crises: int
    over: tuple[str, ...]


def predictive_checks(
    rows: Sequence[Row], columns: Mapping[str, Array] | None = None, *, seed: int = SEED
) -> Predicted:
    """Compare the record with replicated ones, and tell what leaving out each crisis says of the fit.

    Args:
        rows: of the estimation.
        columns: posterior draws; the shipped ones by default.
        seed: of the replicated records.

    Raises:
        InputError: ArviZ is not installed.
    """
    draws = posterior().columns if columns is None else columns
    miscoded = load_priors().miscoded
    told = replicated(rows, draws, miscoded, np.random.Generator(np.random.Philox(seed)))
    checks = tuple(_check(name, count, rows, told) for name, count in COUNTS.items())
    elpd, error, effective, shapes = _left_out(rows, draws, miscoded)
    worst = max(shapes, key=shapes.__getitem__)
    over = tuple(name for name, k in shapes.items() if k > TRUSTED)
    return Predicted(checks, (elpd, error), effective, (worst, shapes[worst]), len(shapes), over)


def replicated(
    rows: Sequence[Row], columns: Mapping[str, Array], miscoded: Miscoded, generator: np.random.Generator
) -> Levels:
    """Return the coded level of every row in a record made anew for each draw; shape (draws, rows)."""
    crises = list(dict.fromkeys(row.crisis for row in rows))
    count = len(columns["shock"])
    shared = columns["shock"][:, None] * generator.standard_normal((count, len(crises)))
    found = np.empty((count, len(rows)), dtype=np.int64)
    for place, row in enumerate(rows):
        latent = fitted_latent(columns, row) + shared[:, crises.index(row.crisis)] + generator.logistic(size=count)
        level = np.sum([latent > columns[name] for name in CUTPOINTS], axis=0)
        if row.refused and not row.leads:
            level = np.minimum(level, 1)
        off = generator.uniform(size=count) < miscoded.rate(row.confidence)
        step = np.where(generator.uniform(size=count) < 0.5, -1, 1)
        step = np.where(level == 0, 1, np.where(level == TOP, -1, step))
        found[:, place] = level + off * step
    return found


@dataclass(frozen=True)
class _Count:
    """What is counted: rows of a kind at a level or above, or crises with enough of them."""

    least: int
    council: bool | None = None
    leads: bool | None = None
    in_crisis: int = 0

    def rows(self, rows: Sequence[Row]) -> NDArray[np.bool_]:
        """Which rows are of the kind, and settled by the record."""
        return np.array([self._one(row) and row.low == row.high for row in rows])

    def _one(self, row: Row) -> bool:
        is_council = row.guarantor == COUNCIL
        if self.council is not None and is_council != self.council:
            return False
        return self.leads is None or (row.leads and not is_council) == self.leads

    def of(self, levels: Levels, rows: Sequence[Row]) -> Array:
        """Count in records, shape (records, rows)."""
        kept = self.rows(rows)
        reached = (levels >= self.least) & kept
        if not self.in_crisis:
            return np.asarray(reached.sum(axis=1), dtype=np.float64)
        names = [row.crisis for row in rows]
        inside = np.array([[name == other for name in names] for other in dict.fromkeys(names)])
        crises = (reached[:, None, :] & inside).sum(axis=2) >= self.in_crisis
        return np.asarray(crises.sum(axis=1), dtype=np.float64)


COUNTS: Final[Mapping[str, _Count]] = MappingProxyType(
    {
        "patrons and leaders at aid or more": _Count(1, council=False, leads=True),
        "patrons and leaders at troops or more": _Count(2, council=False, leads=True),
        "patrons and leaders at combat": _Count(3, council=False, leads=True),
        "other members at aid or more": _Count(1, council=False, leads=False),
        "other members at troops or more": _Count(2, council=False, leads=False),
        "Councils at aid or more": _Count(1, council=True),
        "crises with anyone at aid or more": _Count(1, in_crisis=1),
        "crises with three or more at troops or more": _Count(2, in_crisis=3),
    }
)
"""What is counted among rows whose level the record settles. Those by crisis tell whether the shared shock does."""


def _check(name: str, count: _Count, rows: Sequence[Row], told: Levels) -> Check:
    here = float(count.of(np.array([[row.low for row in rows]]), rows)[0])
    there = count.of(told, rows)
    low, median, high = np.quantile(there, (0.05, 0.5, 0.95))
    p = float((there > here).mean() + 0.5 * (there == here).mean())
    return Check(name, here, float(low), float(median), float(high), p)


def _left_out(
    rows: Sequence[Row], columns: Mapping[str, Array], miscoded: Miscoded
) -> tuple[float, float, float, dict[str, float]]:
    """Leave out crises one by one, by ArviZ: density, its error, effective parameters, Pareto shapes by crisis."""
    if importlib.util.find_spec("arviz") is None:
        raise InputError("arviz not installed: pip install 'article4[estimate]'")
    import arviz as typed_in_part  # noqa: PLC0415 - heavy, and optional

    arviz: Any = typed_in_part
    names = list(dict.fromkeys(row.crisis for row in rows))
    table = np.array([crisis_likelihood(columns, [r for r in rows if r.crisis == name], miscoded) for name in names])
    data = arviz.from_dict(posterior={"shock": columns["shock"][None]}, log_likelihood={"crisis": table.T[None]})
    with warnings.catch_warnings():
        # ArviZ warns of shapes above 0.7: they are told by name.
        warnings.filterwarnings("ignore", message="Estimated shape parameter", category=UserWarning)
        found = arviz.loo(data, pointwise=True)
    shapes = dict(zip(names, found.pareto_k.to_numpy().tolist(), strict=True))
    return float(found.elpd_loo), float(found.se), float(found.p_loo), shapes


def crisis_likelihood(columns: Mapping[str, Array], rows: Sequence[Row], miscoded: Miscoded) -> Array:
    """Return the log likelihood of the rows of one crisis in every draw, its shock integrated out; (draws,)."""
    nodes, mass = shocks()
    total = np.zeros(len(columns["shock"]))
    for node, weight in zip(nodes, mass, strict=True):
        product = np.full_like(total, float(weight))
        for row in rows:
            latent = fitted_latent(columns, row) + columns["shock"] * node
            above = [expit(latent - columns[name]) for name in CUTPOINTS]
            seen = weights(row, miscoded)
            chance = seen[0] + sum((seen[k + 1] - seen[k]) * above[k] for k in range(len(LEVELS) - 1))
            product = product * np.maximum(chance, 1e-300)
        total += product
    return np.asarray(np.log(total))
