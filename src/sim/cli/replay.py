"""`article4 replay`: one world told month by month."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.ends import emit
from sim.cli.options import Json, Sets, seed_number, whole

What = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO|RUN",
        help="A built-in name, NAME@key=value, a YAML file, or the directory of a stored run or comparison.",
    ),
]
Trial = Annotated[
    int | None,
    typer.Option("--trial", parser=whole, metavar="K", help="Which world, numbered from 0.", show_default=False),
]
Find = Annotated[
    str | None,
    typer.Option(
        "--find",
        metavar="EXPR",
        help='Of what is stored: the first world of which it is true, such as "deterred and patron_joined".',
        show_default=False,
    ),
]
Typical = Annotated[
    str | None,
    typer.Option(
        "--typical", metavar="OUTCOME", help="Of what is stored: the most typical world of an outcome, such as clash."
    ),
]
Pair = Annotated[
    str | None,
    typer.Option(
        "--pair",
        metavar="B",
        help="Set the same world of another scenario, run or arm beside it.",
        show_default=False,
    ),
]
ArmName = Annotated[
    str | None,
    typer.Option("--arm", metavar="A", help="Of a stored comparison; the last of two.", show_default=False),
]
SeedOr = Annotated[
    str | None,
    typer.Option("--seed", metavar="S", help="By default that of the stored run, else 1.", show_default=False),
]
Page = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE", help="Write a page to look at: FILE.html.", show_default=False),
]


def replay(
    what: What,
    *,
    trial: Trial = None,
    find: Find = None,
    typical: Typical = None,
    pair: Pair = None,
    arm: ArmName = None,
    seed: SeedOr = None,
    set_: Sets = None,
    out: Page = None,
    json: Json = False,
) -> None:
    """Play one world again and tell it: who decided what, on which beliefs and odds, and the draw that settled it."""
    if sum(given is not None for given in (trial, find, typical)) != 1:
        raise typer.BadParameter("say which world: one of --trial K, --find EXPR and --typical OUTCOME")
    if out is not None:
        from sim.view.files import kind_of  # noqa: PLC0415 - only where something is written

        kind_of(out, (".html",), "a page")
    from sim.experiment import replay as played  # noqa: PLC0415 - NumPy and the world load with it

    number = None if seed is None else seed_number(seed)
    found = played(what, trial, number, find=find, typical=typical, overrides=set_ or (), arm=arm, pair=pair)
    told = found.to_json()
    if out is not None:
        from sim.view.files import write  # noqa: PLC0415 - the same
        from sim.view.timeline import replay_page  # noqa: PLC0415 - the same

        write(out, replay_page(told).encode())
    if json:
        from sim.cli.playing import emit_json  # noqa: PLC0415 - only here

        emit_json(told | {"out": None if out is None else str(out)})
        return
    from sim.view.replay import replay_text, title  # noqa: PLC0415 - only here

    emit(replay_text(told) if out is None else f"{title(told)}\n\nFile  {out}")
