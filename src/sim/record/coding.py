"""Choices of coding that the record does not make: `seeds/coding.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path  # noqa: TC003 - functools.cache shows the signature at run time
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from sim.reading import InputError, read_yaml, validated
from sim.record.place import data_folder
from sim.record.schemas.base import DatedFile, Day, Rows, Share, Strict, Table, Text

if TYPE_CHECKING:
    from collections.abc import Iterable


class Period(Strict):
    """A span of days, both ends included; an end left out is open."""

    since: Day | None = None
    until: Day | None = None
    source: Text

    @model_validator(mode="after")
    def _ordered(self) -> Period:
        if self.since is not None and self.until is not None and first_day(self.since) > first_day(self.until):
            raise ValueError(f"since {self.since} lies after until {self.until}")
        return self

    def holds(self, day: str) -> bool:
        """Tell whether an ISO day lies in the span; a month counts from its first day."""
        when = first_day(day)
        return (self.since is None or first_day(self.since) <= when) and (
            self.until is None or when <= first_day(self.until)
        )


class Membership(Period):
    """A state that could answer calls as a member of the treaty."""

    state: Text


class Ties(Period):
    """Closeness of a guarantor to an attacker: 0 none or hostile, 0.5 as close as to the other side, 1 far closer."""

    guarantor: Text
    attacker: Text
    value: Share


class Commitment(Period):
    """Share of a state's forces bound in another war."""

    state: Text
    share: Share


class Figure(Strict):
    """A number with its source."""

    value: Annotated[float, Field(ge=0.0)]
    source: Text


class CouncilChoices(Strict):
    """How the Council is replayed: each member's dependence on the leader."""

    dependence: Table[Figure]


class LeftOut(Strict):
    """A row of the record that is not estimated on, and why."""

    row: Text
    because: Text


class Coding(DatedFile):
    """The whole of `coding.yaml`."""

    in_force_from: Day
    early_cold_war_until: Day
    members: Rows[Membership]
    leader: Text
    left_out: Rows[LeftOut]
    asked_if_unknown: Figure
    ties_between_members: Figure
    council: CouncilChoices
    attackers: Table[Rows[Text]]
    ties: Rows[Ties]
    committed: Rows[Commitment]
    deaths: Table[Figure]

    def members_on(self, day: str) -> tuple[str, ...]:
        """Return who could answer a call on a day, the leader first, then by name."""
        names = {entry.state for entry in self.members if entry.holds(day)}
        return tuple(sorted(names, key=lambda name: (name != self.leader, name)))

    def committed_on(self, state: str, day: str) -> float:
        """Return the share of a state's forces bound elsewhere on a day; 0 where nothing is coded."""
        return max((entry.share for entry in self.committed if entry.state == state and entry.holds(day)), default=0.0)

    def ties_on(self, guarantor: str, attackers: Iterable[str], day: str) -> float:
        """Return the ties of a guarantor to the closest of the attackers on a day.

        Raises:
            InputError: ties to none of the attackers are coded.

        """
        names = tuple(attackers)
        found = [
            entry.value
            for entry in self.ties
            if entry.guarantor == guarantor and entry.attacker in names and entry.holds(day)
        ]
        if not found:
            raise InputError(f"seeds/coding.yaml: ties of {guarantor} to {', '.join(names)} on {day} are not coded")
        return max(found)


def first_day(day: str) -> str:
    """Return an ISO date filled up to a day: 2000-08 becomes 2000-08-01."""
    return (day + "-01-01")[:10] if len(day) == 4 else (day + "-01")[:10]


def load_coding(folder: Path | None = None) -> Coding:
    """Read `coding.yaml` from a folder of seeds (default: the shipped one, read once).

    Raises:
        InputError: every mistake in it, with its place.

    """
    return _shipped() if folder is None else _read(folder)


@cache
def _shipped() -> Coding:
    return _read(data_folder() / "seeds")


def _read(seeds: Path) -> Coding:
    return validated(Coding, read_yaml(seeds / "coding.yaml"))
