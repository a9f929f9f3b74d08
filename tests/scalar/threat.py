"""Immediate deterrence: how a threat may end, in somebody's eyes (model page 4.6).

The protégé concedes or stands; where it stands the leader warns or is silent, and the challenger attacks or backs down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scalar.beliefs import Evidence, absorbed
from scalar.logit import nested, odds
from scalar.states import Eyes

if TYPE_CHECKING:
    from scalar.challenger import Challenger
    from scalar.foresight import Surroundings
    from scalar.model import Reference

STAND, CONCEDE = range(2)
BACK_DOWN, CARRY_OUT = range(2)


class Branch(NamedTuple):
    """What follows if the protégé stands and the leader warns, or is silent.

    Attributes:
        chance: that the leader does this.
        kinds: utility of each overt action to the challenger.
        overt: of overt action.
        ends: its utilities to back down and to attack.

    """

    chance: float
    kinds: list[float]
    overt: float
    ends: tuple[float, float]


class Brink(NamedTuple):
    """A threat: the protégé's utilities to stand and to concede; what follows by silence and by a warning."""

    answers: tuple[float, float]
    silence: Branch
    warning: Branch


def heard(model: Reference, eyes: Eyes, challenger: Challenger, *, cover: bool) -> tuple[float, Eyes, Eyes]:
    """Chance of a warning to somebody, and how it sees the guarantors after silence and after a warning."""
    leader = model.guarantors[0]
    name = leader.name
    attack = model.attack_on(challenger, "strike", asked=True, obliged=cover and model.commitment)
    shift = model.shift(model.record.average, leader, challenger, attack) + eyes.tied[name]
    habit, before = leader.warning(shift), eyes.beliefs[name]
    chance = habit.expected(before)
    quiet = absorbed(before, [Evidence(habit, 0, 1.0)], 1.0)
    silence = Eyes({**eyes.beliefs, name: quiet}, eyes.tied)
    if chance == 0.0:
        return 0.0, silence, silence
    loud = absorbed(before, [Evidence(habit, 1, 0.0)], 1.0)
    tied = eyes.tied[name] + model.numbers["crisis.threat.warning.tied"]
    return chance, silence, Eyes({**eyes.beliefs, name: loud}, {**eyes.tied, name: tied})


def brink(
    model: Reference,
    eyes: Eyes,
    challenger: Challenger,
    now: Surroundings,
    motive: float | None = None,
    *,
    cover: bool,
) -> Brink:
    """The end of a threat in somebody's eyes.

    Args:
        model: the trial.
        eyes: who foresees.
        challenger: who threatens.
        now: what everybody sees.
        motive: the challenger's preventive motive, where it foresees itself; None for the protégé, who knows neither
            that nor the challenger's type, and takes it for the median.
        cover: whether Article 4 is in force by then.

    """
    warned, silence, warning = heard(model, eyes, challenger, cover=cover)
    excused, audience = model.numbers["crisis.threat.excused"], challenger.own("audience")
    branches, stand = [], 0.0
    for chance, seen, cost in ((1.0 - warned, silence, audience), (warned, warning, audience * excused)):
        ahead = model.prospects(seen, challenger, now, cover=cover)
        kinds = challenger.utilities(now, ahead, kind=1.0)
        overt, shares = nested(kinds, model.precision)
        feared = odds((-cost, overt), model.precision)[CARRY_OUT]
        stand += chance * feared * model.protege.suffers(shares, ahead)
        if motive is not None:
            kinds = [utility + motive for utility in challenger.utilities(now, ahead)]
            overt, _ = nested(kinds, model.precision)
        branches.append(Branch(chance, kinds, overt, (-cost, overt)))
    return Brink((stand, -model.numbers["crisis.threat.price"]), *branches)
