"""Points of a design: which values of which parameters are played, before anything is played.

Every design is made in the unit cube and carried to the axes by quantiles, so that sampling, analysis and parameters
are told apart: an index is computed in the cube, a point is played in the parameters' own units.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.reading import InputError, did_you_mean, shown
from sim.scenario import Leaf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Cube = NDArray[np.float64]

MOST_POINTS: Final = 100_000
"""More points than this are refused: at a thousand trials each they would be a hundred million trials."""

DUMMY: Final = "dummy"
"""Name of the axis that stands for no parameter: what it seems to do is what luck does."""

LUCKS: Final = 8
"""Seeds among which the dummy chooses, each for an eighth of its axis (convention)."""

LEVELS: Final = 4
"""Levels of a Morris design: the usual choice (Morris 1991; Campolongo et al. 2007)."""

ENDS: Final = (0.05, 0.95)
"""Quantiles at the first and last level of a Morris design: those of the 90 % intervals, so that no axis is played at
an infinite value and an elementary effect is the change from one end of an interval to the other."""

_EDGE: Final = 2.0**-32
"""Nearest that a quantile comes to 0 and 1, where a distribution may be infinite: below the 2^-30 of a Sobol point."""


@dataclass(frozen=True)
class Design:
    """Points to be played.

    Attributes:
        kind: `grid`, `list`, `lhs`, `sobol`, `saltelli` or `morris`.
        names: dotted names of the axes, without the dummy.
        points: one mapping a point, dotted name -> value, as overrides take it.
        unit: the same in the unit cube, shape (points, axes); a further last column is the dummy's if `dummy`. For a
            list of values, the middle of the value's share of the axis.
        base: rows of the sample that the design is built from: points of a matrix of a Saltelli design, trajectories of
            a Morris design, else the number of points.
        dummy: whether there is a dummy axis.
    """

    kind: str
    names: tuple[str, ...]
    points: tuple[Mapping[str, Any], ...] = field(repr=False)
    unit: Cube = field(repr=False)
    base: int
    dummy: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of `unit`."""
        return (*self.names, DUMMY) if self.dummy else self.names

    def luck(self, count: int = LUCKS) -> NDArray[np.int64]:
        """Return which of `count` seeds each point is to be played with, shape (points,); 0 without a dummy.

        A dummy is inert, and on common random numbers an inert parameter has an index of exactly 0, however few the
        trials. Where it picks the seed, luck is one more factor (Marrel et al. 2012) and the dummy's index is its
        share.
        """
        if not self.dummy:
            return np.zeros(len(self.points), dtype=np.int64)
        return _place(self.unit[:, -1], count)

    def table(self) -> dict[str, NDArray[Any]]:
        """Return the values of every axis as a column, shape (points,): what scenario discovery works on."""
        return {name: np.array([point[name] for point in self.points]) for name in self.names}


Axes = dict[str, "tuple[Any, ...] | Leaf"]


def axes_of(given: Mapping[str, Any]) -> Axes:
    """Check axes: dotted name -> list of values, or a distribution (a Leaf, or as a file gives it).

    Raises:
        InputError: no axis at all; an axis without values, with one twice, or with what is neither list nor
            distribution. All mistakes at once.
    """
    if not given:
        raise InputError("axes: at least one is wanted, dotted name -> list of values or distribution")
    axes: Axes = {}
    problems: list[str] = []
    for name, axis in given.items():
        try:
            axes[name] = _axis(axis)
        except ValueError as error:
            problems.append(f"axes.{name}: {error}")
    if DUMMY in given:
        problems.append(f"axes.{DUMMY}: the name is kept for the axis that shows luck; leave it out")
    if problems:
        raise InputError(*problems)
    return axes


def design_of(kind: str, axes: Axes, *, points: int | None = None, seed: int = 0) -> Design:
    """Make a design by its name in a sweep file.

    Args:
        kind: `grid`, `list`, `lhs` or `sobol`.
        axes: as `axes_of` returns them.
        points: how many, for `lhs` and `sobol`.
        seed: decides them; the seed of the trials may be the same, their streams have nothing in common.

    Raises:
        InputError: an unknown kind, `points` missing or given where the axes decide; or as the designs say.
    """
    if kind in {"grid", "list"}:
        if points is not None:
            raise InputError(f"points: a {kind} has as many points as its axes say; leave it out")
        return (grid if kind == "grid" else listed)(axes)
    made: dict[str, Callable[..., Design]] = {"lhs": latin_hypercube, "sobol": sobol}
    if kind not in made:
        hint = did_you_mean(kind, ["grid", "list", *made])
        raise InputError(f"design: {shown(kind)} is none of grid, list, lhs, sobol.{f' {hint}' if hint else ''}")
    if points is None:
        raise InputError(f"points: say how many, for a design of kind {kind}")
    return made[kind](axes, points, seed)


def grid(axes: Axes) -> Design:
    """Return every combination of the values of the axes; the last axis varies fastest.

    Raises:
        InputError: an axis is a distribution; or there are more than MOST_POINTS points.
    """
    values = _lists("grid", axes)
    count = math.prod(len(one) for one in values)
    if count > MOST_POINTS:
        sizes = " x ".join(str(len(one)) for one in values)
        raise InputError(
            f"axes: a grid of {sizes} = {count:,} points is beyond the {MOST_POINTS:,} allowed; give fewer values, or "
            "a design of kind lhs or sobol"
        )
    places = np.array(list(itertools.product(*(range(len(one)) for one in values))), dtype=np.int64)
    return _from_places("grid", axes, values, places)


def listed(axes: Axes) -> Design:
    """Return the first values of all axes, then the second ones, and so on.

    Raises:
        InputError: an axis is a distribution; the lists differ in length; or there are more than MOST_POINTS points.
    """
    values = _lists("list", axes)
    lengths = {name: len(one) for name, one in zip(axes, values, strict=True)}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise InputError(f"axes: the points of a list need a value of every axis, but {told}")
    _at_most(len(values[0]))
    places = np.repeat(np.arange(len(values[0]))[:, None], len(values), axis=1)
    return _from_places("list", axes, values, places)


def latin_hypercube(axes: Axes, points: int, seed: int) -> Design:
    """Return a Latin hypercube: each axis cut into as many shares as there are points, one point in each (McKay 1979).

    Raises:
        InputError: fewer than 2 points or more than MOST_POINTS.
    """
    from scipy.stats import qmc  # noqa: PLC0415 - heavy

    _enough(points)
    return _from_cube("lhs", axes, qmc.LatinHypercube(len(axes), rng=_generator(seed)).random(points), points)


def sobol(axes: Axes, points: int, seed: int) -> Design:
    """Return a scrambled Sobol sequence (Owen 1998).

    Raises:
        InputError: the number of points is not a power of two, or beyond 2 to MOST_POINTS.
    """
    from scipy.stats import qmc  # noqa: PLC0415 - heavy

    _enough(points)
    _power_of_two("points", points)
    return _from_cube("sobol", axes, qmc.Sobol(len(axes), rng=_generator(seed)).random(points), points)


def saltelli(axes: Axes, base: int, seed: int, *, dummy: bool = True) -> Design:
    """Return the matrices A, A with one column of B, and B, for Sobol indices of first order and total (Saltelli 2010).

    Args:
        axes: as `axes_of` returns them; independent of each other by construction.
        base: rows of A, a power of two; base x (columns + 2) points are played.
        seed: decides the points.
        dummy: whether to add the axis that shows luck.

    Raises:
        InputError: `base` is not a power of two, there are too many points, or SALib is not installed.
    """
    sample = _salib("SALib.sample.sobol")
    width = len(axes) + dummy
    _power_of_two("base", base)
    _enough(base * (width + 2))
    cube = sample(unit_problem(width), base, calc_second_order=False, seed=_generator(seed))
    return _from_cube("saltelli", axes, cube, base, dummy=dummy)


def morris(axes: Axes, trajectories: int, seed: int, *, dummy: bool = True) -> Design:
    """Return trajectories that change one axis at a time, for elementary effects (Morris 1991).

    Each axis has LEVELS levels, at equal steps of its quantile from 5 % to 95 %.

    Args:
        axes: as `axes_of` returns them.
        trajectories: 2 or more; trajectories x (columns + 1) points are played.
        seed: decides the points.
        dummy: whether to add the axis that shows luck.

    Raises:
        InputError: fewer than 2 trajectories, too many points, or SALib is not installed.
    """
    sample = _salib("SALib.sample.morris")
    if trajectories < 2:
        raise InputError(f"trajectories: {trajectories} is too few; one shows no spread, 10 to 50 are usual")
    width = len(axes) + dummy
    _enough(trajectories * (width + 1))
    cube = sample(unit_problem(width), trajectories, num_levels=LEVELS, seed=_generator(seed))
    return _from_cube("morris", axes, cube, trajectories, dummy=dummy)


def unit_problem(width: int) -> dict[str, Any]:
    """Return the unit cube in the form in which SALib takes a problem."""
    return {"num_vars": width, "names": [f"x{column}" for column in range(width)], "bounds": [[0.0, 1.0]] * width}


def _salib(module: str) -> Callable[..., Cube]:
    from sim.experiment.extra import needed  # noqa: PLC0415 - heavy

    found: Callable[..., Cube] = needed(module).sample
    return found


def _axis(axis: Any) -> tuple[Any, ...] | Leaf:
    if isinstance(axis, (list, tuple)):
        if not axis:
            raise ValueError("no values; give at least one")
        seen: set[tuple[type, str]] = set()
        for value in axis:
            if (type(value), repr(value)) in seen:
                raise ValueError(f"{shown(value)} is there twice")
            seen.add((type(value), repr(value)))
        return tuple(axis)
    leaf = axis if isinstance(axis, Leaf) else _leaf(axis)
    low, high = leaf.support()
    if low == high:
        raise ValueError(f"{leaf.text()} does not vary; give a list of values, or a distribution")
    return leaf


def _leaf(given: Any) -> Leaf:
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415 - heavy

    adapter: TypeAdapter[Leaf] = TypeAdapter(Leaf)
    try:
        return adapter.validate_python(given)
    except ValidationError as error:
        raise ValueError(error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")) from None


def _lists(kind: str, axes: Axes) -> list[tuple[Any, ...]]:
    drawn = [name for name, axis in axes.items() if isinstance(axis, Leaf)]
    if drawn:
        raise InputError(*(f"axes.{name}: a {kind} takes lists of values; a distribution wants lhs" for name in drawn))
    return [axis for axis in axes.values() if not isinstance(axis, Leaf)]


def _from_places(kind: str, axes: Axes, values: Sequence[Sequence[Any]], places: NDArray[np.int64]) -> Design:
    unit = (places + 0.5) / np.array([len(one) for one in values])
    points = tuple(
        MappingProxyType({name: one[at] for name, one, at in zip(axes, values, row, strict=True)})
        for row in places.tolist()
    )
    return Design(kind, tuple(axes), points, unit, len(points))


def _from_cube(kind: str, axes: Axes, cube: Cube, base: int, *, dummy: bool = False) -> Design:
    low, high = ENDS if kind == "morris" else (0.0, 1.0)
    columns = []
    for axis, quantiles in zip(axes.values(), cube.T, strict=False):
        if isinstance(axis, Leaf):
            at = np.clip(low + (high - low) * quantiles, _EDGE, 1.0 - _EDGE)
            columns.append(axis.ppf(at).tolist())
        else:
            columns.append([axis[place] for place in _place(quantiles, len(axis)).tolist()])
    points = tuple(MappingProxyType(dict(zip(axes, row, strict=True))) for row in zip(*columns, strict=True))
    return Design(kind, tuple(axes), points, cube, base, dummy)


def _place(quantiles: Cube, count: int) -> NDArray[np.int64]:
    """Return which of `count` equal shares of the axis a quantile lies in."""
    return np.minimum((quantiles * count).astype(np.int64), count - 1)


def _generator(seed: int) -> np.random.Generator:
    """Return a generator of its own: a seed of 0 is a seed, and no library's global state decides a point."""
    return np.random.default_rng(seed)


def _enough(points: int) -> None:
    if points < 2:
        raise InputError(f"points: {points} is too few; 2 or more are wanted")
    _at_most(points)


def _at_most(points: int) -> None:
    if points > MOST_POINTS:
        raise InputError(f"points: {points:,} are beyond the {MOST_POINTS:,} allowed")


def _power_of_two(name: str, count: int) -> None:
    if count < 2 or count & (count - 1):
        below = 2 ** max(1, count.bit_length() - 1) if count > 0 else 2
        raise InputError(
            f"{name}: a Sobol sequence is even only over a power of two, which {count:,} is not; "
            f"{below:,} and {2 * below:,} are the nearest"
        )
