"""The state under threat: asks for help, replies to an attack, concedes to a threat or stands (model page 4.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalar.foresight import BACKED_ABOVE, Appeal, Temper
from scalar.logit import choose, mean
from scalar.response import OVERT
from scalar.states import Observer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scalar.challenger import Challenger
    from scalar.foresight import Prospect, Surroundings
    from scalar.model import Reference


class Protege(Observer):
    """The state under threat."""

    def __init__(self, model: Reference, name: str) -> None:
        super().__init__(model, name)
        n = model.numbers
        ask, reply = "crisis.request.", "crisis.retaliation."
        self.appeal = Appeal(
            sharpness=model.precise("crisis.request.sharpness"),
            help=n[ask + "help"],
            refused=n[ask + "refused"],
            level=n[ask + "level"],
        )
        self.temper = Temper(
            **{name: n[reply + name] for name in ("proportionate", "escalate", "emboldened", "backed")},
            **{name: n[reply + name] for name in ("in_kind", "beyond")},
            level=n[ask + "level"],
            boldness=n["environment.threat.boldness"],
            precision=model.precision,
        )

    def asks(self, attacker: Challenger, severity: int, now: Surroundings) -> bool:
        """Whether it asks for help, by the harm it expects of its helpers."""
        ahead = self.model.forecast(self.eyes(), attacker, OVERT[severity - 1], obliged=self.model.obliged, asked=True)
        stake = attacker.stake
        hoped = stake.harm(ahead.leader_levels(stake.caution(now)), ahead.others)
        utilities = [0.0, self.appeal.utility(hoped, severity)]
        return choose(utilities, self.appeal.sharpness, self.model.luck.shocks("request", self.model.now)) == 1

    def replies(self, severity: int, harm: float, exchange: int) -> int:
        """Absorb, reply in proportion, or escalate."""
        utilities = self.temper.utilities(severity, cover=self.model.cover, backed=harm > BACKED_ABOVE)
        shocks = self.model.luck.shocks("retaliation", self.model.now, exchange)
        return choose(utilities, self.temper.precision, shocks)

    def suffers(self, shares: Sequence[float], ahead: Mapping[str, Prospect]) -> float:
        """What an attack is worth to it: the help that it may ask for, less what it destroys.

        Args:
            shares: chances of each overt action.
            ahead: what would follow each.

        """
        n = self.model.numbers
        after = []
        for severity, action in enumerate(OVERT, start=1):
            hurt = n[f"crisis.{action}.setback"] + n[f"crisis.{action}.damage"]
            helped = ahead[action].asked * self.appeal.utility(ahead[action].harm_if_asked, severity)
            after.append(helped - n["crisis.threat.suffering"] * hurt)
        return mean(after, shares)
