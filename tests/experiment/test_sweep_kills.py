"""kill -9 in the middle of a sweep: what is there is whole, and going on gives the bytes of a calm one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.experiment import sweep, verify
from sim.experiment.store import matches
from stand_in import bytes_of, slow

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

FILE = """
title: Killed
asks: What is left?
arms: [outsider, member]
design: grid
axes:
  environment.threat.noise: {values}
trials: 50
"""
VICTIM = """
import sys
from sim.experiment import sweep
from stand_in import slow
sweep(sys.argv[1], out=sys.argv[2], play=slow)
"""


@pytest.mark.parametrize("kills", [pytest.param(2, marks=pytest.mark.slow), pytest.param(12, marks=pytest.mark.long)])
def test_a_sweep_killed_at_random_moments_ends_as_a_calm_one(tmp_path: Path, kills: int) -> None:
    file, out = tmp_path / "killed.yaml", tmp_path / "out"
    values = [round(0.01 * k, 2) for k in range(16 * kills)]
    file.write_text(FILE.format(values=values), encoding="utf-8")
    draw = random.Random(kills)  # noqa: S311 - moments, not secrets
    path = os.pathsep.join([str(Path(__file__).parent.parent), *sys.path])
    killed = 0
    for _ in range(kills):
        process = subprocess.Popen([sys.executable, "-c", VICTIM, file, out], env={**os.environ, "PYTHONPATH": path})
        before = len(list((out / "parts").glob("*.parquet"))) if out.exists() else 0
        end = time.monotonic() + 60.0
        while process.poll() is None and time.monotonic() < end:
            if len(list((out / "parts").glob("*.parquet"))) > before:
                time.sleep(draw.uniform(0.0, 0.2))
                break
            time.sleep(0.01)
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        assert all(matches(part) for part in (out / "parts").glob("part-*.parquet"))
    assert killed >= kills - 1
    again = sweep(file, out=out, play=slow)
    calm = sweep(file, out=tmp_path / "calm", play=slow)
    assert {**again.to_json(), "out": None} == {**calm.to_json(), "out": None}
    assert bytes_of(out) == bytes_of(tmp_path / "calm")
    assert verify(out) == []
