"""Forecasts of attacks: the World from what was known the month before, and how many rounds began in the window.

A round is a month in which overt action begins, as seeds/targets.yaml counts it; a challenger takes part in it if it
begins it or joins it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.record.ensemble import PRIOR, ensemble_digests
from sim.scenario import SETS, load
from sim.world import BLOCK, World

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sim.judge.backtest_file import AttackCase
    from sim.scenario import Scenario

    Array = NDArray[np.float64]

MOST_ROUNDS: Final = 3
"""Rounds that are told apart; more are counted with them."""

ROUNDS: Final = ("0", "1", "2", "3 or more")

LEAST_TRIALS: Final = 2 * SETS
"""Every parameter set at least twice."""


@dataclass(frozen=True)
class AttackForecast:
    """The forecast of one window.

    Attributes:
        case: what was forecast.
        rounds: probability of none, one, two, three or more rounds.
        overt: challenger -> probability that it takes part in one.
        trials: worlds played.
        error: Monte Carlo error of the probability of any.
        effective: effective number of parameter sets: those that saw what is left out weigh less.
    """

    case: AttackCase
    rounds: tuple[float, ...]
    overt: Mapping[str, float]
    trials: int
    error: float
    effective: float

    @property
    def happened(self) -> int:
        """Return the number of rounds that began, at most MOST_ROUNDS."""
        return min(MOST_ROUNDS, len(self.case.happened))

    def took_part(self, challenger: str) -> bool:
        """Return whether a challenger took part in a round that began."""
        return any(challenger in one.actors for one in self.case.happened)

    def to_json(self) -> dict[str, Any]:
        """Return it as one of `cases` of `article4 backtest --json`."""
        case = self.case
        return {
            "id": case.id,
            "form": case.form,
            "title": case.title,
            "date": case.start,
            "known_by": case.known_by,
            "seen": case.seen,
            "forecast": {"rounds": dict(zip(ROUNDS, self.rounds, strict=True)), "overt": dict(self.overt)},
            "happened": {"rounds": len(case.happened), "overt": {name: self.took_part(name) for name in self.overt}},
            "probability_of_what_happened": {"rounds": self.rounds[self.happened]},
            "trials": self.trials,
            "mc_se": self.error,
            "ensemble": ensemble_of(case),
            "effective_sets": self.effective,
        }


@dataclass
class _Counted:
    """What is counted of the worlds, set by set."""

    rounds: Array
    overt: dict[str, Array]
    played: Array = field(default_factory=lambda: np.zeros(SETS))


def forecast_attack(
    case: AttackCase, scenario: Scenario, *, trials: int, seed: int, draw_weights: Array | None = None
) -> AttackForecast:
    """Forecast the rounds that begin in a window.

    Args:
        case: the window.
        scenario: what is played; see `scenario_of`.
        trials: worlds to be played; replicate r has parameter set r mod SETS.
        seed: of the worlds.
        draw_weights: of each parameter set, (SETS,): how far its draw of the response is one that has not seen what is
            left out; even if None.
    """
    challengers = tuple(name for name, state in scenario.states.items() if state.role == "challenger")
    counted = _Counted(np.zeros((SETS, MOST_ROUNDS + 1)), {name: np.zeros(SETS) for name in challengers})
    for first in range(0, trials, BLOCK):
        _play(scenario, first, min(BLOCK, trials - first), seed, counted)
    weights = np.full(SETS, 1.0 / SETS) if draw_weights is None else draw_weights / draw_weights.sum()
    weights = np.where(counted.played > 0.0, weights, 0.0)
    weights = weights / weights.sum()
    played = np.maximum(counted.played, 1.0)
    rounds = weights @ (counted.rounds / played[:, None])
    some = counted.rounds[:, 1:].sum(axis=1) / played
    error = float(np.sqrt((weights**2 * np.clip(some * (1.0 - some), 0.0, None) / np.maximum(played - 1.0, 1.0)).sum()))
    return AttackForecast(
        case,
        tuple(rounds.tolist()),
        {name: float(weights @ (values / played)) for name, values in counted.overt.items()},
        trials,
        error,
        float(1.0 / np.square(weights).sum()),
    )


def scenario_of(case: AttackCase) -> Scenario:
    """Return what is played: the case's scenario where the world was the month before.

    Its parameter sets are those calibrated to data up to the case's month; prior ones where none are stored.

    Raises:
        InputError: a series has no such point.
    """
    return load(case.scenario, case.overrides() | {"ensemble": ensemble_of(case)})


def ensemble_of(case: AttackCase) -> str:
    """Return what the parameter sets are called that are calibrated to data up to the case's month.

    `prior` where none of them are stored.
    """
    return case.calibrated_to if case.calibrated_to in ensemble_digests() else PRIOR


def _play(scenario: Scenario, first: int, count: int, seed: int, counted: _Counted) -> None:
    """Play worlds month by month, and count who begins and who joins in each."""
    world = World(scenario, replicates=count, first=first, seed=seed)
    names = list(world.roster.challengers)
    tally = world.tally
    rounds = np.zeros(count, np.int64)
    overt = {name: np.zeros(count, np.bool_) for name in names}
    before = np.zeros(count, np.int64)
    for _ in range(round(scenario.horizon / world.step_length)):
        world.step()
        began = tally.attacks[0] > before
        before = tally.attacks[0].astype(np.int64)
        rounds += began
        for code, name in enumerate(names):
            overt[name] |= began & ((tally.first_attacker[0] == code) | tally.patron_joined[0])
        # Counted month by month: nothing in the world reads these two again.
        tally.first_step[:] = -1
        tally.patron_joined[:] = False
    sets = np.arange(first, first + count) % SETS
    np.add.at(counted.rounds, (sets, np.minimum(rounds, MOST_ROUNDS)), 1.0)
    np.add.at(counted.played, sets, 1.0)
    for name in names:
        np.add.at(counted.overt[name], sets, overt[name].astype(np.float64))
