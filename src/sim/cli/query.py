"""`article4 query`: questions to a stored run in SQL."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.ends import emit
from sim.cli.options import Json  # noqa: TC001 - typer reads the annotations
from sim.cli.playing import emit_json

if TYPE_CHECKING:
    from sim.experiment import Answer

SHOWN_ROWS = 1_000
"""Rows that are shown; --csv gives all."""

AT_ONCE = 10_000
"""Rows of CSV written together."""


def query(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The directory of a stored run, comparison or sweep.")],
    sql: Annotated[
        str,
        typer.Argument(
            metavar="SQL",
            help='A query in the SQL of DuckDB, such as "select outcome, count(*) from trials group by outcome".',
        ),
    ],
    *,
    csv: Annotated[bool, typer.Option("--csv", help="Print every row as CSV.")] = False,
    json: Json = False,
) -> None:
    """Ask a stored run in SQL: `trials` has a row a world, `points` a row a point; `point` joins them.

    "describe trials" lists the columns. The query sees the run and nothing else, and writes nothing. Shown are at most
    1,000 rows; --csv gives all.
    """
    if csv and json:
        raise typer.BadParameter("--csv and --json exclude each other")
    from sim.experiment import asked  # noqa: PLC0415 - NumPy and the world load with it

    with asked(run, sql) as answer:
        if csv:
            _emit_csv(answer)
            return
        rows = answer.rows(SHOWN_ROWS + 1)
    cut = len(rows) > SHOWN_ROWS
    rows = rows[:SHOWN_ROWS]
    if json:
        from sim.view.query import as_values  # noqa: PLC0415 - only here

        told = {"command": "query", "seed": answer.seed, "out": str(run), "columns": list(answer.columns)}
        emit_json(told | {"rows": as_values(rows), "cut": cut})
        return
    from sim.view.query import rows_text  # noqa: PLC0415 - only here

    emit(rows_text(answer.columns, rows, SHOWN_ROWS if cut else None))


def _emit_csv(answer: Answer) -> None:
    """Print all rows, some thousands at a time."""
    from sim.view.query import csv_lines  # noqa: PLC0415 - only here

    emit(csv_lines([answer.columns]))
    while rows := answer.rows(AT_ONCE):
        emit(csv_lines(rows))
