"""Where an arm deters: the box of parameters in which it takes off so much of the hazard, and what lies outside it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiment.boxes import Among, Limit
from sim.experiment.discovery import NOT_PARAMETERS, Discovery, discover, screened
from sim.experiment.indices import FEWEST_ROWS
from sim.reading import InputError
from sim.scenario import SETS, Scenario, tabulate
from sim.scenario.forms import Recorded
from sim.scenario.leaves import leaves

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sim.experiment.measured import Ratios

DETERS: Final = 0.8
"""Hazard ratio up to which an arm is said to deter, if nobody says otherwise: a fifth less (convention; defence pacts
come to 0.8 to 1.1 by the record, priors.pact_relative_risk)."""

SURE: Final = 1.645
"""Monte Carlo errors by which a ratio must lie below 1: one-sided 95 %."""


@dataclass(frozen=True)
class Region:
    """Where an arm deters.

    Attributes:
        arm: which arm, beside the control.
        at_most: hazard ratio up to which it deters.
        cases: points or parameter sets that were looked at.
        deterred: in how many it deters.
        unclear: in how many more its ratio is as low, but not by SURE Monte Carlo errors below 1.
        tried: columns there were.
        discovery: the box; None if there is none to be found.
        own: of each parameter of the box, what the arm's scenario has: a number (of a distribution its median) or a
            word, and whether that lies within the limit.
        note: why there is no box, or what the reader must know.
    """

    arm: str
    at_most: float
    cases: int
    deterred: int
    unclear: int
    tried: int
    discovery: Discovery | None
    own: Mapping[str, tuple[Any, bool]]
    note: str | None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values; of the discovery the box, and the rule by which it was chosen."""
        found = None if self.discovery is None else self.discovery.to_json()
        if found is not None:
            for name, (value, inside) in self.own.items():
                found["box"]["limits"][name] |= {"own": value, "own_inside": inside}
        return {
            "arm": self.arm,
            "hazard_ratio_at_most": self.at_most,
            "cases": self.cases,
            "deterred": self.deterred,
            "unclear": self.unclear,
            "tried": self.tried,
            "box": None if found is None else found["box"],
            "rule": None if found is None else found["rule"],
            "note": self.note,
        }


def where(
    columns: Mapping[str, NDArray[Any]], ratios: Ratios, scenario: Scenario, *, at_most: float, seed: int
) -> Region:
    """Find the box of parameters in which an arm deters.

    It deters in a case if its hazard ratio is at most `at_most` and lies SURE Monte Carlo errors below 1: else luck
    would be taken for deterrence where attacks are few. Columns that number cases are left out.

    Args:
        columns: dotted name -> value in every case there was, shape (all cases,).
        ratios: of the arm, in those that have one.
        scenario: the arm's own.
        at_most: above 0.
        seed: decides what `screened` shuffles.

    Raises:
        InputError: `at_most` is no number above 0.
    """
    if not (math.isfinite(at_most) and at_most > 0.0):
        raise InputError(f"deters: a hazard ratio above 0 is wanted, such as {DETERS}, not {at_most!r:.40}")
    known = np.isfinite(ratios.values) & np.isfinite(ratios.errors)
    values, errors, cases = ratios.values[known], ratios.errors[known], ratios.cases[known]
    low = values <= at_most
    interest = low & (1.0 - values >= SURE * errors)
    table = {
        name: column[cases]
        for name, column in columns.items()
        if name.rpartition(".")[2].casefold() not in NOT_PARAMETERS and len(np.unique(column[cases])) > 1
    }
    counts = {
        "cases": len(cases),
        "deterred": int(interest.sum()),
        "unclear": int((low & ~interest).sum()),
        "tried": len(table),
    }
    why = _without_box(table, interest)
    if why is not None:
        return Region(ratios.arm, at_most, **counts, discovery=None, own={}, note=why)
    kept = screened(table, interest, seed=seed)
    found = discover(kept, interest, tried=len(table))
    own = {name: own_value(scenario, name, limit) for name, limit in found.box.limits.items()}
    return Region(ratios.arm, at_most, **counts, discovery=found, own=own, note=found.note)


def _without_box(table: Mapping[str, NDArray[Any]], interest: NDArray[np.bool_]) -> str | None:
    """Why there is no box to be looked for, if there is none."""
    if len(interest) < FEWEST_ROWS:
        return f"{len(interest)} cases have a hazard ratio; {FEWEST_ROWS} are needed to look for a box"
    if not table:
        return "no parameter differs between the cases"
    if not interest.any():
        return "it deters in no case"
    return "it deters in every case" if interest.all() else None


def own_value(scenario: Scenario, name: str, limit: Limit) -> tuple[Any, bool]:
    """Return what a scenario has under a dotted name, of a distribution the median, and whether a limit holds it."""
    parameters = leaves(scenario)
    shifted = parameters.get(name.removesuffix(".shift"))
    value: Any
    if name in parameters:
        value = float(np.median(tabulate([scenario], np.arange(SETS))[name]))
    elif name.endswith(".shift") and shifted is not None:
        value = shifted.shift if isinstance(shifted, Recorded) else 0.0
    else:
        value = scenario.model_dump(mode="json")
        for part in name.split("."):
            value = value[part] if isinstance(value, dict) else None
    if isinstance(limit, Among):
        return value, value in limit.values or str(value) in limit.values
    low, high = limit.low, limit.high
    inside = value is not None and (low is None or value >= low) and (high is None or value <= high)
    return value, inside
