"""The guarantors, and what all observers have in common."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from scalar import council
from scalar.beliefs import Belief, Evidence, Habit, absorbed, first_belief
from scalar.response import AID, WORDS, level, own_part, shared_part
from sim.scenario.schema import GuarantorState
from sim.world.stage import Agent

if TYPE_CHECKING:
    from scalar.challenger import Challenger
    from scalar.council import Rules
    from scalar.model import Reference


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

    def level(self, y: float, rules: Rules, caution: float, *, free: bool) -> int:
        """Its level at a latent with all shocks; without a free hand the leader's falls, and another stops at aid."""
        if not self.active:
            return WORDS
        if self.leads:
            return level(y if free else y - rules.no_mandate, self.model.true.cutpoints, caution)
        reached = level(y, self.model.true.cutpoints)
        return reached if free else min(reached, AID)

    def harm(self, reached: int) -> float:
        """Harm to the attacker at a level."""
        return 0.0 if reached == WORDS else self.weight * self.model.harms[reached - 1]

    # -------------------------------------------------------------- signals and silence

    def _prepare_signals(self) -> None:
        n, length = self.model.numbers, self.model.length
        centre = self.model.record.mean[self.name]
        self.costly = Habit.of(n["signals.costly.rate"], n["signals.costly.slope"], centre)
        self.talk = Habit.of(n["signals.talk.rate"], n["signals.talk.slope"], centre)
        self.chance = self.costly.chance(self.truth, length)
        self.chatter = self.talk.chance(self.truth, length)
        self.lapse = math.pow(0.5, length / n["signals.costly.half_life"])
        self.stands_tied = self.own("tied")
        self.tied, self.won = self.stands_tied, 0.0
        self.begin_anew()

    def begin_anew(self) -> None:
        """Observers have taken in all that it has shown."""
        self.sent = self.talked = 0
        self.quiet = self.untalked = 0.0

    def shown(self) -> list[Evidence]:
        """What it has shown since observers last saw it answer an attack."""
        return [Evidence(self.talk, self.talked, self.untalked), Evidence(self.costly, self.sent, self.quiet)]

    def signal(self) -> None:
        """Talk or be silent; where the treaty obliges, send a costly signal or not. What tied its hands lapses."""
        model, sends = self.model, False
        if not self.active:
            return
        if model.luck.number(f"talk/{self.name}", model.now) < self.chatter:
            self.talked += 1
        else:
            self.untalked += model.length
        if model.obliged:
            sends = model.luck.number(f"signal/{self.name}", model.now) < self.chance
            if sends:
                self.sent += 1
            else:
                self.quiet += model.length
        self.won *= self.lapse
        self.tie(model.numbers["signals.costly.tied"] if sends else 0.0)

    def tie(self, by: float) -> None:
        """Tie its hands by what it says in public."""
        self.won += by
        self.tied = self.stands_tied + self.won

    def warning(self, shift: float) -> Habit:
        """How often the leader warns who threatens, in a crisis where its latent is higher by a shift."""
        n, speaks = self.model.numbers, self.model.signals_on and self.active
        rate = n["crisis.threat.warning.rate"] if speaks else 0.0
        return Habit.of(rate, n["crisis.threat.warning.slope"], self.model.record.mean[self.name] - shift)

    def warns(self, challenger: Challenger) -> bool:
        """As the leader of a protégé that stands: warn the challenger, or be silent."""
        model = self.model
        attack = model.attack_on(challenger, "strike", asked=True, obliged=model.obliged)
        shift = model.shift(model.true, self, challenger, attack) + self.tied
        chance = self.warning(shift).chance(self.truth, 1.0)
        return model.luck.number(f"warning/{challenger.name}", model.now) < chance


class Eyes(NamedTuple):
    """How somebody sees the guarantors: its beliefs, and by how much each latent is raised in public."""

    beliefs: dict[str, Belief]
    tied: dict[str, float]


class Observer(State):
    """A state that holds beliefs of the guarantors: each challenger, and the protégé."""

    def __init__(self, model: Reference, name: str) -> None:
        super().__init__(model, name)
        self.beliefs: dict[str, Belief] = {}

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

    def believed(self) -> dict[str, Belief]:
        """What it believes of each guarantor, with all that it has shown taken in; looking changes nothing."""
        if not self.model.signals_on:
            return self.beliefs
        return {g.name: absorbed(self.beliefs[g.name], g.shown(), self.model.length) for g in self.model.guarantors}

    def eyes(self) -> Eyes:
        """How it sees the guarantors now."""
        return Eyes(self.believed(), {g.name: g.tied for g in self.model.guarantors})
