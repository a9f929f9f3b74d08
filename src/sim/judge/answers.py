"""Forecasts of who helps: each helper's level, and the Council's, by draws that have not seen the crisis.

The forecast is of what the record would say: a true level is coded one step off now and then, as the estimation has it.
Where the Council was asked, it is not known whether it gives a mandate: each helper's level is weighed over both, the
shared shock moving the Council and the helpers together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.judge.backtests import forecast_rows
from sim.judge.left_out import level_probabilities
from sim.record.covariates import LEVELS
from sim.record.estimation_data import COUNCIL, weights
from sim.record.response import fitted_latent, shocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.judge.backtest_file import AnswerCase
    from sim.judge.left_out import Columns, LeftOut
    from sim.record.estimation_data import Row
    from sim.record.priors import Priors

    Array = NDArray[np.float64]

LEADER, MEMBER = "leader", "member"
"""Roles of a helper beside `COUNCIL`: a patron leads too."""


@dataclass(frozen=True)
class HelperForecast:
    """What was forecast of one helper, and what it did.

    Attributes:
        name: the state, or `Council`.
        role: `leader`, `member` or `Council`.
        forecast: probability of each of the four levels, coming to 1.
        low: lowest level that the record leaves.
        high: highest.
    """

    name: str
    role: str
    forecast: tuple[float, ...]
    low: int
    high: int

    @property
    def settled(self) -> bool:
        """Return whether the record says anything: an interval of all levels says nothing."""
        return self.high - self.low < len(LEVELS) - 1

    @property
    def happened(self) -> float:
        """Return the probability that was given to what happened: of an interval, to all of it."""
        return float(sum(self.forecast[self.low : self.high + 1]))


@dataclass(frozen=True)
class AnswerForecast:
    """The forecast of one crisis.

    Attributes:
        case: what was forecast.
        helpers: the forecasts, the Council last.
        k: Pareto shape of the weights by which the crisis was left out.
        method: how it was left out: see `LeftOut`.
        effective: effective number of draws.
        mandate: probability that the Council gives a mandate; None where none was asked for.
    """

    case: AnswerCase
    helpers: tuple[HelperForecast, ...]
    k: float
    method: str
    effective: float
    mandate: float | None

    def to_json(self) -> dict[str, Any]:
        """Return it as one of `cases` of `article4 backtest --json`."""
        case = self.case
        found: dict[str, Any] = {
            "id": case.id,
            "form": case.form,
            "title": case.title,
            "date": case.date,
            "known_by": case.known_by,
            "forecast": {one.name: dict(zip(LEVELS, one.forecast, strict=True)) for one in self.helpers},
            "happened": dict(case.happened),
            "probability_of_what_happened": {one.name: one.happened for one in self.helpers if one.settled},
            "left_out": {"method": self.method, "pareto_k": self.k, "effective_draws": self.effective},
        }
        return found | ({} if self.mandate is None else {"mandate": self.mandate})


def forecast_answer(case: AnswerCase, left: LeftOut, priors: Priors) -> AnswerForecast:
    """Forecast what each helper of a crisis does, and its Council.

    Args:
        case: the crisis.
        left: draws that have not seen it.
        priors: how often a level is coded one step off.
    """
    columns = left.columns
    given = forecast_rows(case, mandate=True)
    refused = forecast_rows(case, mandate=False)
    council = next((row for row in given if row.guarantor == COUNCIL), None)
    asked = case.mandate is not None and council is not None
    nodes, mass = shocks()
    totals = np.zeros((len(given), len(LEVELS)))
    consent = 0.0
    for node, weight in zip(nodes, mass, strict=True):
        shock = columns["shock"] * node
        chance = np.ones_like(shock)
        if asked and council is not None:
            chance = 1.0 - level_probabilities(columns, fitted_latent(columns, council) + shock)[0]
            consent += float(weight) * left.mean(chance)
        for place, (one, other) in enumerate(zip(given, refused, strict=True)):
            coded = chance * _coded(columns, one, shock, priors)
            if asked and one.guarantor != COUNCIL:
                coded = coded + (1.0 - chance) * _coded(columns, other, shock, priors)
            elif asked:
                coded = _coded(columns, one, shock, priors)
            totals[place] += float(weight) * (coded @ left.weights)
    helpers = tuple(
        HelperForecast(row.guarantor, role_of(row), tuple((total / total.sum()).tolist()), row.low, row.high)
        for row, total in zip(given, totals, strict=True)
    )
    return AnswerForecast(case, helpers, left.k, left.method, left.effective, consent if asked else None)


def _coded(columns: Columns, row: Row, shock: Array, priors: Priors) -> Array:
    """Return the chance that the record would say each level, in every draw; shape (4, draws)."""
    levels = level_probabilities(columns, fitted_latent(columns, row) + shock)
    says = np.array([weights(replace(row, low=level, high=level), priors.miscoded) for level in range(len(LEVELS))])
    return np.asarray(says @ levels)


def role_of(row: Row) -> str:
    """Return the role of a helper: a patron leads too."""
    if row.guarantor == COUNCIL:
        return COUNCIL
    return LEADER if row.leads else MEMBER
