"""Sampling the model with nutpie, without a C compiler, and refusing what has not converged."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import arviz as typed_in_part
import numpy as np
import nutpie
from pytensor.configdefaults import config

from sim.reading import TaskError
from sim.record.estimation_model import model
from sim.record.priors import SCALARS, stored_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sim.record.estimation_data import Design
    from sim.record.priors import Priors

arviz: Any = typed_in_part

CHAINS: Final = 4
TUNE: Final = 1000
TARGET_ACCEPT: Final = 0.95
MOST_RHAT: Final = 1.01
LEAST_ESS: Final = 400.0


@dataclass(frozen=True)
class Diagnostics:
    """How well the chains agree.

    Attributes:
        divergences: divergent transitions after tuning.
        rhat: by parameter; 1 is agreement.
        ess_bulk: effective sample size of the mean, by parameter.
        ess_tail: effective sample size of the 5 % and 95 % quantiles, by parameter.

    """

    divergences: int
    rhat: Mapping[str, float]
    ess_bulk: Mapping[str, float]
    ess_tail: Mapping[str, float]

    def require(self) -> None:
        """Refuse a fit that cannot be trusted.

        Raises:
            TaskError: divergences, R-hat above 1.01, or an effective sample below 400; names the parameters.

        """
        faults = []
        if self.divergences:
            faults.append(f"{self.divergences} divergent transitions")
        faults += [f"R-hat of {name} is {value:.3f} (at most {MOST_RHAT})" for name, value in _worst(self.rhat)]
        for label, table in (("bulk", self.ess_bulk), ("tail", self.ess_tail)):
            faults += [
                f"effective sample ({label}) of {name} is {value:.0f} (at least {LEAST_ESS:.0f})"
                for name, value in table.items()
                if not value >= LEAST_ESS
            ]
        if faults:
            raise TaskError("The fit is not stored: " + "; ".join(faults) + ". More draws may help.")

    def summary(self) -> dict[str, object]:
        """Return the figures for the sidecar, rounded to what they can tell."""
        return {
            "divergences": self.divergences,
            "rhat": {name: round(value, 4) for name, value in self.rhat.items()},
            "ess_bulk": {name: round(value) for name, value in self.ess_bulk.items()},
            "ess_tail": {name: round(value) for name, value in self.ess_tail.items()},
        }


def _worst(rhat: Mapping[str, float]) -> list[tuple[str, float]]:
    return [(name, value) for name, value in rhat.items() if not value <= MOST_RHAT]


@dataclass(frozen=True)
class Sampled:
    """What the sampler gave: the columns to store, and how well the chains agree."""

    columns: Mapping[str, NDArray[np.float64]]
    diagnostics: Diagnostics


def sample(design: Design, priors: Priors, *, seed: int, draws: int, per_chain: int, progress: bool = False) -> Sampled:
    """Sample the posterior and return thinned draws.

    Args:
        design: the rows.
        priors: the priors.
        seed: seed of the sampler; the same seed gives the same draws on one machine.
        draws: number of draws to keep; a multiple of the number of chains.
        per_chain: draws of each chain after tuning.
        progress: whether to show progress on stderr.

    """
    with config.change_flags(cxx="", mode="NUMBA"):
        compiled = nutpie.compile_pymc_model(
            model(design, priors), backend="numba", default_initialization_strategy="prior"
        )
        trace = nutpie.sample(
            compiled,
            draws=per_chain,
            tune=TUNE,
            chains=CHAINS,
            seed=seed,
            target_accept=TARGET_ACCEPT,
            progress_bar=progress,
        )
    return Sampled(columns=_thinned(trace, design, priors, seed=seed, draws=draws), diagnostics=diagnose(trace))


def diagnose(trace: Any) -> Diagnostics:
    """Compute the diagnostics of a trace for every sampled parameter, guarantors by name."""
    names = [*SCALARS, "resolve"]
    tables = [
        arviz.rhat(trace, var_names=names),
        arviz.ess(trace, var_names=names, method="bulk"),
        arviz.ess(trace, var_names=names, method="tail"),
    ]
    rhat, bulk, tail = (_flat(table) for table in tables)
    return Diagnostics(int(trace.sample_stats["diverging"].sum()), rhat, bulk, tail)


def _flat(table: Any) -> dict[str, float]:
    flat: dict[str, float] = {}
    for name in table.data_vars:
        values = np.atleast_1d(table[name].to_numpy())
        if name == "resolve":
            flat |= {f"resolve[{index}]": float(value) for index, value in enumerate(values)}
        else:
            flat[str(name)] = float(values[0])
    return flat


def _thinned(trace: Any, design: Design, priors: Priors, *, seed: int, draws: int) -> dict[str, NDArray[np.float64]]:
    posterior = trace.posterior
    total = posterior.sizes["chain"] * posterior.sizes["draw"]
    if draws > total:
        raise TaskError(f"{draws} draws to keep, but only {total} were sampled")
    keep = (np.arange(draws) * total) // draws
    scalars = {name: posterior[name].to_numpy().reshape(total)[keep] for name in SCALARS}
    resolve = posterior["resolve"].to_numpy().reshape(total, len(design.guarantors))[keep]
    named = {name: np.ascontiguousarray(resolve[:, index]) for index, name in enumerate(design.guarantors)}
    generator = np.random.Generator(np.random.Philox(seed))
    return stored_columns(scalars, named, priors.reference, generator)


def versions() -> dict[str, str]:
    """Return the versions on which the draws depend."""
    return {name: version(name) for name in ("numpy", "pymc", "pytensor", "nutpie", "numba", "arviz")}
