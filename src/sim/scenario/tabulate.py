"""Parameters as columns: what every parameter is, in every point of a plan and every parameter set."""

from __future__ import annotations

import functools
import hashlib
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from sim.reading import InputError, Problem
from sim.scenario.forms import Number, Recorded
from sim.scenario.leaves import leaves
from sim.scenario.recorded import clipped, held_by

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.scenario.leaf import Leaf
    from sim.scenario.schema import Scenario

SETS = 500
"""Parameter sets: replicate r plays set r mod SETS, so that what is not known is drawn per set, never per trial."""


def tabulate(points: Sequence[Scenario], sets: NDArray[np.int64]) -> Mapping[str, NDArray[np.float64]]:
    """Return every parameter of some scenarios, by dotted name such as `states.Russia.resolve`.

    A number gives (1, 1) if it is the same in all points, else (P, 1). A distribution or posterior draws give (1, R)
    if they are the same in all points, else (P, R). Arrays broadcast against (P, R) and are read-only.

    A distribution is read at the quantile of a uniform that depends on the parameter's name and on the set alone:
    stratified over the 500 sets, the same whatever the run's seed, so that arms share it. All posterior draws of a set
    come from one draw of the posterior.

    Args:
        points: P scenarios with the same parameters (their values may differ).
        sets: The set of each replicate, shape (R,), whole numbers from 0; taken modulo `SETS`.

    Raises:
        InputError: The record has no such key.
        ValueError: No points are given, or they have different parameters.
    """
    if not points:
        raise ValueError("no points to tabulate")
    tables = [_parameters(_Same(point)) for point in points]
    first = tables[0]
    for table in tables[1:]:
        if table is not first and table.keys() != first.keys():
            different = sorted(table.keys() ^ first.keys())
            raise ValueError(f"points differ in their parameters: {', '.join(different[:5])}")
    sets = np.asarray(sets, dtype=np.int64) % SETS
    return {name: _column(name, [table[name] for table in tables], sets) for name in first}


class _Same:
    """A scenario as a key of a cache: the same object, not an equal one, since comparing whole scenarios is slow."""

    __slots__ = ("scenario",)

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario

    def __hash__(self) -> int:
        return id(self.scenario)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.scenario is other.scenario


@functools.lru_cache(maxsize=4096)
def _parameters(same: _Same) -> Mapping[str, Leaf]:
    """Return the parameters of a scenario, equal ones as one object."""
    return {name: _one(_bare(leaf)) for name, leaf in leaves(same.scenario).items()}


@functools.lru_cache(maxsize=65536)
def _one(leaf: Leaf) -> Leaf:
    """Return the first parameter seen that equals this one."""
    return leaf


def _column(name: str, values: Sequence[Leaf], sets: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return one parameter in all points: (1, 1), (P, 1), (1, R) or (P, R)."""
    distinct = {id(leaf): leaf for leaf in values}
    numbers = [leaf.value for leaf in distinct.values() if isinstance(leaf, Number)]
    if len(numbers) == len(distinct):
        rows = np.array(numbers)[:, np.newaxis]
    else:
        rows = np.stack([over_sets(name, leaf)[sets] for leaf in distinct.values()])
    if len(distinct) == 1:
        column = rows
    else:
        row_of = {identity: row for row, identity in enumerate(distinct)}
        column = rows[[row_of[id(leaf)] for leaf in values]]
    column.flags.writeable = False
    return column


def _bare(leaf: Leaf) -> Leaf:
    """Return a parameter without its source, so that equal ones count as equal."""
    if leaf.source is None:
        return leaf
    return cast("Leaf", cast("Any", leaf).model_copy(update={"source": None}))


@functools.lru_cache(maxsize=8192)
def over_sets(name: str, leaf: Leaf) -> NDArray[np.float64]:
    """Return a parameter in every set, shape (SETS,), read-only.

    Raises:
        InputError: The record has no such key.
    """
    held = held_by(leaf) if isinstance(leaf, Recorded) else leaf
    if isinstance(leaf, Recorded) and isinstance(held, np.ndarray):
        values = clipped(leaf, held[np.arange(SETS) * len(held) // SETS] + leaf.shift)
    else:
        values = np.asarray(leaf.ppf(uniforms(name)), dtype=np.float64)
    if not np.isfinite(values).all():
        raise InputError(Problem(None, None, None, name, f"{leaf.text()} gives numbers that are not finite"))
    values.flags.writeable = False
    return values


@functools.lru_cache(maxsize=8192)
def uniforms(name: str) -> NDArray[np.float64]:
    """Return the uniform of a parameter in every set, shape (SETS,): the 500 midpoints, shuffled by the name.

    Philox keyed by the sha256 of the name (Salmon et al. 2011), ranked: the order does not hang on the way in which a
    version of NumPy shuffles.
    """
    key = np.frombuffer(hashlib.sha256(f"parameter:{name}".encode()).digest()[:16], dtype="<u8").astype(np.uint64)
    rank = np.argsort(np.argsort(np.random.Philox(key=key).random_raw(SETS), kind="stable"), kind="stable")
    values: NDArray[np.float64] = (rank + 0.5) / SETS
    values.flags.writeable = False
    return values
