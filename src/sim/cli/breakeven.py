"""`article4 breakeven` and `article4 decompose`: what it would take, and through what a treaty works."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.ends import emit
from sim.cli.options import DEFAULT_SEED, Json, Quiet, ScenarioName, Seed, Sets, seed_number
from sim.cli.playing import DEFAULT_TRIALS, DryRun, Jobs, Out, Trials, again, emit_json, place, played, workers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.experiment import Plan

TRIALS_A_VALUE = 4_096
"""Trials of each arm at each value of the parameter, if none are asked for: one block."""


def breakeven(
    scenario: ScenarioName,
    *,
    parameter: Annotated[
        str, typer.Option("--parameter", metavar="K", help="Dotted name, as states.Russia.resolve.shift.")
    ],
    target: Annotated[float, typer.Option("--target", metavar="X", help="What the metric is to be.")],
    metric: Annotated[
        str, typer.Option("--metric", metavar="M", help="A metric of a run; with --against also hazard_ratio.")
    ] = "attack",
    against: Annotated[
        str | None,
        typer.Option(
            "--against", metavar="A", help="A control: the effect beside it is to reach the target.", show_default=False
        ),
    ] = None,
    between: Annotated[
        tuple[float, float] | None,
        typer.Option("--between", metavar="LOW HIGH", help="Values to search in.", show_default=False),
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option("--also", metavar="K", help="A further name that takes the same value.", show_default=False),
    ] = None,
    trials: Trials = TRIALS_A_VALUE,
    seed: Seed = str(DEFAULT_SEED),
    set_: Sets = None,
    out: Out = None,
    jobs: Jobs = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find the value of a parameter at which a metric, or an effect, reaches a target.

    All values share their draws. Says when the target is out of reach, and what came nearest.
    """
    number = seed_number(seed)
    asked: dict[str, Any] = {"parameter": parameter, "metric": metric, "target": target, "between": between}
    asked |= {"against": against, "also": also or (), "trials": trials, "seed": number, "overrides": set_ or ()}
    directory = out if out is not None else Path("runs") / f"breakeven-{Path(scenario).stem}"
    command = _again(scenario, asked, out)
    found = _found(scenario, asked, directory, workers(jobs), command, quiet=quiet)
    told = {"command": "breakeven", "seed": number, "out": str(directory), "scenario": scenario, "against": against}
    _tell({**told, "trials": trials, **found, "again": command}, json=json, quiet=quiet)


def _again(scenario: str, asked: Mapping[str, Any], out: Path | None) -> str:
    """The command that searches just so."""
    words = ["article4", "breakeven", scenario]
    for name in ("parameter", "target", "metric", "trials", "seed", "against"):
        words += [] if asked[name] is None else [f"--{name}", str(asked[name])]
    words += [] if asked["between"] is None else ["--between", *map(str, asked["between"])]
    for option, values in (("--also", asked["also"]), ("--set", asked["overrides"]), ("--out", [out] if out else [])):
        for value in values:
            words += [option, str(value)]
    return shlex.join(words)


def _found(
    scenario: str, asked: Mapping[str, Any], directory: Path, jobs: int, again: str, *, quiet: bool
) -> dict[str, Any]:
    """Search, telling on standard error how far each round is."""
    from sim.experiment import find_breakeven  # noqa: PLC0415 - NumPy and the world load with it

    search = partial(find_breakeven, scenario, **asked, jobs=jobs, out=directory)
    return played(lambda progress: search(progress=progress), directory, again, quiet=quiet).to_json()


def _tell(told: Mapping[str, Any], *, json: bool, quiet: bool) -> None:
    """Print the answer: as JSON, as the sentence alone, or in full."""
    from sim.view.search import breakeven_line, breakeven_text  # noqa: PLC0415 - NumPy has been loaded by now

    if json:
        emit_json(told)
    else:
        emit(breakeven_line(told) if quiet else breakeven_text(told))


def decompose(
    control: Annotated[str, typer.Argument(metavar="A", help="The control: a name, a file, NAME@key=value.")],
    arm: Annotated[str, typer.Argument(metavar="B", help="What is set beside it.")],
    *,
    trials: Trials = DEFAULT_TRIALS,
    seed: Seed = str(DEFAULT_SEED),
    set_: Sets = None,
    out: Out = None,
    jobs: Jobs = None,
    dry_run: DryRun = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Split what B changes beside A among commitment, capability and alignment.

    B is played with every subset of these channels on; the shares add up to the effect.
    """
    processes = workers(jobs)
    from sim.experiment import decompose_plan, plan_decomposition  # noqa: PLC0415 - NumPy and the world load with it
    from sim.view.search import decomposition_line, decomposition_text  # noqa: PLC0415 - the same

    plan = plan_decomposition(control, arm, trials=trials, seed=seed_number(seed), overrides=set_ or ())
    directory = place(plan, out)
    command = again(plan, ["decompose", control, arm], {"--set": set_, "--out": out})
    if dry_run:
        _announce(plan, directory, command, json=json)
        return
    found = played(
        lambda progress: decompose_plan(plan, jobs=processes, out=directory, progress=progress),
        directory,
        command,
        quiet=quiet,
    )
    told = found.to_json() | {"out": str(directory), "again": command}
    if json:
        emit_json(told)
    else:
        emit(decomposition_line(told) if quiet else decomposition_text(told))


def _announce(plan: Plan, directory: Path, again: str, *, json: bool) -> None:
    """Say what a decomposition would be, and play nothing."""
    from sim.view.words import worlds  # noqa: PLC0415 - only here

    count = len(plan.points)
    if json:
        told = {"command": "decompose", "seed": plan.seed, "out": str(directory), "dry_run": True, "arms": count}
        emit_json(told | {"trials": plan.trials, "run_hash": plan.hash, "again": again})
        return
    emit(
        f"Nothing was played. It would be {worlds(plan.trials)} of each of {count} arms, seed {plan.seed}, stored in "
        f"{directory}.\n{again}"
    )
