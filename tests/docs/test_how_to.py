"""The commands of the how-to pages run as they are written, with fewer worlds and months."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from sim.cli import main

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "how-to").glob("*.md"))


def commands(page: Path) -> list[str]:
    """Lines of a page's shell blocks that begin with the name of the command."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    joined = "\n".join(blocks).replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.startswith("article4 ")]


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)], ids=lambda page: page.stem)
def test_commands_of_the_page_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for line in commands(page):
        words = shlex.split(line, comments=True)[1:]
        if words[0] in {"compare", "sweep", "decompose", "breakeven", "run", "sensitivity"}:
            words = [word for place, word in enumerate(words) if "--trials" not in words[max(0, place - 1) : place + 1]]
            words += ["--trials", "12", "--set", "horizon=2", "--jobs", "1"]
        assert main(words) == 0, line
