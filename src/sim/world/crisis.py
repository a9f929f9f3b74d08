"""An overt attack and what follows: the call for help, the Council, the responses, the patron (model page 4.6).

Only the cells in a crisis are played; every rule is the one by which the crisis was anticipated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.world import council, patron, reputation, response
from sim.world.agents import OVERT
from sim.world.choice import choose, probabilities
from sim.world.foresight import Attack, covariates
from sim.world.outcomes import MANDATES, STRIKE
from sim.world.prospect import harm_if_asked
from sim.world.values import cut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.agents import Challenger, Guarantor
    from sim.world.environment import Surroundings
    from sim.world.values import Cells
    from sim.world.world import World

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Front:
    """One attacker's attack of one kind in one step, in the cells where it happens.

    Attributes:
        step: number of the step.
        attacker: who attacks.
        action: strike or campaign.
        cells: where.
        covered: where the treaty obliges the guarantors.
        now: what everybody sees there.
        with_patron: where a challenger and its patron attack in the same step, and so have joined.

    """

    step: int
    attacker: Challenger
    action: str
    cells: Cells
    covered: Flags
    now: Surroundings
    with_patron: Flags


@dataclass(frozen=True)
class Aid:
    """How the guarantors answered.

    Attributes:
        asked: where help was asked for.
        invoked: where Article 4 was invoked.
        mandate: 0 refused, 1 approved, -1 the Council was not asked.
        levels: level of each guarantor.
        harm: harm to the attacker from all of them.

    """

    asked: Flags
    invoked: Flags
    mandate: NDArray[np.int8]
    levels: dict[str, NDArray[np.int8]]
    harm: Array


def play(world: World, front: Front) -> None:
    """Play one crisis to its end and record it."""
    aid = _responses(world, front, _request(world, front))
    joined = _patron(world, front, aid)
    leader = aid.levels[world.roster.leader]
    great = joined | front.attacker.is_patron
    _record(world, front, aid, joined, clash=(leader == response.COMBAT) & great)
    _damage(world, front, joined)


def _request(world: World, front: Front) -> Flags:
    """The protégé asks for help, or not, by the harm it expects from its helpers."""
    protege, cells = world.protege, front.cells
    asked = world.forecasts.if_asked(protege, front.attacker, front.action, cells)
    severity = OVERT.index(front.action) + 1
    appeal = cut(protege.appeal(), cells)
    stake = cut(world.stakes[front.attacker.name], cells)
    hoped = harm_if_asked(asked, stake, front.now.threat, front.now.tension)
    utility = np.broadcast_to(appeal.utility(hoped, severity), len(cells))
    options = [np.zeros(len(cells)), utility]
    luck = cells.drawn(world.streams.gumbel("request", front.step))
    choice = choose(options, appeal.sharpness, luck)
    if world.log is not None:
        world.log.decision(
            "crisis",
            front.step,
            protege.name,
            "ask for help",
            ("stay silent", "ask"),
            options,
            probabilities(options, appeal.sharpness),
            int(choice[0]),
            covered=front.covered,
            expected_harm=hoped,
        )
    return np.asarray(choice == 1)


def _responses(world: World, front: Front, asked: Flags) -> Aid:
    """The Council votes where Article 4 was invoked; then every guarantor responds."""
    cells, step, values, streams = front.cells, front.step, world.values, world.streams
    invoked = asked & front.covered
    coefficients = cut(world.coefficients, cells)
    attack = Attack(
        deaths=cells.take(values[f"crisis.{front.action}.deaths"]),
        major=cells.take(front.attacker.major),
        member=cells.take(front.attacker.member),
        asked=asked,
        formal=invoked,
        covered=front.covered.astype(np.float64),
    )
    shock = coefficients.shock * cells.drawn(streams.normal("crisis shock", step))
    latents, active = {}, {}
    for guarantor in world.guarantors:
        ties = cells.take(guarantor.own(f"ties.{front.attacker.name}"))
        x = covariates(attack, ties, cells.take(guarantor.own("committed")), leads=guarantor.leads)
        resolve = cells.take(guarantor.own("resolve"))
        latents[guarantor.name] = response.latent(coefficients, resolve, attack.covered, x) + shock
        latents[guarantor.name] += cells.take(world.signals.tied[guarantor.name])
        active[guarantor.name] = np.broadcast_to(cells.take(guarantor.active), len(cells))
    rules = cut(world.council, cells)
    passed, free = _vote(world, front, latents, active, rules, coefficients.cutpoints[0], invoked)
    caution = cut(world.stakes[front.attacker.name], cells).caution(front.now.threat, front.now.tension)
    levels, harm = {}, np.zeros(len(cells))
    for guarantor in world.guarantors:
        y = latents[guarantor.name] + cells.drawn(streams.logistic(f"response/{guarantor.name}", step))
        own_way = ~invoked | free[guarantor.name]
        if guarantor.leads:
            drop = np.where(own_way, 0.0, rules.no_mandate)
            reached = response.level(y - drop, coefficients.cutpoints, caution)
        else:
            reached = council.capped(response.level(y, coefficients.cutpoints, np.zeros(())), free=own_way)
        reached = np.where(active[guarantor.name], reached, np.int8(0)).astype(np.int8)
        levels[guarantor.name] = reached
        harm = harm + response.harm(cells.take(guarantor.weight), reached, world.harms_at(cells))
        _tell_response(world, front, guarantor, latents[guarantor.name], reached, own_way)
    reputation.learn(world, front, attack, levels, {name: ~invoked | hand for name, hand in free.items()}, caution)
    mandate = np.where(invoked, passed.astype(np.int8), np.int8(-1)).astype(np.int8)
    return Aid(asked=asked, invoked=invoked, mandate=mandate, levels=levels, harm=harm)


def _vote(
    world: World,
    front: Front,
    latents: dict[str, Array],
    active: dict[str, Flags],
    rules: council.Rules,
    first_cutpoint: Array,
    invoked: Flags,
) -> tuple[Flags, dict[str, Flags]]:
    """The Council's decision, and who has a free hand by it; the leader speaks first."""
    cells, step = front.cells, front.step
    lead = council.pull(latents[world.roster.leader], first_cutpoint)
    passed = np.ones(len(cells), np.bool_)
    stances = {}
    for guarantor in world.guarantors:
        v = latents[guarantor.name] + cells.take(guarantor.dependence) * lead
        taken = council.stance(v + cells.drawn(world.streams.logistic(f"stance/{guarantor.name}", step)), rules)
        stances[guarantor.name] = taken
        passed = passed & (~active[guarantor.name] | (taken != council.OPPOSE))
        if world.log is not None and bool(invoked[0]) and bool(active[guarantor.name][0]):
            not_opposed, supports = council.chances(v, rules, np.ones(()))
            world.log.decision(
                "crisis",
                step,
                guarantor.name,
                "vote",
                council.STANCES,
                None,
                (1.0 - not_opposed, not_opposed - supports, supports),
                int(taken[0]),
                stance_latent=v,
            )
    if world.log is not None and bool(invoked[0]):
        world.log.fact("crisis", step, "Council decides", decision=MANDATES[int(passed[0])])
    return passed, {name: passed & (taken == council.SUPPORT) for name, taken in stances.items()}


def _tell_response(
    world: World, front: Front, guarantor: Guarantor, latent: Array, reached: NDArray[np.int8], own_way: Flags
) -> None:
    if world.log is not None:
        world.log.fact(
            "crisis",
            front.step,
            "response",
            actor=guarantor.name,
            level=response.LEVELS[int(reached[0])],
            latent=latent,
            free_hand=own_way,
            active=front.cells.take(guarantor.active),
        )


def _patron(world: World, front: Front, aid: Aid) -> Flags:
    """The attacker's patron holds back, defends or joins; it has joined where both attack in the same step."""
    backer = world.backer(front.attacker)
    if backer is None or backer.interests is None:
        return front.with_patron
    fights = (aid.levels[world.roster.leader] == response.COMBAT).astype(np.float64)
    interests = cut(backer.interests, front.cells)
    options = patron.utilities(interests, front.now.threat, front.now.tension, aid.harm, fights)
    options = [np.broadcast_to(option, len(front.cells)) for option in options]
    precision = front.cells.take(world.values["choice.precision"])
    luck = front.cells.drawn(world.streams.gumbel(f"patron/{backer.name}", front.step, 0, len(options)))
    choice = choose(options, precision, luck)
    if world.log is not None and not bool(front.with_patron[0]):
        world.log.decision(
            "crisis",
            front.step,
            backer.name,
            "back",
            patron.OPTIONS,
            options,
            probabilities(options, precision),
            int(choice[0]),
            harm=aid.harm,
            leader_in_combat=fights,
        )
    return np.asarray(front.with_patron | (choice == patron.JOIN))


def _record(world: World, front: Front, aid: Aid, joined: Flags, clash: Flags) -> None:
    """Write the crisis into the columns of its cells."""
    tally, cells = world.tally, front.cells
    at = (cells.point, cells.replicate)
    first = tally.first_step[at] < 0
    tally.attacks[at] += 1
    tally.first_step[at] = np.where(first, np.int16(front.step), tally.first_step[at])
    code = np.int8(world.roster.challengers.index(front.attacker.name))
    tally.first_attacker[at] = np.where(first, code, tally.first_attacker[at])
    tally.in_force_at_attack[at] = np.where(first, world.cover[at], tally.in_force_at_attack[at])
    tally.highest_action[at] = np.maximum(tally.highest_action[at], np.int8(STRIKE + OVERT.index(front.action)))
    tally.invoked[at] |= aid.invoked
    tally.mandate[at] = np.where(aid.mandate >= 0, aid.mandate, tally.mandate[at])
    for name, reached in aid.levels.items():
        tally.level[name][at] = np.maximum(tally.level[name][at], reached)
    tally.patron_joined[at] |= joined
    tally.clash[at] |= clash
    terms = cut(front.attacker.overt_terms[front.action], cells)
    own = terms.loss * front.now.defence + terms.retaliation * (front.now.missiles + 0.5 * front.now.proxies)
    tally.loss[front.attacker.name][at] += own + aid.harm
    if world.log is not None:
        world.log.fact(
            "crisis",
            front.step,
            "crisis ends",
            harm=aid.harm,
            patron_joined=joined,
            clash=clash,
        )


def _damage(world: World, front: Front, joined: Flags) -> None:
    """Setback of the programme and damage to the means of defence; felt after the month's crises."""
    cells, values = front.cells, world.values
    at = (cells.point, cells.replicate)
    spread = cells.take(values["crisis.setback_spread"])
    luck = cells.drawn(world.streams.uniform(f"setback/{front.attacker.name}", front.step)[0])
    factor = (1.0 + spread * (2.0 * luck - 1.0)) * np.where(joined, cells.take(values["crisis.joined_factor"]), 1.0)
    setback = np.minimum(1.0, cells.take(values[f"crisis.{front.action}.setback"]) * factor)
    damage = cells.take(values[f"crisis.{front.action}.damage"])
    world.threat[at] *= 1.0 - setback
    world.defence[at] *= 1.0 - damage
    world.missiles[at] *= 1.0 - damage
    world.tally.loss[world.protege.name][at] += setback + damage
    if world.log is not None:
        world.log.fact("aftermath", front.step, "damage", setback=setback, threat=world.threat[at], damage=damage)
