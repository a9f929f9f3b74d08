"""Scenarios that somebody brings along: read as the command line reads a file, and kept for the session alone."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sim.reading import InputError, Problem, did_you_mean, read_yaml, shown
from sim.scenario import load, names

if TYPE_CHECKING:
    from sim.scenario import Scenario

MOST: Final = 1 << 20
"""Bytes of a file; the reader refuses more."""


def read(name: str, content: bytes) -> Scenario:
    """Return the scenario of a file that was brought along.

    It may extend what is shipped and nothing else: a path would be one of this machine, not of who brings the file.

    Args:
        name: of the file, as its owner knows it.
        content: its bytes.

    Raises:
        InputError: every mistake in it, at the file's name, line and column.
    """
    called = _called(name)
    with tempfile.TemporaryDirectory(prefix="article4-") as folder:
        path = Path(folder) / called
        path.write_bytes(content[: MOST + 1])
        try:
            _extends_shipped(path)
            return load(path)
        except InputError as error:
            raise InputError(*(_renamed(problem, folder, called) for problem in error.problems)) from None


def _extends_shipped(path: Path) -> None:
    """See that a file extends a shipped scenario, or none.

    Raises:
        InputError: it extends another file, or cannot be read.
    """
    document = read_yaml(path)
    base = document.data.get("extends") if isinstance(document.data, Mapping) else None
    if isinstance(base, str) and base not in names():
        problem = f"{shown(base)} is not a shipped scenario; a file that is brought along can extend no other"
        raise InputError(Problem(*document.spot(("extends",)), "extends", problem, did_you_mean(base, names())))


def _called(name: str) -> str:
    """The name of a file without a path, ending as a scenario does."""
    bare = re.sub(r"[^\w. -]", "_", name.replace("\\", "/").rsplit("/", 1)[-1])[-100:]
    return bare if bare.endswith((".yaml", ".yml")) else f"{bare}.yaml"


def _renamed(problem: Problem, folder: str, called: str) -> Problem:
    """A problem that names the file as its owner does."""
    inside = problem.path is not None and Path(problem.path).name == called
    text = problem.message.replace(f"{folder}/", "")
    return replace(problem, path=called if inside else problem.path, message=text)
