"""Chances to act, and what a challenger makes of them (model page 7.5).

A chance of overt action comes with probability 1 - exp(-rate x step), its rate rising with tension; covert action has
a rate of its own. What a challenger weighs is worked out only in the cells where it has a chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.world import chronicle, expectations, threat
from sim.world.assault import OVERT, Assault
from sim.world.challenge import nested
from sim.world.choice import choose, probabilities
from sim.world.prevention import urge
from sim.world.values import Cells, cut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.agents import Challenger
    from sim.world.environment import Surroundings
    from sim.world.foresight import Eyes
    from sim.world.log import Event
    from sim.world.prospect import Prospect
    from sim.world.world import World

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]


STAGE = ("hold", "overt", "threaten")
"""What a challenger can do at a chance; the last only where the scenario lets it threaten."""

OVERTLY, THREATEN = 1, 2

COVERTLY = ("hold", "covert")
"""What it can do at a chance of covert action."""


@dataclass(frozen=True)
class Weighed:
    """What challengers with a chance to act weigh, one an entry.

    Attributes:
        ahead: what would follow each overt action.
        motive: what the preventive motive adds to both of them.
        kinds: utility of each overt action.
        shares: chance of each, once overt action is chosen.
        options: utilities of the first stage, in the order of `STAGE`.
        eyes: how the attackers see the guarantors.

    """

    ahead: Prospect
    motive: Array
    kinds: list[Array]
    shares: list[Array]
    options: list[Array]
    eyes: Eyes


def weigh(world: World, assault: Assault, working: type[np.floating[Any]] = np.float64) -> Weighed:
    """What the attacker of each entry weighs at a chance to act; `assault` weighs either action.

    The guarantors are foreseen with numbers of the precision `working`.
    """
    cells, size = assault.cells, (len(OVERT), len(assault))
    precision = cells.own(world.values["choice.precision"])
    motives = assault.of_attacker(world.motives)
    eyes = expectations.attackers_eyes(world, assault, working)

    def first_stage(now: Surroundings, ahead: Prospect, motive: Array, cover: Flags | None = None) -> Weighed:
        worth = motives.overt_utility(assault.severity, now, ahead) + motive
        kinds = list(np.broadcast_to(worth, size))
        overt, shares = nested(kinds, precision)
        options = [np.zeros(len(assault)), overt]
        if world.threatens:
            options.append(threat.utility(world, assault, now, eyes, motive, cover))
        return Weighed(ahead, motive, kinds, shares, options, eyes)

    still = np.zeros(())
    now = cut(world.surroundings(), cells)
    expected = expectations.outlook(world, eyes, assault)
    ahead = expectations.prospects(world, expected, assault, now)
    at_rest = first_stage(now, ahead, still)
    motive = urge(
        world,
        assault,
        eyes,
        expected,
        at_rest.options,
        lambda later, follows, cover: first_stage(later, follows, still, cover).options,
    )
    return first_stage(now, ahead, motive)


def attacks(world: World, assault: Assault) -> Array:
    """Chance that a chance to act ends in an attack, at once or after a threat, by the attackers' own lights."""
    precision = assault.cells.own(world.values["choice.precision"])
    weighed = weigh(world, assault)
    chances = probabilities(weighed.options, precision)
    if len(weighed.options) == THREATEN:
        return chances[OVERTLY]
    now = cut(world.surroundings(), assault.cells)
    carried = threat.carried(world, assault, now, weighed.eyes, weighed.motive)
    return np.asarray(chances[OVERTLY] + chances[THREATEN] * carried)


def overt(world: World, step: int) -> dict[str, NDArray[np.int8]]:
    """Overt action of each challenger in a step: 0 none, 1 strike, 2 campaign."""
    actions = {challenger.name: np.zeros(world.shape, np.int8) for challenger in world.challengers}
    assault, told = _chances(world, step)
    if not len(assault):
        return actions
    precision, streams = assault.cells.own(world.values["choice.precision"]), world.streams
    weighed = weigh(world, assault, world.working)
    shocks = assault.luck(world, lambda name, at: streams.gumbel(f"challenge/{name}", step, at=at))
    if world.threatens:
        more = assault.luck(world, lambda name, at: streams.gumbel(f"threaten/{name}", step, 0, 1, at))
        shocks = np.concatenate([shocks, more])
    stage = choose(weighed.options, precision, shocks)
    _tell_stage(world, assault, step, weighed, shocks, stage)
    goes, kinds, threatened = np.array(stage == OVERTLY), weighed.kinds, np.array(stage == THREATEN)
    if threatened.any():
        motive = np.broadcast_to(weighed.motive, len(assault))[threatened]
        carried, then = threat.carry_out(world, assault.of(threatened), step, motive)
        goes[threatened] = carried
        kinds = [np.array(utility) for utility in kinds]
        for utility, after in zip(kinds, then, strict=True):
            utility[threatened] = after
    luck = assault.luck(world, lambda name, at: streams.gumbel(f"escalation/{name}", step, 0, len(OVERT), at))
    kind = choose(kinds, precision, luck)
    _tell_kind(world, assault, step, kinds, goes, luck, kind)
    severity = np.where(goes, kind + np.int8(1), np.int8(0)).astype(np.int8)
    chronicle.came_to(world, assault, told, severity, threatened)
    for code, action in enumerate(actions.values()):
        mine = assault.attacker == code
        action[assault.cells.point[mine], assault.cells.replicate[mine]] = severity[mine]
    return actions


def _chances(world: World, step: int) -> tuple[Assault, dict[str, Event]]:
    """Where each challenger has a chance of overt action; with a log, the rows that tell of it by challenger."""
    points, replicates, codes = [], [], []
    told: dict[str, Event] = {}
    for code, challenger in enumerate(world.challengers):
        rate = challenger.rate(world.tension) * world.step_length
        chance, luck = -np.expm1(-rate), world.streams.uniform(f"opportunity/{challenger.name}", step)[0]
        comes = np.broadcast_to((luck < chance) & ~world.campaigning[challenger.name], world.shape)
        point, replicate = np.nonzero(comes)
        if world.log is not None and bool(challenger.can_overt[0, 0]):
            told[challenger.name] = chronicle.chance(world, challenger, step, "overt", chance, luck, comes)
        points.append(point)
        replicates.append(replicate)
        codes.append(np.full(len(point), code, np.int8))
    cells = Cells(np.concatenate(points), np.concatenate(replicates))
    return Assault.weighed(cells, np.concatenate(codes)), told


def _tell_stage(
    world: World, assault: Assault, step: int, weighed: Weighed, shocks: Array, stage: NDArray[np.int8]
) -> None:
    if world.log is None:
        return
    leader = weighed.eyes.beliefs[world.roster.leader]
    harm = np.broadcast_to(weighed.ahead.harm, (len(OVERT), len(assault)))
    for entry, code in enumerate(assault.attacker):
        view = [np.broadcast_to(option, len(assault))[entry] for option in weighed.options]
        motive = np.broadcast_to(weighed.motive, len(assault))[entry]
        more = {f"expected_harm_{action}": harm[index, entry] for index, action in enumerate(OVERT)}
        for what, column in (("believed_leader", leader.mean), ("doubt", leader.variance)):
            more[what] = np.broadcast_to(column, len(assault))[entry]
        name, drawn = world.challengers[code].name, shocks[:, entry]
        _tell(world, name, step, "challenge", STAGE, view, drawn, int(stage[entry]), preventive_motive=motive, **more)


def _tell_kind(
    world: World,
    assault: Assault,
    step: int,
    kinds: list[Array],
    goes: NDArray[np.bool_],
    luck: Array,
    kind: NDArray[np.int8],
) -> None:
    if world.log is None:
        return
    for entry in np.nonzero(goes)[0]:
        name = world.challengers[assault.attacker[entry]].name
        view = [utility[entry] for utility in kinds]
        _tell(world, name, step, "choose action", OVERT, view, luck[:, entry], int(kind[entry]))


def covert(world: World, challenger: Challenger, step: int) -> NDArray[np.bool_]:
    """Where a challenger acts covertly in a step."""
    name, streams = challenger.name, world.streams
    rate = challenger.own("opportunity.covert") * world.step_length * challenger.can_covert
    chance, luck = -np.expm1(-rate), streams.uniform(f"covert opportunity/{name}", step)[0]
    comes = np.broadcast_to(luck < chance, world.shape)
    told = None
    if world.log is not None and bool(challenger.can_covert[0, 0]):
        told = chronicle.chance(world, challenger, step, "covert", chance, luck, comes)
    cells = Cells.where(comes)
    acts = np.zeros(world.shape, np.bool_)
    if not len(cells):
        return acts
    utility = cells.own(challenger.motives).covert_utility(cut(world.surroundings(), cells))
    options = [np.zeros(len(cells)), np.broadcast_to(utility, len(cells))]
    precision = cells.own(world.values["choice.precision"])
    shocks = streams.gumbel(f"covert/{name}", step, at=cells.replicate)
    choice = choose(options, precision, shocks)
    if told is not None:
        made = int(choice[0])
        _tell(world, name, step, "act covertly", COVERTLY, options, shocks[:, 0], made)
        told["came_to"] = COVERTLY[made]
    acts[cells.point, cells.replicate] = choice == 1
    return acts


def _tell(
    world: World,
    name: str,
    step: int,
    decision: str,
    options: tuple[str, ...],
    utilities: list[Array],
    drawn: Array,
    choice: int,
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
        choice,
        list(drawn),
        threat=world.threat,
        tension=world.tension,
        **more,
    )
