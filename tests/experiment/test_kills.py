"""kill -9 at any moment: what lies under its final name is whole, and going on gives the bytes of a calm run."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sim.experiment import run, verify
from sim.experiment.store import matches
from sim.world import BLOCK
from stand_in import bytes_of, play

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sim.scenario import Scenario

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="fork and signals of POSIX")
PATIENCE = 60.0
"""Seconds after which something that is waited for will not come."""


class Forker:
    """A process that has loaded everything and forks what is ordered."""

    def __init__(self) -> None:
        tests = Path(__file__).parent.parent
        path = os.pathsep.join(filter(None, [str(tests), os.environ.get("PYTHONPATH")]))
        self.process = subprocess.Popen(
            [sys.executable, "-c", "import victims; victims.main()"],
            env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def order(self, **what: Any) -> int:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def exit_code(self) -> int:
        assert self.process.stdout
        return int(self.process.stdout.readline())


@pytest.fixture
def new_forker() -> Iterator[Callable[[], Forker]]:
    begun: list[Forker] = []

    def begin() -> Forker:
        begun.append(Forker())
        return begun[-1]

    yield begin
    for forker in begun:
        forker.process.kill()
        forker.process.communicate()


def wait(met: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.001)


def parts(out: Path) -> set[Path]:
    return set((out / "parts").glob("*.parquet"))


def unfinished(out: Path) -> list[Path]:
    return [*out.glob(".*"), *(out / "parts").glob(".*")]


class Killing:
    """Starts a run and kills it, again and again, at moments that are spread over it."""

    def __init__(self, forker: Forker, out: Path, *, blocks: int, jobs: int, seed: int) -> None:
        self.forker, self.out, self.blocks, self.jobs = forker, out, blocks, jobs
        self.draw = random.Random(seed)  # noqa: S311 - moments, not secrets
        self.plays = out.with_name(f"{out.name}-plays")
        self.whole: dict[Path, bytes] = {}

    def once(self, due: int) -> int:
        """Kill the run at a random moment with about `due` parts done; return its exit code."""
        self.plays.unlink(missing_ok=True)
        victim = self.forker.order(
            out=str(self.out), trials=self.blocks * BLOCK - 99, jobs=self.jobs, plays=str(self.plays)
        )
        if self.draw.random() < 0.1:  # while it opens the directory and reads what lies there
            time.sleep(self.draw.uniform(0.0, 0.2))
        else:
            wait(lambda: self.plays.exists() or len(parts(self.out)) == self.blocks)
            wait(lambda: len(parts(self.out)) >= min(due, self.blocks - 2))
            time.sleep(self.draw.uniform(0.0, 0.04))
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
        return self.forker.exit_code()

    def look(self) -> None:
        """What lies under its final name matches its digest and is what it was."""
        for part in sorted(parts(self.out)):
            assert matches(part), part
            assert self.whole.setdefault(part, part.read_bytes()) == part.read_bytes()


def killed_often(forker: Forker, out: Path, *, kills: int, blocks: int, jobs: int) -> list[int]:
    """Kill a run many times; return how many parts were done at each kill."""
    killing = Killing(forker, out, blocks=blocks, jobs=jobs, seed=kills)
    done = []
    for kill in range(kills):
        if killing.once(due=kill * blocks // kills) == -signal.SIGKILL:
            done.append(len(parts(out)))
        killing.look()
    return done


@pytest.mark.parametrize(
    ("kills", "blocks", "jobs"),
    [
        (8, 12, 1),
        pytest.param(100, 50, 1, marks=pytest.mark.long),
        pytest.param(6, 24, 2, marks=pytest.mark.slow),
    ],
)
def test_kills_at_random_moments_leave_only_whole_parts(
    point: Scenario, tmp_path: Path, new_forker: Callable[[], Forker], kills: int, blocks: int, jobs: int
) -> None:
    out, enough, told = tmp_path / "killed", tmp_path / "enough", tmp_path / "told"
    watcher = new_forker()
    watcher.order(out=str(out), enough=str(enough), told=str(told))
    done = killed_often(new_forker(), out, kills=kills, blocks=blocks, jobs=jobs)
    if jobs > 1:
        time.sleep(3.0)  # workers end a moment after their parent; whoever opens the directory next sweeps after them
    enough.touch()
    assert watcher.exit_code() == 0
    looked = json.loads(told.read_text())
    assert looked["wrong"] == []
    print(f"{len(done)} kills, with {done} parts done; verified {looked['looks']} times meanwhile")  # noqa: T201 - shown with -s
    assert len(done) >= 0.75 * kills
    assert done == sorted(done)
    assert looked["looks"] >= kills / 4
    trials = blocks * BLOCK - 99
    found = run(point, trials, out=out, play=play).summary()
    assert found == run(point, trials, out=tmp_path / "calm", play=play).summary()
    assert bytes_of(out) == bytes_of(tmp_path / "calm")
    assert verify(out) == []
    assert unfinished(out) == []


@pytest.mark.slow
def test_a_death_at_every_step_of_writing_costs_no_more_than_that_part(
    point: Scenario, tmp_path: Path, new_forker: Callable[[], Forker]
) -> None:
    """The run grows from a short part, so that a part is replaced as well as written."""
    forker = new_forker()
    trials = BLOCK + 1000
    run(point, 1000, out=tmp_path / "short", play=play)
    run(point, trials, out=tmp_path / "calm", play=play)
    calm = bytes_of(tmp_path / "calm")
    for step in range(1, 100):
        out = tmp_path / f"dies-{step}"
        shutil.copytree(tmp_path / "short", out)
        forker.order(out=str(out), trials=trials, die_at=step)
        code = forker.exit_code()
        torn = [part.name for part in parts(out) if not matches(part)]
        assert set(torn) <= {"part-00000-00000.parquet"}  # replaced: its digest is written first
        told = [str(found) for found in verify(out) if "missing" not in found.message]
        assert all("part-00000-00000.parquet" in line for line in told)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        forker.order(out=str(out), trials=trials)
        assert forker.exit_code() == 0
        assert bytes_of(out) == calm
        assert verify(out) == []
        assert unfinished(out) == []
        shutil.rmtree(out)
    assert 10 < step < 99
