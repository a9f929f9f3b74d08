"""A batch of worlds: one model that steps month by month, at width 1 and at width 4,096."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.scenario import sets_for
from sim.scenario.schema import ChallengerState, GuarantorState
from sim.world import channels, chronicle, crisis, environment, opportunity, retaliation, threat
from sim.world.accession import Application
from sim.world.agents import Challenger, Guarantor, Observer, Protege
from sim.world.allocator import keep_freed_memory
from sim.world.assault import OVERT, abreast
from sim.world.beliefs import Minds
from sim.world.choice import FAR
from sim.world.council import Rules
from sim.world.environment import Drift, Surroundings
from sim.world.log import Log
from sim.world.odds import Odds, odds
from sim.world.outcomes import Outcomes, Tally
from sim.world.reference import reference, reference_crisis
from sim.world.response import latent
from sim.world.roster import common
from sim.world.schedule import Schedule
from sim.world.sessions import Sessions
from sim.world.signals import Signals
from sim.world.stage import Model
from sim.world.streams import Streams
from sim.world.values import Cells, Values
from sim.world.voting import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.record.ensemble import Ensemble
    from sim.scenario import Scenario
    from sim.world import exchanges
    from sim.world.response import Coefficients

    Array = NDArray[np.float64]

ACTION_TERMS: Final = ("deaths", "duration", "setback", "damage")
"""What an overt action is, whoever takes it."""

PHASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "drift": "threat and tension move; damaged means recover, arms arrive; what is scheduled happens",
        "accession": "the protégé applies, members vote, cover enters into force where its month has come",
        "signals": "guarantors signal or are silent, for observers to read",
        "opportunity and choice": "chances to act come; challengers hold, act covertly, or go overt",
        "crisis": "campaigns go on or end; overt attacks are answered: request, Council, responses, patron, exchanges",
        "aftermath": "covert setbacks are felt",
    }
)
"""A month, in order."""


class World(Model):  # type: ignore[misc]
    """Worlds of one roster, `points` scenarios by `replicates` trials, that share every draw of a trial.

    Every state variable has the shape (points, replicates); a scenario's number (points, 1); a parameter that differs
    between parameter sets (1 or points, replicates); a draw (replicates,). Common random numbers are the broadcasting
    rule.

    Args:
        scenarios: one scenario, or one for each point.
        points: with one scenario, how often it stands in the batch.
        replicates: trials a point.
        first: number of the first trial.
        seed: the run's seed, 0 to 2**64 - 1.
        log: keep an event log; only for a single trial.
        among: the parameter sets that trials play in turn; those that each scenario asks for if none are given.
        working: precision of the numbers by which challengers foresee the guarantors' response. Single precision costs
            half as much and moves a utility by less than 1e-6; what decides is in double precision all the same.

    Raises:
        sim.InputError: the scenarios differ in roster, length or step.
        ValueError: a log is asked of more than one trial.

    """

    def __init__(
        self,
        scenarios: Scenario | Sequence[Scenario],
        *,
        points: int = 1,
        replicates: int = 1,
        first: int = 0,
        seed: int = 1,
        log: bool = False,
        among: Ensemble | None = None,
        working: type[np.floating[Any]] = np.float32,
    ) -> None:
        super().__init__(rng=0)  # Mesa's own generator is not used
        keep_freed_memory()
        self.points: tuple[Scenario, ...] = (
            tuple(scenarios)
            if isinstance(scenarios, (list, tuple))
            else (
                (scenarios,) * points  # type: ignore[assignment]
            )
        )
        self.working = working
        self.roster = common(self.points)
        self.shape = (len(self.points), replicates)
        if log and self.shape != (1, 1):
            raise ValueError("a log tells the story of a single trial: give one scenario and replicates=1")
        self.log = Log(self.points[0].step) if log else None
        self.step_length = float(self.points[0].step)
        self.horizon = self.points[0].horizon
        self.streams = Streams(seed, first, replicates)
        held = [sets_for(point) if among is None else among for point in self.points]
        sets = np.arange(first, first + replicates, dtype=np.int64) % held[0].sets
        self.values = Values(self.points, sets, among)
        self.coefficients = self.values.coefficients()
        self.council = Rules(
            **self.values.group("council", ("oppose_below", "support_above", "no_mandate")),
            rule=np.array([[RULES.index(point.council.rule)] for point in self.points], np.int8),
        )
        self.tally = Tally(self.roster, self.shape)
        self._set_environment()
        self._gather_states()
        self.application = Application(self)
        self.schedule = Schedule(self.points, self.roster.protege, sets, held)
        self._set_crises()
        self.sessions = Sessions(self.points, self.guarantors, self.roster.challengers, self.values)
        self._seat(self.sessions.chairs(0))
        self.learns = np.array([[point.reputation.active] for point in self.points])
        self.signals = Signals(self, self.record_mean)
        chronicle.beginning(self, int(sets[0]), held[0].sets)

    # ------------------------------------------------------------------ setting up

    def _column(self, numbers: Sequence[float]) -> Array:
        return np.array(numbers, dtype=np.float64)[:, None]

    def _full(self, name: str) -> Array:
        return np.array(np.broadcast_to(self.values[name], self.shape))

    def _set_environment(self) -> None:
        values = self.values
        self.committed = self._column([p.channels.commitment for p in self.points]) > 0.0
        self.aligned = self._column([p.channels.alignment for p in self.points])
        self.armed = self._column([p.channels.capability for p in self.points]) > 0.0
        self._covered = self._column([p.accession.cover for p in self.points]) > 0.0
        self._from_month = self._column([p.accession.from_month for p in self.points])
        self.cover = np.zeros(self.shape, np.bool_)
        self.threat, self.tension = self._full("environment.threat.start"), self._full("environment.tension.start")
        self.threat = np.clip(self.threat, 0.0, environment.MOST_THREAT)
        protege = f"states.{self.roster.protege}"
        self.whole = {name: self._full(f"{protege}.{name}") for name in ("defence", "missiles")}
        self.defence, self.missiles = self.whole["defence"].copy(), self.whole["missiles"].copy()
        self.proxies = self._full(f"{protege}.proxies")
        threat = values.group("environment.threat", ("drift", "boldness", "noise"))
        tension = values.group("environment.tension", ("mean", "persistence", "jump_rate", "jump_size"))
        self.drift = Drift(
            **threat,
            **tension,
            tension_noise=values["environment.tension.noise"],
            recovery=values["environment.recovery"],
        )
        levels = values.group("environment.harm", ("aid", "troops", "combat"))
        self.harms = (levels["aid"], levels["troops"], levels["combat"])

    def _set_crises(self) -> None:
        self.exchanges = self._column([p.crisis.exchanges for p in self.points])
        self.temper = retaliation.temper(self.values)
        self.fired_first = np.zeros(self.shape)
        self.suspended = np.zeros(self.shape, np.bool_)
        self.acted: Mapping[str, NDArray[np.int8]] = {}
        self.acted_covertly: Mapping[str, NDArray[np.bool_]] = {}
        self.campaigning = {name: np.zeros(self.shape, np.bool_) for name in self.roster.challengers}
        self.conceding: dict[str, NDArray[np.bool_]] = {}
        self.wars: list[exchanges.War] = []

    def _gather_states(self) -> None:
        def active(name: str) -> NDArray[np.bool_]:
            sketches = [point.states[name] for point in self.points]
            return self._column([isinstance(s, GuarantorState) and s.active for s in sketches]) > 0.0

        leader = Guarantor(self, self.roster.leader, active(self.roster.leader), None)
        self.guarantors = (leader, *(Guarantor(self, n, active(n), leader) for n in self.roster.others))
        self.protege = Protege(self, self.roster.protege)
        challengers = []
        for name in self.roster.challengers:
            sketches = [s for p in self.points if isinstance(s := p.states[name], ChallengerState)]
            luck = self.streams.normal(f"type/{name}", 0)[None, :]
            kind = np.exp(np.clip(self.values[f"states.{name}.threat_weight"] * luck, -FAR, FAR))
            challengers.append(Challenger(self, name, sketches, kind))
        self.challengers = tuple(challengers)
        self.stakes = abreast([c.stake(self.backer(c), leader, self.harms) for c in challengers])
        backers = [self.backer(challenger) for challenger in challengers]
        self.vetoes = abreast([np.zeros(()) if b is None else b.own("patron.veto") for b in backers])
        self.attackers = abreast([challenger.as_attacker for challenger in challengers])
        self.motives = abreast([challenger.motives for challenger in challengers])
        self.overt_terms = self.motives.overt
        self.preventions = abreast([challenger.own("prevention") for challenger in challengers])
        self.audiences = abreast([challenger.own("audience") for challenger in challengers])
        self.concessions = abreast([challenger.own("concession") for challenger in challengers])
        self.can_threaten = abreast([challenger.threatens & challenger.can_overt for challenger in challengers])
        self.appeal = self.protege.appeal()
        self.threatens = any(bool(challenger.threatens.any()) for challenger in challengers)
        of_action = {what: tuple(self.values[f"crisis.{a}.{what}"] for a in OVERT) for what in ACTION_TERMS}
        self.deaths, self.durations = of_action["deaths"], of_action["duration"]
        self.setbacks, self.damages = of_action["setback"], of_action["damage"]
        record = reference(self.points, self.roster.guarantors, self.roster.leader)
        self.average, self.record_mean = record.average, record.mean
        self.at_reference = self.bare(record.average)
        bare = self.bare(self.coefficients)
        self.truth = {g.name: bare[g.name] + g.own("resolve") for g in self.guarantors}
        self.minds = Minds((len(self.observers), len(self.guarantors), *self.shape))
        for index, observer in enumerate(self.observers):
            luck = np.stack([self.streams.normal(f"perception/{observer.name}/{g.name}", 0) for g in self.guarantors])
            mind = [self.minds.of(index, guarantor) for guarantor in range(len(self.guarantors))]
            observer.look(self.guarantors, self.truth, record, luck, mind)

    def bare(self, coefficients: Coefficients) -> dict[str, Array]:
        """Latent of each guarantor at the reference crisis, without its own resolve, by the coefficients given."""
        nothing = np.zeros(())
        bare = {}
        for guarantor in self.guarantors:
            deaths, committed = self.values["crisis.strike.deaths"], guarantor.own("committed")
            x = reference_crisis(deaths, committed, leader=guarantor.leads)
            bare[guarantor.name] = latent(coefficients, nothing, nothing, x)
        return bare

    @property
    def observers(self) -> tuple[Observer, ...]:
        """States that hold beliefs: the challengers and the protégé."""
        return (*self.challengers, self.protege)

    @property
    def obliged(self) -> NDArray[np.bool_]:
        """Where the treaty obliges the guarantors: in force, and the channel of commitment at work."""
        return self.cover & self.committed

    def backer(self, challenger: Challenger) -> Challenger | None:
        """The patron of a challenger, or None."""
        name = self.roster.patron_of(challenger.name)
        return next((c for c in self.challengers if c.name == name), None)

    @property
    def month(self) -> float:
        """Months since the start, at the beginning of this step."""
        return float(max(self.steps - 1, 0) * self.step_length)

    def surroundings(self) -> Surroundings:
        """What everybody sees now."""
        standing = channels.standing(self)
        return Surroundings(self.threat, self.tension, self.defence, self.missiles, self.proxies, standing)

    def harms_at(self, cells: Cells) -> tuple[Array, Array, Array]:
        """Harm of a guarantor of weight 1 by level, in some cells."""
        aid, troops, combat = self.harms
        return cells.own(aid), cells.own(troops), cells.own(combat)

    # ------------------------------------------------------------------ a month

    def run(self) -> Outcomes:
        """Play to the horizon and return the columns."""
        while self.steps * self.step_length < self.horizon:
            self.step()
        self.tally.applied, self.tally.admitted = self.application.applied, self.application.decision
        return self.tally.finish(self.horizon, self.step_length, self.threat)

    def step(self) -> None:
        """Play one step, phase by phase (`PHASES`)."""
        now = self.steps - 1  # Mesa counts a step when it begins
        self._move(now)
        self.schedule.play(self, now)
        if self.log is not None:
            seen = {
                name: getattr(self, name) for name in ("threat", "tension", "defence", "missiles", "proxies", "cover")
            }
            self.log.fact("drift", now, "the month begins", **seen)
        self._enter(now)
        self._convene(now)
        self.signals.play(self, now)
        self.acted, self.acted_covertly = self._choose(now)
        crisis.break_out(self, now, self.acted)
        self._covert_aftermath(now, self.acted_covertly)

    def _move(self, step: int) -> None:
        if step == 0:
            return  # the first month is played as the scenario describes it
        length, streams = self.step_length, self.streams
        self.fired_first = self.fired_first * self.values["council.contested_memory"] ** length
        for_threat, for_tension = streams.normal("threat", step), streams.normal("tension", step)
        jump = streams.uniform("jump", step)[0]
        self.threat = environment.moved_threat(self.threat, self.cover, self.drift, length, for_threat)
        rule = channels.with_rivals(self.drift, self)
        self.tension = environment.moved_tension(self.tension, rule, length, for_tension, jump)
        chronicle.noise(self, step, rule, for_threat, for_tension, jump)
        arms = channels.deliveries(self, step * length, length)
        for name, delivered in zip(("defence", "missiles"), arms, strict=True):
            whole, means = self.whole[name], getattr(self, name)
            self.whole[name], moved = environment.rearmed(whole, means, delivered, self.drift.recovery, length)
            setattr(self, name, moved)

    def _enter(self, step: int) -> None:
        enters = self._covered & ~self.cover & (step * self.step_length >= self._from_month)
        enters = (enters | self.application.advance(self, step)) & ~self.suspended
        if enters.any():
            self.cover = self.cover | enters
            self.tally.entered_step[enters] = step
            if self.log is not None:
                self.log.fact("accession", step, "cover enters into force", protege=self.protege.name)

    def entry_chance(self) -> Array:
        """Chance, as everybody sees it, that cover enters into force within a calendar month.

        Where cover is to come by fiat its month is public: the chance is 1 in the month before and 0 earlier.
        """
        decreed = self._covered & ~self.cover & (self.month + 1.0 >= self._from_month)
        return np.asarray(np.where(decreed, 1.0, self.application.outlook(self, self.month)) * ~self.suspended)

    def _seat(self, chairs: NDArray[np.int8]) -> None:
        """Seat the chair; how likely the Council is to be in time for each attacker's actions hangs on it alone."""
        self.chairs = chairs
        self.timely = abreast(
            [
                tuple(self.sessions.timely(chairs, attacker, action) for action in OVERT)
                for attacker in self.roster.challengers
            ]
        )

    def _convene(self, step: int) -> None:
        """The chair passes on with the year; who chairs matters only for how long a decision takes."""
        chairs = self.sessions.chairs(step)
        if (chairs != self.chairs).any():
            self._seat(chairs)
            if self.log is not None:
                self.log.fact("accession", step, "chair passes on", chair=self.guarantors[int(chairs[0, 0])].name)

    def _choose(self, step: int) -> tuple[dict[str, NDArray[np.int8]], dict[str, NDArray[np.bool_]]]:
        """Each challenger's overt action (0 none, else severity) and covert action."""
        actions = opportunity.overt(self, step)
        covert = {challenger.name: opportunity.covert(self, challenger, step) for challenger in self.challengers}
        threat.concessions(self, step)
        return actions, covert

    def _covert_aftermath(self, step: int, covert: Mapping[str, NDArray[np.bool_]]) -> None:
        for challenger in self.challengers:
            acted = covert[challenger.name]
            luck = self.streams.uniform(f"covert setback/{challenger.name}", step)[0]
            spread = self.values["crisis.setback_spread"] * (2.0 * luck - 1.0)
            setback = np.minimum(1.0, self.values["crisis.covert.setback"] * (1.0 + spread))
            self.threat = np.where(acted, self.threat * (1.0 - setback), self.threat)
            self.tally.covert += acted
            self.tally.highest_action = np.maximum(self.tally.highest_action, acted.astype(np.int8))
            if self.log is not None and bool(acted[0, 0]):
                told = {"drawn": luck, "setback": setback, "threat": self.threat}
                self.log.fact("aftermath", step, "covert setback", actor=challenger.name, **told)

    def odds(self, state: str, decision: str, **given: Any) -> Odds:
        """Odds of a decision as the world stands; see `sim.world.odds.odds` for what can be given."""
        self.stand()
        return odds(self, state, decision, **given)

    def stand(self) -> None:
        """Let take effect what does by now, cover above all: before the first step nothing has been looked at yet."""
        self._enter(max(self.steps - 1, 0))
        self._convene(max(self.steps - 1, 0))
