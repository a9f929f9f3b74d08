"""Schedulers and workers that are processes of their own: killed, or of another version of article4."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import sim
from sim.experiment import Plan, Step, run_plan, verify
from sim.experiment.cluster import joined
from sim.reading import InputError, TaskError
from sim.world import BLOCK
from stand_in import bytes_of, dies_in_block_2, play, slow

if TYPE_CHECKING:
    from sim.scenario import Scenario

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="the extra cluster is not installed"),
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
    pytest.mark.filterwarnings("default:::distributed", "default:::dask", "default:::tornado"),
]

Begin = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Start `dask scheduler` or `dask worker`, which find each other by a file."""
    begun: list[subprocess.Popen[bytes]] = []
    (tmp_path / "pids").mkdir()

    def start(kind: str, *more: str, code: Path | None = None) -> subprocess.Popen[bytes]:
        path = [str(code)] if code else []
        path += [str(Path(__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--scheduler-file", "scheduler.json", *more],
            cwd=tmp_path,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(path),
                "STAND_IN_PIDS": str(tmp_path / "pids"),
                "DASK_TEMPORARY_DIRECTORY": str(tmp_path / "scratch"),
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        begun.append(process)
        return process

    yield start
    for sign in (signal.SIGTERM, signal.SIGKILL):
        for process in reversed(begun):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, sign)
        for process in begun:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)


@pytest.fixture
def scheduler(begin: Begin) -> subprocess.Popen[bytes]:
    return begin("scheduler", "--host", "127.0.0.1", "--port", "0", "--dashboard-address", ":0")


def worker(begin: Begin, code: Path | None = None, workers: int = 1) -> subprocess.Popen[bytes]:
    return begin("worker", "--nworkers", str(workers), "--nthreads", "1", "--dashboard-address", ":0", code=code)


def address_of(tmp_path: Path, workers: int) -> str:
    """The address of the scheduler, once it has so many workers."""
    file = tmp_path / "scheduler.json"
    until(file.exists)
    until(lambda: file.read_text().endswith("}"))
    address = str(json.loads(file.read_text())["address"])
    distributed = importlib.import_module("distributed")  # slow to import: here, and not where tests are collected
    with distributed.Client(address, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=60)
    return address


def until(met: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.mark.usefixtures("scheduler")
def test_a_killed_worker_changes_no_byte(begin: Begin, point: Scenario, tmp_path: Path) -> None:
    worker(begin, workers=2)
    address = address_of(tmp_path, 2)
    plan = Plan.of(point, trials=24 * BLOCK + 5, seed=1)
    killed: list[int] = []

    def step_taken(step: Step) -> None:
        if step.trials >= 4 * BLOCK and not killed:
            killed.append(min(int(path.name) for path in (tmp_path / "pids").iterdir()))
            os.kill(killed[0], signal.SIGKILL)

    with joined(address, plan, tmp_path / "many") as cluster:
        run_plan(plan, out=tmp_path / "many", play=slow, executor=cluster, progress=step_taken)
    assert len(list((tmp_path / "pids").iterdir())) >= 2, "only one worker played"
    run_plan(plan, out=tmp_path / "one", play=play)
    assert bytes_of(tmp_path / "many") == bytes_of(tmp_path / "one")
    assert verify(tmp_path / "many") == []


@pytest.mark.usefixtures("scheduler")
def test_a_task_that_kills_its_workers_is_given_up_and_the_rest_is_done(
    begin: Begin, point: Scenario, tmp_path: Path
) -> None:
    worker(begin, workers=2)
    address = address_of(tmp_path, 2)
    plan = Plan.of(point, trials=8 * BLOCK, seed=1)
    with (
        pytest.raises(
            TaskError, match=r"trials 8,192 to 12,287: KilledWorker: .*\n1 task failed. What was done is kept"
        ),
        joined(address, plan, tmp_path / "out") as cluster,
    ):
        run_plan(plan, out=tmp_path / "out", play=dies_in_block_2, executor=cluster)
    assert "not finished: 1 of 8 parts are missing" in str(verify(tmp_path / "out")[0])


def test_a_killed_scheduler_ends_the_run_and_keeps_what_was_done(
    scheduler: subprocess.Popen[bytes], begin: Begin, point: Scenario, tmp_path: Path
) -> None:
    worker(begin, workers=1)
    address = address_of(tmp_path, 1)
    plan = Plan.of(point, trials=40 * BLOCK, seed=1)

    def step_taken(step: Step) -> None:
        if step.trials >= 4 * BLOCK:
            scheduler.kill()

    began = time.monotonic()
    with (
        pytest.raises(TaskError, match=r"scheduler[\s\S]*What was done is kept in"),
        joined(address, plan, tmp_path / "out") as cluster,
    ):
        run_plan(plan, out=tmp_path / "out", play=slow, executor=cluster, progress=step_taken)
    assert time.monotonic() - began < 40
    again: list[Step] = []
    run_plan(plan, out=tmp_path / "out", play=play, progress=again.append)
    assert 0 < again[-1].played <= 36 * BLOCK
    assert verify(tmp_path / "out") == []


def other_version(tmp_path: Path) -> Path:
    """A copy of the package of which a rule of the world differs by a comment."""
    copy = tmp_path / "other"
    package = Path(str(sim.__file__)).parent
    shutil.copytree(package, copy / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("seeds", "scenarios"):
        (copy.parent / folder).symlink_to(sim.record.data_folder() / folder)
    with (copy / "sim" / "world" / "council.py").open("a") as file:
        file.write("# changed\n")
    return copy


@pytest.mark.usefixtures("scheduler")
def test_a_worker_of_another_version_is_refused_whenever_it_comes(
    begin: Begin, point: Scenario, tmp_path: Path
) -> None:
    sound, other = worker(begin), other_version(tmp_path)
    address = address_of(tmp_path, 1)
    plan = Plan.of(point, trials=60 * BLOCK, seed=1)
    come: list[object] = []

    def step_taken(_: Step) -> None:
        if not come:
            come.append(worker(begin, other))
            address_of(tmp_path, 2)

    with (
        pytest.raises(TaskError, match=r"a worker on \S+ has another version of article4 .*code.world has changed"),
        joined(address, plan, tmp_path / "out") as cluster,
    ):
        run_plan(plan, out=tmp_path / "out", play=slow, executor=cluster, progress=step_taken)
    with (
        pytest.raises(
            InputError, match=r"the worker at tcp://\S+ has another version .*code.world has changed"
        ) as caught,
        joined(address, plan, tmp_path / "out"),
    ):
        pytest.fail("it was let in")
    assert len(caught.value.problems) == 1
    assert sound.poll() is None
    run_plan(plan, out=tmp_path / "out", play=play)
    run_plan(plan, out=tmp_path / "one", play=play)
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "one")
