"""The nine states: `states.yaml`."""

from typing import Annotated

from pydantic import Field, model_validator

from sim.record.schemas.base import DatedFile, Day, Entry, Quantity, Range, Rows, Share, SourceKey, Strict, Table, Text

Positive = Annotated[float, Field(ge=0)]


def _within_one(value: float | Range) -> None:
    bounds = (value.low, value.high) if isinstance(value, Range) else (value,)
    if any(bound is None or not 0 <= bound <= 1 for bound in bounds):
        raise ValueError("a share lies between 0 and 1")


class Tie(Strict):
    """Closeness to another state: 0 none or hostile, 0.5 as close as to the state in need, 1 far closer."""

    value: Quantity
    source: Text
    see: Rows[str] = ()

    @model_validator(mode="after")
    def _share(self) -> "Tie":
        _within_one(self.value)
        return self


class StateFacts(Entry):
    """What is known of one state, units in the names.

    `field_sources` gives the sources of each number, `conventions` names the numbers that are reasoned choices;
    `milex_year` is the year of the spending figures that name none.
    """

    title: Text
    cow_code: int
    cinc_2016: Share
    milex_2016_usd_m: Positive | None = None
    personnel_2016_thousand: Positive
    population_2016_thousand: Positive
    milex_usd_bn: Quantity | None = None
    milex_gdp_pct: Positive | None = None
    milex_budget_pct: Positive | None = None
    milex_change_pct: float | None = None
    milex_three_usd_bn_2023: Positive | None = None
    milex_year: Day
    warheads_2025_01: Positive
    active_personnel_thousand: Quantity
    combat_aircraft: Quantity
    arms_from_russia_share: Quantity | None = None
    arms_period_start: Day | None = None
    arms_period_end: Day | None = None
    arms_note: Text | None = None
    committed_elsewhere: Quantity | None = None
    capital_to_tehran_km: Positive | None = None
    nearest_to_iran_km: Positive | None = None
    nearest_note: Text | None = None
    ties: Table[Tie] | None = None
    note: Text | None = None
    field_sources: Table[Rows[SourceKey]]
    conventions: Rows[str] = ()

    @model_validator(mode="after")
    def _fields_exist(self) -> "StateFacts":
        for share in (self.arms_from_russia_share, self.committed_elsewhere):
            if share is not None:
                _within_one(share)
        unknown = [name for name in (*self.field_sources, *self.conventions) if name not in StateFacts.model_fields]
        if unknown:
            raise ValueError(f"no field of a state is called {unknown[0]}")
        return self


class StateFact(Entry):
    """A statement about the commitment, arms or alignment of states."""

    topic: Text
    states: Rows[str]
    statement: Text
    start: Day | None = None
    values: Table[Quantity] | None = None


class Distance(Entry):
    """Great-circle distance between two cities."""

    from_: Annotated[Text, Field(alias="from")]
    to: Text
    km: Positive
    note: Text | None = None

    @property
    def headline(self) -> str:
        """Return what the entry is about, in one line."""
        return f"{self.from_} to {self.to}"


class StateFile(DatedFile):
    """The whole of `states.yaml`."""

    states: Rows[StateFacts]
    facts: Rows[StateFact]
    distances: Rows[Distance]
