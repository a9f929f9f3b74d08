"""The backtests as a whole: what is scored, against what, and what is told."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.judge import AnswerCase, AttackCase, backtest, backtests, stored_backtest
from sim.judge.attacks import AttackForecast, forecast_attack, scenario_of
from sim.judge.hindcast import judged
from sim.judge.references import (
    HAZARDS,
    base_rate,
    literature_rate,
    poisson_rounds,
    quarter_rate,
    recorded,
    reliability,
    rounds_on_record,
)
from sim.reading import InputError
from sim.record.estimation_data import COUNCIL

if TYPE_CHECKING:
    from pathlib import Path

CASES = backtests()
ANSWERS = [case for case in CASES if isinstance(case, AnswerCase)]
ATTACKS = [case for case in CASES if isinstance(case, AttackCase)]
FEW = ["kz-2022", "pt-ly-2011-ru", "nk-2016", "iran-2024-q2", "iran-2025-q2", "iran-2025-q4"]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return backtest(FEW, trials=1_000, out=tmp_path_factory.mktemp("backtest") / "run").to_json()


def one(case: AttackCase, *rounds: float) -> AttackForecast:
    return AttackForecast(case, rounds, {"Israel": 1.0 - rounds[0], "United States": 0.0}, 1_000, 0.0, 500.0)


def test_json_has_what_is_promised(found: dict[str, Any]) -> None:
    assert {"command", "seed", "out", "cases", "scores"} <= set(found)
    assert [case["id"] for case in found["cases"]] == [case.id for case in CASES if case.id in FEW]
    for case in found["cases"]:
        assert {"id", "date", "forecast", "happened"} <= set(case)
    scores = found["scores"]
    assert {"brier", "log", "rps"} <= set(scores["model"])
    assert {"base_rate", "literature", "constant_hazard"} <= set(scores["references"])
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_it_is_stored_and_read_back(found: dict[str, Any]) -> None:
    assert stored_backtest(found["out"]) == found


def test_the_scores_are_the_means_of_the_cases(found: dict[str, Any]) -> None:
    """The log score of the two windows since 2025 from their forecasts, by hand; 2024 has been seen and is left out."""
    windows = {case["id"]: case for case in found["cases"] if case["form"] == "attack"}
    assert windows["iran-2024-q2"]["seen"] is True
    assert found["replayed"] == ["iran-2024-q2"]
    by_hand = [
        -math.log(windows["iran-2025-q2"]["forecast"]["rounds"]["1"]),
        -math.log(windows["iran-2025-q4"]["forecast"]["rounds"]["0"]),
    ]
    assert found["scores"]["groups"]["attacks"]["model"]["log"] == pytest.approx(np.mean(by_hand))
    assert found["scores"]["groups"]["attacks"]["model"]["n"] == 2
    assert found["scores"]["model"]["n"] == 5


def test_a_difference_is_model_less_reference_on_the_same_cases(found: dict[str, Any]) -> None:
    for group in (found["scores"], *found["scores"]["groups"].values()):
        for reference in group["references"].values():
            if reference["n"]:
                for name in ("brier", "log", "rps"):
                    expected = reference["model"][name] - reference[name]
                    assert reference["difference"][name] == pytest.approx(expected)
            else:
                assert reference["log"] is None


def test_the_crisis_that_cannot_be_reweighed_is_told(found: dict[str, Any]) -> None:
    assert found["left_out"]["refitted"] == ["kz-2022"]
    assert found["left_out"]["untrusted"] == []
    kazakhstan = next(case for case in found["cases"] if case["id"] == "kz-2022")
    assert kazakhstan["left_out"]["pareto_k"] > 0.7


def test_the_worst_miss_comes_first(found: dict[str, Any]) -> None:
    logs = [miss["log"] for miss in found["misses"]]
    assert logs == sorted(logs, reverse=True)
    assert found["misses"][0]["id"] == "kz-2022"
    assert "iran-2024-q2" not in {miss["id"] for miss in found["misses"]}


def test_whoever_forecasts_best_is_named() -> None:
    """A forecast that knew beats both hazards; one that was sure of peace loses to both."""
    windows = [case for case in ATTACKS if not case.seen]
    knew = [one(case, *(float(min(3, len(case.happened)) == count) for count in range(4))) for case in windows]
    blind = [one(case, 1.0, 0.0, 0.0, 0.0) for case in windows]
    for forecasts, best in ((knew, "model"), (blind, "april-december-2024")):
        told = judged(forecasts, CASES, seed=1, trials=1_000, out=None)
        assert told["since_2025"]["lowest_log"] == best
        assert len(told["since_2025"]["cases"]) == len(windows) == 6


def test_reliability_counts_every_settled_question_once() -> None:
    windows = [case for case in ATTACKS if not case.seen]
    told = judged([one(case, 0.4, 0.6, 0.0, 0.0) for case in windows], CASES, seed=1, trials=1_000, out=None)
    bins = told["reliability"]["overt attack"]
    assert sum(part["n"] for part in bins) == 2 * len(windows)
    israel = next(part for part in bins if part["forecast"] == pytest.approx(0.6))
    assert israel["n"] == 6
    assert israel["observed"] == pytest.approx(2 / 6)
    assert israel["interval"][0] < 2 / 6 < israel["interval"][1]


def test_constant_hazards_are_poisson() -> None:
    peace, since = HAZARDS
    assert (peace.rounds, peace.months, since.rounds, since.months) == (2, 180, 2, 9)
    assert peace.forecast(3)[0] == pytest.approx(math.exp(-3 * 2 / 180))
    assert sum(since.forecast(3)) == pytest.approx(1.0)
    assert poisson_rounds(2.0)[3] == pytest.approx(1.0 - math.exp(-2.0) * (1 + 2 + 2))


def test_the_record_has_the_rounds_that_the_hazards_count() -> None:
    rounds = rounds_on_record()
    assert sum(count for month, count in rounds.items() if "2010-01" <= month <= "2024-12") == HAZARDS[0].rounds
    assert sum(count for month, count in rounds.items() if "2024-04" <= month <= "2024-12") == HAZARDS[1].rounds
    begun = [one.month for case in ATTACKS for one in case.happened]
    assert sorted(month for month in rounds if month >= "2024") == sorted(begun)


def test_the_base_rate_does_not_know_the_crisis() -> None:
    """Of all patrons but those of the crisis: (count + 1/2) / (all + 2), by hand."""
    case = next(one for one in ANSWERS if one.id == "pt-ly-2011-ru")
    done = recorded(ANSWERS)
    others = [one for one in done if one.role == "leader" and one.low == one.high]
    mine = next(one for one in done if one.entries == frozenset(case.leaves_out))
    counts = [sum(one.low == level for one in others) - (mine.low == level) for level in range(4)]
    wanted = [(count + 0.5) / (sum(counts) + 2.0) for count in counts]
    assert base_rate("leader", case.leaves_out, done) == pytest.approx(wanted)
    assert base_rate("leader", [], done) != pytest.approx(wanted)


def test_the_rate_of_quarters_knows_nothing_of_later_ones() -> None:
    first, last = ATTACKS[0], ATTACKS[-1]
    assert quarter_rate(first, rounds_on_record())[0] == pytest.approx(56.5 / 58)
    before = quarter_rate(last, rounds_on_record())
    assert before == pytest.approx([(61 + 0.5) / 67, (4 + 0.5) / 67, 0.5 / 67, 0.5 / 67])


def test_the_literature_speaks_of_pacts_that_a_state_attacked() -> None:
    assert reliability(several=True) == (0, 21)
    assert reliability(several=False) == (6, 22)
    base = (0.5, 0.25, 0.15, 0.1)
    told = {case.id: literature_rate(case, base) for case in ANSWERS}
    spoken = [name for name, rate in told.items() if rate is not None]
    assert all(case.known.in_force and case.given.kind == "state" for case in ANSWERS if case.id in spoken)
    alliance = next(case for case in ANSWERS if case.id in spoken and COUNCIL in case.happened)
    rate = told[alliance.id]
    assert rate is not None
    assert rate[3] == pytest.approx(0.5 / 22)
    assert sum(rate) == pytest.approx(1.0)
    assert rate[0] / rate[1] == pytest.approx(2.0)


def test_a_window_is_counted_round_by_round() -> None:
    """With no opportunity for overt action nothing begins; else each round has one who takes part, or two."""
    case = next(one for one in ATTACKS if one.id == "iran-2025-q2")
    scenario = scenario_of(case)
    quiet = scenario.with_({"states.Israel.opportunity.overt": 0.0, "states.United States.opportunity.overt": 0.0})
    found = forecast_attack(case, quiet, trials=1_000, seed=1)
    assert found.rounds == pytest.approx((1.0, 0.0, 0.0, 0.0))
    assert set(found.overt.values()) == {0.0}
    plain = forecast_attack(case, scenario, trials=1_000, seed=1)
    assert sum(plain.rounds) == pytest.approx(1.0)
    assert 0.0 < max(plain.overt.values()) <= 1.0 - plain.rounds[0] + 1e-12
    assert sum(plain.overt.values()) >= 1.0 - plain.rounds[0] - 1e-12


def test_sets_that_do_not_count_change_nothing() -> None:
    """All weight on the first ten sets: as many effective sets, and only their worlds."""
    case = next(one for one in ATTACKS if one.id == "iran-2025-q2")
    weights = np.zeros(500)
    weights[:10] = 1.0
    found = forecast_attack(case, scenario_of(case), trials=1_000, seed=1, draw_weights=weights)
    assert found.effective == pytest.approx(10.0)
    assert all(20 * share == pytest.approx(round(20 * share)) for share in found.rounds)


@pytest.mark.parametrize(
    ("ids", "trials", "seed", "said"),
    [
        (["kz-202"], 1_000, 1, "Did you mean"),
        ([], 999, 1, "not between 1,000"),
        ([], 1_000, -1, "seed"),
    ],
)
def test_what_cannot_be_done_is_told(ids: list[str], trials: int, seed: int, said: str) -> None:
    with pytest.raises(InputError, match=said):
        backtest(ids, trials=trials, seed=seed)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    assert stored_backtest(tmp_path) is None
    (tmp_path / "backtest.json").write_text('{"command": "run"}', encoding="utf-8")
    with pytest.raises(InputError, match="not what"):
        stored_backtest(tmp_path)
