"""What each number of `member` does to its answer: `make parameters` writes docs/parameters.md.

Each parameter is fixed at its 5 % and at its 95 % quantile over the parameter sets (a number without a distribution at
20 % below and above it, within the bounds of its field), all else drawn as it is, on common random numbers. What is
measured is the hazard of the 24 months: first overt attacks per month without one so far.
"""

from __future__ import annotations

import os
import re
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TYPE_CHECKING, Final

import between
import numpy as np
from symbols import GROUPS, SYMBOLS, UNITS

from sim.scenario import SETS, Scenario, leaves, load, meaning, provenance, tabulate
from sim.world import BLOCK, World

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Change = tuple[float, float] | None

SCENARIO: Final = "member"
TRIALS: Final = BLOCK
SEED: Final = 1
ENDS: Final = (0.05, 0.95)
SHARE: Final = 0.2
FIRST: Final = 20
"""How many of the strongest parameters the model page shows."""

OPTIONS: Final[Mapping[str, Mapping[str, object]]] = {
    "`member` as it is": {},
    "no cover at all (`outsider`)": {"accession.cover": False},
    "`council.rule: consensus_minus_one`": {"council.rule": "consensus_minus_one"},
    "`council.rule: majority`": {"council.rule": "majority"},
    "`council.rule: leader`": {"council.rule": "leader"},
    "`council.rule: each_as_it_deems`": {"council.rule": "each_as_it_deems"},
    "`choice.rule: maximiser`": {"choice.rule": "maximiser"},
    "`channels.commitment: false`": {"channels.commitment": False},
    "`channels.capability: false`": {"channels.capability": False},
    "`channels.alignment: false`": {"channels.alignment": False},
    "`signals.active: false`": {"signals.active": False},
    "`reputation.active: false`": {"reputation.active": False},
    "`crisis.exchanges: 1`": {"crisis.exchanges": 1},
    "`perception.acuity: 0`, observers know the record alone": {"perception.acuity": 0.0},
    "`perception.acuity: 1`, observers know the truth": {"perception.acuity": 1.0},
    "Γ = 1.1 for both challengers": {"states.Israel.deterrence": 1.1, "states.United States.deterrence": 1.1},
    "Γ = 2.25 for both challengers": {"states.Israel.deterrence": 2.25, "states.United States.deterrence": 2.25},
    "challengers may threaten first (`ultimatum`)": {
        "states.Israel.threaten": True,
        "states.United States.threaten": True,
    },
}
"""Structural choices, as overrides of the scenario."""


# ------------------------------------------------------------------ playing


def influence(changes: Sequence[Mapping[str, object]]) -> list[tuple[float, Array, Array]]:
    """Hazard, each trial's part in it, and each trial's overt attacks, for `member` changed in several ways."""
    points = [load(SCENARIO, change) for change in changes]
    columns = World(points, replicates=TRIALS, seed=SEED).run().columns
    found = []
    for attacks, risk in zip(columns["attacks"], columns["months_at_risk"], strict=True):
        hit = (attacks > 0).astype(np.float64)
        hazard = float(hit.sum() / risk.sum())
        found.append((hazard, (hit - hazard * risk) / risk.mean(), attacks))
    return found


def error(parts: Array) -> float:
    """Monte Carlo error of a mean over trials, the parameter sets being fixed by design."""
    sets = np.arange(TRIALS) % SETS
    count = np.bincount(sets, minlength=SETS)
    centred = parts - (np.bincount(sets, parts, SETS) / count)[sets]
    within = np.bincount(sets, centred * centred, SETS) / (count - 1)
    return float(np.sqrt((count * within).sum()) / TRIALS)


def moved(task: tuple[str, tuple[float, float] | None]) -> tuple[str, Change]:
    """Change of the hazard when a parameter goes from its low end to its high end, with its error."""
    name, ends = task
    if ends is None:
        return name, None
    (low, at_low, _), (high, at_high, _) = influence([{name: end} for end in ends])
    return name, (high - low, error(at_high - at_low))


def ends_of(values: Array, bounds: tuple[float | None, float | None]) -> tuple[float, float] | None:
    """Ends between which a parameter is moved; None for a number of 0, which has no scale."""
    low, high = (float(np.quantile(values, q)) for q in ENDS)
    if low < high:
        return low, high
    least, greatest = (end if end is not None else way for end, way in zip(bounds, (-np.inf, np.inf), strict=True))
    size = abs(low) * SHARE
    return (max(least, low - size), min(greatest, low + size)) if size > 0.0 else None


# ------------------------------------------------------------------ words


def source_of(text: str, source: str | None) -> str:
    """Where a number comes from, short enough for a table."""
    key = re.search(r"record: ([^,}]+)", text)
    said = (source or "").replace("convention: convention", "convention").replace("|", "/")
    if key is None:
        return said
    if key[1].startswith("credibility."):
        return f"record `{key[1]}`: posterior of the response"
    return f"record `{key[1]}`: {said.removeprefix('record: ')}"


def level(values: Array) -> str:
    """A number, or the median with the 90 % range over the parameter sets."""
    ends = (np.quantile(values, q) for q in (0.05, 0.5, 0.95))
    low, middle, high = (f"{end:.0f}" if abs(end) >= 1000.0 else f"{end:.3g}" for end in ends)
    return middle if low == high else f"{middle} [{low}, {high}]"


def looked_up(table: Mapping[str, str], name: str) -> str:
    """What a table of patterns says of a name; the first that fits."""
    return next((said for pattern, said in table.items() if re.fullmatch(pattern, name)), "")


def told(change: Change) -> str:
    """A change of the hazard with its Monte Carlo error, in thousandths a month."""
    if change is None:
        return "-"
    size, noise = (1000.0 * part for part in change)
    return "0" if size == 0.0 and noise == 0.0 else f"{size:+.1f} ± {noise:.1f}"


# ------------------------------------------------------------------ pages


def measured(scenario: Scenario) -> dict[str, Change]:
    """Play every parameter at both ends."""
    columns = tabulate([scenario], np.arange(SETS))
    tasks = [(name, ends_of(columns[name], leaf.bounds)) for name, leaf in leaves(scenario).items()]
    found: dict[str, Change] = {}
    begun = time.perf_counter()
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        waiting = [pool.submit(moved, task) for task in tasks]
        for done in as_completed(waiting):
            name, change = done.result()
            found[name] = change
            print(f"{len(found)}/{len(tasks)} {time.perf_counter() - begun:4.0f} s {name}", file=sys.stderr, flush=True)
    return found


def rows(scenario: Scenario, names: Sequence[str], changes: Mapping[str, Change]) -> list[str]:
    """Lines of a table of parameters."""
    columns = tabulate([scenario], np.arange(SETS))
    known = {one.name: one for one in provenance(scenario)}
    lines = [
        "| parameter | symbol | what it is | unit | value or median [90 %] | source | hazard, ‰ a month |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name in names:
        what, unit = meaning(scenario, name).replace("|", "/"), looked_up(UNITS, name)
        source = source_of(known[name].text, known[name].source)
        cells = (f"`{name}`", looked_up(SYMBOLS, name), what, unit, level(columns[name]), source, told(changes[name]))
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def options() -> list[str]:
    """Lines of the table of structural choices."""
    found = [influence([change])[0] for change in OPTIONS.values()]
    first, base, _ = found[0]
    lines = [
        "| `member` with | hazard, ‰ a month | change | attacked in 24 months | overt attacks in 24 months |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, (hazard, parts, attacks) in zip(OPTIONS, found, strict=True):
        change = "" if parts is base else told((hazard - first, error(parts - base)))
        level = f"{1000.0 * hazard:.1f} ± {1000.0 * error(parts):.1f}"
        lines.append(f"| {name} | {level} | {change} | {(attacks > 0).mean():.3f} | {attacks.mean():.2f} |")
    return lines


def strongest(changes: Mapping[str, Change]) -> list[str]:
    """The parameters that move the hazard most, in order."""
    return sorted((n for n, c in changes.items() if c is not None), key=lambda n: -abs((changes[n] or (0.0,))[0]))


def main() -> None:
    """Play, and write both pages; with the argument `options`, only the table of structural choices."""
    scenario = load(SCENARIO)
    between.write("model.md", "options", "\n".join(options()) + "\n")
    if sys.argv[1:] == ["options"]:
        return
    changes = measured(scenario)
    order = list(leaves(scenario))
    text: list[str] = []
    for title, pattern in GROUPS.items():
        names = [name for name in order if re.match(pattern, name)]
        text += [f"## {title}", "", *rows(scenario, names, changes), ""]
    between.write("parameters.md", "parameters", "\n".join(text))
    top = ["| parameter | value or median [90 %] | hazard, ‰ a month |", "| --- | --- | --- |"]
    columns = tabulate([scenario], np.arange(SETS))
    top += [f"| `{name}` | {level(columns[name])} | {told(changes[name])} |" for name in strongest(changes)[:FIRST]]
    between.write("model.md", "strongest", "\n".join(top) + "\n")


if __name__ == "__main__":
    main()
