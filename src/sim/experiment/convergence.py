"""How an estimate settles as trials come in: the running mean with its Monte Carlo band."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sim.experiment.batch import Batch
from sim.experiment.carry import opened, read_back
from sim.experiment.metrics import METRICS
from sim.experiment.moments import Moments
from sim.experiment.run import about
from sim.experiment.summary import Estimate, estimate
from sim.reading import InputError, Problem, did_you_mean
from sim.reading.errors import shown_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sim.experiment.plan import Task

COUNTS: Final = 50
"""Numbers of trials at which the mean is read: as many as a curve a hand wide can show. Convention."""

NORMAL_90: Final = 1.6449
"""95 % quantile of the normal distribution: a mean of many trials lies so many errors around the truth in nine of ten
runs (central limit theorem)."""


@dataclass(frozen=True)
class Convergence:
    """The running mean of a metric over the trials of a run.

    Attributes:
        metric: its name.
        told: `scenario`, `title`, `scenario_hash`, `protege`, `seed` and `horizon` of the run.
        counts: numbers of trials, rising; the last is all of them.
        estimates: the metric of the first so many trials.
    """

    metric: str
    told: dict[str, Any]
    counts: tuple[int, ...]
    estimates: tuple[Estimate, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values; `band` is the 90 % band of luck alone, None where there is no error."""
        series = [
            {
                "trials": count,
                "mean": found.mean,
                "mc_se": found.mc_se,
                "band": _band(found),
                "n": found.n,
            }
            for count, found in zip(self.counts, self.estimates, strict=True)
        ]
        return {"command": "convergence", **self.told, "trials": self.counts[-1], "metric": self.metric} | {
            "series": series
        }


def _band(found: Estimate) -> list[float] | None:
    if found.mean is None or not found.mc_se:
        return None
    half = NORMAL_90 * found.mc_se
    return [found.mean - half, found.mean + half]


def convergence(directory: str | Path, metric: str = "attack", counts: int = COUNTS) -> Convergence:
    """Read a stored run and tell how a metric settled.

    Args:
        directory: of a finished run of one scenario.
        metric: name of one of METRICS.
        counts: numbers of trials at which it is read, at most; equally far apart on a log scale.

    Raises:
        InputError: there is no such metric, the directory holds no run of one scenario, or parts are not what they
            were.
    """
    known = {found.name: found for found in METRICS}
    if metric not in known:
        hint = did_you_mean(metric, list(known)) or f"There are: {', '.join(known)}."
        raise InputError(Problem(metric, None, None, "", "there is no metric of this name", hint))
    plan, store = opened(directory)
    if len(plan.points) != 1:
        raise InputError(f"{shown_path(store.directory)}: holds {len(plan.points)} points, not a run of one scenario")
    sums = _Running(Moments((known[metric],), 1), spread(plan.trials, counts))
    read_back(plan, store, sums)
    told = about(plan.points[0], plan.seed)
    return Convergence(metric, told, tuple(sums.counts), tuple(sums.estimates))


def spread(trials: int, counts: int) -> list[int]:
    """Return at most so many numbers of trials from 1 to all, equally far apart on a log scale, without repeats."""
    steps = max(1, counts - 1)
    return sorted({round(float(trials) ** (step / steps)) for step in range(steps)} | {trials})


class _Running:
    """Takes the trials of a run and reads the sums at given counts."""

    def __init__(self, moments: Moments, counts: Sequence[int]) -> None:
        self._moments = moments
        self.counts = counts
        self.estimates: list[Estimate] = []

    def __call__(self, _task: Task, batch: Batch) -> None:
        stop = batch.first_trial + batch.shape[1]
        due = [count for count in self.counts if batch.first_trial < count <= stop]
        start = batch.first_trial
        for count in due:
            self._moments.add(_trials(batch, start, count))
            self.estimates.append(estimate(self._moments.sums[0][:, 0], given=self._moments.metrics[0].given))
            start = count
        if start < stop:
            self._moments.add(_trials(batch, start, stop))


def _trials(batch: Batch, start: int, stop: int) -> Batch:
    """Trials `start` to `stop` (exclusive) of a batch."""
    cut = slice(start - batch.first_trial, stop - batch.first_trial)
    columns = {name: values[:, cut] for name, values in batch.columns.items()}
    return Batch(batch.first_row, start, columns, batch.labels)
