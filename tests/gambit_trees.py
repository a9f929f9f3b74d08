"""Game trees in plain Python, solved by Gambit, and the still worlds that they are held against (check 1).

A tree is made of moves, chance nodes and payoffs. A guarantor answers by a logit of its latent, and so it can stand in
a tree in two ways: as a chance node, or as a player to whom help is worth (latent - cutpoint) / precision. Payoffs that
leave a player out give it 0. Names of players and moves are ASCII, which is all that Gambit reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pygambit as gbt

from worlds import frozen

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.world import World

CUT = 0.4
"""The one cutpoint of a ladder cut to two levels: words below it, combat above."""

NO_MANDATE = 1.5
"""How far the leader's latent falls without a mandate."""

OPPOSE_BELOW, SUPPORT_ABOVE = -1.5, 0.5


@dataclass(frozen=True)
class Move:
    """A player's choice; moves of one label are one information set."""

    player: str
    label: str
    branches: Mapping[str, Node]


@dataclass(frozen=True)
class Chance:
    """Nature's draw: branches with their chances, which add up to 1."""

    branches: Mapping[str, tuple[float, Node]]


Payoffs = Mapping[str, float]
Node = Move | Chance | Payoffs
Equilibrium = Mapping[str, list[float]]


def solve(tree: Node, precision: float) -> Equilibrium:
    """Agent logit quantal response equilibrium: chances by information set, in the order of its branches."""
    game = gbt.Game.new_tree(players=_players(tree))
    known: dict[str, Any] = {}
    _grow(game, game.root, tree, known)
    return chances(game, precision)


def chances(game: Any, precision: float) -> dict[str, list[float]]:
    """The same of a game of Gambit's; its results are read in the order of players, information sets and actions."""
    (fit,) = gbt.qre.logit_solve_lambda(game, lam=[precision])
    found, index = {}, 0
    for player in game.players:
        for infoset in player.infosets:
            found[infoset.label] = [float(fit[index + k]) for k in range(len(infoset.actions))]
            index += len(infoset.actions)
    return found


def _players(node: Node) -> list[str]:
    match node:
        case Move():
            inside = [node.player, *(name for child in node.branches.values() for name in _players(child))]
        case Chance():
            inside = [name for _, child in node.branches.values() for name in _players(child)]
        case _:
            inside = list(node)
    return list(dict.fromkeys(inside))


def _grow(game: Any, at: Any, node: Node, known: dict[str, Any]) -> None:
    if isinstance(node, Mapping):
        payoffs = [float(node.get(player.label, 0.0)) for player in game.players]
        game.set_outcome(at, game.add_outcome(f"end {len(game.outcomes)}", payoffs))
        return
    children = node.branches.values() if isinstance(node, Move) else [child for _, child in node.branches.values()]
    if isinstance(node, Move) and node.label in known:
        game.append_infoset(at, known[node.label])
    elif isinstance(node, Move):
        game.append_move(at, node.player, list(node.branches))
        at.infoset.label = node.label
        known[node.label] = at.infoset
    else:
        game.append_move(at, game.players.chance, list(node.branches))
        exact = [Fraction(chance) for chance, _ in node.branches.values()]
        game.set_chance_probs(at.infoset, [*exact[:-1], 1 - sum(exact[:-1])])
    for place, child in zip(list(at.children), children, strict=True):
        _grow(game, place, child, known)


# ------------------------------------------------------------------ the worlds


def odds(world: World, state: str, decision: str, **given: object) -> list[float]:
    """Chances of a decision in a world of one cell, in the order of its options."""
    return [float(chance) for chance in world.odds(state, decision, **given).probabilities.ravel()]


def tree_world(overrides: Mapping[str, object]) -> Scenario:
    """One guarantor that counts, two levels, nothing hidden."""
    silent = dict.fromkeys(("Armenia", "Belarus", "Kazakhstan", "Kyrgyzstan", "Tajikistan"))
    numbers: dict[str, object] = {
        "perception__acuity": 1,
        "perception__bias": 0,
        "response__shock": 0,
        "response__intercept": -0.8,
        "response__in_force": 0.5,
        **{f"response__covariates__{name}": 0 for name in ("militants", "state_attack", "log_size", "foreign_ground")},
        **{f"response__covariates__{name}": 0 for name in ("attacker_member", "attacker_major", "ties_to_attacker")},
        "response__covariates__committed_elsewhere": 0,
        "response__covariates__leader": 0,
        "response__covariates__asked": 0.9,
        "response__covariates__formal_article4": 0.6,
        **{f"response__cutpoints__{name}": CUT for name in ("aid", "troops", "combat")},
        **{f"states__{name}__active": False for name in silent},
        "states__Russia__resolve": 0.3,
        "states__Russia__committed": 0.2,
        "council__no_mandate": NO_MANDATE,
        "council__oppose_below": OPPOSE_BELOW,
        "council__support_above": SUPPORT_ABOVE,
        "council__latency": [0],
        "council__chair_delay": 0,
        "choice__clash_cost": 0,
        "crisis__threat__warning__rate": 0,
        "crisis__request__sharpness": 4,
        "crisis__request__refused": 0,
        "crisis__request__level": 0,
        "states__Israel__actions": ["strike"],
        "states__United_States__actions": ["strike"],
        # Caution moves the threshold of combat alone; what then stops short of it must count as words.
        "environment__harm__aid": 0,
        "environment__harm__troops": 0,
        "environment__tension__start": 0.4,
        "states__Israel__threat_weight": 0,
    }
    return frozen(overrides={**numbers, **overrides})


def bare_world(overrides: Mapping[str, object]) -> Scenario:
    """The same stripped to what a test names: a strike is worth minus its cost, the leader's weight is 1, no patron."""
    numbers: dict[str, object] = {
        **{f"states__Israel__{kind}__{term}": 0 for kind in ("strike", "campaign") for term in STRIKE_TERMS},
        "states__Israel__backed_by": None,
        "states__Israel__tension_weight": 0,
        "states__Israel__prevention": 0,
        "channels__alignment": False,
        "states__Russia__committed": 0,
        "states__Russia__distance": 1000,
        "states__Russia__capability": 0.04,
        "environment__harm__combat": 1,
        "environment__threat__start": 1,
        "choice__precision": LAMBDA,
        "crisis__request__sharpness": LAMBDA,
        "crisis__request__help": 1,
    }
    return tree_world({**numbers, **overrides})


STRIKE_TERMS = ("gain", "ease", "cost", "loss", "retaliation", "backing")

LAMBDA = 2.0
"""Precision of the bare worlds."""
