"""How every case must end: in an answer that holds together, or in an `InputError` that names the place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim import InputError
from sim.scenario import load
from sim.world.outcomes import OUTCOMES
from sim.world.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sim.scenario import Scenario

MONTHS = 2
"""Months that a mutant is played."""


def loaded(given: str | Path, overrides: Mapping[str, object] | Sequence[str] = ()) -> Scenario | None:
    """The scenario, or None if it is refused as a mistake of the user's should be."""
    try:
        return load(given, overrides)
    except InputError as refused:
        refused_well(refused)
        return None


def refused_well(refused: InputError) -> None:
    """Fail unless every problem names its place and says something, on one line and not a page long."""
    assert refused.problems
    for problem in refused.problems:
        assert problem.path or problem.where, problem
        assert problem.message.strip(), problem
        assert len(str(problem)) < 1000, problem
        assert len(str(problem).splitlines()) == 1, problem


def played(scenario: Scenario, months: int = MONTHS) -> None:
    """Play a scenario for some months; fail unless every column is finite and lawful."""
    brief = scenario.model_copy(update={"horizon": min(months, scenario.horizon)})
    try:
        columns = World(brief, replicates=2).run().columns
    except InputError as refused:
        refused_well(refused)
        return
    lawful(columns, brief)


def lawful(columns: Mapping[str, np.ndarray], scenario: Scenario) -> None:
    """Fail unless the columns of trials keep the rules that hold for any scenario."""
    for name, column in columns.items():
        assert np.isfinite(column).all(), name
    assert ((columns["outcome"] >= 0) & (columns["outcome"] < len(OUTCOMES))).all()
    assert ((columns["outcome"] == 0) == (columns["attacks"] == 0)).all()
    assert ((columns["attacks"] > 0) == (columns["first_attack_month"] >= 0)).all()
    assert (columns["first_attack_month"] < scenario.horizon).all()
    for name in ("attacks", "covert", "threats", "conceded", "backed_down"):
        assert (columns[name] >= 0).all(), name
    assert (columns["exchanges"] >= columns["attacks"]).all()
    assert (columns["council_days"] >= -1).all()
    assert ((columns["threat_end"] >= 0.0) & (columns["threat_end"] <= 2.0)).all()
