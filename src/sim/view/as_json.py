"""What a program reads: one JSON object."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any


def json_text(answer: Mapping[str, Any]) -> str:
    """One JSON object as text, ASCII only so that no terminal's encoding can spoil it.

    NumPy's scalars and arrays become plain numbers and lists, paths text.

    Raises:
        ValueError: a number is not finite. What has no cases is null, by contract.
    """
    return json.dumps(_bare(answer), indent=2, allow_nan=False)


def _bare(value: Any) -> Any:
    """The value in the six types JSON has."""
    if isinstance(value, Mapping):
        return {str(key): _bare(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_bare(item) for item in value]
    if isinstance(value, PurePath):
        return str(value)
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if hasattr(value, "tolist"):
        return _bare(value.tolist())
    return str(value)
