"""The response's posterior without some crises: stored draws reweighed, or a fit of its own where that is too rough.

A draw is weighed by one over the likelihood of the crises left out, whose shocks are integrated out as in the fit, so
that none of a crisis left out stays in its forecast. The largest weights are smoothed by a Pareto tail (PSIS: Vehtari,
Simpson, Gelman, Yao and Gabry 2024); its shape k tells whether that can be trusted. Above 0.7 it cannot: then the rows
that are left are fitted anew and the draws kept.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.special import expit

from sim.reading import InputError
from sim.record.estimation import inputs_digest
from sim.record.estimation_data import design
from sim.record.place import data_folder
from sim.record.posterior import CUTPOINTS, posterior, sidecar
from sim.record.posterior_store import store
from sim.record.predictive import TRUSTED, crisis_likelihood

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from sim.record.estimation_data import Row
    from sim.record.priors import Priors

    Array = NDArray[np.float64]
    Columns = Mapping[str, Array]

__all__ = ["TRUSTED", "Leaver", "LeftOut", "fit_rows", "level_probabilities", "pareto_smoothed"]

REFITS: Final = "refits"
"""Folder of the fits without a crisis, in `seeds/` and in a directory of results."""

DRAWS: Final = 2000
SEED: Final = 20250116
PER_CHAIN: Final = 2000


@dataclass(frozen=True)
class LeftOut:
    """Draws of the posterior that has not seen some crises.

    Attributes:
        columns: draws by name, (draws,).
        weights: of each draw, (draws,); they come to 1.
        k: Pareto shape of the raw weights of the shipped draws; 0 where nothing is left out of the fit.
        method: `fit` (nothing is left out), `psis`, `refit`, or `psis_untrusted` (k too high, and no fit to be had).
        crises: what is left out.
    """

    columns: Columns
    weights: Array
    k: float
    method: str
    crises: tuple[str, ...]

    @cached_property
    def effective(self) -> float:
        """Effective number of draws: one over the sum of squared weights."""
        return float(1.0 / np.square(self.weights).sum())

    def mean(self, values: Array) -> float:
        """Return the posterior mean of something that is known in every draw, shape (draws,)."""
        return float(np.dot(self.weights, values))


class Leaver:
    """Leaves crises out of the shipped fit.

    Args:
        rows: of the estimation.
        priors: of the estimation.
        columns: the stored draws.
        folders: where fits without a crisis may lie: the first is written to, the others only read.
        refit: whether to fit what cannot be trusted and is not stored (two minutes each; needs the extra `estimate`).
    """

    def __init__(
        self,
        rows: Sequence[Row],
        priors: Priors,
        columns: Columns | None = None,
        *,
        folders: Sequence[Path] = (),
        refit: bool = False,
    ) -> None:
        self._rows = tuple(rows)
        self._priors = priors
        self._columns = posterior().columns if columns is None else columns
        self._folders = (*folders, data_folder() / "seeds" / REFITS)
        self._refit = refit
        self._crisis_of = {row.source: row.crisis for row in self._rows}
        self._likelihood: dict[str, Array] = {}

    def without(self, entries: Sequence[str]) -> LeftOut:
        """Return the posterior that has not seen some entries of the record; those not in the fit change nothing.

        Raises:
            InputError: ArviZ is not installed.
        """
        crises = tuple(sorted({self._crisis_of[entry] for entry in entries if entry in self._crisis_of}))
        draws = len(next(iter(self._columns.values())))
        even = np.full(draws, 1.0 / draws)
        if not crises:
            return LeftOut(self._columns, even, 0.0, "fit", crises)
        smoothed, k = pareto_smoothed(-sum((self._of(crisis) for crisis in crises), np.zeros(draws)))
        if k <= TRUSTED:
            return LeftOut(self._columns, smoothed, k, "psis", crises)
        fitted = self._fitted(crises)
        if fitted is None:
            return LeftOut(self._columns, smoothed, k, "psis_untrusted", crises)
        count = len(next(iter(fitted.values())))
        return LeftOut(fitted, np.full(count, 1.0 / count), k, "refit", crises)

    def _of(self, crisis: str) -> Array:
        if crisis not in self._likelihood:
            mine = [row for row in self._rows if row.crisis == crisis]
            self._likelihood[crisis] = crisis_likelihood(self._columns, mine, self._priors.miscoded)
        return self._likelihood[crisis]

    def _fitted(self, crises: Sequence[str]) -> Columns | None:
        """Return a fit of the rows that are left: a stored one if it is of these rows, else a new one if wanted."""
        left = [row for row in self._rows if row.crisis not in crises]
        digest = inputs_digest(left, self._priors)
        name = "+".join(crises)
        for folder in self._folders:
            place = folder / name
            if (place / "credibility.json").is_file() and sidecar(place).get("inputs_sha256") == digest:
                return posterior(place).columns
        if not self._refit:
            return None
        return fit_rows(left, self._priors, self._folders[0] / name)


def fit_rows(left: Sequence[Row], priors: Priors, place: Path) -> Columns:
    """Fit some rows of the estimation, store the draws in a folder and return them; two minutes on two cores.

    Raises:
        InputError: the sampler is not installed.
        TaskError: the chains have not converged; nothing is stored.
    """
    absent = [name for name in ("pymc", "nutpie", "arviz") if importlib.util.find_spec(name) is None]
    if absent:
        raise InputError(f"{', '.join(absent)} not installed: pip install 'article4[estimate]'")
    from sim.record import estimation_fit  # noqa: PLC0415 - needs PyMC, which is optional

    sampled = estimation_fit.sample(design(left, priors.miscoded), priors, seed=SEED, draws=DRAWS, per_chain=PER_CHAIN)
    sampled.diagnostics.require()
    about = {
        "draws": DRAWS,
        "seed": SEED,
        "rows": len(left),
        "inputs_sha256": inputs_digest(left, priors),
        "diagnostics": sampled.diagnostics.summary(),
        "versions": estimation_fit.versions(),
    }
    store(place, sampled.columns, about)
    posterior.cache_clear()
    return posterior(place).columns


def pareto_smoothed(log_weights: Array) -> tuple[Array, float]:
    """Return importance weights smoothed by a Pareto tail, coming to 1, and the shape k of that tail.

    Args:
        log_weights: logarithms of the raw weights, up to a constant; (draws,).

    Raises:
        InputError: ArviZ is not installed.
    """
    if importlib.util.find_spec("arviz") is None:
        raise InputError("arviz not installed: pip install 'article4[estimate]'")
    import arviz as typed_in_part  # noqa: PLC0415 - heavy, and optional

    arviz: Any = typed_in_part
    smoothed, k = arviz.psislw(np.asarray(log_weights))
    found = np.exp(np.asarray(smoothed, dtype=np.float64))
    return found / found.sum(), float(k)


def level_probabilities(columns: Columns, latent: Array) -> Array:
    """Return the chance of each of the four levels at a latent, in every draw; shape (4, draws)."""
    edges = [np.ones_like(latent), *(expit(latent - columns[name]) for name in CUTPOINTS), np.zeros_like(latent)]
    return np.array([above - beyond for above, beyond in pairwise(edges)])
