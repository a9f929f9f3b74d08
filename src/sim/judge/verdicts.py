"""The claims of the documents: the facts by the record, what follows by the model, with where it would hold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.experiment.arms import read_arm
from sim.experiment.carry import Step, carry_out
from sim.experiment.plan import Plan, whole
from sim.experiment.run import MOST_JOBS
from sim.judge.asked import CONTRADICTED, SUPPORTED, Kept, condition_of, in_words, probability, quantity, verdict
from sim.judge.holding import box, breakevens
from sim.reading import InputError, did_you_mean
from sim.record import load
from sim.scenario import SETS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sim.record.schemas.claim import Claim, ClaimTest
    from sim.scenario import Scenario

    Progress = Callable[[str, Step], None]

TRIALS: Final = 20_000
"""Worlds of each arm: forty of every parameter set."""

SEARCH_TRIALS: Final = 2_000
"""Worlds of each arm at each value of a parameter that is tried: four of every parameter set."""

LEAST_TRIALS: Final = 2 * SETS
"""Every parameter set at least twice: else luck could not be told from ignorance."""


@dataclass(frozen=True)
class Judged:
    """What became of the claims.

    Attributes:
        claims: one a claim, in the order of the record, as JSON tells them.
        seed: of the worlds.
        trials: worlds of each arm.
        search_trials: worlds of each arm at each value of a parameter; 0 if none was sought.
        directory: where the worlds are stored, if they are.
    """

    claims: tuple[dict[str, Any], ...]
    seed: int
    trials: int
    search_trials: int
    directory: Path | None

    def to_json(self) -> dict[str, Any]:
        """Return what `article4 claims --json` prints, as JSON values."""
        return {
            "command": "claims",
            "seed": self.seed,
            "out": None if self.directory is None else str(self.directory),
            "trials": self.trials,
            "search_trials": self.search_trials,
            "supported_from": SUPPORTED,
            "contradicted_up_to": CONTRADICTED,
            "claims": list(self.claims),
        }


def judge_claims(
    ids: Sequence[str] = (),
    *,
    trials: int = TRIALS,
    search_trials: int = SEARCH_TRIALS,
    seed: int = 1,
    jobs: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Judged:
    """Judge the claims of the documents.

    An input is assessed from the record alone. Of what is put to the model every arm is played once for all claims.

    Args:
        ids: of the claims; all if none is given.
        trials: worlds of each arm, 1,000 to 1,000,000.
        search_trials: worlds of each arm at each value of a parameter that is tried for where the claim would hold;
            0 tries none.
        seed: 0 to 2^64 - 1.
        jobs: worker processes at most.
        out: directory to store the worlds in; those that lie there are not played again.
        progress: is told what is being played, and how far it is.

    Raises:
        InputError: a claim is unknown, or something given is out of its limits.
        TaskError: a task failed.
        KeyboardInterrupt: Ctrl-C; with `out`, what was done is kept, and the same call goes on.
    """
    whole("jobs", jobs, 1, MOST_JOBS)
    whole("trials", trials, LEAST_TRIALS, 1_000_000)
    if search_trials:
        whole("search trials", search_trials, SETS, 1_000_000)
    chosen = _chosen(load().claims_file.claims, ids)
    place = None if out is None else Path(out)
    tests = [claim.test for claim in chosen if claim.test is not None]
    arms = _Arms(tests, trials, seed, jobs, place, progress)
    told = []
    for claim in chosen:
        found = _told(claim)
        if claim.test is not None:
            found |= arms.asked(claim.test)
            if search_trials:
                found["where"]["breakeven"] = breakevens(
                    claim.test,
                    arms.scenarios(claim.test),
                    trials=search_trials,
                    seed=seed,
                    jobs=jobs,
                    out=None if place is None else place / "breakeven",
                    progress=None if progress is None else _Named(progress, f"{claim.id}: where it would hold"),
                )
        told.append(found)
    return Judged(tuple(told), seed, trials, search_trials, place)


def _chosen(claims: Sequence[Claim], ids: Sequence[str]) -> list[Claim]:
    known = {claim.id: claim for claim in claims}
    for one in ids:
        if one not in known:
            hint = did_you_mean(one, list(known)) or "`article4 claims --json` lists them all."
            raise InputError(f'--claim: there is no claim called "{one:.60}". {hint}')
    return [claim for claim in claims if not ids or claim.id in ids]


def _told(claim: Claim) -> dict[str, Any]:
    """Return what is known of a claim before anything is played."""
    return {
        "id": claim.id,
        "kind": claim.kind,
        "document": claim.document,
        "paragraph": claim.paragraph,
        "claim": claim.claim,
        "assessment": claim.assessment,
        "note": claim.note,
        "test": None if claim.test is None else claim.test.model_dump(mode="json"),
        "verdict": None,
        "probability": None,
    }


@dataclass(frozen=True)
class _Named:
    """Tells of steps together with what they are steps of."""

    progress: Progress
    what: str

    def __call__(self, step: Step, /) -> None:
        self.progress(self.what, step)


class _Arms:
    """Plays every arm of some tests once, when it is first asked for."""

    def __init__(
        self,
        tests: Sequence[ClaimTest],
        trials: int,
        seed: int,
        jobs: int,
        out: Path | None,
        progress: Progress | None,
    ) -> None:
        self._wanted: dict[tuple[str, int | None], list[tuple[str, str | None]]] = {}
        for test in tests:
            for arm in test.arms:
                self._wanted.setdefault((arm, test.horizon), []).append((test.metric, test.given))
        self._how: Mapping[str, Any] = {"trials": trials, "seed": seed}
        self._jobs, self._out, self._progress = jobs, out, progress
        self._held: dict[tuple[str, int | None], Kept] = {}

    def scenarios(self, test: ClaimTest) -> tuple[Scenario, ...]:
        """Return what a test plays, the control first."""
        changes = {} if test.horizon is None else {"horizon": test.horizon}
        return tuple(read_arm(arm, changes).scenario for arm in test.arms)

    def asked(self, test: ClaimTest) -> dict[str, Any]:
        """Return what a test finds, as JSON values."""
        scenarios = self.scenarios(test)
        counted = [
            self._played(arm, test.horizon, scenario).counted(0, test.metric, test.given)
            for arm, scenario in zip(test.arms, scenarios, strict=True)
        ]
        found = quantity(test, counted)
        chance = probability(test, found)
        condition = condition_of(test)
        return {
            "asked": in_words(test),
            "verdict": verdict(chance),
            "probability": chance,
            "estimate": found.estimate.to_json() | ({"given": condition} if condition else {}),
            "sets": len(found.sets),
            "where": {"box": box(test, found, scenarios, seed=self._how["seed"]), "breakeven": []},
        }

    def _played(self, arm: str, horizon: int | None, scenario: Scenario) -> Kept:
        key = (arm, horizon)
        if key not in self._held:
            plan = Plan.of(scenario, **self._how, about={"command": "run", "name": scenario.name})
            kept = Kept(self._wanted[key])
            place = None if self._out is None else plan.directory(self._out)
            told = None if self._progress is None else _Named(self._progress, arm)
            carry_out(plan, kept, jobs=self._jobs, out=place, progress=told)
            self._held[key] = kept
        return self._held[key]
