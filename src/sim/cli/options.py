"""Options that several commands share: one spelling, one help text, one check."""

from __future__ import annotations

import re
import secrets
from typing import Annotated

import typer

DEFAULT_SEED = 1


def whole(given: str | int) -> int:
    """A whole number as typer's `parser` for an option; its range is checked by whoever uses it.

    Raises:
        typer.BadParameter: it is not one.
    """
    text = str(given)  # typer hands the default through too
    digits = text.strip().replace("_", "")
    if not re.fullmatch(r"[+-]?[0-9]{1,30}", digits):
        shown = text if len(text) <= 60 else text[:59] + "…"
        raise typer.BadParameter(f'"{shown}" is not a whole number')
    return int(digits)


ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A built-in name (see `article4 scenarios`) or a YAML file.")
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="K=V",
        help="Change one entry, as in states.Russia.resolve.shift=2. May be repeated.",
        show_default=False,
    ),
]
Seed = Annotated[
    str, typer.Option("--seed", metavar="S", help="A whole number, or `random` for one drawn now and printed.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print the answer alone; no progress.")]


def seed_number(text: str) -> int:
    """The seed meant by `--seed`: a whole number as given, or one drawn from the system for `random`.

    Raises:
        InputError: neither.
    """
    if text == "random":
        return secrets.randbits(32)
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
        from sim.reading import InputError, Problem, shown  # noqa: PLC0415 - only for a mistake

        raise InputError(
            Problem("--seed", None, None, "", f"{shown(text)} is neither a whole number from 0 nor `random`", None)
        )
    return int(digits)
