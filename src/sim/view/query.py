"""The rows that a query gave: as a table, as JSON values, as CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sim.view.tables import Table, table_text
from sim.view.words import MISSING, plain

_WIDEST = 60
"""Characters of a cell that a terminal shows."""


def rows_text(columns: Sequence[str], rows: Sequence[Sequence[Any]], cut: int | None = None) -> str:
    """Rows as a table for a terminal.

    Args:
        columns: names of the columns.
        rows: their values.
        cut: how many rows are shown if there are more; None if these are all.
    """
    count = "1 row" if len(rows) == 1 else f"{len(rows):,} rows"
    title = count if cut is None else f"The first {cut:,} rows"
    note = "" if cut is None else "There are more: --csv gives all, and `limit` and `group by` fewer."
    texts = 0
    for index in range(len(columns)):
        if not any(isinstance(row[index], str) for row in rows):
            break
        texts = index + 1
    shown = tuple(tuple(_cell(value) for value in row) for row in rows)
    return table_text(Table(title, tuple(plain(name, _WIDEST) for name in columns), shown, note, text_columns=texts))


def as_values(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Rows as JSON values; a number that is not finite is null."""
    return [[_value(value) for value in row] for row in rows]


def csv_lines(rows: Sequence[Sequence[Any]]) -> str:
    """Rows as CSV without the last line end: true and false, numbers in full, nothing where there is none."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow([("false", "true")[value] if isinstance(value, bool) else value for value in row])
    return text.getvalue().removesuffix("\n")


def _cell(value: Any) -> str:
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    return plain(value, _WIDEST) if isinstance(value, str) else plain(_value(value), _WIDEST)


def _value(value: Any) -> Any:
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_value(item) for item in value]
    return value if value is None or isinstance(value, (str, bool, int)) else str(value)
