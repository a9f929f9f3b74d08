"""`article4 claims`: what the documents claim, held against the record and the model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.ends import Interrupted, emit
from sim.cli.options import DEFAULT_SEED, Json, Quiet, Seed, seed_number, whole
from sim.cli.playing import Jobs, emit_json, workers

if TYPE_CHECKING:
    from sim.experiment import Step

DEFAULT_TRIALS = 20_000
DEFAULT_SEARCH = 2_000
PLACE = Path("runs/claims")


def claims(
    *,
    claim: Annotated[
        list[str] | None,
        typer.Option("--claim", metavar="ID", help="Only this claim. May be repeated.", show_default=False),
    ] = None,
    trials: Annotated[
        int, typer.Option("--trials", parser=whole, metavar="N", help="Worlds of each arm, from 1,000.")
    ] = DEFAULT_TRIALS,
    search: Annotated[
        int,
        typer.Option(
            "--search",
            parser=whole,
            metavar="N",
            help="Worlds at each value that is tried for where a claim would hold, from 500; 0 tries none.",
        ),
    ] = DEFAULT_SEARCH,
    seed: Seed = str(DEFAULT_SEED),
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where the worlds are stored; asked again, they are read.")
    ] = PLACE,
    jobs: Jobs = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Judge the claims of the documents: facts by the record, what follows by the model.

    Each claim put to the model gets a verdict with its probability, and where it would hold. Stopped, it goes on from
    what is stored. The whole takes a quarter of an hour on two cores, with --search 0 a few minutes.
    """
    from sim.cli.progress import Progress  # noqa: PLC0415 - only where worlds are played
    from sim.judge import judge_claims  # noqa: PLC0415 - NumPy and the world load with it
    from sim.view.claims import claims_line, claims_text  # noqa: PLC0415 - the same

    shown: dict[str, Progress] = {}

    def told(what: str, step: Step) -> None:
        if what not in shown:
            shown.clear()
            shown[what] = Progress(f"worlds of {what}", quiet=quiet)
        shown[what](step.trials, step.of_trials, step.played)

    try:
        found = judge_claims(
            claim or (),
            trials=trials,
            search_trials=search,
            seed=seed_number(seed),
            jobs=workers(jobs),
            out=out,
            progress=told,
        ).to_json()
    except KeyboardInterrupt:
        raise Interrupted(f"Interrupted: what was done is kept in {out}. The same command goes on.") from None
    if json:
        emit_json(found)
    else:
        emit(claims_line(found) if quiet else claims_text(found))
