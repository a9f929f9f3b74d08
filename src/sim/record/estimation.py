"""From the record to posterior draws of the guarantors' response: `article4 estimate`.

Only `estimate` needs PyMC (the extra `estimate`); everything else works from the stored draws.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sim.reading import InputError
from sim.record.coding import load_coding
from sim.record.covariates import COVARIATES
from sim.record.estimation_data import design, rows
from sim.record.estimation_report import Report, report
from sim.record.load import load
from sim.record.place import data_folder
from sim.record.posterior import Posterior, posterior
from sim.record.posterior_store import store
from sim.record.priors import load_priors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sim.record.estimation_data import Row
    from sim.record.estimation_fit import Diagnostics
    from sim.record.priors import Priors

SEED: Final = 20250116
"""Seed of the shipped draws."""

DRAWS: Final = 2000
"""Draws kept."""

PER_CHAIN: Final = 2000
"""Draws of each chain after tuning, from which those kept are thinned."""

NEEDED: Final = ("pymc", "nutpie", "numba", "arviz")


@dataclass(frozen=True)
class Fit:
    """A stored fit.

    Attributes:
        folder: where draws and sidecar were written.
        posterior: the draws.
        diagnostics: how well the chains agree.
        table: what the fit says, prior beside posterior.

    """

    folder: Path
    posterior: Posterior
    diagnostics: Diagnostics
    table: Report


def estimate(folder: Path | None = None, *, seed: int = SEED, draws: int = DRAWS, progress: bool = False) -> Fit:
    """Estimate the response of guarantors from the record and store draws and sidecar.

    Takes about two minutes on two cores. Needs no C compiler.

    Args:
        folder: where to write; the checkout's `seeds/` if none is given.
        seed: seed of the sampler.
        draws: draws to keep, thinned from four chains.
        progress: whether to show progress on stderr.

    Raises:
        InputError: PyMC is not installed, the record is wrong, or an installed package was given no folder.
        TaskError: the chains have not converged; nothing is stored.

    """
    target = destination(folder)
    if not 100 <= draws <= 4 * PER_CHAIN:
        raise InputError(f"draws: {draws} is not between 100 and {4 * PER_CHAIN}")
    if not 0 <= seed < 2**63:
        raise InputError(f"seed: {seed} is not between 0 and 2^63 - 1")
    _require_sampler()
    from sim.record import estimation_fit  # noqa: PLC0415 - needs PyMC, which is optional

    priors = load_priors()
    found = estimation_rows()
    laid_out = design(found, priors.miscoded)
    sampled = estimation_fit.sample(laid_out, priors, seed=seed, draws=draws, per_chain=PER_CHAIN, progress=progress)
    sampled.diagnostics.require()
    about = {
        "draws": draws,
        "seed": seed,
        "chains": estimation_fit.CHAINS,
        "draws_per_chain": PER_CHAIN,
        "tuning_per_chain": estimation_fit.TUNE,
        "target_accept": estimation_fit.TARGET_ACCEPT,
        "rows": len(found),
        "crises": len(laid_out.crises),
        "inputs_sha256": inputs_digest(found, priors),
        "diagnostics": sampled.diagnostics.summary(),
        "priors": {name: str(prior) for name, prior in priors.priors.items()},
        "versions": estimation_fit.versions(),
    }
    store(target, sampled.columns, about)
    posterior.cache_clear()
    stored = posterior(target)
    return Fit(target, stored, sampled.diagnostics, report(stored))


def destination(folder: Path | None) -> Path:
    """Return the folder in which a fit is written, made if need be: a fit is not to be lost after minutes.

    Raises:
        InputError: no folder was given and the package is installed, or the folder cannot be written.

    """
    if folder is None:
        data = data_folder()
        if data.name == "_data":
            raise InputError("This package is installed, and its own data are not overwritten. Say where: --out DIR.")
        folder = data / "seeds"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise InputError(f"{folder}: is not a folder") from None
    except OSError as error:
        raise InputError(f"{folder}: cannot be made: {error.strerror}") from None
    if not os.access(folder, os.W_OK):
        raise InputError(f"{folder}: cannot be written")
    return folder


def _require_sampler() -> None:
    absent = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if absent:
        raise InputError(f"{', '.join(absent)} not installed: pip install 'article4[estimate]'")


def estimation_rows() -> tuple[Row, ...]:
    """Return the rows that the shipped record gives.

    Raises:
        InputError: the record or its coding is wrong.

    """
    record = load()
    return rows(record.cases, record.patron_tests, load_coding())


def inputs_digest(found: Sequence[Row], priors: Priors) -> str:
    """Return the sha256 of what a fit rests on: the coded rows and the priors, without their prose."""
    content = {
        "rows": [
            [
                row.crisis,
                row.guarantor,
                row.low,
                row.high,
                row.in_force,
                row.confidence,
                row.early_cold_war,
                row.refused,
            ]
            + [round(float(row.covariates[name]), 12) for name in COVARIATES]
            for row in found
        ],
        "priors": {name: str(prior) for name, prior in priors.priors.items()},
        "reference": priors.reference.model_dump(),
        "miscoded": [priors.miscoded.rate(level) for level in ("high", "medium", "low")],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


__all__ = [
    "DRAWS",
    "SEED",
    "Fit",
    "Report",
    "destination",
    "estimate",
    "estimation_rows",
    "inputs_digest",
    "report",
]
