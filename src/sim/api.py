"""The names a Python user meets, gathered over the rooms. Reached as `sim.run`, `sim.Result`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim import experiment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import altair as alt
    import pandas as pd

    from sim.scenario import Scenario


class Result(experiment.Result):
    """What a run of one scenario found: `.summary()`, `.trials`, `.to_json()`, `.plot()`."""

    def __init__(self, found: experiment.Result) -> None:
        """Take what the experiment found."""
        vars(self).update(vars(found))

    def plot(self) -> alt.LayerChart:
        """Return the chart of how often each outcome happened; `.save("chart.png")` writes it."""
        from sim.view.charts import outcome_chart  # noqa: PLC0415 - heavy, and drawn only when asked for

        return outcome_chart(self)

    def report(self, *files: str | Path) -> list[Path]:
        """Write the brief, as `article4 report` does, to files that end in .html or .md; what is not stored has none.

        Raises:
            InputError: a suffix is neither, or the result was kept in memory.
            TaskError: a file cannot be written.
        """
        return _reported(self.directory, files)


class Comparison(experiment.Comparison):
    """What a comparison found: `.effect`, `.strata`, `.hazard_ratio`, `.survival`, `.to_json()`, `.plot()`.

    Of several arms, `.contrasts[name]` has the effect, strata and hazard ratio of each.
    """

    def __init__(self, found: experiment.Comparison) -> None:
        """Take what the experiment found."""
        vars(self).update(vars(found))

    def plot(self) -> alt.LayerChart:
        """Return the chart of worlds without an attack by month; `.save("chart.png")` writes it."""
        from sim.view.survival import survival_chart  # noqa: PLC0415 - heavy, and drawn only when asked for

        return survival_chart(self.to_json())

    def report(self, *files: str | Path) -> list[Path]:
        """Write the brief, as `article4 report` does, to files that end in .html or .md; what is not stored has none.

        Raises:
            InputError: a suffix is neither, or the result was kept in memory.
            TaskError: a file cannot be written.
        """
        return _reported(self.directory, files)


def calibrate(
    out: str | Path | None = None, *, seed: int | None = None, jobs: int = 1, parts: str | Path | None = None
) -> dict[str, Any]:
    """Draw parameter sets, play history with each, and store those that history does not refute.

    Takes about twenty minutes on two processors.

    Args:
        out: folder for the ensembles; the checkout's `seeds/` if None.
        seed: of candidates and luck; that of the shipped ensembles if None.
        jobs: processes at most.
        parts: folder in which what is played is kept, to go on from there; None: nowhere.

    Returns:
        What was found, by name of the ensemble, as `article4 calibrate --json` prints it.

    Raises:
        InputError: an installed package was given no folder, or something given is wrong.
        TaskError: too few sets meet the targets, or a part failed; nothing is stored.
    """
    from pathlib import Path as Folder  # noqa: PLC0415 - only here

    from sim.judge import calibrate as judge  # noqa: PLC0415 - heavy

    folder, place = (None if given is None else Folder(given) for given in (out, parts))
    chosen = judge.SEED if seed is None else seed
    return judge.calibrate(folder, seed=chosen, jobs=jobs, parts=place)[1]


def run(
    scenario: Scenario | str | Path,
    trials: int = 10_000,
    seed: int = 1,
    *,
    jobs: int = 1,
    out: str | Path | None = None,
    overrides: Mapping[str, object] | Sequence[str] = (),
    progress: experiment.Progress | None = None,
    executor: experiment.Submits | None = None,
    precision: float | None = None,
) -> Result:
    """Play a scenario many times and sum it up. Nothing is written unless `out` says where.

    Args:
        scenario: a scenario, the name of a built-in one, or the path of a file.
        trials: how many, 1 to 10,000,000; numbered from 0.
        seed: 0 to 2^64 - 1. The same seed gives the same trials, whatever their number and the jobs.
        jobs: worker processes at most (short runs stay in this one); of an executor, how many tasks it does at once.
        out: directory to store the run in; trials that lie there are not played again.
        overrides: dotted names and values, as a mapping or as `name=value` texts.
        progress: is called with a `sim.experiment.Step` after each task.
        executor: does the tasks instead; anything shaped like concurrent.futures.Executor.
        precision: play no more than are needed for a Monte Carlo error of P(attack) of at most so much; `trials` is
            then the most.

    Raises:
        InputError: something given cannot be run.
        TaskError: a task failed; the others were done and, with `out`, kept.
        KeyboardInterrupt: Ctrl-C; with `out`, what was done is kept, and the same call goes on.
    """
    return Result(
        experiment.run(
            scenario,
            trials,
            seed,
            jobs=jobs,
            out=out,
            overrides=overrides,
            progress=progress,
            executor=executor,
            precision=precision,
        )
    )


def compare(
    *arms: Scenario | str | Path,
    trials: int = 10_000,
    seed: int | None = None,
    jobs: int = 1,
    out: str | Path | None = None,
    overrides: Mapping[str, object] | Sequence[str] = (),
    progress: experiment.Progress | None = None,
    executor: experiment.Submits | None = None,
    precision: float | None = None,
) -> Comparison:
    """Play scenarios on the same draws; the first is the control. Nothing is written unless `out` says where.

    Args:
        arms: two or more: scenarios, names, paths, `NAME@key=value`, or directories of stored runs, which are read and
            not played.
        trials: how many of each arm, 1 to 10,000,000.
        seed: 0 to 2^64 - 1; by default that of the stored runs, else 1.
        jobs: worker processes at most (short runs stay in this one); of an executor, how many tasks it does at once.
        out: directory to store the comparison in; trials that lie there are not played again.
        overrides: changes of all arms: dotted names and values, as a mapping or as `name=value` texts.
        progress: is called with a `sim.experiment.Step` after each task.
        executor: does the tasks instead; anything shaped like concurrent.futures.Executor.
        precision: play no more than are needed for a Monte Carlo error of every arm's effect on P(attack) of at most so
            much; `trials` is then the most.

    Raises:
        InputError: something given cannot be compared.
        TaskError: a task failed; the others were done and, with `out`, kept.
        KeyboardInterrupt: Ctrl-C; with `out`, what was done is kept, and the same call goes on.
    """
    return Comparison(
        experiment.compare(
            *arms,
            trials=trials,
            seed=seed,
            jobs=jobs,
            out=out,
            overrides=overrides,
            progress=progress,
            executor=executor,
            precision=precision,
        )
    )


class Sweep(experiment.Sweep):
    """What a sweep found: `.to_xarray()`, `.table`, `.to_json()`, `.plot()`."""

    def __init__(self, found: experiment.Sweep) -> None:
        """Take what the experiment found."""
        vars(self).update(vars(found))

    def plot(self) -> alt.LayerChart | alt.VConcatChart:
        """Return the chart of the sweep: a line along one axis, a map over two; `.save("chart.png")` writes it."""
        from sim.view.gallery import chart_of  # noqa: PLC0415 - heavy, and drawn only when asked for

        return chart_of(self.to_json())

    def report(self, *files: str | Path) -> list[Path]:
        """Write the brief, as `article4 report` does, to files that end in .html or .md; what is not stored has none.

        Raises:
            InputError: a suffix is neither, or the result was kept in memory.
            TaskError: a file cannot be written.
        """
        return _reported(self.directory, files)


def sweep(
    name_or_path: str | Path,
    *,
    trials: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    out: str | Path | None = None,
    overrides: Sequence[str] = (),
    progress: experiment.Progress | None = None,
    executor: experiment.Submits | None = None,
) -> Sweep:
    """Play every point of a sweep on the same draws. Nothing is written unless `out` says where.

    Args:
        name_or_path: a shipped sweep, or the path of a file.
        trials: of each arm at each point, in place of the file's.
        seed: in place of the file's.
        jobs: worker processes at most (short runs stay in this one); of an executor, how many tasks it does at once.
        out: directory to store the sweep in; trials that lie there are not played again.
        overrides: changes of all arms, as `name=value` texts; the axes go on top.
        progress: is called with a `sim.experiment.Step` after each task.
        executor: does the tasks instead; anything shaped like concurrent.futures.Executor.

    Raises:
        InputError: the file is wrong, or something given.
        TaskError: a task failed; the others were done and, with `out`, kept.
        KeyboardInterrupt: Ctrl-C; with `out`, what was done is kept, and the same call goes on.
    """
    return Sweep(
        experiment.sweep(
            name_or_path,
            trials=trials,
            seed=seed,
            overrides=overrides,
            jobs=jobs,
            out=out,
            progress=progress,
            executor=executor,
        )
    )


def query(directory: str | Path, sql: str) -> pd.DataFrame:
    """Ask a stored run, comparison or sweep in DuckDB's SQL: `query(run, "select avg(attacks) from trials")`.

    `trials` has a row a trial (`point`, `trial`, and the columns of model.md 7.10); `points` a row a point (`point`,
    `arm`, and what a sweep changes). Nothing else can be read and nothing written.

    Args:
        directory: where the run is stored.
        sql: one query that returns rows.

    Raises:
        InputError: the directory is not a run's, the run is not finished or not sound, or the query is wrong.
        TaskError: the query needs more memory than it may have.
    """
    return experiment.query(directory, sql)


class Replay(experiment.Replay):
    """One world as it went: `.row`, `.events`, `.beliefs`, `.twin`, `.text()`, `.page()`, `.to_json()`."""

    def __init__(self, found: experiment.Replay) -> None:
        """Take what the experiment played."""
        vars(self).update(vars(found))

    def text(self) -> str:
        """Return the world month by month, as `article4 replay` prints it."""
        from sim.view.replay import replay_text  # noqa: PLC0415 - only when asked for

        return replay_text(self.to_json())

    def page(self) -> str:
        """Return the world as an HTML page that needs nothing else."""
        from sim.view.timeline import replay_page  # noqa: PLC0415 - only when asked for

        return replay_page(self.to_json())


def replay(
    what: Scenario | str | Path,
    trial: int | None = None,
    seed: int | None = None,
    *,
    find: str | None = None,
    typical: str | None = None,
    overrides: Mapping[str, object] | Sequence[str] = (),
    arm: str | None = None,
    pair: Scenario | str | Path | None = None,
) -> Replay:
    """Play one world again and keep who decided what, on which beliefs and odds, and the draw that settled it.

    Which one: exactly one of `trial`, `find` and `typical` says it.

    Args:
        what: a scenario, a name, a path, `NAME@key=value`, or the directory of a stored run or comparison.
        trial: its number, from 0.
        seed: 0 to 2^64 - 1; by default that of the stored run, else 1.
        find: of what is stored, the first trial of which this is true, such as `deterred and patron_joined`.
        typical: of what is stored, the medoid of the trials of this outcome.
        overrides: changes of the scenario; of a stored run none.
        arm: of a stored comparison, which; by default the last of two.
        pair: play the same trial here too: an arm of the stored comparison, or anything that `what` can be.

    Raises:
        InputError: something given is unknown or out of its limits, no trial is as wanted, or the run was played by
            another version of article4.
    """
    return Replay(
        experiment.replay(what, trial, seed, find=find, typical=typical, overrides=overrides, arm=arm, pair=pair)
    )


class Drivers(experiment.Drivers):
    """What drives the answer: `.of(metric)`, `.analyses`, `.regions`, `.table`, `.to_json()`, `.plot()`."""

    def __init__(self, found: experiment.Drivers) -> None:
        """Take what the experiment found."""
        vars(self).update(vars(found))

    def plot(self) -> alt.LayerChart:
        """Return the chart of what drives the first quantity most; `.save("chart.png")` writes it."""
        from sim.view.sensitivity_charts import sensitivity_chart  # noqa: PLC0415 - heavy, drawn only when asked for

        return sensitivity_chart(self.to_json())


def sensitivity(
    *targets: Scenario | str | Path,
    method: str | None = None,
    base: int | None = None,
    trajectories: int | None = None,
    trials: int | None = None,
    seed: int | None = None,
    deters: float | None = None,
    jobs: int = 1,
    out: str | Path | None = None,
    overrides: Mapping[str, object] | Sequence[str] = (),
    progress: experiment.Progress | None = None,
    executor: experiment.Submits | None = None,
) -> Drivers:
    """Find what drives the answer, and where an arm deters. Nothing is written unless `out` says where.

    Args:
        targets: a sweep, by name or path; or a scenario, several (the first is the control), or the directory of a run
            or a comparison: then its parameter sets are looked at.
        method: `morris` (by default) or `sobol` over the axes of a sweep; `given_data` over its own points, and over
            parameter sets.
        base: rows of each matrix, for `sobol`: a power of two.
        trajectories: for `morris`.
        trials: of each arm, at each point; by default the sweep's, over sets 10,000.
        seed: 0 to 2^64 - 1; by default the sweep's or the stored run's, else 1.
        deters: hazard ratio up to which an arm is said to deter, for `given_data` with several arms; by default 0.8.
        jobs: worker processes at most; of an executor, how many tasks it does at once.
        out: directory to store the trials in; asked again, those that lie there are not played.
        overrides: changes of all arms: dotted names and values, as `name=value` texts; of scenarios also a mapping.
        progress: is called with a `sim.experiment.Step` after each task.
        executor: does the tasks instead; anything shaped like concurrent.futures.Executor.

    Raises:
        InputError: something given is unknown or out of its limits.
        TaskError: a task failed; the others were done and, with `out`, kept.
        KeyboardInterrupt: Ctrl-C; with `out`, what was done is kept, and the same call goes on.
    """
    return Drivers(
        experiment.sensitivity(
            *targets,
            method=method,
            base=base,
            trajectories=trajectories,
            trials=trials,
            seed=seed,
            overrides=overrides,
            deters=deters,
            jobs=jobs,
            out=out,
            progress=progress,
            executor=executor,
        )
    )


def _reported(directory: Path | None, files: Sequence[str | Path]) -> list[Path]:
    """Write the brief of what lies in a directory."""
    from pathlib import Path  # noqa: PLC0415 - only here

    from sim.reading import InputError  # noqa: PLC0415 - only here
    from sim.view.report import report_kind, write_brief  # noqa: PLC0415 - heavy, and only here
    from sim.view.stored_brief import stored_brief  # noqa: PLC0415 - the same

    if directory is None:
        raise InputError("report: the result was kept in memory; play it with out=... to have a brief of it")
    for file in files:
        report_kind(Path(file))
    brief = stored_brief(directory)
    return [path for file in files for path in write_brief(brief, Path(file))]
