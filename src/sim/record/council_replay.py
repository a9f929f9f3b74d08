"""Playing the recorded cases through the Council of the simulation: does it decide as the record says?

The Council's share in the record is fitted by an equation of its own (rows of `COUNCIL`). The simulation has no such
equation: there the members vote. The two agree if the votes give back the fitted probability of collective aid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

from sim.record.estimation_data import COUNCIL
from sim.record.response import fitted_latent, shocks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.record.estimation_data import Row

PULL: Final = 3.0
"""The leader's stance pulls at most this far, times the member's dependence."""

WITHIN: Final = 0.03
"""A Council is accepted if it gives back the fitted probability of collective aid this closely."""


@dataclass(frozen=True)
class ReplayLine:
    """One case put to the organisation.

    Attributes:
        case: id of the record.
        recorded: whether the organisation gave aid or more; None where the record leaves it open.
        fitted: fitted probability that it does.
        replayed: probability that no member opposes, by the rule of the simulation.

    """

    case: str
    recorded: bool | None
    fitted: float
    replayed: float


@dataclass(frozen=True)
class Replay:
    """The Council of the simulation on all cases put to the organisation.

    Attributes:
        oppose_below: stance latent below which a member opposes.
        lines: one a case.

    """

    oppose_below: float
    lines: tuple[ReplayLine, ...]

    @property
    def fitted(self) -> float:
        """Mean of the fitted probabilities."""
        return float(np.mean([line.fitted for line in self.lines]))

    @property
    def replayed(self) -> float:
        """Mean of the replayed probabilities."""
        return float(np.mean([line.replayed for line in self.lines]))

    @property
    def holds(self) -> bool:
        """Whether the means agree within 0.03."""
        return abs(self.replayed - self.fitted) <= WITHIN


def replay(
    columns: Mapping[str, NDArray[np.float64]],
    rows: Sequence[Row],
    *,
    oppose_below: float,
    dependence: Mapping[str, float],
) -> Replay:
    """Play every case that was put to the organisation through the Council of the simulation.

    Stance of a member: eta + u + dependence * clip(eta of the leader + u - cutpoint of aid, -3, 3) + logistic noise;
    it opposes below `oppose_below`, and a mandate needs that nobody opposes. The shock u is integrated out.

    Args:
        columns: posterior draws by name.
        rows: rows of the estimation.
        oppose_below: threshold on the latent scale, cutpoints centred.
        dependence: by member; the leader's does not count.

    """
    lines = []
    for case, members in _put_to_council(rows).items():
        council = next(row for row in members if row.guarantor == COUNCIL)
        fitted, replayed = _one(columns, members, council, oppose_below, dependence)
        recorded = True if council.low >= 1 else (False if council.high == 0 else None)
        lines.append(ReplayLine(case, recorded, fitted, replayed))
    return Replay(oppose_below, tuple(lines))


def threshold(
    columns: Mapping[str, NDArray[np.float64]], rows: Sequence[Row], *, dependence: Mapping[str, float]
) -> float:
    """Return the `oppose_below` at which replayed and fitted probability of collective aid agree on average."""

    def gap(oppose_below: float) -> float:
        found = replay(columns, rows, oppose_below=oppose_below, dependence=dependence)
        return found.replayed - found.fitted

    return float(brentq(gap, -20.0, 10.0, xtol=1e-3))


def _put_to_council(rows: Sequence[Row]) -> dict[str, list[Row]]:
    asked = {row.source for row in rows if row.guarantor == COUNCIL and not row.unasked_council}
    cases: dict[str, list[Row]] = {}
    for row in rows:
        if row.source in asked:
            cases.setdefault(row.source, []).append(row)
    return cases


def _one(
    columns: Mapping[str, NDArray[np.float64]],
    members: Sequence[Row],
    council: Row,
    oppose_below: float,
    dependence: Mapping[str, float],
) -> tuple[float, float]:
    aid, shock = columns["cutpoint.aid"], columns["shock"]
    collective = fitted_latent(columns, council)
    own = {row.guarantor: fitted_latent(columns, row, gated=False) for row in members if row.guarantor != COUNCIL}
    leader = next(row.guarantor for row in members if row.leads)
    nodes, mass = shocks()
    fitted = replayed = 0.0
    for node, weight in zip(nodes, mass, strict=True):
        u = shock * node
        pull = np.clip(own[leader] + u - aid, -PULL, PULL)
        consent = np.ones_like(u)
        for name, eta in own.items():
            stance = eta + u if name == leader else eta + u + dependence[name] * pull
            consent = consent * expit(stance - oppose_below)
        fitted += float(weight) * float(np.mean(expit(collective + u - aid)))
        replayed += float(weight) * float(np.mean(consent))
    return fitted, replayed
