"""What would change an answer: which parameters move what is stored, and at which value the answer would be another.

Of a run or a comparison the parameter sets are looked through (sim.experiment.lines); of a sweep its points. Nothing is
played.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiment.carry import opened, read_back
from sim.experiment.deters import DETERS
from sim.experiment.grid import NAMES
from sim.experiment.lines import Crossing, crossings, fitted_line, relative_slope
from sim.experiment.measured import RATIO, columns_of
from sim.experiment.metrics import METRICS
from sim.experiment.moments import Moments
from sim.experiment.pairs import HAZARD
from sim.experiment.sensitivity import varying
from sim.experiment.summary import FEWEST_SETS, QUANTILES
from sim.experiment.sweep import Chunks
from sim.reading import InputError
from sim.reading.errors import shown_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from sim.experiment.lines import Line
    from sim.experiment.plan import Plan
    from sim.experiment.store import Store

    Floats = NDArray[np.float64]

ATTACK: Final = "attack"
EVEN: Final = 0.5
"""Share of attacked worlds above which an attack is likelier than not."""

SAME: Final = 1.0
"""Hazard ratio at which an arm changes nothing: beyond it the sign of the effect is another."""

FEW_VALUES: Final = 25
"""An axis with at most so many values is followed from value to value; of more a line is drawn through the points.
Convention."""

LUCK: Final = 0.05
"""Chance that luck alone puts a parameter on the list, over all that were tried (Bonferroni). Convention."""


@dataclass(frozen=True)
class Mover:
    """A parameter that moves an answer.

    Attributes:
        parameter: its dotted name.
        values: what it has, and what the answer then is: two ends of the 90 % range over the sets, or every value of
            an axis, in their order; None where there is no answer.
        crossings: where the answer crosses each line that matters; none for an axis of words.
        errors_from_none: the slope over its error; None for an axis that is followed from value to value.
    """

    parameter: str
    values: tuple[tuple[Any, float | None], ...]
    crossings: tuple[Crossing, ...]
    errors_from_none: float | None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "parameter": self.parameter,
            "values": [{"value": value, "answer": answer} for value, answer in self.values],
            "crossings": [{"at": one.at, "value": one.value, "error": one.error} for one in self.crossings],
            "errors_from_none": self.errors_from_none,
        }


@dataclass(frozen=True)
class Flips:
    """What would change the answer of one arm.

    Attributes:
        arm: which; of a run its scenario.
        quantity: `hazard_ratio` beside the control, or `attack` where there is none.
        lines: where the answer is another: of a ratio 1 and DETERS, of a share one half.
        over: `sets` or `points`.
        cases: how many of them were looked through.
        tried: parameters that differ between them.
        movers: those that move the answer, the surest first.
        note: why there are none, or what the reader must know.
    """

    arm: str
    quantity: str
    lines: tuple[float, ...]
    over: str
    cases: int
    tried: int
    movers: tuple[Mover, ...]
    note: str | None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "arm": self.arm,
            "quantity": self.quantity,
            "lines": list(self.lines),
            "over": self.over,
            "cases": self.cases,
            "tried": self.tried,
            "movers": [mover.to_json() for mover in self.movers],
            "note": self.note,
        }


def find_flips(directory: str | Path) -> tuple[Flips, ...]:
    """Say what would change the answer of a stored run, comparison or sweep, arm by arm; nothing is played.

    Raises:
        InputError: the directory holds none of these, is not finished, or parts are not what they were.
    """
    plan, store = opened(directory)
    kind = plan.about.get("command")
    if kind == "sweep":
        return _of_sweep(plan, store)
    if kind not in {"run", "compare"}:
        raise InputError(f"{shown_path(store.directory)}: holds a {kind}; a run, a comparison or a sweep is wanted")
    return _of_sets(plan, store)


# --- parameter sets


def _of_sets(plan: Plan, store: Store) -> tuple[Flips, ...]:
    names = list(plan.about.get("arms") or [plan.points.arms[0].name])
    alone = len(names) == 1
    metric = next(one for one in METRICS if one.name == (ATTACK if alone else HAZARD))
    moments = Moments((metric,), len(names))
    read_back(plan, store, lambda _task, batch: moments.add(batch))
    events, exposure = moments.sums[0, 1], moments.sums[0, 2]
    parameters = varying(plan.points.arms)
    if alone:
        return (_through_sets(names[0], parameters, [events[0]], [exposure[0]]),)
    return tuple(
        _through_sets(name, parameters, [events[row], events[0]], [exposure[row], exposure[0]])
        for row, name in enumerate(names)
        if row > 0
    )


def _through_sets(
    arm: str, parameters: dict[str, Floats], events: Sequence[Floats], exposure: Sequence[Floats]
) -> Flips:
    """What moves an arm's answer over the sets: of two rates their ratio, of one the rate itself."""
    quantity, lines = (RATIO, (SAME, DETERS)) if len(events) == 2 else (ATTACK, (EVEN,))
    used = np.asarray([one > 0.0 for one in exposure]).all(axis=0)
    kept = {name: values[used] for name, values in parameters.items() if np.ptp(values[used]) > 0.0}
    counts: dict[str, Any] = {"over": "sets", "cases": int(used.sum()), "tried": len(kept)}
    told = (arm, quantity, lines)
    if used.sum() < FEWEST_SETS:
        return Flips(*told, **counts, movers=(), note=f"too few parameter sets were played; {FEWEST_SETS} are needed")
    if not kept:
        return Flips(*told, **counts, movers=(), note="no parameter differs between the sets")
    if any(one[used].sum() == 0.0 for one in events):
        return Flips(*told, **counts, movers=(), note="a scenario saw no attack: there is nothing to be moved")
    columns = np.stack(list(kept.values()))
    rates = [fitted_line(columns, one[used], other[used]) for one, other in zip(events, exposure, strict=True)]
    found = _movers(list(kept), columns, rates, lines)
    note = None if found else "no parameter moves it by more than luck would"
    return Flips(*told, **counts, movers=found, note=note)


def _movers(names: Sequence[str], columns: Floats, rates: Sequence[Line], lines: Sequence[float]) -> tuple[Mover, ...]:
    """The parameters whose slope luck does not explain, the surest first."""
    from scipy.special import ndtri  # noqa: PLC0415 - heavy

    if len(rates) == 2:
        slope, error = relative_slope(rates[0], rates[1])
    else:
        slope, error = rates[0].slope, np.sqrt((rates[0].slope_parts ** 2).sum(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        sureness = np.where(error > 0.0, slope / error, 0.0)
    centre = columns.mean(axis=1)
    reach = np.stack([columns.min(axis=1), columns.max(axis=1)], axis=1) - centre[:, None]
    ends = np.quantile(columns, QUANTILES, axis=1)
    at_ends = [_answer(rates, end - centre) for end in ends]
    crossed = {line: _crossed(rates, line, reach) for line in lines}
    needed = float(ndtri(1.0 - LUCK / (2.0 * len(names))))
    order = sorted(range(len(names)), key=lambda k: -abs(sureness[k]))
    return tuple(
        Mover(
            names[k],
            tuple((float(end[k]), _known(answer[k])) for end, answer in zip(ends, at_ends, strict=True)),
            tuple(_placed(line, crossed[line][k], float(centre[k])) for line in lines),
            float(sureness[k]),
        )
        for k in order
        if abs(sureness[k]) > needed
    )


def _answer(rates: Sequence[Line], offset: Floats) -> Floats:
    if len(rates) == 1:
        return np.minimum(1.0, rates[0].at(offset))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(rates[0].at(offset) / rates[1].at(offset))


def _crossed(rates: Sequence[Line], line: float, reach: Floats) -> list[tuple[float, float]]:
    if len(rates) == 1:
        return crossings(((rates[0], 1.0),), line, reach)
    return crossings(((rates[0], 1.0), (rates[1], -line)), 0.0, reach)


def _placed(line: float, found: tuple[float, float], centre: float) -> Crossing:
    value = _known(found[0])
    return Crossing(line, None if value is None else centre + value, None if value is None else _known(found[1]))


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


# --- points of a sweep


def _of_sweep(plan: Plan, store: Store) -> tuple[Flips, ...]:
    sums = Chunks(plan)
    read_back(plan, store, sums)
    names = list(plan.about["arms"])
    axes = list(plan.about["axes"])
    columns = columns_of([{name: change[name] for name in axes} for change in plan.points.changes])
    metric = NAMES.index(ATTACK if len(names) == 1 else HAZARD)
    means = sums.grid.own[:, :, metric, 0]
    rows = [(names[0], means[:, :1])] if len(names) == 1 else []
    rows += [(name, means[:, [row, 0]]) for row, name in enumerate(names) if row > 0]
    return tuple(_along_axes(name, columns, values) for name, values in rows)


def _along_axes(arm: str, columns: dict[str, NDArray[Any]], values: Floats) -> Flips:
    """What moves an arm's answer along the axes of a sweep; along each, the mean over all else."""
    quantity, lines = (RATIO, (SAME, DETERS)) if values.shape[1] == 2 else (ATTACK, (EVEN,))
    movers: list[Mover] = []
    for name, column in columns.items():
        if len(np.unique(column)) < 2:
            continue
        if column.dtype.kind in "iuf" and len(np.unique(column)) > FEW_VALUES:
            ones = np.ones(len(values))
            rates = [fitted_line(np.asarray(column, float)[None, :], one, ones) for one in values.T]
            movers += _movers([name], np.asarray(column, float)[None, :], rates, lines)
        else:
            stepwise = _stepwise(name, column, values, lines)
            # Points share their draws: where nothing changes, the answers are equal to the last bit.
            movers += [stepwise] if len({answer for _, answer in stepwise.values}) > 1 else []
    note = None if movers else "no axis moves it by more than luck would"
    return Flips(arm, quantity, lines, "points", len(values), len(columns), tuple(movers), note)


def _stepwise(name: str, column: NDArray[Any], values: Floats, lines: Sequence[float]) -> Mover:
    """An axis from value to value, in the order of numbers or as it is given; crossings lie between neighbours."""
    numbers = column.dtype.kind in "iuf"
    held = sorted(set(column.tolist())) if numbers else list(dict.fromkeys(column.tolist()))
    means = np.array([values[column == value].mean(axis=0) for value in held])
    answers = means[:, 0] if values.shape[1] == 1 else _quotients(means)
    told = tuple((value, _known(answer)) for value, answer in zip(held, answers, strict=True))
    if not numbers:
        return Mover(name, told, (), None)
    found = []
    for line in lines:
        over = means[:, 0] - (line if values.shape[1] == 1 else line * means[:, 1])
        found.append(Crossing(line, _between(held, over), None))
    return Mover(name, told, tuple(found), None)


def _quotients(means: Floats) -> Floats:
    empty = np.full(len(means), np.nan)
    return np.asarray(np.divide(means[:, 0], means[:, 1], out=empty, where=means[:, 1] > 0.0))


def _between(held: Sequence[float], over: Floats) -> float | None:
    """The first value at which something passes 0, in a straight line between neighbours."""
    for (left, before), (right, after) in pairwise(zip(held, over.tolist(), strict=True)):
        if before * after < 0.0 or (before != 0.0 and after == 0.0):
            return float(left + (right - left) * before / (before - after))
    return None
