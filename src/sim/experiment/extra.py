"""Libraries that only some experiments need."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from sim.reading import InputError

if TYPE_CHECKING:
    from types import ModuleType


def needed(module: str) -> ModuleType | Any:
    """Import a module of the extra `sensitivity`.

    Raises:
        InputError: it is not installed; says how to get it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != module.split(".")[0]:
            raise
        raise InputError(f"{module.split('.')[0]} is not installed: pip install 'article4[sensitivity]'") from None
