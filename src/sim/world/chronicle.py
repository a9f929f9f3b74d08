"""What the log tells of chance: draws that no decision shows, what came of each, what observers made of signals.

A decision is told where it is made (`Log.decision`). Here are the rows for the rest of luck: what a world is given at
its start, the month's noise, chances to act, signals and silence, the Council's days. Everything here only looks: it
is called where there is a log, draws nothing, and changes nothing but the rows.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from sim.world.assault import OVERT
from sim.world.log import number
from sim.world.outcomes import MANDATES
from sim.world.values import Cells
from sim.world.voting import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from sim.world.agents import Challenger
    from sim.world.assault import Assault
    from sim.world.beliefs import Belief
    from sim.world.council import Rules
    from sim.world.environment import Drift
    from sim.world.log import Event
    from sim.world.world import World

    Array = NDArray[np.float64]
    Codes = NDArray[np.int8]
    Flags = NDArray[np.bool_]

START = "start"
"""Phase of the rows that stand before the first month."""

COSTLY, TALK = "costly signal", "talk"
"""The two kinds of signal."""

NOTHING = "nothing"
"""What a chance came to that did not come."""


def beginning(world: World, parameter_set: int, of_sets: int) -> None:
    """Tell what a world is given at its start: parameter set, each challenger's type, each observer's first look."""
    if world.log is None:
        return
    world.log.fact(START, 0, "the world begins", parameter_set=parameter_set, of_sets=of_sets)
    for challenger in world.challengers:
        luck = world.streams.normal(f"type/{challenger.name}", 0)
        weight = challenger.motives.kind
        world.log.fact(START, 0, "type", actor=challenger.name, drawn=luck, weight_on_threat=weight)
    for observer, guarantor in itertools.product(world.observers, world.guarantors):
        if not _first(guarantor.active):
            continue
        held = observer.beliefs[guarantor.name]
        luck = world.streams.normal(f"perception/{observer.name}/{guarantor.name}", 0)
        seen = {"truth": world.truth[guarantor.name], "mean": held.mean, "variance": held.variance}
        world.log.fact(START, 0, "first belief", observer=observer.name, actor=guarantor.name, drawn=luck, **seen)


def noise(world: World, step: int, rule: Drift, threat: Array, tension: Array, jump: Array) -> None:
    """Tell the noise of a month: two normals, and the uniform that makes tension jump where it is below its chance."""
    if world.log is None or bool(world.schedule.driven[0, 0]):
        return  # where the record drives them nothing hangs on these draws
    chance = -np.expm1(-rule.jump_rate * world.step_length)
    world.log.fact(
        "drift",
        step,
        "noise",
        threat_drawn=threat,
        tension_drawn=tension,
        jump_chance=chance,
        jump_drawn=jump,
        jump_size=rule.jump_size,
        jumps=_first(jump) < _first(chance),
    )


# ------------------------------------------------------------------ signals


class Signalling:
    """The signals of one step, and what observers make of them.

    Args:
        world: the world, before anything is shown in this step.
        step: number of the step.

    """

    def __init__(self, world: World, step: int) -> None:
        self._world, self._step = world, step
        self._cells = Cells.everywhere(world.shape)
        self._before = self._beliefs()
        self._able: list[int] = []

    def _beliefs(self) -> Belief:
        world = self._world
        return world.signals.taken_in(world.minds.at(self._cells), self._cells)

    def kind(self, kind: str, able: Flags, chance: Array, luck: Array, sent: Flags) -> None:
        """Tell who sent one kind of signal and who was silent; all of the shape (guarantors, points, replicates)."""
        if self._world.log is None:
            return
        self._able = [index for index, can in enumerate(able) if _first(can)]
        for index in self._able:
            name = self._world.guarantors[index].name
            told = {"sent": sent[index], "chance": chance[index], "drawn": luck[index]}
            if kind == COSTLY:
                told["tied"] = self._world.signals.tied[name]
            self._world.log.fact("signals", self._step, kind, actor=name, **told)

    def read(self) -> None:
        """Tell what observers make of all that was sent and not sent since the last step."""
        who = [(observer, guarantor) for guarantor in self._able for observer in range(len(self._world.observers))]
        read(self._world, "signals", self._step, "signals read", who, (self._before, self._beliefs()))


def read(
    world: World,
    phase: str,
    step: int,
    event: str,
    who: Sequence[tuple[int, int]],
    beliefs: tuple[Belief, Belief],
) -> None:
    """Tell what some observers believe of some guarantors, before and after; `who` are pairs of their indices."""
    if world.log is None:
        return
    before, after = beliefs
    for o, g in who:
        moved = {
            "mean_before": before.mean[o, g],
            "variance_before": before.variance[o, g],
            "mean": after.mean[o, g],
            "variance": after.variance[o, g],
        }
        observer, actor = world.observers[o].name, world.guarantors[g].name
        world.log.fact(phase, step, event, observer=observer, actor=actor, **moved)


# ------------------------------------------------------------------ chances to act


def chance(
    world: World, challenger: Challenger, step: int, kind: str, likely: Array, luck: Array, comes: Flags
) -> Event:
    """Tell a challenger's chance to act in a step: it comes where the uniform is below it.

    Returns:
        The row, in which `came_to` is still to be said of a chance that came.

    """
    assert world.log is not None  # noqa: S101 - whoever wants the row has asked
    at_war = kind == "overt" and bool(world.campaigning[challenger.name][0, 0])
    more = {"at_war": True} if at_war else {}
    return world.log.fact(
        "opportunity and choice",
        step,
        f"chance of {kind} action",
        actor=challenger.name,
        chance=likely,
        drawn=luck,
        came=comes,
        came_to=NOTHING,
        **more,
    )


def came_to(world: World, assault: Assault, told: Mapping[str, Event], severity: Codes, threatened: Flags) -> None:
    """Say what chances of overt action that came have come to."""
    if world.log is None:
        return
    for entry, code in enumerate(assault.attacker):
        name = world.challengers[code].name
        if severity[entry]:
            said = OVERT[int(severity[entry]) - 1]
        elif threatened[entry]:
            said = "threat, concession" if _first(world.conceding[name]) else "threat, backed down"
        else:
            said = "hold"
        told[name]["came_to"] = said


# ------------------------------------------------------------------ crises


def joined_by(world: World, step: int, actions: Mapping[str, Codes], begun_by: int | None) -> None:
    """Tell who acts overtly in a step without beginning a crisis: it takes part in one that is there.

    Args:
        world: the world.
        step: number of the step.
        actions: overt action of each challenger.
        begun_by: index of the challenger that begins a crisis, None where none does.

    """
    if world.log is None:
        return
    for code, (name, action) in enumerate(actions.items()):
        if _first(action) and code != begun_by:
            world.log.fact("crisis", step, "joins the attack", actor=name, action=OVERT[int(_first(action)) - 1])


def convened(world: World, step: int, rules: Rules, *, sits: bool) -> None:
    """Tell that Article 4 was invoked: the Council is convened on the day of the request, or need not be."""
    if world.log is not None:
        chair = world.guarantors[int(world.chairs[0, 0])].name
        what = "Council is convened" if sits else "no vote is needed"
        world.log.fact("crisis", step, what, chair=chair, rule=RULES[int(_first(rules.rule))], day=0.0)


def decided(
    world: World, step: int, assault: Assault, rules: Rules, chance_of: Array, passed: Flags, drawn: Array
) -> None:
    """Tell the Council's decision, and the day it came on against the days that the action lasts.

    Args:
        world: the world.
        step: number of the step.
        assault: the attack.
        rules: the Council's.
        chance_of: chance of a mandate, given the members' latents.
        passed: whether there is one.
        drawn: the uniform that picks the days from those on record.

    """
    if world.log is None:
        return
    days = world.sessions.drawn(world.chairs, assault, drawn)
    delay = world.sessions.delay(world.chairs, world.challengers[assault.attacker[0]].name)
    lasts = assault.of_action(world.durations)
    world.log.fact(
        "crisis",
        step,
        "Council decides",
        chair=world.guarantors[int(world.chairs[0, 0])].name,
        rule=RULES[int(_first(rules.rule))],
        decision=MANDATES[int(passed[0])],
        chance_of_mandate=chance_of,
        days=days,
        days_drawn=drawn,
        days_on_record=world.sessions.on_record(assault, drawn),
        days_by_chair=delay,
        action_lasts=lasts,
        in_time=_first(days) < _first(lasts),
        chance_in_time=rules.timely,
    )


def _first(value: ArrayLike) -> float:
    """The number of an array that has one cell."""
    found: float = number(value)
    return found
