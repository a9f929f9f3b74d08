"""What a scenario may say: one frozen model a topic, every parameter with its bounds, unit and meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, field_validator, model_validator

from sim.scenario.bounds import LONGEST, Month, Name, Positive, Real, Share
from sim.scenario.crises import Crisis  # noqa: TC001 - read at run time
from sim.scenario.frozen import Frozen, FrozenMapping
from sim.scenario.parameters import Leaf, Within
from sim.scenario.standing import Accession, Alignment, Arms, Event  # noqa: TC001 - read at run time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OvertAction = Literal["strike", "campaign"]
OVERT_ACTIONS: tuple[OvertAction, ...] = ("strike", "campaign")

MOST_STATES = 60
"""Most states of a scenario: what everybody thinks of everybody grows with the square of them."""

STEPS = (1.0, 0.5, 0.25)
"""Lengths that a step can have, in months."""


class Cutpoints(Frozen):
    """Thresholds of the response scale on the latent (logit) scale; they must rise."""

    aid: Real = Field(description="above it a guarantor sends aid: materiel, intelligence, a mission (record 3-4)")
    troops: Real = Field(description="above it a guarantor sends troops short of combat (record 5)")
    combat: Real = Field(description="above it a guarantor fights (record 6)")


class Covariates(Frozen):
    """Coefficients of a crisis's features in the response of a guarantor (logits); see sim.record.covariates."""

    militants: Real = Field(description="the attacker is a non-state armed group")
    state_attack: Real = Field(description="the attacker is a state")
    log_size: Real = Field(description="per factor of ten in deaths")
    asked: Real = Field(description="help was asked for")
    formal_article4: Real = Field(description="Article 4 was formally invoked")
    foreign_ground: Real = Field(description="the ground attacked is not the member's own")
    attacker_member: Real = Field(description="the attacker is a member of the treaty")
    attacker_major: Real = Field(description="the attacker is a nuclear power, or Israel with a nuclear backer")
    ties_to_attacker: Real = Field(description="per unit of the guarantor's ties to the attacker (0-1)")
    committed_elsewhere: Real = Field(description="per unit of the guarantor's force committed elsewhere (0-1)")
    leader: Real = Field(description="the guarantor leads the alliance")


class Response(Frozen):
    """The ordered logit by which every guarantor responds to an attack (model.md 7.2)."""

    intercept: Real = Field(description="mean latent with cutpoints centred (b0)")
    in_force: Real = Field(description="what a mutual-defence treaty in force adds (delta)")
    covariates: Covariates
    cutpoints: Cutpoints
    shock: Positive = Field(description="standard deviation of the shock that all guarantors share in a crisis (s_u)")


class Council(Frozen):
    """How the Collective Security Council decides on help (model.md 7.3)."""

    rule: Literal["consensus", "consensus_minus_one", "majority", "leader", "each_as_it_deems"] = Field(
        description="consensus: a mandate unless a member opposes; consensus_minus_one: unless two do; majority: if "
        "more than half of the active members support; leader: if the leader supports; each_as_it_deems: no vote at all"
    )
    oppose_below: Real = Field(description="stance latent below which a member opposes (logits)")
    support_above: Real = Field(description="stance latent above which a member supports (logits)")
    no_mandate: Positive = Field(description="how far the leader's latent falls without a mandate (logits)")
    contested: Positive = Field(description="how far stances fall just after the protégé escalated a crisis (logits)")
    contested_memory: Share = Field(description="share of that fall which is left after a month")
    latency: tuple[Annotated[int, Field(ge=0, le=3650)], ...] = Field(
        default=(0,),
        min_length=1,
        max_length=LONGEST,
        description="days from request to decision, each as likely as the next; 0 is the day of the request",
    )
    chair_delay: Positive = Field(description="days added by a chair with ties of 1 to the attacker")
    rotation: tuple[Name, ...] = Field(
        default=(),
        max_length=LONGEST,
        description="who chairs, a calendar year each; suspended members are passed over; none: the leader",
    )
    rotation_year: int = Field(
        default=2022, ge=1900, le=2200, description="a year in which the first of the rotation chairs"
    )


class Perception(Frozen):
    """What observers know of the guarantors' true resolve (model.md 7.4)."""

    acuity: Share = Field(description="correlation of belief with truth (rho): 0 only the record, 1 the truth")
    bias: Real = Field(description="added to every observer's mean belief (logits)")


class Signal(Frozen):
    """How often an active guarantor sends one kind of signal: sigmoid(a + slope x latent) a month (model.md 7.4)."""

    rate: Share = Field(description="chance a month of a guarantor at the mean latent of the record; it sets a")
    slope: Real = Field(description="change of its log-odds per unit of the guarantor's latent (b)")


class CostlySignal(Signal):
    """Exercises, deployments, a base: sent only where the treaty obliges; a signal sent ties hands (Fearon 1997)."""

    tied: Positive = Field(description="added to the guarantor's latent by a signal sent (logits); everybody knows it")
    half_life: Annotated[Leaf, Within(0.1, None)] = Field(description="months after which half of that has lapsed")


class Signals(Frozen):
    """What guarantors show before a crisis, and observers learn from it and from silence (model.md 7.4)."""

    active: bool = Field(description="false: nobody signals, and nobody reads silence")
    costly: CostlySignal
    talk: Signal


class Reputation(Frozen):
    """Whether observers learn of guarantors from how they answer attacks (model.md 7.4)."""

    active: bool = Field(description="true: every observer moves its beliefs after a crisis")


class Choice(Frozen):
    """How choices are made (model.md 7.5, 7.9)."""

    rule: Literal["quantal", "maximiser"] = Field(
        default="quantal", description="quantal: logit choice; maximiser: the best alternative, ties even"
    )
    precision: Positive = Field(description="lambda of the logit choice, per unit of utility")
    clash_cost: Positive = Field(description="risk of great-power catastrophe times its loss (q x D*), utility")


class Channels(Frozen):
    """Which ways of the treaty's effect are at work (model.md 7.8)."""

    commitment: bool = Field(description="cover changes what guarantors owe: delta, formal Article 4, the Council")
    capability: bool = Field(default=True, description="cover or admission brings arms: defence and missiles grow")
    alignment: bool = Field(
        default=True, description="standing in the alliance costs the challengers politically, and rivals react to it"
    )


class Threat(Frozen):
    """The protégé's programme as challengers see it: 0 = the 2016 cap, 1 = mid-2025, at most 2."""

    start: Annotated[Leaf, Within(0.0, 2.0)] = Field(description="level at the start of the scenario")
    drift: Real = Field(description="change a month")
    noise: Positive = Field(description="standard deviation of a month's change")
    boldness: Real = Field(description="relative change of the drift under cover; its prior is symmetric around 0")


class Tension(Frozen):
    """The political temperature: AR(1) around a mean, with rare jumps."""

    start: Real = Field(description="level at the start of the scenario")
    mean: Real = Field(description="level it returns to")
    persistence: Share = Field(description="share of a deviation that is left after a month")
    noise: Positive = Field(description="standard deviation of a month's change")
    jump_rate: Positive = Field(description="jumps a month")
    jump_size: Real = Field(description="height of a jump")


class Harm(Frozen):
    """Harm to a challenger from a guarantor of weight 1, by level of response (h)."""

    aid: Share = Field(description="harm when a guarantor of weight 1 sends aid")
    troops: Share = Field(description="harm when it sends troops short of combat")
    combat: Share = Field(description="harm when it fights")


class Weights(Frozen):
    """How a guarantor's capability becomes weight: CINC share x free share x exp(-distance / scale)."""

    distance_scale: Annotated[Leaf, Within(1.0, None)] = Field(description="distance at which power falls by e (km)")


class Environment(Frozen):
    """The world outside the decisions (model.md 7.1)."""

    threat: Threat
    tension: Tension
    harm: Harm
    weights: Weights
    recovery: Share = Field(description="share of damaged means of defence recovered a month")
    drive: Literal["model", "record"] = Field(
        default="model",
        description="record: threat, tension and means follow the series of the record month by month (hindcasts)",
    )


class Action(Frozen):
    """What one kind of action is worth to a challenger (utility; model.md 7.5)."""

    gain: Positive = Field(description="worth of a full setback at threat 1")
    ease: Real = Field(description="logit of success against no defence (zeta)")
    cost: Real = Field(description="political and material cost, whatever happens")
    loss: Positive = Field(description="own losses per unit of the protégé's defence")
    retaliation: Positive = Field(description="cost per unit of the protégé's missiles and half its proxies")
    backing: Positive = Field(description="worth of the patron's expected backing")


class CovertAction(Frozen):
    """What covert action is worth to a challenger (utility)."""

    gain: Positive = Field(description="worth of a full setback at threat 1")
    ease: Real = Field(description="logit of success against no defence")
    cost: Real = Field(description="cost, whatever happens")


class Opportunity(Frozen):
    """How often a chance to act comes (readiness, cabinet, the patron's light)."""

    overt: Positive = Field(description="chances of overt action a month at tension 0 (nu)")
    covert: Positive = Field(description="chances of covert action a month")
    tension: Real = Field(description="log change of the overt rate per unit of tension")


class Patron(Frozen):
    """How a challenger backs another that attacks (model.md 7.5)."""

    defend: Real = Field(description="utility of defending (p_d); holding back is 0")
    join: Real = Field(description="utility of joining at threat 1 and tension 0 (p_j)")
    join_threat: Real = Field(description="change of it per unit of threat (p_theta)")
    join_tension: Real = Field(description="change of it per unit of tension")
    veto: Positive = Field(description="weight of the patron's expected holding back against the action")


class ProtegeState(Frozen):
    """The state under threat."""

    role: Literal["protege"]
    defence: Share = Field(description="means to blunt an attack at the start (D)")
    missiles: Share = Field(description="means to hurt back (M)")
    proxies: Share = Field(description="means to hurt through others (X)")


class GuarantorState(Frozen):
    """A treaty member."""

    role: Literal["guarantor"]
    leader: bool = Field(default=False, description="leads the alliance; exactly one guarantor does")
    active: bool = Field(default=True, description="false: suspended; answers no call and does not vote")
    resolve: Real = Field(
        description="its own deviation from the mean latent (r); a shift moves the truth, not the record"
    )
    capability: Positive = Field(description="share of world capability (CINC)")
    distance: Positive = Field(description="from its nearest forces to the protégé (km)")
    committed: Share = Field(description="share of its force committed elsewhere")
    dependence: Positive = Field(description="pull of the leader's stance on its own; 0 for the leader")
    tied: Positive = Field(
        description="public commitment from the start that does not lapse: a base, troops on the ground (logits)",
    )
    ties: FrozenMapping[Name, Share] = Field(description="ties to each challenger, 0-1")


class ChallengerState(Frozen):
    """A possible attacker."""

    role: Literal["challenger"]
    kind: Literal["state", "militants", "internal"] = Field(
        default="state", description="what attacks: a state, armed groups from outside, or unrest within the protégé"
    )
    actions: tuple[Literal["covert", "strike", "campaign"], ...] = Field(
        default=("covert", "strike", "campaign"), description="what it can do"
    )
    major: bool = Field(default=True, description="a nuclear power, or Israel with a nuclear backer")
    member: bool = Field(default=False, description="is itself a member of the treaty")
    backed_by: Name | None = Field(default=None, description="the challenger that is its patron")
    opportunity: Opportunity
    threat_weight: Positive = Field(
        description="spread of its type: standard deviation of the log weight on the threat"
    )
    tension_weight: Real = Field(description="added to overt action per unit of tension")
    covert: CovertAction
    strike: Action
    campaign: Action
    deterrence: Positive = Field(description="weight of expected harm from guarantors (Gamma)")
    threaten: bool = Field(default=False, description="true: can threaten first (immediate deterrence)")
    audience: Positive = Field(description="cost of backing down from a threat before its own public (alpha)")
    concession: Positive = Field(description="worth of a concession at threat 1")
    prevention: Positive = Field(description="weight of what a month of waiting is expected to cost (omega)")
    patron: Patron | None = Field(default=None, description="how it backs another challenger")


State = Annotated[ProtegeState | GuarantorState | ChallengerState, Field(discriminator="role")]


class Scenario(Frozen):
    """One world to be played: what is asked, who is in it, and every number the rules use."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    title: str = Field(max_length=200, description="one line that names the world")
    asks: str = Field(max_length=2000, description="the question this scenario asks")
    estimand: Literal["fiat", "as admitted", "applies now"] = Field(description="what a difference to it means")
    start: Month = Field(description="first month, YYYY-MM")
    horizon: int = Field(ge=1, le=600, description="length in months")
    step: float = Field(
        default=1.0, description="length of a step in months: 1, 0.5 or 0.25", json_schema_extra={"enum": [*STEPS]}
    )
    ensemble: Literal["latest", "2024-12", "prior"] = Field(
        default="latest",
        description="parameter sets that are played. latest: calibrated to all of history; 2024-12: only to what was "
        "known by then (hindcasts); prior: not calibrated, every number from its own distribution",
    )
    response: Response
    council: Council
    accession: Accession
    perception: Perception
    signals: Signals
    reputation: Reputation
    choice: Choice
    channels: Channels
    arms: Arms
    alignment: Alignment
    environment: Environment
    events: tuple[Event, ...] = Field(default=(), max_length=LONGEST, description="shocks that the scenario schedules")
    crisis: Crisis
    states: FrozenMapping[Name, State] = Field(max_length=MOST_STATES)

    @field_validator("step")
    @classmethod
    def _known_step(cls, value: float) -> float:
        if value not in STEPS:
            raise ValueError(f"{value} is none of {', '.join(map(str, STEPS))}")
        return value

    @model_validator(mode="after")
    def _roles_fit(self) -> Scenario:
        """One protégé, one leader, at least one challenger, and every name that is referred to exists."""
        problems = [*_cast(self.states), *_ties(self.states), *_backing(self.states)]
        problems += [
            f"council.rotation: no state is called {name}" for name in self.council.rotation if name not in self.states
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self


def _cast(states: Mapping[str, State]) -> Iterator[str]:
    """Yield what is wrong with the roles."""
    proteges = [name for name, state in states.items() if isinstance(state, ProtegeState)]
    leaders = [name for name, state in states.items() if isinstance(state, GuarantorState) and state.leader]
    if len(proteges) != 1:
        yield f"states: exactly one state must have the role protege; {len(proteges)} have it"
    if not any(isinstance(state, ChallengerState) for state in states.values()):
        yield "states: at least one state must have the role challenger"
    if len(leaders) != 1:
        yield f"states: exactly one guarantor must have leader: true; {len(leaders)} have it"
    for name, state in states.items():
        if isinstance(state, GuarantorState) and state.leader and state.capability.support()[1] <= 0.0:
            yield f"states.{name}.capability: the leader's is the scale of all weights; it must be above 0"


def _ties(states: Mapping[str, State]) -> Iterator[str]:
    """Yield what is wrong with guarantors' ties: each has one to every challenger, and to nobody else."""
    challengers = [name for name, state in states.items() if isinstance(state, ChallengerState)]
    for name, state in states.items():
        if isinstance(state, GuarantorState):
            yield from (
                f"states.{name}.ties.{other}: no challenger has this name"
                for other in state.ties
                if other not in challengers
            )
            yield from (
                f"states.{name}.ties: the challenger {other} is missing"
                for other in challengers
                if other not in state.ties
            )


def _backing(states: Mapping[str, State]) -> Iterator[str]:
    """Yield what is wrong with patrons."""
    for name, state in states.items():
        if isinstance(state, ChallengerState) and state.backed_by is not None:
            backer = states.get(state.backed_by)
            if not isinstance(backer, ChallengerState) or backer.patron is None or state.backed_by == name:
                yield f"states.{name}.backed_by: {state.backed_by} is not another challenger with a patron section"
