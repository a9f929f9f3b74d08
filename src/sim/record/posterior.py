"""The posterior draws of the guarantors' response, as shipped in seeds/credibility.parquet."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.reading import InputError
from sim.record.covariates import COVARIATES, predictor
from sim.record.place import data_folder
from sim.record.tables import read_about, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

CUTPOINTS: Final = ("cutpoint.aid", "cutpoint.troops", "cutpoint.combat")
"""Columns of the cutpoints, lowest first; in every draw they rise and sum to 0."""

SHARED: Final = ("intercept", "in_force", *(f"covariate.{name}" for name in COVARIATES))
"""Columns of the coefficients that all guarantors share."""

RESOLVE: Final = "resolve."
"""Prefix of a guarantor's own column; `resolve.new` is a draw for a state of which the record knows nothing."""

CENTRED: Final = 1e-9
"""How far from 0 the sum of the cutpoints of a draw may be."""


@dataclass(frozen=True)
class Posterior:
    """Draws from the posterior of the ordered logit of response.

    Attributes:
        columns: every column by name, float64 of shape (draws,), read-only.
        digest: sha256 of the file, hexadecimal.

    """

    columns: Mapping[str, NDArray[np.float64]]
    digest: str

    @property
    def draws(self) -> int:
        """Number of draws."""
        return len(self.columns["intercept"])

    @property
    def guarantors(self) -> tuple[str, ...]:
        """States with a resolve of their own, in alphabetical order."""
        found = (name.removeprefix(RESOLVE) for name in self.columns if name.startswith(RESOLVE))
        return tuple(sorted(name for name in found if name != "new"))

    def resolve(self, guarantor: str) -> NDArray[np.float64]:
        """Return resolve[guarantor], shape (draws,); for a state not in the record, the draw for a new one."""
        return self.columns.get(f"{RESOLVE}{guarantor}", self.columns[f"{RESOLVE}new"])

    def latent(
        self, guarantor: str, covariates: Mapping[str, NDArray[np.float64]], *, in_force: float
    ) -> NDArray[np.float64]:
        """Return eta of one guarantor, before the shock of the crisis, in every draw.

        eta = intercept + resolve[guarantor] + in_force * F + sum over covariates of coefficient * x.

        Args:
            guarantor: name of the state.
            covariates: what `code` returned, each a scalar.
            in_force: 1 if a duty of defence was in force, else 0.

        Returns:
            Array of shape (draws,), on the latent scale (logits).

        """
        return latent(self.columns, self.resolve(guarantor), covariates, in_force)


def latent(
    columns: Mapping[str, NDArray[np.float64]],
    own: NDArray[np.float64],
    covariates: Mapping[str, NDArray[np.float64]],
    in_force: float,
) -> NDArray[np.float64]:
    """Return eta in every draw: intercept + own + in_force * F + sum of coefficient * x; shape (draws,)."""
    coefficients = {name: columns[f"covariate.{name}"] for name in COVARIATES}
    return predictor(columns["intercept"], own, columns["in_force"], in_force, coefficients, covariates)


@functools.cache
def posterior(folder: Path | None = None) -> Posterior:
    """Read the posterior draws from `seeds/credibility.parquet`.

    Args:
        folder: the folder that holds the file; the shipped `seeds/` if none is given.

    Raises:
        InputError: the file is missing or unreadable, lacks a column, or breaks a promise of its format.

    """
    place = data_folder() / "seeds" if folder is None else folder
    path = place / "credibility.parquet"
    if not path.is_file():
        raise InputError(f"{path}: no posterior draws here. Make them with `article4 estimate`.")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    columns = read_table(path, "draw", "posterior draws")
    columns.pop("draw", None)
    _check(path, columns, digest)
    return Posterior(columns=MappingProxyType(columns), digest=digest)


def sidecar(folder: Path | None = None) -> dict[str, object]:
    """Read `seeds/credibility.json`: how the draws were made (diagnostics, versions, seed, priors).

    Raises:
        InputError: the file is missing or is not a JSON object.

    """
    path = (data_folder() / "seeds" if folder is None else folder) / "credibility.json"
    return read_about(path, "article4 estimate")


def _check(path: Path, columns: Mapping[str, NDArray[np.float64]], digest: str) -> None:
    wanted = (*SHARED, f"{RESOLVE}new", *CUTPOINTS, "shock")
    missing = [name for name in wanted if name not in columns]
    if missing:
        raise InputError(f"{path}: no column {', '.join(missing)}")
    broken = [name for name, column in columns.items() if column.dtype.kind != "f" or not np.isfinite(column).all()]
    if broken:
        raise InputError(f"{path}: {', '.join(broken)} holds what is not a finite number")
    aid, troops, combat = (columns[name] for name in CUTPOINTS)
    if not ((aid < troops) & (troops < combat)).all():
        raise InputError(f"{path}: cutpoints out of order")
    if np.abs(aid + troops + combat).max() > CENTRED:
        raise InputError(f"{path}: cutpoints are not centred")
    if columns["shock"].min() < 0.0:
        raise InputError(f"{path}: a negative standard deviation of the shock")
    beside = path.with_name("credibility.json")
    if beside.is_file() and sidecar(path.parent).get("sha256") != digest:
        raise InputError(f"{path}: its digest is not the one in {beside.name}; make both again")
