"""What the targets leave of a bank of candidates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from sim.judge.bank import distance
from sim.judge.candidates import EDGE, effective, weights
from sim.reading import TaskError
from sim.record.ensemble import Ensemble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.judge.bank import Bank
    from sim.record.schemas.target import Target

    Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Kept:
    """What the targets leave of a bank.

    Attributes:
        name: of the ensemble.
        targets: what had to be met.
        weight: of every candidate of the bank, 0 where it misses a target.
        rows: candidate of each set of the ensemble.

    """

    name: str
    targets: tuple[Target, ...]
    weight: Array
    rows: NDArray[np.int64]

    @property
    def accepted(self) -> NDArray[np.bool_]:
        """Candidates that meet all targets."""
        return np.asarray(self.weight > 0.0)

    @property
    def effective(self) -> float:
        """Effective sample size of those."""
        return effective(self.weight)


def asked_of(bank: Bank, until: str) -> tuple[Target, ...]:
    """Return the targets among what a bank counts that data to the end of a month can give, YYYY-MM."""
    return tuple(one for one in bank.setting.targets if one.role == "target" and one.until and one.until <= until)


def keep(bank: Bank, name: str, targets: Sequence[Target], sets: int, fewest: float) -> Kept:
    """Keep the candidates that meet all targets, and pick the sets of an ensemble from them by their weights.

    Sets are picked by systematic resampling (Kitagawa 1996) and then shuffled, so that they weigh the same and the
    first few of them are as good as any: runs play them in turn.

    Args:
        bank: the candidates.
        name: of the ensemble.
        targets: to meet.
        sets: of the ensemble.
        fewest: effective sample size below which there is no ensemble.

    Raises:
        TaskError: too few candidates meet the targets.

    """
    weight = np.where(distance(bank, targets) <= 0.0, weights(bank.z, bank.proposals), 0.0)
    found = effective(weight)
    if found < fewest:
        raise TaskError(
            f"{name}: {int((weight > 0.0).sum())} of {len(weight):,} candidates meet all targets, effectively "
            f"{found:.1f}; {fewest:.0f} are needed. The prior ranges or the targets may exclude each other."
        )
    steps = (np.arange(sets) + 0.5) / sets
    rows = np.searchsorted(np.cumsum(weight) / weight.sum(), steps)
    key = np.array([bank.setting.seed, 1 << 33], dtype=np.uint64)
    order = np.random.Generator(np.random.Philox(key=key)).random(sets).argsort(kind="stable")
    return Kept(name, tuple(targets), weight, rows[order].astype(np.int64))


def as_ensemble(bank: Bank, kept: Kept) -> Ensemble:
    """Return the sets that were picked as an ensemble."""
    quantiles = np.clip(ndtr(bank.z[kept.rows]), EDGE, 1.0 - EDGE)
    columns = {name: quantiles[:, column] for column, name in enumerate(bank.names)}
    return Ensemble(kept.name, bank.draws[kept.rows], columns, dict(bank.setting.priors))
