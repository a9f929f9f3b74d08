"""The points of a plan: the arms of an experiment, each at every change that a sweep makes; built when asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sim.scenario import Scenario, canonical

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

UNCHANGED: Final[tuple[Mapping[str, Any], ...]] = ({},)
"""The changes of an experiment that makes none."""

LENGTH: Final = ("horizon", "step")
"""What must be the same in scenarios that are played side by side; the roster cannot be changed by an axis."""


@dataclass(frozen=True)
class Points:
    """Arms by changes. Point number `row` is arm `row % len(arms)` with change `row // len(arms)`.

    A scenario is some hundred kilobytes: of a sweep only the arms and the changes are held.

    Attributes:
        arms: resolved scenarios, one or more; of a comparison the first is the control.
        changes: overrides by dotted name, of each point of a sweep; one that is empty for a single run.
    """

    arms: tuple[Scenario, ...]
    changes: Sequence[Mapping[str, Any]] = field(default=UNCHANGED, repr=False)

    def __len__(self) -> int:
        """How many points there are."""
        return len(self.arms) * len(self.changes)

    def __getitem__(self, row: int) -> Scenario:
        """The scenario of a point.

        Raises:
            IndexError: there is no such point.
            InputError: the change does not suit the arm.
        """
        if not 0 <= row < len(self):
            raise IndexError(row)
        change, arm = divmod(row, len(self.arms))
        scenario = self.arms[arm]
        return scenario.with_(self.changes[change]) if self.changes[change] else scenario

    def __iter__(self) -> Iterator[Scenario]:
        """Every point in order."""
        return (self[row] for row in range(len(self)))

    def part(self, first: int, stop: int) -> Points:
        """Return the points of a chunk, which holds every arm of each of its changes."""
        width = len(self.arms)
        return Points(self.arms, self.changes[first // width : stop // width])

    def chunks(self, rows: int) -> list[tuple[int, int]]:
        """Return first and last point (exclusive) of what is played together; see `chunks`."""
        return chunks(len(self.arms), self.changes, rows)

    def made_of(self) -> dict[str, Any]:
        """Return what decides the outcomes of the points, as JSON values: the arms without prose, and the changes."""
        told: dict[str, Any] = {"points": [canonical(arm) for arm in self.arms]}
        return told | ({"changes": [dict(change) for change in self.changes]} if self.changed else {})

    def to_json(self) -> dict[str, Any]:
        """Return the points as `read` takes them."""
        told: dict[str, Any] = {"scenarios": [arm.model_dump(mode="json") for arm in self.arms]}
        return told | ({"changes": [dict(change) for change in self.changes]} if self.changed else {})

    @classmethod
    def read(cls, held: Mapping[str, Any]) -> Points:
        """Return the points that `to_json` told.

        Raises:
            pydantic.ValidationError: a scenario is not one of this version.
        """
        arms = tuple(Scenario.model_validate(scenario) for scenario in held["scenarios"])
        return cls(arms, tuple(held.get("changes") or UNCHANGED))

    @property
    def changed(self) -> bool:
        """Whether an experiment makes changes: a sweep does."""
        return len(self.changes) != 1 or bool(self.changes[0])


def chunks(arms: int, changes: Sequence[Mapping[str, Any]], rows: int) -> list[tuple[int, int]]:
    """Return first and last point (exclusive) of what is played together.

    The arms of a change always are; of changes as many as fit into `rows` points and have one length and step.

    Args:
        arms: how many there are.
        changes: overrides of each point of a sweep.
        rows: points played together, if the arms are not more.
    """
    found: list[tuple[int, int]] = []
    most = max(1, rows // arms) * arms
    begun: tuple[Any, ...] = ()
    for number, change in enumerate(changes):
        length = tuple(change.get(name) for name in LENGTH)
        stop = (number + 1) * arms
        if found and length == begun and stop - found[-1][0] <= most:
            found[-1] = (found[-1][0], stop)
        else:
            found.append((stop - arms, stop))
            begun = length
    return found
