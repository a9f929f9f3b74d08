"""The past played with candidate parameter sets, and what the targets count in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.record.schemas.target import COUNTED
from sim.scenario import Scenario, load
from sim.scenario.schema import ChallengerState
from sim.world import World
from sim.world.outcomes import CAMPAIGN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.record.ensemble import Ensemble
    from sim.record.schemas.target import Target

    Flags = NDArray[np.bool_]

START: Final = "2010-01"
MONTHS: Final = 198
"""History is played from January 2010 to June 2026, where the record ends."""

PLAYED: Final = (*COUNTED, "campaigns", "joined")
"""Measures that playing history gives. `carried_out` needs challengers that threaten: no shipped history lets them."""


def history(months: int = MONTHS) -> Scenario:
    """Return the past as a scenario: no cover, threat, tension and means from the record, no calibrated sets."""
    changes = {"start": START, "horizon": months, "environment.drive": "record", "ensemble": "prior"}
    return load("outsider", changes)


def judged(targets: Sequence[Target]) -> tuple[Target, ...]:
    """Return the targets and checks that playing history gives, in their order."""
    return tuple(one for one in targets if one.measure in PLAYED)


@dataclass(frozen=True)
class Month:
    """What was done in a month, each of shape (trials,).

    Attributes:
        overt: where each challenger began overt action, alone or by joining another's round.
        covert: where it acted covertly.
        began: where it began a round of its own.
        joined: where the patron of each challenger joined.
        campaign: where a round was, or became, a campaign.

    """

    overt: Mapping[str, Flags]
    covert: Mapping[str, Flags]
    began: Mapping[str, Flags]
    joined: Mapping[str, Flags]
    campaign: Flags


def counts(
    scenario: Scenario,
    among: Ensemble,
    targets: Sequence[Target],
    *,
    trials: int,
    first: int,
    seed: int,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Play history with every set of an ensemble and count what the targets count.

    Args:
        scenario: the past.
        among: the sets; set s plays the trials s, s + sets, s + 2 sets ...
        targets: see `judged`.
        trials: of each set.
        first: number of the first trial of the batch, a multiple of the number of sets.
        seed: of the luck.

    Returns:
        What is counted, and out of how many (1 for a number of events), each of shape (targets, trials, sets).

    """
    world = World(scenario, replicates=trials * among.sets, first=first, seed=seed, among=among)
    spans = [_span(one, scenario) for one in targets]
    shape = (len(targets), trials * among.sets)
    counted, out_of = np.zeros(shape, np.int32), np.zeros(shape, np.int32)
    for row, one in enumerate(targets):
        out_of[row] = one.measure in COUNTED
    joined = {name: np.zeros(shape[1], np.bool_) for name in world.roster.challengers}
    for month in range(scenario.horizon):
        # Both are read by nothing in the world: cleared, they tell of one month.
        world.tally.patron_joined[:] = False
        world.tally.highest_action[:] = 0
        world.step()
        seen = _seen(world, scenario, joined)
        joined = dict(seen.joined)
        for row, (one, (since, until)) in enumerate(zip(targets, spans, strict=True)):
            if since <= month <= until:
                number, of = _count(one, seen)
                counted[row] += number
                out_of[row] += of
    return counted.reshape(len(targets), trials, among.sets), out_of.reshape(len(targets), trials, among.sets)


def _seen(world: World, scenario: Scenario, joined_before: Mapping[str, Flags]) -> Month:
    """What a month that was just played showed."""
    began = {name: action[0] > 0 for name, action in world.acted.items()}
    patron_joined = world.tally.patron_joined[0]
    joined = {name: np.zeros_like(patron_joined) for name in began}
    overt = dict(began)
    for name, state in scenario.states.items():
        if isinstance(state, ChallengerState) and state.backed_by is not None:
            joined[name] = patron_joined
            # Who joins another's round takes part in it; a war that runs on is not joined anew.
            new = patron_joined & (began[name] | ~joined_before[name])
            overt[state.backed_by] = overt[state.backed_by] | new
    covert = {name: acts[0] for name, acts in world.acted_covertly.items()}
    return Month(overt, covert, began, joined, world.tally.highest_action[0] >= CAMPAIGN)


def _count(target: Target, seen: Month) -> tuple[NDArray[Any], NDArray[Any]]:
    """What a target counts in a month, and out of how many; the latter 0 for events in a period."""
    nothing = np.zeros_like(seen.campaign)
    match target.measure:
        case "overt":
            return seen.overt[target.actors[0]], nothing
        case "covert":
            return seen.covert[target.actors[0]], nothing
        case "campaigns":
            rounds = np.logical_or.reduce([seen.began[name] for name in target.actors])
            return rounds & seen.campaign, rounds
        case "joined":
            # The target names who joins; the rounds are those of the others that it backs.
            others = [name for name in seen.began if name not in target.actors]
            rounds = np.logical_or.reduce([seen.began[name] for name in others])
            help_ = np.logical_or.reduce([seen.joined[name] for name in others])
            return rounds & help_, rounds
        case _:
            raise ValueError(f"{target.id}: {target.measure} is not counted in history")


def _span(target: Target, scenario: Scenario) -> tuple[int, int]:
    """First and last month of a target's period, by number from the scenario's start."""
    first = _number(scenario.start)
    since, until = target.since or scenario.start, target.until or "9999-12"
    return _number(since) - first, _number(until) - first


def _number(month: str) -> int:
    year, of_year = month.split("-")
    return 12 * int(year) + int(of_year)
