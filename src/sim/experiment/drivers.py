"""What a sensitivity analysis found: what drives the answer, and where an arm deters."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiment.indices import Index, Sensitivity, given_data_indices, morris_effects, sobol_indices
from sim.experiment.measured import EFFECT, RATIO, VALUE
from sim.experiment.metrics import METRICS
from sim.reading import InputError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from sim.experiment.designs import Design
    from sim.experiment.deters import Region
    from sim.experiment.measured import Measured

QUANTITIES: Final = {"morris": ("mu_star", "mu", "sigma"), "sobol": ("total", "first"), "given_data": ("first",)}
"""Indices of each method; parameters are ranked by the first."""

UNITS: Final = {metric.name: metric.unit for metric in METRICS} | {RATIO: "ratio"}


@dataclass(frozen=True)
class Analysis:
    """What drives one quantity.

    Attributes:
        kind: `value` of an arm, or its `effect` beside the control.
        arm: which.
        metric: its name, or `hazard_ratio`.
        found: the indices.
    """

    kind: str
    arm: str
    metric: str
    found: Sensitivity

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values, the parameters in their order: the strongest first."""
        told = self.found.to_json()
        by = QUANTITIES[self.found.method][0]
        told["parameters"] = {name: told["parameters"][name] for name in self.found.ranked(by)}
        del told["method"]
        return {"kind": self.kind, "arm": self.arm, "metric": self.metric, "unit": UNITS[self.metric], **told}


class Drivers:
    """What drives the answer.

    Attributes:
        about: `method`, `over` (`sweep` or `sets`), `name`, `title`, `arms`, `axes` and more, as JSON tells them.
        analyses: one a quantity: effects first, then the arms from the last to the first; P(attack) leads each.
        regions: where each arm but the control deters; empty if that was not asked, or cannot be said of such points.
        directory: where what was played lies; None if it was kept in memory.
    """

    def __init__(
        self,
        about: Mapping[str, Any],
        analyses: Sequence[Analysis],
        regions: Sequence[Region],
        directory: Path | None,
    ) -> None:
        """Hold what `sensitivity` found."""
        self.about = dict(about)
        self.analyses = tuple(analyses)
        self.regions = tuple(regions)
        self.directory = directory

    def of(self, metric: str = "attack", *, arm: str | None = None, effect: bool = False) -> Sensitivity:
        """Return the indices of a quantity.

        Args:
            metric: `attack`, `hazard`, `months_to_attack`, of an effect also `hazard_ratio`.
            arm: which; the last one if None.
            effect: of its effect beside the control.

        Raises:
            InputError: there is none.
        """
        kind, wanted = EFFECT if effect else VALUE, arm or self.about["arms"][-1]
        known = [one.metric for one in self.analyses if (one.kind, one.arm) == (kind, wanted)]
        for one in self.analyses:
            if (one.kind, one.arm, one.metric) == (kind, wanted, metric):
                return one.found
        if not known:
            raise InputError(f'arm: "{wanted}" has no {kind} here; arms are {", ".join(self.about["arms"])}')
        raise InputError(f'metric: "{metric}" is unknown. {did_you_mean(metric, known) or ", ".join(known)}')

    @property
    def table(self) -> pd.DataFrame:
        """A row a quantity, parameter and index; the dummy's rows are called so."""
        import pandas as pd  # noqa: PLC0415 - heavy

        rows = []
        for one in self.analyses:
            named = dict(one.found.parameters) | ({"dummy": one.found.dummy} if one.found.dummy else {})
            for name, indices in named.items():
                for quantity, index in indices.items():
                    low, high = index.interval or (None, None)
                    rows.append(
                        {
                            "kind": one.kind,
                            "arm": one.arm,
                            "metric": one.metric,
                            "parameter": name,
                            "index": quantity,
                            "estimate": index.estimate,
                            "low": low,
                            "high": high,
                            "floor": one.found.floor.get(quantity),
                            "above_floor": index.above_floor,
                        }
                    )
        return pd.DataFrame(rows)

    def to_json(self) -> dict[str, Any]:
        """Return what `article4 sensitivity --json` prints, as JSON values."""
        return {
            "command": "sensitivity",
            "seed": self.about["seed"],
            "out": None if self.directory is None else str(self.directory),
            **{key: value for key, value in self.about.items() if key != "seed"},
            "analyses": [one.to_json() for one in self.analyses],
            "deters": [region.to_json() for region in self.regions],
        }

    def __repr__(self) -> str:
        """Method, name, cases and seed: what makes it again."""
        told = self.about
        return f"<Drivers of {told['name']!r}: {told['method']}, {told['cases']:,} cases, seed {told['seed']}>"


def analysed(
    measured: Sequence[Measured],
    method: str,
    *,
    seed: int,
    design: Design | None = None,
    columns: Mapping[str, NDArray[Any]] | None = None,
) -> list[Analysis]:
    """Return the indices of every quantity.

    Args:
        measured: the quantities.
        method: `morris` or `sobol` on a design; `given_data` on columns.
        seed: decides resamples and shuffles.
        design: its points are the cases.
        columns: dotted name -> value in every case there was.
    """
    return [Analysis(one.kind, one.arm, one.metric, _indices(one, method, seed, design, columns)) for one in measured]


def _indices(
    one: Measured,
    method: str,
    seed: int,
    design: Design | None,
    columns: Mapping[str, NDArray[Any]] | None,
) -> Sensitivity:
    missing = int((~np.isfinite(one.values)).sum())
    if design is not None:
        if missing:
            return _none(method, design.names, f"{missing:,} of {len(one.values):,} points have no {one.metric}")
        with warnings.catch_warnings():
            # Where a parameter changes no value, SALib divides 0 by 0 and says so; the index is told as 0.
            warnings.simplefilter("ignore", RuntimeWarning)
            return (morris_effects if method == "morris" else sobol_indices)(design, one.values, seed=seed)
    assert columns is not None  # noqa: S101 - one of both is there
    known = np.isfinite(one.values)
    cases, told = one.cases[known], np.compress(known, one.values)
    table = {name: column[cases] for name, column in columns.items()}
    try:
        return given_data_indices(table, told, seed=seed, noise=one.noise, together=True)
    except InputError as error:
        return _none(method, tuple(columns), "; ".join(str(problem) for problem in error.problems))


def _none(method: str, names: Sequence[str], why: str) -> Sensitivity:
    nothing = {quantity: Index(None, None, None) for quantity in QUANTITIES[method]}
    return Sensitivity(method, dict.fromkeys(names, nothing), None, {}, 0.0, 0, f"no index: {why}")
