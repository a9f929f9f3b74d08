from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sim.experiment import Plan, Step, run, verify
from sim.experiment import execute as execution
from sim.experiment.carry import Work
from sim.experiment.execute import AHEAD, execute
from sim.experiment.pool import WorkerPool
from sim.reading import TaskError
from sim.world import BLOCK
from stand_in import bytes_of, dies_in_block_2, fails_in_block_1, play

if TYPE_CHECKING:
    import subprocess

    from sim.scenario import Scenario

TRIALS = 5 * BLOCK + 17

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start workers however short the run."""
    monkeypatch.setattr(execution, "POOL_PAYS", 0.0)


def test_short_runs_start_no_process(point: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "WorkerPool", lambda _: pytest.fail("a pool was started"))
    run(point, TRIALS, jobs=8, play=play)


def test_any_executor_will_do(point: Scenario, tmp_path: Path) -> None:
    expected = run(point, TRIALS, play=play).summary()
    with ThreadPoolExecutor(3) as threads:
        found = run(point, TRIALS, executor=threads, out=tmp_path, play=play)
        assert threads.submit(int).result() == 0  # not shut down
    assert found.summary() == expected
    assert verify(tmp_path) == []


def test_results_come_in_order_and_few_are_under_way(point: Scenario) -> None:
    under_way = most = 0

    class Counting:
        def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            future: Future[Any] = Future()
            future.set_result(function(*arguments))
            return future

    plan = Plan.of(point, trials=20 * BLOCK, seed=1)
    keys = []
    for result in execute(plan.tasks(), Work(play, None), count=20, executor=Counting()):
        under_way -= 1
        keys.append(result.task.key)
    assert keys == [task.key for task in plan.tasks()]
    assert most == AHEAD


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.usefixtures("eager")
def test_a_failed_task_is_told_and_the_others_are_done(point: Scenario, tmp_path: Path, jobs: int) -> None:
    steps: list[Step] = []
    with pytest.raises(TaskError, match=r"trials 4,096 to 8,191: ZeroDivisionError: a rule divided by zero") as caught:
        run(point, TRIALS, jobs=jobs, out=tmp_path, progress=steps.append, play=fails_in_block_1)
    assert "fails_in_block_1" in caught.value.__notes__[0]
    assert [step.failed is not None for step in steps] == [False, True, False, False, False, False]
    assert steps[-1].trials == TRIALS - BLOCK
    held = json.loads((tmp_path / "manifest.json").read_text())
    assert held["finished"] is None
    assert "ZeroDivisionError" in held["failed"][0]["traceback"]
    assert "not finished: 1 of 6 parts are missing" in str(verify(tmp_path)[0])
    run(point, TRIALS, out=tmp_path, play=play)
    assert verify(tmp_path) == []
    assert json.loads((tmp_path / "manifest.json").read_text())["failed"] == []


@pytest.mark.usefixtures("eager")
def test_a_dead_worker_ends_the_run_with_a_word(point: Scenario, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="a worker process died"):
        run(point, TRIALS, jobs=2, out=tmp_path, play=dies_in_block_2)
    run(point, TRIALS, out=tmp_path, play=play)
    assert verify(tmp_path) == []


def test_a_full_disk_stops_the_run(point: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sim.experiment.store.write_part", full)
    steps: list[Step] = []
    with pytest.raises(TaskError, match="No space left on device"):
        run(point, TRIALS, out=tmp_path, progress=steps.append, play=play)
    assert len(steps) == 1
    assert not list((tmp_path / "parts").iterdir())


def test_progress_counts_what_was_played_and_what_lay_there(point: Scenario, tmp_path: Path) -> None:
    run(point, BLOCK, out=tmp_path, play=play)
    steps: list[Step] = []
    run(point, BLOCK + 5, out=tmp_path, progress=steps.append, play=play)
    assert steps == [Step(BLOCK, BLOCK + 5, 0, None), Step(BLOCK + 5, BLOCK + 5, 5, None)]


def test_ctrl_c_keeps_what_is_done(point: Scenario, tmp_path: Path) -> None:
    def interrupted(step: Step) -> None:
        if step.trials >= 2 * BLOCK:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(point, TRIALS, out=tmp_path, progress=interrupted, play=play)
    assert "not finished: 4 of 6 parts are missing" in str(verify(tmp_path)[0])


LONG = """
import sys
import sim.experiment.execute as execution
from sim.experiment import run
from stand_in import slow
execution.POOL_PAYS = 0.0
run("member", {trials}, jobs={jobs}, out="{out}", play=slow)
"""


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(met: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def killed_in_the_middle(process: subprocess.Popen[str], out: Path, pids: Path) -> Iterator[int]:
    parts = out / "parts"
    until(lambda: process.poll() is not None or len(list(parts.glob("*.parquet"))) >= 3)
    assert process.poll() is None, process.stderr and process.stderr.read()
    for path in pids.iterdir():
        yield int(path.name)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_killed_run_of_two_workers_goes_on_to_the_same_bytes(point: Scenario, tmp_path: Path, start: Start) -> None:
    """Of one process: tests/experiment/test_kills.py."""
    trials = 12 * BLOCK + 99
    pids = tmp_path / "pids"
    pids.mkdir()
    process = start(LONG.format(trials=trials, jobs=2, out=tmp_path / "killed"), STAND_IN_PIDS=str(pids))
    workers = list(killed_in_the_middle(process, tmp_path / "killed", pids))
    process.kill()
    process.communicate()
    until(lambda: not any(alive(worker) for worker in workers))
    assert len(list((tmp_path / "killed" / "parts").glob("*.parquet"))) < 13
    played: list[Step] = []
    run(point, trials, out=tmp_path / "killed", progress=played.append, play=play)
    assert 0 < played[-1].played < trials
    run(point, trials, out=tmp_path / "whole", play=play)
    assert bytes_of(tmp_path / "killed") == bytes_of(tmp_path / "whole")
    assert verify(tmp_path / "killed") == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_at_a_terminal_stops_the_workers_too(tmp_path: Path, start: Start) -> None:
    pids = tmp_path / "pids"
    pids.mkdir()
    out = tmp_path / "stopped"
    process = start(LONG.format(trials=40 * BLOCK, jobs=2, out=out), STAND_IN_PIDS=str(pids))
    workers = list(killed_in_the_middle(process, out, pids))
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode in {-signal.SIGINT, 130}
    assert errors.count("Traceback") == 1
    assert errors.rstrip().endswith("KeyboardInterrupt")
    until(lambda: not any(alive(worker) for worker in workers))
    problems = verify(out)
    assert len(problems) == 1
    assert "not finished" in str(problems[0])
    assert not list((out / "parts").glob(".*"))


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_two_processes_share_a_directory(point: Scenario, tmp_path: Path, start: Start) -> None:
    out = tmp_path / "shared"
    both = [start(LONG.format(trials=trials, jobs=1, out=out)) for trials in (6 * BLOCK, 7 * BLOCK + 3)]
    for process in both:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    run(point, 7 * BLOCK + 3, out=tmp_path / "alone", play=play)
    assert bytes_of(out) == bytes_of(tmp_path / "alone")
    assert verify(out) == []


UNGUARDED = """
import sys
print("begun", flush=True)
import sim.experiment.execute as execution
from sim.experiment import run
from stand_in import play
execution.POOL_PAYS = 0.0
result = run("member", 20_000, jobs=2, play=play)
main = sys.modules["__main__"]
assert main.__file__ == __file__ and main.result is result
print(result.summary().trials)
"""


def test_a_script_without_a_guard_runs_once(start: Start) -> None:
    process = start(UNGUARDED)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert output.split() == ["begun", "20000"]
    assert errors == ""


def test_workers_use_one_thread_and_the_parent_is_left_as_it_was() -> None:
    before = dict(os.environ)
    main = sys.modules["__main__"]
    with WorkerPool(1) as pool:
        threads = [pool.submit(os.getenv, name).result() for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")]
        assert threads == ["1", "1"]
    assert dict(os.environ) == before
    assert sys.modules["__main__"] is main
