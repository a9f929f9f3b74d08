"""Commands about what is known: the record, and the estimates made from it."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations of a command
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.ends import UnsoundError, emit
from sim.cli.options import DEFAULT_SEED, Json, Seed, seed_number

if TYPE_CHECKING:
    from collections.abc import Iterable

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

    found = list(entries())
    if json:
        from sim.view.as_json import json_text  # noqa: PLC0415 - only for programs

        emit(json_text({"command": "record list", "seed": None, "out": None, "entries": found}))
        return
    emit("\n".join(str(entry) for entry in found))


@record.command("show")
def show(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Name of an entry or a parameter, as `record list` shows.")],
    *,
    json: Json = False,
) -> None:
    """Walk from an entry or a parameter to the cases behind it and their sources."""
    from sim.record import show as tree  # noqa: PLC0415 - reads the whole record

    found = tree(key)
    if json:
        from sim.view.as_json import json_text  # noqa: PLC0415 - only for programs

        emit(json_text({"command": "record show", "seed": None, "out": None, "key": key, "entry": _branch(found)}))
        return
    emit("\n".join(_drawn(found, "")))


@record.command("check")
def check(*, json: Json = False) -> None:
    """Check the record: dangling sources, duplicate names, impossible dates, values off their scale."""
    from sim.record import check as problems_in  # noqa: PLC0415 - reads the whole record
    from sim.record import data_folder, entries  # noqa: PLC0415

    problems = problems_in(data_folder() / "seeds")
    if problems:
        raise UnsoundError(problems)
    count = sum(1 for _ in entries())
    if json:
        from sim.view.as_json import json_text  # noqa: PLC0415 - only for programs

        emit(json_text({"command": "record check", "seed": None, "out": None, "valid": True, "entries": count}))
        return
    emit(f"The record is sound: {count:,} entries, every source found.")


def _branch(tree: Any) -> dict[str, Any]:
    """A tree of titles, lines and children as JSON values."""
    return {"title": tree.title, "lines": list(tree.lines), "children": [_branch(child) for child in tree.children]}


def _drawn(tree: Any, indent: str) -> Iterable[str]:
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
    seed: Seed = str(DEFAULT_SEED),
    report: Annotated[bool, typer.Option("--report", help="Print the report of the stored fit; fit nothing.")] = False,
    json: Json = False,
) -> None:
    """Fit how guarantors respond to the cases of the record, and store the draws (needs the extra `estimate`)."""
    raise NotImplementedError(out, seed_number(seed), report, json)
