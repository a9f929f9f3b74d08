"""The ten parameters that can be moved on the page that asks, and the places they can be moved to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

RECORDED: Final = "as it is"
"""The first place of every slider: what the scenario has, which is mostly a range rather than a number."""


@dataclass(frozen=True)
class Moved:
    """A parameter that can be moved.

    Attributes:
        name: dotted, as in `--set`.
        label: for people.
        places: values it can be given.
        says: what the numbers mean.
        tied: further names that take the same value.
    """

    name: str
    label: str
    places: tuple[float, ...]
    says: str
    tied: tuple[str, ...] = ()


TEN: Final[tuple[Moved, ...]] = (
    Moved(
        "states.Russia.resolve.shift",
        "The leader's resolve",
        (-2, -1, 1, 2, 3, 4, 5, 6),
        "Logits above or below the record. +4 turns a chance of combat of 5 % into 74 %.",
    ),
    Moved(
        "perception.bias",
        "How guarantors are read",
        (-2, -1, 0, 1, 2, 3, 4, 6),
        "Logits by which outsiders overrate (above 0) or underrate every guarantor.",
    ),
    Moved(
        "states.Israel.deterrence",
        "Weight of expected harm",
        (0, 0.5, 1.1, 1.68, 2.25, 4),
        "How much attackers care who may come to help; 0 not at all, 1.1 to 2.25 the middle half of Huth's cases.",
        ("states.United States.deterrence",),
    ),
    Moved(
        "council.no_mandate",
        "Cost of no mandate",
        (0, 1, 2, 3, 4),
        "Logits that a member's readiness loses without a mandate of the Council; 0: the Council binds nobody.",
    ),
    Moved(
        "choice.clash_cost",
        "Fear of a great-power clash",
        (0, 0.25, 0.5, 0.75, 1),
        "Risk of catastrophe times its loss, in units of utility.",
    ),
    Moved(
        "environment.tension.start",
        "Tension at the start",
        (0, 0.2, 0.5, 0.8, 1.1),
        "0 is a quiet month of the record, 0.5 the level of January 2025.",
    ),
    Moved(
        "environment.threat.start",
        "Nuclear programme at the start",
        (0.2, 0.5, 0.8, 0.95, 1.1, 1.5),
        "0.94 is January 2025, 1.0 June 2025.",
    ),
    Moved(
        "states.Israel.opportunity.overt",
        "Chances of an open attack",
        (0.02, 0.04, 0.07, 0.12, 0.24),
        "Israel's openings a month at tension 0.",
    ),
    Moved(
        "states.Israel.strike.cost",
        "Cost of a strike to Israel",
        (0.27, 0.45, 0.63, 0.85, 1.1),
        "Political and material, whatever happens, in units of utility.",
    ),
    Moved(
        "states.Iran.defence",
        "Iran's air defence",
        (0.2, 0.4, 0.6, 0.8, 1),
        "0 none, 1 full.",
    ),
)
"""The first five decide what Article 4 can add (the axes of the sweeps `credibility`, `stakes` and `council`, and
`priors.clash_cost`); the other five are those that move the hazard most in docs/parameters.md, one of each kind. Places
lie in the ranges of those sweeps, or in the middle 90 % of the calibrated sets (`article4 calibrate --report`):
convention."""


def neighbours(chosen: Mapping[str, float]) -> list[dict[str, float]]:
    """What is chosen when one slider is moved from here, the nearest places first.

    Args:
        chosen: dotted name -> value, of TEN.
    """
    found = []
    for moved in TEN:
        here = chosen.get(moved.name)
        places = [None, *sorted({*moved.places, *([] if here is None else [here])})]
        for place, value in enumerate(places):
            if value != here:
                others = {name: kept for name, kept in chosen.items() if name != moved.name}
                found.append(
                    (abs(place - places.index(here)), others if value is None else others | {moved.name: value})
                )
    return [changed for _, changed in sorted(found, key=lambda one: one[0])]


def overrides(chosen: Mapping[str, float]) -> dict[str, float]:
    """The changes of a scenario: what was moved, and what is tied to it.

    Args:
        chosen: dotted name -> value, of TEN.
    """
    tied = {moved.name: moved.tied for moved in TEN}
    found = {}
    for name, value in chosen.items():
        for one in (name, *tied.get(name, ())):
            found[one] = value
    return found
