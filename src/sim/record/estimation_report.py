"""What the fit says, with the prior beside the posterior, from the stored draws alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.record.coding import load_coding
from sim.record.council_replay import Replay, replay, threshold
from sim.record.covariates import COVARIATES, MEANING, code
from sim.record.estimation_data import COUNCIL, rows
from sim.record.extrapolation import Extrapolation, extrapolation
from sim.record.load import load
from sim.record.posterior import Posterior, latent, posterior
from sim.record.priors import Priors, load_priors, prior_columns
from sim.record.response import Estimate, at_least, estimate_of, shown_at_least
from sim.record.schemas.base import Range

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from sim.record.coding import Coding
    from sim.record.estimation_data import Row

PRIOR_DRAWS: Final = 4000
PRIOR_SEED: Final = 1

TARGET_DATE: Final = "2025-06-13"
"""The crisis for which the target case takes each member's commitments: the first day of the war of June 2025."""

TARGET_DEATHS: Final = 999.0
"""Killed in the target case: about as many as in June 2025 (strikes, D17)."""

UNKNOWN: Final = "a state not in the record"


@dataclass(frozen=True)
class ResponseLine:
    """Response of one guarantor in one kind of crisis, posterior and prior.

    Attributes:
        guarantor: name of the state.
        crisis: the kind of crisis in words.
        aid: probability of aid or more.
        troops: probability of troops or more.
        combat: probability of combat.
        prior_aid: the same before the cases are read.
        prior_troops: the same.
        prior_combat: the same.

    """

    guarantor: str
    crisis: str
    aid: Estimate
    troops: Estimate
    combat: Estimate
    prior_aid: Estimate
    prior_troops: Estimate
    prior_combat: Estimate


@dataclass(frozen=True)
class CoefficientLine:
    """One column of the posterior beside its prior.

    Attributes:
        name: the column.
        meaning: what it measures.
        posterior: mean and 90 % interval.
        prior: the same before the cases are read.
        left: posterior over prior standard deviation; near 1 nothing was learned.

    """

    name: str
    meaning: str
    posterior: Estimate
    prior: Estimate
    left: float


@dataclass(frozen=True)
class FitLine:
    """Fitted against recorded counts in a group of rows.

    Attributes:
        group: which rows.
        rows: how many.
        level: aid, troops or combat, or more.
        recorded: fewest and most rows that reached it, as intervals are read.
        fitted: expected number.

    """

    group: str
    rows: int
    level: str
    recorded: tuple[int, int]
    fitted: Estimate


@dataclass(frozen=True)
class Report:
    """Everything that is shown of the fit.

    Attributes:
        draws: number of stored draws.
        digest: sha256 of the stored draws.
        responses: by guarantor and kind of crisis.
        coefficients: every shared column, then the guarantors' own.
        fitted: fitted against recorded counts.
        extrapolation: how far the target case lies from the record, by guarantor.
        replay: the Council of the simulation on the recorded cases, as coded.
        oppose_below: the threshold at which that Council would decide as fitted.

    """

    draws: int
    digest: str
    responses: tuple[ResponseLine, ...]
    coefficients: tuple[CoefficientLine, ...]
    fitted: tuple[FitLine, ...]
    extrapolation: tuple[Extrapolation, ...]
    replay: Replay
    oppose_below: float


def report(draws: Posterior | None = None) -> Report:
    """Report on stored draws (default: the shipped ones) against the shipped record; needs no PyMC.

    Raises:
        InputError: the draws, the coding or the priors cannot be read.

    """
    found = posterior() if draws is None else draws
    coding, priors = load_coding(), load_priors()
    record = load()
    table = rows(record.cases, record.patron_tests, coding)
    before = prior_columns(priors, found.guarantors, draws=PRIOR_DRAWS, seed=PRIOR_SEED)
    dependence = {name: figure.value for name, figure in coding.council.dependence.items()}
    (opposes,) = (e.value for e in record.priors.priors if e.id == "oppose_below" and e.value is not None)
    targets = {name: _target(name, coding) for name in coding.members_on(TARGET_DATE)}
    return Report(
        draws=found.draws,
        digest=found.digest,
        responses=_responses(found.columns, before, targets),
        coefficients=_coefficients(found.columns, before, priors),
        fitted=_fitted(found.columns, table, coding.leader),
        extrapolation=tuple(
            extrapolation(found.columns, before, table, priors.reference, guarantor=name, covariates=x)
            for name, x in targets.items()
        ),
        replay=replay(found.columns, table, oppose_below=opposes, dependence=dependence),
        oppose_below=threshold(found.columns, table, dependence=dependence),
    )


def _target(state: str, coding: Coding) -> dict[str, NDArray[np.float64]]:
    """Code an attack on Iran by Israel and the United States, Article 4 in force and formally invoked."""
    facts = next(entry for entry in load().states.states if entry.id == state)
    known = facts.ties or {}
    ties = [known[name].value for name in ("Israel", "United States")]
    return code(
        kind="state",
        deaths=TARGET_DEATHS,
        asked=True,
        formal_article4=True,
        foreign_ground=False,
        attacker_member=False,
        attacker_major=True,
        ties_to_attacker=max(middle(value) for value in ties),
        committed_elsewhere=coding.committed_on(state, TARGET_DATE),
        leader=state == coding.leader,
    )


def middle(quantity: float | Range) -> float:
    """Return a number as it is, the middle of a range, or its only bound."""
    if not isinstance(quantity, Range):
        return quantity
    return float(np.mean([bound for bound in (quantity.low, quantity.high) if bound is not None]))


def _kinds(target: Mapping[str, NDArray[np.float64]]) -> dict[str, dict[str, NDArray[np.float64]]]:
    """Return the kinds of crisis that are reported: all asked, cover in force, one step from each other."""

    def ordinary(kind: str) -> dict[str, NDArray[np.float64]]:
        return code(
            kind=kind,
            deaths=99,
            asked=True,
            formal_article4=False,
            foreign_ground=False,
            attacker_member=False,
            attacker_major=False,
            ties_to_attacker=0.3 if kind == "state" else 0.0,
            committed_elsewhere=0.0,
            leader=target["leader"],
        )

    zero, one = np.asarray(0.0), np.asarray(1.0)
    return {
        "internal unrest, asked": ordinary("internal"),
        "militants from outside, asked": ordinary("militants"),
        "attack by a state, asked": ordinary("state"),
        "attack by a state, Article 4 invoked": ordinary("state") | {"formal_article4": one},
        "Iran attacked by Israel and the US, Article 4 invoked": dict(target),
        "the same without cover, asked": {**target, "formal_article4": zero},
        "the same without cover, not asked": {**target, "formal_article4": zero, "asked": zero},
    }


def _responses(
    after: Mapping[str, NDArray[np.float64]],
    before: Mapping[str, NDArray[np.float64]],
    targets: Mapping[str, Mapping[str, NDArray[np.float64]]],
) -> tuple[ResponseLine, ...]:
    lines = []
    for state, target in targets.items():
        for crisis, x in _kinds(target).items():
            in_force = 0.0 if "without cover" in crisis else 1.0
            found = [
                tuple(
                    estimate_of(p) for p in at_least(columns, latent(columns, columns[f"resolve.{state}"], x, in_force))
                )
                for columns in (after, before)
            ]
            lines.append(ResponseLine(state, crisis, *found[0], *found[1]))
    return tuple(lines)


def _coefficients(
    after: Mapping[str, NDArray[np.float64]], before: Mapping[str, NDArray[np.float64]], priors: Priors
) -> tuple[CoefficientLine, ...]:
    lines = []
    for name, values in after.items():
        short = name.removeprefix("covariate.")
        meaning = MEANING[short] if short in COVARIATES else ""
        if not meaning and name in priors.priors:
            meaning = priors.priors[name].meaning
        left = float(np.std(values) / np.std(before[name]))
        lines.append(CoefficientLine(name, meaning, estimate_of(values), estimate_of(before[name]), left))
    return tuple(lines)


def _groups(leader: str) -> dict[str, Callable[[Row], bool]]:
    def patron(row: Row) -> bool:
        return row.source.startswith("PT-")

    return {
        f"{leader} as ally, asked": lambda r: r.guarantor == leader and not patron(r) and r.covariates["asked"] == 1,
        f"{leader} as ally, not asked": lambda r: (
            r.guarantor == leader and not patron(r) and r.covariates["asked"] == 0
        ),
        "other members, asked": lambda r: (
            r.guarantor not in {leader, COUNCIL} and not patron(r) and r.covariates["asked"] == 1
        ),
        "other members, not asked": lambda r: (
            r.guarantor not in {leader, COUNCIL} and not patron(r) and r.covariates["asked"] == 0
        ),
        "Council, asked": lambda r: r.guarantor == COUNCIL and not r.unasked_council,
        "Council, not asked": lambda r: r.unasked_council,
        f"{leader} as patron": lambda r: r.guarantor == leader and patron(r),
        "Soviet Union": lambda r: r.guarantor == "Soviet Union",
        "other patrons": lambda r: patron(r) and r.guarantor not in {leader, "Soviet Union"},
    }


def _fitted(columns: Mapping[str, NDArray[np.float64]], table: Sequence[Row], leader: str) -> tuple[FitLine, ...]:
    lines = []
    for group, belongs in _groups(leader).items():
        members = [row for row in table if belongs(row)]
        shown = [shown_at_least(columns, row) for row in members]
        for level, name in enumerate(("aid", "troops", "combat"), start=1):
            expected = np.sum([levels[level - 1] for levels in shown], axis=0)
            recorded = sum(row.low >= level for row in members), sum(row.high >= level for row in members)
            lines.append(FitLine(group, len(members), name, recorded, estimate_of(expected)))
    return tuple(lines)
