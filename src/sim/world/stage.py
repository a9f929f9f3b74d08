"""The one place that touches Mesa: the model that steps, and agents that belong to it.

From Mesa the world takes what is stable: `Model`, `Agent` and the registry of agents. Mesa's own random numbers are
not used: all luck comes from `sim.world.streams`.
"""

from __future__ import annotations

from mesa import Agent, Model

__all__ = ["Agent", "Model"]
