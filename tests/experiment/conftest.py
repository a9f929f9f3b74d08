from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sim.scenario import Scenario, load

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="session")
def point() -> Scenario:
    return load("member")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a script as a user would, with the stand-in world within its reach, in a process group of its own."""

    begun: list[subprocess.Popen[str]] = []

    def begin(text: str, **environment: str) -> subprocess.Popen[str]:
        script = tmp_path / "script.py"
        script.write_text(text, encoding="utf-8")
        here = str(Path(__file__).parent.parent)
        path = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))
        process = subprocess.Popen(
            [sys.executable, str(script)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        begun.append(process)
        return process

    yield begin
    for process in begun:
        if process.poll() is None:
            process.kill()
        process.communicate()
