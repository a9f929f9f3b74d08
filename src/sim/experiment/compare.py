"""Scenarios side by side on the same draws: what an arm changes, in which trials, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sim.experiment.arms import PlayArms, read_arms, seed_of
from sim.experiment.carry import Play, Progress, carry_out, opened, play, precise, read_back, wanted_precision
from sim.experiment.metrics import METRICS, Metric, all_metrics
from sim.experiment.moments import Moments
from sim.experiment.pairs import Pairs
from sim.experiment.plan import Plan, Task, whole
from sim.experiment.run import MOST_JOBS, about
from sim.experiment.strata import Divided, Strata
from sim.experiment.summary import Estimate, Summary, estimate, summarise
from sim.reading import InputError
from sim.reading.errors import shown_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from sim.experiment.batch import Batch
    from sim.experiment.execute import Submits
    from sim.scenario import Scenario

OWN: Final = ("scenario", "title", "scenario_hash", "metrics", "outcomes", "responses")
"""What JSON tells of an arm by itself, as `article4 run` does."""

DEFAULT_SEED: Final = 1
"""The seed of a comparison for which none is given, if no stored run brings one."""


@dataclass(frozen=True)
class Contrast:
    """One arm beside the control.

    Attributes:
        effect: what it changes in each metric.
        hazard_ratio: hazard in the arm over that in the control.
        strata: how the trials divide.
        pairing: of each metric, squared Monte Carlo error of the effect over that of two runs that share no draws (the
            sum of the arms' own); None where there is no error.
    """

    effect: Mapping[str, Estimate]
    hazard_ratio: Estimate
    strata: Strata
    pairing: Mapping[str, float | None]

    def to_json(self) -> dict[str, Any]:
        """Return the contrast as JSON values."""
        return {
            "effect": {name: found.to_json() for name, found in self.effect.items()},
            "hazard_ratio": self.hazard_ratio.to_json(),
            **self.strata.to_json(),
            "pairing": dict(self.pairing),
        }


class Comparison:
    """What a comparison found.

    Attributes:
        control: name of the first arm.
        scenarios: name of an arm -> what was played.
        summaries: name of an arm -> its own answer.
        contrasts: name of an arm -> what it changes; without the control.
        directory: where its parts lie; None if it was kept in memory.
    """

    def __init__(self, plan: Plan, directory: Path | None, names: Sequence[str], sums: Sums) -> None:
        """Hold what `compare` found."""
        self.control = names[0]
        self.seed = plan.seed
        self.trials = sums.trials
        self.hash = plan.hash
        self.directory = directory
        self.scenarios = MappingProxyType(dict(zip(names, plan.points.arms, strict=True)))
        self.summaries: Mapping[str, Summary] = MappingProxyType(
            {name: sums.summary(row, about(plan.points.arms[row], plan.seed)) for row, name in enumerate(names)}
        )
        self.contrasts: Mapping[str, Contrast] = MappingProxyType(
            {name: sums.contrast(row) for row, name in enumerate(names) if row > 0}
        )
        self._survival = MappingProxyType({name: sums.survival(row) for row, name in enumerate(names)})

    @property
    def effect(self) -> Mapping[str, Estimate]:
        """What the arm changes in each metric; of several arms ask `contrasts`."""
        return self._only().effect

    @property
    def strata(self) -> Strata:
        """How the trials of the pair divide; of several arms ask `contrasts`."""
        return self._only().strata

    @property
    def hazard_ratio(self) -> Estimate:
        """Hazard in the arm over that in the control; of several arms ask `contrasts`."""
        return self._only().hazard_ratio

    @cached_property
    def survival(self) -> pd.DataFrame:
        """Share of the trials without an attack at the end of each month: a row a month, a column an arm."""
        import pandas as pd  # noqa: PLC0415 - heavy: imported where it is used

        curves = {name: [1.0, *(found.mean for found in curve)] for name, curve in self._survival.items()}
        return pd.DataFrame(curves).rename_axis(index="month", columns="arm")

    def to_json(self) -> dict[str, Any]:
        """Return what `article4 compare --json` prints, as JSON values."""
        arms: dict[str, Any] = {}
        for name, summary in self.summaries.items():
            told = summary.to_json()
            scenario = self.scenarios[name]
            arms[name] = {
                **{key: told[key] for key in OWN},
                "estimand": scenario.estimand,
                "outcome_intervals": {outcome: share.to_json() for outcome, share in summary.outcomes.items()},
                "survival": [found.to_json() for found in self._survival[name]],
                **(self.contrasts[name].to_json() if name in self.contrasts else {}),
            }
        first = self.summaries[self.control]
        return {
            "command": "compare",
            "seed": self.seed,
            "out": None if self.directory is None else str(self.directory),
            "control": self.control,
            "trials": self.trials,
            "horizon": first.horizon,
            "protege": first.protege,
            "arms": arms,
            "note": first.note,
        }

    def __repr__(self) -> str:
        """Arms, trials and seed: what makes the comparison again."""
        arms = ", ".join(self.scenarios)
        return f"<Comparison of {arms}: {self.trials:,} trials, seed {self.seed}>"

    def _only(self) -> Contrast:
        if len(self.contrasts) > 1:
            raise AttributeError(f"there are several arms; ask `.contrasts[name]`, name one of {list(self.contrasts)}")
        return next(iter(self.contrasts.values()))


def compare(
    *arms: Scenario | str | Path,
    trials: int = 10_000,
    seed: int | None = None,
    overrides: Mapping[str, object] | Sequence[str] = (),
    jobs: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    executor: Submits | None = None,
    play: Play = play,
    precision: float | None = None,
) -> Comparison:
    """Play scenarios on the same draws; the first is the control.

    Args:
        arms: two or more scenarios: as such, by name or path, `NAME@key=value`, or directories of stored runs, which
            are read and not played.
        trials: how many of each arm, 1 to 10,000,000.
        seed: 0 to 2^64 - 1; by default that of the stored runs, else 1.
        overrides: changes of all arms.
        jobs: worker processes at most; of an executor, how many tasks it does at once.
        out: directory to store the comparison in.
        progress: is told after each task.
        executor: does the tasks instead; anything shaped like concurrent.futures.Executor.
        play: plays a task; the world unless a test says otherwise.
        precision: play no more than are needed for a Monte Carlo error of every arm's effect on P(attack) of at most so
            much; `trials` is then the most.

    Raises:
        InputError: something given cannot be compared.
        TaskError: a task failed; the others were done and, with `out`, kept.
        KeyboardInterrupt: Ctrl-C; with `out`, what was done is kept, and the same call goes on.
    """
    whole("jobs", jobs, 1, MOST_JOBS)
    plan, player = plan_comparison(arms, trials=trials, seed=seed, overrides=overrides, play=play)
    return compare_plan(
        plan, jobs=jobs, out=out, progress=progress, executor=executor, play=player, precision=precision
    )


def plan_comparison(
    arms: Sequence[Scenario | str | Path],
    *,
    trials: int,
    seed: int | None = None,
    overrides: Mapping[str, object] | Sequence[str] = (),
    play: Play = play,
) -> tuple[Plan, Play]:
    """Return the plan of a comparison, and what plays its tasks; arguments and errors as for `compare`."""
    read = read_arms(arms, overrides)
    about = {"command": "compare", "arms": [arm.name for arm in read]}
    plan = Plan.of([arm.scenario for arm in read], trials=trials, seed=seed_of(read, seed, DEFAULT_SEED), about=about)
    runs = tuple(arm.run for arm in read)
    return plan, play if all(run is None for run in runs) else PlayArms(runs, play)


def compare_plan(
    plan: Plan,
    *,
    jobs: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    executor: Submits | None = None,
    play: Play = play,
    precision: float | None = None,
) -> Comparison:
    """Carry out the plan of a comparison; arguments and errors as for `compare`."""
    sums = Sums(len(plan.points.arms))

    def enough() -> bool:
        return all(precise(sums.effect("attack", row).mc_se, precision) for row in range(1, len(plan.points.arms)))

    plan, store = carry_out(
        plan,
        sums,
        jobs=jobs,
        out=out,
        progress=progress,
        executor=executor,
        play=play,
        enough=None if wanted_precision(precision) is None else enough,
    )
    return Comparison(plan, None if store is None else store.directory, plan.about["arms"], sums)


def stored_comparison(directory: str | Path) -> Comparison:
    """Read a finished comparison back and sum it up; nothing is played.

    Raises:
        InputError: it is not the directory of a comparison, or parts are not what they were.
    """
    plan, store = opened(directory)
    if plan.about.get("command") != "compare":
        raise InputError(f"{shown_path(store.directory)}: holds a {plan.about.get('command')}, not a comparison")
    sums = Sums(len(plan.points.arms))
    read_back(plan, store, sums)
    return Comparison(plan, store.directory, plan.about["arms"], sums)


class Sums:
    """Takes the outcomes of a comparison: everything that its answer needs, added trial by trial."""

    def __init__(self, arms: int, *, curves: bool = True) -> None:
        """Begin with no trials; `arms` counts the control; `curves`: count survival month by month too."""
        self._arms = arms
        self._with_curves = curves
        self._own: Moments | None = None
        self._curves: Moments | None = None
        self._pairs = Pairs(METRICS, arms)
        self._divided = Divided(arms)

    def __call__(self, task: Task, batch: Batch) -> None:
        """Take the outcomes of a task; its points are the arms."""
        self._own = self._own or Moments(all_metrics(batch), self._arms)
        self._own.add(batch)
        if self._with_curves:
            self._curves = self._curves or Moments(survival_metrics(task.points.arms[0].horizon), self._arms)
            self._curves.add(batch)
        self._pairs.add(batch)
        self._divided.add(batch)

    @property
    def trials(self) -> int:
        """Trials that are in."""
        return 0 if self._own is None else self._own.trials

    def summary(self, row: int, told: Mapping[str, Any]) -> Summary:
        """Return an arm's own answer."""
        assert self._own is not None  # noqa: S101 - a plan has a task
        return summarise(self._own, row, told)

    def estimates(self, row: int) -> dict[str, Estimate]:
        """Return everything that is counted in an arm, by name."""
        assert self._own is not None  # noqa: S101 - a plan has a task
        return {
            metric.name: estimate(sums[:, row], given=metric.given)
            for metric, sums in zip(self._own.metrics, self._own.sums, strict=True)
        }

    def survival(self, row: int) -> tuple[Estimate, ...]:
        """Return the share of an arm's trials without an attack at the end of each month."""
        assert self._curves is not None  # noqa: S101 - a plan has a task
        return tuple(estimate(sums[:, row]) for sums in self._curves.sums)

    def effect(self, metric: str, row: int) -> Estimate:
        """Return what an arm changes in a metric; `row` counts from 1, the first beside the control."""
        return self._pairs.effect(metric, row)

    def hazard_ratio(self, row: int) -> Estimate:
        """Return the hazard in an arm over that in the control; `row` counts from 1."""
        return self._pairs.hazard_ratio(row)

    def contrast(self, row: int) -> Contrast:
        """Return what an arm changes; `row` counts from 1, the first beside the control."""
        effects = {name: self.effect(name, row) for name in self._pairs.metrics}
        return Contrast(
            effect=MappingProxyType(effects),
            hazard_ratio=self.hazard_ratio(row),
            strata=self._divided.strata(row),
            pairing=MappingProxyType({name: self._gain(name, row, found) for name, found in effects.items()}),
        )

    def _gain(self, metric: str, row: int, effect: Estimate) -> float | None:
        assert self._own is not None  # noqa: S101 - a plan has a task
        place = [found.name for found in self._own.metrics].index(metric)
        alone = [estimate(self._own.sums[place][:, arm]).mc_se for arm in (0, row)]
        if effect.mc_se is None or alone[0] is None or alone[1] is None:
            return None
        apart = alone[0] ** 2 + alone[1] ** 2
        return effect.mc_se**2 / apart if apart > 0.0 else None


def survival_metrics(horizon: int) -> tuple[Metric, ...]:
    """Return the share of trials without an attack up to the end of each month; named `survival.<months>`."""

    def without(months: int) -> Metric:
        return Metric(
            f"survival.{months}",
            f"Trials without an overt attack in the first {months} months.",
            "probability",
            lambda batch: (batch.columns["first_attack_month"] < 0) | (batch.columns["first_attack_month"] >= months),
        )

    return tuple(without(months) for months in range(1, horizon + 1))
