"""What a scenario may say of crises: severity, requests, replies, threats, and how long they go on (model.md 7.6)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.scenario.bounds import Positive, Real, Share  # noqa: TC001 - read at run time
from sim.scenario.frozen import Frozen
from sim.scenario.parameters import Leaf, Within


class Severity(Frozen):
    """What one kind of action does to the protégé."""

    deaths: Positive = Field(description="deaths by which guarantors judge the size of the attack")
    setback: Share = Field(description="mean share of the threat destroyed")
    damage: Share = Field(description="mean share of defence and missiles destroyed")
    duration: Positive = Field(description="days that it lasts; a mandate helps if it comes earlier than that")


class CovertSeverity(Frozen):
    """What a covert action does to the protégé."""

    setback: Share = Field(description="mean share of the threat destroyed")


class Request(Frozen):
    """The protégé's decision to ask for help: logit of sharpness x (help x H - refused x (1 - min(1, 3H)) + level)."""

    sharpness: Positive = Field(description="precision of the choice (q)")
    help: Positive = Field(description="value of the harm that helpers are expected to do")
    refused: Positive = Field(description="cost of being refused in public")
    level: Real = Field(description="added per level of the attack above a strike (g)")


class Retaliation(Frozen):
    """How the protégé answers an attack: absorb (0), proportionate or escalate (model.md 7.6)."""

    proportionate: Real = Field(description="utility of a proportionate reply to a strike")
    escalate: Real = Field(description="utility of escalation after a strike")
    emboldened: Real = Field(description="weight of boldness under cover in escalation")
    backed: Real = Field(description="added to escalation where the guarantors' harm is above 0.3")
    in_kind: Positive = Field(description="cost of a proportionate reply, per unit of the attacker's retaliation")
    beyond: Positive = Field(description="cost of escalation, per unit of the attacker's retaliation")


class LeadersWarning(Frozen):
    """How the leader warns a challenger that threatens: a signal of the moment (model.md 7.4, 7.6)."""

    rate: Share = Field(description="chance of a warning by a leader whose latent in the crisis is the record's mean")
    slope: Real = Field(description="change of its log-odds per unit of the leader's latent in the crisis (b)")
    tied: Positive = Field(description="added to the leader's latent by a warning given (logits); everybody knows it")


class Ultimatum(Frozen):
    """What is weighed under a threat (model.md 7.6)."""

    excused: Share = Field(description="share of the cost of backing down that is left if the leader has warned")
    warning: LeadersWarning
    concession: Share = Field(description="share of the threat that a concession cuts")
    price: Positive = Field(description="what conceding costs the protégé")
    suffering: Positive = Field(description="what an attack costs it, per unit of setback and damage")


class Crisis(Frozen):
    """What happens once force is used (model.md 7.6)."""

    covert: CovertSeverity
    strike: Severity
    campaign: Severity
    setback_spread: Share = Field(description="setbacks are drawn within (1 +- spread) of their mean")
    joined_factor: Annotated[Leaf, Within(1.0, 3.0)] = Field(
        description="setback is multiplied by it if the patron joins"
    )
    request: Request
    retaliation: Retaliation
    threat: Ultimatum
    exchanges: int = Field(default=4, ge=1, le=12, description="exchanges of a crisis in a step; 1: it ends at once")
    further: Share = Field(description="setback and damage of a further exchange, per unit of the first")
    suspend: Share = Field(description="chance to suspend after Article 4 was invoked and nobody aided")
