"""What a forecast is held against: how often it was so, what the literature says, and a hazard that never changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import poisson

from sim.judge.answers import role_of
from sim.judge.attacks import MOST_ROUNDS
from sim.judge.backtests import forecast_rows
from sim.reading import InputError
from sim.record import load
from sim.record.covariates import LEVELS
from sim.record.estimation_data import COUNCIL
from sim.record.targets import recount

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sim.judge.backtest_file import AnswerCase, AttackCase

BEFORE: Final = 0.5
"""What each category counts before anything is counted: Jeffreys' prior, so that nothing unseen is impossible."""

FIRST: Final = "2010-01"
"""From when the record of attacks is complete (seeds/targets.yaml begins there)."""

PACTS: Final = {"multilateral": "R08", "bilateral": "R07"}
"""Counts of seeds/literature.yaml: defence pacts after 1945 that were honoured, of those that were put to the test."""


@dataclass(frozen=True)
class Hazard:
    """A rate of rounds that never changes.

    Attributes:
        name: what it is called.
        rounds: counted.
        months: in so many.
        period: which.
    """

    name: str
    rounds: int
    months: int
    period: str

    @property
    def monthly(self) -> float:
        """Rounds a month: counted over months."""
        return self.rounds / self.months

    def forecast(self, months: int) -> tuple[float, ...]:
        """Return the probability of none, one, two, three or more rounds in so many months: Poisson."""
        return poisson_rounds(self.monthly * months)


HAZARDS: Final = (
    Hazard("2010-2024", 2, 180, "January 2010 to December 2024"),
    Hazard("april-december-2024", 2, 9, "April to December 2024"),
)
"""What was known at the end of 2024, read as long peace or as new times. The rounds are D14 and D16."""


def poisson_rounds(mean: float) -> tuple[float, ...]:
    """Return the probability of none, one, two, three or more rounds where so many are expected."""
    below = poisson.pmf(np.arange(MOST_ROUNDS), mean)
    return (*below.tolist(), float(poisson.sf(MOST_ROUNDS - 1, mean)))


@dataclass(frozen=True)
class Recorded:
    """What one helper did, by the record.

    Attributes:
        role: `leader`, `member` or `Council`.
        low: lowest level that the record leaves.
        high: highest.
        entries: of the record, on this crisis.
    """

    role: str
    low: int
    high: int
    entries: frozenset[str]


def recorded(cases: Iterable[AnswerCase]) -> tuple[Recorded, ...]:
    """Return what every helper of some crises did."""
    return tuple(
        Recorded(role_of(row), row.low, row.high, frozenset(case.leaves_out))
        for case in cases
        for row in forecast_rows(case)
    )


def base_rate(role: str, entries: Iterable[str], others: Iterable[Recorded]) -> tuple[float, ...]:
    """Return how often helpers of a role did each level in the other crises, (count + 1/2) / (all + 2).

    Args:
        role: whose level is forecast.
        entries: of the record on the crisis that is forecast: a crisis that shares one with it is not counted.
        others: what was done in all crises; where the record leaves a level open it is not counted.
    """
    counts = np.full(len(LEVELS), BEFORE)
    left_out = frozenset(entries)
    for one in others:
        if one.role == role and one.low == one.high and not one.entries & left_out:
            counts[one.low] += 1.0
    return tuple((counts / counts.sum()).tolist())


def rounds_on_record() -> dict[str, int]:
    """Return month -> rounds of overt action on Iranian soil that began in it, whoever took part."""
    record = load()
    entries = {
        entry
        for target in record.targets.targets
        if target.role == "target" and target.measure == "overt"
        for entry in recount(target, record.targets, record.strikes)
    }
    found: dict[str, int] = {}
    for event in record.strikes.events:
        if event.id in entries:
            found[event.start[:7]] = found.get(event.start[:7], 0) + 1
    return found


def literature_rate(case: AnswerCase, base: Sequence[float]) -> tuple[float, ...] | None:
    """Return the base rate with the published rate of honouring a pact in the place of combat.

    To honour a defence pact is to fight beside the ally: of lower levels the literature does not tell, so that they
    share the rest as the base rate has it. Pacts of several are counted apart from pacts of two. None where the
    literature says nothing: without a pact in force, or where no state attacked.

    Raises:
        InputError: the counts are not on record.
    """
    if not case.known.in_force or case.given.kind != "state":
        return None
    honoured, opportunities = reliability(several=COUNCIL in case.happened)
    fights = (honoured + BEFORE) / (opportunities + 2.0 * BEFORE)
    below = np.asarray(base[:-1]) / (1.0 - base[-1])
    return (*((1.0 - fights) * below).tolist(), fights)


def reliability(*, several: bool) -> tuple[int, int]:
    """Return how many defence pacts after 1945 were honoured, and how many were put to the test.

    Args:
        several: pacts of more than two.

    Raises:
        InputError: the counts are not on record.
    """
    key = PACTS["multilateral" if several else "bilateral"]
    for one in load().literature.counts:
        if one.id == key and one.honoured is not None and one.opportunities is not None:
            return one.honoured, one.opportunities
    raise InputError(f"seeds/literature.yaml: counts of {key} are missing")


def quarter_rate(case: AttackCase, known: Mapping[str, int]) -> tuple[float, ...]:
    """Return how many rounds began in windows of this length from 2010 to the month before, (count + 1/2) / (all + 2).

    Args:
        case: the window that is forecast.
        known: month -> rounds that began in it.
    """
    counts = np.full(MOST_ROUNDS + 1, BEFORE)
    start = month_number(FIRST)
    while start + case.months <= month_number(case.start):
        rounds = sum(known.get(month_of(month), 0) for month in range(start, start + case.months))
        counts[min(rounds, MOST_ROUNDS)] += 1.0
        start += case.months
    return tuple((counts / counts.sum()).tolist())


def month_number(month: str) -> int:
    """Return the months from year 0 to a month, YYYY-MM."""
    return 12 * int(month[:4]) + int(month[5:7]) - 1


def month_of(number: int) -> str:
    """Return the month of a number of months from year 0."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
