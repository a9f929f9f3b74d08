"""Writing posterior draws so that the same draws give the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray


def store(folder: Path, columns: Mapping[str, NDArray[np.float64]], about: Mapping[str, object]) -> str:
    """Write `credibility.parquet` and beside it `credibility.json`; return the digest of the former.

    The table is float64, one row a draw, sorted by `draw`; both files are written under temporary names and renamed.

    Args:
        folder: where to write; made if it is not there.
        columns: draws by name, all of one length.
        about: how the draws were made; the digest is added as `sha256`.

    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "credibility.parquet"
    partial = folder / f".credibility.{os.getpid()}.part"
    try:
        _write(partial, columns)
        digest = hashlib.sha256(partial.read_bytes()).hexdigest()
        beside = folder / "credibility.json"
        text = json.dumps({"sha256": digest, **about}, indent=2, sort_keys=True, allow_nan=False) + "\n"
        partial_text = folder / f".credibility.{os.getpid()}.json.part"
        partial_text.write_text(text, encoding="utf-8")
        partial.replace(path)
        partial_text.replace(beside)
    finally:
        partial.unlink(missing_ok=True)
    return digest


def _write(path: Path, columns: Mapping[str, NDArray[np.float64]]) -> None:
    import duckdb  # noqa: PLC0415 - heavy: imported where it is used
    import pandas as pd  # noqa: PLC0415 - heavy: imported where it is used

    length = len(next(iter(columns.values())))
    table = pd.DataFrame({"draw": np.arange(length, dtype=np.int32), **columns})
    # One thread: the order in which several write is not repeatable.
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("draws", table)
        connection.table("draws").order("draw").write_parquet(str(path), compression="zstd")
