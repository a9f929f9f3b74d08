"""What a trial records (model page 6)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scalar.response import AID, COMBAT, TROOPS
from sim.world.outcomes import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.world.roster import Roster

Value = float | int | bool
Row = dict[str, Value]

CAMPAIGN = 3


class Result:
    """The columns of one trial while it is played.

    Args:
        roster: who is in the world.

    """

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self.attacks = self.covert = self.exchanges = 0
        self.threats = self.conceded = self.backed_down = 0
        self.first_step = self.first_attacker = self.suspended_step = self.entered_step = -1
        self.highest_action = 0
        self.in_force_at_attack = self.invoked = self.patron_joined = self.clash = self.applied = False
        self.mandate = self.council_days = self.admitted = -1
        self.level = dict.fromkeys(roster.guarantors, -1)
        self.loss = dict.fromkeys((roster.protege, *roster.challengers), 0.0)

    def attack(self, step: int, attacker: str, severity: int, *, cover: bool) -> None:
        """An overt attack begins."""
        if self.attacks == 0:
            self.first_step, self.in_force_at_attack = step, cover
            self.first_attacker = self._roster.challengers.index(attacker)
        self.attacks += 1
        self.highest_action = max(self.highest_action, severity + 1)

    def council(self, *, passed: bool, days: int) -> None:
        """The Council has decided."""
        self.mandate, self.council_days = int(passed), days

    def reached(self, levels: Mapping[str, int]) -> None:
        """Guarantors stand at these levels."""
        for name, level in levels.items():
            self.level[name] = max(self.level[name], level)

    def row(self, horizon: int, step: float, threat: float) -> Row:
        """The columns at the end of a world of `horizon` months in steps of `step` months."""

        def month(at: int) -> int:
            return math.floor(at * step) if at >= 0 else -1

        return {
            "attacks": self.attacks,
            "first_attack_month": month(self.first_step),
            "first_attacker": self.first_attacker,
            "covert": self.covert,
            "exchanges": self.exchanges,
            "threats": self.threats,
            "conceded": self.conceded,
            "backed_down": self.backed_down,
            "suspended_month": month(self.suspended_step),
            "highest_action": self.highest_action,
            "in_force_at_attack": self.in_force_at_attack,
            "invoked": self.invoked,
            "mandate": self.mandate,
            "council_days": self.council_days,
            **{f"level_{name}": level for name, level in self.level.items()},
            "leader_combat": self.level[self._roster.leader] == COMBAT,
            "patron_joined": self.patron_joined,
            "clash": self.clash,
            "applied": self.applied,
            "admitted": self.admitted,
            "months_admitted": month(self.entered_step),
            "months_at_risk": (self.first_step + 1) * step if self.attacks else float(horizon),
            **{f"loss_{name}": loss for name, loss in self.loss.items()},
            "threat_end": threat,
            "outcome": OUTCOMES.index(self._outcome()),
        }

    def _outcome(self) -> str:
        peak = max(self.level.values())
        if self.clash:
            return "clash"
        if peak >= TROOPS:
            return "military_response"
        if not self.attacks:
            return "no_attack"
        action = "campaign" if self.highest_action == CAMPAIGN else "strike"
        return f"{action}_{'aided' if peak >= AID else 'alone'}"
