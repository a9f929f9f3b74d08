"""Tables for a terminal: with rules and weights where there is room, aligned text everywhere else."""

from __future__ import annotations

import shutil
import sys
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Sequence

_GAP = "  "
_ROOM = 80


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table; the first column is text, the others are figures and stand right-aligned."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    text_columns: int = 1


def table_text(table: Table, stream: TextIO | None = None) -> str:
    """The table as text for a stream (standard output): styled on a terminal wide enough, else plain aligned lines."""
    stream = stream or sys.stdout
    columns = shutil.get_terminal_size().columns
    if not stream.isatty():
        return plain_table(table)
    table = _fitted(table, columns)
    if columns >= max(_ROOM, _width(table)):
        return _styled(table, columns, stream)
    return plain_table(table)


def _fitted(table: Table, columns: int) -> Table:
    """The table with its last column, if that is text, cut to what a terminal has room for, down to 16 characters."""
    surplus = _width(table) - columns
    if surplus <= 0 or table.text_columns < len(table.header):
        return table
    room = max(16, max(len(row[-1]) for row in table.rows) - surplus)
    cut = tuple((*row[:-1], row[-1] if len(row[-1]) <= room else row[-1][: room - 1] + "…") for row in table.rows)
    return replace(table, rows=cut)


def plain_table(table: Table) -> str:
    """The table as aligned lines, without a character that needs a terminal."""
    widths = [max(map(cells, column)) for column in zip(table.header, *table.rows, strict=True)]
    lines = [table.title, *(_line(row, widths, table.text_columns) for row in (table.header, *table.rows))]
    if table.note:
        lines.append(table.note)
    return "\n".join(line.rstrip() for line in lines)


def cells(text: str) -> int:
    """How many character cells a text takes in a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _width(table: Table) -> int:
    return sum(max(map(cells, column)) + 2 for column in zip(table.header, *table.rows, strict=True)) + 2


def _line(row: Sequence[str], widths: Sequence[int], text_columns: int) -> str:
    padded = []
    for index, (text, width) in enumerate(zip(row, widths, strict=True)):
        blank = " " * (width - cells(text))
        padded.append(text + blank if index < text_columns else blank + text)
    return _GAP + _GAP.join(padded)


def _styled(table: Table, columns: int, stream: TextIO) -> str:
    """The table drawn by rich; its text is never read as markup."""
    from rich import box  # noqa: PLC0415 - only a terminal needs rich
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table as Drawn  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    drawn = Drawn(box=box.SIMPLE_HEAD, pad_edge=True)
    for index, name in enumerate(table.header):
        drawn.add_column(Text(name), justify="left" if index < table.text_columns else "right", no_wrap=True)
    for row in table.rows:
        drawn.add_row(*map(Text, row))
    console = Console(file=stream, width=columns, highlight=False)
    with console.capture() as captured:
        console.print(Text(table.title, style="bold"), drawn, sep="\n")
    lines = [line.rstrip() for line in captured.get().splitlines()]
    return "\n".join([*filter(None, lines), *filter(None, [table.note])])
