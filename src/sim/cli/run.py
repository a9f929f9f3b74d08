"""`article4 run`: a scenario played many times; `article4 verify`: what was stored rechecked."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.ends import UnsoundError, emit
from sim.cli.options import DEFAULT_SEED, Json, Quiet, ScenarioName, Seed, Sets, seed_number
from sim.cli.playing import (
    CHARTS,
    DEFAULT_TRIALS,
    Cluster,
    DryRun,
    Jobs,
    Out,
    Precision,
    Trials,
    again,
    emit_json,
    hands,
    place,
    played,
    workers,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.experiment import Plan, Result


def run(
    scenario: ScenarioName,
    *,
    trials: Trials = DEFAULT_TRIALS,
    precision: Precision = None,
    seed: Seed = str(DEFAULT_SEED),
    set_: Sets = None,
    out: Out = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    dry_run: DryRun = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Play a scenario many times: how often there is an attack, how it ends, who helps.

    The run is stored and a chart drawn. Asked for again, stored worlds are read, not played; more are added to them.
    """
    workers(jobs)
    options = {"--precision": precision, "--set": set_, "--out": out}
    if dry_run:
        plan = _planned(scenario, trials, seed, set_ or ())
        _announce(plan, place(plan, out), again(plan, ["run", scenario], options), json=json)
        return
    from sim.view.drawing import Draughtsman  # noqa: PLC0415 - only where something is drawn

    with Draughtsman() as draughtsman:
        plan = _planned(scenario, trials, seed, set_ or ())
        directory, command = place(plan, out), again(plan, ["run", scenario], options)
        from sim.experiment import run_plan  # noqa: PLC0415 - NumPy and the world load with it

        with hands(jobs, cluster, plan, directory) as who:
            result = played(
                lambda progress: run_plan(plan, **who, out=directory, progress=progress, precision=precision),
                directory,
                command,
                quiet=quiet,
            )
        from sim.view.answers import summary_of  # noqa: PLC0415 - NumPy has been loaded by now

        charts = draughtsman.draw(summary_of(result), [directory / name for name in CHARTS])
    _tell(result, directory, charts, command, json=json, quiet=quiet)


def verify(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The directory of a stored run.")],
    *,
    json: Json = False,
) -> None:
    """Recheck a stored run: every digest, and that nothing is missing or foreign."""
    from sim.experiment import verify as problems_in  # noqa: PLC0415 - NumPy and the world load with it

    problems = problems_in(run)
    if problems:
        raise UnsoundError(problems)
    if json:
        emit_json({"command": "verify", "seed": None, "out": str(run), "sound": True})
        return
    emit(f"{run} is sound: every part is there and matches its digest.")


def _planned(scenario: str, trials: int, seed: str, overrides: Sequence[str]) -> Plan:
    from sim.experiment import Plan  # noqa: PLC0415 - NumPy and the world load with it
    from sim.scenario import load  # noqa: PLC0415 - the same

    return Plan.of(load(scenario, overrides), trials=trials, seed=seed_number(seed))


def _tell(result: Result, directory: Path, charts: Sequence[Path], again: str, *, json: bool, quiet: bool) -> None:
    """Print the answer: as JSON, as the sentence alone, or in full."""
    from sim.view.answers import summary_of  # noqa: PLC0415 - NumPy has been loaded by now
    from sim.view.console import run_text  # noqa: PLC0415 - the same
    from sim.view.words import headline  # noqa: PLC0415 - the same

    summary = {**summary_of(result), "out": str(directory)}
    if json:
        emit_json(summary | {"charts": [str(path) for path in charts], "again": again})
    elif quiet:
        emit(headline(summary))
    else:
        emit(run_text(summary, [str(path) for path in charts], again))


def _announce(plan: Plan, directory: Path, again: str, *, json: bool) -> None:
    """Say what a run would be, and play nothing."""
    from sim.view.words import plain, worlds  # noqa: PLC0415 - only here

    point = plan.points[0]
    if json:
        told = {"command": "run", "seed": plan.seed, "out": str(directory), "dry_run": True, "scenario": point.name}
        emit_json(told | {"trials": plan.trials, "horizon": point.horizon, "run_hash": plan.hash, "again": again})
        return
    emit(
        f"Nothing was played. It would be {worlds(plan.trials)} of {plan.name} ({plain(point.title)}), "
        f"{point.horizon} months from {point.start}, seed {plan.seed}, stored in {directory}.\n{again}"
    )
