"""The guarantors, and what all observers have in common."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scalar import council
from scalar.beliefs import Belief, Evidence, Habit, absorbed, first_belief
from scalar.foresight import Forecast, Prospect, Seen, Surroundings, forecast, prospect
from scalar.response import AID, OVERT, WORDS, Attack, level, own_part, shared_part
from sim.scenario.schema import GuarantorState
from sim.world.stage import Agent

if TYPE_CHECKING:
    from scalar.challenger import Challenger
    from scalar.council import Rules
    from scalar.model import Reference

QUARTER = 3.0
"""Months after which silence and talk are taken in, and what ties hands lapses."""


class State(Agent):  # type: ignore[misc]
    """A state of a trial."""

    model: Reference

    def __init__(self, model: Reference, name: str) -> None:
        super().__init__(model)
        self.name = name

    def own(self, parameter: str) -> float:
        """A number of this state."""
        return self.model.numbers[f"states.{self.name}.{parameter}"]


class Guarantor(State):
    """A treaty member: signals, votes, answers an attack.

    Args:
        model: the trial.
        name: its name.
        leader: of the alliance; None for the leader itself.

    """

    def __init__(self, model: Reference, name: str, leader: Guarantor | None) -> None:
        super().__init__(model, name)
        n = model.numbers
        sketch = model.scenario.states[name]
        assert isinstance(sketch, GuarantorState)
        self.active, self.leads = sketch.active, leader is None
        self.committed, self.resolve = self.own("committed"), self.own("resolve")
        self.dependence = 0.0 if leader is None else self.own("dependence")
        self.ties = {other: self.own(f"ties.{other}") for other in sketch.ties}
        self.power = self.own("capability") * math.exp(-self.own("distance") / n["environment.weights.distance_scale"])
        full = self.power if leader is None else leader.power
        self.weight = self.power / full * (1.0 - self.committed)
        leads = float(self.leads)
        self.position = {t: own_part(model.true, tie, self.committed, leads) for t, tie in self.ties.items()}
        at_reference = own_part(model.true, 0.0, self.committed, leads)
        self.truth = shared_part(model.true, model.reference_crisis) + at_reference + self.resolve
        self._prepare_signals()

    # -------------------------------------------------------------- an attack

    def latent(self, shared: float, attacker: str) -> float:
        """Its mean latent, the part that all share given; a public commitment ties its hands."""
        return shared + self.position[attacker] + self.resolve + self.tied

    def vote(self, latent: float, led: float, rules: Rules) -> int:
        """Its stance in the Council; `led` is what the leader's stance pulls with."""
        v = latent + self.dependence * led
        return council.stance(v + self.model.luck.number(f"stance/{self.name}", self.model.now), rules)

    def respond(self, latent: float, exchange: int, rules: Rules, caution: float, *, free: bool) -> int:
        """Its level, with a free hand or without: then the leader's latent falls, and another stops at aid."""
        if not self.active:
            return WORDS
        y = latent + self.model.luck.number(f"response/{self.name}", self.model.now, exchange)
        if self.leads:
            return level(y if free else y - rules.no_mandate, self.model.true.cutpoints, caution)
        reached = level(y, self.model.true.cutpoints)
        return reached if free else min(reached, AID)

    def harm(self, reached: int) -> float:
        """Harm to the attacker at a level."""
        return 0.0 if reached == WORDS else self.weight * self.model.harms[reached - 1]

    # -------------------------------------------------------------- signals and silence

    def _prepare_signals(self) -> None:
        self.standing_tie = self.model.numbers.get(f"states.{self.name}.tied", 0.0)
        self.tied, self.won = self.standing_tie, 0.0
        self.quiet = self.untalked = 0.0
        self.talked = 0
        n = self.model.numbers
        if not self.model.signals_on:
            return
        centre = self.model.record.mean[self.name]
        self.costly = Habit.of(n["signals.costly.rate"], n["signals.costly.slope"], centre)
        self.talk = Habit.of(n["signals.talk.rate"], n["signals.talk.slope"], centre)
        self.chance = self.costly.chance(self.truth, self.model.length)
        self.chatter = self.talk.chance(self.truth, self.model.length)

    def signal(self) -> None:
        """Send a costly signal where the treaty obliges, talk anyway; a costly signal is taken in at once."""
        model = self.model
        if not self.active:
            return
        if model.luck.number(f"talk/{self.name}", model.now) < self.chatter:
            self.talked += 1
        else:
            self.untalked += model.length
        if not model.obliged:
            return
        if model.luck.number(f"signal/{self.name}", model.now) < self.chance:
            self.won += model.numbers["signals.costly.tied"]
            self.tied = self.standing_tie + self.won
            self._seen([Evidence(self.costly, 1, 0.0)])
        else:
            self.quiet += model.length

    def close_quarter(self) -> None:
        """What was said and not said in a quarter is taken in; what ties hands lapses."""
        self._seen([Evidence(self.talk, self.talked, self.untalked), Evidence(self.costly, 0, self.quiet)])
        self.won *= 0.5 ** (QUARTER / self.model.numbers["signals.costly.half_life"])
        self.tied = self.standing_tie + self.won
        self.quiet = self.untalked = 0.0
        self.talked = 0

    def _seen(self, evidence: list[Evidence]) -> None:
        for observer in self.model.observers:
            observer.beliefs[self.name] = absorbed(observer.beliefs[self.name], evidence, self.model.length)


class Observer(State):
    """A state that holds beliefs of the guarantors: each challenger, and the protégé."""

    def __init__(self, model: Reference, name: str) -> None:
        super().__init__(model, name)
        self.beliefs: dict[str, Belief] = {}
        self._last: dict[tuple[str, str, bool, bool], tuple[list[Seen], Rules | None, Forecast]] = {}

    def look(self) -> None:
        """Form the first beliefs."""
        model, n = self.model, self.model.numbers
        for guarantor in model.guarantors:
            self.beliefs[guarantor.name] = first_belief(
                guarantor.truth,
                model.record.mean[guarantor.name],
                model.record.variance[guarantor.name],
                n["perception.acuity"],
                n["perception.bias"],
                model.luck.number(f"perception/{self.name}/{guarantor.name}"),
            )

    def foresee(self, attacker: Challenger, action: str, *, obliged: bool) -> tuple[Forecast, Forecast]:
        """What it expects of the guarantors if the protégé asks for help, and if it does not."""
        return (
            self.forecast(attacker, action, obliged=obliged, asked=True),
            self.forecast(attacker, action, obliged=obliged, asked=False),
        )

    def forecast(self, attacker: Challenger, action: str, *, obliged: bool, asked: bool) -> Forecast:
        """What it expects of the guarantors: its beliefs, moved to this crisis by the record's average coefficients."""
        model, average = self.model, self.model.record.average
        attack = Attack(
            size=model.sizes[action],
            major=attacker.major,
            member=attacker.member,
            asked=float(asked),
            formal=float(asked and obliged),
            covered=float(obliged),
        )
        moved = shared_part(average, attack) - model.average_at_reference
        seen = []
        for guarantor in model.guarantors:
            belief = self.beliefs[guarantor.name]
            tie = average.ties_to_attacker * guarantor.ties[attacker.name]
            mean = belief.mean + (moved + tie + guarantor.tied)
            seen.append(Seen(mean, belief.variance, guarantor.dependence, guarantor.weight, guarantor.active))
        rules = model.rules(attacker, action) if obliged and asked and model.council_decides else None
        # What hangs on the same beliefs, ties and rules is the same forecast.
        last = self._last.get((attacker.name, action, asked, obliged))
        if last is None or last[:2] != (seen, rules):
            last = seen, rules, forecast(seen, average, model.harms, rules)
            self._last[attacker.name, action, asked, obliged] = last
        return last[2]

    def prospects(
        self, attacker: Challenger, forecasts: dict[str, tuple[Forecast, Forecast]], now: Surroundings, *, cover: bool
    ) -> dict[str, Prospect]:
        """What follows each overt action of an attacker, by what it expects of the guarantors."""
        appeal, temper = self.model.protege.appeal, self.model.protege.temper
        return {
            action: prospect(forecasts[action], severity, appeal, attacker.stake, temper, now, cover=cover)
            for severity, action in enumerate(OVERT, start=1)
        }
