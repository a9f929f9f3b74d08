"""article4: a scenario wargame of deterrence.

    import sim

    member = sim.scenario("member")
    result = sim.run(member, trials=20_000, seed=7)
    result.summary().metrics["attack"]

Rooms are imported when they are first used: `import sim` itself loads nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim import experiment, reading, record, view, world
    from sim.api import Comparison, Drivers, Replay, Result, Sweep, compare, query, replay, run, sensitivity, sweep
    from sim.experiment import decompose
    from sim.experiment import find_breakeven as breakeven
    from sim.judge import backtest
    from sim.judge import judge_claims as claims
    from sim.reading import InputError, TaskError
    from sim.scenario import load as scenario

    __version__: str

__all__ = [
    "Comparison",
    "Drivers",
    "InputError",
    "Replay",
    "Result",
    "Sweep",
    "TaskError",
    "__version__",
    "backtest",
    "breakeven",
    "calibrate",
    "claims",
    "compare",
    "decompose",
    "experiment",
    "query",
    "reading",
    "record",
    "replay",
    "run",
    "scenario",
    "sensitivity",
    "sweep",
    "view",
    "world",
]

_HOMES = {
    "InputError": "sim.reading",
    "TaskError": "sim.reading",
    **dict.fromkeys(
        (
            "Comparison",
            "Drivers",
            "Replay",
            "Result",
            "Sweep",
            "calibrate",
            "compare",
            "query",
            "replay",
            "run",
            "sensitivity",
            "sweep",
        ),
        "sim.api",
    ),
    **dict.fromkeys(("breakeven", "decompose"), "sim.experiment"),
    **dict.fromkeys(("backtest", "claims"), "sim.judge"),
}
_CALLED = {"breakeven": "find_breakeven", "claims": "judge_claims"}
_ROOMS = frozenset({"experiment", "reading", "record", "scenario", "view", "world"})


def __getattr__(name: str) -> Any:
    """Find a public name in its home, importing it on first use. `sim.scenario` is a room that can be called."""
    if name in _ROOMS:
        return importlib.import_module(f"sim.{name}")
    if name in _HOMES:
        found = getattr(importlib.import_module(_HOMES[name]), _CALLED.get(name, name))
    elif name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - looks through what is installed

        found = version("article4")
    else:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted(__all__)
