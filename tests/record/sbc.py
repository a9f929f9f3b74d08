"""Simulation-based calibration of the estimator on many records: `make sbc`.

Every record is simulated and fitted by itself, from its number alone, and its places are kept in a file: stopped, the
same command goes on. It prints how uniform the places are and ends with 1 where they are not.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from record.calibration import FALSE_ALARM, RANKED, STATES, as_it_is, failing, one, p_values, places_of
from sim.record.estimation import estimation_rows, inputs_digest
from sim.record.priors import load_priors, prior_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

FITS = 240
"""Records: some ten minutes on one core."""

SEED = 66


def held(path: Path) -> dict[int, dict[str, float]]:
    """Places that are kept, by the number of the record; those of other priors are not."""
    if not path.is_file():
        return {}
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {row["record"]: row["places"] for row in rows if row["priors"] == priors_digest()}


def priors_digest() -> str:
    """What the simulated records rest on."""
    return inputs_digest(estimation_rows()[:0], load_priors())[:16]


def fit(number: int) -> dict[str, float]:
    """Places of one record."""
    generator = np.random.Generator(np.random.Philox(key=[SEED, number]))
    truth = one(prior_columns(load_priors(), STATES, draws=1, seed=SEED * 10_000 + number), 0)
    return places_of(number, truth, generator, as_it_is)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit what is not kept yet, and tell how uniform all places are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fits", type=int, default=FITS, help="records to be fitted")
    parser.add_argument("--out", type=Path, default=Path("runs/sbc.jsonl"), help="where places are kept")
    asked = parser.parse_args(arguments)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    found = held(asked.out)
    for number in range(asked.fits):
        if number in found:
            continue
        found[number] = fit(number)
        row = {"record": number, "priors": priors_digest(), "places": found[number]}
        with asked.out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        print(f"{number + 1} of {asked.fits} records", file=sys.stderr, flush=True)
    places = {name: np.array([found[number][name] for number in range(asked.fits)]) for name in RANKED}
    told = p_values(places)
    bad = failing(places)
    print(f"{asked.fits} simulated records; p-value of uniform places:")
    for name, p in told.items():
        print(f"  {name:<20} {p:.3f}{'  not uniform' if name in bad else ''}")
    print(f"Any below {FALSE_ALARM:g} / {len(RANKED)} fails: {', '.join(bad) or 'none does'}.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
