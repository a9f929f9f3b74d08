"""A scenario written as a file that needs no other: everything resolved, every source beside its number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

_FIRST = "# Written by article4: everything resolved. Ask it with `article4 run FILE`.\n"


class _Plain(yaml.SafeDumper):
    """Writes no anchors: a number that is used twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - asked of every value, answered for all
        """Return True."""
        return True


def as_yaml(scenario: Scenario) -> str:
    """Return a scenario as YAML text; read again it is the same scenario, with the same hash."""
    data = scenario.model_dump(mode="json", exclude_none=True)
    return _FIRST + yaml.dump(data, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)
