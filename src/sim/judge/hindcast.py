"""Forecasts of what had not been seen, held against what happened: `article4 backtest`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiment.files import write_whole
from sim.judge.answers import AnswerForecast, forecast_answer
from sim.judge.attacks import LEAST_TRIALS, AttackForecast, ensemble_of, forecast_attack, scenario_of
from sim.judge.backtest_file import AnswerCase, AttackCase
from sim.judge.backtests import backtests
from sim.judge.left_out import REFITS, TRUSTED, Leaver
from sim.judge.scoring import misses, recent, reliability, scored, scores
from sim.reading import InputError, did_you_mean
from sim.record.ensemble import PRIOR
from sim.record.estimation import estimation_rows
from sim.record.priors import load_priors
from sim.scenario import sets_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from sim.judge.backtest_file import Backtest
    from sim.judge.left_out import LeftOut
    from sim.scenario import Scenario

    Progress = Callable[[int, int, str], None]

TRIALS: Final = 8_000
"""Worlds of each window: sixteen of every parameter set; P(any round) is then known to half a percentage point."""

FILE: Final = "backtest.json"
"""What is stored in a directory of results."""


@dataclass(frozen=True)
class Backtested:
    """What the backtests came to.

    Attributes:
        forecasts: one a case, in the order of the cases.
        seed: of worlds and resampling.
        trials: worlds of each window.
        directory: where it is stored, if it is.
        told: what `article4 backtest --json` prints.
    """

    forecasts: tuple[AnswerForecast | AttackForecast, ...]
    seed: int
    trials: int
    directory: Path | None
    told: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return what `article4 backtest --json` prints, as JSON values."""
        return self.told


def backtest(
    ids: Sequence[str] = (),
    *,
    trials: int = TRIALS,
    seed: int = 1,
    out: str | Path | None = None,
    refit: bool = False,
    progress: Progress | None = None,
) -> Backtested:
    """Forecast cases that were left out, and score the forecasts against what happened and three references.

    Args:
        ids: of the cases; all if none is given.
        trials: worlds of each window of attacks, 1,000 to 1,000,000.
        seed: of worlds and resampling, from 0.
        out: directory to store the result in, and fits without a crisis.
        refit: whether to fit anew, for two minutes each, where the stored draws cannot be reweighed and no fit of
            these rows is stored; else such a case is forecast from rough weights, and told so.
        progress: is told how many cases are done, of how many, and the next one.

    Raises:
        InputError: a case is unknown, trials or seed out of their limits, or ArviZ is not installed.
        TaskError: a fit has not converged.
    """
    if not LEAST_TRIALS <= trials <= 1_000_000:
        raise InputError(f"trials: {trials} is not between {LEAST_TRIALS:,} and 1,000,000")
    if not 0 <= seed < 2**63:
        raise InputError(f"seed: {seed} is not between 0 and 2^63 - 1")
    every = backtests()
    cases = chosen(every, ids)
    place = None if out is None else Path(out)
    priors = load_priors()
    folders = () if place is None else (place / REFITS,)
    leaver = Leaver(estimation_rows(), priors, folders=folders, refit=refit and place is not None)
    found: list[AnswerForecast | AttackForecast] = []
    for number, case in enumerate(cases):
        if progress is not None:
            progress(number, len(cases), case.id)
        left = leaver.without(case.leaves_out)
        if isinstance(case, AnswerCase):
            found.append(forecast_answer(case, left, priors))
        else:
            scenario = scenario_of(case)
            weights = set_weights(left, scenario)
            found.append(forecast_attack(case, scenario, trials=trials, seed=seed, draw_weights=weights))
    if progress is not None:
        progress(len(cases), len(cases), "")
    told = judged(found, every, seed=seed, trials=trials, out=place)
    if place is not None:
        _stored(place, told)
    return Backtested(tuple(found), seed, trials, place, told)


def chosen(every: Sequence[Backtest], ids: Sequence[str]) -> tuple[Backtest, ...]:
    """Return the cases of some ids in their own order; all if none is given.

    Raises:
        InputError: there is no such case.
    """
    known = {case.id: case for case in every}
    unknown = [one for one in ids if one not in known]
    if unknown:
        hint = did_you_mean(unknown[0], list(known)) or "`article4 backtest --json` lists them all."
        raise InputError(f'--case: there is no backtest called "{unknown[0]:.60}". {hint}')
    return tuple(case for case in every if not ids or case.id in ids)


def set_weights(left: LeftOut, scenario: Scenario) -> NDArray[np.float64] | None:
    """Return how far the draw of the response in each parameter set is one that has not seen what is left out.

    Shape (SETS,); None where all count the same. A window's cases on the response can be left out by weights alone:
    the sets are what they are.
    """
    if left.method != "psis":
        return None
    return np.asarray(left.weights[sets_for(scenario).draws])


def judged(
    found: Sequence[AnswerForecast | AttackForecast],
    every: Sequence[Backtest],
    *,
    seed: int,
    trials: int,
    out: Path | None,
) -> dict[str, Any]:
    """Return forecasts and their scores as JSON values."""
    answers = [case for case in every if isinstance(case, AnswerCase)]
    entries = scored(found, answers)
    rough = [one.case.id for one in found if isinstance(one, AnswerForecast) and one.method == "psis_untrusted"]
    prior = any(isinstance(one.case, AttackCase) and ensemble_of(one.case) == PRIOR for one in found)
    return {
        "command": "backtest",
        "seed": seed,
        "out": None if out is None else str(out),
        "trials": trials,
        "cases": [one.to_json() for one in found],
        "scores": scores(entries, seed=seed),
        "since_2025": recent(entries, seed=seed),
        "misses": misses(found),
        "reliability": reliability(found),
        "replayed": [one.case.id for one in found if isinstance(one.case, AttackCase) and one.case.seen],
        "left_out": {
            "trusted_up_to": TRUSTED,
            "refitted": [one.case.id for one in found if isinstance(one, AnswerForecast) and one.method == "refit"],
            "untrusted": rough,
        },
        "notes": _notes(rough, uncalibrated=prior),
    }


def _notes(rough: Sequence[str], *, uncalibrated: bool) -> list[str]:
    notes = [
        "The fit without a crisis knows of later ones: crises are left out, not foretold.",
        "Where the record leaves an outcome open, the probability of the whole interval is scored.",
        "The calibration has seen the quarters of 2024: they are replayed, and not scored.",
    ]
    if uncalibrated:
        notes.append("No ensemble calibrated to 2024-12 is stored: attacks are forecast with prior parameter sets.")
    if rough:
        notes.append(f"Forecast from rough weights (Pareto k above {TRUSTED}, no fit without it): {', '.join(rough)}.")
    return notes


def stored_backtest(directory: str | Path) -> dict[str, Any] | None:
    """Return what `article4 backtest --json` printed into a directory of results; None if nothing of the kind is there.

    Raises:
        InputError: the file there cannot be read or is something else.
    """
    path = Path(directory) / FILE
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        raise InputError(f"{path}: cannot be read; write it again with `article4 backtest --out`") from None
    if not isinstance(found, dict) or found.get("command") != "backtest" or "reliability" not in found:
        raise InputError(f"{path}: not what `article4 backtest --out` writes")
    return found


def _stored(place: Path, told: dict[str, Any]) -> None:
    """Write the result into its directory.

    Raises:
        InputError: the directory cannot be written.
    """
    try:
        place.mkdir(parents=True, exist_ok=True)
        write_whole(place / FILE, (json.dumps(told, indent=1, allow_nan=False) + "\n").encode())
    except OSError as error:
        raise InputError(f"{place}: cannot be written: {error.strerror}") from None
