"""What a sweep holds at its points, as charts take it: one number a point, whichever is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.view.comparison import signed
from sim.view.marks import months
from sim.view.words import METRICS, percent, plain, quantity, worlds

if TYPE_CHECKING:
    from collections.abc import Mapping

RATIO = "hazard_ratio"
"""What is drawn of a sweep with a control, unless something else is asked for."""


@dataclass(frozen=True)
class Drawn:
    """Which number of every point is drawn.

    Attributes:
        metric: a name of METRICS, or RATIO.
        arm: of which arm.
        effect: whether it is the difference to the control, rather than the arm's own.
    """

    metric: str
    arm: str
    effect: bool = False

    @property
    def kind(self) -> str:
        """How it is written: share, rate, count, ratio."""
        return "ratio" if self.metric == RATIO else METRICS[self.metric][1]

    def of(self, point: Mapping[str, Any]) -> Mapping[str, Any]:
        """The number at a point: `mean`, `mc_se`, `interval`."""
        own: Mapping[str, Any] = point["arms"][self.arm] if "arms" in point else point
        if self.metric == RATIO:
            found: Mapping[str, Any] = own[RATIO]
        else:
            found = own["effect" if self.effect else "metrics"][self.metric]
        return found

    def text(self, number: Mapping[str, Any]) -> str:
        """The number in figures."""
        mean, error = number["mean"], number["mc_se"]
        scale = 100.0 if self.kind == "share" else 1.0
        if self.effect and self.metric != RATIO:
            text = signed(mean, error, scale)
            return "0" if text.strip("+-0.") == "" else text
        if self.kind == "share":
            return percent(mean, None if error is None else max(error, 0.01))
        return quantity(mean, error, 2 if self.metric == RATIO else 4)

    def words(self, found: Mapping[str, Any]) -> str:
        """What the number is."""
        beside = f"{plain(self.arm, 40)} beside {plain(str(found['control']), 40)}"
        if self.metric == RATIO:
            return f"Hazard of attack, {plain(self.arm, 40)} over {plain(str(found['control']), 40)}; below 1 deters."
        label = METRICS[self.metric][0]
        if self.effect:
            unit = "percentage points" if self.kind == "share" else "its unit"
            return f"Change in “{label}” in {unit}, {beside}."
        span = f" within {months(int(found['horizon']))}" if self.metric == "attack" else ""
        return f"Share of worlds {label}{span}." if self.kind == "share" else f"{label[:1].upper()}{label[1:]}."


def usual(found: Mapping[str, Any], arm: str | None = None) -> Drawn:
    """What is drawn of a sweep unless something else is asked for: the hazard ratio, of a single arm P(attack)."""
    if found["control"] is None:
        return Drawn("attack", found["arms"][0])
    return Drawn(RATIO, arm or found["arms"][1])


def number_of(value: Any) -> float | None:
    """The value of an axis as a number, if it is one."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def is_numeric(values: Any) -> bool:
    """Whether all values of an axis are numbers."""
    return all(number_of(value) is not None for value in values)


def sweep_setting(found: Mapping[str, Any]) -> str:
    """How much was played at each point."""
    each = "an arm and point" if found["control"] else "a point"
    return f"{worlds(int(found['trials']))} {each}, same draws, seed {found['seed']}."


def sweep_source(found: Mapping[str, Any]) -> str:
    """What the chart of a sweep was made from."""
    count = len(found["points"])
    return f"article4 · sweep {plain(found['name'], 60)} · {count} point{'' if count == 1 else 's'}"
