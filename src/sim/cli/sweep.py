"""`article4 sweep`: many points of one or several scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.ends import emit
from sim.cli.options import Json, Quiet, Sets, seed_number, whole
from sim.cli.playing import CHARTS, Cluster, DryRun, Jobs, Out, again, emit_json, hands, place, played, workers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sim.experiment import Plan, Sweep
    from sim.view.drawing import Draughtsman

TABLES = ("sweep.csv", "sweep.nc")
"""The numbers of a sweep beside its trials: a tidy table, and NetCDF."""


def sweep(
    sweep: Annotated[str, typer.Argument(metavar="SWEEP", help="A built-in sweep or a YAML file.", show_default=False)],
    *,
    trials: Annotated[
        int | None,
        typer.Option(
            "--trials", parser=whole, metavar="N", help="Worlds of each arm at each point.", show_default=False
        ),
    ] = None,
    seed: Annotated[
        str | None, typer.Option("--seed", metavar="S", help="In place of the file's.", show_default=False)
    ] = None,
    set_: Sets = None,
    out: Out = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    dry_run: DryRun = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Play every point of a sweep: how the answer moves with what is varied.

    All points share their draws. Stored beside the trials: a tidy table, NetCDF, and a chart.
    """
    workers(jobs)
    from sim.view.drawing import Draughtsman  # noqa: PLC0415 - only where something is drawn

    with Draughtsman() as draughtsman:
        from sim.experiment import plan_sweep, read_sweep  # noqa: PLC0415 - NumPy and the world load with it

        number = None if seed is None else seed_number(seed)
        plan = plan_sweep(read_sweep(sweep, overrides=set_ or (), trials=trials, seed=number))
        command = again(plan, ["sweep", sweep], {"--set": set_, "--out": out})
        if dry_run:
            announce(plan, place(plan, out), command, json=json)
            return
        with hands(jobs, cluster, plan, place(plan, out)) as who:
            carry_out_sweep(plan, place(plan, out), command, draughtsman, who, json=json, quiet=quiet)


def carry_out_sweep(
    plan: Plan,
    directory: Path,
    command: str,
    draughtsman: Draughtsman,
    who: Mapping[str, Any],
    *,
    json: bool,
    quiet: bool,
) -> None:
    """Play a sweep, write its tables and chart, and tell what it says; `who` plays is what `hands` gave."""
    from sim.experiment import sweep_plan  # noqa: PLC0415 - NumPy and the world load with it

    found = played(
        lambda progress: sweep_plan(plan, **who, out=directory, progress=progress),
        directory,
        command,
        quiet=quiet,
    )
    told = found.to_json() | {"out": str(directory)}
    tables = write_tables(found, directory)
    files = [*draughtsman.draw(told, [directory / name for name in CHARTS]), *tables]
    _tell(told, [str(path) for path in files], command, json=json, quiet=quiet)


def write_tables(found: Sweep, directory: Path) -> list[Path]:
    """Write the numbers of a sweep beside its trials.

    Raises:
        OSError: they cannot be written.
    """
    table, arrays = (directory / name for name in TABLES)
    found.table.to_csv(table, index=False)
    found.to_xarray().to_netcdf(arrays, engine="scipy")
    return [table, arrays]


def _tell(told: dict[str, object], files: Sequence[str], again: str, *, json: bool, quiet: bool) -> None:
    """Print the answer: as JSON, as the sentence alone, or in full."""
    from sim.view.sweep import sweep_line, sweep_text  # noqa: PLC0415 - NumPy has been loaded by now

    if json:
        emit_json(told | {"files": list(files), "again": again})
    elif quiet:
        emit(sweep_line(told))
    else:
        emit(sweep_text(told, files, again))


def announce(plan: Plan, directory: Path, again: str, *, json: bool) -> None:
    """Say what a sweep would be, and play nothing."""
    from sim.view.words import worlds  # noqa: PLC0415 - only here

    points, arms = len(plan.points.changes), len(plan.points.arms)
    if json:
        told = {"command": "sweep", "seed": plan.seed, "out": str(directory), "dry_run": True, "points": points}
        emit_json(told | {"arms": plan.about["arms"], "trials": plan.trials, "run_hash": plan.hash, "again": again})
        return
    emit(
        f"Nothing was played. It would be {points:,} points of {', '.join(plan.about['arms'])}, "
        f"{worlds(plan.trials)} each, {worlds(points * arms * plan.trials)} in all, seed {plan.seed}, stored in "
        f"{directory}.\n{again}"
    )
