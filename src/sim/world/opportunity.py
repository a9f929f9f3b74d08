"""Chances to act, and what a challenger makes of them (model page 4.5).

A chance of overt action comes with probability 1 - exp(-rate x step), its rate rising with tension; covert action has
a rate of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.world import threat
from sim.world.agents import OVERT
from sim.world.challenge import nested
from sim.world.choice import choose, probabilities

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.agents import Challenger
    from sim.world.world import World


STAGE = ("hold", "overt", "threaten")
"""What a challenger can do at a chance; the last only where the scenario lets it threaten."""

THREATEN = 2


def overt(world: World, challenger: Challenger, step: int) -> NDArray[np.int8]:
    """Overt action of a challenger in a step: 0 none, 1 strike, 2 campaign."""
    name, precision = challenger.name, world.values["choice.precision"]
    rate = challenger.rate(world.tension) * world.step_length
    chance = world.streams.uniform(f"opportunity/{name}", step)[0] < -np.expm1(-rate)
    chance = chance & ~world.campaigning[name]
    ahead = world.prospects(challenger, challenger)
    utilities = challenger.overt_utilities(world.surroundings(), ahead)
    overt, shares = nested(utilities, precision)
    options = [np.zeros(world.shape), np.broadcast_to(overt, world.shape)]
    shocks = world.streams.gumbel(f"challenge/{name}", step)
    if challenger.threatens.any():
        options.append(np.broadcast_to(threat.utility(world, challenger, ahead, overt), world.shape))
        shocks = np.concatenate([shocks, world.streams.gumbel(f"threaten/{name}", step, 0, 1)])
    stage = choose(options, precision, shocks[:, None, :])
    kinds = [np.broadcast_to(utility, world.shape) for utility in utilities]
    kind = choose(kinds, precision, world.streams.gumbel(f"escalation/{name}", step, 0, len(OVERT))[:, None, :])
    goes, threatened = chance & (stage == 1), chance & (stage == THREATEN)
    if world.log is not None and bool(chance[0, 0]):
        odds = probabilities(options, precision)
        world.log.decision(
            "opportunity and choice",
            step,
            name,
            "challenge",
            STAGE[: len(options)],
            options,
            odds,
            int(stage[0, 0]),
            threat=world.threat,
            tension=world.tension,
            **{f"expected_harm_{a}": ahead[a].harm for a in OVERT},
        )
    if challenger.threatens.any():
        goes = goes | threat.carry_out(world, challenger, step, threatened, ahead, overt)
    if world.log is not None and bool(goes[0, 0]):
        kind_chosen = int(kind[0, 0])
        world.log.decision("opportunity and choice", step, name, "choose action", OVERT, kinds, shares, kind_chosen)
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
