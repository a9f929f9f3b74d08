"""What a scenario may say of the protégé's standing in the alliance, and of what is scheduled to happen."""

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.bounds import LONGEST, Name, Positive, Real, Share
from sim.scenario.frozen import Frozen, FrozenMapping


class Admission(Frozen):
    """How a member votes on an applicant: yes by the logit of the sum of these terms (model.md 7.7).

    logit = wish (the leader) or base + dependence x clip(logit of the leader, -3, 3) (the others)
    + terrorism x exposure - entrapment x P(attack) x its share of the burden
    - ties x its closest tie to a challenger that can attack.
    """

    wish: Real = Field(description="the leader's wish to have the protégé in (logits)")
    base: Real = Field(description="another member's readiness, all else aside (logits)")
    terrorism: Positive = Field(description="worth of the protégé against terrorism, per unit of exposure (logits)")
    exposure: FrozenMapping[Name, Share] = Field(
        max_length=LONGEST, description="exposure of each member to terrorism, 0-1; a member not named has none"
    )
    entrapment: Positive = Field(
        description="fear of being drawn in: weight of P(attack within a year) x its share of the burden (logits)"
    )
    ties: Positive = Field(description="weight of its closest tie to a challenger that can attack (logits)")


class Accession(Frozen):
    """Whether the protégé is covered by the treaty, and by which path."""

    cover: bool = Field(description="true: Article 4 covers the protégé by fiat")
    from_month: int = Field(
        default=0, ge=0, le=600, description="month of the scenario in which cover enters into force"
    )
    path: Literal["none", "applied"] = Field(
        default="none", description="applied: it applies, the members vote, and cover follows after a lag"
    )
    apply_month: int = Field(default=0, ge=0, le=600, description="month of the scenario in which it applies")
    observer: bool = Field(default=False, description="true: it holds the standing of an observer from the start")
    decision_months: Positive = Field(description="from the application to the vote (months)")
    lags: tuple[Annotated[float, Field(ge=0.0, le=600.0)], ...] = Field(
        min_length=1,
        max_length=LONGEST,
        description="lags from admission to entry into force on record (months); each as likely",
    )
    vote: Admission


class Arms(Frozen):
    """What arms and training from the guarantors add, from cover or admission on (model.md 7.8)."""

    delivery_lag: Positive = Field(description="from cover or admission to the first delivery (months)")
    defence: Share = Field(description="growth of defence a month, once deliveries run")
    missiles: Share = Field(description="growth of missiles a month, once deliveries run")


class Alignment(Frozen):
    """What the protégé's standing in the alliance does politically: 1 covered or admitted, less as an observer."""

    observer: Share = Field(description="standing of an observer, where a member's is 1")
    diplomatic: FrozenMapping[Name, Positive] = Field(
        max_length=LONGEST,
        description="political cost to each challenger of overt action at standing 1 (utility); not named: none",
    )
    rivals: Real = Field(description="added at standing 1 to the level that tension returns to: rivals react")


Level = Annotated[float, Field(ge=-10.0, le=10.0)]
Moved = Literal["threat", "tension", "defence", "missiles", "proxies"]


class Move(Frozen):
    """By how much a scheduled event moves a level."""

    shift: Level = Field(description="added to the level")


class Event(Frozen):
    """A shock that the scenario schedules: `{month: 6, set: {threat: 0.3, tension: {shift: -0.2}}}`."""

    month: int = Field(ge=0, le=600, description="month of the scenario in which it happens, 0 the first")
    set: FrozenMapping[Moved, Level | Move] = Field(description="new levels, or {shift: number} to add to them")
    source: str | None = Field(default=None, max_length=2000, description="where it comes from, in words")
