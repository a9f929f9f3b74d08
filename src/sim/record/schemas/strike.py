"""Attacks on Iran and on other nuclear programmes, threats, and the state of the programme: `strikes.yaml`."""

from typing import Annotated, Literal

from pydantic import Field

from sim.record.schemas.base import DatedFile, Day, Entry, Quantity, Range, Rows, Table, Text


class Strike(Entry):
    """One attack, overt (regular forces from outside) or covert; `attackers` names those it is ascribed to."""

    title: Text
    attacker: Text
    attackers: Rows[Literal["Israel", "United States"]]
    target_state: Text
    target_note: Text | None = None
    patron_of_target: Text | None = None
    start: Day
    end: Day | None = None
    overt: bool
    action: Literal["covert", "limited", "campaign"]
    scale: Table[Quantity] | None = None
    scale_note: Text | None = None
    reply: Text | None = None
    patron_response: Text | None = None
    context: Text | None = None
    trigger: Text | None = None
    result: Text | None = None
    setback: Text | None = None
    end_state: Text | None = None
    note: Text | None = None
    confidence_note: Text | None = None
    conflict: Text | None = None


class Threat(Entry):
    """A threat or plan; `carried_out` None means not established, `blocker` what is named as having stopped it."""

    statement: Text
    start: Day
    carried_out: bool | None = None
    blocker: Text | None = None
    conflict: Text | None = None


class Pattern(Entry):
    """What the strikes have in common, as read by the compiler or counted from the list."""

    statement: Text
    note: Text | None = None


class NuclearIndicator(Entry):
    """The state of the enrichment programme at a date: per cent, kg of uranium, months to one bomb's worth."""

    start: Day
    max_enrichment_pct: Annotated[float, Field(ge=0, le=100)] | None = None
    stock60_kg: Quantity | None = None
    total_stock_kg: Quantity | None = None
    breakout_months: Quantity | None = None
    breakout_interval_months: Range | None = None
    bombs_equivalent: float | None = None
    note: Text | None = None

    @property
    def headline(self) -> str:
        """Return what the entry is about, in one line."""
        return f"Enrichment programme, {self.start}"


class StrikeFile(DatedFile):
    """The whole of `strikes.yaml`; `record_ends` is the last day on which anything was found."""

    record_ends: Day
    events: Rows[Strike]
    threats: Rows[Threat]
    patterns: Rows[Pattern]
    nuclear_indicators: Rows[NuclearIndicator]
