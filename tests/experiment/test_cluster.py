"""A Dask cluster plays the same bytes; what may not take part is refused; what dies is replaced or told."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import signal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sim.cli import main
from sim.experiment import Plan, Step, run_plan, verify
from sim.experiment.cluster import joined
from sim.reading import InputError, TaskError
from sim.world import BLOCK
from stand_in import bytes_of, play

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

    from sim.scenario import Scenario

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="the extra cluster is not installed"),
    pytest.mark.filterwarnings("default:::distributed", "default:::dask", "default:::tornado"),
]

TRIALS = 5 * BLOCK + 17


@pytest.fixture(scope="module")
def distributed() -> ModuleType:
    """Dask, which is slow to import: here, and not where tests are collected."""
    return importlib.import_module("distributed")


@pytest.fixture(scope="module")
def address(distributed: ModuleType) -> Iterator[str]:
    """A cluster within this process: two workers of two threads."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=2, processes=False, dashboard_address=":0", protocol="tcp://"
    ) as cluster:
        yield cluster.scheduler_address


def test_a_cluster_gives_the_bytes_of_one_process(point: Scenario, tmp_path: Path, address: str) -> None:
    plan = Plan.of(point, trials=TRIALS, seed=1)
    one = run_plan(plan, out=tmp_path / "one", play=play)
    with joined(address, plan, tmp_path / "many") as cluster:
        assert cluster.width == 4
        many = run_plan(plan, out=tmp_path / "many", play=play, executor=cluster)
    assert bytes_of(tmp_path / "many") == bytes_of(tmp_path / "one")
    assert many.summary() == one.summary()
    assert verify(tmp_path / "many") == []
    assert {path.name for path in (tmp_path / "many").iterdir()} == {"manifest.json", "parts"}


@pytest.mark.slow  # for the charts: each is drawn by a process of its own
@pytest.mark.parametrize("command", [["run", "baseline"], ["compare", "outsider", "member"], ["sweep", "axes.yaml"]])
def test_commands_take_a_cluster(
    tmp_path: Path,
    address: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "axes.yaml").write_text(
        "name: axes\ntitle: One axis\nasks: Is it the same?\narms: [outsider, member]\ndesign: list\ntrials: 9\n"
        "axes:\n  perception.bias: [0, 1, 2, 3, 4]\n"
    )
    words = [*command, "--trials", "40", "--set", "horizon=2", "--json"]
    answers = []
    for name, more in {"one": ["--jobs", "1"], "many": ["--cluster", address]}.items():
        assert main([*words, "--out", str(tmp_path / name), *more]) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "many")
    assert answers[0]["trials"] == answers[1]["trials"]
    assert "--cluster" not in answers[1]["again"]


def told(capsys: pytest.CaptureFixture[str], out: Path, *more: str) -> str:
    """What a command says that is refused; nothing is left of it."""
    assert main(["run", "baseline", "--trials", "40", "--out", str(out), *more]) == 2
    captured = capsys.readouterr()
    assert not out.exists()
    assert "Traceback" not in captured.err
    return captured.err


@pytest.mark.parametrize("wrong", ["foo", "", "http://127.0.0.1:80", "127.0.0.1:port", "tcp://127.0.0.1:9"])
def test_no_scheduler_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setattr("sim.experiment.cluster.PATIENCE", 0.2)
    found = told(capsys, tmp_path / "out", "--cluster", wrong)
    assert f"--cluster {wrong}: there is no scheduler" in found
    assert "tcp://10.0.0.1:8786" in found


def test_the_missing_extra_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert "pip install 'article4[cluster]'" in told(capsys, tmp_path / "out", "--cluster", "tcp://127.0.0.1:9")


def test_jobs_are_of_this_machine(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "--jobs" in told(capsys, tmp_path / "out", "--cluster", "tcp://127.0.0.1:9", "--jobs", "2")


def test_a_scheduler_without_workers_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, distributed: ModuleType
) -> None:
    with distributed.LocalCluster(n_workers=0, processes=False, dashboard_address=":0", protocol="tcp://") as cluster:
        monkeypatch.setattr("sim.experiment.cluster.PATIENCE", 0.5)
        found = told(capsys, tmp_path / "out", "--cluster", cluster.scheduler_address)
    assert "has no workers" in found
    assert f"dask worker {cluster.scheduler_address}" in found


def test_other_code_or_record_is_refused(point: Scenario, tmp_path: Path, address: str) -> None:
    plan = Plan.of(point, trials=9, seed=1)
    key = next(iter(plan.made_of["record"]))
    other = {"code": {**plan.made_of["code"], "world": "0" * 64}, "record": {**plan.made_of["record"], key: {"x": [1]}}}
    with (
        pytest.raises(InputError, match=r"worker at tcp://\S+ has another version of article4") as caught,
        joined(address, replace(plan, made_of={**plan.made_of, **other}), tmp_path / "out"),
    ):
        pytest.fail("it was let in")
    assert len(caught.value.problems) == 2
    assert "code.world has changed" in str(caught.value)
    assert f"record.{key}" in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_versions_are_compared(
    point: Scenario, tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch, distributed: ModuleType
) -> None:
    asked = distributed.Client.get_versions

    def changed(client: Any, **more: Any) -> Any:
        found = asked(client, **more)
        found["scheduler"]["packages"]["dask"] = "2020.1.0"
        for about in found["workers"].values():
            about["packages"] |= {"article4": None, "python": "3.99.1.final.0"}
        return found

    monkeypatch.setattr(distributed.Client, "get_versions", changed)
    with (
        pytest.raises(InputError) as caught,
        joined(address, Plan.of(point, trials=9, seed=1), tmp_path / "out"),
    ):
        pytest.fail("it was let in")
    assert len(caught.value.problems) == 5
    assert "the scheduler" in str(caught.value)
    assert "has dask 2020.1.0, this process 20" in str(caught.value)
    assert "has article4 not installed, this process" in str(caught.value)
    assert "has python 3.99, this process 3." in str(caught.value)


def test_a_worker_that_loses_the_directory_stops_the_run(point: Scenario, tmp_path: Path, address: str) -> None:
    out = tmp_path / "out"

    def gone(step: Step) -> None:
        if step.failed is None:
            next(out.glob(".cluster.*")).write_text("another cluster's")

    plan = Plan.of(point, trials=16 * BLOCK, seed=1)
    with pytest.raises(TaskError, match="does not see the directory"), joined(address, plan, out) as cluster:
        run_plan(plan, out=out, play=play, executor=cluster, progress=gone)
    assert any("not finished" in str(problem) for problem in verify(out))


def test_a_directory_that_cannot_be_is_told(point: Scenario, tmp_path: Path, address: str) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(InputError, match="cannot be written to"),
        joined(address, Plan.of(point, trials=9, seed=1), tmp_path / "file" / "out"),
    ):
        pytest.fail("it was made")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_keeps_what_is_done(point: Scenario, tmp_path: Path, address: str) -> None:
    def interrupted(step: Step) -> None:
        if step.trials >= 2 * BLOCK:
            os.kill(os.getpid(), signal.SIGINT)

    plan = Plan.of(point, trials=TRIALS, seed=1)
    with pytest.raises(KeyboardInterrupt), joined(address, plan, tmp_path / "out") as cluster:
        run_plan(plan, out=tmp_path / "out", play=play, executor=cluster, progress=interrupted)
    run_plan(plan, out=tmp_path / "out", play=play)
    assert verify(tmp_path / "out") == []
