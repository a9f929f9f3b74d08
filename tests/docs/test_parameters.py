"""The table of parameters has the parameters of the scenario, and the model page its numbers (docs/)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.scenario import leaves, load

DOCS = Path(__file__).parents[2] / "docs"
ROW = re.compile(r"^\| `([^`]+)` \| (.*) \|$", re.MULTILINE)


def between(page: str, name: str) -> str:
    text = (DOCS / page).read_text(encoding="utf-8")
    return text.partition(f"<!-- {name}: begin -->\n")[2].partition(f"<!-- {name}: end -->")[0]


def test_the_rows_of_the_table_are_the_parameters_of_member() -> None:
    rows = [name for name, _ in ROW.findall(between("parameters.md", "parameters"))]
    assert sorted(rows) == sorted(leaves(load("member")))


def test_every_row_says_what_it_is_where_it_comes_from_and_what_it_does() -> None:
    for name, rest in ROW.findall(between("parameters.md", "parameters")):
        _, what, unit, level, source, change = rest.split(" | ")
        assert what, name
        assert unit, name
        assert re.match(r"-?[0-9]", level), name
        assert source, name
        assert re.fullmatch(r"-|0|[+-][0-9.]+ ± [0-9.]+", change), name


@pytest.mark.parametrize("name", ["history", "strongest", "options"])
def test_what_commands_write_into_the_model_page_is_there(name: str) -> None:
    assert between("model.md", name).startswith("| ")
