"""The odds of a decision as the world stands: what an agent would weigh, and how likely it is to do what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from sim.reading import InputError, Problem, did_you_mean
from sim.world import council, opportunity, patron, response, retaliation, threat, votes_ahead
from sim.world.agents import Challenger, Guarantor, Protege
from sim.world.assault import OVERT, Assault
from sim.world.choice import probabilities
from sim.world.expectations import attackers_eyes, council_at, eyes_of, forecast_of, knowing_eyes, outlook, prospects
from sim.world.values import Cells, cut

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.world.anticipation import Forecast
    from sim.world.world import World

    Array = NDArray[np.float64]

T = TypeVar("T")

DECISIONS = (
    "challenge", "action", "covert", "back", "request", "respond", "admit", "concede", "carry out", "retaliate", "vote",
    "decide",
)  # fmt: skip
"""Decisions whose odds can be asked."""

DECIDED = ("not asked", "refused", "approved too late", "approved in time")
"""What can become of a request to the Council."""


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
    warned: bool = False,
) -> Odds:
    """Odds of one decision of one state.

    Args:
        world: the world as it stands.
        state: name of the state that decides; "Council" for what the Council decides together.
        decision: "challenge" (hold, overt, threaten), "carry out" (a threat), "action" (strike or campaign), "covert"
            of a challenger; "back" of a patron; "request", "concede" and "retaliate" of the protégé; "respond" and
            "vote" of a guarantor, by its true latent; "admit" of a guarantor, on an application as things stand;
            "decide" of the Council, by all of them.
        attacker: who attacks, for "request", "respond", "vote" and "decide"; by default the first challenger.
        action: of the attacker, "strike" or "campaign".
        harm: harm done by the guarantors, for "back" and "retaliate".
        leader_combat: whether the leader fights, for "back".
        asked: whether help was asked for, for "respond".
        warned: whether the leader warned, for "carry out".

    Raises:
        sim.InputError: no such state or decision, or the state does not decide it.

    """
    agents = {agent.name: agent for agent in (*world.challengers, world.protege, *world.guarantors)}
    agent = None if state == "Council" else _one(agents, state, "state")
    by = _one({c.name: c for c in world.challengers}, attacker or world.challengers[0].name, "challenger")
    if action not in OVERT:
        raise InputError(f"action: {action!r} is not one of {', '.join(OVERT)}")
    made: Odds | None = None
    match agent:
        case Challenger() if decision == "carry out":
            made = _carry_out(world, agent, warned=warned)
        case Challenger():
            made = _of_challenger(world, agent, decision, harm, leader_combat=leader_combat)
        case Protege():
            made = _of_protege(world, agent, by, decision, action, harm)
        case Guarantor() if decision == "admit":
            made = _admission(world, agent)
        case Guarantor() if decision in ("respond", "vote"):
            made = _allied(world, agent, by, action, asked=asked, votes=decision == "vote")
        case None if decision == "decide":
            made = _allied(world, None, by, action, asked=asked, votes=False)
    if made is None:
        raise InputError(
            f"{state} ({'all members' if agent is None else type(agent).__name__.lower()}) does not decide "
            f"{decision!r}; decisions: {', '.join(DECISIONS)}"
        )
    return made


def _of_challenger(world: World, agent: Challenger, decision: str, harm: float, *, leader_combat: bool) -> Odds | None:
    precision = world.values["choice.precision"]
    if decision in ("challenge", "action"):
        assault = _by(world, agent)
        weighed = opportunity.weigh(world, assault)
        if decision == "action":
            return _made(world, OVERT, weighed.kinds, weighed.shares)
        named = opportunity.STAGE[: len(weighed.options) if agent.threatens.any() else opportunity.THREATEN]
        return _chosen(world, named, weighed.options[: len(named)], assault.cells.own(precision))
    if decision == "covert":
        utility = agent.motives.covert_utility(world.surroundings())
        return _chosen(world, ("hold", "covert"), [np.zeros(()), utility], precision)
    if decision == "back" and agent.is_patron:
        fights = np.asarray(float(leader_combat))
        utilities = patron.utilities(agent.interests, world.threat, world.tension, np.asarray(harm), fights)
        return _chosen(world, patron.OPTIONS, utilities, precision)
    return None


def _by(world: World, attacker: Challenger, action: str | None = None) -> Assault:
    """Attacks of one challenger everywhere, by one action or weighing either."""
    cells = Cells.everywhere(world.shape)
    code = world.challengers.index(attacker)
    if action is None:
        return Assault.by(code, cells)
    return Assault.by(code, cells, np.full(len(cells), OVERT.index(action) + 1, np.int8))


def _carry_out(world: World, agent: Challenger, *, warned: bool) -> Odds:
    assault = _by(world, agent)
    cells, eyes = assault.cells, attackers_eyes(world, assault)
    motive = opportunity.weigh(world, assault).motive
    branch = threat.brink(world, eyes, assault, cut(world.surroundings(), cells), motive).branches[int(warned)]
    return _chosen(world, threat.ENDS, branch.ends, cells.own(world.values["choice.precision"]))


def _of_protege(world: World, agent: Protege, by: Challenger, decision: str, action: str, harm: float) -> Odds | None:
    cells = Cells.everywhere(world.shape)
    precision, now = cells.own(world.values["choice.precision"]), cut(world.surroundings(), cells)
    match decision:
        case "request":
            assault = _by(world, by, action)
            ahead = prospects(world, outlook(world, eyes_of(world, agent, cells), assault), assault, now)
            appeal = cells.own(world.appeal)
            utility = appeal.utility(ahead.harm_if_asked, assault.severity)
            return _chosen(world, ("stay silent", "ask"), [np.zeros(()), utility], appeal.sharpness)
        case "concede":
            end = threat.brink(world, eyes_of(world, agent, cells), _by(world, by), now)
            return _chosen(world, threat.ANSWERS, end.answers, precision)
        case "retaliate":
            feels, severity = retaliation.backed(np.asarray(harm)), np.asarray(OVERT.index(action) + 1.0)
            replies = world.temper.utilities(severity, world.cover.astype(np.float64), feels)
            return _chosen(world, retaliation.REPLIES, replies, world.values["choice.precision"])
    return None


def _admission(world: World, guarantor: Guarantor) -> Odds:
    yes = world.application.readiness(world, guarantor.name)
    return _made(world, ("no", "yes"), None, [1.0 - yes, yes])


def _foreseen(world: World, by: Challenger, action: str, *, asked: bool) -> Forecast:
    """The common forecast, by one who knows the truth."""
    assault = _by(world, by, action)
    eyes, obliged = knowing_eyes(world, assault.cells), assault.cells.full(world.obliged)
    return forecast_of(world, eyes, assault, asked=asked, obliged=obliged)


def _decided(world: World, by: Challenger, action: str, *, asked: bool) -> list[Array]:
    """Chances of what becomes of a request, in the order of `DECIDED`."""
    assault = _by(world, by, action)
    mandate = _foreseen(world, by, action, asked=asked).mandate
    rules = council_at(world, assault)
    sits = np.asarray(assault.cells.full(world.obliged) & rules.decides & asked, np.float64)
    return [1.0 - sits, sits * (1.0 - mandate), sits * mandate * (1.0 - rules.timely), sits * mandate * rules.timely]


def _allied(
    world: World, guarantor: Guarantor | None, by: Challenger, action: str, *, asked: bool, votes: bool
) -> Odds:
    """Decisions of the alliance: of the Council where no guarantor is named, else of the guarantor."""
    if guarantor is None:
        return _made(world, DECIDED, None, _decided(world, by, action, asked=asked))
    if votes:
        return _made(world, council.STANCES, None, votes_ahead.stances(world, guarantor, _by(world, by, action)))
    return _response(world, guarantor, by, action, asked=asked)


def _response(world: World, guarantor: Guarantor, by: Challenger, action: str, *, asked: bool) -> Odds:
    """Chances of each level by the true latent: the common forecast, by one who knows the truth."""
    ahead = _foreseen(world, by, action, asked=asked)
    if guarantor.leads:
        assault = _by(world, by, action)
        cells, stake = assault.cells, assault.of_attacker(world.stakes)
        caution = stake.caution(cells.full(world.threat), cells.full(world.tension))
        aid, troops, combat = ahead.leader_aid, ahead.leader_troops, ahead.leader_combat(caution)
    else:
        aid, troops, combat = ahead.member_levels[world.guarantors.index(guarantor) - 1]
    return _made(world, response.LEVELS, None, [1.0 - aid, aid - troops, troops - combat, combat])


def _chosen(world: World, options: tuple[str, ...], utilities: Sequence[Array], precision: Array) -> Odds:
    return _made(world, options, utilities, probabilities(utilities, precision))


def _made(world: World, options: tuple[str, ...], utilities: Sequence[Array] | None, chances: Sequence[Array]) -> Odds:
    return Odds(
        options=options,
        utilities=None if utilities is None else np.stack([_laid_out(world, u) for u in utilities]),
        probabilities=np.stack([_laid_out(world, p) for p in chances]),
    )


def _laid_out(world: World, column: Array) -> Array:
    """A column as one of the batch: what has one axis has one value a cell, row by row."""
    if column.ndim == 1 and len(column) > 1:
        return column.reshape(world.shape)
    return np.broadcast_to(column, world.shape)


def _one(known: Mapping[str, T], name: str, what: str) -> T:
    if name not in known:
        raise InputError(
            Problem(None, None, None, "", f'"{name}" is no {what} of this world.', did_you_mean(name, known))
        )
    return known[name]
