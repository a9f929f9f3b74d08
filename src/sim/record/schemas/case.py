"""Crises of the alliance's own members: `cases.yaml`."""

from typing import Annotated, Literal

from pydantic import Field

from sim.record.schemas.base import DatedFile, Day, Entry, Level, Quantity, Rows, Strict, Table, Text

CrisisType = Literal[
    "cross_border_militants",
    "internal_unrest",
    "border_clash",
    "interstate_attack",
    "proxy_territory",
    "member_vs_member",
    "member_is_initiator",
]
Kind = Literal["internal", "militants", "state"]


class Conduct(Strict):
    """What one member did on its own account, on the response scale."""

    level: Level
    level_low: Level | None = None
    level_high: Level | None = None
    level_broad: Level | None = None
    after_level: Level | None = None
    detail: Text | None = None


class Outside(Strict):
    """Help by a state outside the collective decision; `level` None where it was not coded."""

    actor: Text
    level: Level | None = None
    after_level: Level | None = None
    detail: Text


class FurtherRequest(Strict):
    """A second request made in the same crisis."""

    to: Text
    date: Day
    basis: Text
    content: Text


class Troops(Strict):
    """Soldiers sent by one state."""

    troops: Quantity
    note: Text | None = None


class Contingent(Strict):
    """A collective force sent into a member state."""

    official_total: int
    announced_first: int
    vehicles: int
    by_country: Table[Troops]
    deployed_complete: Day
    withdrawal_start: Day
    withdrawal_end: Day


class Case(Entry):
    """A crisis in which a member was attacked, asked for help, or could have.

    `members_concerned` are the members party to the crisis, who answer no call in it; `victim` and `attacker` say
    the same in words. `deaths` counts the killed on all sides, `latency_days` days between the events it names.
    """

    title: Text
    members_concerned: Rows[str]
    victim: Text
    attacker: Text
    crisis_type: CrisisType
    secondary_type: CrisisType | None = None
    kind: Kind
    start: Day
    end: Day | None = None
    start_note: Text | None = None
    own_territory: bool
    attacker_is_member: bool
    attacker_major_power: bool
    attacker_backed_by_nuclear_power: bool
    member_initiated: bool
    in_force: bool
    deaths: Quantity | None
    coding_note: Text | None = None
    scale: Table[Quantity] | None = None
    scale_note: Text | None = None
    requested: bool
    requested_org: bool
    formal_article4: bool
    request: Literal["none", "art4", "art2", "other"]
    request_date: Day | None = None
    request_to: Text | None = None
    request_detail: Text | None = None
    also_requested: FurtherRequest | None = None
    invocation: Text | None = None
    decision_date: Day | None = None
    org_level: Level
    org_level_low: Level | None = None
    org_level_note: Text | None = None
    response: Text | None = None
    latency_days: Table[Annotated[int, Field(ge=0)]] | None = None
    latency_note: Text | None = None
    by_member: Table[Conduct]
    bilateral_response: Outside | None = None
    contingent: Contingent | None = None
    financial_aid_usd_m: float | None = None
    financial_aid_note: Text | None = None
    reasons: Text | None = None
    conflict: Text | None = None
    notes: Rows[Text] = ()
    count_csto: bool

    @property
    def member_level(self) -> int:
        """Return the highest own conduct of any member during the crisis, 0 where none is listed."""
        return max((conduct.level for conduct in self.by_member.values()), default=0)


class CaseFile(DatedFile):
    """The whole of `cases.yaml`."""

    cases: Rows[Case]
