"""Writing an ensemble so that the same calibration gives the same bytes."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiment.files import digest_of_file, passing_name, put_in_place, write_whole
from sim.record.ensemble import DRAW, FILES, QUANTILE, VALUE
from sim.scenario import leaves
from sim.scenario.tabulate import over_sets

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sim.record.ensemble import Ensemble
    from sim.scenario import Scenario


def write_ensemble(folder: Path, among: Ensemble, scenario: Scenario, about: Mapping[str, Any]) -> str:
    """Write the sets of an ensemble and beside them how they were made; return the digest of the former.

    Columns: `set`, `draw` (row of the posterior), and of every parameter `quantile:<name>` in its prior and
    `value:<name>` in the scenario it was calibrated with; one row a set. Both files are whole or not there at all.

    Args:
        folder: where to write.
        among: the sets.
        scenario: what they were calibrated with.
        about: how they were made, as JSON values; `sha256` and `priors` are added.

    Raises:
        OSError: a file cannot be written.

    """
    import duckdb  # noqa: PLC0415 - heavy: imported where it is used
    import pandas as pd  # noqa: PLC0415 - the same

    told = leaves(scenario)
    columns: dict[str, Any] = {"set": np.arange(among.sets, dtype=np.int32), DRAW: among.draws.astype(np.int32)}
    columns |= {f"{QUANTILE}{name}": column for name, column in among.quantiles.items()}
    columns |= {f"{VALUE}{name}": over_sets(name, told[name], among) for name in among.quantiles}
    path = folder / f"{FILES[among.name]}.parquet"
    unfinished = passing_name(path)
    try:
        # One thread: the order in which several write is not repeatable.
        with duckdb.connect(config={"threads": 1}) as connection:
            connection.register("sets", pd.DataFrame(columns))
            connection.table("sets").order('"set"').write_parquet(str(unfinished), compression="zstd")
        digest = digest_of_file(unfinished)
        beside = {"sha256": digest, "priors": dict(among.priors), **about}
        text = json.dumps(beside, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n"
        write_whole(path.with_suffix(".json"), text.encode())
        put_in_place(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return digest


def sets_digest(among: Ensemble) -> str:
    """Return the sha256 of the numbers of an ensemble, whatever wrote them."""
    digest = hashlib.sha256(among.draws.astype("<i8").tobytes())
    for name in sorted(among.quantiles):
        digest.update(name.encode() + b"\0" + among.quantiles[name].astype("<f8").tobytes())
    return digest.hexdigest()
