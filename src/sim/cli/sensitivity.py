"""`article4 sensitivity`: what drives the answer, and where a treaty deters."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.ends import emit
from sim.cli.options import Json, Quiet, Sets, seed_number, whole
from sim.cli.playing import DryRun, Jobs, Out, emit_json, played, workers

if TYPE_CHECKING:
    from sim.experiment import Study
    from sim.view.drawing import Draughtsman

FILES = ("sensitivity.png", "sensitivity.svg")
"""Charts: they may lie beside those of a sweep or a comparison, whose directory it is."""

TABLE = "sensitivity.csv"
"""Every index of every quantity, a row each."""


Targets = Annotated[
    list[str],
    typer.Argument(
        metavar="SWEEP | SCENARIO...",
        help="A sweep: its axes are varied. Or scenarios, the first the control, or the directory of a run or a "
        "comparison: its parameter sets are looked at.",
        show_default=False,
    ),
]
Method = Annotated[
    str | None,
    typer.Option(
        "--method",
        metavar="M",
        help="morris (by default) or sobol over a sweep; given-data over its own points, or over parameter sets.",
        show_default=False,
    ),
]
Base = Annotated[
    int | None,
    typer.Option(
        "--base",
        parser=whole,
        metavar="N",
        help="Of sobol: a power of two, by default 64; N times the axes and three are played.",
        show_default=False,
    ),
]
Trajectories = Annotated[
    int | None,
    typer.Option(
        "--trajectories",
        parser=whole,
        metavar="N",
        help="Of morris: by default 20; N times the axes and two are played.",
        show_default=False,
    ),
]
Deters = Annotated[
    float | None,
    typer.Option(
        "--deters",
        metavar="X",
        help="Of given-data: hazard ratio up to which an arm is said to deter, by default 0.8.",
        show_default=False,
    ),
]
Trials = Annotated[
    int | None,
    typer.Option(
        "--trials",
        parser=whole,
        metavar="N",
        help="Worlds of each arm, at each point; by default the sweep's, of scenarios 10,000.",
        show_default=False,
    ),
]
Seed = Annotated[
    str | None, typer.Option("--seed", metavar="S", help="By default the sweep's, of scenarios 1.", show_default=False)
]


def sensitivity(
    targets: Targets,
    *,
    method: Method = None,
    base: Base = None,
    trajectories: Trajectories = None,
    deters: Deters = None,
    trials: Trials = None,
    seed: Seed = None,
    set_: Sets = None,
    out: Out = None,
    jobs: Jobs = None,
    dry_run: DryRun = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say what drives the answer, and where an arm deters.

    Every index has an interval, and is held against what luck alone would make. Stored beside the trials: a table of
    all indices, and a chart.
    """
    processes = workers(jobs)
    from sim.view.drawing import Draughtsman  # noqa: PLC0415 - only where something is drawn

    with Draughtsman() as draughtsman:
        from sim.experiment import plan_sensitivity  # noqa: PLC0415 - NumPy and the world load with it

        study = plan_sensitivity(
            targets,
            method=None if method is None else method.replace("-", "_"),
            base=base,
            trajectories=trajectories,
            trials=trials,
            seed=None if seed is None else seed_number(seed),
            overrides=set_ or (),
            deters=deters,
        )
        directory = out if out is not None else study.directory(Path("runs"))
        options = {"--base": base, "--trajectories": trajectories, "--deters": deters, "--set": set_, "--out": out}
        command = _again(study, targets, options)
        if dry_run:
            _announce(study, directory, command, json=json)
            return
        _carry_out(study, directory, command, draughtsman, jobs=processes, json=json, quiet=quiet)


def _again(study: Study, targets: list[str], options: dict[str, Any]) -> str:
    """The command that gives exactly this analysis."""
    words = ["article4", "sensitivity", *targets, "--method", study.about["method"].replace("_", "-")]
    if study.stored is None:
        words += ["--trials", str(study.trials), "--seed", str(study.about["seed"])]
    for option, value in options.items():
        for item in value if isinstance(value, (list, tuple)) else [value]:
            words += [] if item is None else [option, str(item)]
    return shlex.join(words)


def _carry_out(
    study: Study, directory: Path, command: str, draughtsman: Draughtsman, *, jobs: int, json: bool, quiet: bool
) -> None:
    """Play what is not stored yet, write table and charts, and tell what it says."""
    from sim.experiment import carry_out_study  # noqa: PLC0415 - NumPy and the world load with it
    from sim.view.sensitivity import sensitivity_lines, sensitivity_text  # noqa: PLC0415 - the same

    found = played(
        lambda progress: carry_out_study(study, jobs=jobs, out=directory, progress=progress),
        directory,
        command,
        quiet=quiet,
    )
    told = found.to_json() | {"out": str(directory)}
    found.table.to_csv(directory / TABLE, index=False)
    files = [*draughtsman.draw(told, [directory / name for name in FILES]), directory / TABLE]
    paths = [str(path) for path in files]
    if json:
        emit_json(told | {"files": paths, "again": command})
    elif quiet:
        emit("\n".join(sensitivity_lines(told)))
    else:
        emit(sensitivity_text(told, paths, command))


def _announce(study: Study, directory: Path, again: str, *, json: bool) -> None:
    """Say what would be played, and play nothing."""
    from sim.view.words import worlds  # noqa: PLC0415 - only here

    about, points, arms = study.about, study.points, len(study.arms)
    if json:
        told = {"command": "sensitivity", "seed": about["seed"], "out": str(directory), "dry_run": True}
        told |= {"method": about["method"], "points": points, "arms": about["arms"], "trials": study.trials}
        emit_json(told | {"again": again})
        return
    emit(
        f"Nothing was played. It would be {points:,} {'point' if points == 1 else 'points'} of "
        f"{', '.join(about['arms'])}, {worlds(study.trials)} each, {worlds(points * arms * study.trials)} in all, seed "
        f"{about['seed']}, stored in {directory}.\n{again}"
    )
