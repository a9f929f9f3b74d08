"""Published numbers on reliability and deterrence: `literature.yaml`."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.record.schemas.base import DatedFile, Day, Entry, Quantity, Range, Rows, Share, Strict, Table, Text

Count = Annotated[int, Field(ge=0)]


class Study(Entry):
    """One study: what it found, and the numbers its abstract gives.

    `honoured_share` is of commitments that a war invoked; `size_pct` a change in dispute initiation in per cent,
    `size_points` a change in support in percentage points.
    """

    group: Literal["reliability", "deterrence_of_disputes", "immediate_deterrence", "audience_costs", "other"]
    study: Text
    period_start: Day | None = None
    period_end: Day | None = None
    honoured_share: Share | None = None
    measure: Text | None = None
    honoured_share_by_period: Table[Share] | None = None
    honoured_share_by_type: Table[Share] | None = None
    effect: Text | None = None
    size_pct: float | None = None
    size_points: Quantity | None = None
    size_note: Text | None = None
    rate_pct_per_dyad_year_upper: float | None = None
    cases: Count | None = None
    successes: Count | None = None
    success_share: Share | None = None
    further: Text | None = None
    note: Text | None = None
    conflict: Text | None = None
    model_note: Text | None = None
    confidence_note: Text | None = None


class ReliabilityCount(Entry):
    """Commitments honoured of those invoked by war; `matches_published` None where the source prints no such count."""

    title: Text
    honoured: Count
    opportunities: Count
    matches_published: bool | None
    note: Text | None = None

    @model_validator(mode="after")
    def _possible(self) -> "ReliabilityCount":
        if self.honoured > self.opportunities:
            raise ValueError("honoured is above opportunities")
        return self


class Targeting(Entry):
    """How a defence pact changes the odds of being the target of a militarized dispute."""

    title: Text
    odds_ratio: Annotated[float, Field(gt=0)] | None = None
    odds_ratio_interval95: Range | None = None
    change_pct: float | None = None
    direction: Text | None = None
    note: Text | None = None


class AttackByDefence(Strict):
    """Mean probability of attack over the cases when the defender fights with a given probability."""

    p_defender_fights: Share
    p_attack: Share


class Shift(Strict):
    """Change of the log-odds of attack within a case, over cases."""

    median: float
    quartiles: Range


class ImmediateDeterrence(Entry):
    """Huth's crises, refitted: the attacker's choice against the chance that the defender fights."""

    title: Text
    period_start: Day
    period_end: Day
    cases: Count
    attack_by_defence: Rows[AttackByDefence]
    log_odds_shift_at_certain_combat: Shift
    note: Text


class LiteratureFile(DatedFile):
    """The whole of `literature.yaml`."""

    studies: Rows[Study]
    counts: Rows[ReliabilityCount]
    targeting: Rows[Targeting]
    immediate_deterrence: ImmediateDeterrence
