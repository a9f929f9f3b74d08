"""What a trial records (model page 7.10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.world.response import AID, COMBAT, TROOPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sim.world.roster import Roster

OUTCOMES: Final = (
    "no_attack",
    "strike_alone",
    "strike_aided",
    "campaign_alone",
    "campaign_aided",
    "military_response",
    "clash",
)
"""How a trial ended, weakest first; a clash takes precedence over a military response, that over the rest."""

ACTIONS: Final = ("none", "covert", "strike", "campaign")
"""Highest action against the protégé, weakest first."""

STRIKE: Final = 2
CAMPAIGN: Final = 3

MOST: Final = int(np.iinfo(np.int16).max)
"""Greatest number in a column of counts or days: centuries of attacks by many challengers stop there."""

MANDATES: Final = ("refused", "approved")
"""What the Council decided."""

ADMISSIONS: Final = ("refused", "admitted")
"""What the members decided on an applicant."""


@dataclass(frozen=True)
class Outcomes:
    """Columns of a batch, one value a trial, each of shape (points, replicates).

    Attributes:
        columns: values by name. `attacks` overt attacks;
            `exchanges` in all crises; `threats`, `conceded`, `backed_down` of immediate deterrence; `suspended_month`
            when an abandoned ally left, -1 none; `first_attack_month` 0-based, -1 none; `first_attacker` code,
            -1 none; `covert` covert acts; `highest_action` code; `in_force_at_attack`; `invoked` Article 4 formally;
            `mandate` code of the last Council, -1 not asked; `council_days` days from request to its decision, -1 not
            asked; `level_<State>` peak response 0-3, -1 without an overt attack; `leader_combat`; `patron_joined`;
            `clash`; `applied` for membership; `admitted` code of the members' decision on it, -1 no vote;
            `months_admitted` month of entry into force, -1 none;
            `months_at_risk` months up to and with the first overt attack; `loss_<State>` utility lost;
            `threat_end`; `outcome` code into `OUTCOMES`.
        labels: texts of the coded columns; code -1 stands for none.

    """

    columns: Mapping[str, NDArray[Any]]
    labels: Mapping[str, tuple[str, ...]]


class Tally:
    """The columns while a batch is played; crises write into them cell by cell.

    Args:
        roster: who is in the world.
        shape: (points, replicates).

    """

    def __init__(self, roster: Roster, shape: tuple[int, int]) -> None:
        self.roster = roster
        self.attacks = np.zeros(shape, np.int32)
        self.first_step = np.full(shape, -1, np.int16)
        self.first_attacker = np.full(shape, -1, np.int8)
        self.covert = np.zeros(shape, np.int32)
        self.exchanges = np.zeros(shape, np.int32)
        self.threats = np.zeros(shape, np.int32)
        self.conceded = np.zeros(shape, np.int32)
        self.backed_down = np.zeros(shape, np.int32)
        self.suspended_step = np.full(shape, -1, np.int16)
        self.highest_action = np.zeros(shape, np.int8)
        self.in_force_at_attack = np.zeros(shape, np.bool_)
        self.invoked = np.zeros(shape, np.bool_)
        self.mandate = np.full(shape, -1, np.int8)
        self.council_days = np.full(shape, -1, np.int16)
        self.level = {name: np.full(shape, -1, np.int8) for name in roster.guarantors}
        self.patron_joined = np.zeros(shape, np.bool_)
        self.clash = np.zeros(shape, np.bool_)
        self.applied = np.zeros(shape, np.bool_)
        self.admitted = np.full(shape, -1, np.int8)
        self.entered_step = np.full(shape, -1, np.int16)
        self.loss = {name: np.zeros(shape) for name in (roster.protege, *roster.challengers)}

    def finish(self, horizon: int, step: float, threat: NDArray[np.float64]) -> Outcomes:
        """Close the columns at the end of a world of `horizon` months in steps of `step` months."""
        attacked = self.attacks > 0
        peak = np.full(attacked.shape, -1, np.int8)
        for level in self.level.values():
            peak = np.maximum(peak, level)
        leader = self.level[self.roster.leader] == COMBAT
        months = (self.first_step + 1) * step
        columns: dict[str, NDArray[Any]] = {
            "attacks": _short(self.attacks),
            "first_attack_month": _month(self.first_step, step),
            "first_attacker": self.first_attacker,
            "covert": _short(self.covert),
            "exchanges": _short(self.exchanges),
            "threats": _short(self.threats),
            "conceded": _short(self.conceded),
            "backed_down": _short(self.backed_down),
            "suspended_month": _month(self.suspended_step, step),
            "highest_action": self.highest_action,
            "in_force_at_attack": self.in_force_at_attack,
            "invoked": self.invoked,
            "mandate": self.mandate,
            "council_days": self.council_days,
            **{f"level_{name}": level for name, level in self.level.items()},
            "leader_combat": leader,
            "patron_joined": self.patron_joined,
            "clash": self.clash,
            "applied": self.applied,
            "admitted": self.admitted,
            "months_admitted": _month(self.entered_step, step),
            "months_at_risk": np.where(attacked, months, float(horizon)),
            **{f"loss_{name}": loss for name, loss in self.loss.items()},
            "threat_end": threat,
            "outcome": self._outcome(attacked, peak),
        }
        return Outcomes(columns=columns, labels=labels(self.roster))

    def _outcome(self, attacked: NDArray[np.bool_], peak: NDArray[np.int8]) -> NDArray[np.int8]:
        aided = (peak >= AID).astype(np.int8)
        alone = np.where(self.highest_action == CAMPAIGN, np.int8(3), np.int8(1))
        outcome = np.where(attacked, alone + aided, np.int8(0))
        outcome = np.where(peak >= TROOPS, np.int8(5), outcome)
        return np.where(self.clash, np.int8(6), outcome).astype(np.int8)


def labels(roster: Roster) -> dict[str, tuple[str, ...]]:
    """Texts of the coded columns of a world."""
    return {
        "first_attacker": roster.challengers,
        "highest_action": ACTIONS,
        "mandate": MANDATES,
        "admitted": ADMISSIONS,
        "outcome": OUTCOMES,
    }


def _short(counts: NDArray[np.int32]) -> NDArray[np.int16]:
    """Counts as they are stored; what a column cannot hold counts as the most that it can."""
    return np.minimum(counts, MOST).astype(np.int16)


def _month(steps: NDArray[np.int16], step: float) -> NDArray[np.int16]:
    return np.where(steps >= 0, np.floor(steps * step), -1).astype(np.int16)
