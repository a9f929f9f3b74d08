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
from sim.world.outcomes import ACTIONS

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
        anticipated: guarantor -> level -> mean chance, as the first attacker of each world saw it in the month in which
            it first attacked, of the gravest action of that month; empty where no world saw an attack.
        actual: guarantor -> level -> share of the same worlds in which that was its highest response in that month.
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
    first = _First.of(guarantors, worlds)
    for step in range(steps):
        world.stand()
        for code in range(len(challengers)):
            for place, action in enumerate(OVERT):
                levels = foreseen(world, code, action)
                for g, name in enumerate(guarantors):
                    seen[code, place, step, g] = levels[name][:, 0]
        world.step()
        _note(first, world, step)
    world.run()
    chances = {
        (challenger, name): _quantiles(1.0 - seen[code, OVERT.index(SHOWN), :, guarantors.index(name), 0])
        for code, challenger in enumerate(challengers)
        for name in active
    }
    told = {**about(scenario, seed), "trials": worlds, "worlds": worlds, "action": SHOWN, "asks": scenario.asks}
    months = tuple(float(step * scenario.step) for step in range(steps))
    attacked, anticipated, actual = _beside(seen, first)
    return Expected(told, months, chances, anticipated, actual, attacked)


def _quantiles(chances: NDArray[np.float32]) -> dict[str, tuple[float, ...]]:
    """Quantiles over the worlds, by month; shape (months, worlds)."""
    values = np.quantile(chances.astype(np.float64), list(QUANTILES.values()), axis=1)
    return {name: tuple(map(float, row)) for name, row in zip(QUANTILES, values, strict=True)}


@dataclass(frozen=True)
class _First:
    """The month of each world's first attack: its step (-1 none yet), who, the gravest action, what guarantors did."""

    step: NDArray[np.int64]
    attacker: NDArray[np.int64]
    action: NDArray[np.int64]
    levels: dict[str, NDArray[np.int64]]

    @classmethod
    def of(cls, guarantors: tuple[str, ...], worlds: int) -> _First:
        """No world has seen an attack."""
        step, attacker, action, *levels = np.full((3 + len(guarantors), worlds), -1)
        return cls(step, attacker, action, dict(zip(guarantors, levels, strict=True)))


def _note(first: _First, world: World, step: int) -> None:
    """Write down the worlds whose first attack came in this step: so far nothing else has answered one."""
    tally = world.tally
    now = (first.step < 0) & (tally.attacks[0] > 0)
    first.step[now] = step
    first.attacker[now] = tally.first_attacker[0][now]  # numbered as the challengers are
    first.action[now] = tally.highest_action[0][now] - ACTIONS.index(OVERT[0])
    for name, levels in first.levels.items():
        levels[now] = np.maximum(0, tally.level[name][0][now])


def _beside(
    seen: NDArray[np.float32], first: _First
) -> tuple[int, dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    """Worlds with an attack, what was expected in them, and what the guarantors did."""
    struck = np.flatnonzero(first.step >= 0)
    if not len(struck):
        return 0, {}, {}
    who, action, at = (column[struck] for column in (first.attacker, first.action, first.step))
    anticipated, actual = {}, {}
    for g, (name, levels) in enumerate(first.levels.items()):
        chances = seen[who, action, at, g, :, struck].mean(axis=0, dtype=np.float64)
        anticipated[name] = {level: float(share) for level, share in zip(LEVELS, chances, strict=True)}
        actual[name] = {level: float((levels[struck] == k).mean()) for k, level in enumerate(LEVELS)}
    return len(struck), anticipated, actual
