"""The same bytes, whoever plays the tasks, in whatever order, and however often somebody stops them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.experiment import Batch, Moments, Plan, Play, Points, Step, run, verify
from sim.experiment import execute as execution
from sim.experiment import plan as planning
from sim.experiment.carry import play as world
from sim.experiment.metrics import all_metrics
from sim.experiment.parts import write_part
from sim.world import BLOCK
from stand_in import bytes_of, play

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from sim.scenario import Scenario

Way = Callable[["Scenario", int, "Path", Play], object]
Start = Callable[..., "subprocess.Popen[str]"]
SEED = 11


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start workers however short the run."""
    monkeypatch.setattr(execution, "POOL_PAYS", 0.0)


class Reordering:
    """Begins nothing until a result is asked for; then does all it was given, the last first or shuffled."""

    def __init__(self, seed: int | None = None) -> None:
        self.held: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []
        self.order: list[int] = []
        self.seed = seed

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        future = Late(self)
        self.held.append((future, function, arguments))
        return future

    def do_all(self) -> None:
        held = self.held[::-1]
        if self.seed is not None:
            held = [held[k] for k in np.random.default_rng(self.seed).permutation(len(held))]
        self.held = []
        for future, function, arguments in held:
            self.order.append(arguments[1][0].block)
            future.set_result(function(*arguments))


class Late(Future[Any]):
    def __init__(self, owner: Reordering) -> None:
        super().__init__()
        self.owner = owner

    def result(self, timeout: float | None = None) -> Any:
        self.owner.do_all()
        return super().result(timeout)


def two_jobs(point: Scenario, trials: int, out: Path, how: Play) -> object:
    return run(point, trials, SEED, jobs=2, out=out, play=how).summary()


def backwards(point: Scenario, trials: int, out: Path, how: Play) -> object:
    executor = Reordering()
    found = run(point, trials, SEED, jobs=100, executor=executor, out=out, play=how).summary()
    assert executor.order == sorted(executor.order, reverse=True)
    return found


def shuffled(point: Scenario, trials: int, out: Path, how: Play) -> object:
    return run(point, trials, SEED, jobs=100, executor=Reordering(seed=5), out=out, play=how).summary()


def interrupted_at_every_task(point: Scenario, trials: int, out: Path, how: Play) -> object:
    def stop(step: Step) -> None:
        if step.played:
            raise KeyboardInterrupt

    turns = 0
    while True:
        try:
            found = run(point, trials, SEED, out=out, progress=stop, play=how)
        except KeyboardInterrupt:
            turns += 1
        else:
            break
    # The world plays several blocks at once; they are stored before the first of them is told.
    assert turns == (1 if how is world else -(-trials // BLOCK))
    return found.summary()


def grown(point: Scenario, trials: int, out: Path, how: Play) -> object:
    for fewer in (1, BLOCK - 1, BLOCK + 1):
        run(point, fewer, SEED, out=out, play=how)
    return run(point, trials, SEED, out=out, play=how).summary()


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("way", [two_jobs, backwards, shuffled, interrupted_at_every_task, grown])
@pytest.mark.parametrize(("how", "blocks"), [(play, 9), (world, 2)], ids=["stand-in", "world"])
def test_the_same_bytes_come_every_way(point: Scenario, tmp_path: Path, way: Way, how: Play, blocks: int) -> None:
    short = point.with_({"horizon": 1})
    trials = (blocks - 1) * BLOCK + 55
    straight = run(short, trials, SEED, out=tmp_path / "straight", play=how).summary()
    assert way(short, trials, tmp_path / "other", how) == straight
    assert digests(tmp_path / "other") == digests(tmp_path / "straight")
    assert verify(tmp_path / "other") == []


def digests(directory: Path) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in bytes_of(directory).items()}


UNGUARDED = """
import sim
import sim.experiment.execute as execution
execution.POOL_PAYS = 0.0
sim.run("member", {trials}, seed={seed}, jobs=2, out="{out}", overrides={{"horizon": 1}})
"""


@pytest.mark.slow
def test_a_script_without_a_guard_writes_them_too(point: Scenario, tmp_path: Path, start: Start) -> None:
    trials = 2 * BLOCK + 55
    process = start(UNGUARDED.format(trials=trials, seed=SEED, out=tmp_path / "script"))
    _, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    run(point.with_({"horizon": 1}), trials, SEED, out=tmp_path / "here")
    assert digests(tmp_path / "script") == digests(tmp_path / "here")


@pytest.mark.parametrize(("how", "trials"), [(play, 2 * BLOCK + 5), (world, 300)], ids=["stand-in", "world"])
def test_points_are_the_same_however_they_are_chunked(
    point: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: Play, trials: int
) -> None:
    changes = [{"environment.threat.noise": 0.1 + 0.05 * k} for k in range(5)]
    points = Points((point.with_({"horizon": 2}),), changes)
    found = {}
    for rows in (1, 2, 3, 5):
        monkeypatch.setattr(planning, "ROWS", rows)
        plan = Plan.of(points, trials=trials, seed=SEED)
        assert len(plan.chunks) == -(-5 // rows)
        batches = [Batch.of(task, how(task)) for task in plan.tasks()]
        found[rows] = (in_one_chunk(batches, tmp_path / f"{rows}"), sums(batches))
    assert all(digest == found[1][0] for digest, _ in found.values())
    assert all(value.tobytes() == found[1][1].tobytes() for _, value in found.values())


def in_one_chunk(batches: list[Batch], path: Path) -> list[str]:
    """Digests of the parts, a block each, that these outcomes would be if all points lay in one chunk."""
    written = []
    for first in sorted({batch.first_trial for batch in batches}):
        held = [batch for batch in batches if batch.first_trial == first]
        columns = {name: np.concatenate([batch.columns[name] for batch in held]) for name in held[0].columns}
        write_part(path, Batch(0, first, columns, held[0].labels), "0" * 64)
        written.append(hashlib.sha256(path.read_bytes()).hexdigest())
    return written


def sums(batches: list[Batch]) -> np.ndarray[Any, Any]:
    """Sums of every point, chunk after chunk."""
    chunks: dict[int, Moments] = {}
    for batch in batches:
        row = batch.first_row
        chunks.setdefault(row, Moments(all_metrics(batch), batch.shape[0])).add(batch)
    return np.concatenate([held.sums for held in chunks.values()], axis=2)
