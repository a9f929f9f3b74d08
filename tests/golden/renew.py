"""Write the golden outcomes of the shipped scenarios anew: `make golden`. Then the changelog says "Numbers change"."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml

from sim.scenario import load, names
from sim.world import OUTCOMES, World

GOLDEN = Path(__file__).with_name("outcomes.yaml")
TRIALS = 1024
SEED = 1


def played(name: str) -> dict[str, float]:
    """Shares and means of a scenario over its first trials."""
    columns = World(load(name), replicates=TRIALS, seed=SEED).run().columns
    counts = np.bincount(columns["outcome"].ravel(), minlength=len(OUTCOMES))
    found = {outcome: int(count) / TRIALS for outcome, count in zip(OUTCOMES, counts, strict=True)}
    for column in ("attacks", "covert", "months_at_risk", "threat_end"):
        found[column] = round(float(columns[column].mean()), 9)
    return found


if __name__ == "__main__":
    GOLDEN.write_text(yaml.safe_dump({name: played(name) for name in names()}, sort_keys=False), encoding="utf-8")
