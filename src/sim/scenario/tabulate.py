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

    from sim.record.ensemble import Ensemble
    from sim.scenario.leaf import Leaf
    from sim.scenario.schema import Scenario

SETS = 500
"""Parameter sets: replicate r plays set r mod SETS, so that what is not known is drawn per set, never per trial."""


SERIES = "series."
"""Keys of the record's series: a level month by month."""


def prior_sets(count: int = SETS) -> Ensemble:
    """Return parameter sets of which nothing is calibrated: posterior draws spread evenly, every quantile its own."""
    from sim.record import posterior  # noqa: PLC0415 - brings the whole record

    return _prior_sets(count, posterior().draws)


@functools.cache
def _prior_sets(count: int, draws: int) -> Ensemble:
    from sim.record.ensemble import PRIOR, Ensemble  # noqa: PLC0415 - brings the whole record

    return Ensemble(PRIOR, np.arange(count, dtype=np.int64) * draws // count, {}, {})


def sets_for(scenario: Scenario) -> Ensemble:
    """Return the parameter sets a scenario asks for (its `ensemble`); prior ones where none has been calibrated.

    Raises:
        InputError: they are damaged or missing, or were calibrated on another posterior.
    """
    from sim.record.ensemble import ensemble  # noqa: PLC0415 - brings the whole record

    return ensemble(scenario.ensemble) or prior_sets()


def tabulate(
    points: Sequence[Scenario], sets: NDArray[np.int64], among: Ensemble | None = None
) -> Mapping[str, NDArray[np.float64]]:
    """Return every parameter of some scenarios, by dotted name such as `states.Russia.resolve`.

    A number gives (1, 1) if it is the same in all points, else (P, 1). A distribution or posterior draws give (1, R)
    if they are the same in all points, else (P, R). Arrays broadcast against (P, R) and are read-only.

    A distribution is read at the set's quantile: the calibrated one if the ensemble was calibrated with the same prior
    (`prior_text`), else that of a uniform that depends on the parameter's name and on the set alone: stratified over
    the sets, the same whatever the run's seed, so that arms share it. All posterior draws of a set come from one draw
    of the posterior.

    Args:
        points: P scenarios with the same parameters (their values may differ).
        sets: The set of each replicate, shape (R,), whole numbers from 0; taken modulo the number of sets.
        among: The parameter sets; those that each scenario asks for if none are given.

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
    held = [sets_for(point) if among is None else among for point in points]
    sets = np.asarray(sets, dtype=np.int64) % held[0].sets
    return {name: _column(name, [table[name] for table in tables], held, sets) for name in first}


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


def _column(
    name: str, values: Sequence[Leaf], held: Sequence[Ensemble], sets: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return one parameter in all points: (1, 1), (P, 1), (1, R) or (P, R)."""
    keys = [(id(leaf), 0 if isinstance(leaf, Number) else id(mine)) for leaf, mine in zip(values, held, strict=True)]
    distinct = dict(zip(keys, zip(values, held, strict=True), strict=True))
    numbers = [leaf.value for leaf, _ in distinct.values() if isinstance(leaf, Number)]
    if len(numbers) == len(distinct):
        rows = np.array(numbers)[:, np.newaxis]
    else:
        rows = np.stack([over_sets(name, leaf, mine)[sets] for leaf, mine in distinct.values()])
    if len(distinct) == 1:
        column = rows
    else:
        row_of = {key: row for row, key in enumerate(distinct)}
        column = rows[[row_of[key] for key in keys]]
    column.flags.writeable = False
    return column


def _bare(leaf: Leaf) -> Leaf:
    """Return a parameter without its source, so that equal ones count as equal."""
    if leaf.source is None:
        return leaf
    return cast("Leaf", cast("Any", leaf).model_copy(update={"source": None}))


@functools.lru_cache(maxsize=8192)
def over_sets(name: str, leaf: Leaf, among: Ensemble) -> NDArray[np.float64]:
    """Return a parameter in every set, shape (sets,), read-only.

    Raises:
        InputError: The record has no such key.
    """
    held = held_by(leaf) if isinstance(leaf, Recorded) else leaf
    if isinstance(leaf, Recorded) and isinstance(held, np.ndarray):
        values = clipped(leaf, held[among.draws] + leaf.shift)
    else:
        values = np.array(leaf.ppf(quantiles(name, leaf, among)), dtype=np.float64)
    if not np.isfinite(values).all():
        raise InputError(Problem(None, None, None, name, f"{leaf.text()} gives numbers that are not finite"))
    values.flags.writeable = False
    return values


def quantiles(name: str, leaf: Leaf, among: Ensemble) -> NDArray[np.float64]:
    """Return the quantile of a parameter in every set: the calibrated one where the prior is the same, else its own."""
    return among.quantiles[name] if calibrated(name, leaf, among) else uniforms(name, among.sets)


def calibrated(name: str, leaf: Leaf, among: Ensemble) -> bool:
    """Say whether the quantiles of an ensemble are those of this parameter: same name, same prior."""
    return name in among.priors and among.priors[name] == prior_text(leaf)


def prior_text(leaf: Leaf) -> str | None:
    """Return the distribution of a parameter in words, None if it is a number or comes from the posterior's draws.

    A reference stands for what the record holds under its key; a shift moves what was calibrated and does not count. A
    series has one error for all of its months, so that any month stands for it.
    """
    if not isinstance(leaf, Recorded):
        return None if isinstance(leaf, Number) else _bare(leaf).text()
    held = held_by(leaf)
    if isinstance(held, np.ndarray | Number):
        return None
    return leaf.record.rpartition(".")[0] if leaf.record.startswith(SERIES) else held.text()


@functools.lru_cache(maxsize=8192)
def uniforms(name: str, count: int = SETS) -> NDArray[np.float64]:
    """Return the uniform of a parameter in every set, shape (count,): as many midpoints, shuffled by the name.

    Philox keyed by the sha256 of the name (Salmon et al. 2011), ranked: the order does not hang on the way in which a
    version of NumPy shuffles.
    """
    key = np.frombuffer(hashlib.sha256(f"parameter:{name}".encode()).digest()[:16], dtype="<u8").astype(np.uint64)
    rank = np.argsort(np.argsort(np.random.Philox(key=key).random_raw(count), kind="stable"), kind="stable")
    values: NDArray[np.float64] = (rank + 0.5) / count
    values.flags.writeable = False
    return values
