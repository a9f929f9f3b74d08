"""All parameters of a scenario by dotted name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from sim.scenario.leaf import Leaf


def leaves(scenario: BaseModel) -> dict[str, Leaf]:
    """Return every parameter of a scenario by its dotted name, such as `states.Russia.resolve`, in order."""
    return dict(_walk(scenario, ""))


def _walk(value: Any, prefix: str) -> Iterator[tuple[str, Leaf]]:
    if isinstance(value, Leaf):
        yield prefix[:-1], value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _walk(getattr(value, name), f"{prefix}{name}.")
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _walk(item, f"{prefix}{name}.")
    elif isinstance(value, tuple | list):
        for index, item in enumerate(value):
            yield from _walk(item, f"{prefix}{index}.")
