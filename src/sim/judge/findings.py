"""What a calibration found: prior beside posterior, what the record cannot tell apart, each target, the checks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.special import ndtr

from sim.judge.candidates import effective
from sim.scenario import leaves

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.judge.bank import Bank
    from sim.judge.checks import Check
    from sim.judge.keeping import Kept
    from sim.record.schemas.target import Target

    Array = NDArray[np.float64]

LEVELS: Final = (0.05, 0.5, 0.95)
FLAT: Final = 1.0 / np.sqrt(12.0)
"""Standard deviation of a quantile of which nothing is known."""

SURE: Final = 3.0
"""Standard errors by which a mean, a variance or a correlation must differ from the prior's to be told (convention)."""

STRONG: Final = 0.3
"""Correlation from which two parameters are told as hard to tell apart (convention)."""


@dataclass(frozen=True)
class Learned:
    """What history says of one parameter.

    Attributes:
        name: dotted.
        prior: its 5 %, 50 % and 95 % quantiles before.
        posterior: the same after.
        contraction: 1 less the standard deviation of its quantile in the prior after over before; near 0: unchanged.
        verdict: `narrowed`, `moved` or `unchanged`, where the difference is more than three standard errors.

    """

    name: str
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]
    contraction: float
    verdict: str


@dataclass(frozen=True)
class Pair:
    """Two parameters that the sets trade against each other, and how strongly: the correlation of their quantiles."""

    one: str
    other: str
    correlation: float


@dataclass(frozen=True)
class Judged:
    """One target or check beside the ensemble.

    Attributes:
        id: in targets.yaml.
        title: in words.
        role: `target` (it chose the sets), `check` (of a count of history, it did not), `later` (after the data).
        tolerance: the interval to meet.
        mean: over the sets, of each set's expected statistic, played anew.
        interval: middle 90 % of those.
        met: share of the sets within the tolerance.
        luck: Monte Carlo error of a set's statistic, in the tolerance's width; the mean over sets.

    """

    id: str
    title: str
    role: str
    tolerance: tuple[float, float]
    mean: float | None
    interval: tuple[float, float] | None
    met: float | None
    luck: float | None


@dataclass(frozen=True)
class Round:
    """One round: the ensemble it aimed at, its candidates, how many were accepted, and what all so far are worth."""

    aimed: str
    candidates: int
    accepted: int
    acceptance: float
    effective: float


@dataclass(frozen=True)
class Findings:
    """What the calibration of one ensemble found.

    Attributes:
        name: of the ensemble.
        until: last month of its data.
        candidates: that were played.
        accepted: that meet all targets.
        effective: effective sample size of those.
        sets: of the ensemble.
        distinct: how many of those are different.
        met_again: share of its sets that meet all targets when played anew with other luck.
        rounds: one by one.
        parameters: each, the most changed first.
        pairs: strongly correlated ones, the strongest first.
        targets: each beside the ensemble.
        checks: what is printed and chooses nothing.

    """

    name: str
    until: str
    candidates: int
    accepted: int
    effective: float
    sets: int
    distinct: int
    met_again: float
    rounds: tuple[Round, ...]
    parameters: tuple[Learned, ...]
    pairs: tuple[Pair, ...]
    targets: tuple[Judged, ...]
    checks: tuple[Check, ...] = ()

    @property
    def unchanged(self) -> tuple[str, ...]:
        """Parameters of which history says nothing that could be told from nothing."""
        return tuple(one.name for one in self.parameters if one.verdict == "unchanged")

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {**asdict(self), "unchanged": list(self.unchanged)}


def findings(bank: Bank, kept: Kept, again: Bank, until: str, checks: Sequence[Check] = ()) -> Findings:
    """Sum a calibration up.

    Args:
        bank: every candidate.
        kept: what is left of them.
        again: the ensemble's sets, played anew.
        until: last month of the data.
        checks: see `sim.judge.checks`.

    """
    from sim.judge.bank import distance  # noqa: PLC0415 - brings the experiments

    accepted = kept.accepted
    return Findings(
        name=kept.name,
        until=until,
        candidates=len(accepted),
        accepted=int(accepted.sum()),
        effective=kept.effective,
        sets=len(kept.rows),
        distinct=len(np.unique(kept.rows)),
        met_again=float((distance(again, kept.targets) <= 0.0).mean()),
        rounds=_rounds(bank, kept),
        parameters=_parameters(bank, kept),
        pairs=_pairs(bank, kept),
        targets=tuple(_judged(one, again, kept) for one in bank.setting.targets),
        checks=tuple(checks),
    )


def _rounds(bank: Bank, kept: Kept) -> tuple[Round, ...]:
    rounds, stop = [], 0
    for proposal in bank.proposals:
        first, stop = stop, stop + proposal.sets
        count = int(kept.accepted[first:stop].sum())
        # Candidates so far, with the weights of the whole mixture: what each round added to the sample's worth.
        worth = effective(kept.weight[:stop])
        rounds.append(Round(proposal.aimed, proposal.sets, count, count / proposal.sets, worth))
    return tuple(rounds)


def _parameters(bank: Bank, kept: Kept) -> tuple[Learned, ...]:
    told = leaves(bank.setting.scenario)
    z, share = bank.z[kept.accepted], kept.weight[kept.accepted]
    share = share / share.sum()
    count, lines = kept.effective, []
    for column, name in enumerate(bank.names):
        leaf, values = told[name], ndtr(z[:, column])
        mean = float(share @ z[:, column])
        variance = float(share @ (z[:, column] - mean) ** 2)
        spread = float(np.sqrt(share @ (values - share @ values) ** 2))
        verdict = "moved" if abs(mean) * np.sqrt(count) > SURE else "unchanged"
        if (1.0 - variance) * np.sqrt(count / 2.0) > SURE:
            verdict = "narrowed"
        before, after = leaf.ppf(np.array(LEVELS)), leaf.ppf(weighted_quantiles(values, share, LEVELS))
        lines.append(Learned(name, _three(before), _three(after), 1.0 - spread / FLAT, verdict))
    order = {"narrowed": 0, "moved": 1, "unchanged": 2}
    return tuple(sorted(lines, key=lambda line: (order[line.verdict], -line.contraction, line.name)))


def _three(values: Array) -> tuple[float, float, float]:
    low, middle, high = (float(value) for value in values)
    return low, middle, high


def weighted_quantiles(values: Array, share: Array, levels: Sequence[float]) -> Array:
    """Return quantiles of weighted values, interpolated between the middles of their shares."""
    order = np.argsort(values, kind="stable")
    middles = np.cumsum(share[order]) - 0.5 * share[order]
    return np.interp(levels, middles, values[order])


def _pairs(bank: Bank, kept: Kept) -> tuple[Pair, ...]:
    u, share = ndtr(bank.z[kept.accepted]), kept.weight[kept.accepted]
    share = share / share.sum()
    apart = u - share @ u
    covariance = (share[:, None] * apart).T @ apart
    deviation = np.sqrt(np.diagonal(covariance))
    linked = covariance / np.outer(deviation, deviation)
    least = max(STRONG, SURE / np.sqrt(kept.effective))
    rows, columns = np.nonzero(np.triu(np.abs(linked) >= least, 1))
    found = [
        Pair(bank.names[row], bank.names[column], float(linked[row, column]))
        for row, column in zip(rows, columns, strict=True)
    ]
    return tuple(sorted(found, key=lambda pair: -abs(pair.correlation)))


def _judged(target: Target, again: Bank, kept: Kept) -> Judged:
    """One target beside the sets played anew; null where it is out of nothing in all of them."""
    span = target.tolerance
    role = "check" if target.role == "check" else "target" if target in kept.targets else "later"
    values, luck = again.statistic(target.id), again.luck(target.id)
    known = np.isfinite(values)
    if not known.any():
        return Judged(target.id, target.title, role, (span.low, span.high), None, None, None, None)
    values = values[known]
    low, high = (float(end) for end in np.quantile(values, (0.05, 0.95)))
    met = float(((values >= span.low) & (values <= span.high)).mean())
    width = span.high - span.low
    return Judged(
        target.id,
        target.title,
        role,
        (span.low, span.high),
        float(values.mean()),
        (low, high),
        met,
        float(luck[known].mean() / width),
    )
