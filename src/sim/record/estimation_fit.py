"""Sampling the model with nutpie, without a C compiler, and refusing what has not converged."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import arviz as typed_in_part
import numpy as np
import nutpie
from pytensor.configdefaults import config

from sim.reading import TaskError
from sim.record.estimation_model import NORMAL, model, split
from sim.record.priors import stored_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sim.record.estimation_data import Design
    from sim.record.priors import Priors

arviz: Any = typed_in_part

CHAINS: Final = 4
TUNE: Final = 1000
TARGET_ACCEPT: Final = 0.9
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


def sample(
    design: Design,
    priors: Priors,
    *,
    seed: int,
    draws: int,
    per_chain: int,
    tune: int = TUNE,
    chains: int = CHAINS,
    progress: bool = False,
) -> Sampled:
    """Sample the posterior and return thinned draws.

    Args:
        design: the rows.
        priors: the priors.
        seed: seed of the sampler; the same seed gives the same draws on one machine.
        draws: number of draws to keep, evenly from all chains.
        per_chain: draws of each chain after tuning.
        tune: draws of each chain that are spent on tuning.
        chains: number of chains.
        progress: whether to show progress on stderr.

    """
    ready = compiled(design, priors)
    trace = run(ready, seed=seed, per_chain=per_chain, tune=tune, chains=chains, progress=progress)
    found = chains_of(trace, design, priors)
    divergences = int(trace.sample_stats["diverging"].sum())
    return Sampled(_thinned(found, priors, seed=seed, draws=draws), diagnose(found, divergences))


def compiled(design: Design, priors: Priors) -> Any:
    """Compile the model of the rows, without a C compiler; about half a minute.

    Args:
        design: the rows. Where its weights are a shared variable of PyTensor, the weights of another data set on the
            same rows can be put in its place afterwards (`with_data` of what is returned).
        priors: the priors.

    """
    with warnings.catch_warnings(), config.change_flags(cxx="", mode="NUMBA"):
        # PyTensor tells that it compiles the gradient as two loops instead of one; the numbers are the same.
        warnings.filterwarnings("ignore", message="Loop fusion failed", category=UserWarning)
        return nutpie.compile_pymc_model(model(design, priors), backend="numba")


def run(ready: Any, *, seed: int, per_chain: int, tune: int, chains: int, progress: bool = False) -> Any:
    """Run the chains of a compiled model and return nutpie's trace; arguments as of `sample`."""
    with config.change_flags(cxx="", mode="NUMBA"):
        return nutpie.sample(
            ready,
            draws=per_chain,
            tune=tune,
            chains=chains,
            seed=seed,
            target_accept=TARGET_ACCEPT,
            progress_bar=progress,
        )


def chains_of(trace: Any, design: Design, priors: Priors) -> dict[str, NDArray[np.float64]]:
    """Return the draws of every parameter by name, each of shape (chains, draws); guarantors as `resolve.<state>`."""
    posterior = trace.posterior
    normal, other = split(priors)
    found = {name: posterior[NORMAL].to_numpy()[:, :, index] for index, name in enumerate(normal)}
    found |= {name: posterior[name].to_numpy() for name in other}
    resolve = posterior["resolve"].to_numpy()
    return found | {f"resolve.{name}": resolve[:, :, index] for index, name in enumerate(design.guarantors)}


def diagnose(found: Mapping[str, NDArray[np.float64]], divergences: int) -> Diagnostics:
    """Compute the diagnostics of draws of shape (chains, draws)."""
    return Diagnostics(
        divergences=divergences,
        rhat={name: float(arviz.rhat(values)) for name, values in found.items()},
        ess_bulk={name: float(arviz.ess(values, method="bulk")) for name, values in found.items()},
        ess_tail={name: float(arviz.ess(values, method="tail")) for name, values in found.items()},
    )


def _thinned(
    found: Mapping[str, NDArray[np.float64]], priors: Priors, *, seed: int, draws: int
) -> dict[str, NDArray[np.float64]]:
    total = next(iter(found.values())).size
    if draws > total:
        raise TaskError(f"{draws} draws to keep, but only {total} were sampled")
    keep = (np.arange(draws) * total) // draws
    kept = {name: np.ascontiguousarray(values.reshape(total)[keep]) for name, values in found.items()}
    resolve = {name.removeprefix("resolve."): values for name, values in kept.items() if name.startswith("resolve.")}
    generator = np.random.Generator(np.random.Philox(seed))
    return stored_columns(kept, resolve, priors.reference, generator)


def versions() -> dict[str, str]:
    """Return the versions on which the draws depend."""
    return {name: version(name) for name in ("numpy", "pymc", "pytensor", "nutpie", "numba", "arviz")}
