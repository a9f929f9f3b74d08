"""Check 1 on two extended-deterrence trees solved elsewhere, at nine precisions each (`qre_games.json`).

The tree: status quo or attack (C0); the protégé concedes or resists (P0); the defender honours or reneges (D0); if it
honours the challenger backs down or fights (C1). In the world the attack is a threat and the defender the leader, which
warns (honours) or is silent (reneges) with its equilibrium chance. A warning ties its hands so tight that it surely
fights; without one it surely does nothing. After silence the tree leaves the challenger no choice: there backing down
is made so costly before its own audience that it surely attacks. The world has a third option at first, overt action
without a threat. By Luce's axiom the odds of two options do not hang on a third, so those of the other two are
compared. At precision 0 every choice is even, the one after silence too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gambit_trees import bare_world
from sim.world import World

ORACLE: dict[str, Any] = json.loads(Path(__file__).with_name("qre_games.json").read_text(encoding="utf-8"))["games"]
CASES = [
    pytest.param(game["payoffs"], equilibrium, id=f"{name} at {equilibrium['precision']}")
    for name, game in ORACLE.items()
    for equilibrium in game["equilibria"]
]
SHAME = 1e6
"""Cost of backing down after silence: nobody bears it at a precision above 0."""

SURE = 30.0
"""A latent at which help is sure, and minus it one at which it never comes (logits)."""

HURT = 1.0
"""Setback and damage of a strike, together."""


def world_of(payoffs: dict[str, list[float]], precision: float, honour: float) -> World:
    (yielded, concede), (alone, renege) = payoffs["concede"], payoffs["renege"]
    (down, relief), (fought, fight) = payoffs["back_down"], payoffs["fight"]
    # The protégé's payoffs count from the challenger's backing down, where the world gives it 0.
    return World(
        bare_world(
            {
                "accession__cover": False,
                "states__Israel__threaten": True,
                "choice__precision": precision,
                "response__intercept": -SURE,
                "crisis__threat__warning__rate": honour,
                "crisis__threat__warning__slope": 0,
                "crisis__threat__warning__tied": 2 * SURE,
                "states__Israel__strike__cost": -alone,
                "states__Israel__deterrence": alone - fought,
                "states__Israel__concession": yielded,
                "states__Israel__audience": SHAME,
                "crisis__threat__excused": -down / SHAME,
                "crisis__threat__price": relief - concede,
                "crisis__threat__suffering": (relief - renege) / HURT,
                "crisis__strike__setback": HURT / 2,
                "crisis__strike__damage": HURT / 2,
                # Asked for help with certainty where help is sure.
                "crisis__request__help": fight - renege,
                "crisis__request__sharpness": 50,
            }
        )
    )


@pytest.mark.parametrize(("payoffs", "expected"), CASES)
def test_check1_shared_tree(payoffs: dict[str, list[float]], expected: dict[str, float]) -> None:
    world = world_of(payoffs, expected["precision"], expected["honour"])
    first = world.odds("Israel", "challenge")
    assert first.options == ("hold", "overt", "threaten")
    hold, _, threaten = first.probabilities.ravel()
    (_, concede) = world.odds("Iran", "concede", attacker="Israel").probabilities.ravel()
    (_, fight) = world.odds("Israel", "carry out", warned=True).probabilities.ravel()
    assert threaten / (hold + threaten) == pytest.approx(expected["attack"], abs=1e-6)
    assert concede == pytest.approx(expected["concede"], abs=1e-6)
    assert fight == pytest.approx(expected["fight"], abs=1e-6)
    if expected["precision"] > 0:
        (_, alone) = world.odds("Israel", "carry out", warned=False).probabilities.ravel()
        assert alone == pytest.approx(1.0, abs=1e-9), "after silence the tree leaves no choice"


def test_check1_shared_trees_are_in_doubt() -> None:
    assert len(CASES) == 18
    for game in ORACLE.values():
        for name in ("attack", "concede", "honour", "fight"):
            assert sum(0.01 < equilibrium[name] < 0.99 for equilibrium in game["equilibria"]) >= 5
