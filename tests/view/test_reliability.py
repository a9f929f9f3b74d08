"""The reliability diagram, and the sentences of the backtests, on made-up results."""

from __future__ import annotations

from typing import Any

import pytest

from sim.view.backtest import backtest_line, backtest_text, recent_line
from sim.view.gallery import plot
from sim.view.reliability import reliability_rows


def score(log: float | None, low: float = -0.2, high: float = -0.1, n: int = 6) -> dict[str, Any]:
    ends = None if log is None else [low, high]
    return {"log": log, "brier": log, "rps": log, "intervals": {"log": ends, "brier": ends, "rps": ends}, "n": n}


def made(difference: tuple[float, float, float] = (-0.3, -0.5, -0.1), best: str = "model") -> dict[str, Any]:
    mean, low, high = difference
    reference = score(0.9) | {"model": score(0.6), "difference": score(mean, low, high)}
    none = score(None, n=0) | {"model": score(None, n=0), "difference": score(None, n=0)}
    references = {"base_rate": reference, "literature": none, "constant_hazard": reference}
    scores = {"model": score(0.6), "references": references}
    hazards = {
        name: score(0.8) | {"difference": score(0.1, -0.2, 0.3)} for name in ("2010-2024", "april-december-2024")
    }
    bins = [{"forecast": 0.1, "observed": 0.0, "interval": [0.0, 0.4], "n": 6}]
    bins.append({"forecast": 0.7, "observed": 0.5, "interval": [0.2, 0.8], "n": 6})
    return {
        "command": "backtest",
        "seed": 1,
        "cases": [{"id": "a", "left_out": {"pareto_k": 0.4}}],
        "scores": scores | {"groups": {"attacks": scores}},
        "since_2025": {"cases": ["a"], "forecasts": {"model": score(0.6), **hazards}, "lowest_log": best},
        "misses": [{"id": "a", "title": "t", "who": "Russia", "happened": "aid", "probability": 0.1, "log": 2.3}],
        "reliability": {"aid or more": bins, "overt attack": bins[:1], "combat": bins},
        "left_out": {"trusted_up_to": 0.7, "refitted": [], "untrusted": []},
        "notes": ["a note"],
    }


@pytest.mark.parametrize(
    ("difference", "said"),
    [
        ((-0.3, -0.5, -0.1), "is better than the base rate"),
        ((0.3, 0.1, 0.5), "is worse than the base rate"),
        ((-0.3, -0.7, 0.1), "is not told apart from the base rate"),
    ],
)
def test_the_answer_says_which_is_better(difference: tuple[float, float, float], said: str) -> None:
    assert said in backtest_line(made(difference))


def test_whichever_forecasts_best_is_named_first() -> None:
    assert recent_line(made()).startswith("The model forecast best in the 1 case since 2025")
    worse = recent_line(made(best="april-december-2024"))
    assert worse.startswith("The constant hazard of April-December 2024 forecast best")
    assert "in neither direction" in worse


def test_what_is_not_known_is_left_out_of_the_tables() -> None:
    text = backtest_text(made())
    assert "literature" not in text
    assert "nan" not in text.casefold()
    assert "Pareto k up to 0.40" in text


def test_every_bin_is_drawn_with_its_interval() -> None:
    rows = reliability_rows(made())
    assert [(row["forecast"], row["low"], row["high"]) for row in rows] == [
        (0.1, 0.0, 0.4),
        (0.7, 0.2, 0.8),
        (0.1, 0.0, 0.4),
    ]
    assert [row["label"] for row in rows if row["last"]] == ["aid or more", "an overt attack in a quarter"]
    specification = plot(made()).to_dict()
    assert " ".join(specification["title"]["text"]).replace("\u00a0", " ") == backtest_line(made())
