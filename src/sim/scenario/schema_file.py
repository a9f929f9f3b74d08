"""The JSON Schema of a scenario, by which editors complete and check."""

from __future__ import annotations

import json
from typing import Any

from sim.scenario.schema import Scenario

FILE = "scenario.schema.json"
"""Its name, in the folder of the shipped scenarios."""


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a scenario file.

    A file that extends another may leave anything out, so nothing is required but the parts of a parameter's form and,
    in a file that extends none, the top-level entries.
    """
    schema = Scenario.model_json_schema(mode="validation")
    required = schema.pop("required", [])
    _loosen({name: section for name, section in schema["$defs"].items() if name != "Parameter"})
    _loosen(schema["properties"])
    extends = {
        "type": "string",
        "title": "Extends",
        "description": "the scenario this one starts from: the name of a shipped one, or a file relative to this one",
    }
    without = {
        "type": "array",
        "items": {"type": "string"},
        "title": "Without",
        "description": "states of that scenario that are not in this one; ties to them and the like go with them",
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "article4 scenario",
        "properties": {"extends": extends, "without": without, **schema["properties"]},
        "dependentRequired": {"without": ["extends"]},
        "anyOf": [{"required": ["extends"]}, {"required": required}],
    }


def _loosen(schema: Any) -> None:
    """Take from sections what they require, and let any one member of a union fit, for files that extend."""
    if isinstance(schema, list):
        for item in schema:
            _loosen(item)
    elif isinstance(schema, dict):
        if "properties" in schema:
            schema.pop("required", None)
        if "oneOf" in schema and "discriminator" in schema:
            del schema["discriminator"]
            schema["anyOf"] = schema.pop("oneOf")
        for item in schema.values():
            _loosen(item)


def text() -> str:
    """Return the JSON Schema as the file holds it."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
