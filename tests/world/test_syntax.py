"""Habits that keep the same cell the same bytes, read from the syntax trees of `sim.world`."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import sim.world

FILES = sorted(Path(sim.world.__file__).parent.glob("*.py"))
ACROSS = {
    "sum",
    "mean",
    "std",
    "var",
    "median",
    "average",
    "cumsum",
    "dot",
    "einsum",
    "matmul",
    "percentile",
    "quantile",
}
CLOCKS = {"time", "datetime", "perf_counter", "monotonic"}


def faults(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        where = f"{path.name}:{getattr(node, 'lineno', 0)}"
        match node:
            case ast.Import(names=names):
                found += [f"{where} imports {n.name}" for n in names if n.name.split(".")[0] in {"random", *CLOCKS}]
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in {"random", *CLOCKS}:
                found.append(f"{where} imports {module}")
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="np"), attr="random"), attr=name) if name not in {
                "Philox",
                "Generator",
            }:
                found.append(f"{where} uses np.random.{name}")
            case ast.Call(func=ast.Name(id="hash")):
                found.append(f"{where} calls hash()")
            case ast.Call(func=ast.Name(id="sum")):
                found.append(f"{where} calls sum()")
            case ast.Call(func=ast.Attribute(attr=name)) if name in ACROSS:
                found.append(f"{where} calls .{name}(), which may look across cells")
            case ast.BinOp(op=ast.MatMult()):
                found.append(f"{where} uses @")
            case ast.Set() | ast.SetComp() | ast.Call(func=ast.Name(id="set" | "frozenset")):
                found.append(f"{where} builds a set, whose order is not its own")
            case _:
                pass
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_outside_luck_no_clock_no_sum_across_cells(path: Path) -> None:
    assert faults(path) == []


def test_the_reader_of_syntax_finds_what_it_looks_for(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text(
        "import random\nimport time\nx = np.random.rand()\nhash('a')\na @ b\nfor i in {1, 2}: pass\nx.mean()\nsum(y)\n",
        encoding="utf-8",
    )
    assert len(faults(bad)) == 8
