"""The commands of the worked questions run as they are written, with fewer worlds and months."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from sim.cli import main

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "questions.md").read_text(encoding="utf-8")
BLOCKS = "\n".join(re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)).replace("\\\n", " ")
LINES = [line for line in BLOCKS.splitlines() if line.startswith("article4 ")]


def test_three_questions_are_worked_through() -> None:
    assert PAGE.count("\n## ") >= 3
    assert len(LINES) >= 5


@pytest.mark.parametrize("line", LINES)
def test_commands_of_the_page_run(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(line, comments=True)[1:]
    kept = [word for place, word in enumerate(words) if "--trials" not in words[max(0, place - 1) : place + 1]]
    assert main([*kept, "--trials", "12", "--set", "horizon=2", "--jobs", "1"]) == 0
