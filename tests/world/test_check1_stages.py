"""Check 1 where a challenger moves more than once: threaten or not, carry out or not, strike or campaign.

A second stage is a move of the same player, in agent form: the first stage reckons with its own later odds. A campaign
kills more, so that guarantors are likelier to fight, and the protégé is likelier to ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING

import pytest
from scipy.special import expit, logit

from gambit_trees import CUT, LAMBDA, Chance, Move, bare_world, odds, solve
from sim.world import World

if TYPE_CHECKING:
    from gambit_trees import Equilibrium, Node
    from sim.scenario import Scenario

BASE, ASKED, IN_FORCE, PER_TENFOLD = -1.6, 0.9, 0.5, 0.8
ACTIONS = ("strike", "campaign")
WORTH = {"strike": 0.5, "campaign": 0.9}
DEATHS = {"strike": 40, "campaign": 900}
HURT = {"strike": (0.2, 0.15), "campaign": (0.5, 0.4)}
GAMMA, HELP, HARDER = 1.4, 0.9, 0.3
AUDIENCE, EXCUSED, CONCESSION, PRICE, SUFFERING = 0.6, 0.5, 0.9, 0.4, 1.1
RATE, SLOPE, TIED = 0.4, 0.9, 1.4


@dataclass(frozen=True)
class Case:
    """What differs between the trees; without the Council, which has trees of its own."""

    cover: bool = True
    gamma: float = GAMMA
    threat: bool = False

    def world(self) -> Scenario:
        actions = {
            f"{place}__{term}": value
            for action in ACTIONS
            for place, term, value in (
                (f"states__Israel__{action}", "cost", -WORTH[action]),
                (f"crisis__{action}", "deaths", DEATHS[action]),
                (f"crisis__{action}", "setback", HURT[action][0]),
                (f"crisis__{action}", "damage", HURT[action][1]),
            )
        }
        return bare_world(
            {
                **actions,
                "accession__cover": self.cover,
                "council__rule": "each_as_it_deems",
                "response__intercept": BASE,
                "response__covariates__log_size": PER_TENFOLD,
                "response__covariates__formal_article4": 0,
                "states__Russia__resolve": 0,
                "states__Israel__actions": list(ACTIONS),
                "states__Israel__deterrence": self.gamma,
                "crisis__request__help": HELP,
                "crisis__request__level": HARDER,
                "states__Israel__threaten": self.threat,
                "states__Israel__audience": AUDIENCE,
                "states__Israel__concession": CONCESSION,
                "crisis__threat__excused": EXCUSED,
                "crisis__threat__price": PRICE,
                "crisis__threat__suffering": SUFFERING,
                "crisis__threat__warning__rate": RATE,
                "crisis__threat__warning__slope": SLOPE,
                "crisis__threat__warning__tied": TIED,
            }
        )

    def latent(self, action: str, *, asked: bool) -> float:
        return BASE + ASKED * asked + IN_FORCE * self.cover + PER_TENFOLD * (log10(1 + DEATHS[action]) - 1)

    def warns(self) -> float:
        """A leader warns by its latent in the crisis; the rate is that of the record's mean at the reference crisis."""
        return float(expit(logit(RATE) + SLOPE * IN_FORCE * self.cover))


def attack(case: Case, label: str, action: str, tied: float) -> Node:
    """One action: the protégé asks or not, the leader fights or not."""
    asks = {}
    for choice, asked in (("stay silent", False), ("ask", True)):
        fights = float(expit(case.latent(action, asked=asked) + tied - CUT))
        ends: list[Node] = [
            {
                "Challenger": WORTH[action] - case.gamma * harm,
                "Protege": (HELP * harm + HARDER * (action == "campaign")) * asked - SUFFERING * sum(HURT[action]),
            }
            for harm in (0, 1)
        ]
        asks[choice] = Chance({"words": (1 - fights, ends[0]), "combat": (fights, ends[1])})
    return Move("Protege", f"request {label} {action}", asks)


def overt(case: Case, label: str, tied: float = 0.0) -> Node:
    """The second stage: by which action."""
    return Move("Challenger", f"action {label}", {action: attack(case, label, action, tied) for action in ACTIONS})


def threatened(case: Case) -> Node:
    warns = case.warns()
    ends = {}
    for label, chance, left, tied in (("silence", 1 - warns, 1.0, 0.0), ("warning", warns, EXCUSED, TIED)):
        down: Node = {"Challenger": -AUDIENCE * left}
        last = Move("Challenger", f"carry out {label}", {"back down": down, "attack": overt(case, label, tied)})
        ends[label] = (chance, last)
    conceded: Node = {"Challenger": CONCESSION, "Protege": -PRICE}
    return Move("Protege", "answer", {"stand": Chance(ends), "concede": conceded})


def equilibrium(case: Case) -> Equilibrium:
    first: dict[str, Node] = {"hold": {}, "overt": overt(case, "surprise")}
    if case.threat:
        first["threaten"] = threatened(case)
    expected = solve(Move("Challenger", "challenge", first), LAMBDA)
    for chances in expected.values():
        assert 0.02 < chances[1] < 0.98, "a tree in which nothing is in doubt tests nothing"
    return expected


def attacked_alike(world: World, expected: Equilibrium) -> None:
    """The odds that follow an attack without warning."""
    assert odds(world, "Israel", "challenge") == pytest.approx(expected["challenge"], abs=1e-6)
    assert odds(world, "Israel", "action") == pytest.approx(expected["action surprise"], abs=1e-6)
    for action in ACTIONS:
        request = odds(world, "Iran", "request", attacker="Israel", action=action)
        assert request == pytest.approx(expected[f"request surprise {action}"], abs=1e-6)


@pytest.mark.parametrize("case", [Case(), Case(cover=False), Case(gamma=2.2)])
def test_check1_strike_or_campaign_in_two_stages(case: Case) -> None:
    attacked_alike(World(case.world()), equilibrium(case))


@pytest.mark.parametrize("case", [Case(threat=True), Case(threat=True, cover=False), Case(threat=True, gamma=2.2)])
def test_check1_a_threat_with_a_warning_then_strike_or_campaign(case: Case) -> None:
    """Three stages of one challenger; the leader's warning, known to all, ties its hands and excuses a retreat."""
    expected, world = equilibrium(case), World(case.world())
    attacked_alike(world, expected)
    assert odds(world, "Iran", "concede", attacker="Israel") == pytest.approx(expected["answer"], abs=1e-6)
    for warned, label in enumerate(("silence", "warning")):
        carried = odds(world, "Israel", "carry out", warned=bool(warned))
        assert carried == pytest.approx(expected[f"carry out {label}"], abs=1e-6)
    silence, warning = (expected[f"carry out {label}"][1] for label in ("silence", "warning"))
    assert silence - warning > 0.05, "a warning deters"


@pytest.mark.parametrize(("gain", "cost"), [(1.2, 0.3), (0.5, 0.6)])
def test_check1_a_chance_of_covert_action(gain: float, cost: float) -> None:
    """No casus foederis, so nobody else has a move."""
    threat, ease, defence = 1.0, 0.8, 0.5
    terms = {"gain": gain, "ease": ease, "cost": cost}
    world = World(
        bare_world(
            {
                **{f"states__Israel__covert__{term}": value for term, value in terms.items()},
                "states__Israel__actions": ["covert", "strike"],
                "states__Iran__defence": defence,
            }
        )
    )
    worth = gain * threat
    success = float(expit(ease - defence))
    draw = Chance({"failure": (1 - success, {"Challenger": -cost}), "success": (success, {"Challenger": worth - cost})})
    expected = solve(Move("Challenger", "covert", {"hold": {}, "covert": draw}), LAMBDA)
    assert odds(world, "Israel", "covert") == pytest.approx(expected["covert"], abs=1e-6)
    assert 0.02 < expected["covert"][1] < 0.98
