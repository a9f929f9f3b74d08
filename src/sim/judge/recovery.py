"""Does calibration find what is known: known sets, one world each as the record, and the intervals that come out.

Each known set is a candidate of the bank; its first trial stands for the record of a single world. The targets of that
record follow by the rules of the real ones (exact intervals of what was counted), the other candidates are filtered by
them, and the 90 % interval of each parameter holds the known value or not (Prangle et al. 2014). Over sets drawn from
the prior, intervals that are right hold it in at least 90 %: tolerances of 90 % are no likelihood, so that intervals
come out rather too wide than too narrow.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.stats import beta, chi2

from sim.judge.bank import distance
from sim.judge.candidates import effective, weights
from sim.judge.findings import weighted_quantiles
from sim.record.schemas.target import COUNTED, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.judge.bank import Bank
    from sim.record.schemas.target import Target

    Array = NDArray[np.float64]

ENDS: Final = (0.05, 0.95)

ENOUGH: Final = 20.0
"""Effective sample size from which an interval is worth looking at (convention)."""


@dataclass(frozen=True)
class Recovery:
    """What tests of recovery came to.

    Attributes:
        histories: known sets whose record left enough candidates.
        left_out: known sets whose record did not.
        coverage: share of parameters and histories whose 90 % interval holds the known value.
        chosen: the same of those parameters that history narrows.
        narrowing: mean width of the intervals of those, in the prior's.

    """

    histories: int
    left_out: int
    coverage: float | None
    chosen: float | None
    narrowing: float | None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


def recovery(bank: Bank, targets: Sequence[Target], chosen: Sequence[str], *, histories: int = 200) -> Recovery:
    """Test recovery with the bank's own candidates; nothing is played.

    Args:
        bank: its first round must be the prior.
        targets: what is counted.
        chosen: parameters that history narrows.
        histories: known sets at most, from the first round.

    """
    weight, mine = weights(bank.z, bank.proposals), np.isin(bank.names, chosen)
    held, widths, left_out = [], [], 0
    for known in range(min(histories, bank.proposals[0].sets)):
        far = distance(bank, [_as_recorded(bank, one, known) for one in targets])
        share = np.where(far <= 0.0, weight, 0.0)
        share[known] = 0.0
        if effective(share) < ENOUGH:
            left_out += 1
            continue
        near = share > 0.0
        ends = np.array([weighted_quantiles(column, share[near] / share.sum(), ENDS) for column in bank.z[near].T])
        held.append((ends[:, 0] <= bank.z[known]) & (bank.z[known] <= ends[:, 1]))
        widths.append(ends[:, 1] - ends[:, 0])
    if not held:
        return Recovery(0, left_out, None, None, None)
    inside, width = np.array(held), np.array(widths) / (2.0 * 1.6448536269514722)
    some = bool(mine.any())
    return Recovery(
        len(held),
        left_out,
        float(inside.mean()),
        float(inside[:, mine].mean()) if some else None,
        float(width[:, mine].mean()) if some else None,
    )


def _as_recorded(bank: Bank, target: Target, known: int) -> Target:
    """A target as it would be had the record been the first trial of a candidate."""
    n, d = bank.sums[f"{target.id}.n0"][known], bank.sums[f"{target.id}.d0"][known]
    span = _poisson(n) if target.measure in COUNTED else _share(n, d)
    return target.model_copy(update={"tolerance": Span(low=span[0], high=span[1])})


def _poisson(count: float) -> tuple[float, float]:
    """Exact 90 % interval of the mean behind a count (Garwood 1936)."""
    low = 0.5 * float(chi2.ppf(ENDS[0], 2.0 * count)) if count > 0 else 0.0
    return low, 0.5 * float(chi2.ppf(ENDS[1], 2.0 * count + 2.0))


def _share(count: float, out_of: float) -> tuple[float, float]:
    """Exact 90 % interval of a share (Clopper and Pearson 1934)."""
    low = float(beta.ppf(ENDS[0], count, out_of - count + 1.0)) if count > 0 else 0.0
    high = float(beta.ppf(ENDS[1], count + 1.0, out_of - count)) if count < out_of else 1.0
    return low, high
