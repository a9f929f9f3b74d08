"""An overt attack and what follows: the call for help, the Council, the responses, the patron (model page 4.6).

Only the cells in a crisis are played; every rule is the one by which the crisis was anticipated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.world import council, exchanges, expectations, patron, reputation, response, voting
from sim.world.agents import OVERT
from sim.world.choice import choose, probabilities
from sim.world.foresight import Attack
from sim.world.outcomes import MANDATES, STRIKE
from sim.world.prospect import harm_if_asked
from sim.world.sessions import in_time
from sim.world.values import Cells, cut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sim.world.agents import Challenger, Guarantor
    from sim.world.environment import Surroundings
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
        council_days: days from request to the Council's decision, -1 where it was not asked.
        levels: level of each guarantor.
        harm: harm to the attacker from all of them.
        free: where each acts with a free hand.
        shock: the shock that all share.

    """

    asked: Flags
    invoked: Flags
    mandate: NDArray[np.int8]
    council_days: NDArray[np.int16]
    levels: dict[str, NDArray[np.int8]]
    harm: Array
    free: dict[str, Flags]
    shock: Array


def break_out(world: World, step: int, actions: Mapping[str, NDArray[np.int8]]) -> None:
    """Play the overt attacks of a step; two attackers in one step make one crisis, begun by the higher action.

    Args:
        world: the world.
        step: number of the step.
        actions: overt action of each challenger, 0 none, 1 strike, 2 campaign.

    """
    at_war = exchanges.resume(world, step, {c.name: _allied(world, c, actions) for c in world.challengers})
    actions = {name: np.where(at_war, np.int8(0), chosen) for name, chosen in actions.items()}
    highest = np.zeros(world.shape, np.int8)
    for chosen in actions.values():
        highest = np.maximum(highest, chosen)
    begun = np.zeros(world.shape, np.bool_)
    for challenger in world.challengers:
        begins = (actions[challenger.name] == highest) & (highest > 0) & ~begun
        begun |= begins
        together = _allied(world, challenger, actions)
        for severity, action in enumerate(OVERT, start=1):
            cells = Cells.where(begins & (highest == severity))
            if len(cells):
                now, covered = cut(world.surroundings(), cells), cells.full(world.obliged)
                play(world, Front(step, challenger, action, cells, covered, now, cells.take(together)))


def _allied(world: World, challenger: Challenger, actions: Mapping[str, NDArray[np.int8]]) -> Flags:
    """Where the patron of a challenger, or one it is patron of, attacks in the same step."""
    together = np.zeros(world.shape, np.bool_)
    for other in world.challengers:
        if other is world.backer(challenger) or challenger is world.backer(other):
            together = together | (actions[other.name] > 0)
    return together


def play(world: World, front: Front) -> None:
    """Play one crisis to its end and record it."""
    aid = _responses(world, front, _request(world, front))
    stance = _patron(world, front, aid)
    _record(world, front, aid)
    war = _war(front, aid, stance)
    whole = np.ones(len(front.cells))
    exchanges.damage(world, war, 0, whole)
    exchanges.reply(world, war, 0, war.live, front.now, war.live)
    exchanges.fight(world, war, 1)


def _war(front: Front, aid: Aid, stance: NDArray[np.int8]) -> exchanges.War:
    """The crisis after the first answers to it."""
    everywhere = np.ones(len(front.cells), np.bool_)
    return exchanges.War(
        step=front.step,
        attacker=front.attacker,
        cells=front.cells,
        severity=np.full(len(front.cells), OVERT.index(front.action) + 1, np.int8),
        asked=aid.asked,
        invoked=aid.invoked,
        covered=front.covered.astype(np.float64),
        levels=aid.levels,
        free=aid.free,
        shock=aid.shock,
        stance=stance,
        harm=aid.harm,
        counted=np.zeros(len(front.cells)),
        reply=np.zeros(len(front.cells), np.int8),
        live=everywhere,
        going=everywhere,
        fought=everywhere.astype(np.int16),
    )


def _request(world: World, front: Front) -> Flags:
    """The protégé asks for help, or not, by the harm it expects from its helpers."""
    protege, cells = world.protege, front.cells
    eyes = expectations.eyes_of(world, protege, cells)
    asked = expectations.forecast_of(
        world, eyes, front.attacker, front.action, cells, asked=True, obliged=front.covered
    )
    severity = OVERT.index(front.action) + 1
    appeal = cut(protege.appeal(), cells)
    stake = cut(world.stakes[front.attacker.name], cells)
    hoped = harm_if_asked(asked, stake, front.now.threat, front.now.tension)
    utility = np.broadcast_to(appeal.utility(hoped, severity), len(cells))
    options = [np.zeros(len(cells)), utility]
    choice = choose(options, appeal.sharpness, world.streams.gumbel("request", front.step, at=cells.replicate))
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
    cells, step = front.cells, front.step
    invoked = asked & front.covered
    coefficients = cut(world.coefficients, cells)
    attack = _attack(world, front, asked, invoked)
    shock = coefficients.shock * world.streams.normal("crisis shock", step, at=cells.replicate)
    latents = {g.name: g.latent(coefficients, attack, front.attacker.name, cells) + shock for g in world.guarantors}
    rules = expectations.council_at(world, cells, front.attacker, front.action)
    sits = invoked & rules.decides
    passed, days, hands = _vote(world, front, latents, rules, coefficients.cutpoints[0], sits)
    free = {name: ~sits | hand for name, hand in hands.items()}
    caution = cut(world.stakes[front.attacker.name], cells).caution(front.now.threat, front.now.tension)
    levels, harm = {}, np.zeros(len(cells))
    for guarantor in world.guarantors:
        name = guarantor.name
        y = latents[name] + world.streams.logistic(f"response/{name}", step, at=cells.replicate)
        levels[name] = guarantor.level(y, coefficients.cutpoints, free[name], rules.no_mandate, caution, cells)
        harm = harm + response.harm(cells.take(guarantor.weight), levels[name], world.harms_at(cells))
        _tell_response(world, front, guarantor, latents[name], levels[name], free[name])
    sight = reputation.Sight(step, front.attacker.name, attack, rules, caution, free)
    reputation.learn_from_answers(world, sight, levels, cells)
    return Aid(
        asked=asked,
        invoked=invoked,
        mandate=np.where(sits, passed.astype(np.int8), np.int8(-1)).astype(np.int8),
        council_days=np.where(sits, np.floor(days), -1.0).astype(np.int16),
        levels=levels,
        harm=harm,
        free=free,
        shock=shock,
    )


def _attack(world: World, front: Front, asked: Flags, invoked: Flags) -> Attack:
    """The attack as guarantors judge it."""
    cells = front.cells
    return Attack(
        deaths=cells.take(world.values[f"crisis.{front.action}.deaths"]),
        major=cells.take(front.attacker.major),
        member=cells.take(front.attacker.member),
        asked=asked,
        formal=invoked,
        covered=front.covered.astype(np.float64),
        kind=cells.take(front.attacker.attacker_kind),
    )


def _vote(
    world: World,
    front: Front,
    latents: dict[str, Array],
    rules: council.Rules,
    first_cutpoint: Array,
    sits: Flags,
) -> tuple[Flags, Array, dict[str, Flags]]:
    """The Council's decision, its day, and who has a free hand by it; the leader speaks first."""
    cells, step, streams = front.cells, front.step, world.streams
    lead = council.pull(latents[world.roster.leader], first_cutpoint)
    stances, odds, active = {}, [], {}
    for guarantor in world.guarantors:
        v = latents[guarantor.name] + cells.take(guarantor.dependence) * lead
        luck = streams.logistic(f"stance/{guarantor.name}", step, at=cells.replicate)
        taken = council.stance(v + luck, rules)
        stances[guarantor.name] = taken
        active[guarantor.name] = cells.full(guarantor.active)
        if world.log is None or not bool(sits[0]):
            continue
        not_opposed, supports = council.chances(v, rules, np.ones(()))
        odds.append((not_opposed, supports))
        if bool(active[guarantor.name][0]):
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
    votes = list(active.values())
    backers = {name: taken == council.SUPPORT for name, taken in stances.items()}
    opposes = [taken == council.OPPOSE for taken in stances.values()]
    passed = voting.decide(opposes, list(backers.values()), votes, np.broadcast_to(rules.rule, len(cells)))
    luck = streams.uniform("council days", step, at=cells.replicate)[0]
    days = world.sessions.drawn(world.chairs, front.attacker.name, cells, luck)
    timely = in_time(days, cells.take(world.values[f"crisis.{front.action}.duration"]))
    if world.log is not None and bool(sits[0]):
        chance, _ = voting.expect([yes for yes, _ in odds], [own for _, own in odds], votes, rules.rule)
        _tell_decision(world, front, rules, chance, passed, days, timely)
    return passed, days, {name: passed & timely & own for name, own in backers.items()}


def _tell_decision(
    world: World, front: Front, rules: council.Rules, chance: Array, passed: Flags, days: Array, timely: Flags
) -> None:
    if world.log is not None:
        ahead = world.sessions.timely(world.chairs, front.attacker.name, front.action)
        world.log.fact(
            "crisis",
            front.step,
            "Council decides",
            chair=world.guarantors[int(world.chairs[0, 0])].name,
            rule=voting.RULES[int(rules.rule.reshape(-1)[0])],
            decision=MANDATES[int(passed[0])],
            chance_of_mandate=chance,
            days=days,
            in_time=timely,
            chance_in_time=ahead,
        )


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


def _patron(world: World, front: Front, aid: Aid) -> NDArray[np.int8]:
    """The attacker's patron holds back, defends or joins; it has joined where both attack in the same step."""
    backer = world.backer(front.attacker)
    if backer is None or backer.interests is None:
        return front.with_patron * np.int8(patron.JOIN)
    fights = (aid.levels[world.roster.leader] == response.COMBAT).astype(np.float64)
    interests = cut(backer.interests, front.cells)
    options = patron.utilities(interests, front.now.threat, front.now.tension, aid.harm, fights)
    options = [np.broadcast_to(option, len(front.cells)) for option in options]
    precision = front.cells.take(world.values["choice.precision"])
    luck = world.streams.gumbel(f"patron/{backer.name}", front.step, 0, len(options), front.cells.replicate)
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
    return np.where(front.with_patron, np.int8(patron.JOIN), choice)


def _record(world: World, front: Front, aid: Aid) -> None:
    """Write the attack and the first answers to it into the columns of its cells."""
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
    tally.council_days[at] = np.where(aid.mandate >= 0, aid.council_days, tally.council_days[at])
    for name, reached in aid.levels.items():
        tally.level[name][at] = np.maximum(tally.level[name][at], reached)
