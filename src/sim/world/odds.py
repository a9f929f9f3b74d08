"""The odds of a decision as the world stands: what an agent would weigh, and how likely it is to do what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from sim.reading import InputError, Problem, did_you_mean
from sim.world import patron, response
from sim.world.agents import OVERT, Challenger, Guarantor, Protege
from sim.world.beliefs import Belief
from sim.world.challenge import nested
from sim.world.choice import probabilities
from sim.world.foresight import Attack, foresee
from sim.world.prevention import urge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.world.world import World

    Array = NDArray[np.float64]

T = TypeVar("T")

DECISIONS = ("challenge", "action", "covert", "back", "request", "respond")
"""Decisions whose odds can be asked."""


@dataclass(frozen=True)
class Odds:
    """Options of a decision with their odds.

    Attributes:
        options: names, in order.
        utilities: shape (options, points, replicates); None for a response, which is no choice by utility.
        probabilities: the same shape; they add up to 1 over the options.

    """

    options: tuple[str, ...]
    utilities: Array | None
    probabilities: Array


def odds(
    world: World,
    state: str,
    decision: str,
    *,
    attacker: str | None = None,
    action: str = "strike",
    harm: float = 0.0,
    leader_combat: bool = False,
    asked: bool = True,
) -> Odds:
    """Odds of one decision of one state.

    Args:
        world: the world as it stands.
        state: name of the state that decides.
        decision: "challenge" (hold or overt), "action" (strike or campaign), "covert" of a challenger; "back" of a
            patron; "request" of the protégé; "respond" of a guarantor, by its true latent.
        attacker: who attacks, for "request" and "respond"; by default the first challenger.
        action: of the attacker, "strike" or "campaign".
        harm: harm done by the guarantors, for "back".
        leader_combat: whether the leader fights, for "back".
        asked: whether help was asked for, for "respond".

    Raises:
        sim.InputError: no such state or decision, or the state does not decide it.

    """
    agents = {agent.name: agent for agent in (*world.challengers, world.protege, *world.guarantors)}
    agent = _one(agents, state, "state")
    by = _one({c.name: c for c in world.challengers}, attacker or world.challengers[0].name, "challenger")
    if action not in OVERT:
        raise InputError(f"action: {action!r} is not one of {', '.join(OVERT)}")
    precision = world.values["choice.precision"]
    match agent, decision:
        case Challenger(), "challenge" | "action":
            utilities = agent.overt_utilities(world.surroundings(), world.prospects(agent, agent))
            motive = urge(world, agent, utilities)
            utilities = [utility + motive for utility in utilities]
            overt, shares = nested(utilities, precision)
            if decision == "action":
                return _made(world, OVERT, utilities, shares)
            return _chosen(world, ("hold", "overt"), [np.zeros(()), overt], precision)
        case Challenger(), "covert":
            utility = agent.covert_utility(world.surroundings())
            return _chosen(world, ("hold", "covert"), [np.zeros(()), utility], precision)
        case Challenger(interests=patron.Interests() as interests), "back":
            fights = np.asarray(float(leader_combat))
            utilities = patron.utilities(interests, world.threat, world.tension, np.asarray(harm), fights)
            return _chosen(world, patron.OPTIONS, utilities, precision)
        case Protege(), "request":
            ahead = world.prospects(agent, by)[action]
            appeal = agent.appeal()
            utility = appeal.utility(ahead.harm_if_asked, OVERT.index(action) + 1)
            return _chosen(world, ("stay silent", "ask"), [np.zeros(()), utility], appeal.sharpness)
        case Guarantor(), "respond":
            return _response(world, agent, by, action, asked=asked)
        case _:
            raise InputError(
                f"{state} ({type(agent).__name__.lower()}) does not decide {decision!r}; "
                f"decisions: {', '.join(DECISIONS)}"
            )


def _response(world: World, guarantor: Guarantor, by: Challenger, action: str, *, asked: bool) -> Odds:
    """Chances of each level by the true latent: the common forecast, by one who knows the truth."""
    truth = {name: Belief(mean=eta, variance=np.zeros(())) for name, eta in world.truth.items()}
    true = world.coefficients
    obliged = world.obliged.astype(np.float64)
    attack = Attack(
        deaths=world.values[f"crisis.{action}.deaths"],
        major=by.major,
        member=by.member,
        asked=float(asked),
        formal=float(asked) * obliged,
        covered=obliged,
    )
    ahead = foresee(
        attack,
        by.name,
        world.guarantors,
        truth,
        true,
        world.bare(true),
        world.harms,
        world.council,
        world.obliged & asked,
        world.signals.tied,
    )
    if guarantor.leads:
        caution = world.stakes[by.name].caution(world.threat, world.tension)
        aid, troops, combat = ahead.leader_aid, ahead.leader_troops, ahead.leader_combat(caution)
    else:
        aid, troops, combat = ahead.member_levels[world.guarantors.index(guarantor) - 1]
    return _made(world, response.LEVELS, None, [1.0 - aid, aid - troops, troops - combat, combat])


def _chosen(world: World, options: tuple[str, ...], utilities: Sequence[Array], precision: Array) -> Odds:
    return _made(world, options, utilities, probabilities(utilities, precision))


def _made(world: World, options: tuple[str, ...], utilities: Sequence[Array] | None, chances: Sequence[Array]) -> Odds:
    return Odds(
        options=options,
        utilities=None if utilities is None else np.stack([np.broadcast_to(u, world.shape) for u in utilities]),
        probabilities=np.stack([np.broadcast_to(p, world.shape) for p in chances]),
    )


def _one(known: Mapping[str, T], name: str, what: str) -> T:
    if name not in known:
        raise InputError(
            Problem(None, None, None, "", f'"{name}" is no {what} of this world.', did_you_mean(name, known))
        )
    return known[name]
