from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from sim.experiment import METRICS, Plan, Result, run
from sim.experiment.batch import Batch
from sim.experiment.metrics import all_metrics, guarantors
from stand_in import LABELS, play

if TYPE_CHECKING:
    from sim.scenario import Scenario


@pytest.fixture(scope="module")
def result(point: Scenario) -> Result:
    return run(point, trials=6000, seed=3, play=play)


def test_metrics_are_those_of_the_json_in_its_order() -> None:
    assert [metric.name for metric in METRICS] == [
        "attack",
        "hazard",
        "campaign",
        "campaign_share",
        "attacks",
        "months_to_attack",
        "invoked",
        "aided",
        "honoured",
        "leader_fought",
        "patron_joined",
        "abandoned",
        "clash",
        "admitted",
    ]
    assert {metric.name: metric.given for metric in METRICS if metric.given} == {
        "campaign_share": "attack",
        "invoked": "attack",
        "aided": "attack",
        "honoured": "invoked",
        "abandoned": "attack",
    }
    assert all(metric.definition.endswith(".") and metric.unit for metric in METRICS)


def test_metrics_are_what_a_query_of_the_trials_gives(result: Result) -> None:
    trials = result.trials
    attacked = trials[trials["attacks"] > 0]
    invoked = trials[trials["invoked"]]
    levels = attacked[["level_Russia", "level_Belarus"]].max(axis=1)
    expected = {
        "attack": (trials["attacks"] > 0).mean(),
        "hazard": (trials["attacks"] > 0).sum() / trials["months_at_risk"].sum(),
        "campaign": (trials["highest_action"] == "campaign").mean(),
        "campaign_share": (attacked["highest_action"] == "campaign").mean(),
        "attacks": trials["attacks"].mean(),
        "months_to_attack": trials["months_at_risk"].mean(),
        "invoked": attacked["invoked"].mean(),
        "aided": (levels >= 1).mean(),
        "honoured": (invoked[["level_Russia", "level_Belarus"]].max(axis=1) >= 2).mean(),
        "leader_fought": trials["leader_combat"].mean(),
        "patron_joined": trials["patron_joined"].mean(),
        "abandoned": (levels < 1).mean(),
        "clash": 0.0,
        "admitted": 0.0,
    }
    metrics = result.summary().metrics
    assert {name: found.mean for name, found in metrics.items()} == pytest.approx(expected)
    assert metrics["aided"].n == len(attacked)
    assert metrics["honoured"].n == len(invoked)


def test_all_seven_outcomes_are_listed_and_add_up(result: Result) -> None:
    outcomes = result.to_json()["outcomes"]
    assert tuple(outcomes) == LABELS["outcome"]
    assert sum(outcomes.values()) == pytest.approx(1.0)
    assert outcomes["clash"] == 0.0
    shares = result.trials["outcome"].value_counts(normalize=True)
    assert outcomes == pytest.approx(shares.to_dict())


def test_responses_are_shares_of_each_level_given_an_attack(result: Result) -> None:
    responses = result.to_json()["responses"]
    assert list(responses) == ["Russia", "Belarus"]
    for shares in responses.values():
        assert list(shares) == ["n", "words", "aid", "troops", "combat"]
        assert sum(shares[level] for level in ("words", "aid", "troops", "combat")) == pytest.approx(1.0)
    assert responses["Russia"]["n"] == (result.trials["attacks"] > 0).sum()
    assert responses["Belarus"]["words"] == 1.0


def test_without_an_attack_responses_have_no_share(point: Scenario) -> None:
    task = next(iter(Plan.of(point, trials=5, seed=1).tasks()))
    whole = Batch.of(task, play(task))
    columns = {**whole.columns, "attacks": np.zeros((1, 5), dtype=np.int16)}
    peaceful = Batch(0, 0, columns, whole.labels)
    assert guarantors(peaceful) == ("Russia", "Belarus")
    for metric in all_metrics(peaceful):
        if metric.given == "attack":
            assert metric.denominator is not None
            assert not metric.denominator(peaceful).any()
