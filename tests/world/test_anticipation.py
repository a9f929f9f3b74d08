"""Forecasts against brute force: every unknown on a dense grid, every vote enumerated."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from sim.world.anticipation import Forecast, Member, forecast
from sim.world.council import Rules

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

CUTPOINTS = (-2.2, 0.5, 1.7)
HARMS = (0.1, 0.4, 1.0)
OPPOSE_BELOW, SUPPORT_ABOVE, NO_MANDATE = -1.5, 0.5, 2.0


def ours(means: Array, variances: Array, dependence: Array, shock: float, *, gate: bool) -> Forecast:
    def member(i: int) -> Member:
        return Member(
            mean=np.asarray(means[i]),
            variance=np.asarray(variances[i]),
            dependence=np.asarray(dependence[i]),
            weight=np.ones(()),
            active=np.ones((), np.bool_),
        )

    rules = Rules(np.asarray(OPPOSE_BELOW), np.asarray(SUPPORT_ABOVE), np.asarray(NO_MANDATE))
    aid, troops, combat = (np.asarray(c) for c in CUTPOINTS)
    some, more, most = (np.asarray(h) for h in HARMS)
    others = [member(i) for i in range(1, len(means))]
    return forecast(
        member(0), others, (aid, troops, combat), np.asarray(shock), (some, more, most), rules, np.asarray(gate)
    )


def brute(means: Array, variances: Array, dependence: Array, shock: float) -> tuple[float, list[list[float]]]:
    """Chance of a mandate and of each level of each member, under the Council."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(25)
    weights = weights / weights.sum()
    unknowns = len(means) + 1
    grids = np.meshgrid(*[nodes] * unknowns, indexing="ij")
    total = np.prod(np.meshgrid(*[weights] * unknowns, indexing="ij"), axis=0)
    u = shock * grids[0]
    eta = [means[i] + np.sqrt(variances[i]) * grids[i + 1] for i in range(len(means))]
    lead = np.clip(eta[0] + u - CUTPOINTS[0], -3, 3)
    stance = [eta[i] + u + dependence[i] * lead * (i > 0) for i in range(len(means))]
    yes = [expit(v - OPPOSE_BELOW) for v in stance]
    support = [expit(v - SUPPORT_ABOVE) for v in stance]
    levels = []
    for i in range(len(means)):
        free = support[i] * np.prod([yes[k] for k in range(len(means)) if k != i], axis=0)
        pass_at = [expit(eta[i] + u - c) for c in CUTPOINTS]
        if i == 0:
            dropped = [expit(eta[i] + u - NO_MANDATE - c) for c in CUTPOINTS]
            levels.append(
                [float((total * (free * p + (1 - free) * d)).sum()) for p, d in zip(pass_at, dropped, strict=True)]
            )
        else:
            levels.append([float((total * (p if k == 0 else free * p)).sum()) for k, p in enumerate(pass_at)])
    return float((total * np.prod(yes, axis=0)).sum()), levels


def test_forecasts_through_the_council_meet_brute_force() -> None:
    """Twelve cases far apart, nine chances in each: a vote or a level counted wrongly is off in nearly all of them."""
    rng = np.random.default_rng(11)
    for _ in range(12):
        means, variances = rng.normal(-1, 1.2, 3), rng.uniform(0, 2.5, 3)
        dependence, shock = np.append(0, rng.uniform(0, 1.5, 2)), rng.uniform(0, 1.5)
        mandate, levels = brute(means, variances, dependence, shock)
        ahead = ours(means, variances, dependence, shock, gate=True)
        combat = ahead.leader_combat(np.zeros(())).item()
        assert ahead.mandate.item() == pytest.approx(mandate, abs=0.03)
        assert [ahead.leader_aid.item(), ahead.leader_troops.item(), combat] == pytest.approx(levels[0], abs=0.006)
        assert combat == pytest.approx(levels[0][2], rel=0.03)
        for theirs, expected in zip(ahead.member_levels, levels[1:], strict=True):
            assert [p.item() for p in theirs] == pytest.approx(expected, abs=0.02)


def test_known_latents_make_the_council_an_enumeration_of_votes() -> None:
    rng = np.random.default_rng(3)
    for _ in range(25):
        means, dependence = rng.normal(0, 1.5, 4), np.append(0, rng.uniform(0, 1.5, 3))
        lead = np.clip(means[0] - CUTPOINTS[0], -3, 3)
        stance = means + dependence * lead
        oppose, support = expit(OPPOSE_BELOW - stance), expit(stance - SUPPORT_ABOVE)
        chances = np.stack([oppose, 1 - oppose - support, support])
        mandate = leader_free = 0.0
        for votes in itertools.product(range(3), repeat=4):
            chance = float(np.prod([chances[v, i] for i, v in enumerate(votes)]))
            if 0 not in votes:
                mandate += chance
                leader_free += chance * (votes[0] == 2)
        ahead = ours(means, np.zeros(4), dependence, 0.0, gate=True)
        free = expit(means[0] - CUTPOINTS[2])
        bound = expit(means[0] - NO_MANDATE - CUTPOINTS[2])
        assert ahead.mandate.item() == pytest.approx(mandate, abs=1e-12)
        expected = leader_free * free + (1 - leader_free) * bound
        assert ahead.leader_combat(np.zeros(())).item() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("mean", [-4.0, -2.5, -1.0, 0.0, 1.5])
@pytest.mark.parametrize("variance", [0.0, 0.3, 1.0, 2.5])
def test_the_belief_integral_meets_quadrature(mean: float, variance: float) -> None:
    """Alone and ungated, the leader's chance of combat is a logistic integral; small tails are where it counts."""
    shock = 0.7
    ahead = ours(np.array([mean]), np.array([variance]), np.array([0.0]), shock, gate=False)
    spread = np.sqrt(variance + shock**2)

    def passes(cutpoint: float) -> float:
        def at(z: float) -> float:
            return float(expit(mean + spread * z - cutpoint) * norm.pdf(z))

        return float(quad(at, -12, 12, epsabs=1e-12, limit=200)[0])

    combat = ahead.leader_combat(np.zeros(())).item()
    assert combat == pytest.approx(passes(CUTPOINTS[2]), rel=0.02)
    assert ahead.leader_aid.item() == pytest.approx(passes(CUTPOINTS[0]), abs=2e-3)
    shortcut = expit((mean - CUTPOINTS[2]) / np.sqrt(1 + np.pi / 8 * spread**2))
    if combat < 0.03 and variance >= 1.0:  # why the shortcut will not do here
        assert shortcut > 1.05 * combat
