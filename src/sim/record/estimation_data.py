"""The rows on which the response is estimated: who could have helped whom, and what the record says they did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.reading import InputError
from sim.record.coding import first_day
from sim.record.covariates import COVARIATES, code
from sim.record.schemas.base import Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from sim.record.coding import Coding
    from sim.record.priors import Miscoded
    from sim.record.schemas.case import Case
    from sim.record.schemas.patron_test import PatronTest

COUNCIL: Final = "Council"
"""Stands in the guarantor's place in rows that tell what the organisation did collectively."""

FOUR_LEVELS: Final = (0, 0, 0, 1, 1, 2, 3)
"""From the record's scale 0-6 to words, aid, troops, combat."""

TOP: Final = 3
"""The highest of the four levels."""

MANDATE_FROM: Final = 3
"""A Council that was asked and did this much (record scale: a mission of its own) gave a mandate."""


@dataclass(frozen=True)
class Row:
    """One guarantor in one crisis.

    Attributes:
        crisis: the event that its guarantors share.
        source: id of the entry of the record.
        guarantor: the state, or `COUNCIL`.
        low: lowest of the four levels that the record allows.
        high: highest of them.
        in_force: whether a duty of mutual defence was in force (0/1).
        covariates: what `code` returned.
        confidence: of the entry: high, medium or low.
        early_cold_war: whether the crisis began in 1950-73.
        refused: whether a Council had been asked and gave no mandate.

    """

    crisis: str
    source: str
    guarantor: str
    low: int
    high: int
    in_force: float
    covariates: Mapping[str, NDArray[np.float64]] = field(repr=False)
    confidence: str
    early_cold_war: bool = False
    refused: bool = False

    @property
    def leads(self) -> bool:
        """Whether the guarantor leads: without a mandate it acts at a lower latent, the others at most with aid."""
        return bool(self.covariates["leader"] == 1.0)

    @property
    def penalised(self) -> bool:
        """Whether the leader acted without the mandate that had been asked for."""
        return self.refused and self.leads

    @property
    def unasked_council(self) -> bool:
        """Whether this is the Council of a crisis in which nothing was asked of it."""
        return self.guarantor == COUNCIL and bool(self.covariates["asked"] == 0.0)


@dataclass(frozen=True)
class Design:
    """The rows as arrays.

    Attributes:
        guarantors: names with a resolve of their own; `COUNCIL` is none of them.
        crises: names of the crises.
        guarantor: index into `guarantors` by row, -1 for the Council; (rows,).
        crisis: index into `crises` by row; (rows,).
        covariates: (rows, covariates), in the order of `COVARIATES`.
        in_force: (rows,), 0 or 1.
        early: (rows,), 1 for crises of the early Cold War.
        penalised: (rows,), 1 where the leader acted without the mandate it had asked for.
        weights: (rows, 4), probability of what the record says given each true level.

    """

    guarantors: tuple[str, ...]
    crises: tuple[str, ...]
    guarantor: NDArray[np.int64]
    crisis: NDArray[np.int64]
    covariates: NDArray[np.float64]
    in_force: NDArray[np.float64]
    early: NDArray[np.float64]
    penalised: NDArray[np.float64]
    weights: NDArray[np.float64]


def rows(cases: Iterable[Case], patron_tests: Iterable[PatronTest], coding: Coding) -> tuple[Row, ...]:
    """Return every row of the estimation, in the order of the record.

    Raises:
        InputError: a number that the coding must give is missing.

    """
    out = {entry.row for entry in coding.left_out}
    crises = tuple(cases)
    names = {case.id for case in crises}
    found = [row for case in crises if case.id not in out and _is_test(case, coding) for row in case_rows(case, coding)]
    repeated = (test for test in patron_tests if names.isdisjoint(test.see))
    tests = (test for test in repeated if test.id not in out and test.attack and not test.below_armed_attack)
    return (*found, *(patron_row(test, coding) for test in tests))


def _is_test(case: Case, coding: Coding) -> bool:
    began = first_day(case.start) < first_day(coding.in_force_from)
    return case.count_csto and not began and not case.member_initiated and coding.leader not in case.members_concerned


def case_rows(case: Case, coding: Coding) -> Iterator[Row]:
    """Yield the members that could have helped in a case of the alliance, then the Council.

    What was asked of the organisation was asked of every member, what was asked of one of them only of the leader.
    A member that is not listed did anything from nothing to what the organisation did.
    """
    helpers = [state for state in coding.members_on(case.start) if state not in case.members_concerned]
    refused = case.requested_org and case.org_level < MANDATE_FROM
    own = {}
    for state in helpers:
        own[state] = _member_covariates(case, state, coding)
        conduct = case.by_member.get(state)
        levels = (0, case.org_level)
        if conduct is not None:
            levels = _bounds(conduct.level, conduct.level_low, conduct.level_high)
        yield _row(case, case.id, state, levels, own[state], in_force=case.in_force, coding=coding, refused=refused)
    mean = {name: np.asarray(np.mean([x[name] for x in own.values()])) for name in COVARIATES}
    mean |= {"asked": np.asarray(float(case.requested_org))}
    levels = _bounds(case.org_level, case.org_level_low, None)
    yield _row(case, case.id, COUNCIL, levels, mean, in_force=case.in_force, coding=coding, refused=False)


def _member_covariates(case: Case, state: str, coding: Coding) -> dict[str, NDArray[np.float64]]:
    ties = 0.0
    if case.attacker_is_member:
        ties = coding.ties_between_members.value
    elif case.kind == "state":
        ties = coding.ties_on(state, _attackers(case.id, coding), case.start)
    return code(
        kind=case.kind,
        deaths=deaths_of(case, coding),
        asked=case.requested_org or (case.requested and state == coding.leader),
        formal_article4=case.formal_article4,
        foreign_ground=not case.own_territory,
        attacker_member=case.attacker_is_member,
        attacker_major=case.attacker_major_power,
        ties_to_attacker=ties,
        committed_elsewhere=coding.committed_on(state, case.start),
        leader=state == coding.leader,
    )


def patron_row(test: PatronTest, coding: Coding) -> Row:
    """Return what one patron did for one client; a patron counts as leader, and no Council stands between."""
    backed = test.attacker_israel and test.attacker_backed_by_nuclear_power
    x = code(
        kind="state",
        deaths=coding.deaths[test.id].value if test.id in coding.deaths else _uncoded(test.id, "deaths"),
        asked=coding.asked_if_unknown.value if test.requested is None else test.requested,
        formal_article4=False,
        foreign_ground=not test.own_territory,
        attacker_member=False,
        attacker_major=test.attacker_nuclear or test.attacker_major_power or backed,
        ties_to_attacker=coding.ties_on(test.patron, _attackers(test.id, coding), test.start),
        committed_elsewhere=coding.committed_on(test.patron, test.start),
        leader=True,
    )
    crisis = test.id.rpartition("-")[0]
    levels = _bounds(test.level, test.level_low, test.level_high)
    return _row(
        test, crisis, test.patron, levels, x, in_force=test.mutual_defence_in_force, coding=coding, refused=False
    )


def _row(
    entry: Case | PatronTest,
    crisis: str,
    guarantor: str,
    levels: tuple[int, int],
    covariates: Mapping[str, NDArray[np.float64]],
    *,
    in_force: bool,
    coding: Coding,
    refused: bool,
) -> Row:
    return Row(
        crisis=crisis,
        source=entry.id,
        guarantor=guarantor,
        low=FOUR_LEVELS[levels[0]],
        high=FOUR_LEVELS[levels[1]],
        in_force=float(in_force),
        covariates=covariates,
        confidence=entry.confidence,
        early_cold_war=first_day(entry.start) <= coding.early_cold_war_until,
        refused=refused,
    )


def deaths_of(case: Case, coding: Coding) -> float:
    """Return the killed by which a case is judged: the middle of a range on the log scale, an only bound as it is.

    Raises:
        InputError: neither the record nor the coding has a number.

    """
    deaths = case.deaths
    if deaths is None:
        return coding.deaths[case.id].value if case.id in coding.deaths else _uncoded(case.id, "deaths")
    if isinstance(deaths, Range):
        bounds = [bound for bound in (deaths.low, deaths.high) if bound is not None]
        return float(np.expm1(np.mean(np.log1p(bounds))))
    return deaths


def _attackers(name: str, coding: Coding) -> tuple[str, ...]:
    if name not in coding.attackers:
        _uncoded(name, "attackers")
    return coding.attackers[name]


def _uncoded(name: str, what: str) -> float:
    raise InputError(f"seeds/coding.yaml: {what} of {name} are not coded")


def _bounds(level: int, low: int | None, high: int | None) -> tuple[int, int]:
    return (level if low is None else low), (level if high is None else high)


def weights(row: Row, miscoded: Miscoded) -> NDArray[np.float64]:
    """Return the probability of what the record says of a row given each true level; shape (4,).

    A level is coded one step off with a probability that grows as confidence falls, up and down alike, at the ends
    of the scale only inwards. An interval is any coded level in it. A member held back by the Council shows aid
    where it would have done more.
    """
    off = miscoded.rate(row.confidence)
    coded = np.zeros((TOP + 1, TOP + 1))
    for true in range(TOP + 1):
        beside = [level for level in (true - 1, true + 1) if 0 <= level <= TOP]
        coded[true, beside] = off / len(beside)
        coded[true, true] = 1.0 - off
    given_true: NDArray[np.float64] = coded[:, row.low : row.high + 1].sum(axis=1)
    if row.refused and not row.leads:
        return np.take(given_true, np.minimum(np.arange(TOP + 1), 1))
    return given_true


def design(found: Sequence[Row], miscoded: Miscoded) -> Design:
    """Lay the rows out as arrays."""
    guarantors = tuple(sorted({row.guarantor for row in found} - {COUNCIL}))
    crises = tuple(dict.fromkeys(row.crisis for row in found))
    index = {name: position for position, name in enumerate(guarantors)} | {COUNCIL: -1}
    return Design(
        guarantors=guarantors,
        crises=crises,
        guarantor=np.array([index[row.guarantor] for row in found], dtype=np.int64),
        crisis=np.array([crises.index(row.crisis) for row in found], dtype=np.int64),
        covariates=np.array([[float(row.covariates[name]) for name in COVARIATES] for row in found]),
        in_force=np.array([row.in_force for row in found]),
        early=np.array([float(row.early_cold_war) for row in found]),
        penalised=np.array([float(row.penalised) for row in found]),
        weights=np.array([weights(row, miscoded) for row in found]),
    )
