"""What states expect of each other as the world stands: the guarantors' response, and what follows an attack.

Expectations hang on beliefs and status, which move with every month, and are asked for in few cells: those with a
chance to act, or in a crisis. So they are computed there and then, and nothing is kept. Each cell is foreseen from what
is its own, so that it has the same bytes among whatever others it is foreseen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.world.agents import OVERT
from sim.world.beliefs import Belief
from sim.world.council import contested
from sim.world.foresight import Attack, Eyes, foresee
from sim.world.prospect import prospect
from sim.world.values import cut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.agents import Challenger, Observer
    from sim.world.anticipation import Forecast
    from sim.world.council import Rules
    from sim.world.environment import Surroundings
    from sim.world.prospect import Prospect
    from sim.world.values import Cells
    from sim.world.world import World

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]


def eyes_of(world: World, observer: Observer, cells: Cells) -> Eyes:
    """How an observer sees the guarantors: its beliefs of this moment, and the record's average coefficients."""
    return Eyes(
        beliefs=world.signals.believed(observer, cells),
        coefficients=cut(world.average, cells),
        at_reference=cut(world.at_reference, cells),
        tied=cut(world.signals.tied, cells),
    )


def knowing_eyes(world: World, cells: Cells) -> Eyes:
    """How somebody would see the guarantors who knows their latents and the world's own coefficients."""
    true = world.coefficients
    beliefs = {name: Belief(mean=cells.take(eta), variance=np.zeros(())) for name, eta in world.truth.items()}
    return Eyes(
        beliefs=beliefs,
        coefficients=cut(true, cells),
        at_reference=cut(world.bare(true), cells),
        tied=cut(world.signals.tied, cells),
    )


def council_at(world: World, cells: Cells, attacker: Challenger, action: str) -> Rules:
    """The Council in some cells: contested as things stand there, and its chance to be in time for an action."""
    rules = cut(world.council_on(attacker, action), cells)
    return contested(rules, cells.take(world.values["council.contested"]) * cells.take(world.fired_first))


def attack_on(world: World, attacker: Challenger, action: str, cells: Cells, *, asked: bool, obliged: Flags) -> Attack:
    """An attack as guarantors would judge it, in some cells; `obliged` where the treaty obliges them."""
    covered = obliged.astype(np.float64)
    return Attack(
        deaths=cells.take(world.values[f"crisis.{action}.deaths"]),
        major=cells.take(attacker.major),
        member=cells.take(attacker.member),
        asked=float(asked),
        formal=float(asked) * covered,
        covered=covered,
    )


def forecast_of(
    world: World, eyes: Eyes, attacker: Challenger, action: str, cells: Cells, *, asked: bool, obliged: Flags
) -> Forecast:
    """What somebody expects the guarantors to do about an attack.

    Args:
        world: the world as it stands.
        eyes: who foresees, in those cells.
        attacker: who attacks.
        action: strike or campaign.
        cells: where.
        asked: whether the protégé asks for help.
        obliged: where the treaty obliges the guarantors, one flag a cell.

    """
    return foresee(
        attack_on(world, attacker, action, cells, asked=asked, obliged=obliged),
        attacker.name,
        world.guarantors,
        eyes,
        world.harms_at(cells),
        council_at(world, cells, attacker, action),
        obliged & asked,
        cells,
    )


def prospects(
    world: World,
    eyes: Eyes,
    attacker: Challenger,
    cells: Cells,
    now: Surroundings | None = None,
    cover: Flags | None = None,
) -> dict[str, Prospect]:
    """What somebody expects to follow each overt action of an attacker: now, or as things will stand.

    Args:
        world: the world as it stands.
        eyes: who expects it, in those cells.
        attacker: who would attack.
        cells: where.
        now: what everybody sees in those cells; by default, as the world stands.
        cover: where Article 4 is in force, one flag a cell; by default, as the world stands.

    """
    seen = cut(world.surroundings(), cells) if now is None else now
    covered = cells.full(world.cover) if cover is None else cover
    obliged = covered & cells.take(world.committed)
    backer = world.backer(attacker)
    veto = np.zeros(()) if backer is None else cells.take(backer.own("patron.veto"))
    appeal, temper = cut(world.protege.appeal(), cells), cut(world.temper, cells)
    stake = cut(world.stakes[attacker.name], cells)
    ahead = {}
    for severity, action in enumerate(OVERT, start=1):
        asked, unasked = (
            forecast_of(world, eyes, attacker, action, cells, asked=asks, obliged=obliged) for asks in (True, False)
        )
        ahead[action] = prospect(
            asked,
            unasked,
            appeal,
            severity,
            stake,
            veto,
            seen.threat,
            seen.tension,
            temper,
            covered.astype(np.float64),
        )
    return ahead
