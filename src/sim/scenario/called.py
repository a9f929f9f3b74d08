"""`sim.scenario("member")`: the room itself can be called, for its name is also the name of what it does."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from sim.scenario.loading import load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sim.scenario.schema import Scenario


class CallableRoom(ModuleType):
    """A module that loads a scenario when it is called."""

    def __call__(self, name_or_path: str | Path, overrides: Mapping[str, object] | Sequence[str] = ()) -> Scenario:
        """Load a scenario; as `sim.scenario.load`."""
        return load(name_or_path, overrides)
