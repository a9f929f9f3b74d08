"""Four kinds of trials of a pair of arms: never attacked, deterred, provoked, regardless; and who is attacked harder.

Frangakis and Rubin (2002) call them principal strata. Which trials are deterred and which provoked hangs on how the
arms are coupled (that they share their draws); only provoked less deterred does not, for it is the effect. The bounds
hold whatever the coupling (Frechet 1951).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiment.metrics import Metric
from sim.experiment.moments import Moments
from sim.experiment.summary import estimate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sim.experiment.batch import Batch
    from sim.experiment.summary import Estimate

STRATA: Final = ("never", "deterred", "provoked", "regardless")
"""Attacked in neither arm; in the control only; in the arm only; in both."""

SHIFTS: Final = ("milder", "same", "graver")
"""Highest action against the protégé in the arm beside that in the control."""

MOST_FLIPPED: Final = 10_000
"""Trials that flipped of which the numbers are kept, for each arm and way."""


@dataclass(frozen=True)
class Strata:
    """How the trials of a pair divide.

    Attributes:
        shares: share of the trials in each stratum.
        counts: trials in each.
        severity: share of the trials that are milder, the same or graver in the arm.
        bounds: of `deterred` and `provoked`, what the two probabilities of attack allow under any coupling.
        moved: outcome in the control -> outcome in the arm -> trials.
        flipped: numbers of the trials that are deterred and provoked, the first MOST_FLIPPED of each.
    """

    shares: Mapping[str, Estimate]
    counts: Mapping[str, int]
    severity: Mapping[str, Estimate]
    bounds: Mapping[str, tuple[float, float]]
    moved: Mapping[str, Mapping[str, int]]
    flipped: Mapping[str, tuple[int, ...]]

    def to_json(self, examples: int = 10) -> dict[str, Any]:
        """Return the strata as JSON values, with the numbers of some trials that flipped."""
        return {
            "strata": {
                name: {
                    "count": self.counts[name],
                    "share": share.mean,
                    "mc_se": share.mc_se,
                    "interval": None if share.interval is None else list(share.interval),
                }
                for name, share in self.shares.items()
            },
            "bounds": {name: list(ends) for name, ends in self.bounds.items()},
            "severity": {name: share.to_json() for name, share in self.severity.items()},
            "moved": {name: dict(to) for name, to in self.moved.items()},
            "flipped": {name: list(trials[:examples]) for name, trials in self.flipped.items()},
        }


def strata_bounds(control: float, arm: float) -> dict[str, tuple[float, float]]:
    """Return what two probabilities of attack allow for the shares of deterred and provoked, whatever the coupling.

    With p0 and p1 the probabilities, deterred lies in [max(0, p0 - p1), min(p0, 1 - p1)], and provoked exceeds it by
    p1 - p0 (Frechet 1951).

    Args:
        control: probability of attack in the control, 0 to 1.
        arm: probability of attack in the arm, 0 to 1.
    """
    return {
        "deterred": (max(0.0, control - arm), min(control, 1.0 - arm)),
        "provoked": (max(0.0, arm - control), min(arm, 1.0 - control)),
    }


class Divided:
    """Divides the trials of a comparison as they come; batches whose points are the arms, the control first."""

    def __init__(self, arms: int) -> None:
        """Begin with no trials; `arms` counts the control."""
        self._sums = Moments((*map(_share_of, STRATA), *map(_share_of, SHIFTS)), arms - 1)
        self._flipped: list[dict[str, list[int]]] = [{"deterred": [], "provoked": []} for _ in range(arms - 1)]
        self._moved: NDArray[np.int64] | None = None
        self._outcomes: tuple[str, ...] = ()

    def add(self, batch: Batch) -> None:
        """Add the trials of a batch, which must follow those that are in."""
        pairs = _paired(batch)
        self._sums.add(pairs)
        self._outcomes = tuple(batch.labels["outcome"])
        outcomes = batch.columns["outcome"].astype(np.int64)
        size = len(self._outcomes)
        if self._moved is None:
            self._moved = np.zeros((len(self._flipped), size, size), np.int64)
        for arm, flipped in enumerate(self._flipped):
            moves = np.bincount(outcomes[0] * size + outcomes[arm + 1], minlength=size * size)
            self._moved[arm] += moves.reshape(size, size)
            for name, trials in flipped.items():
                found = np.flatnonzero(pairs.columns[name][arm])[: MOST_FLIPPED - len(trials)]
                trials.extend(int(trial) for trial in found + batch.first_trial)

    def strata(self, arm: int) -> Strata:
        """Return how the trials of an arm and the control divide; `arm` counts from 1, the first beside the control."""
        assert self._moved is not None  # noqa: S101 - a plan has a task
        row = arm - 1
        found = {
            metric.name: estimate(sums[:, row])
            for metric, sums in zip(self._sums.metrics, self._sums.sums, strict=True)
        }
        shares = {name: found[name] for name in STRATA}
        counts = {
            metric.name: int(sums[1, row].sum())
            for metric, sums in zip(self._sums.metrics, self._sums.sums, strict=True)
            if metric.name in STRATA
        }
        trials = self._sums.trials
        attacked = (counts["deterred"] + counts["regardless"], counts["provoked"] + counts["regardless"])
        moved = {
            one: MappingProxyType({other: int(self._moved[row, i, j]) for j, other in enumerate(self._outcomes)})
            for i, one in enumerate(self._outcomes)
        }
        return Strata(
            shares=MappingProxyType(shares),
            counts=MappingProxyType(counts),
            severity=MappingProxyType({name: found[name] for name in SHIFTS}),
            bounds=MappingProxyType(strata_bounds(attacked[0] / trials, attacked[1] / trials)),
            moved=MappingProxyType(moved),
            flipped=MappingProxyType({name: tuple(numbers) for name, numbers in self._flipped[row].items()}),
        )


def _share_of(name: str) -> Metric:
    return Metric(name, f"Trials that are {name}.", "probability", lambda pairs: pairs.columns[name])


def _paired(batch: Batch) -> Batch:
    """The strata as columns: a point for each arm beside the control."""
    attacked = batch.columns["attacks"] > 0
    control, arms = attacked[:1], attacked[1:]
    gravity = batch.columns["highest_action"]
    columns = {
        "never": ~control & ~arms,
        "deterred": control & ~arms,
        "provoked": ~control & arms,
        "regardless": control & arms,
        "milder": gravity[1:] < gravity[:1],
        "same": gravity[1:] == gravity[:1],
        "graver": gravity[1:] > gravity[:1],
    }
    return type(batch)(batch.first_row, batch.first_trial, columns, {})
