"""Check 1 where the protégé's reply is a move of its own, and where the attacker is itself a great power.

The tree: hold or strike; stay silent or ask; the leader stays with words or fights; the patron, if there is one, holds
back, defends or joins; the protégé absorbs the blow, replies in kind or escalates. The reply weighs other things than
the request does, and so another player of the tree makes it: the protégé's commanders. The leader is a player too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from gambit_trees import CUT, LAMBDA, STRIKE_TERMS, Move, bare_world, odds, solve
from sim.world import World

if TYPE_CHECKING:
    from gambit_trees import Equilibrium, Node
    from sim.scenario import Scenario

BASE, ASKED, IN_FORCE = -0.7, 0.9, 0.5
GAMMA, HELP = 1.2, 1.1
MISSILES, PROXIES, RETALIATION = 0.6, 0.4, 0.9
PROPORTIONATE, ESCALATE, EMBOLDENED, BOLDNESS, BACKED = 0.25, -0.3, 0.5, 0.4, 0.5
IN_KIND, BEYOND = 0.6, 1.3
BACK = ("hold back", "defend", "join")
DEFEND, JOIN, VETO, BACKING = 0.2, 0.5, 0.7, 0.8
REPLIES = ("absorb", "proportionate", "escalate")


@dataclass(frozen=True)
class Case:
    """What differs between the trees."""

    attacker: str = "Israel"
    cover: bool = False
    gain: float = 1.2
    clash: float = 0.0
    patron: bool = False

    @property
    def great(self) -> bool:
        return self.attacker == "United States"

    def world(self) -> Scenario:
        name = self.attacker.replace(" ", "_")
        return bare_world(
            {
                **{f"states__{name}__strike__{term}": 0 for term in STRIKE_TERMS},
                f"states__{name}__tension_weight": 0,
                f"states__{name}__threat_weight": 0,
                f"states__{name}__prevention": 0,
                f"states__{name}__strike__cost": -self.gain,
                f"states__{name}__strike__retaliation": RETALIATION,
                f"states__{name}__strike__backing": BACKING,
                f"states__{name}__deterrence": GAMMA,
                "states__Israel__backed_by": "United States" if self.patron else None,
                "states__United_States__patron__defend": DEFEND,
                "states__United_States__patron__join": JOIN,
                "states__United_States__patron__join_tension": 0,
                "states__United_States__patron__veto": VETO,
                "accession__cover": self.cover,
                "council__rule": "each_as_it_deems",
                "choice__clash_cost": self.clash,
                "response__intercept": BASE,
                "response__in_force": IN_FORCE,
                "response__covariates__formal_article4": 0,
                "states__Russia__resolve": 0,
                "states__Iran__missiles": MISSILES,
                "states__Iran__proxies": PROXIES,
                "environment__threat__boldness": BOLDNESS,
                "crisis__request__help": HELP,
                "crisis__retaliation__proportionate": PROPORTIONATE,
                "crisis__retaliation__escalate": ESCALATE,
                "crisis__retaliation__emboldened": EMBOLDENED,
                "crisis__retaliation__backed": BACKED,
                "crisis__retaliation__in_kind": IN_KIND,
                "crisis__retaliation__beyond": BEYOND,
                **({} if self.great else {"states__United_States__deterrence": GAMMA}),
            }
        )


def reply(case: Case, payoffs: dict[str, float], *, fights: bool) -> Node:
    """The last move, with what it is worth to the commanders and costs the attacker."""
    bold = EMBOLDENED * BOLDNESS * case.cover + BACKED * fights
    worth = (0.0, PROPORTIONATE, ESCALATE + bold)
    costs = (0.0, IN_KIND, BEYOND)
    pain = RETALIATION * (MISSILES + PROXIES / 2)
    ends: dict[str, Node] = {
        name: {**payoffs, "Commanders": value, "Challenger": payoffs["Challenger"] - pain * cost}
        for name, value, cost in zip(REPLIES, worth, costs, strict=True)
    }
    return Move("Commanders", f"reply {'backed' if fights else 'alone'}", ends)


def answered(case: Case, *, asked: bool, fights: bool) -> Node:
    """After the leader's answer, for which the protégé has asked or not; a clash needs a great power."""
    latent = BASE + ASKED * asked + IN_FORCE * case.cover

    def after(back: str, support: float, gain: float) -> Node:
        clash = case.clash * (fights and (case.great or back == "join"))
        payoffs = {
            "Challenger": case.gain - GAMMA * fights + BACKING * support - clash,
            "Protege": HELP * fights * asked,
            "Leader": fights * (latent - CUT) / LAMBDA - clash,
            "Patron": gain - clash * (back == "join"),
        }
        return reply(case, payoffs, fights=fights)

    if not case.patron:
        return after("", 0.0, 0.0)
    worth = (0.0, DEFEND, JOIN - GAMMA * fights)
    moves = {
        back: after(back, support, gain) for back, support, gain in zip(BACK, (-VETO, 0.5, 1.0), worth, strict=True)
    }
    return Move("Patron", "back combat" if fights else "back words", moves)


def equilibrium(case: Case) -> Equilibrium:
    asks: dict[str, Node] = {}
    for choice, asked in (("stay silent", False), ("ask", True)):
        answers = {level: answered(case, asked=asked, fights=level == "combat") for level in ("words", "combat")}
        asks[choice] = Move("Leader", f"respond {choice}", answers)
    request = Move("Protege", "request", asks)
    expected = solve(Move("Challenger", "challenge", {"hold": {}, "strike": request}), LAMBDA)
    for chances in expected.values():
        assert all(0.02 < chance < 0.98 for chance in chances), "a tree in which nothing is in doubt tests nothing"
    return expected


def held_against_gambit(case: Case) -> None:
    expected, world = equilibrium(case), World(case.world())
    by = case.attacker
    assert odds(world, by, "challenge") == pytest.approx(expected["challenge"], abs=1e-6)
    assert odds(world, "Iran", "request", attacker=by) == pytest.approx(expected["request"], abs=1e-6)
    for choice, asked in (("stay silent", False), ("ask", True)):
        words, _, _, combat = odds(world, "Russia", "respond", attacker=by, asked=asked)
        if case.clash == 0.0:
            assert [words, combat] == pytest.approx(expected[f"respond {choice}"], abs=1e-6)
        assert combat == pytest.approx(expected[f"respond {choice}"][1], abs=1e-6)
    for label, harm in (("alone", 0.0), ("backed", 1.0)):
        assert odds(world, "Iran", "retaliate", harm=harm) == pytest.approx(expected[f"reply {label}"], abs=1e-6)
    for label, fights in (("words", False), ("combat", True)) if case.patron else ():
        back = odds(world, "United States", "back", harm=float(fights), leader_combat=fights)
        assert back == pytest.approx(expected[f"back {label}"], abs=1e-6)


@pytest.mark.parametrize("case", [Case(), Case(cover=True, gain=1.5)])
def test_check1_the_attacker_foresees_the_reply(case: Case) -> None:
    held_against_gambit(case)


@pytest.mark.parametrize("case", [Case(patron=True), Case(patron=True, cover=True, clash=0.5, gain=1.5)])
def test_check1_a_patron_with_a_veto_and_then_the_reply(case: Case) -> None:
    held_against_gambit(case)


@pytest.mark.parametrize("cover", [False, True])
def test_check1_a_great_power_attacks_and_the_leader_fears_a_clash(*, cover: bool) -> None:
    held_against_gambit(Case(attacker="United States", clash=0.3, cover=cover, gain=1.4))
