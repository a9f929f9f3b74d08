"""Commands about scenarios: which there are, and whether one is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.ends import emit
from sim.cli.options import Json, Quiet, Sets  # noqa: TC001 - typer reads the annotations of a command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.reading import Problem
    from sim.scenario import Scenario


def scenarios(*, json: Json = False) -> None:
    """List the built-in scenarios: name, title, and the question each asks."""
    from sim.scenario import load, names  # noqa: PLC0415 - pydantic and the record load with it
    from sim.view.words import plain  # noqa: PLC0415 - the same

    known = [(name, load(name)) for name in names()]
    if json:
        from sim.view.as_json import json_text  # noqa: PLC0415 - the same

        told = [{"name": name, "title": found.title, "asks": found.asks} for name, found in known]
        emit(json_text({"command": "scenarios", "seed": None, "out": None, "scenarios": told}))
        return
    width = max((len(name) for name, _ in known), default=0)
    for name, found in known:
        emit(f"{name:<{width}}  {plain(found.title)}\n{'':<{width}}  {plain(found.asks)}")


def check(
    scenario: Annotated[
        list[str], typer.Argument(metavar="SCENARIO...", help="Built-in names or YAML files, one or more.")
    ],
    *,
    set_: Sets = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say whether scenarios are right, and where every number in them comes from. All mistakes are told at once."""
    from sim.reading import InputError  # noqa: PLC0415 - pydantic and the record load with it
    from sim.scenario import load  # noqa: PLC0415 - the same

    found: list[tuple[str, Scenario]] = []
    problems: list[Problem] = []
    for name in scenario:
        try:
            found.append((name, load(name, set_ or ())))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(*problems)
    told = [_told(name, read) for name, read in found]
    if json:
        from sim.view.as_json import json_text  # noqa: PLC0415 - the same

        emit(json_text({"command": "check", "seed": None, "out": None, "valid": True, "scenarios": told}))
        return
    for about in told:
        emit(_valid(about) if quiet else f"{_valid(about)}\n\n{_parameters(about['parameters'])}\n")


def _told(name: str, scenario: Scenario) -> dict[str, Any]:
    """What `check --json` says of one scenario."""
    from sim.scenario import provenance, scenario_hash  # noqa: PLC0415 - pydantic and the record load with it

    return {
        "scenario": scenario.name,
        "given": name,
        "title": scenario.title,
        "scenario_hash": scenario_hash(scenario),
        "parameters": [
            {"name": row.name, "value": row.text, "source": row.source, "origin": row.place}
            for row in provenance(scenario)
        ],
    }


def _valid(about: dict[str, Any]) -> str:
    parameters: Sequence[dict[str, Any]] = about["parameters"]
    from sim.view.words import plain  # noqa: PLC0415 - only for people

    unsourced = sum(not row["source"] for row in parameters)
    rest = f", {unsourced} of them without a source" if unsourced else ", each with its source"
    return f"{plain(about['given'])} is valid: {len(parameters)} parameters{rest}."


def _parameters(parameters: Sequence[dict[str, Any]]) -> str:
    """The table of parameters: name, value, where it was set, source."""
    from sim.view.tables import Table, table_text  # noqa: PLC0415 - only for people
    from sim.view.words import MISSING, plain  # noqa: PLC0415 - the same

    rows = tuple(
        (row["name"], plain(row["value"], 44), plain(row["origin"] or MISSING, 40), plain(row["source"] or MISSING, 90))
        for row in parameters
    )
    return table_text(Table("Parameters", ("name", "value", "set in", "source"), rows, text_columns=4))
