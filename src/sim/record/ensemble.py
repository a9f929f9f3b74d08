"""Plausible parameter sets, as shipped in seeds/ensemble.parquet: what `article4 calibrate` left of the prior draws."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.reading import InputError
from sim.record.place import data_folder
from sim.record.posterior import posterior
from sim.record.tables import read_about, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

PRIOR: Final = "prior"
"""What asks for no calibrated sets: every uncertain number from its own distribution."""

FILES: Final[Mapping[str, str]] = MappingProxyType({"latest": "ensemble", "2024-12": "ensemble-2024-12"})
"""Calibrated ensembles by the name a scenario calls them by: the file's name without its ending."""

DRAW: Final = "draw"
QUANTILE: Final = "quantile:"
VALUE: Final = "value:"
"""Columns of the file: the row of the posterior, and of every parameter its quantile in its prior and its value."""


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Parameter sets that history does not refute. Equal only to itself, so that it can be the key of a cache.

    Attributes:
        name: `latest`, `2024-12`; other names for sets that are not shipped.
        draws: row of the posterior of each set, shape (sets,).
        quantiles: of every calibrated parameter by dotted name, its quantile in its prior, shape (sets,), in (0, 1).
        priors: the prior of each, in words as `sim.scenario.prior_text` gives them: quantiles are worth nothing in
            another.
        digest: sha256 of the file, hexadecimal; empty for sets that are not shipped.

    """

    name: str
    draws: NDArray[np.int64]
    quantiles: Mapping[str, NDArray[np.float64]] = field(repr=False)
    priors: Mapping[str, str] = field(repr=False)
    digest: str = ""

    @property
    def sets(self) -> int:
        """Number of parameter sets."""
        return len(self.draws)


def ensemble(name: str, folder: Path | None = None) -> Ensemble | None:
    """Read the ensemble of a name; None if it is `prior`, or if no `latest` has been calibrated.

    Args:
        name: `latest`, `2024-12`, `prior`.
        folder: the folder that holds the files; the shipped `seeds/` if none is given.

    Raises:
        InputError: the file is damaged, or was calibrated on other posterior draws; there is no such ensemble but
            `latest`, for which prior draws stand in.

    """
    if name == PRIOR:
        return None
    place = data_folder() / "seeds" if folder is None else folder
    path = place / f"{FILES[name]}.parquet"
    if not path.is_file():
        if name == "latest":
            return None
        raise InputError(f"{path}: no calibrated ensemble here. Make it with `article4 calibrate`.")
    return _read(path, name)


def ensemble_about(name: str, folder: Path | None = None) -> dict[str, Any]:
    """Read what lies beside an ensemble: how it was made, and what came out.

    Raises:
        InputError: the file is missing or is not a JSON object.

    """
    path = (data_folder() / "seeds" if folder is None else folder) / f"{FILES[name]}.json"
    return read_about(path, "article4 calibrate")


def ensemble_digests() -> dict[str, str]:
    """Return the sha256 of every shipped ensemble by its name."""
    paths = {name: data_folder() / "seeds" / f"{file}.parquet" for name, file in FILES.items()}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in paths.items() if path.is_file()}


def forget() -> None:
    """Read ensembles anew when they are next asked for: they have been written."""
    _read.cache_clear()


@functools.cache
def _read(path: Path, name: str) -> Ensemble:
    about = ensemble_about(name, path.parent)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if about.get("sha256") != digest:
        raise InputError(f"{path}: its digest is not the one in {path.stem}.json; make both again")
    fitted = posterior(path.parent if (path.parent / "credibility.parquet").is_file() else None)
    if about.get("posterior") != fitted.digest:
        raise InputError(
            f"{path}: calibrated on other posterior draws than credibility.parquet has now. "
            "Run `article4 calibrate`, or play prior draws with --set ensemble=prior."
        )
    columns = read_table(path, "set", "parameter sets")
    quantiles = {key.removeprefix(QUANTILE): held for key, held in columns.items() if key.startswith(QUANTILE)}
    again = InputError(f"{path}: not a table of parameter sets; make it again with `article4 calibrate`")
    if DRAW not in columns or not isinstance(about.get("priors"), dict):
        raise again
    draws = columns[DRAW].astype(np.int64)
    inside = all(bool(((held > 0.0) & (held < 1.0)).all()) for held in quantiles.values())
    if not inside or draws.min() < 0 or draws.max() >= fitted.draws or quantiles.keys() != about["priors"].keys():
        raise again
    return Ensemble(name, draws, MappingProxyType(quantiles), MappingProxyType(about["priors"]), digest)
