"""Check 1 on admission: members vote on an applicant by what they would inherit, the attacks of a year.

The tree: leader and member each vote, not knowing of the other's vote; nature draws how many of the next twelve months
bring a chance to strike; at each the challenger holds or strikes. At a chance it looks at this strike only, so each
chance has a challenger of its own, with one set of payoffs. Members are players: a yes is worth what weighs in the
ballot over the precision, less the burden of being drawn in if an attack comes.
"""

from __future__ import annotations

from math import comb, expm1
from typing import TYPE_CHECKING

import pytest
from scipy.special import expit

from gambit_trees import CUT, LAMBDA, Chance, Move, bare_world, odds, solve
from sim.world import World

if TYPE_CHECKING:
    from gambit_trees import Equilibrium, Node

MONTHS = 12
LATENT, GAMMA = -0.3, 1.0
WISH, BASE, TERRORISM, ENTRAPMENT, TIES = 1.1, 0.4, 0.8, 2.6, 0.9
EXPOSURE = {"Russia": 0.5, "Armenia": 0.1}
TIE = {"Russia": 0.3, "Armenia": 0.6}
WEIGHT, DEPENDENCE = 0.5, 0.7
SHARE = {"Russia": 1 / (1 + WEIGHT), "Armenia": WEIGHT / (1 + WEIGHT)}
OWN = {name: TERRORISM * EXPOSURE[name] - TIES * TIE[name] for name in TIE}


def year(votes: dict[str, float], gain: float, chance: float, burdens: dict[str, float]) -> Node:
    """Nature draws how many chances to strike come in a year; `burdens` is what an attack costs each voter."""
    drawn = {
        f"{count} chances": (
            comb(MONTHS, count) * chance**count * (1 - chance) ** (MONTHS - count),
            chances(votes, gain, burdens, 1, count),
        )
        for count in range(MONTHS + 1)
    }
    return Chance(drawn)


def chances(votes: dict[str, float], gain: float, burdens: dict[str, float], first: int, last: int) -> Node:
    """One chance after the other, until one is taken; who has it does not know how many come."""
    if first > last:
        return dict(votes)
    attacked = {name: worth - burdens[name] for name, worth in votes.items()}
    me = f"Challenger at chance {first}"
    later = chances(votes, gain, burdens, first + 1, last)
    return Move(me, f"challenge {first}", {"hold": later, "strike": {**attacked, me: worth_of_strike(gain)}})


def worth_of_strike(gain: float) -> float:
    return gain - GAMMA * float(expit(LATENT - CUT))


def equilibrium(gain: float, chance: float, member: float) -> Equilibrium:
    """`member` is the logit of the member's yes but for the burden."""
    worth = {"Russia": WISH + OWN["Russia"], "Armenia": member}
    second: dict[str, Node] = {}
    for first in ("no", "yes"):
        votes = {}
        for vote in ("no", "yes"):
            says = {"Russia": first == "yes", "Armenia": vote == "yes"}
            given = {name: worth[name] / LAMBDA * says[name] for name in worth}
            burdens = {name: ENTRAPMENT * SHARE[name] / LAMBDA * says[name] for name in worth}
            votes[vote] = year(given, gain, chance, burdens)
        second[first] = Move("Armenia", "vote of the member", votes)
    return solve(Move("Russia", "vote of the leader", second), LAMBDA)


def test_check1_members_vote_by_the_attacks_that_they_foresee() -> None:
    gain, rate = 0.5, 0.08
    chance = -expm1(-rate)
    # The leader's logit pulls on the member's; it hangs on no vote, but on the attack that it foresees.
    (_, strikes) = solve(Move("C", "one", {"hold": {}, "strike": {"C": worth_of_strike(gain)}}), LAMBDA)["one"]
    attack = 1 - (1 - chance * strikes) ** MONTHS
    leader = WISH + OWN["Russia"] - ENTRAPMENT * SHARE["Russia"] * attack
    expected = equilibrium(gain, chance, BASE + DEPENDENCE * leader + OWN["Armenia"])
    world = World(
        bare_world(
            {
                "accession__cover": False,
                "response__intercept": LATENT,
                "response__covariates__asked": 0,
                "states__Russia__resolve": 0,
                "states__Armenia__active": True,
                "states__Armenia__resolve": -60,
                "states__Armenia__dependence": DEPENDENCE,
                "states__Armenia__committed": 0,
                "states__Armenia__distance": 1000,
                "states__Armenia__capability": 0.04 * WEIGHT,
                **{f"states__{name}__ties__Israel": tie for name, tie in TIE.items()},
                **{f"states__{name}__ties__United_States": 0 for name in TIE},
                "states__Israel__strike__cost": -gain,
                "states__Israel__deterrence": GAMMA,
                "states__Israel__opportunity__overt": rate,
                "states__Israel__opportunity__tension": 0,
                "states__United_States__opportunity__overt": 0,
                "accession__vote__wish": WISH,
                "accession__vote__base": BASE,
                "accession__vote__terrorism": TERRORISM,
                "accession__vote__entrapment": ENTRAPMENT,
                "accession__vote__ties": TIES,
                **{f"accession__vote__exposure__{name}": exposure for name, exposure in EXPOSURE.items()},
            }
        )
    )
    for name, label in (("Russia", "vote of the leader"), ("Armenia", "vote of the member")):
        assert odds(world, name, "admit") == pytest.approx(expected[label], abs=1e-6)
        assert 0.1 < expected[label][1] < 0.9, "a tree in which nothing is in doubt tests nothing"
    for count in range(1, MONTHS + 1):
        assert odds(world, "Israel", "challenge") == pytest.approx(expected[f"challenge {count}"], abs=1e-6)
    assert 0.1 < expected["challenge 1"][1] < 0.9
