"""What follows the first exchange of a crisis: who goes on, who escalates, who rises, and when it ends (page 4.6).

After each exchange the attacker stops, goes on or escalates from a strike to a campaign: the utilities of an attack,
with the harm that the guarantors really do and the stance that the patron really took in place of what was expected,
against stopping at 0. A guarantor may rise one level where its latent, with a fresh shock of its own, allows; none
falls. The protégé replies anew. The crisis ends where the attacker stops and the protégé's last reply was no
escalation. A campaign that is still going on when the exchanges of a step are used up is carried into the next step,
where the attacker chooses again by the same rule.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.world import expectations, patron, reputation, response, retaliation
from sim.world.agents import OVERT
from sim.world.challenge import nested
from sim.world.choice import choose, probabilities
from sim.world.foresight import Attack
from sim.world.outcomes import STRIKE
from sim.world.prospect import Prospect
from sim.world.values import Cells, cut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.agents import Challenger
    from sim.world.environment import Surroundings
    from sim.world.world import World

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Codes = NDArray[np.int8]

WAR = len(OVERT)
"""Severity of a campaign."""


@dataclass
class War:
    """A crisis while it lasts, in the cells where it is fought; everything of the shape (cells,).

    Attributes:
        step: number of the step.
        attacker: who attacks.
        cells: where.
        severity: 1 strike, 2 campaign: the attacker's action now.
        asked: where help was asked for.
        invoked: where Article 4 was invoked.
        covered: 1 where the treaty obliged the guarantors when it began, else 0.
        levels: level of each guarantor.
        free: where each acts with a free hand.
        shock: the shock that all guarantors share in this crisis.
        stance: the patron's: 0 holds back, 1 defends, 2 has joined.
        harm: harm that the guarantors do.
        counted: the part of it that is written down already.
        reply: the protégé's last reply.
        live: where the crisis goes on.
        going: where the attacker has not stopped.
        fought: exchanges in this step so far.

    """

    step: int
    attacker: Challenger
    cells: Cells
    severity: Codes
    asked: Flags
    invoked: Flags
    covered: Array
    levels: dict[str, Codes]
    free: dict[str, Flags]
    shock: Array
    stance: Codes
    harm: Array
    counted: Array
    reply: Codes
    live: Flags
    going: Flags
    fought: NDArray[np.int16]

    @property
    def at(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Index of the cells in a column of the batch."""
        return self.cells.point, self.cells.replicate

    def clash(self, leader: str) -> Flags:
        """Where the leader fights a great power: the attacker's patron, or the attacker as one."""
        great = (self.stance == patron.JOIN) | self.attacker.is_patron
        return np.asarray((self.levels[leader] == response.COMBAT) & great)

    def kept(self, mask: Flags) -> War:
        """The war in some of its cells."""
        return replace(self, **{field.name: _kept(getattr(self, field.name), mask) for field in fields(self)})


def _kept(thing: Any, mask: Flags) -> Any:
    if isinstance(thing, Cells):
        return Cells(thing.point[mask], thing.replicate[mask])
    if isinstance(thing, dict):
        return {name: part[mask] for name, part in thing.items()}
    return thing[mask] if isinstance(thing, np.ndarray) else thing


def fight(world: World, war: War, first: int) -> None:
    """Play the exchanges of this step from number `first` on (0 for a campaign carried over), then settle."""
    limit = world.exchanges[war.cells.point, 0]
    for exchange in range(first, int(world.exchanges.max())):
        live = war.live & (exchange < limit)
        if not live.any():
            break
        _exchange(world, war, exchange, live)
    _settle(world, war, carried=war.live & war.going & (war.severity == WAR) & (limit > 1))


def _exchange(world: World, war: War, exchange: int, live: Flags) -> None:
    """One exchange, in the cells where the crisis is `live`."""
    now = cut(world.surroundings(), war.cells)
    goes, chosen = _go_on(world, war, exchange, now)
    goes = goes & live
    new = goes & (chosen > war.severity)
    war.severity = np.where(goes, chosen, war.severity).astype(np.int8)
    on = live & (goes | (war.reply == retaliation.ESCALATE))
    war.going, war.live = np.where(live, goes, war.going), np.where(live, on, war.live)
    war.fought = (war.fought + on).astype(np.int16)
    if not on.any():
        return
    _rise(world, war, exchange, on, now)
    share = np.where(new, 1.0, war.cells.take(world.values["crisis.further"]))
    damage(world, war, exchange, np.where(goes, share, 0.0))
    reply(world, war, exchange, on, now, goes)


def options(world: World, war: War, now: Surroundings) -> list[Array]:
    """Utilities of going on by a strike and by a campaign, on what is known; stopping is 0, no campaign turns back."""
    cells, attacker = war.cells, war.attacker
    backer = world.backer(attacker)
    held = np.zeros(len(cells)) if backer is None else -cells.take(backer.own("patron.veto"))
    stances = np.where(war.stance == patron.DEFEND, 0.5, held)
    backing = np.where(war.stance == patron.JOIN, 1.0, stances) if backer is not None else held
    clash = war.clash(world.roster.leader).astype(np.float64)
    temper, cover = cut(world.temper, cells), world.cover[war.at].astype(np.float64)
    known = []
    for severity in range(1, WAR + 1):
        reply = temper.expected(np.asarray(float(severity)), cover, retaliation.backed(war.harm))
        follows = Prospect(
            harm=war.harm,
            backing=backing,
            clash=clash,
            asked=war.asked.astype(np.float64),
            harm_if_asked=war.harm,
            mandate=np.zeros(()),
            leader=(np.zeros(()), np.zeros(()), np.zeros(())),
            reply=reply,
        )
        known.append(follows)
    worth = cut(attacker.motives, cells).overt_utilities(now, known)
    return [np.where(war.severity > severity, -np.inf, utility) for severity, utility in enumerate(worth, start=1)]


def _go_on(world: World, war: War, exchange: int, now: Surroundings) -> tuple[Flags, Codes]:
    """Where the attacker goes on, and by which action: two stages, as at first."""
    cells, name = war.cells, war.attacker.name
    precision = cells.take(world.values["choice.precision"])
    worth = options(world, war, now)
    overt, shares = nested(worth, precision)
    first = [np.zeros(len(cells)), np.broadcast_to(overt, len(cells))]
    streams, at = world.streams, cells.replicate
    stage = choose(first, precision, streams.gumbel(f"go on/{name}", war.step, exchange, at=at))
    how = streams.gumbel(f"go on how/{name}", war.step, exchange, len(OVERT), at)
    kind = choose(worth, precision, how) + np.int8(1)
    if world.log is not None and bool(war.live[0]):
        odds = probabilities(first, precision)
        world.log.decision(
            "crisis",
            war.step,
            name,
            "go on or stop",
            ("stop", "go on"),
            first,
            odds,
            int(stage[0]),
            exchange=exchange,
            harm=war.harm,
        )
        if bool(stage[0] == 1):
            world.log.decision("crisis", war.step, name, "go on by", OVERT, worth, shares, int(kind[0] - 1))
    return np.asarray(stage == 1), kind.astype(np.int8)


def _rise(world: World, war: War, exchange: int, on: Flags, now: Surroundings) -> None:
    """A guarantor rises by at most one level where its latent, with a fresh shock of its own, is above its level."""
    cells, values = war.cells, world.values
    deaths = [cells.take(values[f"crisis.{action}.deaths"]) for action in OVERT]
    attack = Attack(
        deaths=np.where(war.severity == WAR, deaths[1], deaths[0]),
        major=cells.take(war.attacker.major),
        member=cells.take(war.attacker.member),
        asked=war.asked,
        formal=war.invoked,
        covered=war.covered,
        kind=cells.take(war.attacker.attacker_kind),
    )
    coefficients, name = cut(world.coefficients, cells), war.attacker.name
    rules = expectations.council_at(world, cells, war.attacker, OVERT[0])
    caution = cut(world.stakes[name], cells).caution(now.threat, now.tension)
    sight = reputation.Sight(war.step, name, attack, rules, caution, war.free)
    harm = np.zeros(len(cells))
    for guarantor in world.guarantors:
        before = war.levels[guarantor.name]
        free = war.free[guarantor.name]
        luck = world.streams.logistic(f"response/{guarantor.name}", war.step, exchange, cells.replicate)
        y = guarantor.latent(coefficients, attack, name, cells) + war.shock + luck
        reached = guarantor.level(y, coefficients.cutpoints, free, rules.no_mandate, caution, cells)
        rises = on & (reached > before)
        war.levels[guarantor.name] = (before + rises).astype(np.int8)
        reputation.learn_from_rise(world, sight, guarantor, before, rises, on, cells)
        harm = harm + response.harm(cells.take(guarantor.weight), war.levels[guarantor.name], world.harms_at(cells))
        if world.log is not None and bool(rises[0]):
            level = response.LEVELS[int(war.levels[guarantor.name][0])]
            world.log.fact("crisis", war.step, "rises", actor=guarantor.name, level=level, exchange=exchange)
    war.harm = np.asarray(harm)


def damage(world: World, war: War, exchange: int, share: Array) -> None:
    """Setback of the programme and damage to the means of defence by one exchange of `share` of the action's size."""
    cells, values, at = war.cells, world.values, war.at
    spread = cells.take(values["crisis.setback_spread"])
    luck = world.streams.uniform(f"setback/{war.attacker.name}", war.step, exchange, at=cells.replicate)[0]
    joined = np.where(war.stance == patron.JOIN, cells.take(values["crisis.joined_factor"]), 1.0)
    factor = (1.0 + spread * (2.0 * luck - 1.0)) * joined * share
    mean, hurt = (_by_severity(world, war, what) for what in ("setback", "damage"))
    setback, hurt = np.minimum(1.0, mean * factor), hurt * share
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
            setback=setback,
            threat=world.threat[at],
            damage=hurt,
        )


def _by_severity(world: World, war: War, what: str) -> Array:
    strike, campaign = (war.cells.take(world.values[f"crisis.{action}.{what}"]) for action in OVERT)
    return np.asarray(np.where(war.severity == WAR, campaign, strike))


def reply(world: World, war: War, exchange: int, on: Flags, now: Surroundings, attacked: Flags) -> None:
    """The protégé replies where the exchange is fought (`on`); the attacker bears the reply and its own losses."""
    cells = war.cells
    temper, cover = cut(world.temper, cells), world.cover[war.at].astype(np.float64)
    weighed = temper.utilities(war.severity.astype(np.float64), cover, retaliation.backed(war.harm))
    weighed = [np.broadcast_to(option, len(cells)) for option in weighed]
    luck = world.streams.gumbel("retaliation", war.step, exchange, len(retaliation.REPLIES), cells.replicate)
    chosen = choose(weighed, temper.precision, luck)
    war.reply = np.where(on, chosen, war.reply).astype(np.int8)
    terms = cut(war.attacker.motives.overt, cells)
    campaign = war.severity == WAR
    loss = np.where(campaign, terms[1].loss, terms[0].loss) * now.defence * attacked
    hurt = np.where(campaign, terms[1].retaliation, terms[0].retaliation) * (now.missiles + 0.5 * now.proxies)
    world.tally.loss[war.attacker.name][war.at] += np.where(on, loss + hurt * temper.cost(chosen), 0.0)
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
            exchange=exchange,
            harm=war.harm,
        )


def _settle(world: World, war: War, carried: Flags) -> None:
    """Write what the exchanges of this step came to, and what outlasts them."""
    tally, at = world.tally, war.at
    tally.exchanges[at] += war.fought
    tally.highest_action[at] = np.maximum(tally.highest_action[at], (war.severity + (STRIKE - 1)).astype(np.int8))
    peak = np.zeros(len(war.cells), np.int8)
    for name, reached in war.levels.items():
        tally.level[name][at] = np.maximum(tally.level[name][at], reached)
        peak = np.maximum(peak, reached)
    clash = war.clash(world.roster.leader) & (war.fought > 0)
    tally.patron_joined[at] |= (war.stance == patron.JOIN) & (war.fought > 0)
    tally.clash[at] |= clash
    tally.loss[war.attacker.name][at] += war.harm - war.counted
    war.counted = war.harm
    world.campaigning[war.attacker.name][at] = carried
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
    chance = cells.take(world.values["crisis.suspend"])
    leaves = abandoned & (world.streams.uniform("suspension", war.step, at=cells.replicate)[0] < chance)
    if leaves.any():
        world.suspended[at] |= leaves
        world.cover[at] &= ~leaves
        world.tally.suspended_step[at] = np.where(leaves, np.int16(war.step), world.tally.suspended_step[at])
    if world.log is not None and bool(abandoned[0]):
        choice = int(leaves[0])
        named = ("stay", "suspend")
        world.log.decision(
            "crisis", war.step, world.protege.name, "stay in", named, None, (1.0 - chance, chance), choice
        )


def resume(world: World, step: int, joining: dict[str, Flags]) -> Flags:
    """Go on with the campaigns carried over; where they do go on, a fresh attack of another is part of them.

    Args:
        world: the world.
        step: number of the step.
        joining: for each attacker, where its patron (or the one it is patron of) attacks anew in this step.

    Returns:
        Where a campaign carried over is fought in this step, shape (points, replicates).

    """
    fought = np.zeros(world.shape, np.bool_)
    carried, world.wars = world.wars, []
    for war in carried:
        before = war.stance
        joins = joining[war.attacker.name][war.at]
        war.step, war.fought = step, np.zeros(len(war.cells), np.int16)
        war.stance = np.where(joins, patron.JOIN, before).astype(np.int8)
        if world.log is not None:
            world.log.fact("crisis", step, "campaign of the month before", actor=war.attacker.name)
        fight(world, war, 0)
        fought[war.at] = war.fought > 0
    return fought
