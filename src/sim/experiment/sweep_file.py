"""A sweep as a file says it: what is varied, over which values, in which arms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import numpy as np
from pydantic import Field

from sim.experiment.designs import MOST_POINTS, Design, axes_of, design_of
from sim.experiment.plan import LARGEST_SEED, MOST_TRIALS
from sim.reading import InputError, Problem, read_yaml, validated
from sim.record import data_folder
from sim.scenario import Scenario, load
from sim.scenario.frozen import Frozen
from sim.scenario.names import find
from sim.world.roster import common

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sim.reading import Document
    from sim.scenario.leaf import Leaf

MOST_ARMS: Final = 16
"""More arms than this at every point are refused: they are played side by side."""

_ENDS: Final = (1e-9, 1.0 - 1e-9)
"""Quantiles of a distribution at which it is seen whether every value of it suits the arms."""


class SweepFile(Frozen):
    """What a sweep file holds."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    title: str = Field(max_length=200, description="one line that names the sweep")
    asks: str = Field(max_length=2000, description="the question this sweep asks")
    base: str | None = Field(default=None, description="the scenario that is varied, if there are no arms")
    arms: list[str] | dict[str, str | dict[str, Any]] | None = Field(
        default=None,
        description="scenarios played side by side at every point, the control first: names, files, NAME@key=value; or "
        "name -> one of these, or changes of the base",
    )
    design: Literal["grid", "list", "lhs", "sobol"] = Field(description="how points are made of the axes")
    points: int | None = Field(default=None, ge=2, le=MOST_POINTS, description="how many, of lhs and sobol")
    axes: dict[str, Any] = Field(description="dotted name -> list of values, or a distribution")
    tied: dict[str, list[str]] = Field(
        default={}, description="axis -> further dotted names that take the same value as it"
    )
    trials: int = Field(default=1_000, ge=1, le=MOST_TRIALS, description="trials of each arm at each point")
    seed: int = Field(default=1, ge=0, le=LARGEST_SEED, description="decides trials and points")


@dataclass(frozen=True)
class Asked:
    """A sweep that can be played.

    Attributes:
        file: what its file says.
        names: of the arms, the control first; of a single arm its scenario's.
        arms: resolved scenarios.
        design: the points.
        changes: overrides of each point: the design's, and what is tied to its axes.
    """

    file: SweepFile
    names: tuple[str, ...]
    arms: tuple[Scenario, ...]
    design: Design
    changes: tuple[Mapping[str, Any], ...]


def sweeps() -> dict[str, Path]:
    """Return the sweeps that ship with the package, by name."""
    return {path.stem: path for path in sorted((data_folder() / "scenarios" / "sweeps").glob("*.yaml"))}


def read_sweep(
    name_or_path: str | Path, *, overrides: Sequence[str] = (), trials: int | None = None, seed: int | None = None
) -> Asked:
    """Return a sweep with all that it refers to, every value tried on every arm.

    Args:
        name_or_path: the name of a shipped sweep, or the path of a file.
        overrides: changes of all arms, as `name=value`; the axes go on top.
        trials: of each arm at each point, in place of the file's.
        seed: in place of the file's.

    Raises:
        InputError: there is no such file; with every mistake in it.
    """
    path = sweeps().get(str(name_or_path)) or _found(name_or_path)
    document = read_yaml(path)
    named = document
    if isinstance(document.data, Mapping) and "name" not in document.data:
        named = _Named(document, path.stem)  # type: ignore[assignment]
    file = validated(SweepFile, named)
    given = {"trials": trials, "seed": seed}
    file = file.model_copy(update={name: value for name, value in given.items() if value is not None})
    names, arms = _arms(file, path, document, overrides)
    try:
        axes = axes_of(file.axes)
        design = design_of(file.design, axes, points=file.points, seed=file.seed)
    except InputError as error:
        raise InputError(*(_placed(problem, document) for problem in error.problems)) from None
    _tied_to_axes(file, document)
    _try_values(axes, file, arms, document)
    changes = tuple(with_tied(point, file.tied) for point in design.points)
    return Asked(file, names, arms, design, changes)


class _Named:
    """A document that is named after its file."""

    def __init__(self, document: Document, name: str) -> None:
        self._document = document
        self.data = {"name": name, **document.data}

    def spot(self, location: Any, *, key: bool = False) -> tuple[str | None, int | None, int | None]:
        """Return (file, line, column)."""
        return self._document.spot(location, key=key)


def _found(name_or_path: str | Path) -> Path:
    path = Path(name_or_path)
    if path.is_file():
        return path
    hint = f"There are: {', '.join(sweeps())}."
    raise InputError(Problem(str(name_or_path), None, None, "", "there is no sweep of this name", hint))


def _arms(
    file: SweepFile, path: Path, document: Document, overrides: Sequence[str]
) -> tuple[tuple[str, ...], tuple[Scenario, ...]]:
    """The scenarios that are played at every point."""
    if file.arms is None:
        if file.base is None:
            spot = document.spot(())
            raise InputError(Problem(*spot, "base", "is missing; give a scenario, or arms", None))
        entries: list[tuple[tuple[str | int, ...], str | None, Any]] = [(("base",), None, file.base)]
    elif isinstance(file.arms, list):
        entries = [(("arms", place), None, text) for place, text in enumerate(file.arms)]
    else:
        entries = [(("arms", name), name, how) for name, how in file.arms.items()]
    if not 1 <= len(entries) <= MOST_ARMS:
        message = f"{len(entries)} arms; 1 to {MOST_ARMS} are wanted"
        raise InputError(Problem(*document.spot(("arms",)), "arms", message, None))
    names, arms = [], []
    for location, name, how in entries:
        try:
            called, scenario = _arm(how, file, path, overrides)
        except InputError as error:
            raise InputError(*(_at(location, problem, document) for problem in error.problems)) from None
        names.append(name or called)
        arms.append(scenario)
    if len(set(names)) < len(names):
        hint = "Name them: name: scenario."
        raise InputError(Problem(*document.spot(("arms",)), "arms", "two arms have one name", hint))
    try:
        common(arms)
    except InputError as error:
        spot = document.spot(("arms",))
        raise InputError(*(Problem(*spot, "arms", problem.message, None) for problem in error.problems)) from None
    return tuple(names), tuple(arms)


def _arm(how: Any, file: SweepFile, path: Path, overrides: Sequence[str]) -> tuple[str, Scenario]:
    if isinstance(how, str):
        name, *changes = how.split("@")
        scenario = load(find(name, path.parent), changes)
        called = "@".join([scenario.name, *changes])
    else:
        if file.base is None:
            raise InputError("changes of the base, but there is no base")
        called, scenario = file.base, load(find(file.base, path.parent))
        scenario = scenario.with_(how) if how else scenario
    return called, scenario.with_(overrides) if overrides else scenario


def _at(location: tuple[str | int, ...], problem: Problem, document: Document) -> Problem:
    """A problem of what an entry names, at the entry."""
    told = f"{problem.where}: {problem.message}" if problem.where else problem.message
    return Problem(*document.spot(location), ".".join(map(str, location)), told, problem.hint)


def _placed(problem: Problem, document: Document) -> Problem:
    """A problem of the axes or the design at its place in the file."""
    name, colon, message = problem.message.partition(": ")
    head, _, axis = name.partition(".")
    if not colon or head not in document.data:
        return problem
    location = (head, axis) if axis else (head,)
    known = not axis or (isinstance(document.data[head], Mapping) and axis in document.data[head])
    return Problem(*document.spot(location if known else (head,)), name, message, problem.hint)


def _tied_to_axes(file: SweepFile, document: Document) -> None:
    for name in file.tied:
        if name not in file.axes:
            spot = document.spot(("tied", name), key=True)
            raise InputError(Problem(*spot, f"tied.{name}", "is no axis", f"There are: {', '.join(file.axes)}."))


def with_tied(point: Mapping[str, Any], tied: Mapping[str, Iterable[str]]) -> Mapping[str, Any]:
    """Return the overrides of a point: the values of its axes, and of what is tied to them."""
    return {**point, **{other: point[name] for name, others in tied.items() for other in others}}


def _tried(axis: tuple[Any, ...] | Leaf) -> Iterator[tuple[int, Any]]:
    """Values of an axis to be tried, with their places: of numbers the least and the greatest, of all else each."""
    if not isinstance(axis, tuple):
        yield from enumerate(axis.ppf(np.array(_ENDS)).tolist())
        return
    numbers = {at for at, value in enumerate(axis) if isinstance(value, (int, float)) and not isinstance(value, bool)}
    ends = {min(numbers, key=lambda at: axis[at]), max(numbers, key=lambda at: axis[at])} if numbers else set()
    yield from ((at, value) for at, value in enumerate(axis) if at in ends or at not in numbers)


def _try_values(
    axes: Mapping[str, tuple[Any, ...] | Leaf], file: SweepFile, arms: Sequence[Scenario], document: Document
) -> None:
    """Try the values of every axis on every arm, a distribution at its ends, and all first values together.

    Raises:
        InputError: a name is unknown or a value wrong, at the place of the axis; with all of them.
    """
    problems: list[Problem] = []
    for name, axis in axes.items():
        for arm in arms:
            for place, value in _tried(axis):
                try:
                    arm.with_(with_tied({name: value}, {name: file.tied.get(name, [])}))
                except InputError as error:
                    listed = isinstance(document.data["axes"][name], list)
                    unknown = any("unknown name" in found.message for found in error.problems)
                    location = ("axes", name, place) if listed and not unknown else ("axes", name)
                    spot = document.spot(location, key=unknown)
                    problems += [Problem(*spot, f"axes.{name}", one.message, one.hint) for one in error.problems]
            if problems and problems[-1].where == f"axes.{name}":
                break
    if problems:
        raise InputError(*dict.fromkeys(problems))
    first = {
        name: axis[0] if isinstance(axis, tuple) else float(axis.ppf(np.array(0.5))) for name, axis in axes.items()
    }
    try:
        common([arm.with_(with_tied(first, file.tied)) for arm in arms])
    except InputError as error:
        spot = document.spot(("axes",), key=True)
        raise InputError(*(Problem(*spot, "axes", str(problem), None) for problem in error.problems)) from None
