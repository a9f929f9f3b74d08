"""What an observer believes of a guarantor's latent at the reference crisis, and how it learns (model page 4.4)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scalar.logit import sigmoid

if TYPE_CHECKING:
    from collections.abc import Sequence


class Belief(NamedTuple):
    """A normal: its mean and its variance."""

    mean: float
    variance: float


def first_belief(truth: float, mean: float, variance: float, acuity: float, bias: float, z: float) -> Belief:
    """Belief before anything is seen: a private reading that correlates with the truth by `acuity`."""
    square = acuity * acuity
    read = mean + square * (truth - mean) + acuity * math.sqrt((1.0 - square) * variance) * z + bias
    return Belief(read, (1.0 - square) * variance)


# ------------------------------------------------------------------ signals and silence

MOST = 1.0 - 1e-9
"""A month's chance of a signal at the mean latent is at most this: its log-odds must be finite."""

_POINTS, _WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
_SHARES = _WEIGHTS / math.sqrt(2.0 * math.pi)
NODES: list[tuple[float, float]] = list(zip(_POINTS.tolist(), _SHARES.tolist(), strict=True))
APPROACHES = 2
"""Newton steps towards the mode of a posterior."""


class Habit(NamedTuple):
    """How often a guarantor sends one kind of signal: P(sent in a month | eta) = sigmoid(a + b eta)."""

    a: float
    b: float

    @classmethod
    def of(cls, rate: float, slope: float, centre: float) -> Habit:
        """From the chance a month at a latent of `centre`."""
        rate = min(rate, MOST)
        a = -math.inf if rate == 0.0 else math.log(rate) - math.log1p(-rate)
        return cls(a - slope * centre, slope)

    def chance(self, eta: float, months: float) -> float:
        """Chance of a signal in so many months."""
        return -math.expm1(-months * softplus(self.a + self.b * eta))

    def expected(self, belief: Belief) -> float:
        """Chance of a signal in a month, to somebody with a belief on the latent."""
        spread = math.sqrt(belief.variance)
        return sum(w * sigmoid(self.a + self.b * (belief.mean + spread * z)) for z, w in NODES)


def softplus(x: float) -> float:
    """Minus the log of the chance of silence in a month at log-odds x: log(1 + e^x)."""
    return x + math.log1p(math.exp(-x)) if x > 0.0 else math.log1p(math.exp(x))


class Evidence(NamedTuple):
    """What was seen of one kind of signal: in how many steps it was sent, in how many months it was not."""

    habit: Habit
    sent: int
    silent: float


def absorbed(belief: Belief, evidence: Sequence[Evidence], step: float) -> Belief:
    """The normal with the moments of the exact posterior (assumed-density filtering); a step lasts `step` months.

    By quadrature around the posterior's mode (Liu and Pierce 1994). Evidence that is impossible teaches nothing.
    """
    told = [part for part in evidence if part.sent or part.silent]
    if not told:
        return belief
    spread = math.sqrt(belief.variance)
    mode, width = _mode(belief.mean, spread, told)
    points, logs = [], []
    for node, _ in NODES:
        z = mode + node * width
        eta, likely = belief.mean + spread * z, 0.5 * (node * node - z * z)
        for (a, b), sent, silent in told:
            log_odds = a + b * eta
            quiet = softplus(log_odds)
            likely -= silent * quiet
            if sent:
                likely += sent * (log_odds - quiet if step == 1.0 else math.log(-math.expm1(-step * quiet)))
        points.append(z)
        logs.append(likely)
    top = max(logs)
    if top == -math.inf:
        return belief
    whole = first = second = 0.0
    for (_, w), z, value in zip(NODES, points, logs, strict=True):
        mass = w * math.exp(value - top)
        whole += mass
        first += z * mass
        second += z * z * mass
    shift = first / whole
    return Belief(belief.mean + spread * shift, belief.variance * (second / whole - shift * shift))


def _mode(mean: float, spread: float, evidence: Sequence[Evidence]) -> tuple[float, float]:
    """About where the posterior peaks and how wide it is, in standard deviations of the belief before."""
    z, curvature = 0.0, 1.0
    for _ in range(APPROACHES):
        slope, curvature = -z, 1.0
        for (a, b), sent, silent in evidence:
            chance = sigmoid(a + b * (mean + spread * z))
            steep, count = spread * b, sent + silent
            slope += steep * (sent - count * chance)
            curvature += steep * steep * count * chance * (1.0 - chance)
        z += slope / curvature
    return z, 1.0 / math.sqrt(curvature)


# ------------------------------------------------------------------ reputation

LOGISTIC_VARIANCE = math.pi**2 / 3.0


def shown(level: int, cutpoints: tuple[float, float, float], *, capped: bool) -> tuple[float, float]:
    """Bounds of the latent that shows as a level; where `capped`, aid shows for aid or more."""
    bounds = (-math.inf, *cutpoints, math.inf)
    return bounds[level], math.inf if capped and level >= 1 else bounds[level + 1]


def updated(belief: Belief, noise: float, low: float, high: float) -> Belief:
    """Belief on eta once eta + N(0, noise) was seen between two bounds."""
    variance = belief.variance + noise
    spread = math.sqrt(variance)
    shift, kept = truncated((low - belief.mean) / spread, (high - belief.mean) / spread)
    share = belief.variance / variance
    return Belief(belief.mean + share * spread * shift, belief.variance * (1.0 - share * (1.0 - kept)))


def truncated(low: float, high: float) -> tuple[float, float]:
    """Mean and variance of a standard normal between two bounds; worked in the lower tail, where digits are kept."""
    if low > -high:
        mean, variance = truncated(-high, -low)
        return -mean, variance
    below = log_cumulative(high)
    mass = below + math.log1p(-math.exp(log_cumulative(low) - below))
    at_low, at_high = (math.exp(-0.5 * x * x - 0.5 * math.log(2.0 * math.pi) - mass) for x in (low, high))
    mean = at_low - at_high
    # An infinite bound carries no weight.
    drawn = (0.0 if low == -math.inf else low * at_low) - (0.0 if high == math.inf else high * at_high)
    return mean, min(1.0, max(0.0, 1.0 + drawn - mean * mean))


def log_cumulative(x: float) -> float:
    """Log of the standard normal's cumulative probability; below -30 by its asymptotic series."""
    if x == -math.inf:
        return -math.inf
    if x < -30.0:
        q = 1.0 / (x * x)
        tail = math.log1p(-q * (1.0 - 3.0 * q * (1.0 - 5.0 * q * (1.0 - 7.0 * q))))
        return -0.5 * x * x - math.log(-x) - 0.5 * math.log(2.0 * math.pi) + tail
    if x < 0.0:
        return math.log(0.5 * math.erfc(-x / math.sqrt(2.0)))
    return math.log1p(-0.5 * math.erfc(x / math.sqrt(2.0)))
