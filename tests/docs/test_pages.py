"""The commands and the Python of the tutorial and the how-to pages run as they are written, with fewer worlds.

In the order of the page and in one directory, so that what one command stores the next one finds. A command that stores
under a name plays the whole horizon, since later ones look for a world in it; all others play two months.
"""

from __future__ import annotations

import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from sim.cli import main
from sim.view import theme

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [DOCS / "tutorial.md", *sorted((DOCS / "how-to").glob("*.md"))]
LONG = {"tutorial", "questions", "briefs", "replays"}
"""Play so much that they run with the slow tests."""
ELSEWHERE = {"cluster"}
"""Played on machines that are not here; tests/experiment/test_cluster.py has its own."""
SERVES = "app"
"""Ends when it is stopped; tests/app start it."""
SIZED = {"run", "compare", "sweep", "sensitivity", "breakeven", "decompose"}


@dataclass(frozen=True)
class Block:
    """What one page says to do."""

    language: str
    code: str

    @property
    def commands(self) -> list[list[str]]:
        """The commands of article4 in a block of shell lines."""
        lines = self.code.replace("\\\n", " ").splitlines()
        return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("article4 ")]


def blocks(page: Path) -> list[Block]:
    found = re.findall(r"^```(\w+)\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [Block(language, code) for language, code in found]


def smaller(words: list[str]) -> list[str]:
    """The same command with fewer worlds."""
    if words[0] not in SIZED:
        return words
    kept = [word for place, word in enumerate(words) if "--trials" not in words[max(0, place - 1) : place + 1]]
    size = ["--trials", "200"] if "--out" in words else ["--trials", "12", "--set", "horizon=2"]
    return [*kept, *size, "--jobs", "1"]


def test_there_is_something_to_do_on_every_page() -> None:
    assert all(blocks(page) for page in PAGES)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=page.stem, marks=[pytest.mark.slow] if page.stem in LONG else [])
        for page in PAGES
        if page.stem not in ELSEWHERE
    ],
)
def test_what_a_page_says_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in (DOCS / "examples").iterdir():
        shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    for block in blocks(page):
        if block.language == "python":
            exec(compile(re.sub(r"trials=[\d_]+", "trials=12", block.code), page.name, "exec"), {})  # noqa: S102
        for words in block.commands if block.language == "sh" else []:
            if words[0] != SERVES:
                assert main(smaller(words)) == 0, f"{page.name}: article4 {' '.join(words)}"


def test_the_site_turns_charts_dark_as_their_own_pages_do() -> None:
    style = (DOCS / "_static" / "site.css").read_text(encoding="utf-8")
    assert style.count(f".content img {{ filter: {theme.DARK}; }}") == 2
