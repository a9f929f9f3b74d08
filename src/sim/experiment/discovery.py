"""Scenario discovery: the box of parameters in which the cases of interest lie (PRIM).

The patient rule induction method (Friedman and Fisher 1999) as used for scenario discovery (Bryant and Lempert 2010):
from the box of all cases a thin slice is peeled away again and again, the one without which the rest is densest in
cases of interest. From each box on the way the limits that luck could have made are taken off, slices that cost no
density are pasted back, and one of these boxes is chosen. Own code: of the libraries that do it one is under the GPL,
the other brings scikit-learn, statsmodels and two drawing libraries along.

Only named columns of parameters enter. A seed or a number of a trial would be "found" to matter: such a column is
refused.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiment.boxes import Among, Box, Limit, Range, box_of, chances, inside, meets
from sim.experiment.indices import given_data_indices
from sim.reading import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    Table = Mapping[str, NDArray[Any]]
    Mask = NDArray[np.bool_]

PEEL: Final = 0.05
"""Share of a box's cases that a slice holds, as far as equal values allow: patient is 0.05 to 0.1 (Friedman and Fisher
1999, section 8.1)."""

LEAST_MASS: Final = 0.05
"""Share of all cases that a box must hold (the same; convention)."""

CHANCE: Final = 0.05
"""Quasi-p-value from which on a limit is taken off, divided by the number of columns that were tried (Bryant and
Lempert 2010 look at 0.05; the division is Bonferroni's)."""

NOT_PARAMETERS: Final = frozenset({"seed", "point", "trial", "set", "replicate", "block", "row", "id", "luck", "dummy"})
"""Names that number cases instead of describing them."""

RULE: Final = (
    "greatest harmonic mean of coverage and density among the boxes of the peeling, each without limits that luck "
    "could have made and with slices pasted back; of equals the one with fewer limits, then the larger one"
)
"""By what rule a box is chosen, for those who must say it."""


@dataclass(frozen=True)
class Discovery:
    """What was found.

    Attributes:
        box: the box chosen by RULE.
        trajectory: every box of the peeling, from all cases down, before pasting.
        n: cases.
        of_interest: cases of interest.
        note: what the reader must know, if anything.
    """

    box: Box
    trajectory: tuple[Box, ...] = field(repr=False)
    n: int
    of_interest: int
    note: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "rule": RULE,
            "box": self.box.to_json(),
            "trajectory": [box.to_json() for box in self.trajectory],
            "n": self.n,
            "of_interest": self.of_interest,
            "note": self.note,
        }


def discover(
    table: Table,
    interest: Mask,
    *,
    peel: float = PEEL,
    least_mass: float = LEAST_MASS,
    chance: float = CHANCE,
    tried: int | None = None,
) -> Discovery:
    """Find the box of parameters that holds the cases of interest.

    The box is made and judged on the same cases, so its coverage and density flatter it a little. With dozens of
    columns and a few hundred cases, slices of columns that mean nothing use up the cases before a box is found: hand
    in what `screened` leaves.

    Args:
        table: dotted name of a parameter -> its values, shape (cases,); text and truth values are categories.
        interest: which cases are of interest, shape (cases,).
        peel: share of a box's cases that a slice holds, 0 to 0.5.
        least_mass: share of all cases that a box must hold, 0 to 1.
        chance: as CHANCE says, 0 to 1; above 1 no limit is taken off.
        tried: columns there were before `screened`, which may leave none; those of the table if None.

    Raises:
        InputError: a column that numbers cases, of another length or with missing values; or nothing of interest.
    """
    columns, wanted = _checked(table, interest, empty=bool(tried))
    if not 0.0 < peel < 0.5 or not 0.0 < least_mass < 1.0:
        raise InputError(f"peel {peel} and least mass {least_mass}: shares between 0 and 0.5, and 0 and 1, are wanted")
    limits: dict[str, Limit] = {}
    boxes = [box_of(columns, wanted, limits)]
    while (found := _peeled(columns, wanted, limits, peel, least_mass)) is not None:
        limits = found
        boxes.append(box_of(columns, wanted, limits))
    finished = [_finished(columns, wanted, dict(box.limits), peel, chance / (tried or len(columns))) for box in boxes]
    best = max(finished, key=lambda one: (round(one.quality, 12), -len(one.limits), one.mass))
    note = None if best.limits else "no limit of any parameter is told from luck"
    counts = {"n": len(wanted), "of_interest": int(wanted.sum())}
    chosen = replace(best, chance=MappingProxyType(chances(columns, wanted, best.limits)))
    return Discovery(chosen, tuple(boxes), note=note, **counts)


def screened(table: Table, interest: Mask, *, seed: int) -> dict[str, NDArray[Any]]:
    """Return the columns by whose values the share of interest differs more than luck alone would make it.

    Of those that mean nothing one in twenty is left. A side of a box shows in its own column alone, so none is lost
    that limits many cases.

    Args:
        table: as of `discover`.
        interest: likewise; 50 cases or more.
        seed: decides the shuffles that show what luck makes.

    Raises:
        InputError: as `discover` and `given_data_indices` say.
    """
    columns, wanted = _checked(table, interest)
    found = given_data_indices(columns, wanted.astype(np.float64), seed=seed)
    return {name: column for name, column in columns.items() if found.parameters[name]["first"].above_floor}


def _finished(table: Table, interest: Mask, limits: dict[str, Limit], peel: float, chance: float) -> Box:
    kept = _pruned(table, interest, limits, chance)
    return box_of(table, interest, _pasted(table, interest, kept, peel))


def _pruned(table: Table, interest: Mask, limits: dict[str, Limit], chance: float) -> dict[str, Limit]:
    """Return the limits without those that luck could have made, the likeliest taken away first."""
    kept = dict(limits)
    while kept:
        found = chances(table, interest, kept)
        likeliest = max(found, key=found.__getitem__)
        if found[likeliest] < chance:
            break
        del kept[likeliest]
    return kept


def _peeled(
    table: Table, interest: Mask, limits: dict[str, Limit], peel: float, least_mass: float
) -> dict[str, Limit] | None:
    """Return the limits with one slice less, None if every slice would leave too little or nothing better.

    The best slice is the one that raises density most for each case it takes: a whole category, or a value that many
    cases share, is no thin slice, and must not win for its size (Friedman and Fisher 1999, section 14.1).
    """
    within = inside(table, limits, len(interest))
    n, density = int(within.sum()), float(interest[within].mean())
    best, gain = None, 0.0
    for name, column in table.items():
        for limit in _slices(column, column[within], limits.get(name), peel):
            kept = within & meets(column, limit)
            left = int(kept.sum())
            if not max(1.0, least_mass * len(interest)) <= left < n:
                continue
            gained = (float(interest[kept].mean()) - density) / (n - left)
            if gained > gain * (1.0 + 1e-12):
                best, gain = {**limits, name: limit}, gained
    return best


def _slices(column: NDArray[Any], within: NDArray[Any], limit: Limit | None, peel: float) -> Iterator[Limit]:
    """Yield the limits that a slice could leave: without one category, or without a share of cases at either end."""
    if column.dtype.kind not in "iuf":
        values = np.unique(within).tolist()
        if len(values) > 1:
            yield from (Among(tuple(other for other in values if other != value)) for value in values)
        return
    ordered = np.sort(within)
    share = max(1, math.floor(peel * len(ordered)))
    old = limit if isinstance(limit, Range) else Range(None, None)
    lowest, highest = ordered[share - 1], ordered[-share]
    # A limit lies halfway between the last case left out and the first one kept.
    if lowest < ordered[-1]:
        yield Range(_between(lowest, ordered[ordered > lowest][0]), old.high)
    if highest > ordered[0]:
        yield Range(old.low, _between(ordered[ordered < highest][-1], highest))


def _pasted(table: Table, interest: Mask, limits: dict[str, Limit], peel: float) -> dict[str, Limit]:
    """Return the limits moved outwards as long as density does not fall; the best paste first."""
    while True:
        within = inside(table, limits, len(interest))
        density = float(interest[within].mean())
        best, key = None, (density, 0)
        for name in limits:
            for limit in _pastes(table, interest, limits, name, peel):
                wider = {other: one for other, one in {**limits, name: limit}.items() if one != Range(None, None)}
                kept = inside(table, wider, len(interest))
                hits = int(interest[kept].sum())
                found = (float(interest[kept].mean()), hits)
                if hits > interest[within].sum() and found >= key:
                    best, key = wider, found
        if best is None:
            return limits
        limits = best


def _pastes(table: Table, interest: Mask, limits: dict[str, Limit], name: str, peel: float) -> Iterator[Limit]:
    column, limit = table[name], limits[name]
    others = inside(table, {other: one for other, one in limits.items() if other != name}, len(interest))
    if isinstance(limit, Among):
        for value in np.setdiff1d(np.unique(column[others]), np.array(limit.values, dtype=column.dtype)).tolist():
            yield Among((*limit.values, value))
        return
    within = others & meets(column, limit)
    share = max(1, math.floor(peel * int(within.sum())))
    # A whole slice at first; where it would cost density, a thinner one may not.
    sizes = [share >> halvings for halvings in range(share.bit_length())]
    below = np.sort(column[others & (column < limit.low)])[::-1] if limit.low is not None else column[:0]
    above = np.sort(column[others & (column > limit.high)]) if limit.high is not None else column[:0]
    for size in sizes if len(below) else ():
        reached = below[min(size, len(below)) - 1]
        beyond = below[below < reached]
        yield Range(_between(beyond[0], reached) if len(beyond) else None, limit.high)
    for size in sizes if len(above) else ():
        reached = above[min(size, len(above)) - 1]
        beyond = above[above > reached]
        yield Range(limit.low, _between(reached, beyond[0]) if len(beyond) else None)


def _between(low: Any, high: Any) -> float:
    middle = float(low) + (float(high) - float(low)) / 2.0
    return middle if float(low) < middle else float(high)


def _checked(table: Table, interest: Mask, *, empty: bool = False) -> tuple[dict[str, NDArray[Any]], Mask]:
    wanted = np.asarray(interest)
    if wanted.ndim != 1 or wanted.dtype.kind != "b":
        raise InputError("interest: truth values, one a case, are wanted")
    if not table and not empty:
        raise InputError("columns: at least one parameter is wanted")
    columns = {name: np.asarray(column) for name, column in table.items()}
    problems = []
    for name, column in columns.items():
        if name.rpartition(".")[2].casefold() in NOT_PARAMETERS:
            problems.append(f"{name}: numbers the cases and is no parameter of theirs; leave it out")
        elif column.shape != wanted.shape:
            problems.append(f"{name}: {len(wanted):,} values are wanted, one a case")
        elif column.dtype.kind == "f" and not np.isfinite(column).all():
            problems.append(f"{name}: {int((~np.isfinite(column)).sum()):,} values are missing or infinite")
    if not wanted.any():
        problems.append("interest: no case is of interest, so no box can hold them; ask for something that happens")
    if problems:
        raise InputError(*problems)
    return columns, wanted
