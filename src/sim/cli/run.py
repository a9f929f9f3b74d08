"""Commands that play worlds, and those about what was played."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.ends import Interrupted, UnsoundError, emit
from sim.cli.options import DEFAULT_SEED, Json, Quiet, ScenarioName, Seed, Sets, seed_number, whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.experiment import Plan, Result
    from sim.view.drawing import Draughtsman

DEFAULT_TRIALS = 10_000
_CHARTS = ("chart.png", "chart.svg")


def run(
    scenario: ScenarioName,
    *,
    trials: Annotated[
        int, typer.Option("--trials", parser=whole, metavar="N", help="How many worlds to play, 1 to 10,000,000.")
    ] = DEFAULT_TRIALS,
    seed: Seed = str(DEFAULT_SEED),
    set_: Sets = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Where to store the run; by default runs/<name>-<hash>."),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", parser=whole, metavar="N", help="Processes at most; by default one per processor."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be played and stop.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Play a scenario many times: how often there is an attack, how it ends, who helps.

    The run is stored and a chart drawn. Asked for again, stored worlds are read, not played; more are added to them.
    """
    workers = _workers(jobs)
    if dry_run:
        plan, directory, again = _planned(scenario, trials, seed, set_ or (), out)
        _announce(plan, directory, again, json=json)
        return
    from sim.view.drawing import Draughtsman  # noqa: PLC0415 - only where something is drawn

    with Draughtsman() as draughtsman:
        plan, directory, again = _planned(scenario, trials, seed, set_ or (), out)
        result = _played(plan, directory, workers, again, quiet=quiet)
        charts = _draw(draughtsman, result, directory)
    _tell(result, directory, charts, again, json=json, quiet=quiet)


def _planned(
    scenario: str, trials: int, seed: str, overrides: Sequence[str], out: Path | None
) -> tuple[Plan, Path, str]:
    """The plan, where it is stored, and the command that asks for it again."""
    from sim.experiment import Plan  # noqa: PLC0415 - NumPy and the world load with it
    from sim.scenario import load  # noqa: PLC0415 - the same

    plan = Plan.of(load(scenario, overrides), trials=trials, seed=seed_number(seed))
    directory = out if out is not None else plan.directory(Path("runs"))
    return plan, directory, _again(scenario, plan, overrides, out)


def _workers(jobs: int | None) -> int:
    """Processes to play in, at most."""
    from sim.experiment.plan import whole as within  # noqa: PLC0415 - NumPy and the world load with it
    from sim.experiment.run import MOST_JOBS  # noqa: PLC0415 - the same

    return within("jobs", _processors() if jobs is None else jobs, 1, MOST_JOBS)


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
        _emit_json({"command": "verify", "seed": None, "out": str(run), "sound": True})
        return
    emit(f"{run} is sound: every part is there and matches its digest.")


def _played(plan: Plan, directory: Path, jobs: int, again: str, *, quiet: bool) -> Result:
    """Play what is not stored yet, telling on standard error how far it is."""
    from sim.cli.progress import Progress  # noqa: PLC0415 - only where worlds are played
    from sim.experiment import Step, run_plan  # noqa: PLC0415 - NumPy and the world load with it

    done = 0
    with Progress("worlds", quiet=quiet) as progress:

        def step_taken(step: Step) -> None:
            nonlocal done
            done = step.trials
            progress(step.trials, step.of_trials, step.played)

        try:
            return run_plan(plan, jobs=jobs, out=directory, progress=step_taken)
        except KeyboardInterrupt:
            kept = f"{done:,} of {plan.trials:,} worlds are kept in {directory}"
            raise Interrupted(f"Interrupted: {kept}. To go on:\n{again}") from None


def _draw(draughtsman: Draughtsman, result: Result, directory: Path) -> list[Path]:
    """Draw the chart into the run's directory."""
    from sim.view.answers import summary_of  # noqa: PLC0415 - NumPy has been loaded by now

    return draughtsman.draw(summary_of(result), [directory / name for name in _CHARTS])


def _tell(result: Result, directory: Path, charts: Sequence[Path], again: str, *, json: bool, quiet: bool) -> None:
    """Print the answer: as JSON, as the sentence alone, or in full."""
    from sim.view.answers import summary_of  # noqa: PLC0415 - NumPy has been loaded by now
    from sim.view.console import run_text  # noqa: PLC0415 - the same
    from sim.view.words import headline  # noqa: PLC0415 - the same

    summary = {**summary_of(result), "out": str(directory)}
    if json:
        _emit_json(summary | {"charts": [str(path) for path in charts], "again": again})
    elif quiet:
        emit(headline(summary))
    else:
        emit(run_text(summary, [str(path) for path in charts], again))


def _announce(plan: Plan, directory: Path, again: str, *, json: bool) -> None:
    """Say what a run would be, and play nothing."""
    from sim.view.words import plain, worlds  # noqa: PLC0415 - only here

    if json:
        point = plan.points[0]
        told = {"command": "run", "seed": plan.seed, "out": str(directory), "dry_run": True, "scenario": point.name}
        _emit_json(told | {"trials": plan.trials, "horizon": point.horizon, "run_hash": plan.hash, "again": again})
        return
    point = plan.points[0]
    emit(
        f"Nothing was played. It would be {worlds(plan.trials)} of {plan.name} ({plain(point.title)}), "
        f"{point.horizon} months from {point.start}, seed {plan.seed}, stored in {directory}.\n{again}"
    )


def _again(scenario: str, plan: Plan, sets: Sequence[str], out: Path | None) -> str:
    """The command that gives exactly this run; a drawn seed is in it as the number it came to."""
    words = ["article4", "run", scenario, "--trials", str(plan.trials), "--seed", str(plan.seed)]
    for change in sets:
        words += ["--set", change]
    if out is not None:
        words += ["--out", str(out)]
    return shlex.join(words)


def _processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _emit_json(answer: Mapping[str, Any]) -> None:
    from sim.view.as_json import json_text  # noqa: PLC0415 - only for programs

    emit(json_text(answer))
