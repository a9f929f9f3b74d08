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
    library = module.partition(".")[0]
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != library:
            raise
        raise InputError(f"{library} is not installed: pip install 'article4[sensitivity]'") from None
