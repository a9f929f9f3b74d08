"""What drives the answer: sensitivity indices with intervals, held against what luck alone seems to do.

Three methods, each for its own kind of points:

- `sobol_indices`: shares of variance, first order and total, over independent axes (Saltelli et al. 2010, by SALib).
- `morris_effects`: elementary effects, a cheap screening of many axes (Morris 1991; Campolongo et al. 2007, by SALib).
- `given_data_indices`: first-order shares of variance from whatever points there are, correlated ones too (Plischke et
  al. 2013). Own code: SALib's `delta` gives such an index, but of one random resample, without correction of its bias,
  and seeds NumPy's global stream; its `rbd_fast` wants independent inputs.

Every interval is a 90 % interval of repeated sampling. No index is told from zero unless it lies above the noise floor:
the upper end of the interval of a dummy, which stands for no parameter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiment.designs import DUMMY, LEVELS, Design, unit_problem
from sim.experiment.extra import needed
from sim.reading import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVEL: Final = 0.9
"""Level of every interval."""

RESAMPLES: Final = 400
"""Bootstrap resamples: the ends of an interval of 90 % are then known to about a tenth of its width (convention)."""

MOST_BINS: Final = 100
"""Bins of a column at most: finer ones would tell nothing more of a smooth dependence (convention)."""

_AT_ONCE: Final = 1_000_000
"""Values resampled together: some tens of MiB."""

FEWEST_ROWS: Final = 50
"""With fewer rows, bins would hold too few values to tell a dependence from luck (convention)."""


@dataclass(frozen=True)
class Index:
    """One quantity that a method gives for one parameter.

    Attributes:
        estimate: its value; None where nothing varies. Estimates of shares can fall below 0 by luck: they are left so.
        interval: 90 %; None with the estimate.
        above_floor: whether the estimate lies above the noise floor; None where there is no floor.
    """

    estimate: float | None
    interval: tuple[float, float] | None
    above_floor: bool | None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "estimate": self.estimate,
            "interval": None if self.interval is None else list(self.interval),
            "above_floor": self.above_floor,
        }


@dataclass(frozen=True)
class Sensitivity:
    """What a method finds.

    Attributes:
        method: `sobol`, `morris` or `given_data`.
        parameters: dotted name -> name of the quantity -> index. Of `sobol`: `first`, `total`; of `morris`: `mu_star`
            (unit of the metric, from 5 % to 95 % of the axis), `mu`, `sigma`; of `given_data`: `first`.
        dummy: the same of the dummy; None without one.
        floor: name of the quantity -> upper end of the dummy's interval, of `mu` the end farther from 0; empty without
            a dummy.
        variance: variance of the values that the shares are shares of, without `noise`.
        evaluations: how many values it rests on.
        note: what the reader must know, if anything.
    """

    method: str
    parameters: Mapping[str, Mapping[str, Index]]
    dummy: Mapping[str, Index] | None
    floor: Mapping[str, float]
    variance: float
    evaluations: int
    note: str | None = None

    def ranked(self, quantity: str) -> list[str]:
        """Return the names of the parameters, the greatest estimate first; those without one last."""

        def size(name: str) -> float:
            found = self.parameters[name][quantity].estimate
            return math.inf if found is None else -found

        return sorted(self.parameters, key=size)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values; null for what there is no number of."""

        def told(indices: Mapping[str, Index]) -> dict[str, Any]:
            return {quantity: index.to_json() for quantity, index in indices.items()}

        return {
            "method": self.method,
            "parameters": {name: told(indices) for name, indices in self.parameters.items()},
            "dummy": None if self.dummy is None else told(self.dummy),
            "floor": dict(self.floor),
            "variance": self.variance,
            "evaluations": self.evaluations,
            "note": self.note,
        }


def sobol_indices(design: Design, values: Floats, *, seed: int) -> Sensitivity:
    """Return first-order and total indices (Sobol 1993; estimators of Saltelli et al. 2010, intervals by bootstrap).

    Args:
        design: as `sim.experiment.designs.saltelli` makes it.
        values: the metric at its points, shape (points,), in their order.
        seed: decides the resamples.

    Raises:
        InputError: another kind of design, or a value is missing.
    """
    checked = _checked(design, values, "saltelli")
    columns = design.columns
    if np.ptp(checked) == 0.0:
        return _constant("sobol", columns, ("first", "total"), checked)
    found = needed("SALib.analyze.sobol").analyze(
        unit_problem(len(columns)),
        checked,
        calc_second_order=False,
        num_resamples=RESAMPLES,
        conf_level=LEVEL,
        seed=_seed(seed),
    )
    quantities = {
        "first": (found["S1"], found["S1_conf"]),
        "total": (found["ST"], found["ST_conf"]),
    }
    step = len(columns) + 2
    first_and_last = np.concatenate([checked[::step], checked[step - 1 :: step]])
    return _held_against_dummy("sobol", columns, quantities, first_and_last, len(checked))


def morris_effects(design: Design, values: Floats, *, seed: int) -> Sensitivity:
    """Return mean absolute elementary effects (mu_star), their means (mu) and spread (sigma).

    An effect is scaled to the whole of its axis, from the 5 % to the 95 % quantile. A sigma near mu_star says that the
    effect depends on the other parameters or is not a straight line.

    Args:
        design: as `sim.experiment.designs.morris` makes it.
        values: the metric at its points, shape (points,), in their order.
        seed: decides the resamples.

    Raises:
        InputError: another kind of design, or a value is missing.
    """
    checked = _checked(design, values, "morris")
    columns = design.columns
    problem = unit_problem(len(columns))
    found = needed("SALib.analyze.morris").analyze(
        problem,
        design.unit,
        checked,
        num_resamples=RESAMPLES,
        conf_level=LEVEL,
        num_levels=LEVELS,
        seed=np.random.default_rng(seed),
    )
    effects = _elementary(design, checked)
    rows = np.random.default_rng(seed).integers(design.base, size=(RESAMPLES, design.base))
    resampled = effects[rows]
    half = {
        "mu_star": np.asarray(found["mu_star_conf"], dtype=np.float64),
        "mu": _half_width(resampled.mean(axis=1)),
        "sigma": _half_width(resampled.std(axis=1, ddof=1)),
    }
    quantities = {name: (np.asarray(found[name], dtype=np.float64), half[name]) for name in half}
    return _held_against_dummy("morris", columns, quantities, checked, len(checked))


def given_data_indices(
    columns: Mapping[str, NDArray[Any]], values: Floats, *, seed: int, noise: float = 0.0, together: bool = False
) -> Sensitivity:
    """Return first-order indices Var(E[y | x]) / Var(y) from given points, whatever made them (Plischke et al. 2013).

    Each column is cut into about sqrt(rows) bins of equal numbers; the variance between bins is freed of what luck
    within bins puts into it: epsilon squared (Kelley 1935) in place of the correlation ratio, which is biased by about
    bins / rows. Intervals are basic bootstrap intervals around the corrected index: resampling repeats the bias, so
    what is used of a resample is its distance from the uncorrected index. Near 0 they are wider than need be.

    Of correlated columns, each index holds what the column tells of the value, by itself or through those it goes
    along with; the indices may add up to more than 1. The dummy is a column shuffled RESAMPLES times: of parameters
    that do nothing, one in twenty lies above the floor. Of a hundred that is five, and a reader of a ranking would be
    told of them: `together`, the floor is what the greatest index of all columns comes to when the values are shuffled
    (Westfall and Young 1993), so that in nineteen of twenty analyses none of them lies above it.

    Args:
        columns: dotted name -> values of the parameter, shape (rows,); text or truth values are categories.
        values: the metric in each row, shape (rows,): for an ensemble, the means of its sets.
        seed: decides resamples and shuffles.
        noise: Monte Carlo variance of a value, taken out of Var(y): for an ensemble, mean of v_s / n_s.
        together: hold all columns against one floor, the dummy being no longer what it is the upper end of.

    Raises:
        InputError: fewer than FEWEST_ROWS rows, no column, a column of another length, or a value that is missing.
    """
    y = np.asarray(values, dtype=np.float64)
    _check_rows(columns, y)
    variance = float(y.var(ddof=1)) - noise
    if variance <= 0.0:
        only = "the values do not differ" if np.ptp(y) == 0.0 else "luck is all there is in the values"
        return _constant("given_data", tuple(columns), ("first",), y, only)
    bins = max(2, min(MOST_BINS, round(math.sqrt(len(y)))))
    scale = float(y.var(ddof=1)) / variance
    labels = [_labels(np.asarray(column), bins) for column in columns.values()]
    centred = y - y.mean()
    raw, corrected = np.concatenate([np.array(_ratios(one[None], centred[None])) for one in labels], axis=1)
    resampled, nothing, greatest = _repeated(labels, _labels(np.arange(len(y)), bins), centred, seed, together=together)
    tails = (1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0
    most, least = scale * (corrected - np.quantile(resampled - raw, tails, axis=0))
    low, high = scale * np.quantile(nothing, tails)
    dummy = Index(float(scale * nothing.mean()), (float(low), float(high)), above_floor=False)
    floor = scale * np.quantile(greatest, tails[1]) if together else high
    parameters = {
        name: {"first": Index(float(one), (float(low), float(high)), bool(one > floor))}
        for name, one, low, high in zip(columns, scale * corrected, least, most, strict=True)
    }
    return Sensitivity("given_data", parameters, {"first": dummy}, {"first": float(floor)}, variance, len(y))


def _repeated(
    labels: list[NDArray[np.int64]], inert: NDArray[np.int64], values: Floats, seed: int, *, together: bool
) -> tuple[Floats, Floats, Floats]:
    """Return corrected ratios of resamples, shape (RESAMPLES, columns), and of shuffled values.

    The latter of a column that is inert, and if `together` the greatest of all columns, each of shape (RESAMPLES,).
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    resampled, nothing = np.empty((RESAMPLES, len(labels))), np.empty(RESAMPLES)
    greatest = np.full(RESAMPLES, -np.inf)
    at_once = max(1, _AT_ONCE // len(values))
    for first in range(0, RESAMPLES, at_once):
        part = slice(first, min(RESAMPLES, first + at_once))
        rows = rng.integers(len(values), size=(part.stop - first, len(values)))
        drawn = values[rows]
        for place, one in enumerate(labels):
            resampled[part, place] = _ratios(one[rows], drawn)[1]
        shuffled = rng.permuted(np.tile(values, (part.stop - first, 1)), axis=1)
        nothing[part] = _ratios(np.tile(inert, (part.stop - first, 1)), shuffled)[1]
        for one in labels if together else ():
            found = _ratios(np.tile(one, (part.stop - first, 1)), shuffled)[1]
            greatest[part] = np.maximum(greatest[part], found)
    return resampled, nothing, greatest


def _ratios(labels: NDArray[np.int64], y: Floats) -> tuple[Floats, Floats]:
    """Return the correlation ratio of each row of values on its labels, and the same corrected, shape (rows of y,)."""
    repeats, count = y.shape
    bins = int(labels.max()) + 1
    flat = (labels + bins * np.arange(repeats)[:, None]).ravel()
    held = np.bincount(flat, minlength=repeats * bins).reshape(repeats, bins)
    sums = np.bincount(flat, weights=y.ravel(), minlength=repeats * bins).reshape(repeats, bins)
    total = (y * y).sum(axis=1) - y.sum(axis=1) ** 2 / count
    between = (sums * sums / np.maximum(held, 1)).sum(axis=1) - y.sum(axis=1) ** 2 / count
    ratio = np.divide(between, total, out=np.zeros(repeats), where=total > 0.0)
    used = (held > 0).sum(axis=1)
    corrected = 1.0 - (1.0 - ratio) * (count - 1.0) / np.maximum(count - used, 1.0)
    return ratio, np.where(used > 1, corrected, 0.0)


def _labels(column: NDArray[Any], bins: int) -> NDArray[np.int64]:
    """Return which bin each value lies in; equal values lie in the same one."""
    different, codes = np.unique(column, return_inverse=True)
    if len(different) <= bins or column.dtype.kind not in "iuf":
        return np.asarray(codes, dtype=np.int64)
    edges = np.unique(np.quantile(column, np.linspace(0.0, 1.0, bins + 1)[1:-1]))
    _, labels = np.unique(np.searchsorted(edges, column, side="right"), return_inverse=True)
    return np.asarray(labels, dtype=np.int64)


def _elementary(design: Design, values: Floats) -> Floats:
    """Return the elementary effects, shape (trajectories, columns): between neighbours on a trajectory one changes."""
    steps = np.diff(design.unit.reshape(design.base, -1, len(design.columns)), axis=1)
    changes = np.diff(values.reshape(design.base, -1), axis=1)
    changed = np.abs(steps).argmax(axis=2)
    effects = np.empty(changes.shape)
    step = np.take_along_axis(steps, changed[:, :, None], axis=2)[:, :, 0]
    np.put_along_axis(effects, changed, changes / step, axis=1)
    return effects


def _held_against_dummy(
    method: str,
    columns: tuple[str, ...],
    quantities: Mapping[str, tuple[Floats, Floats]],
    values: Floats,
    evaluations: int,
) -> Sensitivity:
    def size(quantity: str, found: float) -> float:
        return abs(found) if quantity == "mu" else found

    floor: dict[str, float] = {}
    dummy: dict[str, Index] | None = None
    note = None
    if DUMMY in columns:
        place = columns.index(DUMMY)
        floor = {name: float(size(name, found[place]) + half[place]) for name, (found, half) in quantities.items()}
        dummy = {name: _index(found, half, place, above=False) for name, (found, half) in quantities.items()}
        if not any(found[place] for found, _ in quantities.values()):
            note = (
                "the dummy changed no value: with the same luck at every point the floor is 0 and shows nothing of luck"
            )
    parameters = {
        name: {
            quantity: _index(
                found, half, place, above=size(quantity, found[place]) > floor[quantity] if floor else None
            )
            for quantity, (found, half) in quantities.items()
        }
        for place, name in enumerate(columns)
        if name != DUMMY
    }
    return Sensitivity(method, parameters, dummy, floor, float(values.var(ddof=1)), evaluations, note)


def _index(found: Floats, half: Floats, place: int, *, above: bool | np.bool_ | None) -> Index:
    middle, width = float(found[place]), float(half[place])
    return Index(middle, (middle - width, middle + width), None if above is None else bool(above))


def _constant(
    method: str, columns: tuple[str, ...], quantities: tuple[str, ...], values: Floats, why: str | None = None
) -> Sensitivity:
    nothing = {quantity: Index(None, None, None) for quantity in quantities}
    parameters = {name: nothing for name in columns if name != DUMMY}
    told = why or "the values do not differ"
    return Sensitivity(method, parameters, None, {}, 0.0, len(values), f"no index: {told}")


def _checked(design: Design, values: Floats, kind: str) -> Floats:
    if design.kind != kind:
        raise InputError(f"design: points of kind {kind} are wanted, not {design.kind}")
    found = np.asarray(values, dtype=np.float64)
    if found.shape != (len(design.points),):
        raise InputError(f"values: one for each of {len(design.points):,} points is wanted, not shape {found.shape}")
    _check_finite(found)
    return found


def _check_rows(columns: Mapping[str, NDArray[Any]], y: Floats) -> None:
    if y.ndim != 1 or len(y) < FEWEST_ROWS:
        raise InputError(f"values: {FEWEST_ROWS} rows or more are wanted, not {y.size}")
    if not columns:
        raise InputError("columns: at least one parameter is wanted")
    wrong = [name for name, column in columns.items() if np.shape(column) != y.shape]
    if wrong:
        raise InputError(
            *(f"{name}: {len(y):,} values are wanted, as many as there are of the metric" for name in wrong)
        )
    _check_finite(y)


def _check_finite(values: Floats) -> None:
    missing = np.flatnonzero(~np.isfinite(values))
    if len(missing):
        raise InputError(
            f"values: {len(missing):,} of {len(values):,} points have no value, the first is point {missing[0]}; "
            "choose a metric that every point has cases of, or more trials"
        )


def _half_width(resampled: Floats) -> Floats:
    """Return half the width of a 90 % interval from resamples, shape (resamples, columns) -> (columns,)."""
    from scipy.special import ndtri  # noqa: PLC0415 - heavy

    return np.asarray(ndtri(0.5 + LEVEL / 2.0) * resampled.std(axis=0, ddof=1))


def _seed(seed: int) -> int:
    """Return a seed that is never 0: SALib's Sobol analysis takes 0 for none and reads NumPy's global stream."""
    return int(np.random.SeedSequence(seed).generate_state(1)[0]) | 1
