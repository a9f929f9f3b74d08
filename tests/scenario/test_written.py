from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sim.scenario import as_yaml, load, names, provenance, scenario_hash

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", names())
def test_a_written_scenario_is_the_scenario(name: str, tmp_path: Path) -> None:
    scenario = load(name)
    path = tmp_path / "elsewhere.yaml"
    path.write_text(as_yaml(scenario), encoding="utf-8")
    again = load(path)
    assert scenario_hash(again) == scenario_hash(scenario)
    assert [(row.name, row.text, row.source) for row in provenance(again)] == [
        (row.name, row.text, row.source) for row in provenance(scenario)
    ]


def test_changes_are_written_too(tmp_path: Path) -> None:
    changed = load("member", {"states.Russia.resolve.shift": 2, "perception.bias": -1})
    path = tmp_path / "changed.yaml"
    path.write_text(as_yaml(changed), encoding="utf-8")
    assert scenario_hash(load(path)) == scenario_hash(changed) != scenario_hash(load("member"))
