"""How a state under threat gets in: application, vote, wait, entry into force (model page 4.7)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scalar.council import PULL
from scalar.logit import sigmoid

if TYPE_CHECKING:
    from scalar.model import Reference

AHEAD = 12.0
"""Months ahead for which a member that votes reckons with an attack."""


class Application:
    """Where the protégé stands on the path into the alliance.

    Args:
        model: the trial.

    """

    def __init__(self, model: Reference) -> None:
        self._model, self._entry, step = model, model.scenario.accession, model.length
        filed = math.ceil(self._entry.apply_month / step) * step
        # The tolerance keeps a vote due on a step from slipping to the next by rounding.
        due = (filed + model.numbers["accession.decision_months"]) / step
        self.vote_month = math.ceil(due - 1e-9) * step
        self.lags = sorted(self._entry.lags)
        self.applied = self.voted = self.admitted = False
        self.chance = 0.0
        self.entry_month = math.inf

    @property
    def observer(self) -> bool:
        """Whether it stands as an observer: from the start, or refused."""
        return not self.admitted and (self._entry.observer or self.voted)

    def advance(self) -> bool:
        """Apply and vote where it is time; whether cover enters into force in this step."""
        model = self._model
        month = model.now * model.length
        uncovered = not model.cover
        if self._entry.path == "applied" and not self.applied and uncovered and month >= self._entry.apply_month:
            self.applied = True
            logits = self.ballots()
            self.chance = math.prod(
                sigmoid(x) for x, guarantor in zip(logits, model.guarantors, strict=True) if guarantor.active
            )
        if self.applied and not self.voted and uncovered and month >= self.vote_month:
            self._vote(month)
        return self.admitted and uncovered and month >= self.entry_month

    def outlook(self, month: float) -> float:
        """Chance that cover enters into force within a month, as outsiders see it who know the lags on record."""
        if self._model.cover:
            return 0.0
        seen = float(self.admitted) if self.voted else self.chance
        elapsed = month - self.vote_month
        waiting = sum(lag > elapsed for lag in self.lags)
        still = sum(lag > elapsed + 1.0 for lag in self.lags)
        return seen * (waiting - still) / waiting if waiting else 0.0

    def ballots(self) -> list[float]:
        """Logit of each member's yes, the leader first."""
        model, n = self._model, self._model.numbers
        vote = "accession.vote."
        expected = self._attack_expected()
        share = sum(guarantor.weight for guarantor in model.guarantors if guarantor.active) or 1.0
        logits: list[float] = []
        for guarantor in model.guarantors:
            exposure = n.get(f"{vote}exposure.{guarantor.name}", 0.0)
            able = [guarantor.ties[c.name] for c in model.challengers if c.can_overt]
            own = (
                n[vote + "terrorism"] * exposure
                - n[vote + "entrapment"] * expected * guarantor.weight / share
                - n[vote + "ties"] * max(able, default=0.0)
            )
            if guarantor.leads:
                logits.append(n[vote + "wish"] + own)
            else:
                led = min(PULL, max(-PULL, logits[0]))
                logits.append(n[vote + "base"] + guarantor.dependence * led + own)
        return logits

    def _vote(self, month: float) -> None:
        luck = self._model.luck
        yes = [
            logit + luck.number(f"admission/{guarantor.name}") > 0.0 or not guarantor.active
            for guarantor, logit in zip(self._model.guarantors, self.ballots(), strict=True)
        ]
        self.voted, self.admitted = True, all(yes)
        if self.admitted:
            self.entry_month = month + self.lags[int(luck.number("accession lag") * len(self.lags))]

    def _attack_expected(self) -> float:
        """P(overt attack within a year) as things stand, by the challengers' own rule."""
        model = self._model
        unharmed = 1.0
        for challenger in model.challengers:
            rate = challenger.rate()
            if rate > 0.0:
                comes = -math.expm1(-rate * model.length)
                unharmed *= (1.0 - comes * challenger.attacks()) ** (AHEAD / model.length)
        return 1.0 - unharmed
