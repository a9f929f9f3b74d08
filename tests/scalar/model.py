"""One trial, month by month: the reference that a reviewer reads beside the model page, and the oracle of the batch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scalar import council
from scalar.accession import Application
from scalar.challenger import ATTACK, THREATEN, Challenger
from scalar.crisis import Crisis
from scalar.foresight import Forecast, Prospect, Seen, Surroundings, forecast, prospect
from scalar.parameters import BOUNDS, Trial, prepare
from scalar.protege import Protege
from scalar.response import OVERT, Attack, Coefficients, reference_crisis, shared_part, size_of
from scalar.result import Result, Row
from scalar.states import Guarantor, Observer
from sim.scenario.standing import Move
from sim.world.stage import Model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scalar.council import Rules
    from scalar.states import Eyes
    from sim.scenario import Scenario


def play(scenario: Scenario, trials: range, seed: int) -> list[Row]:
    """Columns of some trials, one row a trial."""
    return play_prepared(prepare(scenario, trials, seed))


def play_prepared(prepared: Sequence[Trial]) -> list[Row]:
    """Columns of trials whose numbers are read and whose draws are drawn."""
    return [Reference(trial).run() for trial in prepared]


class Reference(Model):  # type: ignore[misc]
    """One trial.

    Args:
        trial: what it is made from.

    """

    def __init__(self, trial: Trial) -> None:
        super().__init__(rng=0)  # Mesa's own generator is not used
        self.scenario, self.numbers, self.luck, self.record = trial.scenario, trial.numbers, trial.luck, trial.record
        self.trial, n = trial, trial.numbers
        who = trial.roster
        self.length, self.now = float(trial.scenario.step), 0
        self.precision = self.precise("choice.precision")
        self.result = Result(who)
        self._set_treaty()
        self._set_environment(who.protege)
        leader = Guarantor(self, who.leader, None)
        self.guarantors = (leader, *(Guarantor(self, name, leader) for name in who.others))
        self.challengers = tuple(Challenger(self, name) for name in who.challengers)
        for challenger in self.challengers:
            challenger.size_up()
        self.protege = Protege(self, who.protege)
        self.observers: tuple[Observer, ...] = (*self.challengers, self.protege)
        for observer in self.observers:
            observer.look()
        self.application = Application(self)
        self.fired_first = 0.0
        self.forecasts: dict[tuple[Seen | Rules | None, ...], Forecast] = {}
        self.concessions = 0
        self.campaigns: list[Crisis] = []
        self.chair = 0
        self.lapse = n["council.contested_memory"] ** self.length

    def precise(self, name: str) -> float:
        """How sharply states choose: infinitely, where they are maximisers."""
        maximiser = self.scenario.choice.rule == "maximiser"
        return math.inf if maximiser else self.numbers[name]

    def _set_treaty(self) -> None:
        n, scenario = self.numbers, self.scenario
        self.true = Coefficients.of(n)
        self.sizes = {action: size_of(n[f"crisis.{action}.deaths"]) for action in OVERT}
        self.reference_crisis = reference_crisis(n["crisis.strike.deaths"])
        self.average_at_reference = shared_part(self.record.average, self.reference_crisis)
        aid, troops, combat = (n[f"environment.harm.{level}"] for level in ("aid", "troops", "combat"))
        self.harms = aid, troops, combat
        self.commitment = scenario.channels.commitment
        self.council_decides = scenario.council.rule != "each_as_it_deems"
        self.signals_on = scenario.signals.active
        self.reputation_on = scenario.reputation.active
        self.cover = self.suspended = False

    def _set_environment(self, protege: str) -> None:
        n = self.numbers
        self.threat = min(2.0, max(0.0, n["environment.threat.start"]))
        self.tension = n["environment.tension.start"]
        self.defence, self.missiles, self.proxies = (
            n[f"states.{protege}.{name}"] for name in ("defence", "missiles", "proxies")
        )
        self.whole = {"defence": self.defence, "missiles": self.missiles}

    # -------------------------------------------------------------- how things stand

    @property
    def obliged(self) -> bool:
        """Whether the treaty obliges the guarantors."""
        return self.cover and self.commitment

    @property
    def standing(self) -> float:
        """Standing of the protégé in the alliance, where alignment is at work."""
        if not self.scenario.channels.alignment or self.suspended:
            return 0.0
        if self.cover or self.application.admitted:
            return 1.0
        return self.numbers["alignment.observer"] if self.application.observer else 0.0

    def surroundings(self) -> Surroundings:
        """What everybody sees now."""
        return Surroundings(self.threat, self.tension, self.defence, self.missiles, self.proxies, self.standing)

    @property
    def aligned(self) -> float:
        """1 where the channel of alignment is at work, else 0."""
        return float(self.scenario.channels.alignment)

    def one_month_on(self) -> Surroundings:
        """What a challenger expects to see a calendar month from now, if nobody acts."""
        arrives = self._deliveries_run(self.now * self.length + 1.0)
        return self.surroundings()._replace(
            threat=self._moved_threat(1.0, 0.0),
            defence=self._rearmed("defence", 1.0, arrives=arrives)[1],
            missiles=self._rearmed("missiles", 1.0, arrives=arrives)[1],
        )

    def entry_chance(self) -> float:
        """Chance, as everybody sees it, that cover enters into force within a calendar month; by fiat it is known."""
        month, entry = self.now * self.length, self.scenario.accession
        if self.suspended:
            return 0.0
        if entry.cover and not self.cover and month + 1.0 >= entry.from_month:
            return 1.0
        return self.application.outlook(month)

    def rules(self, attacker: Challenger, action: str) -> Rules:
        """How the Council would decide on an attack; who fired first makes the casus foederis contested."""
        n = self.numbers
        doubt = n["council.contested"] * self.fired_first
        duration = n[f"crisis.{action}.duration"]
        delay = self.chair_delay(attacker.name)
        return council.Rules(
            rule=self.scenario.council.rule,
            oppose_below=n["council.oppose_below"] + doubt,
            support_above=n["council.support_above"] + doubt,
            no_mandate=n["council.no_mandate"],
            timely=council.timely(self.scenario.council.latency, delay, duration),
        )

    def chair_delay(self, attacker: str) -> float:
        """Days that the chair's ties to the attacker add."""
        return self.numbers["council.chair_delay"] * self.guarantors[self.chair].ties[attacker]

    # -------------------------------------------------------------- what is expected of the guarantors

    def attack_on(self, attacker: Challenger, action: str, *, asked: bool, obliged: bool) -> Attack:
        """An attack as guarantors judge it."""
        return Attack(
            kind=attacker.nature,
            size=self.sizes[action],
            major=attacker.major,
            member=attacker.member,
            asked=float(asked),
            formal=float(asked and obliged),
            covered=float(obliged),
        )

    def shift(self, c: Coefficients, guarantor: Guarantor, attacker: Challenger, attack: Attack) -> float:
        """How far a guarantor's latent in a crisis lies above that at the reference crisis, by some coefficients."""
        moved = shared_part(c, attack) - shared_part(c, self.reference_crisis)
        return moved + c.ties_to_attacker * guarantor.ties[attacker.name]

    def forecast(self, eyes: Eyes, attacker: Challenger, action: str, *, obliged: bool, asked: bool) -> Forecast:
        """What somebody expects of the guarantors: its beliefs, moved to this crisis by the record's coefficients."""
        average = self.record.average
        attack = self.attack_on(attacker, action, asked=asked, obliged=obliged)
        moved = shared_part(average, attack) - self.average_at_reference
        seen = []
        for guarantor in self.guarantors:
            mean, variance = eyes.beliefs[guarantor.name]
            shift = moved + average.ties_to_attacker * guarantor.ties[attacker.name] + eyes.tied[guarantor.name]
            seen.append(Seen(mean + shift, variance, guarantor.dependence, guarantor.weight, guarantor.active))
        rules = self.rules(attacker, action) if obliged and asked and self.council_decides else None
        # It hangs on nothing else, so that it is worked out once.
        key = (*seen, rules)
        if key not in self.forecasts:
            self.forecasts[key] = forecast(seen, average, self.harms, rules)
        return self.forecasts[key]

    def prospects(self, eyes: Eyes, attacker: Challenger, now: Surroundings, *, cover: bool) -> dict[str, Prospect]:
        """What somebody expects to follow each overt action of an attacker."""
        ahead, obliged = {}, cover and self.commitment
        for severity, action in enumerate(OVERT, start=1):
            asked = self.forecast(eyes, attacker, action, obliged=obliged, asked=True)
            unasked = self.forecast(eyes, attacker, action, obliged=obliged, asked=False)
            appeal, temper = self.protege.appeal, self.protege.temper
            ahead[action] = prospect((asked, unasked), severity, appeal, attacker.stake, temper, now, cover=cover)
        return ahead

    def take_in(self) -> None:
        """Every observer takes in all that the guarantors have shown."""
        if self.signals_on:
            for observer in self.observers:
                observer.beliefs = observer.believed()
            for guarantor in self.guarantors:
                guarantor.begin_anew()

    # -------------------------------------------------------------- a month

    def run(self) -> Row:
        """Play to the horizon."""
        while self.steps * self.length < self.scenario.horizon:
            self.step()
        self.result.applied = self.application.applied
        self.result.admitted = int(self.application.admitted) if self.application.voted else -1
        return self.result.row(self.scenario.horizon, self.length, self.threat)

    def step(self) -> None:
        """Drift, accession, signals, opportunity and choice, crisis, aftermath."""
        self.now = self.steps - 1  # Mesa counts a step when it begins
        self._drift()
        self._schedule()
        self._accession()
        if self.signals_on:
            for guarantor in self.guarantors:
                guarantor.signal()
        actions = self._overt_actions()
        covert = [challenger.name for challenger in self.challengers if challenger.act_covertly()]
        for _ in range(self.concessions):
            self.threat *= 1.0 - self.numbers["crisis.threat.concession"]
        self.concessions = 0
        self._crises(actions)
        for name in covert:
            self._covert_setback(name)

    def _overt_actions(self) -> dict[str, int]:
        """Overt action of each challenger: 0 none, 1 strike, 2 campaign.

        All choose on what they see before anybody acts; what the leader says to one threat is heard before the next.
        """
        chosen = {challenger: challenger.considers() for challenger in self.challengers}
        standoffs = {c: c.threaten(choice.motive) for c, choice in chosen.items() if choice.stage == THREATEN}
        for challenger, standoff in standoffs.items():
            if not standoff.concedes:
                challenger.is_heard(warned=standoff.warned)
        actions = {}
        for challenger, choice in chosen.items():
            if challenger in standoffs:
                actions[challenger.name] = challenger.carries_out(standoffs[challenger])
            else:
                actions[challenger.name] = challenger.escalates(choice.kinds) if choice.stage == ATTACK else 0
        return actions

    def _drift(self) -> None:
        """Threat and tension move; damaged means recover, arms arrive."""
        if self.now == 0:
            return  # the first month is played as the scenario describes it
        length, now = self.length, self.now
        self.fired_first *= self.lapse
        self.threat = self._moved_threat(length, self.luck.number("threat", now))
        self.tension = self._moved_tension()
        arrives = self._deliveries_run(now * length)
        for name in ("defence", "missiles"):
            self.whole[name], means = self._rearmed(name, length, arrives=arrives)
            setattr(self, name, means)

    def _moved_threat(self, months: float, shock: float) -> float:
        n, prefix = self.numbers, "environment.threat."
        drift = n[prefix + "drift"] * (1.0 + n[prefix + "boldness"] * self.cover) * months
        return min(2.0, max(0.0, self.threat + drift + n[prefix + "noise"] * math.sqrt(months) * shock))

    def _moved_tension(self) -> float:
        """AR(1) around a mean that rivals raise, plus rare jumps."""
        n, prefix, length = self.numbers, "environment.tension.", self.length
        mean = n[prefix + "mean"] + n["alignment.rivals"] * self.standing
        persistence = n[prefix + "persistence"]
        kept = math.pow(persistence, length)
        # The noise of a part of a month is scaled so that its spread over a whole month stays the same.
        part = (1.0 - kept * kept) / (1.0 - persistence * persistence) if persistence < 1.0 else length
        noise = n[prefix + "noise"] * math.sqrt(part) * self.luck.number("tension", self.now)
        jumps = self.luck.number("jump", self.now) < -math.expm1(-n[prefix + "jump_rate"] * length)
        return mean + kept * (self.tension - mean) + noise + (n[prefix + "jump_size"] if jumps else 0.0)

    def _deliveries_run(self, month: float) -> bool:
        """Whether arms arrive: some time after cover entered into force, or the applicant was admitted."""
        if not self.scenario.channels.capability or self.suspended:
            return False
        entered = self.result.entered_step
        ordered = math.inf if entered < 0 else entered * self.length
        if self.application.admitted:
            ordered = min(ordered, self.application.vote_month)
        return month >= ordered + self.numbers["arms.delivery_lag"]

    def _rearmed(self, name: str, months: float, *, arrives: bool) -> tuple[float, float]:
        """Means after some months: what they recover to, and where they stand; damage heals, arms arrive."""
        growth = self.numbers[f"arms.{name}"] * months if arrives else 0.0
        whole, means = min(1.0, self.whole[name] + growth), min(1.0, getattr(self, name) + growth)
        return whole, whole - (whole - means) * math.pow(1.0 - self.numbers["environment.recovery"], months)

    def _schedule(self) -> None:
        """What the record or the scenario schedules for this step."""
        for name, path in self.trial.series.items():
            self._put(name, path[int(self.now * self.length)])
        before, now = (self.now - 1) * self.length, self.now * self.length
        for event in self.scenario.events:
            if before < event.month <= now:
                for name, to in event.set.items():
                    least, most = BOUNDS[name]
                    new = getattr(self, name) + to.shift if isinstance(to, Move) else to
                    self._put(name, min(most, max(least, new)))

    def _put(self, name: str, value: float) -> None:
        setattr(self, name, value)
        if name in self.whole:
            self.whole[name] = max(self.whole[name], value)

    def _accession(self) -> None:
        """The protégé applies, members vote, cover enters into force; the chair passes on."""
        entry = self.scenario.accession
        enters = entry.cover and not self.cover and self.now * self.length >= entry.from_month
        enters = (self.application.advance() or enters) and not self.suspended
        if enters:
            self.cover, self.result.entered_step = True, self.now
        names, active = [g.name for g in self.guarantors], [g.active for g in self.guarantors]
        self.chair = council.chair(self.scenario, names, active, self.now)

    def _crises(self, actions: dict[str, int]) -> None:
        """Campaigns go on or end; overt attacks are answered: two in one step make one crisis."""
        campaigns, self.campaigns = self.campaigns, []
        at_war = [c.resume(joined=self._together(c.attacker, actions)) for c in campaigns]
        highest = max(actions.values())
        if any(at_war) or highest == 0:
            return
        attacker = next(c for c in self.challengers if actions[c.name] == highest)
        Crisis(self, attacker, highest, with_patron=self._together(attacker, actions)).play()

    def _together(self, one: Challenger, actions: dict[str, int]) -> bool:
        """Whether a challenger's patron, or one that it is patron of, attacks in this step."""
        return any(actions[other.name] > 0 for other in self.challengers if other is one.backer or one is other.backer)

    def suspend(self) -> None:
        """An ally that invoked and was aided by nobody may suspend its membership."""
        if self.luck.number("suspension", self.now) < self.numbers["crisis.suspend"]:
            self.suspended, self.cover = True, False
            self.result.suspended_step = self.now

    def _covert_setback(self, name: str) -> None:
        n = self.numbers
        luck = self.luck.number(f"covert setback/{name}", self.now)
        setback = n["crisis.covert.setback"] * (1.0 + n["crisis.setback_spread"] * (2.0 * luck - 1.0))
        self.threat *= 1.0 - min(1.0, setback)
        self.result.covert += 1
        self.result.highest_action = max(self.result.highest_action, 1)
