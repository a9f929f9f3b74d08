"""Check 1 on threats: immediate deterrence is the agent logit quantal response equilibrium that Gambit solves."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.special import softmax

from gambit_trees import chances, tree_world
from sim.world import World
from world.test_check1_gambit import NAMES, Tree, bare_strike, combat_chances

if TYPE_CHECKING:
    from sim.scenario import Scenario

THREAT = [
    *(f"crisis.threat.{term}" for term in ("price", "suffering")),
    *(f"states.Israel.{term}" for term in ("audience", "concession")),
    "crisis.strike.setback",
    "crisis.strike.damage",
]


def facts(scenario: Scenario) -> dict[str, float]:
    world = World(scenario)
    value = {name: float(world.values[name].item()) for name in (*NAMES, *THREAT)}
    value["weight"] = 1.0 - value["states.Russia.committed"]
    return value


def grow(tree: Tree, root: object, v: dict[str, float], label: str, *, cover: bool) -> None:
    """An attack: ask or not; words or combat; the patron as a chance node with its quantal response."""
    patron = {t: v[f"states.United States.patron.{t}"] for t in ("defend", "join", "join_threat", "join_tension")}
    asked, silent = combat_chances(cover=cover, caution=0.0)
    tree.move(root, "Protege", f"request {label}", ["silent", "ask"])
    for choice, chance in (("silent", silent), ("ask", asked)):
        node = tree.chance(root.children[choice], ["words", "combat"], [1 - Fraction(chance), Fraction(chance)])  # type: ignore[attr-defined]
        for level in ("words", "combat"):
            fights = level == "combat"
            join = (
                patron["join"]
                + patron["join_threat"] * (v["environment.threat.start"] - 1)
                + patron["join_tension"] * v["environment.tension.start"]
                - fights * v["states.United States.deterrence"] * v["weight"]
            )
            backs = softmax(v["choice.precision"] * np.array([0.0, patron["defend"], join]))
            backing = float(backs @ np.array([-v["states.United States.patron.veto"], 0.5, 1.0]))
            challenger = (
                bare_strike(v, cover=cover, fights=fights)
                - v["alignment.diplomatic.Israel"] * cover
                - v["states.Israel.deterrence"] * v["weight"] * fights
                + v["states.Israel.strike.backing"] * backing
            )
            suffering = v["crisis.threat.suffering"] * (v["crisis.strike.setback"] + v["crisis.strike.damage"])
            protege = v["crisis.request.help"] * v["weight"] * fights * (choice == "ask") - suffering
            tree.end(node.children[level], [challenger, protege, 0])


def build(v: dict[str, float], *, cover: bool) -> dict[str, list[float]]:
    """Solve: hold, strike or threaten; concede or stand; back down or attack; then the attack."""
    tree = Tree()
    root = tree.move(tree.game.root, "Challenger", "challenge", ["hold", "strike", "threaten"])
    tree.end(root.children["hold"], [0, 0, 0])
    grow(tree, root.children["strike"], v, "surprise", cover=cover)
    answer = tree.move(root.children["threaten"], "Protege", "answer", ["stand", "concede"])
    worth = v["states.Israel.concession"] * v["environment.threat.start"]
    tree.end(answer.children["concede"], [worth, -v["crisis.threat.price"], 0])
    last = tree.move(answer.children["stand"], "Challenger", "carry out", ["back down", "attack"])
    tree.end(last.children["back down"], [-v["states.Israel.audience"], 0, 0])
    grow(tree, last.children["attack"], v, "threatened", cover=cover)
    return chances(tree.game, v["choice.precision"])


@pytest.mark.parametrize(
    "case",
    [
        {"accession__cover": False},
        {"accession__cover": True},
        {"accession__cover": True, "choice__precision": 2, "crisis__request__sharpness": 2},
        {"accession__cover": True, "states__Israel__audience": 1.2, "crisis__threat__suffering": 2.5},
        {"accession__cover": False, "states__Israel__concession": 0.1, "states__Israel__strike__gain": 2.0},
    ],
)
def test_check1_a_threat_is_gambits_agent_quantal_response(case: dict[str, object]) -> None:
    scenario = tree_world({"states__Israel__threaten": True, **case})
    equilibrium = build(facts(scenario), cover=scenario.accession.cover)
    world = World(scenario)
    challenge = world.odds("Israel", "challenge").probabilities.ravel()
    concede = world.odds("Iran", "concede", attacker="Israel").probabilities.ravel()
    carried = world.odds("Israel", "carry out").probabilities.ravel()
    request = world.odds("Iran", "request", attacker="Israel").probabilities.ravel()
    assert challenge == pytest.approx(equilibrium["challenge"], abs=1e-6)
    assert concede == pytest.approx(equilibrium["answer"], abs=1e-6)
    assert carried == pytest.approx(equilibrium["carry out"], abs=1e-6)
    assert request == pytest.approx(equilibrium["request threatened"], abs=1e-6)
    assert challenge.min() > 1e-4
    assert 0.01 < concede[1] < 0.99, "a tree in which nothing is in doubt tests nothing"
