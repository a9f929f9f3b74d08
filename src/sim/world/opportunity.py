"""Chances to act, and what a challenger makes of them (model page 4.5).

A chance of overt action comes with probability 1 - exp(-rate x step), its rate rising with tension; covert action has
a rate of its own. What a challenger weighs is worked out only in the cells where it has a chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.world import expectations, threat
from sim.world.agents import OVERT
from sim.world.challenge import nested
from sim.world.choice import choose, probabilities
from sim.world.prevention import urge
from sim.world.values import Cells, cut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sim.world.agents import Challenger
    from sim.world.environment import Surroundings
    from sim.world.prospect import Prospect
    from sim.world.world import World

    Array = NDArray[np.float64]


STAGE = ("hold", "overt", "threaten")
"""What a challenger can do at a chance; the last only where the scenario lets it threaten."""

OVERTLY, THREATEN = 1, 2


@dataclass(frozen=True)
class Weighed:
    """What a challenger with a chance to act weighs, in the cells where it has one.

    Attributes:
        ahead: what would follow each overt action.
        motive: what the preventive motive adds to both of them.
        kinds: utility of each overt action.
        shares: chance of each, once overt action is chosen.
        overt: utility of overt action.
        options: utilities of the first stage, in the order of `STAGE`.

    """

    ahead: Mapping[str, Prospect]
    motive: Array
    kinds: list[Array]
    shares: list[Array]
    overt: Array
    options: list[Array]


def weigh(world: World, challenger: Challenger, cells: Cells) -> Weighed:
    """What a challenger weighs at a chance to act."""
    precision = cells.take(world.values["choice.precision"])
    motives = cut(challenger.motives, cells)
    threatens = bool(challenger.threatens.any())

    eyes = expectations.eyes_of(world, challenger, cells)

    def first_stage(now: Surroundings, ahead: Mapping[str, Prospect], motive: Array) -> Weighed:
        kinds = [utility + motive for utility in motives.overt_utilities(now, ahead.values())]
        overt, shares = nested(kinds, precision)
        options = [np.zeros(()), overt]
        if threatens:
            options.append(threat.utility(world, challenger, cells, now, eyes, motive))
        return Weighed(ahead, motive, kinds, shares, overt, options)

    now = cut(world.surroundings(), cells)
    ahead = expectations.prospects(world, eyes, challenger, cells, now)
    at_rest = first_stage(now, ahead, np.zeros(()))
    motive = urge(
        world,
        challenger,
        cells,
        at_rest.options,
        lambda later, follows: first_stage(later, follows, np.zeros(())).options,
    )
    return first_stage(now, ahead, motive)


def overt(world: World, challenger: Challenger, step: int) -> NDArray[np.int8]:
    """Overt action of a challenger in a step: 0 none, 1 strike, 2 campaign."""
    name, streams = challenger.name, world.streams
    rate = challenger.rate(world.tension) * world.step_length
    chance = streams.uniform(f"opportunity/{name}", step)[0] < -np.expm1(-rate)
    cells = Cells.where(np.broadcast_to(chance & ~world.campaigning[name], world.shape))
    action = np.zeros(world.shape, np.int8)
    if not len(cells):
        return action
    precision = cells.take(world.values["choice.precision"])
    weighed = weigh(world, challenger, cells)
    options = [np.broadcast_to(option, len(cells)) for option in weighed.options]
    shocks = streams.gumbel(f"challenge/{name}", step, at=cells.replicate)
    if len(options) > THREATEN:
        shocks = np.concatenate([shocks, streams.gumbel(f"threaten/{name}", step, 0, 1, cells.replicate)])
    stage = choose(options, precision, shocks)
    if world.log is not None:
        now = {f"expected_harm_{a}": weighed.ahead[a].harm for a in OVERT}
        _tell(world, name, step, "challenge", STAGE, options, stage, preventive_motive=weighed.motive, **now)
    goes = stage == OVERTLY
    kinds = [np.broadcast_to(utility, len(cells)) for utility in weighed.kinds]
    threatened = stage == THREATEN
    if threatened.any():
        made = cells.of(threatened)
        motive = np.broadcast_to(weighed.motive, len(cells))[threatened]
        carried, then = threat.carry_out(world, challenger, step, made, motive)
        goes = np.array(goes)
        goes[threatened] = carried
        kinds = [np.array(utility) for utility in kinds]
        for utility, after in zip(kinds, then, strict=True):
            utility[threatened] = after
    kind = choose(kinds, precision, streams.gumbel(f"escalation/{name}", step, 0, len(OVERT), cells.replicate))
    if world.log is not None and bool(goes[0]):
        _tell(world, name, step, "choose action", OVERT, kinds, kind)
    action[cells.point, cells.replicate] = np.where(goes, kind + np.int8(1), np.int8(0))
    return action


def covert(world: World, challenger: Challenger, step: int) -> NDArray[np.bool_]:
    """Where a challenger acts covertly in a step."""
    name, streams = challenger.name, world.streams
    rate = challenger.own("opportunity.covert") * world.step_length * challenger.can_covert
    chance = streams.uniform(f"covert opportunity/{name}", step)[0] < -np.expm1(-rate)
    cells = Cells.where(np.broadcast_to(chance, world.shape))
    acts = np.zeros(world.shape, np.bool_)
    if not len(cells):
        return acts
    utility = cut(challenger.motives, cells).covert_utility(cut(world.surroundings(), cells))
    options = [np.zeros(len(cells)), np.broadcast_to(utility, len(cells))]
    precision = cells.take(world.values["choice.precision"])
    choice = choose(options, precision, streams.gumbel(f"covert/{name}", step, at=cells.replicate))
    if world.log is not None:
        _tell(world, name, step, "act covertly", ("hold", "covert"), options, choice)
    acts[cells.point, cells.replicate] = choice == 1
    return acts


def _tell(
    world: World,
    name: str,
    step: int,
    decision: str,
    options: tuple[str, ...],
    utilities: list[Array],
    choice: NDArray[np.int8],
    **more: Array,
) -> None:
    if world.log is None:
        return
    world.log.decision(
        "opportunity and choice",
        step,
        name,
        decision,
        options[: len(utilities)],
        utilities,
        probabilities(utilities, world.values["choice.precision"]),
        int(choice[0]),
        threat=world.threat,
        tension=world.tension,
        **more,
    )
