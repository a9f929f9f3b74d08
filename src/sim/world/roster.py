"""Who is in a world: the names by role, the same for every point of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.reading import InputError
from sim.scenario.schema import ChallengerState, GuarantorState, ProtegeState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.scenario import Scenario


@dataclass(frozen=True)
class Roster:
    """Names by role, in the order in which the scenario lists them; the leader first among guarantors.

    Attributes:
        protege: the state under threat.
        leader: the leader of the alliance.
        others: the other guarantors.
        challengers: possible attackers.
        backers: patron of each challenger that has one.
        patrons: challengers that can back others.

    """

    protege: str
    leader: str
    others: tuple[str, ...]
    challengers: tuple[str, ...]
    backers: tuple[tuple[str, str], ...]
    patrons: tuple[str, ...]

    @property
    def guarantors(self) -> tuple[str, ...]:
        """All guarantors, the leader first."""
        return (self.leader, *self.others)

    def patron_of(self, challenger: str) -> str | None:
        """The patron of a challenger, or None."""
        return dict(self.backers).get(challenger)


def roster(scenario: Scenario) -> Roster:
    """Roster of one scenario."""
    states = scenario.states
    guarantors = {name: state for name, state in states.items() if isinstance(state, GuarantorState)}
    challengers = {name: state for name, state in states.items() if isinstance(state, ChallengerState)}
    (protege,) = (name for name, state in states.items() if isinstance(state, ProtegeState))
    (leader,) = (name for name, state in guarantors.items() if state.leader)
    return Roster(
        protege=protege,
        leader=leader,
        others=tuple(name for name in guarantors if name != leader),
        challengers=tuple(challengers),
        backers=tuple((name, state.backed_by) for name, state in challengers.items() if state.backed_by is not None),
        patrons=tuple(name for name, state in challengers.items() if state.patron is not None),
    )


def common(points: Sequence[Scenario]) -> Roster:
    """The one roster of several scenarios that are to be played side by side.

    Raises:
        InputError: they differ in who is in them, in length or in the length of a step.

    """
    first = points[0]
    shared = roster(first)
    for point in points[1:]:
        if roster(point) != shared:
            raise InputError(f"{point.name} and {first.name} have different states or roles: play them apart")
        if (point.horizon, point.step) != (first.horizon, first.step):
            raise InputError(
                f"{point.name} lasts {point.horizon} months in steps of {point.step:g}, "
                f"{first.name} {first.horizon} in steps of {first.step:g}: give them the same"
            )
    return shared
