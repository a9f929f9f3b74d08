"""Chances to act, and what a challenger makes of them (model page 4.5).

A chance of overt action comes with probability 1 - exp(-rate x step), its rate rising with tension; covert action has
a rate of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.world.agents import OVERT
from sim.world.challenge import nested
from sim.world.choice import choose, probabilities
from sim.world.prevention import urge

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.agents import Challenger
    from sim.world.world import World


def overt(world: World, challenger: Challenger, step: int) -> NDArray[np.int8]:
    """Overt action of a challenger in a step: 0 none, 1 strike, 2 campaign."""
    name, precision = challenger.name, world.values["choice.precision"]
    rate = challenger.rate(world.tension) * world.step_length
    chance = world.streams.uniform(f"opportunity/{name}", step)[0] < -np.expm1(-rate)
    ahead = world.prospects(challenger, challenger, where=chance)
    utilities = challenger.overt_utilities(world.surroundings(), ahead)
    motive = urge(world, challenger, utilities, chance)
    utilities = [utility + motive for utility in utilities]
    overt, shares = nested(utilities, precision)
    options = [np.zeros(world.shape), np.broadcast_to(overt, world.shape)]
    stage = choose(options, precision, world.streams.gumbel(f"challenge/{name}", step)[:, None, :])
    kinds = [np.broadcast_to(utility, world.shape) for utility in utilities]
    kind = choose(kinds, precision, world.streams.gumbel(f"escalation/{name}", step, 0, len(OVERT))[:, None, :])
    goes = chance & (stage == 1)
    if world.log is not None and bool(chance[0, 0]):
        odds = probabilities(options, precision)
        world.log.decision(
            "opportunity and choice",
            step,
            name,
            "challenge",
            ("hold", "overt"),
            options,
            odds,
            int(stage[0, 0]),
            threat=world.threat,
            tension=world.tension,
            preventive_motive=motive,
            **{f"expected_harm_{a}": ahead[a].harm for a in OVERT},
        )
        if bool(goes[0, 0]):
            world.log.decision(
                "opportunity and choice", step, name, "choose action", OVERT, kinds, shares, int(kind[0, 0])
            )
    return np.where(goes, kind + np.int8(1), np.int8(0)).astype(np.int8)


def covert(world: World, challenger: Challenger, step: int) -> NDArray[np.bool_]:
    """Where a challenger acts covertly in a step."""
    name, precision = challenger.name, world.values["choice.precision"]
    rate = challenger.own("opportunity.covert") * world.step_length * challenger.can_covert
    chance = world.streams.uniform(f"covert opportunity/{name}", step)[0] < -np.expm1(-rate)
    utility = challenger.covert_utility(world.surroundings())
    options = [np.zeros(world.shape), np.broadcast_to(utility, world.shape)]
    choice = choose(options, precision, world.streams.gumbel(f"covert/{name}", step)[:, None, :])
    if world.log is not None and bool(np.broadcast_to(chance, world.shape)[0, 0]):
        world.log.decision(
            "opportunity and choice",
            step,
            name,
            "act covertly",
            ("hold", "covert"),
            options,
            probabilities(options, precision),
            int(choice[0, 0]),
        )
    return np.asarray(chance & (choice == 1))
