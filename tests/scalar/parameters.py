"""What is read before anything is played: a trial's numbers, what the record says to all, and the trial's draws."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from scalar.draws import Draws, Luck
from scalar.response import Coefficients, own_part, reference_crisis, shared_part
from sim.record import lookup
from sim.record.values import Normal
from sim.scenario import SETS, Scenario, leaves, prior_sets, sets_for, tabulate
from sim.scenario.tabulate import quantiles
from sim.world.roster import Roster, roster
from sim.world.streams import BLOCK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Record:
    """What anyone knows from the record: averages over all parameter sets.

    Attributes:
        average: the mean coefficients.
        mean: mean latent of each guarantor at the reference crisis.
        variance: its variance over the parameter sets.

    """

    average: Coefficients
    mean: dict[str, float]
    variance: dict[str, float]


@dataclass(frozen=True)
class Trial:
    """A trial that is ready to be played.

    Attributes:
        scenario: names, switches and lists; its numbers are in `numbers`.
        roster: who is in it.
        numbers: every parameter by dotted name.
        record: what anyone knows from the record.
        luck: every draw.
        series: where the record drives the world: level of each series in each month.

    """

    scenario: Scenario
    roster: Roster
    numbers: dict[str, float]
    record: Record
    luck: Luck
    series: dict[str, list[float]]


def prepare(scenario: Scenario, trials: range, seed: int) -> list[Trial]:
    """Read and draw all that some trials (numbers in a row) need."""
    record, who = record_of(scenario), roster(scenario)
    numbers = dict(zip(trials, _numbers(scenario, trials), strict=True))
    prepared = []
    for block in _blocks(trials):
        draws = Draws(scenario, seed, block)
        prepared += [
            Trial(scenario, who, numbers[trial], record, draws.of(trial), _series(scenario, trial)) for trial in block
        ]
    return prepared


def numbers_of(scenario: Scenario, trial: int) -> dict[str, float]:
    """Every parameter of a trial by dotted name."""
    return _numbers(scenario, range(trial, trial + 1))[0]


def _numbers(scenario: Scenario, trials: Sequence[int]) -> list[dict[str, float]]:
    columns = {name: column[0].tolist() for name, column in tabulate([scenario], np.array(trials, np.int64)).items()}
    return [{name: c[at if len(c) > 1 else 0] for name, c in columns.items()} for at in range(len(trials))]


def _blocks(trials: range) -> list[range]:
    """The trials, cut where a block of streams ends."""
    cuts = [trials.start, *range((trials.start // BLOCK + 1) * BLOCK, trials.stop, BLOCK), trials.stop]
    return [range(first, last) for first, last in itertools.pairwise(cuts)]


def record_of(scenario: Scenario) -> Record:
    """Averages over all parameter sets; a scenario's shift moves the truth of its world, not the record."""
    who, told = roster(scenario), leaves(scenario)
    names = [name for name in told if name.startswith("response.") or name.endswith((".resolve", ".committed"))]
    names += ["crisis.strike.deaths"]
    columns = tabulate([scenario], np.arange(SETS), prior_sets())
    table: dict[str, list[float]] = {}
    for name in names:
        row = columns[name][0].tolist()
        shift = getattr(told[name], "shift", 0.0) if name.startswith("response.") or name.endswith(".resolve") else 0.0
        table[name] = [value - shift for value in (row if len(row) > 1 else row * SETS)]
    sets = [Coefficients.of({name: column[at] for name, column in table.items()}) for at in range(SETS)]
    means, variances = {}, {}
    for name in who.guarantors:
        leads = float(name == who.leader)
        etas = [
            shared_part(c, reference_crisis(deaths)) + own_part(c, 0.0, committed, leads) + resolve
            for c, deaths, committed, resolve in zip(
                sets,
                table["crisis.strike.deaths"],
                table[f"states.{name}.committed"],
                table[f"states.{name}.resolve"],
                strict=True,
            )
        ]
        means[name] = _mean(etas)
        variances[name] = _mean([(eta - means[name]) ** 2 for eta in etas])
    average = Coefficients.of({name: _mean(column) for name, column in table.items()})
    return Record(average, means, variances)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


BOUNDS: Mapping[str, tuple[float, float]] = {
    "threat": (0.0, 2.0),
    "tension": (-math.inf, math.inf),
    "defence": (0.0, 1.0),
    "missiles": (0.0, 1.0),
    "proxies": (0.0, 1.0),
}
"""Ends of the scale of what can be scheduled."""


def _series(scenario: Scenario, trial: int) -> dict[str, list[float]]:
    """The record's levels month by month, its error one draw for each parameter set."""
    if scenario.environment.drive != "record":
        return {}
    year, month = map(int, scenario.start.split("-"))
    first = 12 * year + month - 1
    paths = {}
    for name, (least, most) in BOUNDS.items():
        of_environment = name in ("threat", "tension")
        key = f"environment.{name}.start" if of_environment else f"states.{roster(scenario).protege}.{name}"
        z = float(ndtri(quantiles(key, leaves(scenario)[key], sets_for(scenario))[trial % SETS]))
        path = []
        for at in range(first, first + scenario.horizon):
            found = lookup(f"series.{name}.{at // 12}-{at % 12 + 1:02d}")
            assert isinstance(found, Normal)
            path.append(min(most, max(least, found.mean + found.sd * z)))
        paths[name] = path
    return paths
