"""The second reading of the weight of harm: the one at which pacts lower the risk as the average pact on record does.

Huth's crises say how much a challenger that considers an attack minds a defender that fights; that is the first
reading, and the scenarios have it. The literature on average pacts says how often those that have one are attacked,
beside those that have none. What weight of harm would make this model's treaty, falling on states by lot, do what an
average pact does? It stands for the average pact although its guarantors fight less often than most: the reading is a
rough one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.judge.checks import attacked_shares, population, resampled
from sim.reading import InputError
from sim.record import load as load_record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.record.ensemble import Ensemble

WEIGHTS: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Weights of harm that are tried, the same with both challengers."""

LEAVES: Final = ("states.Israel.deterrence", "states.United States.deterrence")
PRIOR: Final = "pact_relative_risk"
"""Entry of priors.yaml with the range of the literature."""


@dataclass(frozen=True)
class Reading:
    """Relative risk of being attacked with the treaty, by weight of harm, and the weight that meets the record.

    Attributes:
        weights: that were tried.
        risks: relative risk at each.
        intervals: middle 90 % of each over resamples of the sets.
        record: range of the literature.
        aim: its middle.
        weight: at which the relative risk is that; None if none of those tried comes down to it.
        interval: middle 90 % of it over resamples of the sets; None if more than one in twenty do not come down to it.
        lowest: weight at which it is the lower end of the range; None as for `weight`.

    """

    weights: tuple[float, ...]
    risks: tuple[float, ...]
    intervals: tuple[tuple[float, float], ...]
    record: tuple[float, float]
    aim: float
    weight: float | None
    interval: tuple[float, float] | None
    lowest: float | None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


def average_pact(among: Ensemble, *, seed: int, trials: int) -> Reading:
    """Find the weight of harm of the average-pact reading.

    Args:
        among: the sets.
        seed: of the luck, the same at every weight.
        trials: of each set, level of threat, arm and weight.

    """
    low, high = _range()
    risks, drawn = [], []
    for weight in WEIGHTS:
        attacked, _ = population(among, seed=seed, trials=trials, changes=dict.fromkeys(LEAVES, weight))
        with_, without = attacked_shares(attacked, selected=False)
        risks.append(float(with_.sum() / without.sum()))
        drawn.append(resampled(with_, without))
    aim = (low + high) / 2
    ends = tuple((float(one), float(other)) for one, other in (np.quantile(row, (0.05, 0.95)) for row in drawn))
    span = _spread([crossing(list(risk), aim) for risk in np.array(drawn).T])
    return Reading(WEIGHTS, tuple(risks), ends, (low, high), aim, crossing(risks, aim), span, crossing(risks, low))


def _spread(found: Sequence[float | None]) -> tuple[float, float] | None:
    """Return the middle 90 % of weights, those that are not reached lying above all; None if the end is one of them."""
    low, high = np.quantile([np.inf if one is None else one for one in found], (0.05, 0.95), method="higher")
    return (float(low), float(high)) if np.isfinite(high) else None


def _range() -> tuple[float, float]:
    """Return the relative risks that the literature leaves open.

    Raises:
        InputError: the record has no such range.

    """
    (prior,) = (one for one in load_record().priors.priors if one.id == PRIOR)
    span = prior.uniform
    if span is None or span.low is None or span.high is None:
        raise InputError(f"priors.yaml: {PRIOR} has no range")
    return span.low, span.high


def crossing(risks: Sequence[float], aim: float) -> float | None:
    """Return the weight at which the risk first comes down to `aim`, between weights tried on a log scale."""
    for place in range(1, len(risks)):
        before, after = risks[place - 1], risks[place]
        if before >= aim >= after and before > after:
            share = (before - aim) / (before - after)
            ends = np.log(WEIGHTS[place - 1 : place + 1])
            return float(np.exp(ends[0] + share * (ends[1] - ends[0])))
    return None
