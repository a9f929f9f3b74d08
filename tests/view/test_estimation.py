from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sim.record.council_replay import Replay, ReplayLine
from sim.record.estimation_report import CoefficientLine, FitLine, Report, ResponseLine
from sim.record.extrapolation import Extrapolation
from sim.record.response import Estimate
from sim.view.as_json import json_text
from sim.view.estimation import estimation_headline, estimation_json, estimation_text

if TYPE_CHECKING:
    from collections.abc import Mapping

CRISES = ("attack by a state, asked", "Iran attacked by Israel and the US, Article 4 invoked")


def estimate(mean: float) -> Estimate:
    return Estimate(mean, mean / 2, min(1.0, mean * 2))


def line(guarantor: str, crisis: str, shares: Mapping[str, float]) -> ResponseLine:
    after = {name: estimate(share) for name, share in shares.items()}
    before = {f"prior_{name}": estimate(share / 2) for name, share in shares.items()}
    return ResponseLine(guarantor, crisis, **after, **before)


@pytest.fixture
def report() -> Report:
    """An invented report."""
    russia, belarus = {"aid": 0.4, "troops": 0.1, "combat": 0.04}, {"aid": 0.2, "troops": 0.02, "combat": 0.004}
    return Report(
        draws=2000,
        digest="ab" * 32,
        responses=tuple(
            line(name, crisis, shares)
            for name, shares in (("Russia", russia), ("Belarus", belarus))
            for crisis in CRISES
        ),
        coefficients=(
            CoefficientLine("in_force", "a pact is in force", Estimate(0.6, -0.2, 1.5), estimate(0.5), 0.97),
        ),
        fitted=(FitLine("Council, asked", 7, "aid", (2, 3), estimate(2.4)),),
        extrapolation=(Extrapolation("Russia", 0.7, ("in_force", "leader"), ("PT-1",), ()),),
        replay=Replay(-1.5, (ReplayLine("KG-1999", recorded=True, fitted=0.5, replayed=0.52),)),
        oppose_below=-1.42,
    )


def test_the_answer_names_who_is_likeliest_to_fight_and_what_was_thought_before(report: Report) -> None:
    said = estimation_headline(report)
    assert "Russia sends aid or more in 40 % [20, 80]" in said
    assert "fights in 4.0 % [2.0, 8.0]" in said
    assert "Before the cases were read: 20 % [10, 40], 5 % [2, 10], 2.0 % [1.0, 4.0]" in said


def test_the_report_shows_prior_beside_posterior_and_the_distance_from_the_record(report: Report) -> None:
    text = estimation_text(report)
    assert text.startswith(estimation_headline(report))
    assert "0.60 [-0.20, 1.50]" in text
    assert "97 %" in text
    assert "2 to 3" in text
    assert "agrees with the fit" in text
    assert "in_force, leader" in text


def test_the_report_is_json(report: Report) -> None:
    told = json.loads(json_text(estimation_json(report)))
    assert told["replay"]["holds"] is True
    assert told["responses"][0]["combat"]["mean"] == 0.04
    assert told["fitted"][0]["recorded"] == [2, 3]
