"""The preventive motive: what a month of waiting is expected to cost (model page 7.5)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.world import World
from sim.world.assault import Assault
from sim.world.opportunity import weigh
from sim.world.prevention import worth
from sim.world.values import Cells
from worlds import frozen, quiet

FULL: dict[str, Any] = {"states__Israel__prevention": 1, "states__United_States__prevention": 1}


def motive(world: World) -> float:
    return float(weigh(world, Assault.by(0, Cells.everywhere(world.shape))).motive.reshape(-1)[0])


def test_nothing_presses_in_a_frozen_world() -> None:
    for name in ("outsider", "member"):
        world = World(quiet(frozen(name, **FULL)))
        world.step()
        assert motive(world) == 0.0


def test_cover_about_to_enter_into_force_presses_and_only_in_the_month_before() -> None:
    scenario = quiet(
        frozen("member", accession__from_month=3, response__in_force=4, **FULL),
        states__Israel__opportunity__overt=0,
        states__United_States__opportunity__overt=0,
        signals__active=False,
    )
    world = World(scenario)
    pressed = []
    for _ in range(5):
        world.step()
        pressed.append(motive(world))
    assert pressed[0] == pressed[1] == pressed[3] == pressed[4] == 0.0
    assert pressed[2] > 0.01


def test_half_a_chance_of_cover_is_half_of_its_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where waiting is sure to cost, the motive is linear in the chance of cover."""
    scenario = quiet(
        frozen("member", accession__from_month=1, response__in_force=4, **FULL),
        signals__active=False,
        environment__threat__drift=-0.05,
    )
    world = World(scenario)
    world.step()
    pressed = []
    for chance in (0.0, 0.5, 1.0):
        monkeypatch.setattr(world, "entry_chance", lambda chance=chance: np.full(world.shape, chance))
        pressed.append(motive(world))
    assert 0.0 < pressed[0] < pressed[1] < pressed[2]
    assert pressed[1] == pytest.approx((pressed[0] + pressed[2]) / 2)


def test_a_window_that_closes_presses_and_one_that_opens_does_not() -> None:
    closing = World(quiet(frozen("outsider", **FULL), environment__threat__drift=-0.1))
    opening = World(quiet(frozen("outsider", **FULL), environment__threat__drift=0.1))
    assert motive(closing) > 0.0
    assert motive(opening) == 0.0


def test_worth_is_the_inclusive_value_by_hand() -> None:
    options = [np.asarray(0.0), np.asarray(0.3), np.asarray(-np.inf)]
    assert float(worth(options, np.asarray(4.0))) == pytest.approx(np.log(1 + np.exp(1.2)) / 4)
    assert float(worth(options, np.asarray(np.inf))) == 0.3
    assert float(worth(options, np.asarray(0.0))) == 0.15
    assert float(worth([np.asarray(0.0), np.asarray(-np.inf)], np.asarray(4.0))) == 0.0


def test_the_motive_makes_overt_action_likelier() -> None:
    scenario = quiet(frozen("outsider"), environment__threat__drift=-0.1)
    points = [scenario.with_({"states.Israel.prevention": omega}) for omega in (0, 1)]
    chances = World(points).odds("Israel", "challenge").probabilities[1, :, 0]
    assert chances[1] > chances[0]
