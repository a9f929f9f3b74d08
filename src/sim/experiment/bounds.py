"""What can be said of the strata of a pair without knowing how its arms are coupled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Bounds = tuple[float, float]


@dataclass(frozen=True)
class StrataBounds:
    """Least and greatest share that each stratum can have, whatever the coupling.

    Attributes:
        never: no attack in either arm.
        deterred: attack in the control only.
        provoked: attack in the other arm only.
        regardless: attack in both.
    """

    never: Bounds
    deterred: Bounds
    provoked: Bounds
    regardless: Bounds

    def to_json(self) -> dict[str, Any]:
        """Return them as JSON values, in the order of the strata."""
        return {
            "never": list(self.never),
            "deterred": list(self.deterred),
            "provoked": list(self.provoked),
            "regardless": list(self.regardless),
        }


def strata_bounds(control: float, treated: float) -> StrataBounds:
    """Return the Fréchet bounds of the four strata from the shares attacked in each arm (Fréchet 1951; model.md 6).

    A joint distribution with these margins has one free share; the others follow from it, so each bound is reached.

    Args:
        control: share attacked in the control, 0 to 1.
        treated: share attacked in the other arm, 0 to 1.

    Raises:
        ValueError: a share is outside 0 to 1.
    """
    for share in (control, treated):
        if not 0.0 <= share <= 1.0:
            raise ValueError(f"{share} is no share: 0 to 1 is wanted")
    return StrataBounds(
        never=_both(1.0 - control, 1.0 - treated),
        deterred=_both(control, 1.0 - treated),
        provoked=_both(1.0 - control, treated),
        regardless=_both(control, treated),
    )


def _both(one: float, other: float) -> Bounds:
    """Return the bounds of the share in which two things hold that hold in these shares."""
    most = min(one, other)
    return min(most, max(0.0, one + other - 1.0)), most  # rounding must not set the ends the wrong way round
