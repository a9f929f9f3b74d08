"""`article4 backtest`, `article4 claims` and `article4 estimate --check` as a user meets them."""

from __future__ import annotations

import contextlib
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

import sim
from sim.cli import main

if TYPE_CHECKING:
    from pathlib import Path

FEW = ["--case", "pt-ly-2011-ru", "--case", "iran-2025-q2", "--case", "iran-2025-q3", "--trials", "1000"]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Where a backtest is stored, and what its command printed."""
    place = tmp_path_factory.mktemp("judged") / "run"
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert main(["backtest", *FEW, "--out", str(place)]) == 0
    return place, printed.getvalue()


@pytest.fixture
def stored(told: tuple[Path, str]) -> Path:
    return told[0]


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def test_the_answer_comes_first_and_whoever_wins_is_named(told: tuple[Path, str]) -> None:
    _, text = told
    assert text.startswith("On 3 cases left out of the fit the model is ")
    assert "forecast best in the 2 cases since 2025" in text
    assert "The worst misses" in text
    assert "Pareto k" in text


def test_json_and_files_of_a_backtest(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert {path.name for path in stored.iterdir()} >= {"backtest.json", "chart.png", "chart.svg"}
    assert main(["backtest", *FEW, "--json"]) == 0
    told = json.loads(said(capsys))
    kept = json.loads((stored / "backtest.json").read_text(encoding="utf-8"))
    assert told["scores"] == kept["scores"]
    assert told["out"] is None
    assert kept["out"] == str(stored)


def test_the_diagram_is_drawn_from_what_is_stored(
    stored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = tmp_path / "chart.json"
    assert main(["plot", str(stored), "-o", str(drawn), "--json"]) == 0
    told = json.loads(said(capsys))
    assert told["chart"] == "reliability"
    title = " ".join(json.loads(drawn.read_text(encoding="utf-8"))["title"]["text"])
    assert told["finding"] == title.replace("\u00a0", " ")
    assert main(["plot", str(stored), "--chart", "survival", "-o", str(drawn)]) == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["backtest", "--case", "kz-2023"], 'Did you mean "kz-2022"?'),
        (["backtest", "--trials", "10"], "not between 1,000"),
        (["backtest", "--refit"], "--out"),
        (["backtest", "--chart", "x.gif"], "x.gif"),
        (["claims", "--claim", "G999"], "no claim"),
        (["claims", "--trials", "10"], "trials"),
    ],
)
def test_a_mistake_is_told_without_a_traceback(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    errors = capsys.readouterr().err
    assert message in errors
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


def test_claims_as_text_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["claims", "--claim", "G001", "--claim", "G083", "--trials", "1000", "--search", "0", "--jobs", "1"]
    words += ["--out", str(tmp_path / "claims")]
    assert main(words) == 0
    text = said(capsys)
    assert text.startswith("Of 1 claims put to the model 0 are supported, 1 contradicted and 0 undecided.")
    assert "Claims assessed from the record" in text
    assert main([*words, "--json"]) == 0
    told: dict[str, Any] = json.loads(said(capsys))
    assert [(claim["id"], claim["kind"], claim["verdict"]) for claim in told["claims"]] == [
        ("G001", "input", None),
        ("G083", "emergent", "contradicted"),
    ]
    assert told["claims"][1]["test"]["threshold"] == 0.5
    assert 0.0 <= told["claims"][1]["probability"] <= 0.1


def test_the_fit_is_held_against_the_record(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["estimate", "--check", "--json"]) == 0
    found = json.loads(said(capsys))["predictive"]
    assert len(found["checks"]) == 8
    assert main(["estimate", "--check"]) == 0
    assert "Posterior predictive checks" in said(capsys)


def test_python_has_the_same_doors() -> None:
    assert sim.backtest(["pt-ly-2011-ru"], trials=1_000).to_json()["scores"]["model"]["n"] == 1
    assert sim.claims(["G001"]).claims[0]["assessment"] == "supported"
