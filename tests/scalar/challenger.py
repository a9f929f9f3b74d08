"""A possible attacker: chances to act, and what it makes of them (model pages 4.5 and 4.6)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scalar.foresight import Interests, Stake
from scalar.logit import CLOSED, choose, nested, odds, sigmoid
from scalar.response import OVERT
from scalar.states import Observer
from sim.scenario.schema import ChallengerState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scalar.foresight import Forecast, Prospect, Surroundings
    from scalar.model import Reference

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


class Challenger(Observer):
    """A possible attacker, and perhaps the patron of another."""

    stake: Stake

    def __init__(self, model: Reference, name: str) -> None:
        super().__init__(model, name)
        n, sketch = model.numbers, model.scenario.states[name]
        assert isinstance(sketch, ChallengerState)
        self.actions, self.backed_by = sketch.actions, sketch.backed_by
        self.major, self.member = float(sketch.major), float(sketch.member)
        self.can_overt = "strike" in self.actions or "campaign" in self.actions
        self.threatens = sketch.threaten and self.can_overt
        self.kind = math.exp(self.own("threat_weight") * model.luck.number(f"type/{name}"))
        self.deterrence, self.clash_cost = self.own("deterrence"), n["choice.clash_cost"]
        self.tension_weight, self.omega = self.own("tension_weight"), n.get(f"states.{name}.prevention", 0.0)
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

    def worth(self, utilities: Sequence[float]) -> float:
        """W: what it is worth to stand here with a chance to hold or go overt at hand."""
        if max(utilities) == CLOSED:
            return 0.0
        precision = self.model.precision
        overt, _ = nested(utilities, precision)
        if precision == 0.0:
            return 0.5 * overt
        best = max(0.0, overt)
        return best if precision == math.inf else best + math.log1p(math.exp(-precision * abs(overt))) / precision

    def urge(self, utilities: Sequence[float], forecasts: dict[str, tuple[Forecast, Forecast]]) -> float:
        """Preventive motive: omega x what a calendar month of waiting is expected to destroy."""
        if self.omega == 0.0:
            return 0.0
        model, chance = self.model, self.model.entry_chance()
        later = model.one_month_on(covered=model.cover)
        ahead = self.prospects(self, forecasts, later, cover=model.cover)
        waits = self.worth(self.utilities(later, ahead))
        if chance > 0.0:
            covered = {action: self.foresee(self, action, obliged=model.commitment) for action in OVERT}
            later = model.one_month_on(covered=True)
            enters = self.worth(self.utilities(later, self.prospects(self, covered, later, cover=True)))
            waits = (1.0 - chance) * waits + chance * enters
        return self.omega * max(0.0, self.worth(utilities) - waits)

    def stage(self, now: Surroundings) -> tuple[list[float], list[float]]:
        """Utilities of the first stage (hold, overt, and threaten if it can), and of each action."""
        model = self.model
        forecasts = {action: self.foresee(self, action, obliged=model.obliged) for action in OVERT}
        ahead = self.prospects(self, forecasts, now, cover=model.cover)
        utilities = self.utilities(now, ahead)
        motive = self.urge(utilities, forecasts)
        utilities = [utility + motive for utility in utilities]
        overt, _ = nested(utilities, model.precision)
        options = [0.0, overt]
        if self.threatens:
            options.append(self.threat_utility(now, ahead, overt))
        return options, utilities

    # -------------------------------------------------------------- a chance to act

    def rate(self) -> float:
        """Chances of overt action a month."""
        if not self.can_overt:
            return 0.0
        return self.own("opportunity.overt") * math.exp(self.own("opportunity.tension") * self.model.tension)

    def act(self) -> int:
        """Overt action of this step: 0 none, 1 strike, 2 campaign."""
        model, step = self.model, self.model.now
        comes = -math.expm1(-self.rate() * model.length)
        if self.campaigning or not model.luck.number(f"opportunity/{self.name}", step) < comes:
            return 0
        now = model.surroundings()
        options, utilities = self.stage(now)
        shocks = model.luck.shocks(f"challenge/{self.name}", step)
        if self.threatens:
            shocks += model.luck.shocks(f"threaten/{self.name}", step)
        chosen = choose(options, model.precision, shocks)
        if chosen == HOLD or (chosen == THREATEN and not self.carries_out(now, options[ATTACK])):
            return 0
        return choose(utilities, model.precision, model.luck.shocks(f"escalation/{self.name}", step)) + 1

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

    def threat_utility(self, now: Surroundings, ahead: Mapping[str, Prospect], overt: float) -> float:
        """U(threaten): the protégé concedes, or stands and is attacked, or the challenger backs down."""
        model, audience = self.model, self.own("audience")
        concedes = odds(self.answers(now, ahead), model.precision)[1]
        attacks = odds([-audience, overt], model.precision)[1]
        stands = attacks * overt - (1.0 - attacks) * audience
        return concedes * self.own("concession") * now.threat + (1.0 - concedes) * stands

    def answers(self, now: Surroundings, ahead: Mapping[str, Prospect]) -> tuple[float, float]:
        """The protégé's utilities to stand and to concede, by who expects `ahead`; it knows the median type only."""
        model = self.model
        seen, shares = nested(self.utilities(now, ahead, kind=1.0), model.precision)
        feared = odds([-self.own("audience"), seen], model.precision)[1]
        return model.protege.weighs_threat(feared, shares, ahead)

    def carries_out(self, now: Surroundings, overt: float) -> bool:
        """Threaten; the protégé concedes or stands, and the challenger attacks or backs down."""
        model, step, protege = self.model, self.model.now, self.model.protege
        model.result.threats += 1
        forecasts = {action: protege.foresee(self, action, obliged=model.obliged) for action in OVERT}
        theirs = protege.prospects(self, forecasts, now, cover=model.cover)
        shocks = model.luck.shocks(f"concede/{self.name}", step)
        if choose(self.answers(now, theirs), model.precision, shocks) == 1:
            model.result.conceded += 1
            model.result.loss[protege.name] += model.numbers["crisis.threat.price"]
            model.concessions += 1
            return False
        ends = [-self.own("audience"), overt]
        if choose(ends, model.precision, model.luck.shocks(f"carry out/{self.name}", step)) == 1:
            return True
        model.result.backed_down += 1
        model.result.loss[self.name] += self.own("audience")
        return False

    def backs(self, now: Surroundings, harm: float, leader_combat: float) -> int:
        """As a patron: hold back, defend or join."""
        assert self.interests is not None
        utilities = self.interests.utilities(now, harm, leader_combat)
        return choose(utilities, self.model.precision, self.model.luck.shocks(f"patron/{self.name}", self.model.now))
