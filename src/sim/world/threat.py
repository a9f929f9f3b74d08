"""Immediate deterrence: a challenger threatens, and it ends in a concession, a retreat or an attack (model page 4.6).

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

from sim.world import expectations
from sim.world.agents import OVERT
from sim.world.beliefs import Belief
from sim.world.challenge import nested
from sim.world.choice import choose, mean, probabilities
from sim.world.signals import Evidence, Rule, absorbed
from sim.world.values import cut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sim.world.agents import Challenger
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


def warning_rule(world: World, attack_shift: Array, cells: Cells) -> Rule:
    """How often the leader warns, by its latent at the reference crisis; in this crisis it is higher by a shift."""
    leader = world.guarantors[0]
    speaks = world.signals.on & leader.active
    rule = Rule.at_rate(
        cells.take(np.where(speaks, world.values["crisis.threat.warning.rate"], 0.0)),
        cells.take(world.values["crisis.threat.warning.slope"]),
        cells.take(world.record_mean[leader.name]),
    )
    return replace(rule, centre=rule.centre - attack_shift)


def _shift(world: World, eyes: Eyes, challenger: Challenger, cells: Cells) -> Array:
    """How far somebody sees the leader's latent lie above that at the reference crisis, were help asked for."""
    obliged = cells.full(world.obliged)
    attack = expectations.attack_on(world, challenger, OVERT[0], cells, asked=True, obliged=obliged)
    return eyes.shift(attack, challenger.name, world.guarantors[0], cells)


def heard(world: World, eyes: Eyes, challenger: Challenger, cells: Cells) -> tuple[Array, tuple[Eyes, Eyes]]:
    """Chance of a warning to somebody, and how it sees the guarantors after silence and after a warning."""
    name = world.guarantors[0].name
    rule, before = warning_rule(world, _shift(world, eyes, challenger, cells), cells), eyes.beliefs[name]
    tie = cells.take(world.values["crisis.threat.warning.tied"])
    one, none = np.ones(len(cells)), np.zeros(len(cells))
    after = []
    for sent, silent, bound in ((none, one, 0.0), (one, none, tie)):
        belief = absorbed(before, [Evidence(rule, sent, silent)], 1.0)
        tied = {**eyes.tied, name: eyes.tied[name] + bound}
        after.append(replace(eyes, beliefs={**eyes.beliefs, name: belief}, tied=tied))
    return rule.expected(before), (after[0], after[1])


def brink(
    world: World,
    eyes: Eyes,
    challenger: Challenger,
    cells: Cells,
    now: Surroundings,
    own_motive: Array | None = None,
) -> Brink:
    """The end of a threat in somebody's eyes.

    Args:
        world: the world as it stands.
        eyes: who foresees, in those cells.
        challenger: who threatens.
        cells: where.
        now: what everybody sees there.
        own_motive: the challenger's preventive motive, where it is the challenger that foresees; None where it is the
            protégé, who knows neither that nor the challenger's type.

    """
    precision = cells.take(world.values["choice.precision"])
    chance, after = heard(world, eyes, challenger, cells)
    excused = cells.take(world.values["crisis.threat.excused"])
    branches, stand = [], np.zeros(())
    for likely, seen, left in ((1.0 - chance, after[0], 1.0), (chance, after[1], excused)):
        ahead = expectations.prospects(world, seen, challenger, cells, now)
        audience = cells.take(challenger.own("audience")) * left
        branch = _branch(world, challenger, cells, now, ahead, likely, audience, own_motive)
        stand = stand + likely * branch.stand
        branches.append(branch)
    answers = [np.asarray(stand), np.asarray(-cells.take(world.values["crisis.threat.price"]))]
    return Brink(answers, probabilities(answers, precision)[1], (branches[0], branches[1]))


def _branch(
    world: World,
    challenger: Challenger,
    cells: Cells,
    now: Surroundings,
    ahead: Mapping[str, Prospect],
    chance: Array,
    audience: Array,
    own_motive: Array | None,
) -> Branch:
    values, precision = world.values, cells.take(world.values["choice.precision"])
    motives = cut(challenger.motives, cells)
    median = replace(motives, kind=np.ones(()))
    seen = median.overt_utilities(now, ahead.values())
    worth, shares = nested(seen, precision)
    feared = probabilities([-audience, worth], precision)[1]
    appeal, suffering = cut(world.protege.appeal(), cells), cells.take(values["crisis.threat.suffering"])
    after = []
    for severity, action in enumerate(OVERT, start=1):
        hurt = cells.take(values[f"crisis.{action}.setback"]) + cells.take(values[f"crisis.{action}.damage"])
        help_ = ahead[action].asked * appeal.utility(ahead[action].harm_if_asked, severity)
        after.append(help_ - suffering * hurt)
    kinds = seen
    if own_motive is not None:
        kinds = [utility + own_motive for utility in motives.overt_utilities(now, ahead.values())]
    overt, _ = nested(kinds, precision)
    ends = [np.asarray(-audience), overt]
    attack = probabilities(ends, precision)[1]
    return Branch(chance, kinds, overt, ends, attack, np.asarray(feared * mean(after, shares)))


def utility(world: World, challenger: Challenger, cells: Cells, now: Surroundings, eyes: Eyes, motive: Array) -> Array:
    """Utility of threatening to a challenger, in some cells; -inf where it does not threaten."""
    foreseen = brink(world, eyes, challenger, cells, now, motive)
    stands = np.zeros(())
    for branch in foreseen.branches:
        attacks = np.where(branch.attack > 0.0, branch.attack * branch.overt, 0.0)
        stands = stands + branch.chance * (attacks + (1.0 - branch.attack) * branch.ends[0])
    yields = cells.take(challenger.own("concession")) * now.threat
    worth = foreseen.concede * yields + (1.0 - foreseen.concede) * stands
    # Who can do nothing overt has nothing to threaten with.
    return np.where(cells.take(challenger.threatens & challenger.can_overt), worth, -np.inf)


def carry_out(
    world: World, challenger: Challenger, step: int, cells: Cells, motive: Array
) -> tuple[Flags, list[Array]]:
    """Play the threats of a step in the cells where they are made.

    A concession is felt after all have chosen (`concessions`).

    Returns:
        Where they end in an attack, and the utility of each overt action to the challenger by then.

    """
    name, protege, streams, at = challenger.name, world.protege, world.streams, (cells.point, cells.replicate)
    precision, now = cells.take(world.values["choice.precision"]), cut(world.surroundings(), cells)
    own = brink(world, expectations.eyes_of(world, challenger, cells), challenger, cells, now, motive)
    theirs = brink(world, expectations.eyes_of(world, protege, cells), challenger, cells, now)
    answers = [np.broadcast_to(option, len(cells)) for option in theirs.answers]
    concedes = choose(answers, precision, streams.gumbel(f"concede/{name}", step, at=cells.replicate)) == 1
    _tell(world, name, step, protege.name, "answer a threat", ANSWERS, answers, concedes)
    warned = _warn(world, challenger, step, cells, ~concedes)
    silence, warning = own.branches
    ends = [np.where(warned, w, s) for s, w in zip(silence.ends, warning.ends, strict=True)]
    attacks = choose(ends, precision, streams.gumbel(f"carry out/{name}", step, at=cells.replicate)) == 1
    backs_down = ~concedes & ~attacks
    if world.log is not None and not bool(concedes[0]):
        _tell(world, name, step, name, "carry out a threat", ENDS, ends, attacks)
    tally = world.tally
    tally.threats[at] += 1
    tally.conceded[at] += concedes
    tally.backed_down[at] += backs_down
    tally.loss[name][at] += np.where(backs_down, -ends[0], 0.0)
    tally.loss[protege.name][at] += np.where(concedes, cells.take(world.values["crisis.threat.price"]), 0.0)
    conceded = world.conceding.setdefault(name, np.zeros(world.shape, np.bool_))
    conceded[at] = concedes
    return ~concedes & attacks, [np.where(warned, w, s) for s, w in zip(silence.kinds, warning.kinds, strict=True)]


def _warn(world: World, challenger: Challenger, step: int, cells: Cells, stands: Flags) -> Flags:
    """Where the protégé stands the leader warns or is silent; everybody takes it in."""
    leader = world.guarantors[0]
    truth = expectations.knowing_eyes(world, cells)
    rule = warning_rule(world, _shift(world, truth, challenger, cells), cells)
    chance = np.broadcast_to(rule.chance(truth.beliefs[leader.name].mean, 1.0), len(cells))
    warned = world.streams.uniform(f"warning/{challenger.name}", step, at=cells.replicate)[0] < chance
    met = cells.of(stands)
    if len(met):
        world.signals.close(world, met)
        after = {}
        for observer in world.observers:
            _, (silence, warning) = heard(world, expectations.eyes_of(world, observer, met), challenger, met)
            quiet, loud = silence.beliefs[leader.name], warning.beliefs[leader.name]
            said = warned[stands]
            after[observer] = Belief(
                mean=np.where(said, loud.mean, quiet.mean), variance=np.where(said, loud.variance, quiet.variance)
            )
        for observer, belief in after.items():
            observer.learn(leader.name, belief, met, world.shape)
        world.signals.tie(leader.name, met, warned[stands] * met.take(world.values["crisis.threat.warning.tied"]))
        if world.log is not None:
            odds = (1.0 - chance, chance)
            phase, say = "opportunity and choice", int(warned[0])
            world.log.decision(phase, step, leader.name, "warn", WARNINGS, None, odds, say, to=challenger.name)
    return np.asarray(warned & stands)


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
    name: str,
    step: int,
    actor: str,
    decision: str,
    options: tuple[str, ...],
    view: list[Array],
    choice: Flags,
) -> None:
    if world.log is None:
        return
    phase = "opportunity and choice"
    if actor == world.protege.name:
        world.log.fact(phase, step, "ultimatum", actor=name, consults=actor, article=2.0)
    odds = probabilities(view, world.values["choice.precision"])
    world.log.decision(phase, step, actor, decision, options, view, odds, int(choice[0]))
