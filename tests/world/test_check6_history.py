"""Check 6: constants of a challenger are found again from histories that the world itself has played.

The past of 2010-2024 is driven by the record, as in docs/history_check.py. A grid of values of one constant stands in a
batch on common random numbers. What is known of a history is how many acts of that kind it saw; the chance of such a
count at each value is read off the other trials there, smoothed by a kernel (approximate Bayesian computation).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pytest

from sim.scenario import load
from sim.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

GRIDS: Final[Mapping[str, Array]] = {
    "overt": np.array([0.02, 0.04, 0.08, 0.16, 0.32, 0.64]),
    "covert": np.array([0.05, 0.1, 0.2, 0.4, 0.8, 1.6]),
}
"""Values of states.Israel.opportunity, a month; every value equally likely beforehand. The other constant is known."""

SHIPPED: Final = {"overt": 0.08, "covert": 0.3}
COUNTED: Final = {"overt": "attacks", "covert": "covert"}
WIDTH: Final = {"overt": 0.5, "covert": 1.0}
"""Of the kernel, in acts."""

TRIALS: Final = 400
MASS: Final = 0.9
POOLED: Final = 20
PAST: Final = {"start": "2010-01", "horizon": 180, "environment.drive": "record"}


@pytest.fixture(scope="module")
def counts() -> dict[str, Array]:
    """Acts of 2010-2024 by constant, (values of the grid, trials)."""
    points = []
    for name, grid in GRIDS.items():
        for value in grid:
            own = {f"states.Israel.opportunity.{each}": SHIPPED[each] for each in GRIDS}
            points.append(load("outsider", {**PAST, **own, f"states.Israel.opportunity.{name}": float(value)}))
    columns = World(points, replicates=TRIALS, seed=6).run().columns
    rows = np.split(np.arange(len(points)), len(GRIDS))
    return {name: columns[COUNTED[name]][own].astype(np.float64) for name, own in zip(GRIDS, rows, strict=True)}


def log_chances(counts: Array, width: float) -> Array:
    """Log chance of each history's count at each value, read off the other trials; (truth, trials, values)."""
    values, trials = counts.shape
    found = np.empty((values, trials, values))
    for at in range(values):
        near = np.exp(-0.5 * ((counts[:, :, None] - counts[at][None, None, :]) / width) ** 2)
        near[:, np.arange(trials), np.arange(trials)] = 0.0  # a history does not speak for itself
        found[:, :, at] = near.sum(axis=2) / (trials - 1)
    return np.asarray(np.log(found + 1e-9))


def posterior(log_likelihood: Array) -> Array:
    chances = np.exp(log_likelihood - log_likelihood.max(axis=-1, keepdims=True))
    return np.asarray(chances / chances.sum(axis=-1, keepdims=True))


def covered(chances: Array, truth: NDArray[np.integer[Any]]) -> Array:
    """Chance that the 90 % region holds the truth: the likeliest values, the last of them by lot so that it is 90 %."""
    order = np.argsort(-chances, axis=-1)
    ranked = np.take_along_axis(chances, order, axis=-1)
    before = np.cumsum(ranked, axis=-1) - ranked
    held = np.clip((MASS - before) / ranked, 0.0, 1.0)
    at = np.broadcast_to(np.reshape(truth, (-1,) + (1,) * (chances.ndim - 1)), order.shape)
    return np.asarray(held[order == at].reshape(order.shape[:-1]))


@pytest.mark.parametrize("name", GRIDS)
def test_check6_regions_of_a_known_constant_hold_it_at_the_right_rate(name: str, counts: Mapping[str, Array]) -> None:
    chances = posterior(log_chances(counts[name], WIDTH[name]))
    truth = np.arange(len(GRIDS[name]))
    assert covered(chances, truth).mean() == pytest.approx(MASS, abs=0.03)
    # Histories whose constant was four times what is claimed: the same regions miss it.
    assert covered(chances[2:], truth[:-2]).mean() < 0.8


@pytest.mark.parametrize("name", GRIDS)
def test_check6_the_estimate_of_a_known_constant_moves_with_it(name: str, counts: Mapping[str, Array]) -> None:
    truth = np.arange(len(GRIDS[name]))
    likelihood = log_chances(counts[name], WIDTH[name])
    alone = posterior(likelihood) @ truth
    assert (np.diff(alone.mean(axis=1)) > 0.1).all()
    # Twenty histories of one world tell far more than one: the estimate closes in on the truth.
    pooled = posterior(likelihood.reshape(len(truth), -1, POOLED, len(truth)).sum(axis=2)) @ truth
    error = [np.sqrt(((estimate - truth[:, None]) ** 2).mean()) for estimate in (alone, pooled)]
    assert error[1] < 0.5 * error[0]
    assert np.abs(pooled.mean(axis=1) - truth).max() < 0.5  # half a step of the grid; its ends pull inwards
