"""What attackers expect of the guarantors, month by month over many worlds, and beside it what these then do.

Expectations are not among the columns that are stored: the first worlds are played again, on the same draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiment.arms import read_arm
from sim.experiment.carry import opened
from sim.experiment.plan import Plan
from sim.experiment.run import about
from sim.reading import InputError, Problem, did_you_mean
from sim.reading.errors import shown_path
from sim.record.covariates import LEVELS
from sim.world import World
from sim.world.assault import OVERT
from sim.world.foreseen import foreseen

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from sim.scenario import Scenario

    Array = NDArray[np.float64]

MOST_WORLDS: Final = 500
"""Worlds that are played again at most: every parameter set once, in some seconds. Convention."""

SHOWN: Final = "campaign"
"""Action of which expectations are told month by month: where help is expected at all, it is there."""

QUANTILES: Final = {"low": 0.05, "median": 0.5, "high": 0.95}
"""Of the worlds, month by month."""


@dataclass(frozen=True)
class Expected:
    """What attackers expect.

    Attributes:
        told: what was played, with `worlds`, and `action`: of which action the months tell.
        months: since the start, at whose beginning expectations are read.
        chances: (challenger, guarantor) -> name of a quantile -> by month, the chance of aid or more.
        anticipated: guarantor -> level -> mean chance, as the first attacker of each world saw it when it first
            attacked, of the gravest action of that world; empty where no world saw an attack.
        actual: guarantor -> level -> share of the same worlds in which that was its highest response.
        attacked: worlds with an attack.
    """

    told: dict[str, Any]
    months: tuple[float, ...]
    chances: dict[tuple[str, str], dict[str, tuple[float, ...]]]
    anticipated: dict[str, dict[str, float]]
    actual: dict[str, dict[str, float]]
    attacked: int

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values; `beliefs` has a row an observer, guarantor and month."""
        rows = [
            {"observer": observer, "guarantor": guarantor, "month": month}
            | {name: values[place] for name, values in held.items()}
            for (observer, guarantor), held in self.chances.items()
            for place, month in enumerate(self.months)
        ]
        return {
            "command": "expected",
            **self.told,
            "beliefs": rows,
            "anticipated_responses": self.anticipated,
            "responses": {name: {"n": self.attacked, **levels} for name, levels in self.actual.items()},
        }


def expected(directory: str | Path, arm: str | None = None, worlds: int = MOST_WORLDS) -> Expected:
    """Play the first worlds of a stored run or comparison again and read what attackers expect.

    Args:
        directory: of a finished run or comparison.
        arm: of a comparison; by default the last.
        worlds: at most.

    Raises:
        InputError: the directory holds neither, there is no such arm, or another version played it.
    """
    plan, store = opened(directory)
    if plan.about.get("command", "run") not in {"run", "compare"} or plan.points.changed:
        raise InputError(f"{shown_path(store.directory)}: holds no run and no comparison, whose worlds could be played")
    names = list(plan.about.get("arms") or [plan.points.arms[0].name])
    if arm is not None and arm not in names:
        hint = did_you_mean(arm, names) or f"There are: {', '.join(names)}."
        raise InputError(Problem("--arm", None, None, "", f'there is no arm "{arm:.60}"', hint))
    if plan.about.get("command", "run") == "run":
        read_arm(directory)  # refuses a run of another version
    elif _replanned(plan).hash != plan.hash:
        problem = "was played by another version of article4: its worlds would come out otherwise"
        raise InputError(f"{shown_path(store.directory)}: {problem}")
    return foresee_worlds(plan.points.arms[names.index(arm or names[-1])], min(plan.trials, worlds), plan.seed)


def _replanned(plan: Plan) -> Plan:
    return Plan.of(plan.points, trials=plan.trials, seed=plan.seed, about=plan.about)


def foresee_worlds(scenario: Scenario, worlds: int, seed: int) -> Expected:
    """Play worlds and read at the beginning of each month what attackers expect.

    Args:
        scenario: what is played.
        worlds: how many, from trial 0.
        seed: of the run.
    """
    world = World(scenario, replicates=worlds, seed=seed)
    challengers, guarantors = world.roster.challengers, world.roster.guarantors
    active = [guarantor.name for guarantor in world.guarantors if bool(guarantor.active[0, 0])]
    steps = round(scenario.horizon / scenario.step)
    # Challenger, action, step, guarantor, level, world.
    seen = np.empty((len(challengers), len(OVERT), steps, len(guarantors), len(LEVELS), worlds), np.float32)
    for step in range(steps):
        world.stand()
        for code in range(len(challengers)):
            for place, action in enumerate(OVERT):
                levels = foreseen(world, code, action)
                for g, name in enumerate(guarantors):
                    seen[code, place, step, g] = levels[name][:, 0]
        world.step()
    outcomes = world.run()
    chances = {
        (challenger, name): _quantiles(1.0 - seen[code, OVERT.index(SHOWN), :, guarantors.index(name), 0])
        for code, challenger in enumerate(challengers)
        for name in active
    }
    told = {**about(scenario, seed), "trials": worlds, "worlds": worlds, "action": SHOWN, "asks": scenario.asks}
    months = tuple(float(step * scenario.step) for step in range(steps))
    attacked, anticipated, actual = _beside(seen, outcomes.columns, outcomes.labels, guarantors, scenario.step)
    return Expected(told, months, chances, anticipated, actual, attacked)


def _quantiles(chances: NDArray[np.float32]) -> dict[str, tuple[float, ...]]:
    """Quantiles over the worlds, by month; shape (months, worlds)."""
    values = np.quantile(chances.astype(np.float64), list(QUANTILES.values()), axis=1)
    return {name: tuple(map(float, row)) for name, row in zip(QUANTILES, values, strict=True)}


def _beside(
    seen: NDArray[np.float32], columns: Any, labels: Any, guarantors: tuple[str, ...], step: float
) -> tuple[int, dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    """Worlds with an attack, what was expected in them, and what the guarantors did."""
    first = columns["first_attack_month"][0]
    struck = np.flatnonzero(first >= 0)
    if not len(struck):
        return 0, {}, {}
    who = columns["first_attacker"][0][struck].astype(int)  # numbered as the challengers are
    grave = labels["highest_action"].index(OVERT[0])
    action = np.maximum(0, columns["highest_action"][0][struck].astype(int) - grave)
    at = np.minimum((first[struck] / step).astype(int), seen.shape[2] - 1)
    anticipated, actual = {}, {}
    for g, name in enumerate(guarantors):
        chances = seen[who, action, at, g, :, struck].mean(axis=0, dtype=np.float64)
        levels = np.maximum(0, columns[f"level_{name}"][0][struck])
        anticipated[name] = {level: float(share) for level, share in zip(LEVELS, chances, strict=True)}
        actual[name] = {level: float((levels == k).mean()) for k, level in enumerate(LEVELS)}
    return len(struck), anticipated, actual
