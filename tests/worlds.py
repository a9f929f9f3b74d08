"""Small worlds whose every number is given, for tests against outside answers."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.scenario import SETS, Scenario, leaves, load, tabulate

if TYPE_CHECKING:
    from collections.abc import Mapping


def frozen(scenario: str = "member", overrides: Mapping[str, object] | None = None, **more: object) -> Scenario:
    """A shipped scenario with every distribution at its middle and every draw of the record at a round number.

    Keys of overrides are dotted names with `__` for the dot.
    """
    return shipped_at_middle(scenario).with_(dotted({**(overrides or {}), **more}))


@cache
def shipped_at_middle(scenario: str) -> Scenario:
    return at_middle(load(scenario))


def dotted(overrides: Mapping[str, object]) -> dict[str, object]:
    return {name.replace("__", ".").replace("United_States", "United States"): v for name, v in overrides.items()}


def at_middle(scenario: Scenario) -> Scenario:
    columns = tabulate([scenario], np.arange(SETS))
    return scenario.with_({name: round(float(np.median(columns[name])), 6) for name in leaves(scenario)})


def quiet(scenario: Scenario, **overrides: object) -> Scenario:
    """Nothing moves by itself: no drift, no noise, no jumps, no covert action, one type, no setbacks."""
    still: dict[str, Any] = {
        "environment.threat.drift": 0,
        "environment.threat.noise": 0,
        "environment.tension.start": 0,
        "environment.tension.mean": 0,
        "environment.tension.noise": 0,
        "environment.tension.jump_rate": 0,
        "crisis.covert.setback": 0,
        "crisis.strike.setback": 0,
        "crisis.strike.damage": 0,
        "crisis.campaign.setback": 0,
        "crisis.campaign.damage": 0,
    }
    for name in ("Israel", "United States"):
        still[f"states.{name}.threat_weight"] = 0
        still[f"states.{name}.opportunity.covert"] = 0
    return scenario.with_({**still, **dotted(overrides)})
