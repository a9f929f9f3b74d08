"""Many trials: planned, executed, stored and summed up.

A plan is cut into pure tasks. Whoever does them, results come in order, are kept as parts with digests, and are added
to streaming sums, from which a summary tells luck from ignorance.
"""

from sim.experiment.against_parameter import Against, against
from sim.experiment.batch import Batch, Played
from sim.experiment.breakeven import Breakeven
from sim.experiment.carry import Play, Progress, Step
from sim.experiment.compare import (
    Comparison,
    Contrast,
    compare,
    compare_plan,
    plan_comparison,
    stored_comparison,
)
from sim.experiment.convergence import Convergence, convergence
from sim.experiment.decompose import (
    Decomposition,
    decompose,
    decompose_plan,
    plan_decomposition,
    stored_decomposition,
)
from sim.experiment.drivers import Analysis, Drivers
from sim.experiment.execute import Done, Failed, Submits
from sim.experiment.flips import Flips, Mover, find_flips
from sim.experiment.growing import Growing, Piece, play_piece, play_together
from sim.experiment.look_ahead import Expected, expected
from sim.experiment.metrics import METRICS, Metric
from sim.experiment.moments import Moments
from sim.experiment.pick import Picked, find_trials, typical_trial
from sim.experiment.plan import MOST_TRIALS, Plan, Task
from sim.experiment.points import Points
from sim.experiment.query import Answer, asked, query
from sim.experiment.reopened import stored_experiment
from sim.experiment.replay import Replay, replay
from sim.experiment.run import Result, run, run_plan, stored
from sim.experiment.search import find_breakeven
from sim.experiment.sensitivity import Study, carry_out_study, plan_sensitivity, sensitivity
from sim.experiment.store import Store
from sim.experiment.strata import Strata, strata_bounds
from sim.experiment.summary import Estimate, Summary, Variance, estimate, summarise
from sim.experiment.sweep import Sweep, is_sweep, plan_beside, plan_sweep, stored_sweep, sweep, sweep_plan
from sim.experiment.sweep_file import read_sweep, sweeps
from sim.experiment.verify import verify
from sim.record.covariates import LEVELS

__all__ = [
    "LEVELS",
    "METRICS",
    "MOST_TRIALS",
    "Against",
    "Analysis",
    "Answer",
    "Batch",
    "Breakeven",
    "Comparison",
    "Contrast",
    "Convergence",
    "Decomposition",
    "Done",
    "Drivers",
    "Estimate",
    "Expected",
    "Failed",
    "Flips",
    "Growing",
    "Metric",
    "Moments",
    "Mover",
    "Picked",
    "Piece",
    "Plan",
    "Play",
    "Played",
    "Points",
    "Progress",
    "Replay",
    "Result",
    "Step",
    "Store",
    "Strata",
    "Study",
    "Submits",
    "Summary",
    "Sweep",
    "Task",
    "Variance",
    "against",
    "asked",
    "carry_out_study",
    "compare",
    "compare_plan",
    "convergence",
    "decompose",
    "decompose_plan",
    "estimate",
    "expected",
    "find_breakeven",
    "find_flips",
    "find_trials",
    "is_sweep",
    "plan_beside",
    "plan_comparison",
    "plan_decomposition",
    "plan_sensitivity",
    "plan_sweep",
    "play_piece",
    "play_together",
    "query",
    "read_sweep",
    "replay",
    "run",
    "run_plan",
    "sensitivity",
    "stored",
    "stored_comparison",
    "stored_decomposition",
    "stored_experiment",
    "stored_sweep",
    "strata_bounds",
    "summarise",
    "sweep",
    "sweep_plan",
    "sweeps",
    "typical_trial",
    "verify",
]
