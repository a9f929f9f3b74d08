import copy
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from sim.reading import read_yaml
from sim.scenario import json_schema, names
from sim.scenario.names import folder
from sim.scenario.schema_file import FILE, text

VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def test_the_shipped_file_is_current() -> None:
    shipped = (folder() / FILE).read_text(encoding="utf-8")
    assert shipped == text(), "renew it: python -m sim.scenario.json_schema"


def test_it_is_a_valid_schema_with_descriptions() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    assert "description" in json_schema()["$defs"]["GuarantorState"]["properties"]["resolve"]


@pytest.mark.parametrize("name", names())
def test_every_shipped_scenario_names_it_and_fits(name: str) -> None:
    path = folder() / f"{name}.yaml"
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema={FILE}"
    assert [error.message for error in VALIDATOR.iter_errors(read_yaml(path).data)] == []


def baseline() -> dict[str, dict[str, object]]:
    return copy.deepcopy(read_yaml(Path(folder() / "baseline.yaml")).data)


@pytest.mark.parametrize(
    ("section", "entry", "value"),
    [
        ("perception", "acuity", 1.5),
        ("perception", "acuity", True),
        ("perception", "acuity", "0.3"),
        ("perception", "acuity", {"normal": [0]}),
        ("perception", "acuity", {"nomal": [0, 1]}),
        ("council", "rul", "consensus"),
        ("council", "rule", "none"),
    ],
)
def test_it_refuses_what_the_loader_refuses(section: str, entry: str, value: object) -> None:
    data = baseline()
    data[section][entry] = value
    assert not VALIDATOR.is_valid(data)


def test_a_file_that_extends_may_be_partial() -> None:
    assert VALIDATOR.is_valid({"extends": "baseline", "states": {"Russia": {"resolve": {"shift": 2}}}})
    assert not VALIDATOR.is_valid({"states": {"Russia": {"resolve": {"shift": 2}}}})


def test_only_a_file_that_extends_may_leave_states_out() -> None:
    assert VALIDATOR.is_valid({"extends": "baseline", "without": ["Armenia"]})
    assert not VALIDATOR.is_valid({"extends": "baseline", "without": "Armenia"})
    assert not VALIDATOR.is_valid({**baseline(), "without": ["Armenia"]})
