"""Scores against published forms, and what makes a score proper."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.judge.scores import SCORES, brier, log_loss, losses, mean_over, rps

if TYPE_CHECKING:
    from collections.abc import Callable

FOUR = st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4).map(lambda raw: np.array(raw) / sum(raw))


def test_scores_of_a_forecast_by_hand() -> None:
    """0.1, 0.3, 0.6 and the second of three: Brier 0.01 + 0.49 + 0.36, RPS 0.1^2 + 0.6^2 (Wilks 2011, section 8.4)."""
    forecast = [0.1, 0.3, 0.6]
    assert brier(forecast, 1, 1) == pytest.approx(0.86)
    assert rps(forecast, 1, 1) == pytest.approx(0.01 + 0.36)
    assert log_loss(forecast, 1, 1) == pytest.approx(-math.log(0.3))


def test_the_rank_score_tells_near_from_far_where_the_brier_score_does_not() -> None:
    near, far = [0.0, 0.5, 0.5, 0.0], [0.0, 0.5, 0.0, 0.5]
    assert brier(near, 1, 1) == brier(far, 1, 1)
    assert rps(near, 1, 1) < rps(far, 1, 1)


def test_two_categories_are_the_half_brier_score_twice() -> None:
    """Of a binary event the Brier score over both categories is twice (p - o)^2 (Brier 1950), the RPS once."""
    assert brier([0.8, 0.2], 1, 1) == pytest.approx(2 * 0.8**2)
    assert rps([0.8, 0.2], 1, 1) == pytest.approx(0.8**2)


def test_an_interval_counts_as_one_category() -> None:
    forecast = [0.2, 0.3, 0.1, 0.4]
    assert log_loss(forecast, 0, 1) == pytest.approx(-math.log(0.5))
    assert brier(forecast, 0, 1) == pytest.approx(0.25 + 0.01 + 0.16)
    # The threshold between words and aid is left out: of the others, P(at most aid) = 0.5 and P(at most troops) = 0.6.
    assert rps(forecast, 0, 1) == pytest.approx(0.25 + 0.16)


def test_nothing_is_scored_where_nothing_is_known() -> None:
    assert losses([0.25] * 4, 0, 3) is None


def expected(
    score: Callable[..., float], truth: np.ndarray, forecast: np.ndarray, cuts: list[tuple[int, int]]
) -> float:
    """What a score comes to if the outcome is drawn from the truth and told as one of some intervals."""
    return float(sum(truth[low : high + 1].sum() * score(forecast, low, high) for low, high in cuts))


@given(FOUR, FOUR)
def test_every_score_is_proper(truth: np.ndarray, other: np.ndarray) -> None:
    """Expected under p, no forecast scores better than p itself (Gneiting and Raftery 2007)."""
    points = [(level, level) for level in range(4)]
    for score in (brier, log_loss, rps):
        assert expected(score, truth, truth, points) <= expected(score, truth, other, points) + 1e-12


@given(FOUR, FOUR, st.integers(1, 3))
def test_the_log_score_stays_proper_where_outcomes_are_intervals(
    truth: np.ndarray, other: np.ndarray, cut: int
) -> None:
    halves = [(0, cut - 1), (cut, 3)]
    assert expected(log_loss, truth, truth, halves) <= expected(log_loss, truth, other, halves) + 1e-12


@given(FOUR, st.integers(0, 3))
def test_scores_stay_within_their_bounds(forecast: np.ndarray, happened: int) -> None:
    found = losses(forecast, happened, happened)
    assert found is not None
    assert set(found) == set(SCORES)
    assert 0.0 <= found["brier"] <= 2.0
    assert 0.0 <= found["rps"] <= 3.0
    assert found["log"] >= 0.0


def test_what_is_no_distribution_is_refused() -> None:
    with pytest.raises(ValueError, match="come to 1"):
        losses([0.5, 0.4], 0, 0)
    with pytest.raises(ValueError, match="not among"):
        losses([0.5, 0.5], 0, 2)


def test_a_bootstrap_draws_crises_and_not_cases() -> None:
    """Ten cases of one crisis are one observation: the interval of two crises spans both."""
    values = [0.0] * 10 + [1.0]
    apart = mean_over(values, [str(place) for place in range(11)], seed=1)
    together = mean_over(values, ["a"] * 10 + ["b"], seed=1)
    assert apart.mean == together.mean == pytest.approx(1 / 11)
    assert apart.interval is not None
    assert together.interval is not None
    assert apart.interval[1] < 0.4
    assert together.interval == (0.0, 1.0)


def test_the_interval_of_a_mean_is_about_that_of_its_normal_form() -> None:
    values = np.random.Generator(np.random.Philox(3)).normal(2.0, 1.0, 400).tolist()
    found = mean_over(values, [str(place) for place in range(400)], seed=1)
    assert found.interval is not None
    assert found.interval[0] == pytest.approx(np.mean(values) - 1.645 / 20, abs=0.012)
    assert found.interval[1] == pytest.approx(np.mean(values) + 1.645 / 20, abs=0.012)


def test_one_crisis_has_no_interval_and_none_no_mean() -> None:
    assert mean_over([0.3, 0.5], ["a", "a"], seed=1).interval is None
    assert mean_over([], [], seed=1).mean is None
