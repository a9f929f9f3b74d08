"""The canonical form of a scenario: what is played, without its prose; and its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from sim.scenario.forms import Number, Recorded
from sim.scenario.leaf import Leaf

PROSE = frozenset({"title", "asks", "source"})
"""Entries that tell the reader about a scenario and change nothing in it."""


def canonical(scenario: BaseModel) -> dict[str, Any]:
    """Return a scenario resolved to plain data, without `title`, `asks` and sources.

    Parameters have one form each: a number is a float, a reference always gives its shift. States stay in their order.
    """
    return {name: _canonical(getattr(scenario, name)) for name in type(scenario).model_fields if name not in PROSE}


def scenario_hash(scenario: BaseModel) -> str:
    """Return the sha256 of the canonical form as JSON, in hexadecimal."""
    text = json.dumps(canonical(scenario), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, Leaf):
        return _parameter(value)
    if isinstance(value, BaseModel):
        return canonical(value)
    if isinstance(value, Mapping):
        return {name: _canonical(item) for name, item in value.items()}
    return [_canonical(item) for item in value] if isinstance(value, tuple) else value


def _parameter(leaf: Leaf) -> Any:
    """Return a parameter in its one form; adding 0.0 makes minus zero zero."""
    if isinstance(leaf, Number):
        return leaf.value + 0.0
    if isinstance(leaf, Recorded):
        return {"record": leaf.record, "shift": leaf.shift + 0.0}
    return {leaf.form: [number + 0.0 for number in getattr(leaf, leaf.form)]}
