"""Commands about what is known: the record, and the estimates made from it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path  # noqa: TC003 - typer reads the annotations of a command
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.ends import UnsoundError, emit, tell
from sim.cli.options import Json, Quiet, seed_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sim.record import Listed, Provenance

record = typer.Typer(help="Look into the documented record that the parameters come from. Alone, it lists it.")

_UNDER = "  "


@record.callback(invoke_without_command=True)
def _alone(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_()


@record.command("list")
def list_(*, json: Json = False) -> None:
    """List the entries of the record by kind."""
    from sim.record import entries  # noqa: PLC0415 - reads the whole record
    from sim.view.tables import Table, table_text  # noqa: PLC0415 - the same
    from sim.view.words import MISSING, plain  # noqa: PLC0415 - the same

    found = entries()
    if json:
        from sim.view.as_json import json_text  # noqa: PLC0415 - only for programs

        told = [asdict(entry) for entry in found]
        emit(json_text({"command": "record list", "seed": None, "out": None, "entries": told}))
        return
    rows = tuple(
        (plain(entry.id), entry.kind, entry.date or MISSING, _trust(entry), plain(entry.title, 90)) for entry in found
    )
    header = ("key", "kind", "date", "confidence", "title")
    emit(table_text(Table(f"The record: {len(rows):,} entries", header, rows, text_columns=5)))


def _trust(entry: Listed) -> str:
    """How far an entry is to be trusted."""
    return f"{entry.confidence}, unverified" if entry.unverified else entry.confidence


@record.command("show")
def show(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Name of an entry or a parameter, as `record list` shows.")],
    *,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="Draw a parameter, its cases and their sources: .png, .svg, .pdf, .html or .json. May be repeated.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Walk from an entry or a parameter to the cases behind it and their sources."""
    from sim.record import show as tree  # noqa: PLC0415 - reads the whole record

    if out:
        _draw(key, out, json=json)
        return
    found = tree(key)
    if json:
        from sim.view.as_json import json_text  # noqa: PLC0415 - only for programs

        emit(json_text({"command": "record show", "seed": None, "out": None, "key": key, "entry": _branch(found)}))
        return
    emit("\n".join(_drawn(found, "")))


def _draw(key: str, out: Sequence[Path], *, json: bool) -> None:
    """Draw what a parameter rests on."""
    from sim.record import web  # noqa: PLC0415 - reads the whole record
    from sim.view.files import kind_of, save  # noqa: PLC0415 - only where something is drawn
    from sim.view.provenance import provenance_chart, provenance_finding  # noqa: PLC0415 - the same

    for path in out:
        kind_of(path)
    found = web(key)
    chart = provenance_chart(found)
    files = [str(save(chart, path)) for path in out]
    if json:
        from sim.view.as_json import json_text  # noqa: PLC0415 - only for programs

        told = {"command": "record show", "seed": None, "out": None, "key": key, "charts": files}
        emit(json_text(told | {"finding": provenance_finding(found)}))
        return
    emit(f"{provenance_finding(found)}\n\nFiles  {', '.join(files)}")


@record.command("check")
def check(*, json: Json = False) -> None:
    """Check the record: dangling sources, duplicate names, impossible dates, values off their scale."""
    from sim.record import check as problems_in  # noqa: PLC0415 - reads the whole record
    from sim.record import data_folder, entries  # noqa: PLC0415

    problems = problems_in(data_folder() / "seeds")
    if problems:
        raise UnsoundError(problems)
    count = len(entries())
    if json:
        from sim.view.as_json import json_text  # noqa: PLC0415 - only for programs

        emit(json_text({"command": "record check", "seed": None, "out": None, "valid": True, "entries": count}))
        return
    emit(f"The record is sound: {count:,} entries, every source found.")


def _branch(tree: Provenance) -> dict[str, Any]:
    """A tree of titles, lines and children as JSON values."""
    return {"title": tree.title, "lines": list(tree.lines), "children": [_branch(child) for child in tree.children]}


def _drawn(tree: Provenance, indent: str) -> Iterable[str]:
    """The same as indented text."""
    yield f"{indent}{tree.title}"
    for line in tree.lines:
        yield f"{indent}{_UNDER}{line}"
    for child in tree.children:
        yield from _drawn(child, indent + _UNDER)


def estimate(
    *,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder to write to; by default the checkout's seeds/.")
    ] = None,
    seed: Annotated[
        str | None,
        typer.Option("--seed", metavar="S", help="Seed of the sampler; by default that of the shipped draws."),
    ] = None,
    report: Annotated[bool, typer.Option("--report", help="Report on the shipped draws; fit nothing.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Hold the shipped draws against the record they were fitted to.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fit how guarantors respond to the cases of the record, and store the draws.

    Needs the extra `estimate` and about two minutes. A fit that has not converged is not stored.
    """
    from sim.record import estimation  # noqa: PLC0415 - reads the whole record
    from sim.view.estimation import estimation_headline, estimation_json, estimation_text  # noqa: PLC0415 - the same

    if check:
        _checked(json=json)
        return
    chosen = estimation.SEED if seed is None else seed_number(seed)
    folder: Path | None = None
    if report:
        table = estimation.report()
    else:
        if not quiet:
            tell(f"Fitting with seed {chosen}; this takes about two minutes.")
        fit = estimation.estimate(out, seed=chosen)
        table, folder = fit.table, fit.folder
    if json:
        from sim.view.as_json import json_text  # noqa: PLC0415 - only for programs

        told = {"command": "estimate", "seed": None if report else chosen, "out": folder and str(folder)}
        emit(json_text(told | estimation_json(table)))
    elif quiet:
        emit(estimation_headline(table))
    else:
        emit(estimation_text(table) + (f"\n\nStored in {folder}, seed {chosen}." if folder else ""))


def _checked(*, json: bool) -> None:
    """Print the posterior predictive checks of the shipped draws."""
    from sim.record.estimation import estimation_rows  # noqa: PLC0415 - reads the whole record
    from sim.record.predictive import predictive_checks  # noqa: PLC0415 - the same
    from sim.view.estimation import predictive_text  # noqa: PLC0415 - the same

    found = predictive_checks(estimation_rows())
    if json:
        from sim.view.as_json import json_text  # noqa: PLC0415 - only for programs

        emit(json_text({"command": "estimate", "seed": None, "out": None, "predictive": asdict(found)}))
    else:
        emit(predictive_text(found))
