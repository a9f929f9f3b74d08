"""How the protégé answers an attack: it absorbs it, replies in kind, or escalates (model page 7.6).

U(absorb) = 0;  U(proportionate) = base + g (level - 1);
U(escalate) = base + g (level - 1) + emboldened x boldness x cover + backed x [harm by the guarantors > 0.3].

One function serves the protégé in a crisis, and the attacker that reckons with the reply before and during one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.world.choice import probabilities

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.values import Values

    Array = NDArray[np.float64]

REPLIES: Final = ("absorb", "proportionate", "escalate")
"""Replies to an attack, weakest first."""

ABSORB: Final = 0
PROPORTIONATE: Final = 1
ESCALATE: Final = 2

BACKED_ABOVE: Final = 0.3
"""Harm done by the guarantors above which the protégé feels backed (model page 7.6)."""


@dataclass(frozen=True)
class Temper:
    """What decides the protégé's reply.

    Attributes:
        proportionate: utility of a proportionate reply to a strike (absorbing is 0).
        escalate: utility of escalation after a strike.
        level: added to both per level of the attack above a strike (g).
        emboldened: weight of boldness under cover.
        backed: added to escalation where the guarantors' harm is above 0.3.
        boldness: the relative change of the programme's drift under cover.
        in_kind: cost to the attacker of a proportionate reply, as a multiple of its `retaliation`.
        beyond: cost to the attacker of escalation, the same way.
        precision: lambda.

    """

    proportionate: Array
    escalate: Array
    level: Array
    emboldened: Array
    backed: Array
    boldness: Array
    in_kind: Array
    beyond: Array
    precision: Array

    def utilities(self, severity: Array, cover: Array, backed: Array) -> list[Array]:
        """Utilities of the replies.

        Args:
            severity: 1 where a strike is answered, 2 a campaign.
            cover: 1 where Article 4 is in force for the protégé, else 0.
            backed: 1 where the guarantors' harm is above 0.3, else 0.

        """
        harder = self.level * (severity - 1.0)
        bold = self.emboldened * self.boldness * cover + self.backed * backed
        return [np.zeros(()), np.asarray(self.proportionate + harder), np.asarray(self.escalate + harder + bold)]

    def odds(self, severity: Array, cover: Array, backed: Array) -> list[Array]:
        """Chances of the replies; arguments as in `utilities`."""
        return probabilities(self.utilities(severity, cover, backed), self.precision)

    def expected(self, severity: Array, cover: Array, chance_backed: Array) -> Array:
        """Expected cost of the reply to the attacker, as a multiple of its `retaliation`."""
        alone = self._cost(self.odds(severity, cover, np.zeros(())))
        backed = self._cost(self.odds(severity, cover, np.ones(())))
        return np.asarray((1.0 - chance_backed) * alone + chance_backed * backed)

    def cost(self, reply: NDArray[np.int8]) -> Array:
        """Cost of a reply to the attacker, as a multiple of its `retaliation`."""
        mild = np.where(reply == PROPORTIONATE, self.in_kind, 0.0)
        return np.asarray(np.where(reply == ESCALATE, self.beyond, mild))

    def _cost(self, odds: list[Array]) -> Array:
        return np.asarray(odds[PROPORTIONATE] * self.in_kind + odds[ESCALATE] * self.beyond)


def temper(values: Values) -> Temper:
    """The protégé's temper, from the scenario's numbers."""
    names = ("proportionate", "escalate", "emboldened", "backed", "in_kind", "beyond")
    return Temper(
        **values.group("crisis.retaliation", names),
        level=values["crisis.request.level"],
        boldness=values["environment.threat.boldness"],
        precision=values["choice.precision"],
    )


def backed(harm: Array) -> Array:
    """1 where the guarantors' harm is above 0.3, else 0."""
    return np.asarray(harm > BACKED_ABOVE, dtype=np.float64)
