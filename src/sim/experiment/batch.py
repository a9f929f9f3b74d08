"""The outcomes of one task: columns over points and trials, and the table they become."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from sim.experiment.plan import Task

NONE = -1
"""In a column of whole numbers: there is none. Counts and codes are never negative."""


class Played(Protocol):
    """What playing a task gives: `sim.world.Outcomes`, or anything of its shape."""

    @property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        """Every column by name, shape (points, replicates): bool, int8, int16, int32 or float64."""
        ...

    @property
    def labels(self) -> Mapping[str, tuple[str, ...]]:
        """For each coded column (int8) the text of its codes."""
        ...


@dataclass(frozen=True)
class Batch:
    """Outcomes of some points over some consecutive trials.

    Attributes:
        first_row: number of the first point.
        first_trial: number of the first trial.
        columns: every column by name, shape (points, replicates).
        labels: for each coded column the text of its codes; NONE stands for no text.
    """

    first_row: int
    first_trial: int
    columns: Mapping[str, NDArray[Any]]
    labels: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, task: Task, played: Played) -> Batch:
        """Take what playing a task gave.

        Raises:
            ValueError: a column is not of the task's shape.
        """
        shape = (len(task.points), task.replicates)
        columns = {}
        for name, values in played.columns.items():
            if values.shape != shape:
                raise ValueError(f"column {name} is of shape {values.shape}, not {shape}")
            columns[name] = np.ascontiguousarray(values)
        labels = {name: tuple(text) for name, text in played.labels.items()}
        return cls(task.first_row, task.first_trial, columns, labels)

    @property
    def shape(self) -> tuple[int, int]:
        """Points and replicates."""
        rows, replicates = next(iter(self.columns.values())).shape
        return rows, replicates

    def first(self, replicates: int) -> Batch:
        """Return the first trials only."""
        return self.some(0, replicates)

    def some(self, skipped: int, replicates: int) -> Batch:
        """Return so many trials after the first few."""
        if replicates == self.shape[1]:
            return self
        these = slice(skipped, skipped + replicates)
        kept = {name: np.ascontiguousarray(values[:, these]) for name, values in self.columns.items()}
        return Batch(self.first_row, self.first_trial + skipped, kept, self.labels)

    def is_(self, column: str, text: str) -> NDArray[np.bool_]:
        """Return where a coded column says `text`, shape (points, replicates)."""
        return np.asarray(self.columns[column] == self.labels[column].index(text))

    def addresses(self) -> dict[str, NDArray[np.int32]]:
        """Return `point` and `trial` of every cell, sorted by point, then trial."""
        rows, replicates = self.shape
        points = np.arange(self.first_row, self.first_row + rows, dtype=np.int32)
        trials = np.arange(self.first_trial, self.first_trial + replicates, dtype=np.int32)
        return {"point": np.repeat(points, replicates), "trial": np.tile(trials, rows)}


def table(batches: Iterable[Batch]) -> pd.DataFrame:
    """Return batches as one table, a row a trial: codes as categories, NONE as missing."""
    import pandas as pd  # noqa: PLC0415 - heavy: imported where it is used

    held = list(batches)
    addresses = [batch.addresses() for batch in held]
    columns: dict[str, Any] = {
        name: np.concatenate([address[name] for address in addresses]) for name in ("point", "trial")
    }
    for name in held[0].columns:
        values = np.concatenate([batch.columns[name].ravel() for batch in held])
        if name in held[0].labels:
            columns[name] = pd.Categorical.from_codes(values, dtype=pd.CategoricalDtype(list(held[0].labels[name])))
        elif np.issubdtype(values.dtype, np.integer) and (values == NONE).any():
            columns[name] = pd.arrays.IntegerArray(values, values == NONE)
        else:
            columns[name] = values
    return pd.DataFrame(columns)
