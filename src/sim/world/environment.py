"""The world outside the decisions: threat, tension, and the protégé's means (model page 7.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

MOST_THREAT: Final = 2.0
"""Upper end of the scale of threat: twice the programme of mid-2025."""


@dataclass(frozen=True)
class Surroundings:
    """What everybody sees in a month.

    Attributes:
        threat: the programme as challengers see it, 0 to 2.
        tension: political temperature.
        defence: means to blunt an attack, 0 to 1.
        missiles: means to hurt back, 0 to 1.
        proxies: means to hurt through others, 0 to 1.
        standing: standing of the protégé in the alliance as far as it costs a challenger politically, 0 to 1.

    """

    threat: Array
    tension: Array
    defence: Array
    missiles: Array
    proxies: Array
    standing: Array = field(default_factory=lambda: np.zeros(()))


@dataclass(frozen=True)
class Drift:
    """How the environment moves by itself; rates are a month.

    Attributes:
        drift: change of the threat.
        boldness: relative change of that drift under cover.
        noise: standard deviation of the threat's change.
        mean: level the tension returns to.
        persistence: share of a deviation left after a month.
        tension_noise: standard deviation of the tension's change.
        jump_rate: jumps of tension.
        jump_size: their height.
        recovery: share of damaged means recovered.

    """

    drift: Array
    boldness: Array
    noise: Array
    mean: Array
    persistence: Array
    tension_noise: Array
    jump_rate: Array
    jump_size: Array
    recovery: Array


def moved_threat(threat: Array, cover: NDArray[np.bool_], rule: Drift, step: float, shock: Array) -> Array:
    """Threat after a step: clip(threat + drift (1 + boldness x cover) step + noise sqrt(step) shock, 0, 2)."""
    change = rule.drift * (1.0 + rule.boldness * cover) * step + rule.noise * np.sqrt(step) * shock
    return np.asarray(np.clip(threat + change, 0.0, MOST_THREAT))


def moved_tension(tension: Array, rule: Drift, step: float, shock: Array, chance: Array) -> Array:
    """Tension after a step: AR(1) around its mean, plus a jump where the uniform `chance` falls below its rate."""
    kept = rule.persistence**step
    # The noise of a part of a month is scaled so that its spread over a whole month stays the same.
    whole = np.where(rule.persistence < 1.0, 1.0 - rule.persistence**2, 1.0)
    part = np.where(rule.persistence < 1.0, 1.0 - kept * kept, step)
    noise = rule.tension_noise * np.sqrt(part / whole)
    jump = (chance < -np.expm1(-rule.jump_rate * step)) * rule.jump_size
    return np.asarray(rule.mean + kept * (tension - rule.mean) + noise * shock + jump)


def recovered(means: Array, whole: Array, rate: Array, step: float) -> Array:
    """Means of defence after a step: the damage heals by `rate` a month, up to where it started (`whole`)."""
    return np.asarray(whole - (whole - means) * (1.0 - rate) ** step)


def rearmed(whole: Array, means: Array, delivered: Array, rate: Array, step: float) -> tuple[Array, Array]:
    """Means after a step in which some were delivered: what they recover to (at most 1), and the means themselves."""
    full = np.minimum(1.0, whole + delivered)
    return full, recovered(np.minimum(1.0, means + delivered), full, rate, step)
