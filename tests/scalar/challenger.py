"""A possible attacker: chances to act, and what it makes of them (model pages 4.5 and 4.6)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from scalar.foresight import Interests, Stake
from scalar.logit import CLOSED, choose, mean, nested, odds, sigmoid
from scalar.response import OVERT
from scalar.states import Observer
from scalar.threat import BACK_DOWN, CARRY_OUT, CONCEDE, Brink, brink, heard
from sim.scenario.schema import ChallengerState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scalar.foresight import Prospect, Surroundings
    from scalar.model import Reference
    from scalar.states import Eyes

HOLD, ATTACK, THREATEN = range(3)


@dataclass(frozen=True, slots=True)
class Terms:
    """What one overt action is worth."""

    gain: float
    ease: float
    cost: float
    loss: float
    retaliation: float
    backing: float


class Choice(NamedTuple):
    """What a challenger chooses: its stage (hold, attack or threaten), and how it weighs each overt action.

    Attributes:
        stage: HOLD, ATTACK or THREATEN.
        kinds: utility of each overt action.
        motive: the preventive motive in them.

    """

    stage: int
    kinds: list[float]
    motive: float


class Standoff(NamedTuple):
    """A threat that has been made: what the challenger expects, and what the protégé and its leader do."""

    own: Brink
    concedes: bool
    warned: bool


class Challenger(Observer):
    """A possible attacker, and perhaps the patron of another."""

    stake: Stake

    def __init__(self, model: Reference, name: str) -> None:
        super().__init__(model, name)
        n, sketch = model.numbers, model.scenario.states[name]
        assert isinstance(sketch, ChallengerState)
        self.actions, self.backed_by = sketch.actions, sketch.backed_by
        self.nature = sketch.kind
        self.major, self.member = float(sketch.major), float(sketch.member)
        self.can_overt = "strike" in self.actions or "campaign" in self.actions
        self.threatens = sketch.threaten and self.can_overt
        self.kind = math.exp(self.own("threat_weight") * model.luck.number(f"type/{name}"))
        self.deterrence, self.clash_cost = self.own("deterrence"), n["choice.clash_cost"]
        self.tension_weight, self.omega = self.own("tension_weight"), self.own("prevention")
        self.diplomatic = n.get(f"alignment.diplomatic.{name}", 0.0)
        self.terms = {action: Terms(*(self.own(f"{action}.{term}") for term in Terms.__slots__)) for action in OVERT}
        self.interests: Interests | None = None
        if sketch.patron is not None:
            names = ("defend", "join", "join_threat", "join_tension", "veto")
            wants = {term: self.own(f"patron.{term}") for term in names}
            self.interests = Interests(**wants, deterrence=self.deterrence, clash_cost=self.clash_cost)
        self.campaigning = False

    def size_up(self) -> None:
        """See who would stand on the other side of the leader."""
        self.backer = next((c for c in self.model.challengers if c.name == self.backed_by), None)
        self.stake = Stake(
            patron=None if self.backer is None else self.backer.interests,
            great=self.interests is not None,
            precision=self.model.precision,
            logits=self.model.numbers["choice.precision"],
            clash_cost=self.clash_cost,
            weight=self.model.guarantors[0].weight,
            harms=self.model.harms,
        )

    # -------------------------------------------------------------- what acting is worth

    def utility(self, action: str, now: Surroundings, ahead: Prospect, kind: float | None = None) -> float:
        """Of one overt action; by its own type unless another is given, minus infinity where it cannot."""
        if action not in self.actions:
            return CLOSED
        terms = self.terms[action]
        return (
            (self.kind if kind is None else kind) * terms.gain * now.threat * sigmoid(terms.ease - now.defence)
            - terms.cost
            - terms.loss * now.defence
            - terms.retaliation * ahead.reply * (now.missiles + 0.5 * now.proxies)
            + self.tension_weight * now.tension
            + terms.backing * ahead.backing
            - self.deterrence * ahead.harm
            - self.clash_cost * ahead.clash
            - self.diplomatic * now.standing
        )

    def utilities(self, now: Surroundings, ahead: Mapping[str, Prospect], kind: float | None = None) -> list[float]:
        """Of each overt action."""
        return [self.utility(action, now, ahead[action], kind) for action in OVERT]

    def first_stage(
        self, eyes: Eyes, now: Surroundings, motive: float, *, cover: bool
    ) -> tuple[list[float], list[float]]:
        """Utilities of the first stage (hold, overt, and threaten if it can), and of each overt action."""
        ahead = self.model.prospects(eyes, self, now, cover=cover)
        kinds = [utility + motive for utility in self.utilities(now, ahead)]
        overt, _ = nested(kinds, self.model.precision)
        options = [0.0, overt]
        if self.threatens:
            options.append(self.threat_utility(eyes, now, motive, cover=cover))
        return options, kinds

    def weigh(self, now: Surroundings) -> tuple[list[float], list[float], float]:
        """Utilities of the first stage and of each overt action, and the preventive motive in them."""
        eyes, cover = self.eyes(), self.model.cover
        options, kinds = self.first_stage(eyes, now, 0.0, cover=cover)
        motive = self.urge(eyes, options) if self.omega > 0.0 else 0.0
        if motive > 0.0:
            options, kinds = self.first_stage(eyes, now, motive, cover=cover)
        return options, kinds, motive

    def urge(self, eyes: Eyes, options: Sequence[float]) -> float:
        """Preventive motive: omega x what a calendar month of waiting is expected to destroy."""
        model = self.model
        later, chance = model.one_month_on(), model.entry_chance()
        waits = self.worth(self.first_stage(eyes, later, 0.0, cover=model.cover)[0])
        if chance > 0.0:
            inside = later._replace(standing=max(later.standing, model.aligned))
            enters = self.worth(self.first_stage(eyes, inside, 0.0, cover=True)[0])
            waits = (1.0 - chance) * waits + chance * enters
        return self.omega * max(0.0, self.worth(options) - waits)

    def worth(self, options: Sequence[float]) -> float:
        """W: what it is worth to stand here with a chance to act at hand: (1 / lambda) log sum e^(lambda U)."""
        precision, top = self.model.precision, max(options)
        if precision == math.inf:
            return top
        if precision == 0.0:  # their mean, up to a constant that cancels
            return sum(options) / len(options)
        return top + math.log(sum(math.exp(precision * (option - top)) for option in options)) / precision

    # -------------------------------------------------------------- a chance to act

    def rate(self) -> float:
        """Chances of overt action a month."""
        if not self.can_overt:
            return 0.0
        return self.own("opportunity.overt") * math.exp(self.own("opportunity.tension") * self.model.tension)

    def considers(self) -> Choice:
        """What it chooses at a chance to act, if one comes in this step."""
        model, step = self.model, self.model.now
        comes = -math.expm1(-self.rate() * model.length)
        if self.campaigning or not model.luck.number(f"opportunity/{self.name}", step) < comes:
            return Choice(HOLD, [], 0.0)
        options, kinds, motive = self.weigh(model.surroundings())
        shocks = model.luck.shocks(f"challenge/{self.name}", step)
        if self.threatens:
            shocks += model.luck.shocks(f"threaten/{self.name}", step)
        return Choice(choose(options, model.precision, shocks), kinds, motive)

    def escalates(self, kinds: Sequence[float]) -> int:
        """Strike (1) or campaign (2), by their utilities."""
        return (
            choose(kinds, self.model.precision, self.model.luck.shocks(f"escalation/{self.name}", self.model.now)) + 1
        )

    def act_covertly(self) -> bool:
        """Whether it acts covertly in this step: no casus foederis, so that no guarantor enters it."""
        model, step = self.model, self.model.now
        rate = self.own("opportunity.covert") * model.length
        chance = model.luck.number(f"covert opportunity/{self.name}", step) < -math.expm1(-rate)
        if not chance or "covert" not in self.actions:
            return False
        gain, ease, cost = (self.own(f"covert.{term}") for term in ("gain", "ease", "cost"))
        utility = self.kind * gain * model.threat * sigmoid(ease - model.defence) - cost
        return choose([0.0, utility], model.precision, model.luck.shocks(f"covert/{self.name}", step)) == 1

    # -------------------------------------------------------------- threats

    def threat_utility(self, eyes: Eyes, now: Surroundings, motive: float, *, cover: bool) -> float:
        """U(threaten): the protégé concedes; or it stands, and this attacks or backs down, warned or not."""
        model = self.model
        ahead = brink(model, eyes, self, now, motive, cover=cover)
        concedes = odds(ahead.answers, model.precision)[CONCEDE]
        stands = 0.0
        for branch in (ahead.silence, ahead.warning):
            stands += branch.chance * mean(branch.ends, odds(branch.ends, model.precision))
        return concedes * self.own("concession") * now.threat + (1.0 - concedes) * stands

    def attacks(self) -> float:
        """Chance that a chance to act ends in an attack, at once or after a threat, by its own lights."""
        model, now = self.model, self.model.surroundings()
        options, _, motive = self.weigh(now)
        shares = odds(options, model.precision)
        if not self.threatens:
            return shares[ATTACK]
        ahead = brink(model, self.eyes(), self, now, motive, cover=model.cover)
        carried = sum(b.chance * odds(b.ends, model.precision)[CARRY_OUT] for b in (ahead.silence, ahead.warning))
        stands = 1.0 - odds(ahead.answers, model.precision)[CONCEDE]
        return shares[ATTACK] + shares[THREATEN] * stands * carried

    def threaten(self, motive: float) -> Standoff:
        """Threaten: what this expects, whether the protégé concedes, and whether the leader would warn."""
        model, protege, now = self.model, self.model.protege, self.model.surroundings()
        own = brink(model, self.eyes(), self, now, motive, cover=model.cover)
        answers = brink(model, protege.eyes(), self, now, cover=model.cover).answers
        concedes = choose(answers, model.precision, model.luck.shocks(f"concede/{self.name}", model.now)) == CONCEDE
        return Standoff(own, concedes, warned=model.guarantors[0].warns(self))

    def is_heard(self, *, warned: bool) -> None:
        """The leader warns, or is silent: all observers take it in, and a warning ties its hands."""
        model, leader = self.model, self.model.guarantors[0]
        model.take_in()
        for observer in model.observers:
            _, silence, warning = heard(model, observer.eyes(), self, cover=model.cover)
            seen = warning if warned else silence
            observer.beliefs[leader.name] = seen.beliefs[leader.name]
        if warned:
            leader.tie(model.numbers["crisis.threat.warning.tied"])

    def carries_out(self, standoff: Standoff) -> int:
        """How a threat ends: 0 without an attack, else 1 strike, 2 campaign."""
        model, result = self.model, self.model.result
        result.threats += 1
        if standoff.concedes:
            result.conceded += 1
            result.loss[model.protege.name] += model.numbers["crisis.threat.price"]
            model.concessions += 1
            return 0
        after = standoff.own.warning if standoff.warned else standoff.own.silence
        if choose(after.ends, model.precision, model.luck.shocks(f"carry out/{self.name}", model.now)) == CARRY_OUT:
            return self.escalates(after.kinds)
        result.backed_down += 1
        result.loss[self.name] -= after.ends[BACK_DOWN]
        return 0

    def backs(self, now: Surroundings, harm: float, leader_combat: float) -> int:
        """As a patron: hold back, defend or join."""
        assert self.interests is not None
        utilities = self.interests.utilities(now, harm, leader_combat)
        return choose(utilities, self.model.precision, self.model.luck.shocks(f"patron/{self.name}", self.model.now))
