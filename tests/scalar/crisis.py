"""An overt attack and what follows: request, Council, responses, patron, replies, exchanges (model page 4.6)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scalar import council
from scalar.beliefs import LOGISTIC_VARIANCE, shown, updated
from scalar.foresight import BACKED_ABOVE, ESCALATE, Prospect
from scalar.logit import CLOSED, choose, nested
from scalar.response import AID, CAMPAIGN, COMBAT, OVERT, shared_part

if TYPE_CHECKING:
    from scalar.challenger import Challenger
    from scalar.council import Rules
    from scalar.foresight import Surroundings
    from scalar.model import Reference
    from scalar.response import Attack
    from scalar.states import Guarantor

HOLD_BACK, DEFEND, JOIN = range(3)


class Crisis:
    """One attack and its aftermath, while it lasts.

    Args:
        model: the trial.
        attacker: who attacks.
        severity: 1 strike, 2 campaign.
        with_patron: the attacker's patron, or the one it is patron of, attacks in the same step.

    """

    def __init__(self, model: Reference, attacker: Challenger, severity: int, *, with_patron: bool) -> None:
        self.model, self.attacker, self.severity = model, attacker, severity
        self.covered, self.with_patron = model.obliged, with_patron
        self.asked = self.invoked = False
        self.levels: dict[str, int] = {}
        self.shocks: dict[str, float] = {}
        self.free: dict[str, bool] = {}
        self.harm = self.counted = 0.0
        self.stance = self.reply = 0
        self.live = self.going = True
        self.fought = 1

    @property
    def action(self) -> str:
        """Strike or campaign."""
        return OVERT[self.severity - 1]

    @property
    def clash(self) -> bool:
        """The leader fights a great power: the attacker's patron, or the attacker as one."""
        great = self.stance == JOIN or self.attacker.interests is not None
        return great and self.levels[self.model.guarantors[0].name] == COMBAT

    def play(self) -> None:
        """The first exchange, and what follows in this step."""
        model, attacker, now = self.model, self.attacker, self.model.surroundings()
        self.asked = model.protege.asks(attacker, self.severity, now)
        self.invoked = self.asked and self.covered
        self._answers(now)
        self.stance = self._patron(now)
        model.result.attack(model.now, attacker.name, self.severity, cover=model.cover)
        model.result.reached(self.levels)
        self._damage(0, 1.0)
        self._replied(0, now, attacked=True)
        self._fight(1)

    def resume(self, *, joined: bool) -> bool:
        """Go on with a campaign carried over; whether it is fought in this step."""
        self.fought = 0
        if joined:
            self.stance = JOIN
        self._fight(0)
        return self.fought > 0

    # -------------------------------------------------------------- the guarantors

    def _attack(self) -> Attack:
        return self.model.attack_on(self.attacker, self.action, asked=self.asked, obliged=self.covered)

    def _answers(self, now: Surroundings) -> None:
        """The Council votes where Article 4 was invoked; then every guarantor responds."""
        model, attack = self.model, self._attack()
        rules = model.rules(self.attacker, self.action)
        shock = model.true.shock * model.luck.number("crisis shock", model.now)
        shared = shared_part(model.true, attack) + shock
        latents = {g.name: g.latent(shared, self.attacker.name) for g in model.guarantors}
        sits = self.invoked and model.council_decides
        self.free = self._vote(latents, rules) if sits else {g.name: True for g in model.guarantors}
        model.result.invoked |= self.invoked
        caution = self.attacker.stake.caution(now)
        for guarantor in model.guarantors:
            name = guarantor.name
            luck = model.luck.number(f"response/{name}", model.now)
            self.shocks[name] = shock + luck
            self.levels[name] = guarantor.level(latents[name] + luck, rules, caution, free=self.free[name])
            self.harm += guarantor.harm(self.levels[name])
        if model.reputation_on:
            model.take_in()
            for guarantor in model.guarantors:
                cutpoints, capped = self._thresholds(guarantor, rules, caution)
                self._learn(guarantor, attack, *shown(self.levels[guarantor.name], cutpoints, capped=capped))

    def _vote(self, latents: dict[str, float], rules: Rules) -> dict[str, bool]:
        """The Council's decision: who has a free hand by it."""
        model = self.model
        leader = model.guarantors[0]
        led = council.pull(latents[leader.name], model.true.cutpoints[0])
        stances = {g.name: g.vote(latents[g.name], led, rules) for g in model.guarantors if g.active}
        passed = council.passes(rules.rule, list(stances.values()), stances.get(leader.name))
        latency = model.scenario.council.latency
        place = int(model.luck.number("council days", model.now) * len(latency))
        days = latency[place] + model.chair_delay(self.attacker.name)
        model.result.council(passed=passed, days=math.floor(days))
        in_time = days < model.numbers[f"crisis.{self.action}.duration"]
        return {g.name: passed and in_time and stances.get(g.name) == council.SUPPORT for g in model.guarantors}

    def _thresholds(
        self, guarantor: Guarantor, rules: Rules, caution: float
    ) -> tuple[tuple[float, float, float], bool]:
        """Cutpoints that observers reckon with for a guarantor as it stood, and whether it could not go beyond aid."""
        aid, troops, combat = self.model.record.average.cutpoints
        free = self.free[guarantor.name]
        if not guarantor.leads:
            return (aid, troops, combat), not free
        # It is known to act with its latent lowered, and in fear of a clash.
        drop = 0.0 if free else rules.no_mandate
        return (aid + drop, troops + drop, combat + drop + caution), False

    def _learn(self, guarantor: Guarantor, attack: Attack, low: float, high: float) -> None:
        """Reputation: every observer learns from an answer, whose latent was seen between two bounds (page 4.4)."""
        if not guarantor.active or (low == -math.inf and high == math.inf):
            return
        name, average = guarantor.name, self.model.record.average
        noise = average.shock * average.shock + LOGISTIC_VARIANCE
        shift = self.model.shift(average, guarantor, self.attacker, attack) + guarantor.tied
        for observer in self.model.observers:
            observer.beliefs[name] = updated(observer.beliefs[name], noise, low - shift, high - shift)

    def _patron(self, now: Surroundings) -> int:
        """The attacker's patron holds back, defends or joins; it has joined where both attack in one step."""
        backer = self.attacker.backer
        if self.with_patron:
            return JOIN
        if backer is None or backer.interests is None:
            return HOLD_BACK
        fights = float(self.levels[self.model.guarantors[0].name] == COMBAT)
        return backer.backs(now, self.harm, fights)

    # -------------------------------------------------------------- what it destroys and costs

    def _damage(self, exchange: int, share: float) -> None:
        """Setback of the programme and damage to the means by one exchange of `share` of the action's size."""
        model, n = self.model, self.model.numbers
        luck = model.luck.number(f"setback/{self.attacker.name}", model.now, exchange)
        factor = (1.0 + n["crisis.setback_spread"] * (2.0 * luck - 1.0)) * share
        if self.stance == JOIN:
            factor *= n["crisis.joined_factor"]
        setback, hurt = min(1.0, n[f"crisis.{self.action}.setback"] * factor), n[f"crisis.{self.action}.damage"] * share
        model.threat *= 1.0 - setback
        model.defence *= 1.0 - hurt
        model.missiles *= 1.0 - hurt
        model.result.loss[model.protege.name] += setback + hurt

    def _replied(self, exchange: int, now: Surroundings, *, attacked: bool) -> None:
        """The protégé replies; the attacker bears the reply and, where it attacked, its own losses."""
        self.reply = self.model.protege.replies(self.severity, self.harm, exchange)
        terms = self.attacker.terms[self.action]
        loss = terms.loss * now.defence if attacked else 0.0
        hurt = terms.retaliation * (now.missiles + 0.5 * now.proxies) * self.model.protege.temper.cost(self.reply)
        self.model.result.loss[self.attacker.name] += loss + hurt

    # -------------------------------------------------------------- further exchanges

    def _fight(self, first: int) -> None:
        """The exchanges of this step from number `first` on."""
        limit = self.model.scenario.crisis.exchanges
        for exchange in range(first, limit):
            if not self.live:
                break
            self._exchange(exchange)
        self._settle(carried=self.live and self.going and self.severity == CAMPAIGN and limit > 1)

    def _exchange(self, exchange: int) -> None:
        now, n = self.model.surroundings(), self.model.numbers
        chosen = self._goes_on(exchange, now)
        self.going = chosen > 0
        self.live = self.going or self.reply == ESCALATE
        if not self.live:
            return
        share = n["crisis.further"] if self.going else 0.0
        self.fought += 1
        if chosen > self.severity:
            self.severity, share = chosen, 1.0
            self._rise(now)
        self._damage(exchange, share)
        self._replied(exchange, now, attacked=self.going)

    def _goes_on(self, exchange: int, now: Surroundings) -> int:
        """The attacker stops (0), or goes on by a strike or a campaign: its utilities, on what is now known."""
        model, attacker = self.model, self.attacker
        held = 0.0 if attacker.backer is None else -attacker.backer.own("patron.veto")
        backing = (held, 0.5, held if attacker.backer is None else 1.0)[self.stance]
        worth = []
        for severity, action in enumerate(OVERT, start=1):
            backed = float(self.harm > BACKED_ABOVE)
            reply = model.protege.temper.expected(severity, backed, cover=model.cover)
            known = Prospect(self.harm, backing, float(self.clash), float(self.asked), self.harm, reply)
            # No campaign turns back into a strike.
            worth.append(CLOSED if self.severity > severity else attacker.utility(action, now, known))
        overt, _ = nested(worth, model.precision)
        shocks = model.luck.shocks(f"go on/{attacker.name}", model.now, exchange)
        if choose([0.0, overt], model.precision, shocks) == 0:
            return 0
        return choose(worth, model.precision, model.luck.shocks(f"go on how/{attacker.name}", model.now, exchange)) + 1

    def _rise(self, now: Surroundings) -> None:
        """Where the attacker escalates a guarantor rises by one level if its latent, shocks kept, is above it."""
        model = self.model
        rules = model.rules(self.attacker, self.action)
        shared = shared_part(model.true, self._attack())
        caution = self.attacker.stake.caution(now)
        self.harm = 0.0
        for guarantor in model.guarantors:
            name = guarantor.name
            y = guarantor.latent(shared, self.attacker.name) + self.shocks[name]
            self.levels[name] += guarantor.level(y, rules, caution, free=self.free[name]) > self.levels[name]
            self.harm += guarantor.harm(self.levels[name])

    # -------------------------------------------------------------- the end

    def _settle(self, *, carried: bool) -> None:
        """Write down what the exchanges of this step came to, and what outlasts them."""
        model, result = self.model, self.model.result
        result.exchanges += self.fought
        result.highest_action = max(result.highest_action, self.severity + 1)
        result.reached(self.levels)
        if self.fought > 0:
            result.patron_joined |= self.stance == JOIN
            result.clash |= self.clash
        result.loss[self.attacker.name] += self.harm - self.counted
        self.counted = self.harm
        self.attacker.campaigning = carried
        if self.reply == ESCALATE:
            model.fired_first = 1.0
        if not carried and self.invoked and max(self.levels.values()) < AID:
            model.suspend()
        if carried:
            model.campaigns.append(self)
