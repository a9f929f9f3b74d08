"""Through what a treaty works: its effect split among commitment, capability and alignment.

The arm is played with every subset of its channels on, on the same draws, beside the control; each channel's share of
the effect is its Shapley value (sim.experiment.shapley). What the arm changes with all channels off is told apart as
`other`: it is nothing where the arms differ in cover alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sim.experiment.arms import read_arms, seed_of
from sim.experiment.carry import Play, Progress, carry_out, opened, play, read_back
from sim.experiment.compare import DEFAULT_SEED
from sim.experiment.crossed import Crossed
from sim.experiment.metrics import METRICS
from sim.experiment.plan import Plan, whole
from sim.experiment.run import MOST_JOBS
from sim.experiment.shapley import weights, worlds
from sim.reading import InputError
from sim.reading.errors import shown_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sim.experiment.batch import Batch
    from sim.experiment.execute import Submits
    from sim.experiment.plan import Task
    from sim.experiment.summary import Estimate
    from sim.scenario import Scenario

CHANNELS: Final = ("commitment", "capability", "alignment")
"""Switches of a scenario that a treaty works through (model.md 4.8)."""

OTHER: Final = "other"
"""What the arm changes with all channels off."""

EFFECT: Final = "effect"
"""The whole of what the arm changes."""

_BESIDE: Final = ("alone", "last")


@dataclass(frozen=True)
class Part:
    """A channel's share of an effect.

    Attributes:
        share: in the unit of the metric.
        alone: what the channel changes if it is the only one that is on.
        last: what it changes if the others are on. Where `alone` and `last` differ, channels interact.
    """

    share: Estimate
    alone: float | None
    last: float | None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {**self.share.to_json(), "alone": self.alone, "last": self.last}


class Decomposition:
    """What a decomposition found.

    Attributes:
        control: name of the first arm.
        arm: name of the second.
        factors: channels that are on in the arm.
        effects: metric -> the whole effect.
        parts: metric -> channel, or `other`, -> its part. Parts add up to the effect.
        directory: where its parts lie; None if it was kept in memory.
    """

    def __init__(self, plan: Plan, directory: Path | None, sums: _Sums) -> None:
        """Hold what `decompose` found."""
        self.control, self.arm = plan.about["between"]
        self.factors = tuple(plan.about["factors"])
        self.seed, self.trials, self.directory = plan.seed, sums.trials, directory
        self.horizon = plan.points.arms[0].horizon
        self.effects: dict[str, Estimate] = {}
        self.parts: dict[str, dict[str, Part]] = {}
        for metric in METRICS:
            self.effects[metric.name], self.parts[metric.name] = sums.parts(metric.name)

    def to_json(self) -> dict[str, Any]:
        """Return what `article4 decompose --json` prints, as JSON values."""
        return {
            "command": "decompose",
            "seed": self.seed,
            "out": None if self.directory is None else str(self.directory),
            "control": self.control,
            "arm": self.arm,
            "factors": list(self.factors),
            "trials": self.trials,
            "horizon": self.horizon,
            "metrics": {
                name: {
                    "effect": effect.to_json(),
                    "shares": {part: found.to_json() for part, found in self.parts[name].items()},
                }
                for name, effect in self.effects.items()
            },
        }

    def __repr__(self) -> str:
        """Arms, trials and seed: what makes it again."""
        return f"<Decomposition of {self.arm} over {self.control}: {self.trials:,} trials, seed {self.seed}>"


def decompose(
    control: Scenario | str | Path,
    arm: Scenario | str | Path,
    *,
    trials: int = 10_000,
    seed: int = DEFAULT_SEED,
    overrides: Mapping[str, object] | Sequence[str] = (),
    jobs: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    executor: Submits | None = None,
    play: Play = play,
) -> Decomposition:
    """Split what an arm changes beside a control among the channels that are on in it.

    Args:
        control: a scenario, as such, by name or by path, or `NAME@key=value`.
        arm: likewise.
        trials: how many of each of the 2^k + 1 worlds.
        seed: 0 to 2^64 - 1.
        overrides: changes of both.
        jobs: worker processes at most; of an executor, how many tasks it does at once.
        out: directory to store the trials in.
        progress: is told after each task.
        executor: does the tasks instead; anything shaped like concurrent.futures.Executor.
        play: plays a task; the world unless a test says otherwise.

    Raises:
        InputError: something given cannot be compared, or no channel is on in the arm.
        TaskError: a task failed; the others were done and, with `out`, kept.
    """
    whole("jobs", jobs, 1, MOST_JOBS)
    plan = plan_decomposition(control, arm, trials=trials, seed=seed, overrides=overrides)
    return decompose_plan(plan, jobs=jobs, out=out, progress=progress, executor=executor, play=play)


def plan_decomposition(
    control: Scenario | str | Path,
    arm: Scenario | str | Path,
    *,
    trials: int,
    seed: int | None = None,
    overrides: Mapping[str, object] | Sequence[str] = (),
) -> Plan:
    """Return the plan of a decomposition; arguments and errors as for `decompose`."""
    first, second = read_arms([control, arm], overrides)
    factors = tuple(name for name in CHANNELS if getattr(second.scenario.channels, name))
    if not factors:
        raise InputError(f"{second.name}: no channel is on in it; one of {', '.join(CHANNELS)} is wanted")
    off = dict.fromkeys((f"channels.{name}" for name in factors), False)
    played = [second.scenario.with_(off | {f"channels.{name}": True for name in world}) for world in worlds(factors)]
    about = {
        "command": "decompose",
        "name": f"{first.scenario.name}-to-{second.scenario.name}",
        "between": [first.name, second.name],
        "factors": list(factors),
    }
    wanted = seed_of([first, second], seed, DEFAULT_SEED)
    return Plan.of([first.scenario, *played], trials=trials, seed=wanted, about=about)


def decompose_plan(
    plan: Plan,
    *,
    jobs: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    executor: Submits | None = None,
    play: Play = play,
) -> Decomposition:
    """Carry out the plan of a decomposition; arguments and errors as for `decompose`."""
    sums = _Sums(tuple(plan.about["factors"]))
    _, store = carry_out(plan, sums, jobs=jobs, out=out, progress=progress, executor=executor, play=play)
    return Decomposition(plan, None if store is None else store.directory, sums)


def stored_decomposition(directory: str | Path) -> Decomposition:
    """Read a finished decomposition back and sum it up; nothing is played.

    Raises:
        InputError: it is not the directory of a decomposition, or parts are not what they were.
    """
    plan, store = opened(directory)
    if plan.about.get("command") != "decompose":
        raise InputError(f"{shown_path(store.directory)}: holds a {plan.about.get('command')}, not a decomposition")
    sums = _Sums(tuple(plan.about["factors"]))
    read_back(plan, store, sums)
    return Decomposition(plan, store.directory, sums)


class _Sums:
    """Takes the outcomes: the control first, then the worlds in the order of `worlds(factors)`."""

    def __init__(self, factors: tuple[str, ...]) -> None:
        self._rows = _combinations(factors)
        self._factors = factors
        count = 1 + len(worlds(factors))
        self._sums = {metric.name: Crossed(count) for metric in METRICS}

    @property
    def trials(self) -> int:
        """Trials that are in."""
        return next(iter(self._sums.values())).trials

    def __call__(self, _task: Task, batch: Batch) -> None:
        for metric in METRICS:
            self._sums[metric.name].add(
                metric.numerator(batch), None if metric.denominator is None else metric.denominator(batch)
            )

    def parts(self, metric: str) -> tuple[Estimate, dict[str, Part]]:
        """The effect on a metric, and the parts of it."""
        sums = self._sums[metric]
        parts = {}
        for name in (*self._factors, OTHER):
            beside = (self._rows.get(f"{name} {how}") for how in _BESIDE)
            alone, last = (None if row is None else sums.combined(row).mean for row in beside)
            parts[name] = Part(sums.combined(self._rows[name]), alone, last)
        return sums.combined(self._rows[EFFECT]), parts


def _combinations(factors: tuple[str, ...]) -> dict[str, list[float]]:
    """What is taken of the control and the worlds, for every part of an effect: a weight each."""
    order = worlds(factors)
    place = {world: 1 + at for at, world in enumerate(order)}

    def between(more: int, less: int) -> list[float]:
        return [float(at == more) - float(at == less) for at in range(1 + len(order))]

    everything, nothing = frozenset(factors), frozenset[str]()
    rows = {EFFECT: between(place[everything], 0), OTHER: between(place[nothing], 0)}
    for factor, shares in weights(factors).items():
        rows[factor] = [0.0, *map(float, shares)]
        rows[f"{factor} alone"] = between(place[frozenset({factor})], place[nothing])
        rows[f"{factor} last"] = between(place[everything], place[everything - {factor}])
    return rows
