"""What standing in the alliance does besides commitment: arms, political cost, rivals (model page 7.8).

Capability: from cover or admission on, after the lag of deliveries, defence and missiles grow by a little every month,
up to 1, and so does the level they recover to. Alignment: a standing of 1 where covered or admitted, a share of it as
an observer, 0 elsewhere; it costs each challenger of overt action, and moves the level that tension returns to.
Each has one switch; commitment is the third (`World.obliged`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.environment import Drift
    from sim.world.world import World

    Array = NDArray[np.float64]


def standing(world: World) -> Array:
    """Standing of the protégé in the alliance, 0 to 1, where alignment is at work."""
    # Times a flag is cheaper than asking by it; nobody stands above those inside.
    watching = world.application.observer * world.values["alignment.observer"]
    inside = world.cover | world.application.admitted
    return np.asarray(world.aligned * np.maximum(inside, watching) * ~world.suspended)


def diplomatic_cost(world: World, challenger: str) -> Array:
    """Political cost to a challenger of overt action at standing 1; 0 if the scenario names none."""
    named = challenger in world.points[0].alignment.diplomatic
    return world.values[f"alignment.diplomatic.{challenger}"] if named else np.zeros(())


def with_rivals(drift: Drift, world: World) -> Drift:
    """How the environment moves when rivals react: tension returns to a higher level."""
    return replace(drift, mean=drift.mean + world.values["alignment.rivals"] * standing(world))


def deliveries(world: World, month: float, length: float) -> tuple[Array, Array]:
    """Growth of defence and of missiles in `length` months up to `month`, once the first delivery is there.

    Deliveries are ordered at cover or at admission, whichever is first, and end with membership.
    """
    application = world.application
    entered = np.where(world.tally.entered_step >= 0, world.tally.entered_step * world.step_length, np.inf)
    ordered = np.where(application.admitted, np.minimum(application.vote_month, entered), entered)
    runs = world.armed & ~world.suspended & (month >= ordered + world.values["arms.delivery_lag"])
    return (
        np.where(runs, world.values["arms.defence"] * length, 0.0),
        np.where(runs, world.values["arms.missiles"] * length, 0.0),
    )
