"""How likely a member of the Council is to oppose, abstain or support, if the true latents are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.world import council
from sim.world.anticipation import QUADRATURE
from sim.world.foresight import Attack, covariates
from sim.world.response import latent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.agents import Challenger, Guarantor
    from sim.world.world import World

    Array = NDArray[np.float64]


def stances(world: World, guarantor: Guarantor, by: Challenger, action: str) -> list[Array]:
    """Chances of each of `council.STANCES` in a Council that is asked about an attack, the shared shock integrated.

    A suspended member casts no vote; these are then the stances that it would take.
    """
    true, nothing = world.coefficients, np.zeros(())
    obliged = world.obliged.astype(np.float64)
    deaths = world.values[f"crisis.{action}.deaths"]
    attack = Attack(deaths, by.major, by.member, 1.0, obliged, obliged, by.attacker_kind)

    def eta(of: Guarantor) -> Array:
        x = covariates(attack, of.own(f"ties.{by.name}"), of.own("committed"), leads=of.leads)
        return latent(true, of.own("resolve"), obliged, x)

    own, lead = eta(guarantor), eta(world.guarantors[0])
    not_opposed = supports = nothing
    for z, weight in QUADRATURE:
        u = true.shock * z
        v = own + u + guarantor.dependence * council.pull(lead + u, true.cutpoints[0])
        yes, behind = council.chances(v, world.council, np.ones(()))
        not_opposed, supports = not_opposed + weight * yes, supports + weight * behind
    return [1.0 - not_opposed, not_opposed - supports, np.asarray(supports)]
