"""What every command that plays worlds shares: how many processes, how far it is, and how to go on."""

from __future__ import annotations

import contextlib
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from sim.cli.ends import Interrupted, emit
from sim.cli.options import whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sim.experiment import Plan, Step

T = TypeVar("T")

DEFAULT_TRIALS = 10_000
CHARTS = ("chart.png", "chart.svg")
"""Files drawn into the directory of an experiment."""

Trials = Annotated[
    int, typer.Option("--trials", parser=whole, metavar="N", help="How many worlds to play, 1 to 10,000,000.")
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Where to store it; by default runs/<name>-<hash>.")
]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", parser=whole, metavar="N", help="Processes at most; by default one per processor."),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Let the workers of a Dask cluster play; the address of its scheduler. See docs/how-to/cluster.md.",
        show_default=False,
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be played and stop.")]
Precision = Annotated[
    float | None,
    typer.Option(
        "--precision",
        metavar="E",
        help="Play until the Monte Carlo error of P(attack), or of the effect on it, is E (0.005 is half a percentage "
        "point); --trials is then the most.",
        show_default=False,
    ),
]


def workers(jobs: int | None) -> int:
    """Processes to play in, at most.

    Raises:
        InputError: not a number of processes.
    """
    from sim.experiment.plan import whole as within  # noqa: PLC0415 - NumPy and the world load with it
    from sim.experiment.run import MOST_JOBS  # noqa: PLC0415 - the same

    return within("jobs", _processors() if jobs is None else jobs, 1, MOST_JOBS)


@contextlib.contextmanager
def hands(jobs: int | None, cluster: str | None, plan: Plan, directory: Path) -> Iterator[dict[str, Any]]:
    """Who plays, as arguments of whatever carries a plan out: processes of this machine, or a cluster while it lasts.

    Raises:
        InputError: not a number of processes, or not a cluster that can play this plan into this directory.
    """
    if cluster is None:
        yield {"jobs": workers(jobs)}
        return
    if jobs is not None:
        raise typer.BadParameter("--jobs is for this machine; with --cluster, its workers say how many they are")
    from sim.experiment.cluster import joined  # noqa: PLC0415 - only for a cluster

    with joined(cluster, plan, directory) as executor:
        yield {"executor": executor}


def place(plan: Plan, out: Path | None) -> Path:
    """Where a plan is stored."""
    return out if out is not None else plan.directory(Path("runs"))


def again(plan: Plan, words: Sequence[str], options: Mapping[str, object], *, seed: bool = True) -> str:
    """The command that gives exactly this experiment; a drawn seed is in it as the number it came to.

    Args:
        plan: the experiment.
        words: the command and its arguments.
        options: further options; a list is given once for each of its items, None not at all.
        seed: say the seed; what is played may bring its own.
    """
    command = ["article4", *words, "--trials", str(plan.trials), *(["--seed", str(plan.seed)] if seed else [])]
    for option, value in options.items():
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if item is not None:
                command += [option, str(item)]
    return shlex.join(command)


def played(carry: Callable[[Callable[[Step], None]], T], directory: Path, again: str, *, quiet: bool) -> T:
    """Play what is not stored yet, telling on standard error how far it is.

    Args:
        carry: carries the experiment out, given whom to tell.
        directory: where it is stored.
        again: the command that goes on if it is interrupted.
        quiet: tell nothing.
    """
    from sim.cli.progress import Progress  # noqa: PLC0415 - only where worlds are played

    done = whole_of = 0
    with Progress("worlds", quiet=quiet) as progress:

        def step_taken(step: Step) -> None:
            nonlocal done, whole_of
            done, whole_of = step.trials, step.of_trials
            progress(step.trials, step.of_trials, step.played)

        try:
            return carry(step_taken)
        except KeyboardInterrupt:
            count = f"{done:,} of {whole_of:,} worlds are" if done else "what was done is"
            kept = f"{count} kept in {directory}"
            raise Interrupted(f"Interrupted: {kept}. To go on:\n{again}") from None


def emit_json(answer: Mapping[str, Any]) -> None:
    """Print one JSON object."""
    from sim.view.as_json import json_text  # noqa: PLC0415 - only for programs

    emit(json_text(answer))


def _processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
