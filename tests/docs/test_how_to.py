"""The how-to pages: their code parses, and names what is there."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import pytest

from sim.cli import main

PAGES = sorted((Path(__file__).parents[2] / "docs" / "how-to").glob("*.md"))
BLOCKS = [
    pytest.param(language, code, id=f"{page.stem}-{number}-{language}")
    for page in PAGES
    for number, (language, code) in enumerate(
        re.findall(r"^```(\w+)\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    )
]


def commands(language: str, code: str) -> list[list[str]]:
    """Every command of article4 in a block; in Python, a list of texts of which some may be worked out."""
    if language == "sh":
        lines = [shlex.split(line, comments=True) for line in code.replace("\\\n", " ").splitlines()]
        return [line[1:] for line in lines if line[:1] == ["article4"]]
    lists = [node.elts for node in ast.walk(ast.parse(code)) if isinstance(node, ast.List)]
    texts = [[str(item.value) if isinstance(item, ast.Constant) else "x" for item in found] for found in lists]
    return [found[1:] for found in texts if found[:1] == ["article4"]]


def test_there_are_blocks() -> None:
    assert len(BLOCKS) >= 5


@pytest.mark.parametrize(("language", "code"), BLOCKS)
def test_a_block_parses_and_its_commands_exist(language: str, code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert language in {"sh", "python", "text"}
    if language == "python":
        compile(code, "<block>", "exec")
    for command in commands(language, code) if language != "text" else []:
        assert main([command[0], "--help"]) == 0
        options = capsys.readouterr().out
        assert all(word in options for word in command if word.startswith("--"))
