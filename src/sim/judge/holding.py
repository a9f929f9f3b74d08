"""Where a claim would hold: the box of parameter sets in which it does, and what a parameter would have to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiment.breakeven import breakeven
from sim.experiment.carry import carry_out
from sim.experiment.discovery import NOT_PARAMETERS, discover, screened
from sim.experiment.indices import FEWEST_ROWS
from sim.experiment.plan import Plan
from sim.experiment.points import Points
from sim.experiment.search import SHIFTED
from sim.experiment.sensitivity import varying
from sim.judge.asked import Kept, quantity
from sim.reading import InputError
from sim.scenario import SETS, leaves, tabulate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sim.experiment.breakeven import Reading
    from sim.experiment.carry import Progress
    from sim.judge.asked import Counted, Quantity
    from sim.record.schemas.claim import ClaimTest
    from sim.scenario import Scenario

WIDER: Final = 1.0
"""How far beyond what the sets have a parameter without bounds is sought, in widths of what they have (convention)."""

MOST_SEARCHED: Final = 2
"""Parameters that are tried, in the order in which the claim names them, until one reaches the threshold."""


def box(test: ClaimTest, found: Quantity, arms: Sequence[Scenario], *, seed: int) -> dict[str, Any]:
    """Return the box of parameters in which the claim holds in most sets, as JSON values.

    A set's own value is taken as it is: it holds some luck, which hides limits but makes none, since columns are
    screened against luck and limits pruned (sim.experiment.discovery).

    Args:
        test: of the claim.
        found: what was measured.
        arms: what was played.
        seed: decides what the screening shuffles.
    """
    interest = np.array([test.holds(float(value)) for value in found.values], dtype=bool)
    told: dict[str, Any] = {"sets": len(interest), "holds": int(interest.sum()), "limits": None, "note": None}
    if len(interest) < FEWEST_ROWS:
        return told | {"note": f"{len(interest)} sets have enough cases; {FEWEST_ROWS} are needed to look for a box"}
    if interest.all() or not interest.any():
        return told | {"note": f"it holds in {'every' if interest.all() else 'no'} set"}
    columns = {
        name: column[found.sets]
        for name, column in varying(arms).items()
        if name.rpartition(".")[2].casefold() not in NOT_PARAMETERS and np.ptp(column[found.sets]) > 0.0
    }
    kept = screened(columns, interest, seed=seed)
    if not kept:
        return told | {"note": "no parameter tells the sets in which it holds from the others"}
    discovery = discover(kept, interest, tried=len(columns))
    chosen = discovery.box.to_json()
    return told | {
        "limits": chosen["limits"],
        "density": chosen["density"],
        "coverage": chosen["coverage"],
        "mass": chosen["mass"],
        "note": discovery.note,
    }


@dataclass
class _Values:
    """Plays some values of a parameter, and remembers on which of them the claim holds."""

    test: ClaimTest
    arms: tuple[Scenario, ...]
    parameter: str
    changed: tuple[bool, ...]
    trials: int
    seed: int
    jobs: int
    out: Path | None
    progress: Progress | None
    held: dict[float, bool]

    def __call__(self, values: Sequence[float]) -> list[Reading]:
        """Return what the test asks for at each value."""
        columns = [self._arm(arm, values, change=change) for arm, change in zip(self.arms, self.changed, strict=True)]
        found: list[Reading] = []
        for value, counted in zip(values, zip(*columns, strict=True), strict=True):
            one = quantity(self.test, counted)
            if one.mean is not None:
                self.held[value] = self.test.holds(one.mean)
            found.append(one)
        return found

    def _arm(self, arm: Scenario, values: Sequence[float], *, change: bool) -> list[Counted]:
        """Play an arm by itself, casts may differ; `change`: at each value, else once for all: it is made of it."""
        points = Points((arm,), tuple({self.parameter: value} for value in values)) if change else Points((arm,))
        plan = Plan.of(
            points,
            trials=self.trials,
            seed=self.seed,
            about={"command": "claims", "name": f"breakeven-{arm.name}"},
        )
        kept = Kept([(self.test.metric, self.test.given)])
        place = None if self.out is None else self.out / f"{arm.name}-{plan.hash[:12]}"
        carry_out(plan, kept, jobs=self.jobs, out=place, progress=self.progress)
        rows = [row if change else 0 for row in range(len(values))]
        return [kept.counted(row, self.test.metric, self.test.given) for row in rows]


def breakevens(
    test: ClaimTest,
    arms: Sequence[Scenario],
    *,
    trials: int,
    seed: int,
    jobs: int,
    out: Path | None,
    progress: Progress | None,
) -> list[dict[str, Any]]:
    """Return what the parameters of a claim would have to be for it to hold, or not to, as JSON values.

    The parameters are those that the claim names, one after the other, until one takes the quantity across its
    threshold. Each is moved in every arm that has it as the last one does: an arm made of it keeps its own.
    """
    told: list[dict[str, Any]] = []
    for parameter in test.varied[:MOST_SEARCHED]:
        try:
            low, high = between(arms[-1], parameter)
            changed = tuple(_same(arm, arms[-1], parameter) for arm in arms)
            values = _Values(test, tuple(arms), parameter, changed, trials, seed, jobs, out, progress, {})
            recorded = 0.0 if parameter.endswith(".shift") else None
            found = breakeven(
                values,
                parameter=parameter,
                metric=test.metric,
                low=low,
                high=high,
                target=test.threshold,
                recorded=recorded,
            ).to_json()
        except (InputError, ValueError) as error:
            told.append({"parameter": parameter, "reached": False, "note": str(error)})
            continue
        told.append(found | {"holds": side(values.held, found["value"])})
        if found["reached"]:
            break
    return told


def side(held: dict[float, bool], value: float | None) -> str:
    """Return on which side of a value a claim holds: `above`, `below`, `everywhere`, `nowhere`, or `both` or neither.

    Args:
        held: value of the parameter -> whether it holds there.
        value: where the quantity meets the threshold, if it does.
    """
    if value is None:
        return "everywhere" if held and all(held.values()) else "nowhere"
    above = [holds for x, holds in sorted(held.items()) if x > value]
    below = [holds for x, holds in sorted(held.items()) if x < value]
    right, left = bool(above and above[-1]), bool(below and below[0])
    if right != left:
        return "above" if right else "below"
    return "at both ends" if right else "in between"


def between(scenario: Scenario, parameter: str) -> tuple[float, float]:
    """Return the range in which a parameter is sought: ten logits of a shift, else what the sets have, and beyond it.

    Beyond: by the width of what the sets have, as far as the parameter's bounds go.

    Raises:
        InputError: the scenario has no such parameter, or it is the same in all sets.
    """
    if parameter.endswith(".shift"):
        return SHIFTED
    leaf = leaves(scenario).get(parameter)
    if leaf is None:
        raise InputError(f"{parameter}: {scenario.name} has no such parameter")
    column = tabulate([scenario], np.arange(SETS))[parameter]
    least, most = float(column.min()), float(column.max())
    if not least < most:
        raise InputError(f"{parameter}: is {least:g} in every parameter set of {scenario.name}")
    width = WIDER * (most - least)
    below, above = max(least - width, least if least >= 0.0 > least - width else least - width), most + width
    for end, inward in ((below, least), (above, most)):
        try:
            scenario.with_({parameter: end})
        except InputError:
            below, above = (inward, above) if end == below else (below, inward)
    return below, above


def _same(arm: Scenario, last: Scenario, parameter: str) -> bool:
    """Whether an arm has a parameter as the last one does."""
    name = parameter.removesuffix(".shift")
    own, other = leaves(arm).get(name), leaves(last).get(name)
    return own is not None and other is not None and own.text() == other.text()
