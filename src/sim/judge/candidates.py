"""Candidate parameter sets: drawn from the prior, or from where an emulator thinks well of it.

Everything is worked out on the normal scale of quantiles, z = the normal quantile of a parameter's quantile in its
prior, on which the prior of all parameters together is the standard normal, whatever their forms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import ndtr, ndtri

from sim.reading import TaskError
from sim.record.ensemble import Ensemble
from sim.scenario import leaves
from sim.scenario.tabulate import prior_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.judge.emulator import Emulator
    from sim.scenario import Scenario

    Array = NDArray[np.float64]

EDGE: Final = 1e-9
"""Quantiles keep this distance from 0 and 1: beyond it no number in double precision is safe."""

AT_ONCE: Final = 8192
"""Sets that are drawn from the prior at once, to keep or to leave."""

MOST_DRAWN: Final = 4_000_000
"""Sets that are drawn for a round at most: an emulator that leaves fewer of them is of no use."""


def priors(scenario: Scenario) -> dict[str, str]:
    """Return the distribution of every parameter that is not known, by dotted name, the posterior's draws left out."""
    told = {name: prior_text(leaf) for name, leaf in leaves(scenario).items()}
    return {name: text for name, text in told.items() if text is not None}


@dataclass(frozen=True, eq=False)
class Proposal:
    """Where the candidates of a round come from: the prior, or the prior where an emulator thinks well of it.

    Attributes:
        sets: how many candidates are drawn from it.
        aimed: the ensemble at which it aims; `prior` for the prior itself.
        emulator: its density is the prior's times the chance this gives, but for a constant; None: the prior.
        mean: mean of that chance over the prior, which is the constant.

    """

    sets: int
    aimed: str = "prior"
    emulator: Emulator | None = field(default=None, repr=False)
    mean: float = 1.0

    def ratio(self, z: Array) -> Array:
        """Density over the prior's at some z of shape (candidates, parameters)."""
        if self.emulator is None:
            return np.ones(len(z))
        return np.concatenate([self.emulator.chance(some) for some in _slices(z)]) / self.mean


def _slices(z: Array) -> list[Array]:
    """Sets a few thousand at a time: their features are many."""
    return [z[first : first + AT_ONCE] for first in range(0, len(z), AT_ONCE)]


def from_prior(sets: int, parameters: int, seed: int) -> tuple[Proposal, Array]:
    """Draw candidates from the prior, shape (sets, parameters), stratified in each parameter (McKay et al. 1979)."""
    generator = _generator(seed, 0)
    strata = generator.random((sets, parameters)).argsort(axis=0, kind="stable")
    return Proposal(sets), np.asarray(ndtri((strata + generator.random(strata.shape)) / sets))


def from_emulator(
    guess: Emulator, sets: int, parameters: int, *, aimed: str, number: int, seed: int
) -> tuple[Proposal, Array]:
    """Draw candidates where an emulator thinks well of the prior, by rejection (von Neumann 1951).

    Args:
        guess: the emulator.
        sets: candidates wanted.
        parameters: how many.
        aimed: the ensemble at which the emulator aims.
        number: of the round.
        seed: of the draws.

    Raises:
        TaskError: it leaves too little of the prior.

    """
    generator = _generator(seed, number)
    found: list[Array] = []
    total, count, drawn_ = 0.0, 0, 0
    while count < sets:
        if drawn_ >= MOST_DRAWN:
            raise TaskError(f"round {number}: of {drawn_:,} sets the emulator leaves {count:,}; {sets:,} are wanted")
        z = generator.standard_normal((AT_ONCE, parameters))
        chance = guess.chance(z)
        found.append(z[generator.random(AT_ONCE) < chance])
        total, count, drawn_ = total + float(chance.sum()), count + len(found[-1]), drawn_ + AT_ONCE
    return Proposal(sets, aimed, guess, total / drawn_), np.concatenate(found)[:sets]


def _generator(seed: int, number: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=np.array([seed, number], dtype=np.uint64)))


def as_sets(z: Array, number: int, prior: Mapping[str, str], draws: int, seed: int) -> Ensemble:
    """Return the candidates of a round as an ensemble.

    Args:
        z: shape (sets, parameters).
        number: of the round.
        prior: text of every parameter's prior by its name, in the order of the columns of z.
        draws: rows of the posterior; one is drawn with each candidate, each as often as the next.
        seed: of the draws.

    """
    quantiles = np.clip(ndtr(z), EDGE, 1.0 - EDGE)
    order = _generator(seed, number + (1 << 32)).random(len(z)).argsort(kind="stable")
    columns = {name: quantiles[:, column] for column, name in enumerate(prior)}
    return Ensemble(f"round {number}", order.astype(np.int64) * draws // len(z), columns, dict(prior))


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
    whole = sum(one.sets for one in proposals)
    mixture = np.zeros(len(z))
    for one in proposals:
        mixture += one.sets / whole * one.ratio(z)
    return np.asarray(1.0 / mixture)


def effective(weight: Array) -> float:
    """Return the effective sample size (Kish 1965): the square of the sum over the sum of squares; 0 of nothing."""
    total = float(weight.sum())
    return total**2 / float((weight**2).sum()) if total > 0.0 else 0.0
