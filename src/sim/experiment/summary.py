"""What the trials say: an estimate with its Monte Carlo error, its interval, and luck and ignorance told apart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.scenario import SETS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sim.experiment.moments import Moments

FEWEST_SETS: Final = 20
"""With fewer parameter sets of two cases or more, quantiles over sets would be single sets: no interval."""

FEWEST_CASES: Final = 2
"""Cases that a set must have to show how much luck there is in it."""

FEWEST_CASES_OF_A_RATE: Final = 10
"""The same for a rate: a quotient of two sums of fewer cases is biased by about 1/n of itself."""

DROWNED: Final = "no interval: luck drowns whatever parameter sets differ by; more trials may show it"
"""Why a result has no interval though its sets have enough cases."""

QUANTILES: Final = (0.05, 0.95)
"""Ends of the 90 % interval."""


@dataclass(frozen=True)
class Variance:
    """What makes trials differ: `luck` within a parameter set, `ignorance` between the means of sets."""

    luck: float
    ignorance: float


@dataclass(frozen=True)
class Estimate:
    """One metric at one point.

    Attributes:
        mean: sum of numerators over sum of denominators; None without cases.
        mc_se: Monte Carlo error of the mean, in its unit; None with fewer than two cases.
        interval: 90 % credible interval over parameter sets, Monte Carlo noise taken out; None if too few sets have
            enough cases.
        n: cases: trials, or those that meet the condition.
        given: the metric that is the condition.
        variance: None together with the interval.
        sets: parameter sets with enough cases: two, of a rate ten.
        left_out: parameter sets with fewer.
        note: why there is no interval.
    """

    mean: float | None
    mc_se: float | None
    interval: tuple[float, float] | None
    n: int
    given: str | None
    variance: Variance | None
    sets: int
    left_out: int
    note: str | None

    def to_json(self) -> dict[str, Any]:
        """Return the estimate as JSON values; `given`, `variance` and `note` only where there is one."""
        found: dict[str, Any] = {
            "mean": self.mean,
            "mc_se": self.mc_se,
            "interval": None if self.interval is None else list(self.interval),
            "n": self.n,
        }
        if self.given is not None:
            found["given"] = self.given
        if self.variance is not None:
            found["variance"] = {"luck": self.variance.luck, "ignorance": self.variance.ignorance}
        if self.note is not None:
            found["note"] = self.note
        return found


@dataclass(frozen=True)
class Summary:
    """One scenario's answer.

    Attributes:
        scenario: its name.
        title: its title.
        scenario_hash: sha256 of it, without prose.
        protege: the state under threat.
        seed: the run's seed.
        trials: trials played.
        horizon: months of a trial.
        metrics: estimates by name, in the order of sim.experiment.metrics.METRICS.
        outcomes: share of every outcome, as estimates.
        responses: guarantor -> level -> share given an overt attack, as estimates.
        note: what the reader must know of the run as a whole, if anything.
    """

    scenario: str
    title: str
    scenario_hash: str
    protege: str
    seed: int
    trials: int
    horizon: int
    metrics: Mapping[str, Estimate]
    outcomes: Mapping[str, Estimate]
    responses: Mapping[str, Mapping[str, Estimate]]
    note: str | None

    def to_json(self) -> dict[str, Any]:
        """Return the summary as JSON values: `scenario` to `responses` as `article4 run --json` prints them."""
        return {
            "scenario": self.scenario,
            "title": self.title,
            "scenario_hash": self.scenario_hash,
            "protege": self.protege,
            "seed": self.seed,
            "trials": self.trials,
            "horizon": self.horizon,
            "metrics": {name: found.to_json() for name, found in self.metrics.items()},
            "outcomes": {name: found.mean for name, found in self.outcomes.items()},
            "responses": {
                guarantor: {
                    "n": next(iter(shares.values())).n,
                    **{level: found.mean for level, found in shares.items()},
                }
                for guarantor, shares in self.responses.items()
            },
            "note": self.note,
        }


def estimate(sums: NDArray[np.float64], *, given: str | None = None) -> Estimate:
    """Estimate a metric from its sums over parameter sets (model.md 7.11).

    With m_s, v_s, n_s the mean, variance within and number of cases of set s:

    - mean = sum x / sum y; mc_se = sqrt(sum n_s v_s) / n. Sets of one case show no variance: the pooled v stands for
      theirs. If fewer than FEWEST_SETS sets have two cases, luck cannot be told from ignorance at all, and v is the
      variance of all cases together, which errs on the side of a larger error.
    - interval = 5 % and 95 % quantiles of m + sqrt(max(0, 1 - mean(v_s / n_s) / Var m_s)) (m_s - m), m the mean of
      the m_s: set means pulled toward their mean as far as luck alone spreads them.
    - luck = mean v_s; ignorance = max(0, Var m_s - mean(v_s / n_s)).

    For a rate (denominators that vary) m_s is a ratio of sums and v_s the variance of its linearisation
    (x - m_s y) / mean y: the delta method (Cochran 1977, ch. 6). With denominators of one it is the variance itself. A
    ratio of few cases is biased, so the sets of a rate must have FEWEST_CASES_OF_A_RATE.

    Args:
        sums: shape (6, SETS) in the order of sim.experiment.moments.SUMS.
        given: the metric that is the condition, to be told along.
    """
    n, x, y, _, _, _ = sums
    cases = int(n.sum())
    fewest = FEWEST_CASES if np.array_equal(n, y) else FEWEST_CASES_OF_A_RATE
    used = n >= fewest
    enough = int(used.sum())
    counts = {"n": cases, "given": given, "sets": enough, "left_out": len(n) - enough}
    if cases == 0:
        nothing = None if given is None else f"no trial meets the condition {given}"
        return Estimate(mean=None, mc_se=None, interval=None, variance=None, note=nothing, **counts)  # type: ignore[arg-type]
    mean = float(x.sum() / y.sum())
    if enough < FEWEST_SETS:
        note = f"no interval: {enough} of {len(n)} parameter sets have {fewest} cases or more, {FEWEST_SETS} are needed"
        error = _pooled_error(sums, mean)
        return Estimate(mean=mean, mc_se=error, interval=None, variance=None, note=note, **counts)  # type: ignore[arg-type]
    kept = sums[:, used]
    set_means = kept[1] / kept[2]
    within = _variance(kept, set_means) / (kept[2] / kept[0]) ** 2
    noise = within / kept[0]
    interval, spread = over_sets(set_means, noise)
    return Estimate(
        mean=mean,
        mc_se=_stratified_error(sums, used, mean),
        interval=interval,
        variance=Variance(luck=float(within.mean()), ignorance=max(0.0, spread - float(noise.mean()))),
        note=DROWNED if interval is None else None,
        **counts,  # type: ignore[arg-type]
    )


def over_sets(set_means: NDArray[np.float64], noise: NDArray[np.float64]) -> tuple[tuple[float, float] | None, float]:
    """Return the 90 % interval of what sets say, their luck taken out (model.md 7.11), and the variance of it.

    The interval is None where luck drowns the differences between sets: one without width would claim certainty.

    Args:
        set_means: what each set says, shape (sets,), two or more.
        noise: square of the Monte Carlo error of each, shape (sets,).
    """
    low, high = (float(end) for end in np.quantile(pulled(set_means, noise), QUANTILES))
    spread = float(set_means.var(ddof=1))
    return (None if low == high and float(noise.mean()) > 0.0 else (low, high)), spread


def pulled(set_means: NDArray[np.float64], noise: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return set means pulled toward their mean as far as luck alone spreads them; arguments as of `over_sets`."""
    luck = float(noise.mean())
    spread = float(set_means.var(ddof=1))
    centre = set_means.mean()
    pull = math.sqrt(max(0.0, 1.0 - luck / spread)) if spread > 0.0 else 0.0
    drawn: NDArray[np.float64] = centre + pull * (set_means - centre)
    return drawn


def summarise(moments: Moments, row: int, about: Mapping[str, Any]) -> Summary:
    """Sum up one point.

    Args:
        moments: sums of all trials of METRICS, outcome and response metrics.
        row: which point of them.
        about: `scenario`, `title`, `scenario_hash`, `protege`, `seed` and `horizon` of a Summary.
    """
    metrics: dict[str, Estimate] = {}
    outcomes: dict[str, Estimate] = {}
    responses: dict[str, dict[str, Estimate]] = {}
    for metric, sums in zip(moments.metrics, moments.sums, strict=True):
        found = estimate(sums[:, row], given=metric.given)
        kind, _, rest = metric.name.partition(".")
        if kind == "outcome":
            outcomes[rest] = found
        elif kind == "response":
            guarantor, _, level = rest.rpartition(".")
            responses.setdefault(guarantor, {})[level] = found
        else:
            metrics[metric.name] = found
    return Summary(
        trials=moments.trials,
        metrics=MappingProxyType(metrics),
        outcomes=MappingProxyType(outcomes),
        responses=MappingProxyType({name: MappingProxyType(shares) for name, shares in responses.items()}),
        note=_note(moments.trials),
        **about,
    )


def _variance(sums: NDArray[np.float64], ratio: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Variance of x - ratio y in each set, from its sums; never negative."""
    n, x, y, xx, xy, yy = sums
    squares = xx - 2.0 * ratio * xy + ratio * ratio * yy
    total = x - ratio * y
    within: NDArray[np.float64] = np.maximum(0.0, squares - total * total / n) / (n - 1.0)
    return within


def _stratified_error(sums: NDArray[np.float64], used: NDArray[np.bool_], mean: float) -> float:
    """Monte Carlo error of the mean, the sets being fixed by design."""
    kept = sums[:, used]
    within = _variance(kept, mean)
    pooled = float(((kept[0] - 1.0) * within).sum() / (kept[0] - 1.0).sum())
    single = float(sums[0, ~used].sum())
    return math.sqrt(float((kept[0] * within).sum()) + single * pooled) / float(sums[2].sum())


def _pooled_error(sums: NDArray[np.float64], mean: float) -> float | None:
    """Monte Carlo error of the mean from the variance of all cases together."""
    total = sums.sum(axis=1, keepdims=True)
    cases = float(total[0, 0])
    if cases < FEWEST_CASES:
        return None
    return math.sqrt(cases * float(_variance(total, mean)[0])) / float(total[2, 0])


def _note(trials: int) -> str | None:
    enough = max(0, min(SETS, trials - SETS))
    if enough >= FEWEST_SETS:
        return None
    return (
        f"{trials:,} {'trial' if trials == 1 else 'trials'} of {SETS} parameter sets: too few sets are played twice to "
        f"tell luck from ignorance, so there is no interval; {2 * SETS:,} trials play every set twice"
    )
