"""Parts: the outcomes of one task as a Parquet file whose bytes depend on nothing but the outcomes."""

from __future__ import annotations

import contextlib
import json
import threading
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiment.batch import NONE, Batch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

ROW_GROUP: Final = 122_880
"""Rows in a row group; fixed, because it shapes the bytes."""

_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    # Parallel sums and parallel writing are not repeatable; a worker's memory is bounded; nothing is fetched.
    "threads": 1,
    "memory_limit": "512MB",
    "temp_directory": "",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}

_local = threading.local()


def connection() -> Any:
    """Return this thread's DuckDB connection, opened on first use: opening one costs more than writing a part."""
    held = getattr(_local, "connection", None)
    if held is None:
        import duckdb  # noqa: PLC0415 - heavy: imported where it is used

        held = _local.connection = duckdb.connect(config=_CONFIG)
    return held


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C be Ctrl-C: DuckDB takes the signal for itself and makes an error of its own of it."""
    try:
        yield
    except Exception as error:
        if "interrupt" in str(error).lower():
            raise KeyboardInterrupt from None
        raise


@interruptible()
def write_part(path: Path, batch: Batch, run: str) -> None:
    """Write a batch as Parquet, sorted by point and trial.

    Coded columns become text and NONE becomes null. What is needed to read the columns back as they were (their types
    and the text of their codes) goes into the file's own metadata, and with it the hash of the run it belongs to.

    Raises:
        duckdb.Error: the file cannot be written.
    """
    flat: dict[str, NDArray[Any]] = {**batch.addresses()}
    flat |= {name: values.ravel() for name, values in batch.columns.items()}
    wanted = ", ".join(f"{_stored(name, values, batch)} as {quoted_name(name)}" for name, values in flat.items())
    form = {
        "run": run,
        "first_row": batch.first_row,
        "first_trial": batch.first_trial,
        "rows": batch.shape[0],
        "columns": {name: values.dtype.name for name, values in batch.columns.items()},
        "labels": {name: list(text) for name, text in batch.labels.items()},
    }
    duck = connection()
    duck.register("batch", flat)
    try:
        duck.execute(
            f"copy (select {wanted} from batch) to {quoted_text(str(path))} (format parquet, compression zstd, "  # noqa: S608
            f"row_group_size {ROW_GROUP}, use_tmp_file false, kv_metadata {{batch: {quoted_text(json.dumps(form))}}})"
        )
    finally:
        duck.unregister("batch")


@interruptible()
def read_part(path: Path, run: str) -> Batch:
    """Read a batch of a run back exactly as it was written.

    Raises:
        duckdb.Error: the file cannot be read or is no Parquet file.
        ValueError: it is a Parquet file that `write_part` did not write, or a part of another run.
    """
    form = _form(path, run)
    labels = {name: tuple(text) for name, text in form["labels"].items()}
    wanted = ", ".join(_restored(name, kind, labels) for name, kind in form["columns"].items())
    flat = connection().execute(f"select {wanted} from read_parquet(?)", [str(path)]).fetchnumpy()  # noqa: S608
    columns = {
        name: np.ascontiguousarray(np.asarray(flat[name], dtype=kind).reshape(form["rows"], -1))
        for name, kind in form["columns"].items()
    }
    return Batch(form["first_row"], form["first_trial"], columns, labels)


@interruptible()
def address(path: Path, run: str) -> tuple[int, int]:
    """Return the first point and the first trial of a part of a run, without reading its columns.

    Raises:
        duckdb.Error: the file cannot be read or is no Parquet file.
        ValueError: it is a Parquet file that `write_part` did not write, or a part of another run.
    """
    form = _form(path, run)
    return form["first_row"], form["first_trial"]


def _form(path: Path, run: str) -> dict[str, Any]:
    """What `write_part` says of a part in its metadata."""
    wanted = "select value from parquet_kv_metadata(?) where key = 'batch'::blob"
    found = connection().execute(wanted, [str(path)]).fetchall()  # all: an unfinished result would block the connection
    if not found:
        raise ValueError("not a part of a run")
    form: dict[str, Any] = json.loads(bytes(found[0][0]))
    if form.get("run") != run:
        raise ValueError("a part of another run")
    return form


def _stored(name: str, values: NDArray[Any], batch: Batch) -> str:
    """SQL for a column as it is stored: a code as its text, NONE as null, the rest as it is."""
    if name in batch.labels:
        # Lists count from 1, so that code -1 falls on 0, which holds nothing: null.
        return f"list_extract({_list(batch.labels[name])}, {quoted_name(name)} + 1)"
    if np.issubdtype(values.dtype, np.integer) and name not in {"point", "trial"}:
        return f"nullif({quoted_name(name)}, {NONE})"
    return quoted_name(name)


_SQL_TYPES: Final = {"int8": "tinyint", "int16": "smallint", "int32": "integer", "int64": "bigint"}


def _restored(name: str, kind: str, labels: dict[str, tuple[str, ...]]) -> str:
    """SQL for a column as the world gave it."""
    if name in labels:
        code = f"coalesce(list_position({_list(labels[name])}, {quoted_name(name)}), 0) - 1"
        return f"({code})::{_SQL_TYPES[kind]} as {quoted_name(name)}"
    if kind in _SQL_TYPES:
        return f"coalesce({quoted_name(name)}, {NONE})::{_SQL_TYPES[kind]} as {quoted_name(name)}"
    return quoted_name(name)


def quoted_text(value: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def _list(texts: tuple[str, ...]) -> str:
    return f"cast([{', '.join(quoted_text(text) for text in texts)}] as varchar[])"


def quoted_name(name: str) -> str:
    """Return a name as SQL writes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'
