"""What plausible parameter sets must reproduce, and what they are only held against: `targets.yaml`."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.record.schemas.base import DatedFile, Entry, Quantity, Range, Rows, Strict, Text
from sim.record.schemas.series import Month

Measure = Literal[
    "overt",
    "covert",
    "campaigns",
    "carried_out",
    "joined",
    "relative_risk",
    "fought",
    "replay_gap",
]
"""What is counted.

overt: rounds of overt action by the actor that begin in the period, each month with one counted once; covert: acts;
campaigns, joined: rounds that were a campaign, or that the patron joined, of `out_of` rounds; carried_out: threats of
`out_of`; relative_risk: of being attacked, with an average pact against without; fought: attacked pacts in which the
ally fought, of `out_of`; replay_gap: mean P(collective aid) of the replayed Council less the fitted one.
"""

COUNTED: tuple[Measure, ...] = ("overt", "covert")
"""Measures that are numbers of events in a period; the others are shares, a ratio and a difference."""

Rule = Literal["garwood", "clopper_pearson", "record", "convention"]
"""How a tolerance follows: exact 90 % interval, given what was counted, of a Poisson mean (Garwood 1936) or of a share
(Clopper and Pearson 1934); an interval of the record; or a reasoned choice."""


class Span(Strict):
    """A closed interval."""

    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> "Span":
        if self.low > self.high:
            raise ValueError(f"low {self.low:g} is above high {self.high:g}")
        return self


class Target(Entry):
    """A statistic of the record with what a parameter set may miss it by.

    A set is within tolerance if its expected statistic (the mean over its trials) lies in `tolerance`, ends included.
    `counted` are the entries that were counted; `since` and `until` are months, both included. Role `target`: sets
    outside are dropped. Role `check`: printed beside the ensemble, drops nothing.
    """

    title: Text
    role: Literal["target", "check"]
    measure: Measure
    actors: Rows[Literal["Israel", "United States"]] = ()
    since: Month | None = None
    until: Month | None = None
    counted: Rows[Text] = ()
    count: Annotated[int, Field(ge=0)] | None = None
    out_of: Annotated[int, Field(ge=1)] | None = None
    value: Quantity | None = None
    tolerance: Span
    rule: Rule
    because: Text
    note: Text | None = None

    @model_validator(mode="after")
    def _whole(self) -> "Target":
        if (self.since is None) != (self.until is None) or (self.since or "") > (self.until or ""):
            raise ValueError("a period has a first and a last month, in this order")
        if (self.count is None) == (self.value is None):
            raise ValueError("give exactly one of count and value")
        if self.count is not None and (self.out_of is None) != (self.measure in COUNTED):
            raise ValueError("a count of events in a period stands alone, a count of cases says out of how many")
        if self.out_of is not None and (self.count or 0) > self.out_of:
            raise ValueError(f"count {self.count} is above out_of {self.out_of}")
        if self.measure in COUNTED and (self.since is None or len(self.actors) != 1):
            raise ValueError("a count of events has a period and one actor")
        return self

    @property
    def months(self) -> int | None:
        """Length of the period in months, None where there is none."""
        if self.since is None or self.until is None:
            return None
        (first, last) = (12 * int(month[:4]) + int(month[5:]) for month in (self.since, self.until))
        return last - first + 1

    @property
    def observed(self) -> float | None:
        """Return what the record says: the count, the share, or the value; None where the value is a range."""
        if self.count is not None:
            return self.count / (self.out_of or 1)
        return None if isinstance(self.value, Range) else self.value


class Aside(Strict):
    """An entry of the record that is not counted, and why."""

    entry: Text
    because: Text


class Joint(Strict):
    """Entries of the record that are one round of overt action: the first stands for all."""

    entries: Annotated[tuple[Text, ...], Field(strict=False, min_length=2)]
    because: Text


class TargetFile(DatedFile):
    """The whole of `targets.yaml`: definitions, what is not counted, and the targets."""

    overt: Text
    covert: Text
    statistic: Text
    aside: Rows[Aside]
    rounds: Rows[Joint]
    targets: Rows[Target]

    @model_validator(mode="after")
    def _apart(self) -> "TargetFile":
        """Refuse two targets that count the same months of the same actor: they would weigh twice."""
        counts = [one for one in self.targets if one.role == "target" and one.measure in COUNTED]
        for measure, actor in sorted({(one.measure, one.actors[0]) for one in counts}):
            mine = [one for one in counts if (one.measure, one.actors[0]) == (measure, actor)]
            for left, right in pairwise(sorted(mine, key=lambda one: one.since or "")):
                if (right.since or "") <= (left.until or ""):
                    raise ValueError(f"the periods of {left.id} and {right.id} overlap")
        return self

    def up_to(self, month: str) -> tuple[Target, ...]:
        """Return the targets (not the checks) that data to the end of a month can give, YYYY-MM."""
        return tuple(one for one in self.targets if one.role == "target" and one.until and one.until <= month)
