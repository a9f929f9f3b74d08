"""The treaty and its members, and Russia's dealings with Iran: `institutions.yaml`, `russia_iran.yaml`."""

from sim.record.schemas.base import DatedFile, Day, Entry, Level, Quantity, Rows, Table, Text


class Fact(Entry):
    """One statement; `values` holds its numbers with units in their names, `level` conduct on the response scale."""

    topic: Text
    event: Text | None = None
    statement: Text
    start: Day | None = None
    level: Level | None = None
    level_low: Level | None = None
    by_member: Table[Text] | None = None
    values: Table[Quantity] | None = None
    paragraphs: Text | None = None
    note: Text | None = None
    corrected: Text | None = None
    conflict: Text | None = None
    model_note: Text | None = None


class Membership(Entry):
    """A span in which the treaty was in force for a state; `suspended` is when it stopped taking part."""

    state: Text
    start: Day
    end: Day | None = None
    suspended: Day | None = None
    note: Text | None = None


class InstitutionFile(DatedFile):
    """The whole of `institutions.yaml`."""

    facts: Rows[Fact]
    memberships: Rows[Membership]


class RussiaIranFile(DatedFile):
    """The whole of `russia_iran.yaml`."""

    facts: Rows[Fact]
