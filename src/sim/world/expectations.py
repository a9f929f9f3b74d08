"""What states expect of each other as the world stands: the guarantors' response, and what follows an attack.

Expectations hang on beliefs and status, which move with every month, and are asked for in few cells: those with a
chance to act, or in a crisis. So they are computed there and then, and nothing is kept. Each cell is foreseen from what
is its own, so that it has the same bytes among whatever others it is foreseen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.world.beliefs import Belief
from sim.world.council import contested
from sim.world.foresight import Attack, Eyes, foresee
from sim.world.prospect import prospect
from sim.world.values import cut

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from sim.world.agents import Observer
    from sim.world.anticipation import Forecast
    from sim.world.assault import Assault
    from sim.world.council import Rules
    from sim.world.environment import Surroundings
    from sim.world.prospect import Prospect
    from sim.world.values import Cells
    from sim.world.world import World

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]


def eyes_of(world: World, observer: Observer, cells: Cells, working: type[np.floating[Any]] = np.float64) -> Eyes:
    """How an observer sees the guarantors: its beliefs of this moment, and the record's average coefficients."""
    return _eyes(world, world.minds.at(cells, world.observers.index(observer)), cells, working)


def attackers_eyes(world: World, assault: Assault, working: type[np.floating[Any]] = np.float64) -> Eyes:
    """How the attacker of each entry sees the guarantors; the challengers are the first of the observers."""
    return _eyes(world, world.minds.at(assault.cells, assault.attacker), assault.cells, working)


def _eyes(world: World, held: Belief, cells: Cells, working: type[np.floating[Any]] = np.float64) -> Eyes:
    now = world.signals.taken_in(held, cells, working)
    names = world.roster.guarantors
    return Eyes(
        beliefs={name: Belief(*moments) for name, *moments in zip(names, now.mean, now.variance, strict=True)},
        coefficients=cells.own(world.average),
        at_reference=cells.own(world.at_reference),
        tied=cut(world.signals.tied, cells),
        working=working,
    )


def knowing_eyes(world: World, cells: Cells) -> Eyes:
    """How somebody would see the guarantors who knows their latents and the world's own coefficients."""
    true = world.coefficients
    beliefs = {name: Belief(mean=cells.take(eta), variance=np.zeros(())) for name, eta in world.truth.items()}
    return Eyes(
        beliefs=beliefs,
        coefficients=cells.own(true),
        at_reference=cut(world.bare(true), cells),
        tied=cut(world.signals.tied, cells),
    )


def average_shifts(world: World, attack: Attack, assault: Assault) -> list[Array]:
    """How far observers reckon each guarantor's latent in a crisis to lie above that at the reference crisis."""
    cells = assault.cells
    average = Eyes({}, cells.own(world.average), cells.own(world.at_reference), cut(world.signals.tied, cells))
    return average.shifts(attack, assault, world.guarantors)


def council_at(world: World, assault: Assault) -> Rules:
    """The Council as it would decide on attacks: contested as things stand, with its chance to be in time."""
    cells = assault.cells
    rules = replace(cells.own(world.council), timely=assault.of_action(assault.of_attacker(world.timely)))
    return contested(rules, cells.own(world.values["council.contested"]) * cells.take(world.fired_first))


def attack_on(world: World, assault: Assault, asked: ArrayLike, formal: ArrayLike, obliged: Flags) -> Attack:
    """Attacks as guarantors judge them.

    Args:
        world: the world as it stands.
        assault: who attacks, how, and where.
        asked: where the protégé asks for help.
        formal: where it invokes Article 4.
        obliged: where the treaty obliges the guarantors.

    """
    militants, state, major, member = assault.of_attacker(world.attackers)
    return Attack(
        militants=militants,
        state=state,
        deaths=assault.of_action(world.deaths),
        major=major,
        member=member,
        asked=asked,
        formal=formal,
        covered=obliged.astype(np.float64),
    )


def forecast_of(world: World, eyes: Eyes, assault: Assault, *, asked: bool, obliged: Flags) -> Forecast:
    """What somebody expects the guarantors to do about attacks.

    Args:
        world: the world as it stands.
        eyes: who foresees, for these entries.
        assault: who attacks, how, and where.
        asked: whether the protégé asks for help.
        obliged: where the treaty obliges the guarantors.

    """
    attack = attack_on(world, assault, float(asked), obliged & asked, obliged)
    harms = world.harms_at(assault.cells)
    return foresee(attack, assault, world.guarantors, eyes, harms, council_at(world, assault), obliged & asked)


@dataclass(frozen=True)
class Outlook:
    """What somebody expects the guarantors to do about attacks; it hangs on beliefs and cover, not on the threat.

    Attributes:
        asked: if the protégé asks for help.
        unasked: if it does not.
        cover: where Article 4 is in force, one flag an entry.

    """

    asked: Forecast
    unasked: Forecast
    cover: Flags


def outlook(world: World, eyes: Eyes, assault: Assault, cover: Flags | None = None) -> Outlook:
    """What somebody expects the guarantors to do about attacks.

    Args:
        world: the world as it stands.
        eyes: who expects it, for these entries.
        assault: who would attack, how, and where.
        cover: where Article 4 is in force, one flag an entry; by default, as the world stands.

    """
    covered = assault.cells.full(world.cover) if cover is None else cover
    obliged = covered & assault.cells.own(world.committed)
    asked, unasked = (forecast_of(world, eyes, assault, asked=asks, obliged=obliged) for asks in (True, False))
    return Outlook(asked, unasked, covered)


def prospects(world: World, expected: Outlook, assault: Assault, now: Surroundings | None = None) -> Prospect:
    """What somebody expects to follow attacks: now, or as things will stand.

    Args:
        world: the world as it stands.
        expected: what it expects of the guarantors.
        assault: who would attack, how, and where.
        now: what everybody sees there; by default, as the world stands.

    """
    cells = assault.cells
    seen = cut(world.surroundings(), cells) if now is None else now
    return prospect(
        expected.asked,
        expected.unasked,
        cells.own(world.appeal),
        assault.severity,
        assault.of_attacker(world.stakes),
        assault.of_attacker(world.vetoes),
        seen.threat,
        seen.tension,
        cells.own(world.temper),
        expected.cover.astype(np.float64),
    )
