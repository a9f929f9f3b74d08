from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from sim.cli import main
from sim.experiment import LEVELS as RECORDED_LEVELS
from sim.experiment import METRICS as RECORDED_METRICS
from sim.view import words
from sim.world import OUTCOMES

if TYPE_CHECKING:
    from pathlib import Path

TRIALS = ["--trials", "60", "--jobs", "1"]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def answered(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """The JSON object of a command that succeeds and says nothing else."""
    assert main([*arguments, "--json"]) == 0
    captured = capsys.readouterr()
    assert not captured.err
    answer: dict[str, Any] = json.loads(captured.out)
    assert {"command", "seed", "out"} <= answer.keys()
    return answer


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def test_words_exist_for_all_that_a_run_counts() -> None:
    assert tuple(words.OUTCOMES) == tuple(OUTCOMES)
    assert RECORDED_LEVELS == words.LEVELS
    assert {metric.name for metric in RECORDED_METRICS} == words.METRICS.keys()


def test_run_answers_first_and_leaves_run_and_charts(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = printed(capsys, "run", "baseline", *TRIALS)
    assert out.startswith("Iran is")
    assert "60 worlds, seed 1" in out
    directory = next((tmp_path / "runs").iterdir())
    assert directory.name.startswith("baseline-")
    assert {"manifest.json", "parts", "chart.png", "chart.svg"} == {path.name for path in directory.iterdir()}
    assert f"runs/{directory.name}/chart.svg" in out
    assert out.splitlines()[-1].endswith("article4 run baseline --trials 60 --seed 1")


def test_run_json_has_what_the_contract_names_charts_and_a_command_that_gives_it_again(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    answer = answered(capsys, "run", "baseline", *TRIALS, "--seed", "random", "--set", "horizon=6", "--out", "a b")
    assert (answer["command"], answer["out"]) == ("run", "a b")
    assert answer["scenario"] == "baseline"
    assert (answer["trials"], answer["horizon"]) == (60, 6)
    assert set(answer["metrics"]) == set(words.METRICS)
    assert abs(sum(answer["outcomes"].values()) - 1) < 1e-9
    assert set(answer["responses"]["Russia"]) == {"n", *words.LEVELS}
    assert set(answer["outcome_intervals"]) == set(answer["outcomes"])
    assert (tmp_path / "a b" / "chart.png").is_file()
    assert answer["charts"] == ["a b/chart.png", "a b/chart.svg"]
    assert "--seed random" not in answer["again"]
    assert "'a b'" in answer["again"]
    again = answered(
        capsys, "run", "baseline", "--trials", "60", "--seed", str(answer["seed"]), "--set", "horizon=6", "--out", "c"
    )
    assert again["metrics"] == answer["metrics"]
    assert again["horizon"] == 6


def test_one_trial_is_answered_truthfully(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "run", "baseline", "--trials", "1")
    assert out.startswith("One world was played")


def test_a_dry_run_plays_nothing_and_leaves_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = printed(capsys, "run", "baseline", *TRIALS, "--dry-run")
    assert out.startswith("Nothing was played.")
    answer = answered(capsys, "run", "baseline", *TRIALS, "--dry-run")
    assert answer["dry_run"] is True
    assert not list(tmp_path.iterdir())


def test_quiet_says_the_sentence_alone_and_verify_knows_a_sound_run_from_a_changed_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert len(printed(capsys, "run", "baseline", *TRIALS, "--out", "here", "--quiet").splitlines()) == 1
    assert "sound" in printed(capsys, "verify", "here")
    assert answered(capsys, "verify", "here")["sound"] is True
    part = next((tmp_path / "here" / "parts").glob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-1] + b"x")
    assert main(["verify", "here"]) == 2
    captured = capsys.readouterr()
    assert "does not match its digest" in captured.err
    assert "1 problem." in captured.err


def test_scenarios_are_listed_with_what_they_ask(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "scenarios")
    assert out.startswith("baseline")
    assert answered(capsys, "scenarios")["scenarios"][0]["name"] == "baseline"


def test_check_tells_every_parameter_with_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "check", "baseline", "--set", "choice.precision=5")
    assert out.startswith("baseline is valid:")
    answer = answered(capsys, "check", "baseline", "member", "--set", "choice.precision=5")
    assert [about["scenario"] for about in answer["scenarios"]] == ["baseline", "member"]
    rows = {row["name"]: row for row in answer["scenarios"][0]["parameters"]}
    assert rows["choice.precision"]["value"] == "5"
    assert "--set" in rows["choice.precision"]["origin"]
    assert "baseline.yaml:" in rows["response.in_force"]["origin"]
    assert rows["response.in_force"]["source"]


def test_the_record_is_listed_walked_and_checked(capsys: pytest.CaptureFixture[str]) -> None:
    entries = answered(capsys, "record", "list")["entries"]
    assert {"id", "kind", "title", "confidence"} <= entries[0].keys()
    assert entries[0]["id"] in printed(capsys, "record")
    tree = answered(capsys, "record", "show", "credibility.in_force")["entry"]
    assert tree["children"]
    assert printed(capsys, "record", "show", "credibility.in_force").startswith("credibility.in_force")
    assert answered(capsys, "record", "check")["valid"] is True


def test_the_estimate_is_reported_without_fitting(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "estimate", "--report")
    assert "Article 4 is invoked" in out.splitlines()[0]
    assert "left:" in out
    answer = answered(capsys, "estimate", "--report")
    assert answer["responses"][0]["guarantor"]


def test_the_calibration_is_reported_without_playing(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "calibrate", "--report")
    assert out.startswith("Ensemble latest (data to 2026-06)")
    assert "Ensemble 2024-12" in out
    assert "What history cannot tell apart" in out
    found = answered(capsys, "calibrate", "--report")["ensembles"]["latest"]
    assert {"parameters", "targets", "checks", "unchanged", "recovery"} <= found.keys()
    assert set(found["unchanged"]) <= {one["name"] for one in found["parameters"]}


def test_ctrl_c_stops_cleanly_says_how_to_go_on_and_then_it_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Worlds of one month, a hundred blocks of them: the first part is there soon, the last one long after."""
    asked = ["run", "baseline", "--set", "horizon=1", "--out", "here"]
    command = [sys.executable, "-m", "sim", *asked, "--trials", "400000", "--jobs", "1"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    began = time.monotonic()
    while not list((tmp_path / "here").glob("parts/part-*.parquet")) and time.monotonic() - began < 120:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert not out
    assert "Traceback" not in err
    assert err.strip().splitlines()[-1] == "article4 run baseline --trials 400000 --seed 1 --set horizon=1 --out here"
    assert "Interrupted: " in err
    assert answered(capsys, *asked, "--trials", "4096")["trials"] == 4096


def test_standard_output_is_pure_json_in_a_true_process(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sim", "run", "baseline", *TRIALS, "--set", "horizon=3", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env=os.environ | {"NO_COLOR": "1"},
    )
    answer = json.loads(done.stdout)
    assert (tmp_path / answer["charts"][0]).read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_sensitivity_leaves_table_and_charts_beside_the_trials(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    answer = answered(capsys, "sensitivity", "outsider", "member", *TRIALS, "--set", "horizon=3", "--out", "here")
    assert (answer["command"], answer["method"], answer["over"]) == ("sensitivity", "given_data", "sets")
    assert {path.name for path in (tmp_path / "here").iterdir()} >= {
        "sensitivity.png",
        "sensitivity.svg",
        "sensitivity.csv",
        "manifest.json",
    }
    assert printed(capsys, "sensitivity", "here", "--quiet").startswith(
        "What drives the effect of member in place of outsider on P(attack) cannot be told: values: 50 rows or more"
    )
    assert "article4 sensitivity outsider member --method given-data --trials 60 --seed 1" in answer["again"]


def test_sensitivity_says_what_it_would_play(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = printed(capsys, "sensitivity", "council", "--method", "sobol", "--base", "16", "--dry-run")
    assert "It would be 80 points of outsider, member, 1,000 worlds each, 160,000 worlds in all" in out
    assert "article4 sensitivity council --method sobol --trials 1000 --seed 1 --base 16" in out
    assert list(tmp_path.iterdir()) == []
