"""One world played again with its log: every decision, and beside it the same trial in another scenario."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sim.experiment import manifest
from sim.experiment.arms import Arm, read_arm
from sim.experiment.batch import NONE
from sim.experiment.carry import opened
from sim.experiment.plan import LARGEST_SEED, MOST_TRIALS, Plan, Task, whole
from sim.experiment.run import about
from sim.reading import InputError, did_you_mean
from sim.reading.errors import shown_path
from sim.scenario import Scenario
from sim.scenario.names import names
from sim.world import BLOCK, World
from sim.world.roster import common

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.experiment.batch import Batch, Played
    from sim.experiment.store import Store

DEFAULT_SEED: Final = 1
"""The seed of a replay for which none is given, if no stored run brings one."""

_NAMING: Final = ("month", "phase", "actor", "observer", "decision", "event", "exchange")
"""What tells which event of a world it is; of several alike, the first is set beside the first."""

_ONLY, _DEED, _ODDS = "only here", "deed", "odds"


@dataclass(frozen=True)
class Story:
    """One world as it went.

    Attributes:
        name: what its scenario is called: as it was asked for.
        about: its scenario, title, hash, protégé, seed and horizon.
        trial: its number.
        row: the columns of model.md 7.10 as they are stored: codes as text, None where there is none.
        events: what happened and who decided what, in order; see docs/model.md on the log.
        beliefs: for each observer and guarantor mean and variance at the start and at the end, and the truth at the
            start; latents in logits, at the reference crisis.
        stored: whether the row was found to equal the one that is stored.
    """

    name: str
    about: Mapping[str, Any]
    trial: int
    row: Mapping[str, Any]
    events: tuple[Mapping[str, Any], ...]
    beliefs: tuple[Mapping[str, Any], ...]
    stored: bool

    def to_json(self) -> dict[str, Any]:
        """Return the world as JSON values."""
        return {
            "name": self.name,
            **self.about,
            "trial": self.trial,
            "stored": self.stored,
            "row": dict(self.row),
            "beliefs": [dict(belief) for belief in self.beliefs],
            "events": [dict(event) for event in self.events],
        }


@dataclass(frozen=True)
class Twin:
    """The same trial in another scenario, and where it goes another way.

    Attributes:
        world: how it went there.
        differs: for each event of the one world and of the other: None where they agree; `odds` where only numbers
            differ; `deed` where something else was chosen or happened; `only here` where the other has no such event.
        first: place in the one world's events and in the other's of the first that is no matter of numbers alone; None
            in a world that has no such event there; both None where all went the same way.
        first_choice: the same of the first decision.
    """

    world: Story
    differs: tuple[tuple[str | None, ...], tuple[str | None, ...]]
    first: tuple[int | None, int | None]
    first_choice: tuple[int | None, int | None]

    def to_json(self) -> dict[str, Any]:
        """Return the twin as JSON values."""
        return {
            **self.world.to_json(),
            "differs": {"one": list(self.differs[0]), "other": list(self.differs[1])},
            "first": dict(zip(("one", "other"), self.first, strict=True)),
            "first_choice": dict(zip(("one", "other"), self.first_choice, strict=True)),
        }


class Replay:
    """One world as it went: `.row`, `.events`, `.beliefs`, `.to_json()`.

    Attributes:
        world: how it went.
        twin: how the same trial went in another scenario, if one was asked for.
        picked: why this trial: what was looked for, and how many trials are so; None if it was given by number.
    """

    def __init__(self, world: Story, twin: Twin | None = None, picked: Mapping[str, Any] | None = None) -> None:
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
        told["picked"] = None if self.picked is None else dict(self.picked)
        told["twin"] = None if self.twin is None else self.twin.to_json()
        return told

    def __repr__(self) -> str:
        """Scenario, trial and seed: what makes the world again."""
        return f"<Replay of {self.world.name!r}: trial {self.world.trial:,}, seed {self.world.about['seed']}>"


def replay(
    what: Scenario | str | Path,
    trial: int,
    seed: int | None = None,
    *,
    overrides: Mapping[str, object] | Sequence[str] = (),
    arm: str | None = None,
    pair: Scenario | str | Path | None = None,
    picked: Mapping[str, Any] | None = None,
) -> Replay:
    """Play one world again and keep its log. Of a stored run its row is held against the one that is stored.

    Args:
        what: a scenario, a name, a path, `NAME@key=value`, or the directory of a stored run or comparison.
        trial: its number, from 0.
        seed: 0 to 2^64 - 1; by default that of the stored run, else 1.
        overrides: changes of the scenario; of a stored run none.
        arm: of a stored comparison, which; by default the last of two.
        pair: play the same trial here too: an arm of the stored comparison, or anything that `what` can be. The
            overrides change it too, unless it is stored.
        picked: what the replay tells of why it is this trial.

    Raises:
        InputError: something given is unknown or out of its limits, the two cannot be set side by side, or the run was
            played by another version of article4.
    """
    checked = whole("trial", trial, 0, MOST_TRIALS - 1)
    one = chosen(what, overrides, arm)
    number = whole("seed", _seed(one, seed), 0, LARGEST_SEED)
    other = None if pair is None else _beside(what, pair, overrides)
    if other is not None:
        common([one.scenario, other.scenario])
        _seed(other, number)
    world = _played(one, checked, number)
    return Replay(world, None if other is None else _twin(world, _played(other, checked, number)), picked)


def chosen(
    what: Scenario | str | Path, overrides: Mapping[str, object] | Sequence[str] = (), arm: str | None = None
) -> Arm:
    """Return what is to be played: a scenario, a stored run, or an arm of a stored comparison.

    Raises:
        InputError: there is none, or it is of another kind.
    """
    if not is_stored(what):
        if arm is not None:
            raise InputError(f"arm: {what} is not a stored comparison; only one has arms to choose from")
        return read_arm(what, overrides)
    directory = Path(str(what))
    plan, store = opened(directory)
    shown = shown_path(directory)
    if overrides:
        raise InputError(f"{shown}: a stored run cannot be changed with --set; give the scenario in its place")
    place = row_of(plan, shown, arm)
    return Arm(arms_of(plan)[place], plan.points[place], (plan, store))


def is_stored(what: Scenario | str | Path) -> bool:
    """Say whether a directory of a stored run is meant, not a scenario."""
    return not isinstance(what, Scenario) and str(what) not in names() and (Path(str(what)) / manifest.NAME).is_file()


def arms_of(plan: Plan) -> list[str]:
    """Return what the arms of a plan are called."""
    own = [str(point.name) for point in plan.points.arms]
    called = [str(name) for name in plan.about.get("arms", own)]
    return called if len(called) == len(own) else own


def row_of(plan: Plan, shown: str, arm: str | None) -> int:
    """Return the number of the point that is asked for in a stored run or comparison: an arm's, or the only one's.

    Raises:
        InputError: it is a sweep, there is no such arm, or it is not said which is meant.
    """
    if plan.points.changed:
        raise InputError(f"{shown}: holds a sweep; a run or a comparison can be replayed")
    called = arms_of(plan)
    listed = ", ".join(called)
    if arm is None:
        if len(called) > 2:
            raise InputError(f"{shown}: holds several arms; say which with --arm: {listed}")
        return len(called) - 1
    if arm not in called:
        meant = did_you_mean(arm, called)
        raise InputError(" ".join(filter(None, [f'{shown}: holds no arm "{arm}".', meant, f"There are {listed}."])))
    return called.index(arm)


def _beside(
    what: Scenario | str | Path, pair: Scenario | str | Path, overrides: Mapping[str, object] | Sequence[str]
) -> Arm:
    """The scenario of the twin: an arm of the same comparison if there is one of that name."""
    if is_stored(what) and isinstance(pair, str) and pair in arms_of(opened(Path(str(what)))[0]):
        return chosen(what, (), pair)
    return chosen(pair, () if is_stored(pair) else overrides)


def _seed(arm: Arm, seed: int | None) -> int:
    """The seed that was given, or that of a stored run."""
    if arm.run is None:
        return DEFAULT_SEED if seed is None else seed
    held = arm.run[0].seed
    if seed is not None and seed != held:
        raise InputError(f"{arm.name}: was played with seed {held}, not {seed}: its trials are others")
    return held


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
        raise InputError(f"{arm.name}: trial {trial} is stored otherwise; was it played by another version? See {names}")
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


def _twin(one: Story, other: Story) -> Twin:
    """Set the events of two worlds side by side."""
    named = (_named(one.events), _named(other.events))
    differs = tuple(
        tuple(_differs(event, theirs.get(key)) for key, event in mine.items()) for mine, theirs in (named, named[::-1])
    )
    first = _first(named, differs, decisions=False)
    return Twin(other, (differs[0], differs[1]), first, _first(named, differs, decisions=True))


_Named = dict[tuple[Any, ...], "Mapping[str, Any]"]


def _named(events: Sequence[Mapping[str, Any]]) -> _Named:
    """Events by what tells them from all others, in order."""
    seen: Counter[tuple[Any, ...]] = Counter()
    found = {}
    for event in events:
        name = tuple(event.get(part) for part in _NAMING)
        found[(*name, seen[name])] = event
        seen[name] += 1
    return found


def _differs(event: Mapping[str, Any], other: Mapping[str, Any] | None) -> str | None:
    if other is None:
        return _ONLY
    if event == other:
        return None
    deeds = [{name: value for name, value in one.items() if isinstance(value, (str, bool))} for one in (event, other)]
    return _ODDS if deeds[0] == deeds[1] else _DEED


def _first(
    named: tuple[_Named, _Named], differs: tuple[tuple[str | None, ...], ...], *, decisions: bool
) -> tuple[int | None, int | None]:
    """Places of the first event that went another way; an event that one world lacks has none there."""
    found: list[tuple[float, int, int, tuple[Any, ...]]] = []
    for side, (events, ways) in enumerate(zip(named, differs, strict=True)):
        for place, ((key, event), way) in enumerate(zip(events.items(), ways, strict=True)):
            parted = event.get("choice") if decisions else way
            if way in {_ONLY, _DEED} and parted is not None:
                found.append((float(event["month"]), place, side, key))
                break
    if not found:
        return None, None
    key = min(found, key=lambda entry: entry[:3])[3]
    places = [list(events).index(key) if key in events else None for events in named]
    return places[0], places[1]
