"""`article4 compare`: scenarios side by side on the same draws."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.ends import emit
from sim.cli.options import Json, Quiet, Sets, seed_number
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
from sim.cli.sweep import announce as announce_sweep
from sim.cli.sweep import carry_out_sweep

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sim.experiment import Comparison, Plan


Arms = Annotated[
    list[str],
    typer.Argument(
        metavar="A B [C ...]",
        help="The control, then what is set beside it: names, files, NAME@key=value, directories of stored runs.",
    ),
]
ArmsSeed = Annotated[
    str | None,
    typer.Option(
        "--seed",
        metavar="S",
        help="A whole number, or `random`; by default that of the stored runs, else 1.",
        show_default=False,
    ),
]


def compare(
    arms: Arms,
    *,
    trials: Trials = DEFAULT_TRIALS,
    precision: Precision = None,
    seed: ArmsSeed = None,
    set_: Sets = None,
    out: Out = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    dry_run: DryRun = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Play scenarios on the same draws: what the second changes beside the first, and in which worlds.

    Every world has the same luck in all arms, so that small differences show. It is stored and a chart drawn.
    Sweeps of the same points are compared point by point.
    """
    workers(jobs)
    from sim.view.drawing import Draughtsman  # noqa: PLC0415 - only where something is drawn

    with Draughtsman() as draughtsman:
        from sim.experiment import compare_plan, is_sweep, plan_comparison  # noqa: PLC0415 - the world loads with it

        if any(is_sweep(arm) for arm in arms):
            if seed is not None or precision is not None:
                raise typer.BadParameter("sweeps are compared with their own seed and trials")
            asked = None if trials == DEFAULT_TRIALS else trials
            plan, command = _sweeps(arms, asked, set_ or (), out)
            if dry_run:
                announce_sweep(plan, place(plan, out), command, json=json)
                return
            with hands(jobs, cluster, plan, place(plan, out)) as who:
                carry_out_sweep(plan, place(plan, out), command, draughtsman, who, json=json, quiet=quiet)
            return
        number = None if seed is None else seed_number(seed)
        plan, player = plan_comparison(arms, trials=trials, seed=number, overrides=set_ or ())
        directory = place(plan, out)
        command = again(plan, ["compare", *arms], {"--precision": precision, "--set": set_, "--out": out})
        if dry_run:
            _announce(plan, directory, command, json=json)
            return
        with hands(jobs, cluster, plan, directory) as who:
            carry = partial(compare_plan, plan, **who, out=directory, play=player, precision=precision)
            found = played(lambda progress: carry(progress=progress), directory, command, quiet=quiet)
        charts = draughtsman.draw(found.to_json(), [directory / name for name in CHARTS])
    _tell(found, directory, charts, command, json=json, quiet=quiet)


def _sweeps(arms: Sequence[str], trials: int | None, overrides: Sequence[str], out: Path | None) -> tuple[Plan, str]:
    """The plan of sweeps side by side, and the command that asks for it again."""
    from sim.experiment import plan_beside  # noqa: PLC0415 - NumPy and the world load with it

    plan = plan_beside(arms, trials=trials, overrides=overrides)
    return plan, again(plan, ["compare", *arms], {"--set": list(overrides), "--out": out}, seed=False)


def _tell(found: Comparison, directory: Path, charts: Sequence[Path], again: str, *, json: bool, quiet: bool) -> None:
    """Print the answer: as JSON, as the sentences alone, or in full."""
    from sim.view.comparison import comparison_lines, comparison_text  # noqa: PLC0415 - NumPy has been loaded by now

    told = found.to_json() | {"out": str(directory)}
    if json:
        emit_json(told | {"charts": [str(path) for path in charts], "again": again})
    elif quiet:
        emit("\n".join(comparison_lines(told)))
    else:
        emit(comparison_text(told, [str(path) for path in charts], again))


def _announce(plan: Plan, directory: Path, again: str, *, json: bool) -> None:
    """Say what a comparison would be, and play nothing."""
    from sim.view.words import worlds  # noqa: PLC0415 - only here

    names = plan.about["arms"]
    if json:
        told = {"command": "compare", "seed": plan.seed, "out": str(directory), "dry_run": True, "arms": names}
        emit_json(told | {"trials": plan.trials, "run_hash": plan.hash, "again": again})
        return
    emit(
        f"Nothing was played. It would be {worlds(plan.trials)} of each of {', '.join(names)}, on the same draws, "
        f"seed {plan.seed}, stored in {directory}.\n{again}"
    )
