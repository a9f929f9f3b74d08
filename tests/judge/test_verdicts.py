"""Verdicts on claims: the probability against what it must be, and where a claim would hold in worlds made for it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.stats import norm

from sim.experiment.summary import pulled
from sim.judge import judge_claims
from sim.judge.asked import Counted, Quantity, condition_of, in_words, probability, quantity, verdict
from sim.judge.holding import between, side
from sim.reading import InputError
from sim.record.schemas.claim import ClaimTest
from sim.scenario import SETS, load

if TYPE_CHECKING:
    from pathlib import Path

TRIALS = 20 * SETS


def asked(**changes: Any) -> ClaimTest:
    plain: dict[str, Any] = {
        "metric": "attack",
        "arms": ("outsider", "member"),
        "measure": "difference",
        "direction": "below",
        "threshold": -0.05,
        "because": "convention: of a test",
    }
    return ClaimTest(**(plain | changes))


def flips(chances: np.ndarray, seed: int) -> Counted:
    """Coins of each parameter set, trial by trial."""
    uniform = np.random.Generator(np.random.Philox(seed)).uniform(size=TRIALS)
    return Counted((uniform < np.resize(chances, TRIALS)).astype(np.float64), np.ones(TRIALS))


def test_the_share_of_sets_is_found_through_the_noise() -> None:
    """Chances of sets are normal about 0.5 with deviation 0.1; twenty trials a set double it. Raw shares are off."""
    spread = 0.1
    chances = norm.ppf((np.arange(SETS) + 0.5) / SETS, 0.5, spread)
    test = asked(arms=("member",), measure="level", direction="above", threshold=0.65)
    found = quantity(test, [flips(chances, 1)])
    true = float((chances > 0.65).mean())
    raw = float((found.values > 0.65).mean())
    chance = probability(test, found)
    assert chance is not None
    assert true == pytest.approx(norm.sf(1.5), abs=0.003)
    assert chance == pytest.approx(true, abs=0.03)
    assert abs(chance - true) < abs(raw - true)


@pytest.mark.parametrize(("chance", "sure"), [(0.5, "contradicted"), (0.7, "supported")])
def test_sets_that_differ_by_luck_alone_are_one(chance: float, sure: str) -> None:
    test = asked(arms=("member",), measure="level", direction="above", threshold=0.6)
    found = quantity(test, [flips(np.full(SETS, chance), 2)])
    assert 0.05 < float((found.values > 0.6).mean()) < 0.95
    assert verdict(probability(test, found)) == sure


def test_a_mean_on_the_threshold_decides_nothing() -> None:
    test = asked(arms=("member",), measure="level", direction="above", threshold=0.5)
    found = quantity(test, [flips(np.full(SETS, 0.5), 3)])
    at_mean = asked(arms=("member",), measure="level", direction="above", threshold=found.mean)
    chance = probability(at_mean, found)
    assert chance is not None
    assert 0.3 < chance < 0.7
    assert verdict(chance) == "undecided"


def test_a_difference_is_the_last_arm_less_the_first_on_the_same_luck() -> None:
    control, arm = flips(np.full(SETS, 0.8), 4), flips(np.full(SETS, 0.7), 4)
    found = quantity(asked(), [control, arm])
    assert found.mean == pytest.approx(arm.x.mean() - control.x.mean())
    assert found.mc_se is not None
    assert found.mc_se < 0.8 * np.sqrt((0.8 * 0.2 + 0.7 * 0.3) / TRIALS)
    assert verdict(probability(asked(), found)) == "supported"


def test_a_ratio_is_judged_on_the_log_scale() -> None:
    """Twice the chance in every set: the ratio is 2, whatever the set."""
    chances = np.linspace(0.2, 0.45, SETS)
    control, arm = flips(chances, 5), flips(2.0 * chances, 5)
    test = asked(measure="ratio", direction="above", threshold=1.5)
    found = quantity(test, [control, arm])
    assert found.mean == pytest.approx(2.0, abs=0.08)
    assert verdict(probability(test, found)) == "supported"
    inverse = asked(measure="ratio", direction="below", threshold=1.5)
    other = probability(inverse, found)
    both = probability(test, found)
    assert other is not None
    assert both is not None
    assert both + other == pytest.approx(1.0)


def test_too_few_sets_decide_nothing() -> None:
    test = asked(arms=("member",), measure="level", direction="above", threshold=0.5)
    met = np.zeros(TRIALS)
    met[:10] = 1.0
    found = quantity(test, [Counted(met, met)])
    assert probability(test, found) is None
    assert verdict(None) == "undecided"


def test_a_condition_keeps_the_trials_that_meet_it() -> None:
    """Sets in which it is seldom met count as much as the others, if they have two cases."""
    met = (np.arange(TRIALS) // SETS < 10).astype(np.float64)
    won = met * (np.arange(TRIALS) % 2)
    found = quantity(asked(arms=("member",), measure="level", direction="above"), [Counted(won, met)])
    assert found.estimate.n == int(met.sum())
    assert found.mean == pytest.approx(0.5)


def test_pulled_means_have_the_spread_that_luck_leaves() -> None:
    generator = np.random.Generator(np.random.Philox(8))
    values, noise = generator.normal(0.0, 1.0, 500), np.full(500, 0.75)
    found = pulled(values, noise)
    assert found.mean() == pytest.approx(values.mean())
    assert found.var(ddof=1) == pytest.approx(values.var(ddof=1) - 0.75)
    assert np.ptp(pulled(values, np.full(500, 2.0))) == pytest.approx(0.0)


def test_a_test_in_words() -> None:
    assert in_words(asked()) == "attack, member less outsider, below -0.05"
    level = asked(metric="clash", given="invoked", arms=("member",), measure="level", direction="above", horizon=60)
    assert in_words(level) == "clash given invoked within 60 months, member, above -0.05"
    assert condition_of(level) == "invoked"
    assert condition_of(asked(metric="response.Kazakhstan.combat")) == "attack"
    assert condition_of(asked(metric="honoured")) == "invoked"


@pytest.mark.parametrize(
    ("held", "value", "where"),
    [
        ({0.0: False, 1.0: False, 2.0: True}, 1.5, "above"),
        ({0.0: True, 1.0: False, 2.0: False}, 0.5, "below"),
        ({0.0: False, 1.0: True, 2.0: False}, 0.5, "in between"),
        ({0.0: True, 1.0: False, 2.0: True}, 0.5, "at both ends"),
        ({0.0: True, 1.0: True}, None, "everywhere"),
        ({0.0: False, 1.0: False}, None, "nowhere"),
    ],
)
def test_on_which_side_it_holds(held: dict[float, bool], value: float | None, where: str) -> None:
    assert side(held, value) == where


def test_a_range_reaches_beyond_what_the_sets_have_and_not_beyond_the_bounds() -> None:
    member = load("member")
    assert between(member, "states.Russia.resolve.shift") == (-10.0, 10.0)
    low, high = between(member, "perception.acuity")
    assert 0.0 <= low < high <= 1.0
    least, most = between(member, "response.in_force")
    assert least < 0.0 < most
    with pytest.raises(InputError, match="no such parameter"):
        between(member, "perception.acuty")


def test_claims_are_judged_and_worlds_kept(tmp_path: Path) -> None:
    """One fact and two tests that share an arm: the member's worlds are played once, and read the second time."""
    steps: list[tuple[str, int]] = []
    ids = ["G001", "G083", "G065"]
    told = judge_claims(
        ids, trials=1_000, search_trials=0, out=tmp_path, progress=lambda what, step: steps.append((what, step.played))
    ).to_json()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert {what for what, _ in steps} == {"member", "outsider"}
    assert sum(played for _, played in steps) == 2_000
    fact, clash, world_war = told["claims"]
    assert (fact["id"], fact["kind"], fact["test"], fact["verdict"], fact["probability"]) == (
        "G001",
        "input",
        None,
        None,
        None,
    )
    assert fact["assessment"] == "supported"
    assert world_war["id"] == "G083"
    assert world_war["verdict"] == "contradicted"
    assert clash["where"]["breakeven"] == []
    again: list[int] = []
    second = judge_claims(
        ids, trials=1_000, search_trials=0, out=tmp_path, progress=lambda _, step: again.append(step.played)
    ).to_json()
    assert sum(again) == 0
    assert second == told


@pytest.mark.slow
def test_what_would_have_to_be_true_is_found(tmp_path: Path) -> None:
    """Troops come once invoked if Russia is resolved enough: nowhere near -10, everywhere near +10."""
    told = judge_claims(["G017"], trials=1_000, search_trials=500, out=tmp_path).to_json()
    (found,) = told["claims"][0]["where"]["breakeven"]
    assert found["parameter"] == "states.Russia.resolve.shift"
    assert found["reached"]
    assert found["holds"] == "above"
    assert 0.0 < found["value"] < 5.0


@pytest.mark.parametrize(
    ("ids", "changes", "said"),
    [(["G100"], {}, "no claim"), ([], {"trials": 10}, "trials"), ([], {"search_trials": 3}, "search trials")],
)
def test_what_cannot_be_judged_is_told(ids: list[str], changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        judge_claims(ids, **changes)


def test_noise_that_is_not_known_changes_no_quantity() -> None:
    test = asked(arms=("member",), measure="level", direction="above", threshold=0.5)
    found = quantity(test, [flips(np.linspace(0.2, 0.9, SETS), 6)])
    sure = Quantity(replace(found.estimate, mc_se=0.0), found.sets, found.values, np.zeros_like(found.noise))
    assert probability(test, sure) == pytest.approx(float((found.values > 0.5).mean()))
