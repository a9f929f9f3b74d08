"""Luck and ignorance where both are known: a stand-in world whose sets attack with chances from 0.2 to 0.8."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sim.experiment import run
from sim.experiment.indices import given_data_indices
from stand_in import HORIZON, SETS, play

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.experiment import Result
    from sim.scenario import Scenario

EACH = 40
CHANCE = 0.2 + 0.6 * (np.arange(SETS) + 0.5) / SETS
MONTHS = np.arange(1, HORIZON + 1)
"""An attack falls in each month alike; the month it falls in counts."""


@pytest.fixture(scope="module")
def result() -> Result:
    from sim.scenario import load  # noqa: PLC0415 - the fixture of the room is made for one test

    return run(load("member"), EACH * SETS, seed=3, play=play)


def of_attack() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return CHANCE, CHANCE * (1.0 - CHANCE)


def of_campaign() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return 0.3 * CHANCE, 0.3 * CHANCE * (1.0 - 0.3 * CHANCE)


def of_months() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    means = CHANCE * MONTHS.mean() + (1.0 - CHANCE) * HORIZON
    squares = CHANCE * (MONTHS**2).mean() + (1.0 - CHANCE) * HORIZON**2
    return means, squares - means**2


@pytest.mark.parametrize(
    ("metric", "exact"), [("attack", of_attack()), ("campaign", of_campaign()), ("months_to_attack", of_months())]
)
def test_a_run_tells_luck_from_ignorance(
    result: Result, metric: str, exact: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> None:
    means, within = exact
    found = result.summary().metrics[metric]
    luck, ignorance = within.mean(), means.var()
    assert found.variance is not None
    assert found.variance.luck == pytest.approx(luck, rel=0.03)
    # The variance of 500 set means is known to about sqrt(2 / 500) of itself, here with the luck of 40 trials in it.
    slack = 3.0 * math.sqrt(2.0 / SETS) * (ignorance + luck / EACH)
    assert found.variance.ignorance == pytest.approx(ignorance, abs=slack)
    assert found.mean == pytest.approx(means.mean(), abs=4.0 * math.sqrt(luck / (EACH * SETS)))
    assert found.mc_se == pytest.approx(math.sqrt(luck / (EACH * SETS)), rel=0.03)
    # Set means are pulled to the right spread, not to the right shape: their luck rounds the ends of a uniform one.
    assert found.interval == pytest.approx(tuple(np.quantile(means, [0.05, 0.95])), abs=0.15 * np.ptp(means))


def test_what_no_set_knows_better_has_no_ignorance(result: Result) -> None:
    found = result.summary().metrics["campaign_share"]  # 0.3 in every set
    assert found.mean == pytest.approx(0.3, abs=0.02)
    # Means of some twenty attacks each spread by 0.1, their 90 % by 0.34, by luck alone.
    assert found.interval is None or found.interval[1] - found.interval[0] < 0.34 / 3.0
    assert found.variance is None or found.variance.ignorance < 0.1**2 / 5.0


def test_the_ensemble_says_what_the_ignorance_is_of(result: Result) -> None:
    attacked = (result.trials["attacks"].to_numpy() > 0).reshape(EACH, SETS)
    means, noise = attacked.mean(axis=0), attacked.var(axis=0, ddof=1).mean() / EACH
    rng = np.random.default_rng(1)
    related = CHANCE + rng.normal(size=SETS) * CHANCE.std()
    columns = {"resolve": CHANCE, "related": related, "inert": rng.normal(size=SETS)}
    found = given_data_indices(columns, means, seed=1, noise=float(noise)).parameters
    assert found["resolve"]["first"].estimate == pytest.approx(1.0, abs=0.03)
    assert found["related"]["first"].estimate == pytest.approx(0.5, abs=0.1)
    assert found["inert"]["first"].above_floor is False


def test_half_the_trials_tell_the_same_apart(point: Scenario, result: Result) -> None:
    half = run(point, EACH // 2 * SETS, seed=3, play=play).summary().metrics["attack"].variance
    whole = result.summary().metrics["attack"].variance
    assert half is not None
    assert whole is not None
    assert half.ignorance == pytest.approx(whole.ignorance, rel=0.15)
