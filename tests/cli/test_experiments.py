"""Comparisons, sweeps, searches and decompositions as a user types them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sim import experiment
from sim.cli import main
from sim.view import words

if TYPE_CHECKING:
    from pathlib import Path

SHORT = ["--set", "horizon=3", "--jobs", "1"]
PAIR = ["compare", "outsider", "member", "--trials", "60", *SHORT]
SWEEP = """
title: A small sweep
asks: What moves it?
base: {base}
design: grid
axes:
  environment.threat.start: [0.3, 1.0]
  states.Russia.resolve.shift: [0, 4]
trials: 30
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def answered(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main([*arguments, "--json"]) == 0
    captured = capsys.readouterr()
    assert all("worlds" in line for line in captured.err.splitlines())  # progress, on a busy machine
    answer: dict[str, Any] = json.loads(captured.out)
    assert {"command", "seed", "out"} <= answer.keys()
    return answer


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(list(arguments)) == 2
    captured = capsys.readouterr()
    assert not captured.out
    assert "Traceback" not in captured.err
    return captured.err


def test_compare_answers_first_and_leaves_trials_and_charts(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = printed(capsys, *PAIR)
    assert out.startswith("With member in place of outsider, Iran is attacked")
    assert "60 worlds an arm on the same draws, seed 1." in out
    assert "[fiat: cover is set, whatever the members would have decided]" in out
    directory = next((tmp_path / "runs").iterdir())
    assert directory.name.startswith("outsider-vs-member-")
    assert {"manifest.json", "parts", "chart.png", "chart.svg"} == {path.name for path in directory.iterdir()}
    assert out.splitlines()[-1].endswith("article4 compare outsider member --trials 60 --seed 1 --set horizon=3")
    assert "is sound" in printed(capsys, "verify", str(directory))


def test_compare_json_has_what_the_contract_names(capsys: pytest.CaptureFixture[str]) -> None:
    answer = answered(capsys, *PAIR, "--out", "here")
    assert (answer["command"], answer["control"], answer["trials"]) == ("compare", "outsider", 60)
    assert list(answer["arms"]) == ["outsider", "member"]
    arm = answer["arms"]["member"]
    assert {"metrics", "outcomes", "effect", "hazard_ratio", "strata", "bounds"} <= arm.keys()
    assert set(arm["effect"]) == set(words.METRICS)
    assert set(arm["strata"]) == {"never", "deterred", "provoked", "regardless"}
    assert sum(stratum["count"] for stratum in arm["strata"].values()) == 60
    assert set(arm["bounds"]) == {"deterred", "provoked"}
    assert len(arm["survival"]) == 3
    assert experiment.stored_experiment("here").to_json()["arms"] == answer["arms"]
    assert len(printed(capsys, *PAIR, "--out", "here", "--quiet").splitlines()) == 1


def test_a_stored_run_is_an_arm(capsys: pytest.CaptureFixture[str]) -> None:
    experiment.run("member", 60, 7, overrides=["horizon=3"], out="stored")
    mixed = answered(capsys, "compare", "outsider@horizon=3", "stored", "--trials", "60", "--jobs", "1")
    assert mixed["seed"] == 7
    fresh = experiment.compare("outsider", "member", trials=60, seed=7, overrides=["horizon=3"]).to_json()
    assert mixed["arms"]["member"]["effect"] == fresh["arms"]["member"]["effect"]
    told = refused(capsys, "compare", "outsider@horizon=3", "stored", "--seed", "8")
    assert "trials of different seeds are no pairs" in told


def test_a_sweep_leaves_table_arrays_and_chart(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SWEEP.format(base="member"), encoding="utf-8")
    out = printed(capsys, "sweep", "small.yaml", *SHORT, "--out", "here")
    assert out.startswith("Iran is attacked within 3 months in ")
    assert {"sweep.csv", "sweep.nc", "chart.png", "chart.svg"} <= {path.name for path in (tmp_path / "here").iterdir()}
    answer = answered(capsys, "sweep", "small.yaml", *SHORT, "--out", "here")
    assert answer["axes"] == {"environment.threat.start": [0.3, 1.0], "states.Russia.resolve.shift": [0, 4]}
    assert [point["at"] for point in answer["points"]][1] == {
        "environment.threat.start": 0.3,
        "states.Russia.resolve.shift": 4,
    }
    assert all("metrics" in point for point in answer["points"])
    assert "4 points of member" in printed(capsys, "sweep", "small.yaml", "--dry-run")


@pytest.mark.slow
def test_sweeps_are_compared_point_by_point(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for base in ("outsider", "member"):
        (tmp_path / f"{base}-sweep.yaml").write_text(SWEEP.format(base=base), encoding="utf-8")
    both = ["compare", "outsider-sweep.yaml", "member-sweep.yaml", *SHORT]
    answer = answered(capsys, *both, "--out", "files")
    assert answer["arms"] == ["outsider", "member"]
    assert all("hazard_ratio" in point["arms"]["member"] for point in answer["points"])
    for base in ("outsider", "member"):
        printed(capsys, "sweep", f"{base}-sweep.yaml", *SHORT, "--out", base)
    stored = answered(capsys, "compare", "./outsider", "./member", "--jobs", "1", "--out", "dirs")
    assert stored["points"] == answer["points"]
    assert "is no sweep" in refused(capsys, "compare", "outsider-sweep.yaml", "member")
    (tmp_path / "other.yaml").write_text(SWEEP.format(base="member").replace("0.3", "0.4"), encoding="utf-8")
    assert "their points differ" in refused(capsys, "compare", "outsider-sweep.yaml", "other.yaml")
    assert "their own seed" in refused(capsys, *both, "--seed", "3")


def test_breakeven_says_what_it_would_take(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["breakeven", "member", "--parameter", "states.Russia.resolve.shift", "--trials", "40", *SHORT]
    answer = answered(capsys, *asked, "--target", "0.1", "--between", "0", "12")
    assert {"parameter", "metric", "target", "reached", "value", "interval", "achieved"} <= answer.keys()
    out = printed(capsys, *asked, "--target", "0.0001", "--between", "-1", "0")
    assert out.startswith('Out of reach: "attacked at all" in member does not come to')
    effect = [*asked, "--target", "0.9", "--metric", "hazard_ratio", "--against", "outsider", "--between", "0", "12"]
    assert "hazard ratio of member over outsider" in printed(capsys, *effect, "--quiet")
    assert "unknown name" in refused(capsys, *asked[:3], "states.Rusia.resolve.shift", "--target", "0.5")


def test_decompose_adds_up(capsys: pytest.CaptureFixture[str]) -> None:
    answer = answered(capsys, "decompose", "outsider", "member", "--trials", "60", *SHORT)
    for told in answer["metrics"].values():
        if told["effect"]["mean"] is not None:
            shares = sum(share["mean"] for share in told["shares"].values())
            assert shares == pytest.approx(told["effect"]["mean"], abs=1e-12)
    out = printed(capsys, "decompose", "outsider", "member", "--trials", "60", *SHORT)
    assert out.startswith("member in place of outsider changes the monthly hazard of attack by ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compare", "outsider"], "two arms or more"),
        (["compare", "outsider", "kazakhstan-2022"], "different states or roles"),
        (["compare", "outsider", "member", "--precision", "-1"], "precision"),
        (["compare", "outsider", "member@states.Rusia.resolve.shift=1"], 'Did you mean "Russia"'),
        (["compare", "outsider", "no/such/place"], "there is no scenario of this name"),
        (["sweep", "nosuch"], "There are: council"),
        (["sweep", "/dev/null"], "sweep"),
        (["decompose", "outsider", "member", "--trials", "0"], "trials"),
        (["breakeven", "member", "--parameter", "perception.bias"], "target"),
        (["breakeven", "member", "--parameter", "perception.bias", "--target", "nan"], "finite number"),
        (["run", "member", "--precision", "nan"], "precision"),
    ],
)
def test_mistakes_are_told_and_nothing_is_left(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], message: str
) -> None:
    assert message in refused(capsys, *arguments)
    assert not list(tmp_path.iterdir())
