"""The house's plan: who may import whom, how long a file or a function may be, what is loaded when."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = sorted(path for folder in ("src", "tests", "docs", "benchmarks") for path in (ROOT / folder).rglob("*.py"))
FLOORS = ("reading", "record", "scenario", "world", "experiment", "judge", "view", "api", "app", "cli")
"""Rooms from the lowest to the highest; a room may import those below it and, through its front door, nothing above."""

LONGEST_FILE = 450
LONGEST_FUNCTION = 60


def room(path: Path) -> str:
    """The room of a file: the folder below src/sim, or the file itself."""
    return path.relative_to(ROOT / "src" / "sim").parts[0].removesuffix(".py")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> set[str]:
    """Rooms that a module imports, wherever in it, for types too."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            module = node.module or ""
            names = [f"{module}.{alias.name}" for alias in node.names] if module == "sim" else [module]
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("sim.")}
    return found


ROOMS = sorted(path for path in (ROOT / "src" / "sim").rglob("*.py") if path.name != "_version.py")


def test_no_room_imports_one_above_it() -> None:
    upward = [
        f"{path.relative_to(ROOT)} imports {other}"
        for path in ROOMS
        if room(path) not in {"__init__", "__main__"}  # the doors of the house: they lead to every floor
        for other in imported(parsed(path)) & set(FLOORS)
        if FLOORS.index(other) > FLOORS.index(room(path))
    ]
    assert upward == []


def test_the_plan_names_every_room() -> None:
    rooms = {room(path) for path in ROOMS} - {"__init__", "__main__"}
    assert rooms <= set(FLOORS)


@pytest.mark.parametrize("source", ["from sim.cli import main", "import sim.cli.app", "from sim import cli"])
def test_an_import_is_seen_however_it_is_written(source: str) -> None:
    assert imported(ast.parse(f"def f():\n    {source}")) == {"cli"}


def test_no_file_is_too_long() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in CODE}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_too_long() -> None:
    long = {}
    for path in CODE:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    long[f"{path.relative_to(ROOT)}:{node.name}"] = length
    assert long == {}


BLANKET = re.compile(r"#\s*type:\s*ignore(?!\[)|#\s*noqa(?!:\s*[A-Z])|#\s*(mypy|ruff|flake8):")


@pytest.mark.parametrize(
    "line", ["x = 1  # type: ignore", "# mypy: ignore-errors", "x  # noqa", "# ruff: noqa", "x  # noqa: no-code"]
)
def test_a_blanket_ignore_is_seen(line: str) -> None:
    assert BLANKET.search(line)


def test_every_ignore_says_what_it_ignores() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in CODE
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if BLANKET.search(line)
    ]
    assert found == []


def loaded(code: str) -> set[str]:
    """Top-level packages and rooms (sim.world) that are loaded after some code, in a process of its own."""
    code += (
        "\nimport sys\nsys.stderr.write(' '.join(sorted({'.'.join(n.split('.')[:1 + n.startswith('sim.')])"
        " for n in sys.modules})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stderr.split())


FITTING = {"pymc", "arviz", "nutpie", "pytensor", "xarray"}
DRAWING = {"altair", "vl_convert"}
HEAVY = FITTING | DRAWING | {"numpy", "pandas", "scipy", "duckdb", "mesa", "pydantic", "yaml", "rich"}


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import sim", HEAVY | {f"sim.{name}" for name in FLOORS} | {"typer"}),
        ("from sim.cli import main; main(['--help'])", HEAVY),
        ("from sim.cli import main; main(['run', '--help'])", HEAVY - {"pydantic"}),
        ("from sim.cli import main; main(['--version'])", HEAVY),
        ("import sim.reading", HEAVY - {"pydantic", "yaml"}),
        ("import sim.scenario; sim.scenario.load('member')", FITTING | DRAWING | {"mesa", "sim.world"}),
        ("from sim.cli import main; main(['scenarios'])", FITTING | DRAWING | {"mesa", "sim.world"}),
        ("import sim; sim.world.World", FITTING | DRAWING | {"sim.experiment", "sim.view"}),
        ("import sim; sim.run('member', 3, overrides={'horizon': 1})", FITTING | DRAWING | {"sim.cli"}),
    ],
)
def test_a_library_is_loaded_where_it_is_used(code: str, absent: set[str]) -> None:
    assert loaded(code) & absent == set()


IMPORT_BUDGET = {"import sim": 2.0, "from sim.cli import main; main(['--help'])": 12.0}
"""Times what the interpreter needs to start with argparse, json and subprocess: a ratio, so that a slow machine is no
excuse. About 1.1 and 3 on the machine of docs/performance.md."""


@pytest.mark.parametrize("code", IMPORT_BUDGET)
def test_starting_stays_within_its_budget(code: str) -> None:
    bare = "import argparse, json, subprocess"
    spans: dict[str, list[float]] = {bare: [], code: []}
    for _ in range(5):
        for one, held in spans.items():
            held.append(seconds(one))
    ratio = min(spans[code]) / min(spans[bare])
    print(f"{code}: {ratio:.1f} times a bare start")  # noqa: T201 - shown with -s
    assert ratio < IMPORT_BUDGET[code]


def seconds(code: str) -> float:
    """Processor time of a new interpreter, user and system: what else the machine does is not in it."""
    timed = f"import os\n{code}\nt = os.times()\nimport sys; sys.stderr.write(str(t.user + t.system))"
    done = subprocess.run([sys.executable, "-c", timed], capture_output=True, text=True, check=True, timeout=60)
    return float(done.stderr)
