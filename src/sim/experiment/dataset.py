"""A sweep as arrays with names: an xarray Dataset over its axes, and a tidy table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiment.grid import EFFECTS, NAMES, RATIO, STATISTICS
from sim.experiment.metrics import METRICS
from sim.experiment.strata import STRATA

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from numpy.typing import NDArray

    from sim.experiment.sweep import Sweep

_SUFFIX = {"mean": "", "mc_se": "_mc_se", "low": "_low", "high": "_high"}
_MEANING = {
    "mean": "",
    "mc_se": "Monte Carlo error of: ",
    "low": "lower end of the 90 % credible interval of: ",
    "high": "upper end of the 90 % credible interval of: ",
}


def dataset(sweep: Sweep) -> xr.Dataset:
    """Return a sweep as a Dataset; a variable a metric and statistic, and for several arms a variable an effect.

    `attack` is the mean, `attack_mc_se` its error, `attack_low` and `attack_high` its interval, `attack_cases` its n.
    Effects begin with `effect_`; `hazard_ratio` is a ratio. Dimensions are the axes of a grid, else `point`; `arm`, and
    for effects `treated`. Axes of names or truth values are told as text.
    """
    import xarray as xr  # noqa: PLC0415 - heavy

    shape, dims, coords = _frame(sweep)
    grid = sweep.grid
    found: dict[str, tuple[Any, ...]] = {}
    own = (*dims, "arm")
    for place, metric in enumerate(METRICS):
        for at, statistic in enumerate(STATISTICS):
            values = grid.own[:, :, place, at].reshape(*shape, -1)
            told = {"units": metric.unit, "long_name": _MEANING[statistic] + metric.definition}
            found[metric.name + _SUFFIX[statistic]] = (own, values, told)
        cases = grid.cases[:, :, place].reshape(*shape, -1)
        found[f"{metric.name}_cases"] = (own, cases, {"units": "1", "long_name": "cases of: " + metric.definition})
    if len(sweep.arms) > 1:
        found |= _effects(sweep, shape, dims)
        coords["treated"] = ("treated", list(sweep.arms[1:]), {"long_name": f"arm beside {sweep.arms[0]}"})
    coords["arm"] = ("arm", list(sweep.arms), {"long_name": "arm"})
    told = {key: str(sweep.about[key]) for key in ("name", "title", "asks", "design")}
    attributes = {**told, "trials": sweep.trials, "seed": str(sweep.seed), "hash": sweep.hash, "source": "article4"}
    return xr.Dataset(found, coords, attributes)


def tidy(sweep: Sweep) -> pd.DataFrame:
    """Return a row a point, arm and metric, then a row an effect: the axes, the numbers and the cases."""
    import pandas as pd  # noqa: PLC0415 - heavy

    grid = sweep.grid
    frames = []
    axes = pd.DataFrame([dict(at) for at in sweep.at])
    for kind, names, arms, numbers in (
        ("value", NAMES, sweep.arms, grid.own),
        ("effect", EFFECTS, sweep.arms[1:], grid.effects),
    ):
        for row, arm in enumerate(arms):
            for place, name in enumerate(names):
                frame = axes.copy()
                frame.insert(0, "point", np.arange(len(axes)))
                frame["arm"], frame["kind"], frame["metric"] = arm, kind, name
                for at, statistic in enumerate(STATISTICS):
                    frame[statistic] = numbers[:, row, place, at]
                if kind == "value":
                    frame["cases"] = grid.cases[:, row, place]
                frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _frame(sweep: Sweep) -> tuple[tuple[int, ...], list[str], dict[str, Any]]:
    """Shape, dimensions and coordinates of the points."""
    axes = sweep.about["axes"]
    if sweep.about["design"] == "grid":
        coords: dict[str, Any] = {name: (name, _plain(values)) for name, values in axes.items()}
        return tuple(len(values) for values in axes.values()), list(axes), coords
    coords = {name: ("point", _plain([at[name] for at in sweep.at])) for name in axes}
    return (len(sweep.at),), ["point"], coords | {"point": ("point", np.arange(len(sweep.at)))}


def _plain(values: list[Any]) -> NDArray[Any]:
    """Numbers as such, all else as text: NetCDF knows neither truth values nor mixtures."""
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        return np.array(values, dtype=float)
    return np.array([str(value).lower() if isinstance(value, bool) else str(value) for value in values])


def _effects(sweep: Sweep, shape: tuple[int, ...], dims: list[str]) -> dict[str, tuple[Any, ...]]:
    """Variables of what each arm changes."""
    found: dict[str, tuple[Any, ...]] = {}
    beside = (*dims, "treated")
    metrics = {metric.name: metric for metric in METRICS}
    for place, name in enumerate(EFFECTS):
        for at, statistic in enumerate(STATISTICS):
            values = sweep.grid.effects[:, :, place, at].reshape(*shape, -1)
            if name == RATIO:
                told = {"units": "1", "long_name": _MEANING[statistic] + f"hazard over that of {sweep.arms[0]}"}
                found[RATIO + _SUFFIX[statistic]] = (beside, values, told)
            else:
                meaning = _MEANING[statistic] + f"change in: {metrics[name].definition}"
                told = {"units": metrics[name].unit, "long_name": meaning}
                found[f"effect_{name}{_SUFFIX[statistic]}"] = (beside, values, told)
    for place, stratum in enumerate(STRATA):
        counts = sweep.grid.strata[:, :, place].reshape(*shape, -1)
        found[f"strata_{stratum}"] = (beside, counts, {"units": "trials", "long_name": f"trials that are {stratum}"})
    return found
