"""What makes a stored result again: scenarios, seed, hash, versions, and the command that gives the same trials."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.experiment import manifest
from sim.experiment.carry import opened
from sim.experiment.compare import plan_comparison
from sim.experiment.plan import Plan
from sim.experiment.sweep import plan_sweep
from sim.experiment.sweep_file import read_sweep, sweeps
from sim.reading import InputError
from sim.scenario import load
from sim.scenario.names import names

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sim.scenario import Scenario


@dataclass(frozen=True)
class Papers:
    """What a stored result was made from.

    Attributes:
        kind: `run`, `compare`, `sweep` or another command.
        scenarios: name of an arm -> what was played; of a sweep before its changes.
        seed: with which seed.
        trials: of each arm, at each point.
        hash: of everything that decides a trial.
        posterior: digest of the fitted responses; None if none was used.
        ensemble: digest of the calibrated parameter sets; None if none was used.
        versions: of what played and wrote the trials.
        command: gives the same trials with this version; None if it was made from a file or a change that is not
            named, or by another version.
    """

    kind: str
    scenarios: Mapping[str, Scenario]
    seed: int
    trials: int
    hash: str
    posterior: str | None
    ensemble: str | None
    versions: Mapping[str, str]
    command: str | None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values, without the scenarios."""
        told = {"kind": self.kind, "seed": self.seed, "trials": self.trials, "hash": self.hash}
        made = {"posterior": self.posterior, "ensemble": self.ensemble, "versions": dict(self.versions)}
        return told | made | {"again": self.command}


def read_papers(directory: str | Path) -> Papers:
    """Read what a stored result was made from; nothing is played.

    Raises:
        InputError: it is not the directory of a result.
    """
    plan, store = opened(directory)
    held = manifest.read(store.directory)
    called = list(plan.about.get("arms") or [plan.points.arms[0].name])
    return Papers(
        kind=str(plan.about.get("command", "run")),
        scenarios=dict(zip(called, plan.points.arms, strict=False)),
        seed=plan.seed,
        trials=plan.trials,
        hash=plan.hash,
        posterior=plan.made_of.get("posterior"),
        ensemble=_ensemble(plan),
        versions=dict(held.get("versions") or {}),
        command=_command(plan),
    )


def _ensemble(plan: Plan) -> str | None:
    """The digest of the calibrated sets that the arms draw from: the first arm's that has any."""
    known: Mapping[str, str] = plan.made_of.get("ensemble") or {}
    return next((known[arm.ensemble] for arm in plan.points.arms if arm.ensemble in known), None)


def _command(plan: Plan) -> str | None:
    """The command line that comes to the same hash, if the names alone lead to it."""
    kind = str(plan.about.get("command", "run"))
    words = {
        "run": [plan.points.arms[0].name],
        "compare": [str(name).partition("#")[0] for name in plan.about.get("arms", ())],
        "sweep": [str(plan.about.get("name"))],
    }.get(kind)
    if words is None or not all(word.partition("@")[0] in (*names(), *sweeps()) for word in words):
        return None
    try:
        made = _planned(kind, words, plan)
    except InputError:
        return None
    if made.hash != plan.hash:
        return None
    return shlex.join(["article4", kind, *words, "--trials", str(plan.trials), "--seed", str(plan.seed)])


def _planned(kind: str, words: list[str], plan: Plan) -> Plan:
    if kind == "run":
        return Plan.of(load(words[0]), trials=plan.trials, seed=plan.seed)
    if kind == "compare":
        return plan_comparison(words, trials=plan.trials, seed=plan.seed)[0]
    return plan_sweep(read_sweep(words[0], trials=plan.trials, seed=plan.seed))
