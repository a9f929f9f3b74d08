"""The command that asks history which parameter sets are plausible."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.ends import Interrupted, emit, tell
from sim.cli.options import Json, Quiet, seed_number
from sim.cli.playing import Jobs, workers


def calibrate(
    *,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder to write to; by default the checkout's seeds/.")
    ] = None,
    seed: Annotated[
        str | None,
        typer.Option("--seed", metavar="S", help="Seed of candidates and luck; by default that of the shipped sets."),
    ] = None,
    parts: Annotated[
        Path, typer.Option("--parts", metavar="DIR", help="Where what is played is kept, to go on from there.")
    ] = Path("runs"),
    report: Annotated[bool, typer.Option("--report", help="Report on the shipped sets; play nothing.")] = False,
    jobs: Jobs = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Draw parameter sets, play history with each, and store those that history does not refute.

    Two ensembles are written: one for all of history, and one for what was known by the end of 2024. It takes about
    twenty minutes on two processors; what was played is kept and not played again.
    """
    from sim.judge.calibrate import SEED, told  # noqa: PLC0415 - NumPy and the world load with it
    from sim.judge.calibrate import calibrate as carry_out  # noqa: PLC0415 - the same
    from sim.view.calibration import calibration_headline, calibration_text  # noqa: PLC0415 - the same

    chosen = SEED if seed is None else seed_number(seed)
    folder: Path | None = None
    if report:
        found = told()
    else:
        from sim.cli.progress import Progress  # noqa: PLC0415 - only where worlds are played

        with Progress("parameter sets", quiet=quiet) as progress:
            try:
                folder, found = carry_out(out, seed=chosen, jobs=workers(jobs), parts=parts, told=progress)
            except KeyboardInterrupt:
                again = f"article4 calibrate --seed {chosen} --parts {parts}" + (f" --out {out}" if out else "")
                raise Interrupted(f"Interrupted: what was played is kept in {parts}. To go on:\n{again}") from None
    if json:
        from sim.view.as_json import json_text  # noqa: PLC0415 - only for programs

        answer = {"command": "calibrate", "seed": None if report else chosen, "out": folder and str(folder)}
        emit(json_text(answer | {"ensembles": found}))
        return
    emit("\n\n".join((calibration_headline if quiet else calibration_text)(one) for one in found.values()))
    if folder is not None and not quiet:
        tell(f"Stored in {folder}, seed {chosen}.")
