"""`article4 report`: the brief of what is stored."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations of a command
from typing import Annotated

import typer

from sim.cli.ends import emit
from sim.cli.options import Json  # noqa: TC001 - typer reads the annotations of a command
from sim.cli.playing import emit_json


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The directory of a stored run, comparison or sweep.")],
    *,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="Where to write it: .html, or .md with its charts beside it. May be repeated.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Write the brief of what is stored: the answer, its charts, what it rests on, what would change it."""
    from sim.reading import InputError, Problem  # noqa: PLC0415 - Pydantic loads with it, too slow for --help

    if not out:
        hint = "As in: article4 report RUN -o brief.html."
        raise InputError(Problem("--out", None, None, "", "is missing: where is the brief to go?", hint))
    from sim.view.report import report_kind, write_brief  # noqa: PLC0415 - only where something is written

    for path in out:
        report_kind(path)
    from sim.view.stored_brief import stored_brief  # noqa: PLC0415 - NumPy and the world load with it

    brief = stored_brief(run)
    files = [file for path in out for file in write_brief(brief, path)]
    if json:
        papers = brief.texts["papers"]
        told = {"command": "report", "seed": papers["seed"], "out": str(run), "question": brief.question}
        emit_json(told | {"answer": list(brief.answer), "files": [str(path) for path in files]})
    else:
        emit(f"{' '.join(brief.answer)}\n\nBrief  {', '.join(map(str, files))}")
