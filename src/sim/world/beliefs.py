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

    from sim.world.values import Cells

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


class Minds:
    """What all observers of a batch believe of all guarantors.

    Args:
        shape: observers, guarantors, points, replicates.

    Attributes:
        beliefs: means and variances, of that shape.

    """

    def __init__(self, shape: tuple[int, int, int, int]) -> None:
        self.beliefs = Belief(mean=np.zeros(shape), variance=np.zeros(shape))

    def of(self, observer: int, guarantor: int) -> Belief:
        """One observer's belief on one guarantor, as a view of the shape (points, replicates)."""
        return Belief(self.beliefs.mean[observer, guarantor], self.beliefs.variance[observer, guarantor])

    def at(self, cells: Cells, observer: int | NDArray[np.int8] | slice = slice(None)) -> Belief:
        """Beliefs in some cells.

        Args:
            cells: where.
            observer: whose: one, one for each cell, or all.

        Returns:
            Means and variances of the shape (guarantors, cells), or (observers, guarantors, cells) for all.

        """
        held = self.beliefs.mean, self.beliefs.variance
        if not isinstance(observer, np.ndarray):
            return Belief(*(cells.along(moment[observer]) for moment in held))
        shape = held[0].shape
        rows = observer * np.intp(shape[1]) + np.arange(shape[1])[:, None]
        at = rows * (shape[2] * shape[3]) + cells.flat(shape[3])
        return Belief(*(moment.reshape(-1)[at] for moment in held))

    def hold(
        self,
        cells: Cells,
        belief: Belief,
        observer: int | slice = slice(None),
        guarantor: int | slice = slice(None),
    ) -> None:
        """Put new beliefs in some cells, of the shape that the observers and guarantors named leave."""
        shape = self.beliefs.mean.shape
        at = (observer, guarantor, cells.flat(shape[3]))
        self.beliefs.mean.reshape(*shape[:2], -1)[at] = belief.mean
        self.beliefs.variance.reshape(*shape[:2], -1)[at] = belief.variance


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
