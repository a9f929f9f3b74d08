"""Break-even: the value of a parameter at which a metric or an effect reaches a target.

A metric estimated from finitely many trials is, on common random numbers, one fixed step-like function of the
parameter: it can be searched like any other, and where its root lies differs from run to run by the Monte Carlo error.

What the parameter would have to be also differs between parameter sets. Its interval needs no curve of each set, which
few trials would drown in luck: if a set's metric rises (or falls) with the parameter, it has reached the target below x
if and only if its value at x is beyond the target. So the 90 % interval of break-even values reaches from where the one
end of the metric's own 90 % interval meets the target to where the other does, and luck is taken out of it as it is out
of the metric's (model.md 5).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from sim.reading import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

GRID: Final = 17
"""Values tried at first, both ends included: two crossings within a sixteenth of the range can be missed."""

SECTIONS: Final = 4
"""Parts into which a bracket is cut at once: values that a batch plays together cost less than one by one."""

TOLERANCE: Final = 1e-4
"""Share of the range below which a bracket is not cut any more."""

FINE: Final = 1.0
"""Nor is it once the metric changes over it by no more than this many Monte Carlo errors: a straight line through its
ends is off by far less."""

TOLERANCE_OF_ENDS: Final = 1.0 / 256.0
"""Share of the range below which the bracket of an end of the interval is not cut any more: 500 sets leave the end less
certain than that, as the 5 % quantile of 500 normal values has a standard error of a tenth of their deviation."""

CLEAR: Final = 2.0
"""Monte Carlo errors by which a metric must leave the target on both sides of a clear crossing."""


class Reading(Protocol):
    """A metric at one value of the parameter; sim.experiment.Estimate is one, and so is an effect."""

    @property
    def mean(self) -> float | None:
        """The metric; None without cases."""

    @property
    def mc_se(self) -> float | None:
        """Its Monte Carlo error."""

    @property
    def interval(self) -> tuple[float, float] | None:
        """Its 90 % interval over parameter sets."""


@dataclass(frozen=True)
class Crossing:
    """Where the metric meets the target.

    Attributes:
        value: of the parameter.
        clear: whether the metric is off the target by CLEAR Monte Carlo errors somewhere on both sides, as far as the
            next crossing or the end of the range.
    """

    value: float
    clear: bool

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"value": self.value, "clear": self.clear}


@dataclass(frozen=True)
class Breakeven:
    """What the parameter would have to be.

    Attributes:
        parameter: its dotted name.
        metric: what is to reach the target.
        target: in the unit of the metric.
        reached: whether the metric meets the target within the range.
        value: of the parameter where it does, the nearest one to `recorded`; None if out of reach.
        mc_se: its Monte Carlo error, in the unit of the parameter; None if the metric does not change there.
        interval: 90 % interval of break-even values over parameter sets; an end is None if it lies beyond the range;
            None altogether if the metric has no interval at the value, or there is no value.
        achieved: the metric at `value`, or the nearest to the target that it comes.
        nearest: value of the parameter at which it comes nearest, if out of reach.
        searched: range of the parameter.
        recorded: value of the parameter on record, if any.
        crossings: every crossing found, from low to high.
        evaluations: how many values of the parameter were played.
        note: what the reader must know, if anything.
    """

    parameter: str
    metric: str
    target: float
    reached: bool
    value: float | None
    mc_se: float | None
    interval: tuple[float | None, float | None] | None
    achieved: float | None
    nearest: float | None
    searched: tuple[float, float]
    recorded: float | None
    crossings: tuple[Crossing, ...]
    evaluations: int
    note: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "parameter": self.parameter,
            "metric": self.metric,
            "target": self.target,
            "reached": self.reached,
            "value": self.value,
            "mc_se": self.mc_se,
            "interval": None if self.interval is None else list(self.interval),
            "achieved": self.achieved,
            "nearest": self.nearest,
            "searched": list(self.searched),
            "recorded": self.recorded,
            "crossings": [crossing.to_json() for crossing in self.crossings],
            "evaluations": self.evaluations,
            "note": self.note,
        }


def breakeven(
    evaluate: Callable[[Sequence[float]], Sequence[Reading]],
    *,
    parameter: str,
    metric: str,
    low: float,
    high: float,
    target: float,
    recorded: float | None = None,
    tolerance: float = TOLERANCE,
) -> Breakeven:
    """Find the value of a parameter at which a metric reaches a target.

    Args:
        evaluate: plays some values of the parameter, on the same random numbers in every call, and returns the metric
            at each. It is called a few times with 3 to 17 values.
        parameter: dotted name, to be told along.
        metric: name, to be told along.
        low: least value to be tried.
        high: greatest.
        target: what the metric is to be.
        recorded: value on record: of several crossings the nearest to it is taken, without it the lowest.
        tolerance: share of the range below which a bracket is not cut any more.

    Raises:
        InputError: a number is not finite, or `low` is not below `high`.
    """
    if not all(map(math.isfinite, (low, high, target))) or not low < high:
        raise InputError(f"{parameter}: finite ends and a finite target are wanted, not {target} from {low} to {high}")
    curve = _Curve(evaluate, target, high - low, tolerance)
    curve.play(low + (high - low) * step / (GRID - 1) for step in range(GRID))
    told = {"parameter": parameter, "metric": metric, "target": target, "searched": (low, high), "recorded": recorded}
    if not curve.known():
        nothing = dict.fromkeys(("value", "mc_se", "interval", "achieved", "nearest"))
        note = f"{metric} has no cases at any value tried"
        return Breakeven(**told, **nothing, reached=False, crossings=(), evaluations=len(curve.readings), note=note)  # type: ignore[arg-type]
    brackets = curve.brackets() or curve.closer_look()
    if not brackets:
        return _out_of_reach(curve, told)
    start = low if recorded is None else recorded
    roots = [curve.root(*bracket, start) for bracket in brackets]
    crossings = tuple(Crossing(x, curve.clear(bracket)) for x, bracket in zip(roots, brackets, strict=True))
    chosen = min(range(len(crossings)), key=lambda place: abs(crossings[place].value - start))
    value = crossings[chosen].value
    curve.play([value])
    interval = curve.stretch(value)
    return Breakeven(
        **told,  # type: ignore[arg-type]
        reached=True,
        value=value,
        mc_se=curve.error(value, brackets[chosen]),
        interval=interval,
        achieved=curve.readings[value].mean,
        nearest=None,
        crossings=crossings,
        evaluations=len(curve.readings),
        note=_note(curve, value, crossings[chosen], interval),
    )


def _out_of_reach(curve: _Curve, told: dict[str, Any]) -> Breakeven:
    nearest = min(curve.known(), key=lambda x: (abs(curve.off(x)), x))
    mean = curve.readings[nearest].mean
    return Breakeven(
        **told,
        reached=False,
        value=None,
        mc_se=None,
        interval=None,
        achieved=mean,
        nearest=nearest,
        crossings=(),
        evaluations=len(curve.readings),
        note=f"out of reach: {told['metric']} comes no nearer to {told['target']:g} than {mean:.4g}",
    )


def _note(
    curve: _Curve, value: float, crossing: Crossing, interval: tuple[float | None, float | None] | None
) -> str | None:
    reading = curve.readings[value]
    notes = []
    if abs(curve.off(value)) > CLEAR * (reading.mc_se or 0.0) + 1e-12:
        notes.append("the metric jumps over the target here and does not take it")
    if not crossing.clear:
        notes.append("the metric stays within its Monte Carlo error of the target on one side at least")
    if interval is None:
        why = "has none at this value; more trials may show it" if reading.interval is None else "leaves its mean out"
        notes.append(f"no interval: that of the metric {why}")
    return "; ".join(notes) or None


@dataclass
class _Curve:
    """The metric as far as it has been played: readings by value of the parameter."""

    evaluate: Callable[[Sequence[float]], Sequence[Reading]]
    target: float
    width: float
    tolerance: float
    readings: dict[float, Reading] = field(default_factory=dict)

    def play(self, values: Iterable[float]) -> None:
        """Play those values that have not been played."""
        new = sorted({float(value) for value in values} - self.readings.keys())
        if new:
            self.readings.update(zip(new, self.evaluate(new), strict=True))

    def known(self) -> list[float]:
        """Values at which there is a metric, rising."""
        return sorted(x for x, reading in self.readings.items() if reading.mean is not None)

    def off(self, x: float) -> float:
        """Metric less target."""
        return (self.readings[x].mean or 0.0) - self.target

    def brackets(self) -> list[tuple[float, float]]:
        """Neighbours between which the metric crosses the target, and stretches over which it is the target."""
        found: list[tuple[float, float]] = []
        known = self.known()
        for is_met, run in itertools.groupby(known, key=lambda x: self.off(x) == 0.0):
            stretch = list(run)
            if is_met:
                found.append((stretch[0], stretch[-1]))
            found += [(a, b) for a, b in itertools.pairwise(stretch) if self.off(a) * self.off(b) < 0.0]
        return sorted(found)

    def closer_look(self) -> list[tuple[float, float]]:
        """Look between the neighbours of the nearest value twice: a peak there may reach the target after all."""
        for _ in range(2):
            known = self.known()
            at = min(range(len(known)), key=lambda place: abs(self.off(known[place])))
            a, b = known[max(0, at - 1)], known[min(len(known) - 1, at + 1)]
            self.play(_cut(a, b, 2 * SECTIONS))
            if found := self.brackets():
                return found
        return []

    def root(self, low: float, high: float, start: float) -> float:
        """Narrow a bracket down and return where the straight line through its ends meets the target.

        Of a stretch over which the metric is the target, return the value nearest to `start`.
        """
        if self.off(low) == self.off(high) == 0.0:
            return min(max(start, low), high)
        return self._meets(low, high, self.off, self.tolerance)

    def _meets(self, low: float, high: float, height: Callable[[float], float], tolerance: float) -> float:
        finest = tolerance * self.width
        while high - low > finest and abs(height(high) - height(low)) > FINE * self._noise(low, high):
            self.play(_cut(low, high, SECTIONS))
            inner = [x for x in self.known() if low <= x <= high]
            steps = [(a, b) for a, b in itertools.pairwise(inner) if height(a) * height(b) <= 0.0]
            if not steps or steps[0] == (low, high):
                break
            low, high = steps[0]
        at_low, at_high = height(low), height(high)
        return low if at_low == at_high else low + (high - low) * at_low / (at_low - at_high)

    def _noise(self, low: float, high: float) -> float:
        return max(self.readings[low].mc_se or 0.0, self.readings[high].mc_se or 0.0)

    def error(self, value: float, bracket: tuple[float, float]) -> float | None:
        """Monte Carlo error of a root: that of the metric over its slope across the first bracket."""
        low, high = bracket
        change = abs(self.off(high) - self.off(low))
        noise = self.readings[value].mc_se
        return None if change == 0.0 or noise is None else noise * (high - low) / change

    def clear(self, bracket: tuple[float, float]) -> bool:
        """Tell whether the metric leaves the target by more than its error on both sides of a bracket."""
        others = [end for one in self.brackets() if not bracket[0] <= one[0] <= one[1] <= bracket[1] for end in one]
        below = max((end for end in others if end <= bracket[0]), default=-math.inf)
        above = min((end for end in others if end >= bracket[1]), default=math.inf)
        sides = (
            [x for x in self.known() if below <= x <= bracket[0]],
            [x for x in self.known() if bracket[1] <= x <= above],
        )
        return all(any(abs(self.off(x)) > CLEAR * (self.readings[x].mc_se or 0.0) for x in side) for side in sides)

    def stretch(self, value: float) -> tuple[float | None, float | None] | None:
        """Return how far around a value the target lies within the metric's interval, None beyond the range.

        None altogether where the metric has no interval, or so few sets make its mean that it lies outside.
        """
        if self.readings[value].interval is None or self._side(value) is not None:
            return None
        known = self.known()
        place = known.index(value)
        return self._end(known[place::-1]), self._end(known[place:])

    def _end(self, outwards: list[float]) -> float | None:
        for inner, outer in itertools.pairwise(outwards):
            side = self._side(outer)
            if side is not None:
                return self._meets(
                    min(inner, outer), max(inner, outer), self._edge(side), max(self.tolerance, TOLERANCE_OF_ENDS)
                )
        return None

    def _edge(self, side: int) -> Callable[[float], float]:
        return lambda x: self._band(x)[side] - self.target

    def _side(self, x: float) -> int | None:
        """Tell which end of the metric's interval leaves the target out: 0 the lower, 1 the upper, None neither."""
        low, high = self._band(x)
        return 0 if low > self.target else 1 if high < self.target else None

    def _band(self, x: float) -> tuple[float, float]:
        """Metric's interval; where luck drowns what sets differ by, they are taken to be alike but for luck."""
        reading = self.readings[x]
        if reading.interval is not None:
            return reading.interval
        noise = CLEAR * (reading.mc_se or 0.0)
        return (reading.mean or 0.0) - noise, (reading.mean or 0.0) + noise


def _cut(low: float, high: float, parts: int) -> list[float]:
    """Return the values that cut a bracket into equal parts."""
    return [low + (high - low) * part / parts for part in range(1, parts)]
