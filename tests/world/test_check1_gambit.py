"""Check 1: on trees, `World.odds` is the agent logit quantal response equilibrium that Gambit solves.

Guarantors are chance nodes whose chances come from the response rule by hand: one observer, beliefs equal to the truth
(acuity 1), no shared shock, a ladder cut to two levels (words or combat).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pygambit as gbt
import pytest
from scipy.special import expit, softmax

from gambit_trees import CUT, NO_MANDATE, chances, tree_world
from sim.world import World

if TYPE_CHECKING:
    from sim.scenario import Scenario


class Tree:
    """A small builder: payoffs to Challenger, Protege, Patron."""

    def __init__(self) -> None:
        self.game = gbt.Game.new_tree(players=["Challenger", "Protege", "Patron"])
        self.count = 0

    def move(self, node: Any, player: str, label: str, actions: list[str]) -> Any:
        self.game.append_move(node, player, actions)
        node.infoset.label = label
        return node

    def chance(self, node: Any, actions: list[str], chances: list[Fraction]) -> Any:
        self.game.append_move(node, self.game.players.chance, actions)
        self.game.set_chance_probs(node.infoset, chances)
        return node

    def end(self, node: Any, payoffs: list[float]) -> None:
        self.count += 1
        self.game.set_outcome(node, self.game.add_outcome(f"o{self.count}", payoffs))


def facts(scenario: Scenario) -> dict[str, float]:
    """The numbers a reader of the model page would put into the tree."""
    world = World(scenario)
    value = {name: float(world.values[name].item()) for name in NAMES}
    value["weight"] = 1.0 - value["states.Russia.committed"]
    return value


NAMES = [
    "choice.precision",
    "choice.clash_cost",
    "crisis.request.help",
    "environment.threat.start",
    "environment.threat.boldness",
    *(f"crisis.retaliation.{term}" for term in ("proportionate", "escalate", "emboldened", "backed")),
    *(f"crisis.retaliation.{term}" for term in ("in_kind", "beyond")),
    "environment.tension.start",
    "states.Russia.committed",
    "states.Iran.defence",
    "states.Iran.missiles",
    "states.Iran.proxies",
    "states.Israel.deterrence",
    "states.Israel.tension_weight",
    *(f"states.Israel.strike.{term}" for term in ("gain", "ease", "cost", "loss", "retaliation", "backing")),
    *(f"states.United States.patron.{term}" for term in ("defend", "join", "join_threat", "join_tension", "veto")),
    "states.United States.deterrence",
    "alignment.diplomatic.Israel",
]


def expected_reply(v: dict[str, float], *, cover: bool, backed: bool) -> float:
    """Cost of Iran's reply to a strike, in multiples of retaliation: a chance node of three branches."""
    reply = {name.rsplit(".", 1)[1]: v[name] for name in v if name.startswith("crisis.retaliation.")}
    bold = reply["emboldened"] * v["environment.threat.boldness"] * cover + reply["backed"] * backed
    worth = np.array([0, reply["proportionate"], reply["escalate"] + bold])
    chances = softmax(v["choice.precision"] * worth)
    return float(chances[1] * reply["in_kind"] + chances[2] * reply["beyond"])


def bare_strike(v: dict[str, float], *, cover: bool, fights: bool) -> float:
    """What a strike is worth to Israel before guarantors and patron; Iran feels backed where Russia fights."""
    israel = {term: v[f"states.Israel.strike.{term}"] for term in ("gain", "ease", "cost", "loss", "retaliation")}
    defence = v["states.Iran.defence"]
    return (
        israel["gain"] * v["environment.threat.start"] * expit(israel["ease"] - defence)
        - israel["cost"]
        - israel["loss"] * defence
        - israel["retaliation"]
        * expected_reply(v, cover=cover, backed=fights)
        * (v["states.Iran.missiles"] + v["states.Iran.proxies"] / 2)
        + v["states.Israel.tension_weight"] * v["environment.tension.start"]
    )


def combat_chances(*, cover: bool, caution: float) -> tuple[float, float]:
    """P(combat) if asked and if not: the Council is the leader alone, since no other member is active."""
    base = -0.8 + 0.3 + 0.5 * cover
    silent = expit(base - CUT - caution)
    asked = base + 0.9 + 0.6 * cover
    if not cover:
        return expit(asked - CUT - caution), silent
    supports = expit(asked - 0.5)
    free, bound = expit(asked - CUT - caution), expit(asked - NO_MANDATE - CUT - caution)
    return supports * free + (1 - supports) * bound, silent


def build(v: dict[str, float], *, cover: bool) -> dict[str, list[float]]:
    """Solve the tree: hold or strike; ask or not; words or combat; hold back, defend or join."""
    patron = {t: v[f"states.United States.patron.{t}"] for t in ("defend", "join", "join_threat", "join_tension")}
    clash = v["choice.clash_cost"]

    def patron_worth(*, combat: bool) -> list[float]:
        join = (
            patron["join"]
            + patron["join_threat"] * (v["environment.threat.start"] - 1)
            + patron["join_tension"] * v["environment.tension.start"]
            - combat * (v["states.United States.deterrence"] * v["weight"] + clash)
        )
        return [0.0, patron["defend"], join]

    joins = softmax(v["choice.precision"] * np.array(patron_worth(combat=True)))[2]
    asked, silent = combat_chances(cover=cover, caution=v["choice.precision"] * clash * joins)
    tree = Tree()
    root = tree.move(tree.game.root, "Challenger", "challenge", ["hold", "strike"])
    tree.end(root.children["hold"], [0, 0, 0])
    plea = tree.move(root.children["strike"], "Protege", "request", ["silent", "ask"])
    for choice, chance in (("silent", silent), ("ask", asked)):
        node = tree.chance(plea.children[choice], ["words", "combat"], [1 - Fraction(chance), Fraction(chance)])
        for level in ("words", "combat"):
            fights = level == "combat"
            worth = patron_worth(combat=fights)
            label = f"back {choice} {level}"
            tree.move(node.children[level], "Patron", label, ["hold back", "defend", "join"])
            for k, back in enumerate((-v["states.United States.patron.veto"], 0.5, 1.0)):
                challenger = (
                    bare_strike(v, cover=cover, fights=fights)
                    - v["alignment.diplomatic.Israel"] * cover
                    - v["states.Israel.deterrence"] * v["weight"] * fights
                    + v["states.Israel.strike.backing"] * back
                    - clash * (fights and k == 2)
                )
                protege = v["crisis.request.help"] * v["weight"] * fights * (choice == "ask")
                leaf = node.children[level].children[["hold back", "defend", "join"][k]]
                tree.end(leaf, [challenger, protege, worth[k]])
    return chances(tree.game, v["choice.precision"])


CASES: dict[str, dict[str, object]] = {
    "outsider, no clash cost": {"accession__cover": False},
    "member through the Council": {"accession__cover": True},
    "member, clash cost": {"accession__cover": True, "choice__clash_cost": 0.7},
    "outsider, clash cost, soft choices": {
        "accession__cover": False,
        "choice__clash_cost": 0.4,
        "choice__precision": 1.5,
        "crisis__request__sharpness": 1.5,
    },
    "member, strong deterrence, sharp choices": {
        "accession__cover": True,
        "states__Israel__deterrence": 2.2,
        "states__Israel__strike__gain": 2.8,
        "choice__precision": 7,
        "crisis__request__sharpness": 7,
    },
    "member, unstretched and resolved": {
        "accession__cover": True,
        "states__Russia__committed": 0,
        "states__Russia__resolve": 0.3,
        "states__Israel__strike__gain": 2.6,
    },
}


@pytest.mark.parametrize("case", CASES)
def test_odds_are_gambits_agent_quantal_response(case: str) -> None:
    scenario = tree_world(CASES[case])
    v = facts(scenario)
    equilibrium = build(v, cover=scenario.accession.cover)
    world = World(scenario)
    challenge = world.odds("Israel", "challenge").probabilities.ravel()
    request = world.odds("Iran", "request", attacker="Israel").probabilities.ravel()
    assert challenge == pytest.approx(equilibrium["challenge"], abs=1e-6)
    assert request == pytest.approx(equilibrium["request"], abs=1e-6)
    for fights in (False, True):
        label = f"back ask {'combat' if fights else 'words'}"
        harm = v["weight"] * fights
        back = world.odds("United States", "back", harm=harm, leader_combat=fights).probabilities.ravel()
        assert back == pytest.approx(equilibrium[label], abs=1e-6)
    assert 0.01 < challenge[1] < 0.99, "a tree in which nothing is in doubt tests nothing"


def test_a_response_is_the_chance_node_of_its_tree() -> None:
    scenario = tree_world({"accession__cover": True})
    asked, silent = combat_chances(cover=True, caution=0.0)
    world = World(scenario)
    for was_asked, expected in ((True, asked), (False, silent)):
        chances = world.odds("Russia", "respond", attacker="Israel", asked=was_asked).probabilities.ravel()
        assert chances == pytest.approx([1 - expected, 0, 0, expected], abs=1e-12)
