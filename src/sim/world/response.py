"""The response of a guarantor: an ordered logit, by which it acts and by which others anticipate it.

eta = intercept + resolve + in_force * covered + sum of coefficient * covariate
y   = eta + u + epsilon,   u ~ N(0, shock) shared in a crisis,   epsilon ~ logistic
level = number of cutpoints below y: 0 words, 1 aid, 2 troops, 3 combat          (model page 7.2)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.record.covariates import LEVELS, predictor
from sim.world.choice import sigmoid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["AID", "COMBAT", "LEVELS", "TROOPS", "Coefficients", "chances", "expected_steps", "harm", "latent", "level"]

AID: Final = 1
TROOPS: Final = 2
COMBAT: Final = 3


@dataclass(frozen=True)
class Coefficients:
    """Coefficients of the response: the true ones of a world, or what observers hold to be the average.

    Attributes:
        intercept: mean latent (b0).
        in_force: what a treaty in force adds (delta).
        covariates: coefficient of each covariate of `sim.record.covariates.COVARIATES`.
        cutpoints: thresholds of aid, troops and combat.
        shock: standard deviation of the shock shared in a crisis (s_u).

    """

    intercept: Array
    in_force: Array
    covariates: Mapping[str, Array]
    cutpoints: tuple[Array, Array, Array]
    shock: Array


def latent(coefficients: Coefficients, resolve: Array, covered: Array, x: Mapping[str, Array]) -> Array:
    """Eta of a guarantor: its mean latent in a crisis coded `x`; all arguments broadcast."""
    given = coefficients
    return predictor(given.intercept, resolve, given.in_force, covered, given.covariates, x)


def level(y: Array, cutpoints: tuple[Array, Array, Array], caution: Array) -> NDArray[np.int8]:
    """Level of response at latent `y`: the number of cutpoints below it.

    Args:
        y: latent with all shocks.
        cutpoints: thresholds of aid, troops and combat.
        caution: added to the threshold of combat: fear of a clash between great powers (at least 0).

    """
    aid, troops, combat = cutpoints
    above_aid = y > aid
    above_troops = above_aid & (y > troops)
    above_combat = above_troops & (y > combat + caution)
    return above_aid.astype(np.int8) + above_troops + above_combat


def chances(y: Array, cutpoints: tuple[Array, Array, Array], caution: Array) -> list[Array]:
    """Chance of each level at latent `y` without the guarantor's own noise; arguments as for `level`."""
    aid, troops, combat = (sigmoid(y - cutpoint) for cutpoint in (*cutpoints[:2], cutpoints[2] + caution))
    return [1.0 - aid, aid - troops, troops - combat, combat]


def harm(weight: Array, reached: NDArray[np.int8], harms: tuple[Array, Array, Array]) -> Array:
    """Harm to the challenger from a guarantor at the level `reached` (0 for -1 and 0)."""
    steps = np.where(reached >= AID, harms[0], 0.0)
    steps = np.where(reached >= TROOPS, harms[1], steps)
    return np.asarray(weight * np.where(reached >= COMBAT, harms[2], steps))


def expected_steps(chances: tuple[Array, Array, Array], harms: tuple[Array, Array, Array]) -> Array:
    """Expected harm of a guarantor of weight 1: sum of (h_k - h_{k-1}) x P(level >= k)."""
    aid, troops, combat = chances
    return np.asarray(harms[0] * aid + (harms[1] - harms[0]) * troops + (harms[2] - harms[1]) * combat)
