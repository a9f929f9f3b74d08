"""Check 1 with incomplete information: nature draws the leader's resolve, and only the leader knows it.

The observers of the world hold a normal belief of the leader's latent. In the tree nature draws it at the nodes of the
quadrature by which the world integrates; each move of challenger, protégé and patron is one information set over all of
them. Where there is a patron the leader is a player too: to fight is worth (latent - cutpoint) / precision to it, less
the cost of a clash where the patron joins, so that its logit is the world's response, with its caution. Elsewhere it is
a chance node at each draw.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.special import expit, logit

from gambit_trees import CUT, LAMBDA, NO_MANDATE, SUPPORT_ABOVE, Chance, Move, bare_world, odds, solve
from sim.scenario import SETS, tabulate
from sim.world import World
from sim.world.anticipation import QUADRATURE

if TYPE_CHECKING:
    from gambit_trees import Equilibrium, Node
    from sim.scenario import Scenario

INTERCEPT, ASKED, IN_FORCE, FORMAL = -0.8, 0.9, 0.5, 0.6
GAMMA, HELP = 1.5, 1.4
BACK = ("hold back", "defend", "join")
DEFEND, JOIN, JOIN_DETERRED, VETO, BACKING = 0.2, 0.5, 0.9, 0.6, 0.8
AUDIENCE, EXCUSED, CONCESSION, PRICE, SUFFERING = 0.7, 0.4, 0.9, 1.1, 1.6
TIED, RATE = 1.3, 0.35
RESOLVE = {"normal": [0.2, 1.4]}


@dataclass(frozen=True)
class Case:
    """What differs between the trees."""

    cover: bool = False
    gain: float = 0.5
    clash: float = 0.0
    acuity: float = 0.0
    bias: float = 0.0
    patron: bool = False
    threat: bool = False
    slope: float = 0.0

    def world(self) -> Scenario:
        patron = {
            "states__Israel__backed_by": "United States",
            "states__Israel__strike__backing": BACKING,
            "states__United_States__deterrence": JOIN_DETERRED,
            "states__United_States__patron__defend": DEFEND,
            "states__United_States__patron__join": JOIN,
            "states__United_States__patron__join_tension": 0,
            "states__United_States__patron__veto": VETO,
        }
        return bare_world(
            {
                "accession__cover": self.cover,
                "perception__acuity": self.acuity,
                "perception__bias": self.bias,
                "response__intercept": INTERCEPT,
                "states__Russia__resolve": RESOLVE,
                "choice__clash_cost": self.clash,
                "states__Israel__strike__cost": -self.gain,
                "states__Israel__deterrence": GAMMA,
                "crisis__request__help": HELP,
                "states__Israel__threaten": self.threat,
                "states__Israel__audience": AUDIENCE,
                "states__Israel__concession": CONCESSION,
                "crisis__threat__excused": EXCUSED,
                "crisis__threat__price": PRICE,
                "crisis__threat__suffering": SUFFERING,
                "crisis__strike__setback": 0.5,
                "crisis__strike__damage": 0.5,
                "crisis__threat__warning__rate": RATE,
                "crisis__threat__warning__slope": self.slope,
                "crisis__threat__warning__tied": TIED,
                **(patron if self.patron else {}),
            }
        )


def end(case: Case, harm: float, *, asked: bool, back: str = "") -> Node:
    """Payoffs of a strike; what the protégé suffers from it weighs only in its answer to a threat."""
    backing = {"": 0.0, "hold back": -VETO, "defend": 0.5, "join": 1.0}[back]
    clash = case.clash * (harm > 0 and back == "join")
    return {
        "Challenger": case.gain - GAMMA * harm + BACKING * backing - clash,
        "Protege": HELP * harm * asked - SUFFERING,
        "Patron": {"defend": DEFEND, "join": JOIN - JOIN_DETERRED * harm - clash}.get(back, 0.0),
    }


def answered(case: Case, harm: float, worth: float, *, asked: bool) -> Node:
    """The patron sees whether the leader fights, and nothing of what moves it."""

    def leaf(back: str) -> Node:
        payoffs = end(case, harm, asked=asked, back=back)
        fear = case.clash * (harm > 0 and back == "join")
        return {**payoffs, "Leader": (worth - fear) * (harm > 0)}  # type: ignore[dict-item]

    if not case.patron:
        return leaf("")
    return Move("Patron", "back combat" if harm else "back words", {back: leaf(back) for back in BACK})


def leader(case: Case, label: str, latent: float, *, asked: bool) -> Node:
    """The leader knows its latent: an information set for each node."""
    ends = [answered(case, harm, (latent - CUT) / LAMBDA, asked=asked) for harm in (0.0, 1.0)]
    if not case.patron:
        fights = expit(latent - CUT)
        return Chance({"words": (1 - fights, ends[0]), "combat": (fights, ends[1])})
    return Move("Leader", label, {"words": ends[0], "combat": ends[1]})


def struck(case: Case, label: str, latent: float, node: int) -> Node:
    """A strike on a protégé whose leader would have this latent if asked without a treaty."""
    silent = leader(case, f"leader {label} {node} silent", latent - ASKED + IN_FORCE * case.cover, asked=False)
    if not case.cover:
        heard = leader(case, f"leader {label} {node} asked", latent, asked=True)
    else:
        owed = latent + IN_FORCE + FORMAL
        yes = expit(owed - SUPPORT_ABOVE)
        free = leader(case, f"leader {label} {node} free", owed, asked=True)
        bound = leader(case, f"leader {label} {node} bound", owed - NO_MANDATE, asked=True)
        heard = Chance({"no mandate": (1 - yes, bound), "mandate": (yes, free)})
    return Move("Protege", f"request {label}", {"stay silent": silent, "ask": heard})


def warning(case: Case, latent: float, mean: float) -> float:
    """Chance that a leader of this latent warns; in a crisis under Article 4 it is more willing."""
    owed = (IN_FORCE + FORMAL) * case.cover
    return float(expit(logit(RATE) + case.slope * (latent + owed - mean)))


def branch(case: Case, latent: float, mean: float, node: int) -> Node:
    options: dict[str, Node] = {"hold": {}, "overt": struck(case, "surprise", latent, node)}
    if case.threat:
        ends = {}
        warns = warning(case, latent, mean)
        for label, chance, left, tied in (("silence", 1 - warns, 1.0, 0.0), ("warning", warns, EXCUSED, TIED)):
            down: Node = {"Challenger": -AUDIENCE * left}
            attack = struck(case, label, latent + tied, node)
            last = Move("Challenger", f"carry out {label}", {"back down": down, "attack": attack})
            ends[label] = (chance, last)
        conceded: Node = {"Challenger": CONCESSION, "Protege": -PRICE}
        options["threaten"] = Move("Protege", "answer", {"stand": Chance(ends), "concede": conceded})
    return Move("Challenger", "challenge", options)


def equilibrium(case: Case, mean: float, variance: float) -> Equilibrium:
    """Nature first; `mean` and `variance` are those of the latent if asked without a treaty."""
    nodes = enumerate(QUADRATURE)
    return solve(
        Chance({f"node {k}": (weight, branch(case, mean + z * variance**0.5, mean, k)) for k, (z, weight) in nodes}),
        LAMBDA,
    )


def record_of(scenario: Scenario) -> tuple[float, float]:
    """What anyone knows of the leader: moments over the record's parameter sets."""
    resolve = tabulate([scenario], np.arange(SETS))["states.Russia.resolve"].ravel()
    return INTERCEPT + ASKED + float(resolve.mean()), float(resolve.var())


def in_doubt(equilibrium: Equilibrium) -> None:
    seen = [chances for label, chances in equilibrium.items() if not label.startswith("leader")]
    assert all(0.02 < chance < 0.98 for chances in seen for chance in chances)


CASES = {
    "outsider": Case(),
    "member through the Council": Case(cover=True, gain=0.9),
    "optimist": Case(bias=-1.0),
    "outsider, patron with a veto": Case(patron=True),
    "member, patron, fear of a clash": Case(cover=True, patron=True, clash=0.6, gain=0.8),
}


@pytest.mark.parametrize("case", CASES)
def test_check1_a_challenger_that_knows_only_the_record(case: str) -> None:
    given = CASES[case]
    scenario = given.world()
    mean, variance = record_of(scenario)
    assert variance > 1, "resolve is hidden"
    expected = equilibrium(given, mean + given.bias, variance)
    world = World(scenario)
    assert odds(world, "Israel", "challenge") == pytest.approx(expected["challenge"], abs=1e-6)
    assert odds(world, "Iran", "request", attacker="Israel") == pytest.approx(expected["request surprise"], abs=1e-6)
    for label, fights in (("back words", False), ("back combat", True)) if given.patron else ():
        back = odds(world, "United States", "back", harm=float(fights), leader_combat=fights)
        assert back == pytest.approx(expected[label], abs=1e-6)
    in_doubt(expected)


def test_check1_a_challenger_that_knows_a_little() -> None:
    given = Case(acuity=0.6, cover=True, gain=0.9)
    scenario = given.world()
    record = record_of(scenario)
    world = World(scenario)
    belief = world.challengers[0].beliefs["Russia"]
    assert float(belief.variance[0, 0]) == pytest.approx((1 - 0.6**2) * record[1])
    expected = equilibrium(given, float(belief.mean[0, 0]), float(belief.variance[0, 0]))
    assert odds(world, "Israel", "challenge") == pytest.approx(expected["challenge"], abs=1e-6)
    in_doubt(expected)


def test_check1_hidden_resolve_matters() -> None:
    """Else the trees above would say nothing of incomplete information."""
    mean, variance = record_of(Case().world())
    hidden, known = (equilibrium(Case(), mean, spread)["challenge"][1] for spread in (variance, 0.0))
    assert abs(hidden - known) > 0.01


@pytest.mark.parametrize("case", [Case(threat=True), Case(threat=True, cover=True, gain=0.9)])
def test_check1_a_threat_where_the_leaders_resolve_is_hidden(case: Case) -> None:
    """A warning that says nothing of resolve, but ties the hands of leaders of every kind."""
    scenario = case.world()
    expected = equilibrium(case, *record_of(scenario))
    world = World(scenario)
    assert odds(world, "Israel", "challenge") == pytest.approx(expected["challenge"], abs=1e-6)
    assert odds(world, "Iran", "concede", attacker="Israel") == pytest.approx(expected["answer"], abs=1e-6)
    for warned, label in enumerate(("silence", "warning")):
        carried = odds(world, "Israel", "carry out", warned=bool(warned))
        assert carried == pytest.approx(expected[f"carry out {label}"], abs=1e-6)
    assert odds(world, "Iran", "request", attacker="Israel") == pytest.approx(expected["request surprise"], abs=1e-6)
    in_doubt(expected)
    silence, warning = (expected[f"carry out {label}"][1] for label in ("silence", "warning"))
    assert silence - warning > 0.05


@pytest.mark.parametrize("case", [Case(threat=True, slope=0.7), Case(threat=True, cover=True, gain=0.9, slope=1.2)])
def test_check1_a_warning_that_tells_of_resolve(case: Case) -> None:
    """Here Gambit's players learn by Bayes, the world's by a normal of the same moments: near, not equal."""
    scenario = case.world()
    expected = equilibrium(case, *record_of(scenario))
    world = World(scenario)
    assert odds(world, "Israel", "challenge") == pytest.approx(expected["challenge"], abs=2e-3)
    assert odds(world, "Iran", "concede", attacker="Israel") == pytest.approx(expected["answer"], abs=2e-3)
    mute = equilibrium(replace(case, slope=0.0), *record_of(scenario))
    for warned, label in enumerate(("silence", "warning")):
        carried = odds(world, "Israel", "carry out", warned=bool(warned))
        assert carried == pytest.approx(expected[f"carry out {label}"], abs=2e-3)
        assert abs(carried[1] - mute[f"carry out {label}"][1]) > 0.02, "what is learnt must matter"
    in_doubt(expected)
