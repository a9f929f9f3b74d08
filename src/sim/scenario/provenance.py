"""Where every parameter of a scenario comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.scenario.forms import Recorded
from sim.scenario.leaves import leaves
from sim.scenario.recorded import look_up

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario


class Provenance(NamedTuple):
    """One parameter: its dotted name, what it is, its source in words, and where it was given (file:line:column)."""

    name: str
    text: str
    source: str | None
    place: str | None


def provenance(scenario: Scenario) -> list[Provenance]:
    """Return every parameter with its source; None where a scenario gives a number without one.

    A reference into the record brings the record's source; a shift or a source of its own is told beside it.

    Raises:
        InputError: The record has no such key.
    """
    found: list[Provenance] = []
    for name, leaf in leaves(scenario).items():
        source = leaf.source
        if isinstance(leaf, Recorded):
            parts = [look_up(leaf).source]
            if leaf.shift:
                parts.append(f"shifted by {leaf.shift:+.12g} in the scenario")
            if leaf.source is not None:
                parts.append(leaf.source)
            source = "; ".join(parts)
        found.append(Provenance(name, leaf.text(), source, scenario.origins.get(name)))
    return found
