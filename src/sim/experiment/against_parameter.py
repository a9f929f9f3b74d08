"""The answer against one parameter over the parameter sets of what is stored: set by set, in groups, and as a line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiment.carry import opened, read_back
from sim.experiment.convergence import NORMAL_90
from sim.experiment.flips import ATTACK
from sim.experiment.lines import crossings, fitted_line
from sim.experiment.measured import RATIO
from sim.experiment.metrics import METRICS
from sim.experiment.moments import Moments
from sim.experiment.pairs import HAZARD
from sim.experiment.run import about
from sim.experiment.sensitivity import varying
from sim.experiment.summary import FEWEST_SETS
from sim.reading import InputError, Problem, did_you_mean
from sim.reading.errors import shown_path
from sim.record import Uniform, lookup
from sim.scenario import leaves, meaning

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from sim.experiment.lines import Line
    from sim.experiment.plan import Plan
    from sim.scenario import Scenario

    Floats = NDArray[np.float64]

GROUPS: Final = 5
"""Groups of sets, equal in number: fifths. Convention."""

GAMMA: Final = "priors.gamma"
"""Key of the record of the weight of deterrence, whose two readings are marked."""

PACTS: Final = "priors.pact_relative_risk"
"""Key of what an average defence pact does: the second reading."""


@dataclass(frozen=True)
class Against:
    """The answer against a parameter.

    Attributes:
        told: what the result is, and `quantity`, `parameter`, `meaning`, `arm`, `control`.
        sets: (parameter, answer) of every set that has one; `dropped` have none.
        groups: of each fifth of the sets its least and greatest value, its mean, the pooled answer and 90 % interval.
        line: the fitted answer at both ends and between.
        readings: what the record says of the parameter or of the answer, as bands to be marked.
        dropped: sets without an answer.
    """

    told: dict[str, Any]
    sets: tuple[tuple[float, float], ...]
    groups: tuple[dict[str, Any], ...]
    line: tuple[tuple[float, float], ...]
    readings: tuple[dict[str, Any], ...]
    dropped: int

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "command": "against",
            **self.told,
            "sets": [{"x": x, "y": y} for x, y in self.sets],
            "groups": list(self.groups),
            "line": [{"x": x, "y": y} for x, y in self.line],
            "readings": list(self.readings),
            "dropped": self.dropped,
        }


def against(directory: str | Path, parameter: str | None = None, arm: str | None = None) -> Against:
    """Read a stored run or comparison and set its answer against a parameter.

    Of a comparison the answer is the hazard ratio of an arm, of a run the share of worlds attacked.

    Args:
        directory: of a finished run or comparison.
        parameter: dotted name of one that differs between the sets; by default the weight of deterrence (Gamma) of the
            first challenger that has one.
        arm: of a comparison with several; by default the first beside the control.

    Raises:
        InputError: the directory holds neither, or there is no such arm, or the parameter does not differ.
    """
    plan, store = opened(directory)
    if plan.about.get("command", "run") not in {"run", "compare"} or plan.points.changed:
        raise InputError(f"{shown_path(store.directory)}: holds no run and no comparison, whose sets could be seen")
    names = list(plan.about.get("arms") or [plan.points.arms[0].name])
    row = _row(names, arm)
    columns = varying(plan.points.arms)
    name = _parameter(plan, columns, parameter)
    metric = next(one for one in METRICS if one.name == (HAZARD if len(names) > 1 else ATTACK))
    moments = Moments((metric,), len(names))
    read_back(plan, store, lambda _task, batch: moments.add(batch))
    rows = [row, 0] if len(names) > 1 else [0]
    events, exposure = moments.sums[0, 1][rows], moments.sums[0, 2][rows]
    played = (exposure > 0.0).all(axis=0)
    told = {
        **about(plan.points.arms[row], plan.seed),
        "trials": plan.trials,
        "quantity": RATIO if len(names) > 1 else ATTACK,
        "parameter": name,
        "meaning": meaning(plan.points.arms[row], name),
        "arm": names[row],
        "control": names[0] if len(names) > 1 else None,
        "asks": plan.points.arms[row].asks,
    }
    return _told(told, columns[name][played], events[:, played], exposure[:, played], plan.points.arms[row])


def _row(names: Sequence[str], arm: str | None) -> int:
    if arm is None:
        return min(1, len(names) - 1)
    if arm not in names[1:]:
        hint = did_you_mean(arm, names[1:]) or f"There are: {', '.join(names[1:]) or 'none'}."
        raise InputError(Problem("--arm", None, None, "", f'there is no arm "{arm:.60}"', hint))
    return list(names).index(arm)


def _parameter(plan: Plan, columns: dict[str, Floats], wanted: str | None) -> str:
    if wanted is None:
        arm = plan.points.arms[-1]
        usual = [f"states.{name}.deterrence" for name, state in arm.states.items() if state.role == "challenger"]
        wanted = next((name for name in usual if name in columns), next(iter(columns), None))
    if wanted is None or wanted not in columns:
        problem = f'"{wanted:.80}" does not differ between the sets' if wanted else "no parameter differs between them"
        hint = did_you_mean(wanted, list(columns)) if wanted else None
        raise InputError(Problem("--parameter", None, None, "", problem, hint or "article4 check tells them all."))
    return wanted


def _told(told: dict[str, Any], x: Floats, events: Floats, exposure: Floats, arm: Scenario) -> Against:
    answers = _answers(events, exposure)
    known = np.isfinite(answers)
    pairs = tuple((float(a), float(b)) for a, b in zip(x[known], answers[known], strict=True))
    enough = len(x) >= FEWEST_SETS and bool((events.sum(axis=1) > 0.0).all()) and float(np.ptp(x)) > 0.0
    if not enough:
        return Against(told, pairs, (), (), _readings(told, arm, [], 0.0), int((~known).sum()))
    rates = [fitted_line(x[None, :], one, other) for one, other in zip(events, exposure, strict=True)]
    centre = float(x.mean())
    steps = np.linspace(x.min(), x.max(), 21)
    along = _along(rates, steps - centre)
    return Against(
        told,
        pairs,
        _groups(x, events, exposure),
        tuple((float(a), float(b)) for a, b in zip(steps, along, strict=True) if math.isfinite(b)),
        _readings(told, arm, rates, centre, (float(x.min()), float(x.max()))),
        int((~known).sum()),
    )


def _answers(events: Floats, exposure: Floats) -> Floats:
    rates = events / exposure
    if len(rates) == 1:
        return np.asarray(rates[0])
    empty = np.full(rates.shape[1], np.nan)
    ratio = np.divide(rates[0], rates[1], out=empty, where=(rates[1] > 0.0) & (rates[0] > 0.0))
    return np.asarray(ratio)


def _along(rates: Sequence[Line], offsets: Floats) -> Floats:
    values = [np.concatenate([rate.at(np.array([offset])) for offset in offsets]) for rate in rates]
    if len(values) == 1:
        return np.asarray(np.minimum(1.0, values[0]))
    empty = np.full(len(offsets), np.nan)
    return np.asarray(np.divide(values[0], values[1], out=empty, where=values[1] > 0.0))


def _groups(x: Floats, events: Floats, exposure: Floats) -> tuple[dict[str, Any], ...]:
    """Fifths of the sets by the parameter: the pooled answer of each, its error from how its sets differ."""
    found = []
    for held in np.array_split(np.argsort(x, kind="stable"), GROUPS):
        some, over = events[:, held], exposure[:, held]
        mean, interval = _pooled(some, over)
        ends: dict[str, Any] = {"low": float(x[held].min()), "high": float(x[held].max()), "x": float(x[held].mean())}
        found.append(ends | {"mean": mean, "interval": interval, "sets": len(held)})
    return tuple(found)


def _pooled(events: Floats, exposure: Floats) -> tuple[float | None, list[float] | None]:
    """A pooled rate, or the ratio of two, with its 90 % interval by the delta method over sets (Cochran 1977, 6)."""
    totals = exposure.sum(axis=1)
    rates = events.sum(axis=1) / totals
    if rates[-1] == 0.0:
        return (None, None) if len(rates) > 1 else (0.0, None)
    left = (events - rates[:, None] * exposure) / totals[:, None]
    if len(rates) == 1:
        half = NORMAL_90 * math.sqrt(float((left[0] ** 2).sum()))
        return float(rates[0]), [max(0.0, float(rates[0]) - half), min(1.0, float(rates[0]) + half)]
    if rates[0] == 0.0:
        return 0.0, None
    parts = left[0] / rates[0] - left[1] / rates[1]
    ratio, spread = float(rates[0] / rates[1]), math.exp(NORMAL_90 * math.sqrt(float((parts**2).sum())))
    return ratio, [ratio / spread, ratio * spread]


def _readings(
    told: dict[str, Any], arm: Scenario, rates: Sequence[Line], centre: float, ends: tuple[float, float] | None = None
) -> tuple[dict[str, Any], ...]:
    """Of the weight of deterrence, both readings: Huth's crises by its value, average pacts by what they come to."""
    if getattr(leaves(arm).get(told["parameter"]), "record", None) != GAMMA:
        return ()
    own, pacts = lookup(GAMMA), lookup(PACTS)
    found: list[dict[str, Any]] = []
    if isinstance(own, Uniform):
        found.append({"of": "parameter", "name": "Huth's crises", "low": own.low, "high": own.high, "key": GAMMA})
    if told["quantity"] == RATIO and isinstance(pacts, Uniform):
        met: list[float | None] = []
        for line in (pacts.low, pacts.high):
            reach = np.array([[ends[0] - centre, ends[1] - centre]]) if ends else np.full((1, 2), np.nan)
            value = crossings(((rates[0], 1.0), (rates[1], -line)), 0.0, reach)[0][0] if rates else math.nan
            met.append(centre + value if math.isfinite(value) else None)
        band = {"of": "answer", "name": "average defence pacts", "low": pacts.low, "high": pacts.high, "key": PACTS}
        found.append(band | {"met_at": met})
    return tuple(found)
