"""Immediate deterrence: a challenger threatens, and it ends in a concession, a retreat or an attack (model page 7.6).

The protégé consults and concedes, or stands. Where it stands the leader of its guarantors warns the challenger or is
silent: a signal like those of peace (`sim.world.signals`), sent with chance sigmoid(a + b eta) at the leader's latent
in this crisis, which ties its hands. On that the challenger attacks or backs down, at a cost before its own audience
(Fearon 1994); to a warning one can yield with less shame (Levendusky and Horowitz 2012), so a share `excused` is left.

U(threaten) = c concession theta + (1 - c) sum over w of P(w) [a_w U_w(overt) - (1 - a_w) alpha_w]

c is the chance that the protégé concedes, w whether the leader warns, a_w the chance of an attack then. For the
protégé U(concede) = -price and U(stand) = sum over w of P(w) a'_w sum over actions of P(action) [P(ask) U(ask) -
suffering (setback + damage)], with a' the challenger's choice in the protégé's eyes: its own beliefs, and the median
type, for the type is the challenger's secret. The challenger foresees that choice with its own beliefs in place of the
protégé's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.world import chronicle, expectations
from sim.world.assault import OVERT
from sim.world.beliefs import Belief
from sim.world.challenge import nested
from sim.world.choice import choose, mean, probabilities
from sim.world.signals import Evidence, Rule, absorbed
from sim.world.values import cut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.assault import Assault
    from sim.world.environment import Surroundings
    from sim.world.foresight import Eyes
    from sim.world.prospect import Prospect
    from sim.world.values import Cells
    from sim.world.world import World

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]

ANSWERS: Final = ("stand", "concede")
"""What the protégé can do under a threat."""

WARNINGS: Final = ("silence", "warning")
"""What the leader can do where the protégé stands."""

ENDS: Final = ("back down", "attack")
"""What the challenger can do if the protégé stands."""


@dataclass(frozen=True)
class Branch:
    """The end of a threat after a warning, or after silence, as somebody foresees it.

    Attributes:
        chance: chance that the leader does this.
        kinds: utility of each overt action to the challenger.
        overt: utility of overt action to it.
        ends: its utilities of backing down and of attacking.
        attack: chance that it attacks.
        stand: what this branch is worth to a protégé that stands.

    """

    chance: Array
    kinds: list[Array]
    overt: Array
    ends: list[Array]
    attack: Array
    stand: Array


@dataclass(frozen=True)
class Brink:
    """A threat as somebody foresees it.

    Attributes:
        answers: utilities of the protégé: to stand, to concede.
        concede: chance that it concedes.
        branches: what follows if it stands, by silence and by a warning.

    """

    answers: list[Array]
    concede: Array
    branches: tuple[Branch, Branch]


def warning_rule(world: World, shift: Array, cells: Cells) -> Rule:
    """How often the leader warns, by its latent at the reference crisis, which lies `shift` below that in this one."""
    leader = world.guarantors[0]
    speaks = world.signals.on & leader.active
    rule = Rule.at_rate(
        cells.take(np.where(speaks, world.values["crisis.threat.warning.rate"], 0.0)),
        cells.own(world.values["crisis.threat.warning.slope"]),
        cells.own(world.record_mean[leader.name]),
    )
    return replace(rule, centre=rule.centre - shift)


def _rule(world: World, eyes: Eyes, assault: Assault, cover: Flags | None) -> Rule:
    """The same in somebody's eyes, for a strike with help asked for."""
    cells = assault.cells
    strike = assault.by_action(np.ones(len(assault), np.int8))
    obliged = cells.full(world.obliged) if cover is None else cover & cells.own(world.committed)
    attack = expectations.attack_on(world, strike, 1.0, obliged, obliged)
    return warning_rule(world, eyes.shifts(attack, strike, world.guarantors[:1])[0], cells)


def heard(world: World, eyes: Eyes, assault: Assault, cover: Flags | None = None) -> tuple[Array, tuple[Eyes, Eyes]]:
    """Chance of a warning to somebody, and how it sees the guarantors after silence and after a warning."""
    name = world.guarantors[0].name
    rule, before = _rule(world, eyes, assault, cover), eyes.beliefs[name]
    tie = assault.cells.own(world.values["crisis.threat.warning.tied"])
    one, none = np.ones(len(assault)), np.zeros(len(assault))
    after = []
    for sent, silent, bound in ((none, one, 0.0), (one, none, tie)):
        belief = absorbed(before, [Evidence(rule, sent, silent)], 1.0)
        tied = {**eyes.tied, name: eyes.tied[name] + bound}
        after.append(replace(eyes, beliefs={**eyes.beliefs, name: belief}, tied=tied))
    return rule.expected(before), (after[0], after[1])


def brink(
    world: World,
    eyes: Eyes,
    assault: Assault,
    now: Surroundings,
    own_motive: Array | None = None,
    cover: Flags | None = None,
) -> Brink:
    """The end of threats in somebody's eyes.

    Args:
        world: the world as it stands.
        eyes: who foresees, entry by entry.
        assault: who threatens, and where; it weighs either action.
        now: what everybody sees there.
        own_motive: the challengers' preventive motive, where it is they who foresee; None where it is the protégé, who
            knows neither that nor a challenger's type.
        cover: where Article 4 is in force; None: where it is now.

    """
    cells = assault.cells
    precision = cells.own(world.values["choice.precision"])
    chance, after = heard(world, eyes, assault, cover)
    shame = assault.of_attacker(world.audiences)
    branches, stand = [], np.zeros(())
    for likely, seen, left in zip((1.0 - chance, chance), after, (1.0, _excused(world, cells)), strict=True):
        ahead = expectations.prospects(world, expectations.outlook(world, seen, assault, cover), assault, now)
        branch = _branch(world, assault, now, ahead, likely, shame * left, own_motive)
        stand = stand + likely * branch.stand
        branches.append(branch)
    answers = [np.asarray(stand), np.asarray(-cells.own(world.values["crisis.threat.price"]))]
    return Brink(answers, probabilities(answers, precision)[1], (branches[0], branches[1]))


def _excused(world: World, cells: Cells) -> Array:
    return np.asarray(cells.own(world.values["crisis.threat.excused"]))


def _branch(
    world: World,
    assault: Assault,
    now: Surroundings,
    ahead: Prospect,
    chance: Array,
    audience: Array,
    own_motive: Array | None,
) -> Branch:
    cells, size = assault.cells, (len(OVERT), len(assault))
    precision = cells.own(world.values["choice.precision"])
    motives = assault.of_attacker(world.motives)
    median = replace(motives, kind=np.ones(())).overt_utility(assault.severity, now, ahead)
    seen = list(np.broadcast_to(median, size))
    worth, shares = nested(seen, precision)
    feared = probabilities([-audience, worth], precision)[1]
    appeal, suffering = cells.own(world.appeal), cells.own(world.values["crisis.threat.suffering"])
    hurt = assault.of_action(world.setbacks) + assault.of_action(world.damages)
    after = ahead.asked * appeal.utility(ahead.harm_if_asked, assault.severity) - suffering * hurt
    kinds = seen
    if own_motive is not None:
        own = motives.overt_utility(assault.severity, now, ahead) + own_motive
        kinds = list(np.broadcast_to(own, size))
    overt, _ = nested(kinds, precision)
    ends = [np.asarray(-audience), overt]
    attack = probabilities(ends, precision)[1]
    stand = feared * mean(list(np.broadcast_to(after, size)), shares)
    return Branch(chance, kinds, overt, ends, attack, np.asarray(stand))


def utility(world: World, assault: Assault, now: Surroundings, eyes: Eyes, motive: Array, cover: Flags | None) -> Array:
    """Utility of threatening to the attacker of each entry; -inf where it does not threaten."""
    foreseen = brink(world, eyes, assault, now, motive, cover)
    stands = np.zeros(())
    for branch in foreseen.branches:
        attacks = np.where(branch.attack > 0.0, branch.attack * branch.overt, 0.0)
        stands = stands + branch.chance * (attacks + (1.0 - branch.attack) * branch.ends[0])
    yields = assault.of_attacker(world.concessions) * now.threat
    worth = foreseen.concede * yields + (1.0 - foreseen.concede) * stands
    # Who can do nothing overt has nothing to threaten with.
    able = assault.of_attacker(world.can_threaten)
    return np.where(able, worth, -np.inf)


def carried(world: World, assault: Assault, now: Surroundings, eyes: Eyes, motive: Array) -> Array:
    """Chance that a threat ends in an attack, as the attacker of each entry foresees it."""
    foreseen = brink(world, eyes, assault, now, motive)
    attacks = np.zeros(())
    for branch in foreseen.branches:
        attacks = attacks + branch.chance * branch.attack
    return np.asarray((1.0 - foreseen.concede) * attacks)


def carry_out(world: World, assault: Assault, step: int, motive: Array) -> tuple[Flags, list[Array]]:
    """Play the threats of a step, one an entry.

    A concession is felt after all have chosen (`concessions`).

    Returns:
        Where they end in an attack, and the utility of each overt action to the challenger by then.

    """
    cells, streams = assault.cells, world.streams
    precision, now = cells.own(world.values["choice.precision"]), cut(world.surroundings(), cells)
    own = brink(world, expectations.attackers_eyes(world, assault), assault, now, motive)
    theirs = brink(world, expectations.eyes_of(world, world.protege, cells), assault, now)
    answers = [np.broadcast_to(option, len(cells)) for option in theirs.answers]
    luck = assault.luck(world, lambda name, at: streams.gumbel(f"concede/{name}", step, at=at))
    concedes, replies = choose(answers, precision, luck) == 1, luck
    said = _warn(world, assault, step, ~concedes)
    warned = said.warned
    silence, warning = own.branches
    ends = [np.where(warned, w, s) for s, w in zip(silence.ends, warning.ends, strict=True)]
    luck = assault.luck(world, lambda name, at: streams.gumbel(f"carry out/{name}", step, at=at))
    attacks = choose(ends, precision, luck) == 1
    _count(world, assault, concedes, ~concedes & ~attacks, -ends[0])
    if world.log is not None:
        for entry in range(len(assault)):
            _tell(world, assault, step, entry, (answers, concedes, replies), said, (ends, attacks, luck))
    return ~concedes & attacks, [np.where(warned, w, s) for s, w in zip(silence.kinds, warning.kinds, strict=True)]


def _count(world: World, assault: Assault, concedes: Flags, backs_down: Flags, audience: Array) -> None:
    """Write the threats and what became of them into the columns; two challengers can threaten in one cell."""
    tally, price = world.tally, assault.cells.own(world.values["crisis.threat.price"])
    for code, challenger in enumerate(world.challengers):
        mine = assault.attacker == code
        at = assault.cells.point[mine], assault.cells.replicate[mine]
        tally.threats[at] += 1
        tally.conceded[at] += concedes[mine]
        tally.backed_down[at] += backs_down[mine]
        tally.loss[challenger.name][at] += np.where(backs_down, audience, 0.0)[mine]
        tally.loss[world.protege.name][at] += np.where(concedes, price, 0.0)[mine]
        conceded = world.conceding.setdefault(challenger.name, np.zeros(world.shape, np.bool_))
        conceded[at] = concedes[mine]


@dataclass(frozen=True)
class Said:
    """What the leader said where the protégé stood.

    Attributes:
        chance: that it warns, one an entry.
        luck: the uniform that settled it.
        warned: whether it did.
        read: with a log, all beliefs before and after it, by index of the challenger.

    """

    chance: Array
    luck: Array
    warned: Flags
    read: dict[int, tuple[Belief, Belief]]


def _warn(world: World, assault: Assault, step: int, stands: Flags) -> Said:
    """Where the protégé stands the leader warns or is silent; everybody takes it in."""
    leader, streams = world.guarantors[0], world.streams
    truth = expectations.knowing_eyes(world, assault.cells)
    rule = _rule(world, truth, assault, None)
    chance = np.broadcast_to(rule.chance(truth.beliefs[leader.name].mean, 1.0), len(assault))
    luck = assault.luck(world, lambda name, at: streams.uniform(f"warning/{name}", step, at=at))[0]
    warned = (luck < chance) & stands
    read: dict[int, tuple[Belief, Belief]] = {}
    # One challenger after the other: both can threaten in one cell.
    for code in range(len(world.challengers)):
        mine = stands & (assault.attacker == code)
        met, said = assault.of(mine), warned[mine]
        if not len(met):
            continue
        world.signals.close(world, met.cells)
        before = None if world.log is None else world.minds.at(met.cells)
        for index, observer in enumerate(world.observers):
            _, (silence, warning) = heard(world, expectations.eyes_of(world, observer, met.cells), met)
            quiet, loud = silence.beliefs[leader.name], warning.beliefs[leader.name]
            mean, variance = np.where(said, loud.mean, quiet.mean), np.where(said, loud.variance, quiet.variance)
            world.minds.hold(met.cells, Belief(mean, variance), index, 0)
        bound = said * met.cells.own(world.values["crisis.threat.warning.tied"])
        world.signals.tie(0, met.cells, bound)
        if before is not None:
            read[code] = before, world.minds.at(met.cells)
    return Said(chance, luck, warned, read)


def concessions(world: World, step: int) -> None:
    """The programme is cut back where the protégé has conceded in this step."""
    kept = 1.0 - world.values["crisis.threat.concession"]
    for name, concedes in world.conceding.items():
        world.threat = np.where(concedes, world.threat * kept, world.threat)
        if world.log is not None and bool(concedes[0, 0]):
            world.log.fact("opportunity and choice", step, "programme cut back", to=name, threat=world.threat)
    world.conceding = {}


def _tell(
    world: World,
    assault: Assault,
    step: int,
    entry: int,
    answer: tuple[list[Array], Flags, Array],
    said: Said,
    end: tuple[list[Array], Flags, Array],
) -> None:
    if world.log is None:
        return
    phase, protege, precision = "opportunity and choice", world.protege.name, world.values["choice.precision"]
    name = world.challengers[assault.attacker[entry]].name
    world.log.fact(phase, step, "ultimatum", actor=name, consults=protege, article=2.0)
    answers, concedes, luck = answer
    view, drawn = [option[entry] for option in answers], list(luck[:, entry])
    odds = probabilities(view, precision)
    world.log.decision(phase, step, protege, "answer a threat", ANSWERS, view, odds, int(concedes[entry]), drawn)
    if bool(concedes[entry]):
        return
    chance, warned, luck = said.chance[entry], int(said.warned[entry]), said.luck[entry]
    leader = world.guarantors[0].name
    world.log.decision(phase, step, leader, "warn", WARNINGS, None, (1.0 - chance, chance), warned, uniform_drawn=luck)
    seen = [(observer, 0) for observer in range(len(world.observers))]
    chronicle.read(world, phase, step, "warning read", seen, said.read[int(assault.attacker[entry])])
    view, drawn = [np.broadcast_to(option, len(assault))[entry] for option in end[0]], list(end[2][:, entry])
    odds = probabilities(view, precision)
    world.log.decision(phase, step, name, "carry out a threat", ENDS, view, odds, int(end[1][entry]), drawn)
