"""Where every parameter of a scenario comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.scenario.forms import Number, Recorded
from sim.scenario.leaf import Form
from sim.scenario.leaves import leaves
from sim.scenario.recorded import held_by, look_up
from sim.scenario.tabulate import calibrated, sets_for

if TYPE_CHECKING:
    from sim.record.ensemble import Ensemble
    from sim.scenario.leaf import Leaf
    from sim.scenario.schema import Scenario


class Provenance(NamedTuple):
    """One parameter: its dotted name, what it is, its source in words, and where it was given (file:line:column)."""

    name: str
    text: str
    source: str | None
    place: str | None


def provenance(scenario: Scenario) -> list[Provenance]:
    """Return every parameter with its source; None where a scenario gives a number without one.

    A reference into the record brings the record's source; a shift or a source of its own is told beside it. What
    history has chosen is told as calibrated; what it has chosen with another prior than here, as not calibrated.

    Raises:
        InputError: The record has no such key.
    """
    found: list[Provenance] = []
    among = sets_for(scenario)
    for name, leaf in leaves(scenario).items():
        source = leaf.source
        if isinstance(leaf, Recorded):
            parts = [look_up(leaf).source]
            if leaf.shift:
                parts.append(f"shifted by {leaf.shift:+.12g} in the scenario")
            if leaf.source is not None:
                parts.append(leaf.source)
            source = "; ".join(parts)
        told = standing(name, leaf, among)
        if told is not None:
            source = told if source is None else f"{source}; {told}"
        found.append(Provenance(name, leaf.text(), source, scenario.origins.get(name)))
    return found


def standing(name: str, leaf: Leaf, among: Ensemble) -> str | None:
    """Say whether history has chosen the values of a parameter; None of a number, and where nothing is calibrated."""
    if not among.priors or isinstance(leaf, Number):
        return None
    if not isinstance(leaf, Recorded) or not isinstance(held_by(leaf), Number):
        if calibrated(name, leaf, among) or _drawn(leaf):
            return f"calibrated (ensemble {among.name})"
        if name in among.priors:
            return f"not calibrated: ensemble {among.name} has another distribution, {among.priors[name]}"
    return None


def stale(scenario: Scenario) -> list[str]:
    """Return the parameters that the shipped baseline gives and the ensemble was calibrated with otherwise.

    What a scenario changes is its own business; what the baseline changes after calibration is not.
    """
    among, told = sets_for(scenario), leaves(scenario)
    return [
        name
        for name in among.priors
        if name in told
        and not isinstance(told[name], Number)
        and "baseline.yaml" in (scenario.origins.get(name) or "")
        and not calibrated(name, told[name], among)
    ]


def _drawn(leaf: Leaf) -> bool:
    """Say whether a parameter comes from the posterior's draws."""
    return isinstance(leaf, Recorded) and not isinstance(held_by(leaf), Form)
