"""What an observer believes of a guarantor: one normal on its latent at a reference crisis (model page 7.4).

Reference crisis: an attack by a state that is a major power or has a nuclear backer, help asked for, no cover, no ties
to the attacker. For another crisis the observer adds the average difference of the coefficients.

Start: with mu0 and v the mean and variance of that latent over the record's posterior (what anyone can know from the
record) and eta the truth of this world, mu = mu0 + rho^2 (eta - mu0) + rho sqrt(1 - rho^2) sqrt(v) z + bias and
variance (1 - rho^2) v: the posterior of an observer whose private reading correlates with the truth by rho.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Belief:
    """A normal belief on a guarantor's latent at the reference crisis.

    Attributes:
        mean: its mean (logits), shape (points, replicates) or broadcastable to it.
        variance: its variance, at least 0.

    """

    mean: Array
    variance: Array


def initial(truth: Array, record_mean: Array, record_variance: Array, acuity: Array, bias: Array, z: Array) -> Belief:
    """Belief at the start of a world.

    Args:
        truth: the guarantor's latent at the reference crisis in this world.
        record_mean: its mean over the record's posterior, without any shift of the scenario.
        record_variance: its variance over the record's posterior.
        acuity: rho, 0 to 1.
        bias: added to the mean.
        z: standard normal of this world.

    """
    square = acuity * acuity
    mean = record_mean + square * (truth - record_mean) + acuity * np.sqrt((1.0 - square) * record_variance) * z + bias
    return Belief(mean=mean, variance=(1.0 - square) * record_variance)
