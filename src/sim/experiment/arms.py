"""The arms of a comparison: scenarios by name or file, with changes, or runs that were played already."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment import manifest
from sim.experiment.batch import Batch
from sim.experiment.carry import Play, opened, play
from sim.experiment.identity import differences
from sim.experiment.plan import Plan, Task
from sim.experiment.points import Points
from sim.reading import InputError, Problem
from sim.reading.errors import shown_path
from sim.scenario import Scenario, load
from sim.scenario.names import names
from sim.world.roster import common

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.experiment.batch import Played
    from sim.experiment.store import Store


@dataclass(frozen=True)
class Arm:
    """One arm.

    Attributes:
        name: what it is called: as it was asked for.
        scenario: what is played.
        run: the stored run whose trials it is, with its plan; None if it is to be played.
    """

    name: str
    scenario: Scenario
    run: tuple[Plan, Store] | None = None


def read_arms(
    given: Sequence[str | Path | Scenario], overrides: Mapping[str, object] | Sequence[str] = ()
) -> list[Arm]:
    """Return arms: scenarios, names, paths, `NAME@key=value@key=value`, or directories of stored runs.

    An arm that is given twice is called `NAME#2` the second time.

    Args:
        given: two or more; the first is the control.
        overrides: changes of all arms.

    Raises:
        InputError: fewer than two; one that is not there or wrong; arms that cannot be played side by side.
    """
    if len(given) < 2:
        raise InputError(f"two arms or more are to be compared, not {len(given)}: article4 compare outsider member")
    arms = [read_arm(one, overrides) for one in given]
    seen: Counter[str] = Counter()
    named = []
    for arm in arms:
        seen[arm.name] += 1
        name = arm.name if seen[arm.name] == 1 else f"{arm.name}#{seen[arm.name]}"
        named.append(Arm(name, arm.scenario, arm.run))
    common([arm.scenario for arm in named])
    return named


def read_arm(given: str | Path | Scenario, overrides: Mapping[str, object] | Sequence[str] = ()) -> Arm:
    """Return one arm: a scenario, a name, a path, `NAME@key=value`, or the directory of a stored run.

    Raises:
        InputError: it is not there or wrong.
    """
    if isinstance(given, Scenario):
        return Arm(given.name, given.with_(overrides) if overrides else given)
    if not isinstance(given, (str, Path)):
        raise InputError(f"an arm is a scenario, a name or a path, not {type(given).__name__}")
    text = str(given)
    if text not in names() and (Path(text) / manifest.NAME).is_file():
        return _stored(Path(text), overrides)
    name, *changes = text.split("@")
    for change in changes:
        if "=" not in change:
            raise InputError(Problem(text, None, None, "", f'"{change}" is no change; write NAME@key=value', None))
    scenario = load(name, changes)
    called = "@".join([scenario.name, *changes])
    return Arm(called, scenario.with_(overrides) if overrides else scenario)


def _stored(directory: Path, overrides: Mapping[str, object] | Sequence[str]) -> Arm:
    shown = shown_path(directory)
    plan, store = opened(directory)
    if len(plan.points) != 1:
        raise InputError(f"{shown}: holds {len(plan.points)} points; an arm is a run of one scenario")
    if overrides:
        raise InputError(f"{shown}: a stored run cannot be changed with --set; give the scenario in its place")
    now = Plan.of(plan.points, trials=plan.trials, seed=plan.seed)
    if now.hash != plan.hash:
        lines = differences(dict(plan.made_of), dict(now.made_of))
        raise InputError("\n  ".join([f"{shown}: was played by another version of article4. What differs:", *lines]))
    return Arm(plan.points[0].name, plan.points[0], (plan, store))


def seed_of(arms: Sequence[Arm], seed: int | None, default: int) -> int:
    """Return the seed of a comparison: as given, else that of the stored runs among the arms.

    Raises:
        InputError: a stored run has another: its trials are not those of the other arms.
    """
    stored = {arm.name: arm.run[0].seed for arm in arms if arm.run is not None}
    wanted = seed if seed is not None else next(iter(stored.values()), default)
    for name, held in stored.items():
        if held != wanted:
            raise InputError(
                f"{name}: was played with seed {held}, the comparison has {wanted}: "
                "trials of different seeds are no pairs"
            )
    return wanted


@dataclass(frozen=True)
class PlayArms:
    """Plays the arms of a task; of stored runs, reads what lies there.

    Attributes:
        runs: for each arm the stored run it is read from, with its plan, or None.
        play: plays what is not read.
    """

    runs: tuple[tuple[Plan, Store] | None, ...]
    play: Play = play

    def __call__(self, task: Task) -> Played:
        """Return the outcomes of every arm; the task's points are one change of them."""
        held = {row: found for row, run in enumerate(self.runs) if (found := _held(run, task)) is not None}
        rest = [row for row in range(len(self.runs)) if row not in held]
        if not rest:
            return _joined(held)
        points = Points(tuple(task.points[row] for row in rest))
        part = Task(task.run, task.chunk, task.first_row, task.block, task.replicates, task.seed, points)
        if not held:
            return self.play(part)
        played = Batch.of(part, self.play(part))
        for place, row in enumerate(rest):
            columns = {name: values[place : place + 1] for name, values in played.columns.items()}
            held[row] = Batch(row, task.first_trial, columns, played.labels)
        return _joined(held)


def _held(run: tuple[Plan, Store] | None, task: Task) -> Batch | None:
    """A block of a stored run, if enough of it lies there."""
    if run is None:
        return None
    plan, store = run
    wanted = Task(plan.hash, 0, 0, task.block, task.replicates, plan.seed, plan.points)
    return store.read(wanted)


def _joined(held: Mapping[int, Batch]) -> Batch:
    """Arms that were read or played apart, side by side."""
    rows = [held[row] for row in sorted(held)]
    columns = {name: np.concatenate([batch.columns[name] for batch in rows]) for name in rows[0].columns}
    return Batch(rows[0].first_row, rows[0].first_trial, columns, rows[0].labels)
