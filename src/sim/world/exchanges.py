"""What follows the first exchange of a crisis: who goes on, escalates or rises, and when it ends (model page 7.6).

After each exchange the attacker stops, goes on or escalates from a strike to a campaign: the utilities of an attack,
with the harm that the guarantors really do and the stance that the patron really took in place of what was expected,
against stopping at 0. Where the attacker escalates a guarantor may rise by one level: its latent is higher against a
campaign, and its shocks stay those of the crisis, as the fit has them; none falls. The protégé replies anew. The
crisis ends where the attacker stops and the protégé's last reply was no escalation. A campaign that is still going on
when the exchanges of a step are used up is carried into the next step, where the attacker chooses again by the same
rule.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.world import expectations, patron, response, retaliation
from sim.world.assault import EITHER, OVERT, Assault, picked
from sim.world.challenge import nested
from sim.world.choice import choose, probabilities
from sim.world.outcomes import STRIKE
from sim.world.prospect import Prospect
from sim.world.values import Cells, cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.world.environment import Surroundings
    from sim.world.world import World

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Codes = NDArray[np.int8]

WAR = len(OVERT)
"""Severity of a campaign."""


@dataclass
class War:
    """Crises while they last, one an entry, at most one a cell.

    Attributes:
        step: number of the step.
        assault: who attacks and where, and by which action now.
        asked: where help was asked for.
        invoked: where Article 4 was invoked.
        covered: where the treaty obliged the guarantors when it began.
        levels: level of each guarantor.
        free: where each acts with a free hand.
        shocks: what the crisis adds to each guarantor's latent.
        stance: the patron's: 0 holds back, 1 defends, 2 has joined.
        harm: harm that the guarantors do.
        counted: the part of it that is written down already.
        reply: the protégé's last reply.
        live: where the crisis goes on.
        going: where the attacker has not stopped.
        fought: exchanges in this step so far.

    """

    step: int
    assault: Assault
    asked: Flags
    invoked: Flags
    covered: Flags
    levels: dict[str, Codes]
    free: dict[str, Flags]
    shocks: dict[str, Array]
    stance: Codes
    harm: Array
    counted: Array
    reply: Codes
    live: Flags
    going: Flags
    fought: NDArray[np.int16]

    @property
    def cells(self) -> Cells:
        """Where."""
        return self.assault.cells

    @property
    def attacker(self) -> Codes:
        """Who attacks, an index into the challengers."""
        return self.assault.attacker

    @property
    def severity(self) -> Codes:
        """The attacker's action now: 1 strike, 2 campaign."""
        return self.assault.severity

    @property
    def at(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Index of the cells in a column of the batch."""
        return self.cells.point, self.cells.replicate

    def clash(self, leader: str, great: Array) -> Flags:
        """Where the leader fights a great power: the attacker's patron, or the attacker as one (`great`)."""
        return np.asarray((self.levels[leader] == response.COMBAT) & ((self.stance == patron.JOIN) | (great > 0.0)))

    def kept(self, mask: Flags) -> War:
        """The crises in some of the cells."""
        return replace(self, **{field.name: _kept(getattr(self, field.name), mask) for field in fields(self)})


def _kept(thing: Any, mask: Flags) -> Any:
    if isinstance(thing, Assault):
        return thing.of(mask)
    if isinstance(thing, dict):
        return {name: part[mask] for name, part in thing.items()}
    return thing[mask] if isinstance(thing, np.ndarray) else thing


def fight(world: World, war: War) -> None:
    """Play the exchanges of this step that follow the first, then settle."""
    limit = world.exchanges[war.cells.point, 0]
    for exchange in range(1, int(world.exchanges.max())):
        live = war.live & (exchange < limit)
        if not live.any():
            break
        _exchange(world, war, exchange, live)
    _settle(world, war)


def _exchange(world: World, war: War, exchange: int, live: Flags) -> None:
    """One exchange, in the cells where the crisis is `live`."""
    now = cut(world.surroundings(), war.cells)
    goes, chosen = _go_on(world, war, exchange, now)
    goes = goes & live
    new = goes & (chosen > war.severity)
    war.assault = war.assault.by_action(np.where(goes, chosen, war.severity).astype(np.int8))
    on = live & (goes | (war.reply == retaliation.ESCALATE))
    war.going, war.live = np.where(live, goes, war.going), np.where(live, on, war.live)
    war.fought = (war.fought + on).astype(np.int16)
    if not on.any():
        return
    if new.any():
        _rise(world, war, exchange, np.flatnonzero(new))
    share = np.where(new, 1.0, war.cells.own(world.values["crisis.further"]))
    damage(world, war, exchange, np.where(goes, share, 0.0))
    reply(world, war, exchange, on, now, goes)


def options(world: World, war: War, now: Surroundings) -> list[Array]:
    """Utilities of going on by a strike and by a campaign, on what is known; stopping is 0, no campaign turns back."""
    cells, assault = war.cells, war.assault
    stake, veto = assault.of_attacker(world.stakes), assault.of_attacker(world.vetoes)
    stances = np.where(war.stance == patron.DEFEND, 0.5, -veto)
    backing = np.where(stake.backed > 0.0, np.where(war.stance == patron.JOIN, 1.0, stances), 0.0)
    temper, cover = cells.own(world.temper), world.cover[war.at].astype(np.float64)
    nothing = np.zeros(())
    follows = Prospect(
        harm=war.harm,
        backing=backing,
        clash=war.clash(world.roster.leader, stake.great).astype(np.float64),
        asked=war.asked.astype(np.float64),
        harm_if_asked=war.harm,
        mandate=nothing,
        leader=(nothing, nothing, nothing),
        reply=temper.expected(EITHER.astype(np.float64), cover, retaliation.backed(war.harm)),
    )
    motives = assault.of_attacker(world.motives)
    worth = np.broadcast_to(motives.overt_utility(EITHER, now, follows), (WAR, len(cells)))
    return list(np.where(war.severity > EITHER, -np.inf, worth))


def _go_on(world: World, war: War, exchange: int, now: Surroundings) -> tuple[Flags, Codes]:
    """Where the attacker goes on, and by which action: two stages, as at first."""
    cells, streams = war.cells, world.streams
    precision = cells.own(world.values["choice.precision"])
    worth = options(world, war, now)
    overt, shares = nested(worth, precision)
    first = [np.zeros(len(cells)), np.broadcast_to(overt, len(cells))]
    luck = war.assault.luck(world, lambda name, at: streams.gumbel(f"go on/{name}", war.step, exchange, at=at))
    stage = choose(first, precision, luck)
    how = war.assault.luck(
        world, lambda name, at: streams.gumbel(f"go on how/{name}", war.step, exchange, len(OVERT), at)
    )
    kind = choose(worth, precision, how) + np.int8(1)
    if world.log is not None and bool(war.live[0]):
        odds, name = probabilities(first, precision), world.challengers[war.attacker[0]].name
        named, made = ("stop", "go on"), int(stage[0])
        known: dict[str, Any] = {"exchange": exchange, "harm": war.harm}
        drawn = list(luck[:, 0])
        world.log.decision("crisis", war.step, name, "go on or stop", named, first, odds, made, drawn, **known)
        if made == 1:
            drawn, by = list(how[:, 0]), int(kind[0] - 1)
            world.log.decision("crisis", war.step, name, "go on by", OVERT, worth, shares, by, drawn)
    return np.asarray(stage == 1), kind.astype(np.int8)


def _rise(world: World, war: War, exchange: int, new: NDArray[np.intp]) -> None:
    """Where the attacker has escalated a guarantor rises by at most one level, if its latent is above its level now."""
    assault = war.assault.of(new)
    cells, now = assault.cells, cut(world.surroundings(), assault.cells)
    attack = expectations.attack_on(world, assault, war.asked[new], war.invoked[new], war.covered[new])
    coefficients = cells.own(world.coefficients)
    no_mandate = cells.own(world.council.no_mandate)
    caution = assault.of_attacker(world.stakes).caution(now.threat, now.tension)
    harm = np.zeros(len(cells))
    for guarantor in world.guarantors:
        name, before = guarantor.name, war.levels[guarantor.name][new]
        y = guarantor.latent(world, coefficients, attack, assault) + war.shocks[name][new]
        reached = guarantor.level(y, coefficients.cutpoints, war.free[name][new], no_mandate, caution, cells)
        rises = reached > before
        war.levels[name] = war.levels[name].copy()
        war.levels[name][new] += rises
        harm = harm + response.harm(cells.own(guarantor.weight), war.levels[name][new], world.harms_at(cells))
        if world.log is not None and bool(rises[0]):
            level = response.LEVELS[int(war.levels[name][0])]
            known = {"exchange": exchange, "latent": y - war.shocks[name][new], "drawn": war.shocks[name][new]}
            world.log.fact("crisis", war.step, "rises", actor=name, level=level, **known)
    war.harm = war.harm.copy()
    war.harm[new] = harm


def damage(world: World, war: War, exchange: int, share: Array) -> None:
    """Setback of the programme and damage to the means of defence by one exchange of `share` of the action's size."""
    cells, values, at, assault, streams = war.cells, world.values, war.at, war.assault, world.streams
    spread = cells.own(values["crisis.setback_spread"])
    luck = assault.luck(world, lambda name, at: streams.uniform(f"setback/{name}", war.step, exchange, at=at))[0]
    joined = np.where(war.stance == patron.JOIN, cells.own(values["crisis.joined_factor"]), 1.0)
    factor = (1.0 + spread * (2.0 * luck - 1.0)) * joined * share
    setback = np.minimum(1.0, assault.of_action(world.setbacks) * factor)
    hurt = assault.of_action(world.damages) * share
    world.threat[at] *= 1.0 - setback
    world.defence[at] *= 1.0 - hurt
    world.missiles[at] *= 1.0 - hurt
    world.tally.loss[world.protege.name][at] += setback + hurt
    if world.log is not None and bool(share[0] > 0.0):
        world.log.fact(
            "crisis",
            war.step,
            "damage",
            exchange=exchange,
            action=OVERT[int(war.severity[0]) - 1],
            drawn=luck,
            setback=setback,
            threat=world.threat[at],
            damage=hurt,
        )


def reply(world: World, war: War, exchange: int, on: Flags, now: Surroundings, attacked: Flags) -> None:
    """The protégé replies where the exchange is fought (`on`); the attacker bears the reply and its own losses."""
    cells = war.cells
    temper, cover = cells.own(world.temper), world.cover[war.at].astype(np.float64)
    weighed = temper.utilities(war.severity.astype(np.float64), cover, retaliation.backed(war.harm))
    weighed = [np.broadcast_to(option, len(cells)) for option in weighed]
    luck = world.streams.gumbel("retaliation", war.step, exchange, len(retaliation.REPLIES), cells.replicate)
    chosen = choose(weighed, temper.precision, luck)
    war.reply = np.where(on, chosen, war.reply).astype(np.int8)
    terms = picked(war.assault.of_attacker(world.overt_terms), war.severity - 1)
    loss = terms.loss * now.defence * attacked
    hurt = terms.retaliation * (now.missiles + 0.5 * now.proxies)
    _lose(world, war, np.where(on, loss + hurt * temper.cost(chosen), 0.0))
    if world.log is not None and bool(on[0]):
        world.log.decision(
            "crisis",
            war.step,
            world.protege.name,
            "retaliate",
            retaliation.REPLIES,
            weighed,
            probabilities(weighed, temper.precision),
            int(chosen[0]),
            list(luck[:, 0]),
            exchange=exchange,
            harm=war.harm,
        )


def _lose(world: World, war: War, loss: Array) -> None:
    """Add to what the attackers have lost."""
    for code, challenger in enumerate(world.challengers):
        mine = war.attacker == code
        world.tally.loss[challenger.name][war.cells.point[mine], war.cells.replicate[mine]] += loss[mine]


def _settle(world: World, war: War) -> None:
    """Write what the exchanges of this step came to, and what outlasts them."""
    tally, at = world.tally, war.at
    carried = war.live & war.going & (war.severity == WAR) & (world.exchanges[war.cells.point, 0] > 1)
    tally.exchanges[at] += war.fought
    tally.highest_action[at] = np.maximum(tally.highest_action[at], (war.severity + (STRIKE - 1)).astype(np.int8))
    peak = np.zeros(len(war.cells), np.int8)
    for name, reached in war.levels.items():
        tally.level[name][at] = np.maximum(tally.level[name][at], reached)
        peak = np.maximum(peak, reached)
    great = war.assault.of_attacker(world.stakes).great
    clash = war.clash(world.roster.leader, great) & (war.fought > 0)
    tally.patron_joined[at] |= (war.stance == patron.JOIN) & (war.fought > 0)
    tally.clash[at] |= clash
    _lose(world, war, war.harm - war.counted)
    war.counted = war.harm
    for code, challenger in enumerate(world.challengers):
        mine = war.attacker == code
        world.campaigning[challenger.name][war.cells.point[mine], war.cells.replicate[mine]] = carried[mine]
    world.fired_first[at] = np.where(war.reply == retaliation.ESCALATE, 1.0, world.fired_first[at])
    _suspend(world, war, ~carried & war.invoked & (peak < response.AID))
    if carried.any():
        world.wars.append(war.kept(carried))
    if world.log is not None:
        ended = "campaign carries over" if bool(carried[0]) else "crisis ends"
        joined = war.stance == patron.JOIN
        world.log.fact(
            "crisis", war.step, ended, exchanges=war.fought, harm=war.harm, patron_joined=joined, clash=clash
        )


def _suspend(world: World, war: War, abandoned: Flags) -> None:
    """An ally that invoked and was aided by nobody may suspend its membership, as Armenia did: cover ends."""
    cells, at = war.cells, war.at
    chance = cells.own(world.values["crisis.suspend"])
    luck = world.streams.uniform("suspension", war.step, at=cells.replicate)[0]
    leaves = abandoned & (luck < chance)
    if leaves.any():
        world.suspended[at] |= leaves
        world.cover[at] &= ~leaves
        world.tally.suspended_step[at] = np.where(leaves, np.int16(war.step), world.tally.suspended_step[at])
    if world.log is not None and bool(abandoned[0]):
        name, choice = world.protege.name, int(leaves[0])
        named, odds = ("stay", "suspend"), (1.0 - chance, chance)
        world.log.decision("crisis", war.step, name, "stay in", named, None, odds, choice, uniform_drawn=luck)


def resume(world: World, step: int, joining: Flags) -> War | None:
    """Play the first exchange of the campaigns carried over; a fresh attack of another is part of one that goes on.

    Args:
        world: the world.
        step: number of the step.
        joining: for each attacker, on the first axis, where its patron (or the one it is patron of) attacks anew in
            this step.

    Returns:
        The campaigns that go on, for the further exchanges of the step; None if there are none.

    """
    if not world.wars:
        return None
    war, world.wars = together(world.wars), []
    war.step, war.fought = step, np.zeros(len(war.cells), np.int16)
    war.stance = np.where(war.assault.of_attacker(joining), patron.JOIN, war.stance).astype(np.int8)
    if world.log is not None:
        name = world.challengers[war.attacker[0]].name
        world.log.fact("crisis", step, "campaign of the month before", actor=name)
    _exchange(world, war, 0, war.live)
    goes_on = war.fought > 0
    if not goes_on.all():
        _settle(world, war.kept(~goes_on))
    return war.kept(goes_on) if goes_on.any() else None


def together(wars: Sequence[War]) -> War:
    """Crises of several beginnings as one."""
    first = wars[0]
    if len(wars) == 1:
        return first
    return replace(
        first, **{field.name: _joined([getattr(war, field.name) for war in wars]) for field in fields(first)}
    )


def _joined(things: Sequence[Any]) -> Any:
    first = things[0]
    if isinstance(first, Assault):
        cells = Cells(
            np.concatenate([thing.cells.point for thing in things]),
            np.concatenate([thing.cells.replicate for thing in things]),
        )
        attacker, severity = (np.concatenate([getattr(t, n) for t in things]) for n in ("attacker", "severity"))
        return Assault(cells, attacker, severity)
    if isinstance(first, dict):
        return {name: np.concatenate([thing[name] for thing in things]) for name in first}
    return np.concatenate(things) if isinstance(first, np.ndarray) else first
