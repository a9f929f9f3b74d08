"""Overt attacks and what follows: the call for help, the Council, the responses, the patron (model page 7.6).

Only the cells in a crisis are played, all of a step side by side; every rule is the one by which the crisis was
anticipated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.world import chronicle, council, exchanges, expectations, patron, reputation, response, voting
from sim.world.assault import OVERT, Assault, abreast
from sim.world.choice import choose, probabilities
from sim.world.outcomes import MOST, STRIKE
from sim.world.prospect import harm_if_asked
from sim.world.sessions import in_time
from sim.world.values import Cells, cut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sim.world.agents import Guarantor
    from sim.world.environment import Surroundings
    from sim.world.world import World

    Array = NDArray[np.float64]
    Codes = NDArray[np.int8]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Front:
    """The attacks that begin in one step, one an entry, at most one a cell.

    Attributes:
        step: number of the step.
        assault: who attacks, how, and where.
        covered: where the treaty obliges the guarantors.
        now: what everybody sees there.
        with_patron: where a challenger and its patron attack in the same step, and so have joined.

    """

    step: int
    assault: Assault
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
        shocks: what the crisis adds to each guarantor's latent: the shock that all share, and one of its own.

    """

    asked: Flags
    invoked: Flags
    mandate: Codes
    council_days: NDArray[np.int16]
    levels: dict[str, Codes]
    harm: Array
    free: dict[str, Flags]
    shocks: dict[str, Array]


def break_out(world: World, step: int, actions: Mapping[str, Codes]) -> None:
    """Play the overt attacks of a step; two attackers in one cell make one crisis, begun by the higher action.

    Args:
        world: the world.
        step: number of the step.
        actions: overt action of each challenger, 0 none, 1 strike, 2 campaign.

    """
    allied = abreast([_allied(world, code, actions) for code in range(len(world.challengers))])
    war = exchanges.resume(world, step, allied)
    at_war = np.zeros(world.shape, np.bool_)
    if war is not None:
        at_war[war.at] = True
    highest, attacker = np.zeros(world.shape, np.int8), np.zeros(world.shape, np.int8)
    for code, chosen in enumerate(actions.values()):
        higher = (chosen > highest) & ~at_war
        highest, attacker = np.where(higher, chosen, highest), np.where(higher, np.int8(code), attacker)
    cells = Cells.where(highest > 0)
    chronicle.joined_by(world, step, actions, int(attacker[0, 0]) if len(cells) else None)
    wars = [] if war is None else [war]
    if len(cells):
        assault = Assault(cells, cells.full(attacker), cells.full(highest))
        now, covered = cut(world.surroundings(), cells), cells.full(world.obliged)
        wars.append(begin(world, Front(step, assault, covered, now, assault.of_attacker(allied))))
    if wars:
        exchanges.fight(world, exchanges.together(wars))


def _allied(world: World, code: int, actions: Mapping[str, Codes]) -> Flags:
    """Where the patron of a challenger, or one it is patron of, attacks in the same step."""
    challenger, together = world.challengers[code], np.zeros(world.shape, np.bool_)
    for other in world.challengers:
        if other is world.backer(challenger) or challenger is world.backer(other):
            together = together | (actions[other.name] > 0)
    return together


def begin(world: World, front: Front) -> exchanges.War:
    """Play the first exchange of crises and record it; the rest of the step is up to `exchanges.fight`."""
    if world.log is not None:
        name = world.challengers[front.assault.attacker[0]].name
        action, deaths = OVERT[int(front.assault.severity[0]) - 1], front.assault.of_action(world.deaths)
        world.log.fact("crisis", front.step, "attack", actor=name, action=action, deaths=deaths)
    aid = _responses(world, front, _request(world, front))
    stance = _patron(world, front, aid)
    _record(world, front, aid)
    war = _war(front, aid, stance)
    exchanges.damage(world, war, 0, np.ones(len(front.assault)))
    exchanges.reply(world, war, 0, war.live, front.now, war.live)
    return war


def _war(front: Front, aid: Aid, stance: Codes) -> exchanges.War:
    """The crises after the first answers to them."""
    size = len(front.assault)
    everywhere = np.ones(size, np.bool_)
    return exchanges.War(
        step=front.step,
        assault=front.assault,
        asked=aid.asked,
        invoked=aid.invoked,
        covered=front.covered,
        levels=aid.levels,
        free=aid.free,
        shocks=aid.shocks,
        stance=stance,
        harm=aid.harm,
        counted=np.zeros(size),
        reply=np.zeros(size, np.int8),
        live=everywhere,
        going=everywhere,
        fought=everywhere.astype(np.int16),
    )


def _request(world: World, front: Front) -> Flags:
    """The protégé asks for help, or not, by the harm it expects from its helpers."""
    protege, assault = world.protege, front.assault
    cells = assault.cells
    # What was shown before the crisis is written down here, for those who will learn from it.
    world.signals.close(world, cells.of(cells.full(world.learns)))
    eyes = expectations.eyes_of(world, protege, cells, world.working)
    asked = expectations.forecast_of(world, eyes, assault, asked=True, obliged=front.covered)
    appeal = cells.own(world.appeal)
    hoped = harm_if_asked(asked, assault.of_attacker(world.stakes), front.now.threat, front.now.tension)
    utility = np.broadcast_to(appeal.utility(hoped, assault.severity), len(cells))
    options = [np.zeros(len(cells)), utility]
    luck = world.streams.gumbel("request", front.step, at=cells.replicate)
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
            list(luck[:, 0]),
            covered=front.covered,
            expected_harm=hoped,
        )
    return np.asarray(choice == 1)


def _responses(world: World, front: Front, asked: Flags) -> Aid:
    """The Council votes where Article 4 was invoked; then every guarantor responds."""
    assault, step, streams = front.assault, front.step, world.streams
    cells, at = assault.cells, assault.cells.replicate
    invoked = asked & front.covered
    coefficients = cells.own(world.coefficients)
    attack = expectations.attack_on(world, assault, asked, invoked, front.covered)
    z = streams.normal("crisis shock", step, at=at)
    shared = coefficients.shock * z
    latents = {g.name: g.latent(world, coefficients, attack, assault) for g in world.guarantors}
    stances = {name: latent + shared for name, latent in latents.items()}
    rules = expectations.council_at(world, assault)
    sits = invoked & rules.decides
    if world.log is not None:
        world.log.fact("crisis", step, "crisis shock", drawn=z, shift=shared)
        if bool(invoked[0]):
            chronicle.convened(world, step, rules, sits=bool(sits[0]))
    passed, days, hands = _vote(world, front, stances, rules, coefficients.cutpoints[0], sits)
    free = {name: ~sits | hand for name, hand in hands.items()}
    caution = assault.of_attacker(world.stakes).caution(front.now.threat, front.now.tension)
    levels, shocks, harm = {}, {}, np.zeros(len(cells))
    for guarantor in world.guarantors:
        name = guarantor.name
        shocks[name] = shared + streams.logistic(f"response/{name}", step, at=at)
        y = latents[name] + shocks[name]
        levels[name] = guarantor.level(y, coefficients.cutpoints, free[name], rules.no_mandate, caution, cells)
        harm = harm + response.harm(cells.own(guarantor.weight), levels[name], world.harms_at(cells))
        if world.log is not None:
            drop = np.where(free[name], 0.0, rules.no_mandate) if guarantor.leads else np.zeros(())
            care = caution if guarantor.leads else np.zeros(())
            chances = response.chances(stances[name] - drop, coefficients.cutpoints, care)
            drawn = shocks[name] - shared
            _tell_response(world, front, guarantor, stances[name], chances, drawn, levels[name], free[name])
    sight = reputation.Sight(assault, attack, levels, free, rules.no_mandate, caution)
    reputation.learn(world, sight, step)
    return Aid(
        asked=asked,
        invoked=invoked,
        mandate=np.where(sits, passed.astype(np.int8), np.int8(-1)).astype(np.int8),
        council_days=np.where(sits, np.minimum(np.floor(days), MOST), -1.0).astype(np.int16),
        levels=levels,
        harm=harm,
        free=free,
        shocks=shocks,
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
    assault, step, streams = front.assault, front.step, world.streams
    cells, at = assault.cells, assault.cells.replicate
    lead = council.pull(latents[world.roster.leader], first_cutpoint)
    stances, odds, active = {}, [], {}
    for guarantor in world.guarantors:
        v = latents[guarantor.name] + cells.own(guarantor.dependence) * lead
        luck = streams.logistic(f"stance/{guarantor.name}", step, at=at)
        taken = council.stance(v + luck, rules)
        stances[guarantor.name], active[guarantor.name] = taken, cells.full(guarantor.active)
        if world.log is not None and bool(sits[0]):
            odds.append(_tell_vote(world, step, guarantor, v, luck, rules, taken))
    votes = list(active.values())
    backers = {name: taken == council.SUPPORT for name, taken in stances.items()}
    opposes = [taken == council.OPPOSE for taken in stances.values()]
    passed = voting.decide(opposes, list(backers.values()), votes, np.broadcast_to(rules.rule, len(cells)))
    luck = streams.uniform("council days", step, at=at)[0]
    days = world.sessions.drawn(world.chairs, assault, luck)
    timely = in_time(days, assault.of_action(world.durations))
    if world.log is not None and bool(sits[0]):
        chance, _ = voting.expect([yes for yes, _ in odds], [own for _, own in odds], votes, rules.rule)
        chronicle.decided(world, step, assault, rules, chance, passed, luck)
    return passed, days, {name: passed & timely & own for name, own in backers.items()}


def _tell_vote(
    world: World, step: int, guarantor: Guarantor, v: Array, luck: Array, rules: council.Rules, taken: Codes
) -> tuple[Array, Array]:
    not_opposed, supports = council.chances(v, rules, np.ones(()))
    if world.log is not None and bool(np.broadcast_to(guarantor.active, world.shape)[0, 0]):
        chances = (1.0 - not_opposed, not_opposed - supports, supports)
        name, choice = guarantor.name, int(taken[0])
        world.log.decision(
            "crisis",
            step,
            name,
            "vote",
            council.STANCES,
            None,
            chances,
            choice,
            stance_latent=v,
            stance_drawn=luck,
        )
    return not_opposed, supports


def _tell_response(
    world: World,
    front: Front,
    guarantor: Guarantor,
    latent: Array,
    chances: list[Array],
    drawn: Array,
    reached: Codes,
    own_way: Flags,
) -> None:
    # What a suspended member would have answered reaches nobody.
    if world.log is not None and bool(front.assault.cells.own(guarantor.active)[0]):
        world.log.fact(
            "crisis",
            front.step,
            "response",
            actor=guarantor.name,
            level=response.LEVELS[int(reached[0])],
            latent=latent,
            **{f"chance_of_{name}": chance for name, chance in zip(response.LEVELS, chances, strict=True)},
            drawn=drawn,
            free_hand=own_way,
        )


def _patron(world: World, front: Front, aid: Aid) -> Codes:
    """The attacker's patron holds back, defends or joins; it has joined where both attack in the same step."""
    assault, cells = front.assault, front.assault.cells
    stake = assault.of_attacker(world.stakes)
    backed = np.broadcast_to(stake.backed > 0.0, len(cells))
    joined = front.with_patron * np.int8(patron.JOIN)
    if not backed.any():
        return np.asarray(joined, np.int8)
    fights = (aid.levels[world.roster.leader] == response.COMBAT).astype(np.float64)
    options = patron.utilities(stake.patron, front.now.threat, front.now.tension, aid.harm, fights)
    options = [np.broadcast_to(option, len(cells)) for option in options]
    precision = cells.own(world.values["choice.precision"])
    luck = assault.luck(
        world,
        lambda name, at: world.streams.gumbel(
            f"patron/{world.roster.patron_of(name)}", front.step, 0, len(patron.OPTIONS), at
        ),
    )
    choice = choose(options, precision, luck)
    if world.log is not None and bool(backed[0]) and not bool(front.with_patron[0]):
        name = world.roster.patron_of(world.challengers[assault.attacker[0]].name) or ""
        odds, made = probabilities(options, precision), int(choice[0])
        known = {"harm": aid.harm, "leader_in_combat": fights}
        drawn = list(luck[:, 0])
        world.log.decision("crisis", front.step, name, "back", patron.OPTIONS, options, odds, made, drawn, **known)
    return np.where(front.with_patron | ~backed, joined, choice).astype(np.int8)


def _record(world: World, front: Front, aid: Aid) -> None:
    """Write the attacks and the first answers to them into the columns of their cells."""
    tally, cells = world.tally, front.assault.cells
    at = (cells.point, cells.replicate)
    first = tally.first_step[at] < 0
    tally.attacks[at] += 1
    tally.first_step[at] = np.where(first, np.int16(front.step), tally.first_step[at])
    tally.first_attacker[at] = np.where(first, front.assault.attacker, tally.first_attacker[at])
    tally.in_force_at_attack[at] = np.where(first, world.cover[at], tally.in_force_at_attack[at])
    reached = (front.assault.severity + np.int8(STRIKE - 1)).astype(np.int8)
    tally.highest_action[at] = np.maximum(tally.highest_action[at], reached)
    tally.invoked[at] |= aid.invoked
    tally.mandate[at] = np.where(aid.mandate >= 0, aid.mandate, tally.mandate[at])
    tally.council_days[at] = np.where(aid.mandate >= 0, aid.council_days, tally.council_days[at])
    for name, reached in aid.levels.items():
        tally.level[name][at] = np.maximum(tally.level[name][at], reached)
