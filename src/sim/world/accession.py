"""How a state under threat gets in: application, vote of the members, wait, entry into force (model page 7.7).

Cover can also come by fiat; then nobody votes. An applicant is voted on once, after a time for deliberation, by every
active member: yes by a logit (`Ballot`), the leader first; one no refuses it, and it stays an observer. An applicant
that is let in waits for a lag drawn from the lags on record. Outsiders do not know that draw: they see how long it has
waited, and know the lags on record (`entry_hazard`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.world import opportunity
from sim.world.assault import Assault
from sim.world.choice import sigmoid
from sim.world.council import PULL
from sim.world.outcomes import ADMISSIONS
from sim.world.values import Cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.world.agents import Guarantor
    from sim.world.world import World

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]

AHEAD: Final = 12.0
"""Months ahead for which a member that votes reckons with an attack."""


# ------------------------------------------------------------------ from admission to entry into force


@dataclass(frozen=True)
class Lags:
    """The lags from admission to entry into force, each as likely as the others.

    Attributes:
        values: in rising order, padded with infinity, shape (points, most lags).
        count: how many there are, shape (points, 1).

    """

    values: Array
    count: Array

    @classmethod
    def of(cls, lists: Sequence[Sequence[float]]) -> Lags:
        """Lags of each point (months)."""
        values = np.full((len(lists), max(map(len, lists))), np.inf)
        for row, lags in zip(values, lists, strict=True):
            row[: len(lags)] = sorted(lags)
        return cls(values=values, count=np.array([[float(len(lags))] for lags in lists]))

    def drawn(self, luck: Array) -> Array:
        """Lag at the quantile of a uniform, shape (points, replicates)."""
        return np.take_along_axis(self.values, (luck * self.count).astype(np.intp), axis=1)

    def above(self, months: Array) -> Array:
        """How many lags are longer than some months."""
        longer = np.zeros(())
        for index in range(self.values.shape[1]):
            lag = self.values[:, index : index + 1]
            longer = longer + ((lag > months) & np.isfinite(lag))
        return np.asarray(longer)


def entry_hazard(months_elapsed: Array, lags: Lags, admission: Array, *, span: float = 1.0) -> Array:
    """Chance that cover enters into force within the next `span` months, as outsiders see it who cannot know the lag.

    P(in force by e + span | not in force at e) of the lags on record, times the chance of having been let in. Before
    the vote the months elapsed are negative: nothing but the share of lags that end in time counts, so that the same
    expression holds. Cover that is in force already, or has no lag left, has no hazard.

    Args:
        months_elapsed: since the vote; minus the months until it before the vote.
        lags: the lags on record.
        admission: chance that the applicant is let in: 1 once it is, 0 once refused or where nobody applies.
        span: months to look ahead.

    """
    waiting = lags.above(months_elapsed)
    still = lags.above(months_elapsed + span)
    return np.asarray(admission * (waiting - still) / np.where(waiting > 0.0, waiting, 1.0))


# ------------------------------------------------------------------ the vote


@dataclass(frozen=True)
class Ballot:
    """What weighs in every member's vote (logits); see `sim.scenario.schema.Admission`."""

    wish: Array
    base: Array
    terrorism: Array
    entrapment: Array
    ties: Array

    def leader(self, exposure: Array, burden: Array, tie: Array) -> Array:
        """Logit of the leader's yes.

        Args:
            exposure: its exposure to terrorism, 0 to 1.
            burden: P(attack) it expects times its share of what the members can bring to bear.
            tie: its closest tie to a challenger that can attack.

        """
        return np.asarray(self.wish + self._own(exposure, burden, tie))

    def member(self, exposure: Array, burden: Array, tie: Array, dependence: Array, leader: Array) -> Array:
        """Logit of another member's yes, given the leader's logit; other arguments as for the leader."""
        pull = dependence * np.clip(leader, -PULL, PULL)
        return np.asarray(self.base + pull + self._own(exposure, burden, tie))

    def _own(self, exposure: Array, burden: Array, tie: Array) -> Array:
        return self.terrorism * exposure - self.entrapment * burden - self.ties * tie


def consensus(logits: Sequence[Array], active: Sequence[Flags]) -> Array:
    """Chance that no active member votes no; given the logits the votes are independent."""
    chance = np.ones(())
    for logit, votes in zip(logits, active, strict=True):
        chance = chance * np.where(votes, sigmoid(logit), 1.0)
    return np.asarray(chance)


def attack_expected(world: World) -> Array:
    """P(overt attack within a year) as things stand, by the challengers' own rule: what a member fears to inherit."""
    cells = Cells.everywhere(world.shape)
    unharmed = np.ones(len(cells))
    for code, challenger in enumerate(world.challengers):
        acts = opportunity.attacks(world, Assault.by(code, cells))
        comes = cells.take(-np.expm1(-challenger.rate(world.tension) * world.step_length))
        unharmed = unharmed * (1.0 - comes * acts) ** (AHEAD / world.step_length)
    return np.asarray(1.0 - unharmed).reshape(world.shape)


def ballots(world: World) -> list[Array]:
    """Logit of each member's yes as things stand, the leader first."""
    prefix = "accession.vote"
    terms = Ballot(**world.values.group(prefix, ("wish", "base", "terrorism", "entrapment", "ties")))
    total = np.zeros(())
    for guarantor in world.guarantors:
        total = total + np.where(guarantor.active, guarantor.weight, 0.0)
    share = np.where(total > 0.0, total, 1.0)
    expected = attack_expected(world)
    named = world.points[0].accession.vote.exposure
    logits: list[Array] = []
    for guarantor in world.guarantors:
        name = guarantor.name
        exposure = world.values[f"{prefix}.exposure.{name}"] if name in named else np.zeros(())
        mine = (exposure, expected * guarantor.weight / share, _closest(world, guarantor))
        logits.append(terms.leader(*mine) if guarantor.leads else terms.member(*mine, guarantor.dependence, logits[0]))
    return logits


def _closest(world: World, guarantor: Guarantor) -> Array:
    """Its closest tie to a challenger that can attack at all."""
    closest = np.zeros(())
    for challenger in world.challengers:
        tie = guarantor.own(f"ties.{challenger.name}")
        closest = np.maximum(closest, np.where(challenger.can_overt, tie, 0.0))
    return np.asarray(closest)


# ------------------------------------------------------------------ the path of one application


class Application:
    """Where each world stands on the path into the alliance.

    Attributes:
        applied: where the protégé has applied.
        decision: 0 refused, 1 admitted, -1 no vote yet.
        vote_month: month of the vote, on the grid of steps.
        chance: P(admitted) as everybody saw it when it applied; 0 where it has not.
        entry_month: month from which an admitted applicant is covered, known to nobody beforehand; infinite elsewhere.

    Args:
        world: the world it belongs to, its states gathered.

    """

    def __init__(self, world: World) -> None:
        points, step = world.points, world.step_length
        entries = [point.accession for point in points]
        self._path = np.array([[entry.path == "applied"] for entry in entries])
        self._apply_month = np.array([[float(entry.apply_month)] for entry in entries])
        self._watches = np.array([[entry.observer] for entry in entries])
        self.lags = Lags.of([entry.lags for entry in entries])
        filed = np.ceil(self._apply_month / step) * step
        # The tolerance keeps a vote due on a step from slipping to the next by rounding.
        self.vote_month = np.ceil((filed + world.values["accession.decision_months"]) / step - 1e-9) * step
        self.applied = np.zeros(world.shape, np.bool_)
        self.decision = np.full(world.shape, -1, np.int8)
        self.chance = np.zeros(world.shape)
        self.entry_month = np.full(world.shape, np.inf)

    @property
    def admitted(self) -> Flags:
        """Where the members have let it in."""
        return np.asarray(self.decision == 1)

    @property
    def observer(self) -> Flags:
        """Where it stands as an observer: from the start, or refused."""
        return np.asarray(self._watches | (self.decision == 0)) & ~self.admitted

    def advance(self, world: World, step: int) -> Flags:
        """Apply, vote, and return where cover enters into force in this step."""
        month = step * world.step_length
        applies = self._path & ~self.applied & ~world.cover & (month >= self._apply_month)
        if applies.any():
            self._apply(world, step, applies)
        due = self.applied & (self.decision < 0) & ~world.cover & (month >= self.vote_month)
        if due.any():
            self._vote(world, step, due)
        return np.asarray(self.admitted & ~world.cover & (month >= self.entry_month))

    def outlook(self, world: World, month: float, *, span: float = 1.0) -> Array:
        """Chance that cover enters into force within the next `span` months, as outsiders see it at `month`.

        0 where nobody applies, where it was refused, and where cover is in force; cover by fiat surprises everybody.
        """
        seen = np.where(self.decision < 0, self.chance, self.admitted.astype(np.float64))
        hazard = entry_hazard(month - self.vote_month, self.lags, seen, span=span)
        return np.asarray(np.where(world.cover, 0.0, hazard))

    def readiness(self, world: World, member: str) -> Array:
        """Chance that a member votes yes as things stand."""
        names = [guarantor.name for guarantor in world.guarantors]
        return sigmoid(ballots(world)[names.index(member)])

    def _apply(self, world: World, step: int, cells: Flags) -> None:
        active = [guarantor.active for guarantor in world.guarantors]
        self.chance = np.where(cells, consensus(ballots(world), active), self.chance)
        self.applied = self.applied | cells
        if world.log is not None:
            world.log.fact("accession", step, "applies", actor=world.protege.name, chance_of_admission=self.chance)

    def _vote(self, world: World, step: int, cells: Flags) -> None:
        passed = np.ones(world.shape, np.bool_)
        for guarantor, logit in zip(world.guarantors, ballots(world), strict=True):
            # A trial sees one application at most: its luck has one address, whatever the month of the vote.
            luck = world.streams.logistic(f"admission/{guarantor.name}", 0)
            yes = logit + luck > 0.0
            passed = passed & (yes | ~guarantor.active)
            self._tell(world, step, guarantor, logit, luck, yes)
        self.decision = np.where(cells, passed.astype(np.int8), self.decision).astype(np.int8)
        luck = world.streams.uniform("accession lag", 0)
        lag = self.lags.drawn(luck)
        month = step * world.step_length
        self.entry_month = np.where(cells & passed, month + lag, self.entry_month)
        if world.log is not None:
            admitted = bool(passed[0, 0])
            told = {
                "decision": ADMISSIONS[int(admitted)],
                "standing": "waits for entry into force" if admitted else "observer",
                # Known to nobody in the world before it comes.
                **({"lag_drawn": luck, "lag": lag, "entry_month": month + lag} if admitted else {}),
            }
            world.log.fact("accession", step, "members decide", **told)

    @staticmethod
    def _tell(world: World, step: int, guarantor: Guarantor, logit: Array, luck: Array, yes: Flags) -> None:
        if world.log is None or not bool(np.broadcast_to(guarantor.active, world.shape)[0, 0]):
            return
        chance, choice = sigmoid(logit), int(np.broadcast_to(yes, world.shape)[0, 0])
        name, named, odds = guarantor.name, ("no", "yes"), (1.0 - chance, chance)
        world.log.decision(
            "accession", step, name, "vote on admission", named, None, odds, choice, logit=logit, logit_drawn=luck
        )
