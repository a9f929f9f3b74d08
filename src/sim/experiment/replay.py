"""One world played again with its log: every decision, and beside it the same trial in another scenario."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sim.experiment.batch import NONE
from sim.experiment.meant import arms_of, beside, chosen, is_stored, seed_of_replay
from sim.experiment.pick import Picked, find_trials, typical_trial
from sim.experiment.plan import LARGEST_SEED, MOST_TRIALS, Task, whole
from sim.experiment.run import about
from sim.experiment.twin import Story, Twin, set_beside
from sim.reading import InputError, Problem
from sim.reading.errors import shown_path
from sim.world import BLOCK, World
from sim.world.roster import common

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sim.experiment.arms import Arm
    from sim.experiment.batch import Batch, Played
    from sim.scenario import Scenario


class Replay:
    """One world as it went: `.row`, `.events`, `.beliefs`, `.to_json()`.

    Attributes:
        world: how it went.
        twin: how the same trial went in another scenario, if one was asked for.
        picked: why this trial: what was looked for, and how many trials are so; None if it was given by number.
    """

    def __init__(self, world: Story, twin: Twin | None = None, picked: Picked | None = None) -> None:
        """Hold what `replay` played."""
        self.world = world
        self.twin = twin
        self.picked = picked

    @property
    def row(self) -> Mapping[str, Any]:
        """The columns of model.md 7.10, as they are stored."""
        return self.world.row

    @property
    def events(self) -> tuple[Mapping[str, Any], ...]:
        """What happened and who decided what, in order."""
        return self.world.events

    @property
    def beliefs(self) -> tuple[Mapping[str, Any], ...]:
        """What each observer believed of each guarantor at the start and at the end."""
        return self.world.beliefs

    def to_json(self) -> dict[str, Any]:
        """Return what `article4 replay --json` prints, as JSON values."""
        told = {"command": "replay", "seed": self.world.about["seed"], **self.world.to_json()}
        told["picked"] = None if self.picked is None else self.picked.to_json()
        told["twin"] = None if self.twin is None else self.twin.to_json()
        return told

    def __repr__(self) -> str:
        """Scenario, trial and seed: what makes the world again."""
        return f"<Replay of {self.world.name!r}: trial {self.world.trial:,}, seed {self.world.about['seed']}>"


def replay(
    what: Scenario | str | Path,
    trial: int | None = None,
    seed: int | None = None,
    *,
    find: str | None = None,
    typical: str | None = None,
    overrides: Mapping[str, object] | Sequence[str] = (),
    arm: str | None = None,
    pair: Scenario | str | Path | None = None,
) -> Replay:
    """Play one world again and keep its log. Of a stored run its row is held against the one that is stored.

    Which one: exactly one of `trial`, `find` and `typical` says it.

    Args:
        what: a scenario, a name, a path, `NAME@key=value`, or the directory of a stored run or comparison.
        trial: its number, from 0.
        seed: 0 to 2^64 - 1; by default that of the stored run, else 1.
        find: of what is stored, the first trial of which this is true; see `find_trials`.
        typical: of what is stored, the medoid of the trials of this outcome; see `typical_trial`.
        overrides: changes of the scenario; of a stored run none.
        arm: of a stored comparison, which; by default the last of two.
        pair: play the same trial here too: an arm of the stored comparison, or anything that `what` can be. The
            overrides change it too, unless it is stored.

    Raises:
        InputError: something given is unknown or out of its limits, the two cannot be set side by side, or the run was
            played by another version of article4.
    """
    if sum(given is not None for given in (trial, find, typical)) != 1:
        raise InputError("which world? Give one of trial, find and typical")
    one = chosen(what, overrides, arm)
    other = None if pair is None else beside(what, pair, overrides)
    number = whole("seed", seed_of_replay(one, seed), 0, LARGEST_SEED)
    if other is not None:
        common([one.scenario, other.scenario])
        seed_of_replay(other, number)
    picked = None if trial is not None else _picked(what, find, typical, arm)
    checked = whole("trial", trial if picked is None else picked.trials[0], 0, MOST_TRIALS - 1)
    world = _played(one, checked, number)
    return Replay(world, None if other is None else set_beside(world, _played(other, checked, number)), picked)


def _picked(what: Scenario | str | Path, find: str | None, typical: str | None, arm: str | None) -> Picked:
    """The trial that is looked for in what is stored."""
    if not is_stored(what):
        option = "--typical" if find is None else "--find"
        hint = "Play it first: `article4 run` or `article4 compare` stores it and says where."
        shown = str(getattr(what, "name", what))
        raise InputError(Problem(shown, None, None, "", f"no stored run; {option} looks through stored worlds", hint))
    if find is not None:
        return find_trials(str(what), find, arm)
    return typical_trial(str(what), str(typical), arm)


def _played(arm: Arm, trial: int, seed: int) -> Story:
    """Play a world with its log, and hold its row against the stored one."""
    world = World(arm.scenario, first=trial, seed=seed, log=True)
    before = _beliefs(world)
    row = _row(world.run(), 0, 0)
    after = _beliefs(world)
    told = tuple(
        MappingProxyType(
            {
                "observer": observer,
                "guarantor": guarantor,
                "truth": float(world.truth[guarantor][0, 0]),
                "mean_before": mean,
                "variance_before": variance,
                "mean": after[observer, guarantor][0],
                "variance": after[observer, guarantor][1],
            }
        )
        for (observer, guarantor), (mean, variance) in before.items()
    )
    assert world.log is not None  # noqa: S101 - asked for above
    events = tuple(MappingProxyType(event) for event in world.log.rows)
    held = _held(arm, trial)
    if held is not None and held != row:
        names = ", ".join(name for name in row if held.get(name, NONE) != row[name])
        raise InputError(
            f"{arm.name}: trial {trial} is stored otherwise; was it played by another version? See {names}"
        )
    of_scenario = about(arm.scenario, seed)
    return Story(arm.name, MappingProxyType(of_scenario), trial, row, events, told, stored=held is not None)


def _beliefs(world: World) -> dict[tuple[str, str], tuple[float, float]]:
    """Mean and variance of what each observer believes of each active guarantor now."""
    found = {}
    for o, observer in enumerate(world.observers):
        for g, guarantor in enumerate(world.guarantors):
            if bool(guarantor.active[0, 0]):
                belief = world.minds.of(o, g)
                found[observer.name, guarantor.name] = (float(belief.mean[0, 0]), float(belief.variance[0, 0]))
    return found


def _held(arm: Arm, trial: int) -> Mapping[str, Any] | None:
    """The stored row of a trial; None if it is not stored."""
    if arm.run is None:
        return None
    plan, store = arm.run
    if trial >= plan.trials:
        return None
    row = next(row for row, name in enumerate(arms_of(plan)) if name == arm.name)
    chunk = next(index for index, (first, stop) in enumerate(plan.chunks) if first <= row < stop)
    first, stop = plan.chunks[chunk]
    block = trial // BLOCK
    points = plan.points.part(first, stop)
    batch = store.read(Task(plan.hash, chunk, first, block, plan.replicates(block), plan.seed, points))
    if batch is None:
        raise InputError(f"{shown_path(store.directory)}: the part with trial {trial} is missing or not what it was")
    return _row(batch, row - first, trial - block * BLOCK)


def _row(played: Batch | Played, point: int, replicate: int) -> Mapping[str, Any]:
    """The columns of one cell as they are stored: codes as text, None where there is none."""
    row: dict[str, Any] = {}
    for name, values in played.columns.items():
        value = values[point, replicate].item()
        if name in played.labels:
            row[name] = None if value == NONE else played.labels[name][value]
        else:
            row[name] = None if isinstance(value, int) and value == NONE else value
    return MappingProxyType(row)
