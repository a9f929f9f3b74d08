"""Immediate deterrence: a challenger threatens, the protégé concedes or stands, the threat is carried out or not.

U_j(threaten) = c concession theta + (1 - c) (a U_j(overt) - (1 - a) alpha), where c is the chance that the protégé
concedes and a the chance that the challenger attacks one that stands (model page 4.6). Backing down costs alpha before
the challenger's own audience (Fearon 1994). The protégé weighs the price of conceding against the attack and the help
it expects: U(concede) = -price; U(stand) = a' sum over actions of P(action) (P(ask) U(ask) - suffering (setback +
damage)), with a' the challenger's choice in the protégé's eyes: its own beliefs, and the median type, for the type is
the challenger's secret. The challenger foresees that same choice with its own beliefs in place of the protégé's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.world.agents import OVERT
from sim.world.challenge import nested
from sim.world.choice import choose, mean, probabilities

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.world.agents import Challenger
    from sim.world.prospect import Prospect
    from sim.world.world import World

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]

ANSWERS: Final = ("stand", "concede")
"""What the protégé can do under a threat."""

ENDS: Final = ("back down", "attack")
"""What the challenger can do if the protégé stands."""


@dataclass(frozen=True)
class Brink:
    """The end of a threat, as somebody foresees it.

    Attributes:
        answers: utilities of the protégé: to stand, to concede.
        ends: utilities of the challenger if it stands: to back down, to attack.
        precision: lambda.

    """

    answers: list[Array]
    ends: list[Array]
    precision: Array

    @property
    def concede(self) -> Array:
        """Chance that the protégé concedes."""
        return probabilities(self.answers, self.precision)[1]

    @property
    def attack(self) -> Array:
        """Chance that the challenger attacks if the protégé stands."""
        return probabilities(self.ends, self.precision)[1]


def ends(overt: Array, audience: Array) -> list[Array]:
    """Utilities of backing down, at the audience cost, and of attacking."""
    return [np.asarray(-audience), overt]


def brink(
    world: World, challenger: Challenger, ahead: Mapping[str, Prospect], kind: Array, overt: Array | None = None
) -> Brink:
    """The end of a threat in the eyes of who expects `ahead` to follow each action of a challenger.

    Args:
        world: the world as it stands.
        challenger: who threatens.
        ahead: what follows each overt action.
        kind: type of the challenger as the protégé sees it.
        overt: utility of an attack to the challenger by its own lights; None: as the protégé sees it.

    """
    values, precision = world.values, world.values["choice.precision"]
    utilities = challenger.overt_utilities(world.surroundings(), ahead, kind)
    seen, shares = nested(utilities, precision)
    audience = challenger.own("audience")
    feared = probabilities(ends(seen, audience), precision)[1]
    appeal = world.protege.appeal()
    suffering = values["crisis.threat.suffering"]
    after = []
    for severity, action in enumerate(OVERT, start=1):
        hurt = values[f"crisis.{action}.setback"] + values[f"crisis.{action}.damage"]
        help_ = ahead[action].asked * appeal.utility(ahead[action].harm_if_asked, severity)
        after.append(help_ - suffering * hurt)
    stand = feared * mean(after, shares)
    return Brink(
        answers=[np.asarray(stand), np.asarray(-values["crisis.threat.price"])],
        ends=ends(seen if overt is None else overt, audience),
        precision=precision,
    )


def utility(world: World, challenger: Challenger, ahead: Mapping[str, Prospect], overt: Array) -> Array:
    """Utility of threatening to a challenger; -inf where it does not threaten."""
    foreseen = brink(world, challenger, ahead, np.ones(()), overt)
    concede, attack = foreseen.concede, foreseen.attack
    stands = attack * overt - (1.0 - attack) * challenger.own("audience")
    worth = concede * challenger.own("concession") * world.threat + (1.0 - concede) * stands
    # Who can do nothing overt has nothing to threaten with.
    return np.where(challenger.threatens & challenger.can_overt, worth, -np.inf)


def carry_out(
    world: World, challenger: Challenger, step: int, threatened: Flags, ahead: Mapping[str, Prospect], overt: Array
) -> Flags:
    """Play the threats of a step: where they end in an attack.

    A concession is felt after all have chosen (`concessions`).
    """
    name, tally = challenger.name, world.tally
    own = brink(world, challenger, ahead, np.ones(()), overt)
    theirs = brink(world, challenger, world.prospects(world.protege, challenger), np.ones(()))
    answers = [np.broadcast_to(option, world.shape) for option in theirs.answers]
    outs = [np.broadcast_to(option, world.shape) for option in own.ends]
    luck = world.streams.gumbel(f"concede/{name}", step)[:, None, :]
    concedes = threatened & (choose(answers, theirs.precision, luck) == 1)
    luck = world.streams.gumbel(f"carry out/{name}", step)[:, None, :]
    attacks = choose(outs, own.precision, luck) == 1
    backs_down = threatened & ~concedes & ~attacks
    tally.threats += threatened
    tally.conceded += concedes
    tally.backed_down += backs_down
    tally.loss[name] += np.where(backs_down, challenger.own("audience"), 0.0)
    tally.loss[world.protege.name] += np.where(concedes, world.values["crisis.threat.price"], 0.0)
    world.conceding[name] = concedes
    if world.log is not None and bool(threatened[0, 0]):
        _tell(world, name, step, theirs, own, (bool(concedes[0, 0]), bool(attacks[0, 0])))
    return np.asarray(threatened & ~concedes & attacks)


def concessions(world: World, step: int) -> None:
    """The programme is cut back where the protégé has conceded in this step."""
    kept = 1.0 - world.values["crisis.threat.concession"]
    for name, concedes in world.conceding.items():
        world.threat = np.where(concedes, world.threat * kept, world.threat)
        if world.log is not None and bool(concedes[0, 0]):
            world.log.fact("opportunity and choice", step, "programme cut back", to=name, threat=world.threat)
    world.conceding = {}


def _tell(world: World, name: str, step: int, theirs: Brink, own: Brink, ended: tuple[bool, bool]) -> None:
    if world.log is None:
        return
    phase, protege = "opportunity and choice", world.protege.name
    world.log.fact(phase, step, "ultimatum", actor=name, consults=protege, article=2.0)

    def decide(actor: str, decision: str, options: Sequence[str], view: list[Array], choice: int) -> None:
        if world.log is not None:
            odds = probabilities(view, own.precision)
            world.log.decision(phase, step, actor, decision, options, view, odds, choice)

    conceded, attacks = ended
    decide(protege, "answer a threat", ANSWERS, theirs.answers, int(conceded))
    if not conceded:
        decide(name, "carry out a threat", ENDS, own.ends, int(attacks))
