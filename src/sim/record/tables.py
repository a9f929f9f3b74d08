"""Tables shipped as Parquet, each with a JSON file beside it that says how it was made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.reading import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def read_table(path: Path, order: str, what: str) -> dict[str, NDArray[Any]]:
    """Read every column of a table; what is missing in a column of numbers is NaN, or 0 among whole numbers.

    Args:
        path: of the Parquet file.
        order: column by which rows are sorted.
        what: the table holds, for a message.

    Returns:
        columns by name, each of shape (rows,), read-only.

    Raises:
        InputError: it is not such a table.

    """
    import duckdb  # noqa: PLC0415 - heavy: imported where it is used

    with duckdb.connect(config={"threads": 1}) as connection:
        try:
            found = connection.execute(f'select * from read_parquet(?) order by "{order}"', [str(path)])  # noqa: S608 - ours
            table = found.fetchnumpy()
        except duckdb.Error as error:
            raise InputError(f"{path}: not a table of {what}: {error}") from None
    columns = {}
    for name, values in table.items():
        masked = np.ma.asarray(values)
        column = np.array(masked.filled(np.nan if masked.dtype.kind == "f" else 0))
        column.flags.writeable = False
        columns[name] = column
    return columns


def read_about(path: Path, made_by: str) -> dict[str, Any]:
    """Read the JSON file beside a table.

    Args:
        path: of the file.
        made_by: command that makes it, for a message.

    Raises:
        InputError: it is missing, cannot be read, or is not a JSON object.

    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: not found. Make it with `{made_by}`.") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise InputError(f"{path}: not JSON: {error}") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: not a JSON object; make it again with `{made_by}`")
    return content
