"""The numbers of a batch: every parameter of its scenarios as a column, and the cells that a crisis takes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from sim.record.covariates import COVARIATES
from sim.scenario import tabulate
from sim.world.response import Coefficients

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.record.ensemble import Ensemble
    from sim.scenario import Scenario

    Array = NDArray[np.float64]

T = TypeVar("T", bound=np.generic)

LARGEST: Final = 1e9
"""Bound of numbers in single precision."""

PRECISIONS: Final = ("choice.precision", "crisis.request.sharpness")
"""Parameters that say how sharply an agent chooses."""


@dataclass(frozen=True)
class Cells:
    """Some cells of a batch, by the index of their point and their replicate.

    Attributes:
        point: row of each cell.
        replicate: column of each cell.

    """

    point: NDArray[np.intp]
    replicate: NDArray[np.intp]
    _cut: dict[int, tuple[Any, Any]] = field(default_factory=dict, repr=False, compare=False)
    _flat: dict[int, NDArray[np.intp]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def where(cls, mask: NDArray[np.bool_]) -> Cells:
        """The cells of a batch at which a mask of its shape is true."""
        point, replicate = np.nonzero(mask)
        return cls(point, replicate)

    @classmethod
    def everywhere(cls, shape: tuple[int, int]) -> Cells:
        """All cells of a batch, row by row."""
        return cls.where(np.ones(shape, np.bool_))

    def __len__(self) -> int:
        """Number of cells."""
        return len(self.point)

    def take(self, column: NDArray[T]) -> NDArray[T]:
        """Values of the cells in a column that broadcasts to (points, replicates).

        The shape is (cells,), or () or (1,) where all cells have the same value.
        """
        if column.ndim < 2:
            return column
        if column.shape == (1, 1):
            return np.array(column[0])  # a copy, as of other columns: what was seen stays as it was seen
        if column.shape[0] == 1:
            return np.asarray(column[0][self.replicate])
        if column.shape[1] == 1:
            return np.asarray(column[:, 0][self.point])
        return np.asarray(column.reshape(-1)[self.flat(column.shape[1])])

    def along(self, columns: NDArray[T]) -> NDArray[T]:
        """Values of the cells in several columns of the batch's shape, of the shape (..., points, replicates)."""
        laid = columns.reshape(*columns.shape[:-2], -1)
        return np.asarray(laid.take(self.flat(columns.shape[-1]), axis=-1))

    def flat(self, replicates: int) -> NDArray[np.intp]:
        """Index of the cells in a column of the batch laid flat: one index costs a quarter of two."""
        kept = self._flat.get(replicates)
        if kept is None:
            kept = self._flat[replicates] = self.point * replicates + self.replicate
        return kept

    def own(self, thing: Any) -> Any:
        """What `cut` gives for a thing that never changes, such as a parameter: cut once, then kept."""
        kept = self._cut.get(id(thing))
        if kept is None:
            # The thing is held too: as long as it is, nothing else can have its id.
            kept = self._cut[id(thing)] = (thing, cut(thing, self))
        return kept[1]

    def full(self, column: NDArray[T]) -> NDArray[T]:
        """Values of the cells, one each whatever the column's shape."""
        return np.array(np.broadcast_to(self.take(column), len(self)))

    def of(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Cells:
        """Some of the cells: by one flag a cell, or by their places."""
        return Cells(self.point[which], self.replicate[which])


class Values:
    """Every parameter of the points of a batch, by dotted name.

    Where agents are maximisers (`choice.rule`) the precisions of choices are infinite, so that one switch serves acting
    and anticipation; what the scenario says stays in `precision`.

    Args:
        points: the scenarios, all of one roster.
        sets: parameter set of each replicate, shape (replicates,).
        among: the parameter sets; those that each scenario asks for if none are given.

    """

    def __init__(self, points: Sequence[Scenario], sets: NDArray[np.int64], among: Ensemble | None = None) -> None:
        columns = dict(tabulate(points, sets, among))
        self.precision: Array = columns["choice.precision"]
        maximisers = np.array([[point.choice.rule == "maximiser"] for point in points])
        if maximisers.any():
            for name in PRECISIONS:
                columns[name] = np.where(maximisers, np.inf, columns[name])
        self._columns: Mapping[str, Array] = columns

    def __getitem__(self, name: str) -> Array:
        """Column of a parameter, shape (1 or points, 1 or replicates)."""
        return self._columns[name]

    def group(self, prefix: str, names: Sequence[str]) -> dict[str, Array]:
        """Several parameters under one prefix, by their last name."""
        return {name: self._columns[f"{prefix}.{name}"] for name in names}

    def coefficients(self) -> Coefficients:
        """The response's coefficients."""
        return Coefficients(
            intercept=self["response.intercept"],
            in_force=self["response.in_force"],
            covariates=self.group("response.covariates", COVARIATES),
            cutpoints=(
                self["response.cutpoints.aid"],
                self["response.cutpoints.troops"],
                self["response.cutpoints.combat"],
            ),
            shock=self["response.shock"],
        )


def cut(thing: Any, cells: Cells) -> Any:
    """Some cells of a thing made of columns: an array, or a tuple, mapping or frozen dataclass of such things."""
    if isinstance(thing, np.ndarray):
        return cells.take(thing)
    if isinstance(thing, tuple):
        return tuple(cut(part, cells) for part in thing)
    if isinstance(thing, Mapping):
        return {name: cut(part, cells) for name, part in thing.items()}
    if is_dataclass(thing) and not isinstance(thing, type):
        return type(thing)(*(cut(getattr(thing, name), cells) for name in names_of(type(thing))))
    return thing


def cast(thing: Any, working: type[np.floating[Any]]) -> Any:
    """A thing made of columns with its floating numbers in another precision; all else as it is.

    In a lower precision numbers end at a bound whose fourth power is still finite: what is worked out from them is too.
    """
    if isinstance(thing, np.ndarray):
        if thing.dtype == working or thing.dtype.kind != "f":
            return thing
        return thing.clip(-LARGEST, LARGEST).astype(working)
    if isinstance(thing, tuple):
        return tuple(cast(part, working) for part in thing)
    if isinstance(thing, Mapping):
        return {name: cast(part, working) for name, part in thing.items()}
    if is_dataclass(thing) and not isinstance(thing, type):
        return type(thing)(*(cast(getattr(thing, name), working) for name in names_of(type(thing))))
    return thing


@cache
def names_of(kind: type) -> tuple[str, ...]:
    """Names of the fields of a dataclass, in order."""
    return tuple(field.name for field in fields(kind))
