"""How likely a member of the Council is to oppose, abstain or support, if the true latents are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.world import council
from sim.world.anticipation import QUADRATURE
from sim.world.expectations import attack_on, council_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.agents import Guarantor
    from sim.world.assault import Assault
    from sim.world.world import World

    Array = NDArray[np.float64]


def stances(world: World, guarantor: Guarantor, assault: Assault) -> list[Array]:
    """Chances of each of `council.STANCES` in a Council that is asked about an attack, the shared shock integrated.

    A suspended member casts no vote; these are then the stances that it would take.
    """
    cells, nothing = assault.cells, np.zeros(())
    true, obliged = cells.own(world.coefficients), cells.full(world.obliged)
    attack = attack_on(world, assault, 1.0, obliged, obliged)
    rules = council_at(world, assault)
    own, lead = (of.latent(world, true, attack, assault) for of in (guarantor, world.guarantors[0]))
    not_opposed = supports = nothing
    dependence = cells.own(guarantor.dependence)
    for z, weight in QUADRATURE:
        u = true.shock * z
        v = own + u + dependence * council.pull(lead + u, true.cutpoints[0])
        yes, behind = council.chances(v, rules, np.ones(()))
        not_opposed, supports = not_opposed + weight * yes, supports + weight * behind
    return [1.0 - not_opposed, not_opposed - supports, np.asarray(supports)]
