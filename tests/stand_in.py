"""A world of a few lines for tests of this room: every cell a pure function of seed and trial."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.scenario import tabulate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from sim.experiment import Task
    from sim.scenario import Scenario

LABELS = MappingProxyType(
    {
        "first_attacker": ("Israel", "United States"),
        "highest_action": ("none", "covert", "strike", "campaign"),
        "mandate": ("approved", "refused"),
        "outcome": (
            "no_attack",
            "strike_alone",
            "strike_aided",
            "campaign_alone",
            "campaign_aided",
            "military_response",
            "clash",
        ),
    }
)
HORIZON = 24

DRIVER = "states.Israel.opportunity.overt"
SPARES = "states.Israel.strike.cost"
APART = MappingProxyType({"ensemble": "prior", SPARES: {"uniform": [0.4, 0.7]}, DRIVER: {"uniform": [0.045, 0.115]}})
"""Changes by which parameters are drawn apart: in calibrated sets one that drives nothing goes with one that does."""
SETS = 500


@dataclass(frozen=True)
class StandIn:
    """What sim.world.Outcomes gives."""

    columns: Mapping[str, NDArray[Any]]
    labels: Mapping[str, tuple[str, ...]]


def play(task: Task) -> StandIn:
    """Attack with a probability that differs from set to set (ignorance) in a month drawn at random (luck)."""
    sets = (task.first_trial + np.arange(task.replicates)) % SETS
    return _outcomes(task, 0.2 + 0.6 * (sets + 0.5) / SETS)


def _outcomes(task: Task, chance: NDArray[np.float64]) -> StandIn:
    """Attack with a probability, of shape (replicates,) or (points, replicates)."""
    rows, width = len(task.points), task.replicates
    # Drawn for the whole block and cut: a trial does not depend on how many are asked for.
    block = np.random.Generator(np.random.Philox(key=task.seed, counter=[0, 0, 0, task.block]))
    luck = block.random((6, 4096))[:, :width]
    attacked = luck[0] < chance
    month = (luck[1] * HORIZON).astype(np.int16)
    level = np.where(attacked, (luck[2] * 4).astype(np.int8), -1).astype(np.int8)
    campaign = attacked & (luck[3] < 0.3)
    invoked = attacked & (luck[4] < 0.5)
    action = np.where(campaign, 3, np.where(attacked, 2, 0)).astype(np.int8)
    outcome = np.where(attacked, 1 + 2 * campaign + (level == 1), 0)
    outcome = np.where(level >= 2, 5, outcome).astype(np.int8)
    columns = {
        "attacks": attacked.astype(np.int16) * (1 + campaign),
        "first_attack_month": np.where(attacked, month, -1).astype(np.int16),
        "first_attacker": np.where(attacked, (luck[5] * 2).astype(np.int8), -1).astype(np.int8),
        "covert": (luck[5] * 3).astype(np.int16),
        "highest_action": action,
        "in_force_at_attack": attacked & (luck[5] < 0.5),
        "invoked": invoked,
        "mandate": np.where(invoked, (luck[2] > 0.5).astype(np.int8), -1).astype(np.int8),
        "level_Russia": level,
        "level_Belarus": np.where(attacked, 0, -1).astype(np.int8),
        "leader_combat": level == 3,
        "patron_joined": campaign & (luck[2] < 0.2),
        "clash": np.zeros(width, dtype=bool),
        "months_admitted": np.full(width, -1, dtype=np.int16),
        "months_at_risk": np.where(attacked, month + 1.0, float(HORIZON)),
        "loss_Iran": luck[3] * attacked,
        "threat_end": luck[2],
        "outcome": outcome,
    }
    return StandIn({name: np.broadcast_to(values, (rows, width)) for name, values in columns.items()}, LABELS)


@dataclass(frozen=True)
class Known:
    """Plays as above, but attacks with a probability that is a known function of arm and axes.

    Attributes:
        chance: from the name of the arm and the values of the axes.
        even: attack in exactly that share of a task's trials, so that there is no luck in it.
    """

    chance: Callable[[str, Mapping[str, Any]], float]
    even: bool = False

    def __call__(self, task: Task) -> StandIn:
        """Return the outcomes of a task; no scenario is built."""
        wanted = np.array([[self.chance(arm.name, at)] for at in task.points.changes for arm in task.points.arms])
        if self.even:
            order = (np.random.default_rng(task.block).permutation(task.replicates) + 0.5) / task.replicates
            return _outcomes(task, (order < wanted).astype(np.float64))
        return _outcomes(task, wanted)


@dataclass(frozen=True)
class Driven:
    """Plays as above, but attacks with a probability that follows one parameter's place among its sets.

    Attributes:
        driver: dotted name of the parameter.
        spared: name of an arm -> dotted name of the parameter whose place says how many of its attacks are spared.
    """

    driver: str
    spared: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, task: Task) -> StandIn:
        """Return the outcomes of a task."""
        sets = (task.first_trial + np.arange(task.replicates)) % SETS
        rows = []
        for arm in task.points.arms:
            chance = 0.3 + 0.6 * place(arm, self.driver)
            if arm.name in self.spared:
                chance = chance * (1.0 - 0.8 * (place(arm, self.spared[arm.name]) > 0.6))
            rows.append(chance[sets])
        return _outcomes(task, np.stack(rows))


def place(scenario: Scenario, name: str) -> NDArray[np.float64]:
    """Where a parameter's value in each set lies among its values in all sets, from 0 to 1."""
    values = tabulate([scenario], np.arange(SETS))[name][0]
    return np.asarray(np.argsort(np.argsort(values)) / (SETS - 1.0))


def deterred(task: Task) -> StandIn:
    """Play as above, but spare each point in a share of its trials: its `environment.threat.noise`."""
    luck = np.random.Generator(np.random.Philox(key=task.seed + 1, counter=[0, 0, 0, task.block])).random(4096)
    calm = {"level_Russia": -1, "level_Belarus": -1, "first_attack_month": -1, "months_at_risk": float(HORIZON)}
    calm |= {"first_attacker": -1, "mandate": -1, "months_admitted": -1}
    found = play(task).columns
    rows = []
    for row, point in enumerate(task.points):
        share: Any = point.environment.threat.noise
        spared = luck[: task.replicates] < share.value
        rows.append({name: np.where(spared, calm.get(name, 0), found[name][row]) for name in found})
    return StandIn({name: np.stack([row[name] for row in rows]).astype(found[name].dtype) for name in found}, LABELS)


def slow(task: Task) -> StandIn:
    """Play as above, but long enough to be killed in the middle; say which process does it, if anybody asks."""
    if folder := os.environ.get("STAND_IN_PIDS"):
        (Path(folder) / str(os.getpid())).touch()
    time.sleep(0.15)
    return play(task)


def fails_in_block_1(task: Task) -> StandIn:
    """Play as above, but for one block."""
    if task.block == 1:
        raise ZeroDivisionError("a rule divided by zero")
    return play(task)


def dies_in_block_2(task: Task) -> StandIn:
    """Play as above, but a worker that meets one block is gone, as if out of memory."""
    if task.block == 2:
        os._exit(9)
    return play(task)


def bytes_of(directory: Path) -> dict[str, bytes]:
    """Every file below parts/ with its content, unfinished ones of a killed process apart."""
    return {path.name: path.read_bytes() for path in sorted((directory / "parts").glob("[!.]*"))}
