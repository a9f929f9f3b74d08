"""What anyone can know from the record: moments of a guarantor's latent over all parameter sets.

This is the only place of the world that looks across parameter sets, and it looks at the sets of a point, never at the
cells of a batch. Sums are exact (`math.fsum`), so they depend neither on order nor on how points are batched. A
scenario's shift moves the truth of its world, not the record: it is taken off first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.record.covariates import COVARIATES, code
from sim.scenario import SETS, leaves, prior_sets
from sim.world.response import Coefficients, latent
from sim.world.values import Values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.scenario import Scenario

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Reference:
    """What the record says to every observer.

    Attributes:
        average: the coefficients' means over the parameter sets, each of shape (1 or points, 1).
        mean: mean latent of each guarantor at the reference crisis, shape (1 or points, 1).
        variance: its variance over the parameter sets.

    """

    average: Coefficients
    mean: Mapping[str, Array]
    variance: Mapping[str, Array]


def reference_crisis(deaths: Array, committed: Array, *, leader: bool) -> dict[str, Array]:
    """Covariates of the reference crisis: a major power attacks, help is asked, no treaty, no ties."""
    return code(
        kind="state",
        deaths=deaths,
        asked=1.0,
        formal_article4=0.0,
        foreign_ground=0.0,
        attacker_member=0.0,
        attacker_major=1.0,
        ties_to_attacker=0.0,
        committed_elsewhere=committed,
        leader=float(leader),
    )


def reference(points: Sequence[Scenario], guarantors: Sequence[str], leader: str) -> Reference:
    """Moments over all posterior draws, for each point: what the record says, whichever sets history has left."""
    values = Values(points, np.arange(SETS, dtype=np.int64), prior_sets())

    def unshifted(name: str) -> Array:
        shifts = [getattr(leaf[name], "shift", 0.0) for leaf in every]
        return values[name] - np.array(shifts)[:, None] if any(shifts) else values[name]

    every = [leaves(point) for point in points]
    coefficients = Coefficients(
        intercept=unshifted("response.intercept"),
        in_force=unshifted("response.in_force"),
        covariates={name: unshifted(f"response.covariates.{name}") for name in COVARIATES},
        cutpoints=(
            unshifted("response.cutpoints.aid"),
            unshifted("response.cutpoints.troops"),
            unshifted("response.cutpoints.combat"),
        ),
        shock=unshifted("response.shock"),
    )
    aid, troops, combat = coefficients.cutpoints
    average = Coefficients(
        intercept=over_sets(coefficients.intercept),
        in_force=over_sets(coefficients.in_force),
        covariates={name: over_sets(value) for name, value in coefficients.covariates.items()},
        cutpoints=(over_sets(aid), over_sets(troops), over_sets(combat)),
        shock=over_sets(coefficients.shock),
    )
    means, variances = {}, {}
    for name in guarantors:
        resolve = unshifted(f"states.{name}.resolve")
        x = reference_crisis(values["crisis.strike.deaths"], values[f"states.{name}.committed"], leader=name == leader)
        eta = latent(coefficients, resolve, np.zeros(()), x)
        means[name] = over_sets(eta)
        variances[name] = over_sets((eta - means[name]) ** 2)
    return Reference(average=average, mean=means, variance=variances)


def over_sets(column: Array) -> Array:
    """Mean over the parameter sets of each point, shape (1 or points, 1)."""
    return np.array([[math.fsum(row) / len(row)] for row in column.tolist()])
