"""Time the reference: `python -m scalar [scenario] [trials]`, with this package's folder on the path.

Numbers are read and draws are drawn beforehand, outside of the timing.
"""

from __future__ import annotations

import sys
import time

from scalar import play_prepared, prepare
from sim.scenario import load

name = sys.argv[1] if len(sys.argv) > 1 else "member"
trials = int(sys.argv[2]) if len(sys.argv) > 2 else 200
prepared = prepare(load(name), range(trials), seed=1)
rounds = []
for _ in range(3):
    began = time.process_time()
    play_prepared(prepared)
    rounds.append((time.process_time() - began) / trials)
sys.stdout.write(f"{name}: {1000 * min(rounds):.2f} ms of processor time a trial (best of {len(rounds)} rounds)\n")
