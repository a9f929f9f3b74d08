"""What is meant to be replayed: a scenario, a stored run, or an arm of a stored comparison."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sim.experiment import manifest
from sim.experiment.arms import Arm, read_arm
from sim.experiment.carry import opened
from sim.reading import InputError, did_you_mean
from sim.reading.errors import shown_path
from sim.scenario import Scenario
from sim.scenario.names import names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.experiment.plan import Plan

DEFAULT_SEED: Final = 1
"""The seed of a replay for which none is given, if no stored run brings one."""


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


def beside(
    what: Scenario | str | Path, pair: Scenario | str | Path, overrides: Mapping[str, object] | Sequence[str]
) -> Arm:
    """Return the scenario of the twin: an arm of the same comparison if there is one of that name.

    Raises:
        InputError: there is none, or it is of another kind.
    """
    if is_stored(what) and isinstance(pair, str) and pair in arms_of(opened(Path(str(what)))[0]):
        return chosen(what, (), pair)
    return chosen(pair, () if is_stored(pair) else overrides)


def seed_of_replay(arm: Arm, seed: int | None) -> int:
    """Return the seed that was given, or that of a stored run.

    Raises:
        InputError: a stored run has another.
    """
    if arm.run is None:
        return DEFAULT_SEED if seed is None else seed
    held = arm.run[0].seed
    if seed is not None and seed != held:
        raise InputError(f"{arm.name}: was played with seed {held}, not {seed}: its trials are others")
    return held
