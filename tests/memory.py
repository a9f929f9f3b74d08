"""Peak memory of a run of the stand-in world: `python tests/memory.py TRIALS POINTS`.

Plans, plays, stores and sums up as `article4 run` does, chunk after chunk of points; prints MiB.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from sim.experiment import Moments, Plan, Points, summarise
from sim.experiment.carry import Work
from sim.experiment.execute import Done, execute
from sim.experiment.metrics import all_metrics
from sim.experiment.run import about
from sim.experiment.store import Store
from sim.scenario import load
from stand_in import play


def peak(trials: int, points: int) -> float:
    """Play so many trials of so many points; return the peak of this process's resident memory, MiB."""
    member = load("member")
    several = Points((member,), [{"environment.threat.noise": 0.1 + k / 1e5} for k in range(points)])
    plan = Plan.of(several, trials=trials, seed=1)
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder), plan)
        sums: Moments | None = None
        for result in execute(plan.tasks(), Work(play, store), count=len(plan.chunks) * plan.blocks):
            assert isinstance(result, Done)
            sums = sums or Moments(all_metrics(result.batch), len(result.task.points))
            sums.add(result.batch)
            store.part(result.task).unlink()  # the disk of whoever tests this is not ours to fill
            if sums.trials == trials:  # a chunk is through: what it leaves is its summaries
                for row in range(len(result.task.points)):
                    assert summarise(sums, row, about(member, 1)).trials == trials
                sums = None
    return high_water()


def high_water() -> float:
    """Peak of this process's resident memory, MiB; getrusage would tell that of the process which forked it, too."""
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (line,) = (one for one in status if one.startswith("VmHWM"))
    return int(line.split()[1]) / 1024.0


if __name__ == "__main__":
    sys.stdout.write(f"{peak(int(sys.argv[1]), int(sys.argv[2])):.0f}\n")
