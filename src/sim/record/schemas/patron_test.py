"""What patrons did when a client was hit by a major power or by Israel: `patron_tests.yaml`."""

from typing import Annotated, Literal

from pydantic import Field

from sim.record.schemas.base import DatedFile, Day, Entry, Level, Rows, Text


class PatronTest(Entry):
    """One patron's conduct towards one attack on (or threat to) one client.

    `level` is the best reading, `level_low` and `level_high` the bounds where sources disagree; None in `requested`
    or `client_began` means not established; `latency_days` runs from the start to the first act at the coded level.
    """

    title: Text
    patron: Text
    patron_note: Text | None = None
    client: Text
    client_note: Text | None = None
    attacker: Text
    start: Day
    end: Day | None = None
    dates_note: Text | None = None
    core: bool
    core_note: Text | None = None
    attack: bool
    below_armed_attack: bool
    own_territory: bool
    own_territory_note: Text | None = None
    client_began: bool | None
    attacker_major_power: bool
    attacker_israel: bool
    attacker_nuclear: bool
    attacker_backed_by_nuclear_power: bool
    treaty_kind: Literal["mutual_defence", "friendship_consultation", "partnership_no_defence", "assurance", "none"]
    treaty_note: Text | None = None
    mutual_defence_in_force: bool
    requested: bool | None
    level: Level
    level_low: Level | None = None
    level_high: Level | None = None
    after_level: Level | None = None
    latency_days: Annotated[int, Field(ge=0)] | None
    clash: bool
    clash_note: Text | None = None
    note: Text | None = None
    reasons: Text | None = None
    conflict: Text | None = None


class PatronTestFile(DatedFile):
    """The whole of `patron_tests.yaml`."""

    patron_tests: Rows[PatronTest]
