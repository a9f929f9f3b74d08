"""The Collective Security Council: stances, the vote, and what a mandate changes (model page 7.3).

Stance latent of a member: v = eta + u + dependence * clip(leader's eta + u - first cutpoint, -3, 3) + logistic noise of
its own. It opposes below `oppose_below`, supports above `support_above`, and abstains between. Whether the votes give a
mandate is up to the rule (`sim.world.voting`), whether it comes in time to the calendar (`sim.world.sessions`). With a
mandate in time a supporter acts at its level; an abstainer, a member that is outvoted, or anyone without a mandate in
time, acts on its own: others then stop at aid, and the leader's latent falls by `no_mandate`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.world.choice import against, passing
from sim.world.response import AID
from sim.world.voting import EACH_AS_IT_DEEMS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

PULL: Final = 3.0
"""The leader's stance pulls on others at most by this many logits times their dependence."""

OPPOSE: Final = 0
ABSTAIN: Final = 1
SUPPORT: Final = 2
STANCES: Final = ("oppose", "abstain", "support")


@dataclass(frozen=True)
class Rules:
    """Thresholds of the Council, its rule, and its pace.

    Attributes:
        oppose_below: stance latent below which a member opposes.
        support_above: stance latent above which it supports.
        no_mandate: how far the leader's latent falls without a mandate.
        rule: code of the decision rule, an index into `sim.world.voting.RULES`.
        timely: chance that a decision comes while the action lasts.

    """

    oppose_below: Array
    support_above: Array
    no_mandate: Array
    rule: NDArray[np.int8] = field(default_factory=lambda: np.zeros((), np.int8))
    timely: Array = field(default_factory=lambda: np.ones(()))

    @property
    def decides(self) -> NDArray[np.bool_]:
        """Where the Council decides at all, once it is asked."""
        return np.asarray(self.rule != EACH_AS_IT_DEEMS)


def contested(rules: Rules, doubt: Array) -> Rules:
    """Rules by which a stance latent must be higher by `doubt`: who fired first makes the casus foederis contested."""
    return replace(rules, oppose_below=rules.oppose_below + doubt, support_above=rules.support_above + doubt)


def pull(leader_latent: Array, first_cutpoint: Array) -> Array:
    """What a member with dependence 1 takes over of the leader's stance (logits)."""
    return np.asarray(np.clip(leader_latent - first_cutpoint, -PULL, PULL))


def stance(v: Array, rules: Rules) -> NDArray[np.int8]:
    """Stance at latent `v`: 0 oppose, 1 abstain, 2 support."""
    return (v >= rules.oppose_below).astype(np.int8) + (v > rules.support_above)


def chances(v: Array, rules: Rules, scale: Array) -> tuple[Array, Array]:
    """Chances not to oppose and to support, for mean stance latent `v`.

    Args:
        v: mean latent, without the member's own logistic noise.
        rules: the thresholds.
        scale: 1 where `v` is known; 1 / sqrt(1 + pi * variance / 8) where it is known up to a normal error
            (MacKay 1992).

    """
    odds_against = against(v * scale)
    return passing(odds_against, rules.oppose_below * scale), passing(odds_against, rules.support_above * scale)


def capped(reached: NDArray[np.int8], *, free: NDArray[np.bool_]) -> NDArray[np.int8]:
    """A member's level: its own where it is `free` to act under a mandate, else at most aid."""
    return np.where(free, reached, np.minimum(reached, np.int8(AID)))
