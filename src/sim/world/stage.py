"""The one place that touches Mesa: the model that steps, and agents that belong to it.

From Mesa the world takes what is stable: `Model`, `Agent` and the registry of agents. Mesa's own random numbers are
not used: all luck comes from `sim.world.streams`.
"""

from __future__ import annotations

import multiprocessing

# Importing mesa sets the interpreter's start method for processes; the user's program keeps its own.
_start_method = multiprocessing.get_start_method(allow_none=True)
from mesa import Agent, Model  # noqa: E402 - between reading the start method and putting it back

multiprocessing.set_start_method(_start_method, force=True)

__all__ = ["Agent", "Model"]
