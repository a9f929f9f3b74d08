"""The challengers' constants against history: `make history` plays it and writes what came out into docs/model.md.

The past is played with threat, tension and the protégé's means taken month by month from the record
(`environment.drive`), what follows January 2025 both so and by the model's own rules. What is on record stands beside
it; entries are those of seeds/strikes.yaml.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import between
import numpy as np

from sim.scenario import load
from sim.world import BLOCK, World
from sim.world.response import COMBAT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

SEED = 1
LONG = 2048
"""Trials of the long worlds; the short ones have a whole block."""

RUSSIA: Mapping[str, object] = {"record": "credibility.resolve.Russia", "shift": 30.0}
SURE: Mapping[str, object] = {"states.Russia.resolve": RUSSIA, "perception.acuity": 1.0, "perception.bias": 0.0}
"""Combat of the leader is certain, and every observer knows it."""


@dataclass(frozen=True)
class Past:
    """What was done up to the end of each month, and how often the patron joined; arrays of (months, trials)."""

    attacks: NDArray[np.int16]
    covert: NDArray[np.int16]
    joined: NDArray[np.bool_]


def play(scenario: str, months: int, trials: int, **changes: object) -> tuple[World, Past]:
    """Play a scenario month by month.

    Args:
        scenario: name of a shipped one.
        months: how many.
        trials: how many, at most a block.
        changes: overrides; `start` and `drive`, or dotted names in a mapping `more`.

    """
    more: Any = changes.pop("more", {})
    overrides = {"horizon": months, **changes, **more}
    world = World(load(scenario, overrides), replicates=trials, seed=SEED)
    rows: list[list[NDArray[Any]]] = []
    for _ in range(months):
        world.step()
        tally = world.tally
        rows.append([column[0].copy() for column in (tally.attacks, tally.covert, tally.patron_joined)])
        tally.patron_joined[:] = False  # count it month by month: nothing in the world reads it
    attacks, covert, joined = (np.array(column) for column in zip(*rows, strict=True))
    return world, Past(attacks, covert, joined)


def driven(start: str, months: int, trials: int) -> Past:
    """`outsider` from a month on, driven by the record."""
    return play("outsider", months, trials, start=start, more={"environment.drive": "record"})[1]


def number(values: NDArray[Any], digits: int = 2) -> str:
    """Mean of some values with its Monte Carlo error."""
    kept = np.asarray(values, np.float64)
    return f"{kept.mean():.{digits}f} ± {kept.std() / np.sqrt(kept.size):.{digits}f}"


def spread(values: NDArray[Any]) -> str:
    """The same with the middle 90 % of trials."""
    low, high = np.quantile(values, (0.05, 0.95))
    return f"{number(values)} (90 % of worlds: {low:.0f} to {high:.0f})"


def joined_share(past: Past) -> str:
    """Share of attacks in whose first month the patron joined, with its error by the delta method."""
    new = np.diff(past.attacks, axis=0, prepend=0)
    rounds, joined = new.sum(axis=0), (past.joined & (new > 0)).sum(axis=0)
    share = joined.sum() / rounds.sum()
    error = np.sqrt(((joined - share * rounds) ** 2).sum()) / rounds.sum()
    return f"{share:.2f} ± {error:.2f}"


def past_rows() -> list[tuple[str, str, str]]:
    """What the record lets be counted."""
    long, late = driven("2010-01", 180, LONG), driven("2024-01", 30, LONG)
    before, year = long.attacks[167], long.attacks[179] - long.attacks[167]
    covert = long.covert[179]
    since = driven("2025-01", 18, BLOCK).attacks
    quiet = long.covert[119] - long.covert[35]
    return [
        ("overt attacks 2010 to 2024", spread(long.attacks[179]), "2: April and October 2024 (D14, D16)"),
        ("of them 2010 to 2023", spread(before), "0"),
        ("no overt attack 2010 to 2023 (chance)", number(before == 0), "so it was"),
        ("overt attacks in 2024", spread(year), "2"),
        ("covert acts 2010 to 2024", spread(covert), "14 with a known month, and Stuxnet (D41b)"),
        ("of them 2013 to 2019", spread(quiet), "0 in the list"),
        ("attacked from January to June 2025 (chance)", number(since[5] > 0), "yes, June 2025 (D17)"),
        ("attacked from January 2025 to March 2026 (chance)", number(since[14] > 0), "yes; a second war in 2026 (D19)"),
        ("overt attacks from January 2025 to June 2026", spread(since[17]), "3 rounds (D17, D19, D20)"),
        ("rounds from 2024 to June 2026 that the patron joined", joined_share(late), "2 of 5"),
    ]


def future_rows() -> list[tuple[str, str, str]]:
    """What the first design of the model expected, in worlds that move by themselves from January 2025."""
    alone = play("outsider", 24, BLOCK)[1].attacks > 0
    world, covered = play("member", 24, BLOCK)
    fights = world.tally.level[world.roster.leader][0] == COMBAT
    sure = play("member", 24, BLOCK, more=SURE)[1].attacks[23] > 0
    whole = play("member", 24, BLOCK, more={**SURE, "states.Russia.committed": 0.0})[1].attacks[23] > 0
    return [
        ("attacked by June 2025, no cover", number(alone[5]), "0.55"),
        ("attacked by March 2026, no cover", number(alone[14]), "0.81"),
        ("attacked within 24 months, no cover", number(alone[23], 3), "about 0.9"),
        ("attacked within 24 months, documented cover", number(covered.attacks[23] > 0, 3), "0.6 to 0.85"),
        ("the same, Russia's combat certain and known", number(sure, 3), "0.05 to 0.25"),
        ("the same, and Russia with nothing committed elsewhere", number(whole, 3), "-"),
        ("Russia in combat, documented cover", number(fights, 3), "0.03 to 0.09"),
    ]


def main() -> None:
    """Play and write."""
    begun = time.perf_counter()
    rows = ["| what | model | on record |", "| --- | --- | --- |"]
    rows += [f"| {what} | {here} | {there} |" for what, here, there in past_rows()]
    rows += ["", "| what | model | first design |", "| --- | --- | --- |"]
    rows += [f"| {what} | {here} | {there} |" for what, here, there in future_rows()]
    text = "\n".join(rows) + "\n"
    print(text)
    print(f"{time.perf_counter() - begun:.0f} s")
    between.write("model.md", "history", text)


if __name__ == "__main__":
    main()
