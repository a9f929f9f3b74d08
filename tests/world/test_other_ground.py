"""The same rules on other ground: Kazakhstan in January 2022 and Armenia in September 2022, against the record."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sim.record import load as load_record
from sim.record import posterior
from sim.record.coding import load_coding
from sim.record.council_replay import Replay, replay
from sim.record.estimation_data import COUNCIL, Row, rows
from sim.scenario import SETS, Scenario, load
from sim.world import World
from sim.world.assault import Assault
from sim.world.expectations import attack_on
from sim.world.foresight import covariates
from sim.world.values import Cells

CASES = {"armenia-2022": ("AM-2022-09", "Azerbaijan"), "kazakhstan-2022": ("KZ-2022", "Unrest")}
KINDS = ("internal", "militants", "state")


@pytest.fixture(scope="module")
def table() -> tuple[Row, ...]:
    record = load_record()
    return rows(record.cases, record.patron_tests, load_coding())


@pytest.fixture(scope="module")
def votes(table: tuple[Row, ...]) -> Replay:
    coding = load_coding()
    sources = {case for case, _ in CASES.values()}
    pull = {name: figure.value for name, figure in coding.council.dependence.items()}
    oppose_below = float(World(load("baseline")).values["council.oppose_below"][0, 0])
    cases = [row for row in table if row.source in sources]
    return replay(posterior().columns, cases, oppose_below=oppose_below, dependence=pull)


def attacked_at_once(name: str) -> Scenario:
    """One month, one exchange: the challenger strikes and the protégé asks, whatever the odds of either."""
    challenger = CASES[name][1]
    return load(name).with_(
        {
            "horizon": 1,
            "crisis.exchanges": 1,
            "crisis.request.refused": 0,
            "crisis.request.help": 1000,
            f"states.{challenger}.actions": ["strike"],
            f"states.{challenger}.opportunity.overt": 100,
            f"states.{challenger}.strike.cost": -50,
        }
    )


def given_attack(name: str) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The columns of 1,000 trials of one attack, and the levels, the leader first, where Article 4 was invoked."""
    world = World(attacked_at_once(name), replicates=1000, seed=1)
    columns = {key: np.asarray(column).ravel() for key, column in world.run().columns.items()}
    asked = columns["invoked"].astype(bool)
    assert asked.mean() > 0.95
    levels = np.stack([columns[f"level_{guarantor.name}"] for guarantor in world.guarantors])
    return {key: column[asked] for key, column in columns.items()}, levels[:, asked]


@pytest.mark.parametrize("name", CASES)
def test_the_world_codes_the_case_as_the_estimation_does(name: str, table: tuple[Row, ...]) -> None:
    case, challenger = CASES[name]
    coded = {row.guarantor: row for row in table if row.source == case and row.guarantor != COUNCIL}
    world = World(load(name), replicates=SETS)
    assert {guarantor.name for guarantor in world.guarantors} == set(coded)
    assert world.challengers[0].name == challenger
    cells = Cells.everywhere(world.shape)
    strike = Assault.by(0, cells, np.ones(len(cells), np.int8))
    attack = attack_on(world, strike, 1.0, 1.0, np.ones(len(cells), np.bool_))
    for guarantor in world.guarantors:
        ties, committed = strike.of_attacker(guarantor.ties), cells.take(guarantor.own("committed"))
        x = covariates(attack, ties, committed, leads=guarantor.leads)
        for covariate, expected in coded[guarantor.name].covariates.items():
            assert x[covariate].min() - 2e-3 <= expected <= x[covariate].max() + 2e-3, covariate


@pytest.mark.parametrize("name", CASES)
def test_the_council_decides_as_the_replay_of_the_record(name: str, votes: Replay) -> None:
    line = next(line for line in votes.lines if line.case == CASES[name][0])
    decided = World(load(name), replicates=SETS).odds("Council", "decide")
    refused = decided.probabilities[decided.options.index("refused")].mean()
    assert 1.0 - refused == pytest.approx(line.replayed, abs=0.03)


def test_kazakhstan_gets_a_mandate_and_somebody_sends_troops() -> None:
    """What happened is likely: a mandate, and troops from Moscow once it is there in time."""
    columns, levels = given_attack("kazakhstan-2022")
    mandate = columns["mandate"] == 1
    in_time = mandate & (columns["council_days"] < 8)
    assert mandate.mean() > 0.7
    assert (levels[0, in_time] >= 2).mean() > 0.4
    assert (levels[:, in_time] >= 2).any(axis=0).mean() > 0.6
    assert (levels[0, ~mandate] >= 2).mean() < 0.15


def test_kazakhstan_misses_that_all_sent_troops_together() -> None:
    """What the model misses, kept in sight: members decide apart, so that a joint contingent is rare."""
    columns, levels = given_attack("kazakhstan-2022")
    in_time = (columns["mandate"] == 1) & (columns["council_days"] < 8)
    assert (levels[:, in_time] >= 2).all(axis=0).mean() < 0.1


def test_armenia_is_left_to_words() -> None:
    """What happened is likely: words from Moscow and from the others, no troops from anybody; the vote is a toss-up."""
    columns, levels = given_attack("armenia-2022")
    assert 0.25 < (columns["mandate"] == 1).mean() < 0.6
    assert (levels == 0).mean(axis=1).min() > 0.6
    assert (levels < 2).all(axis=0).mean() > 0.75
    assert (levels[0] == 3).mean() < 0.1


def test_the_two_cases_stand_in_the_order_of_the_record() -> None:
    mandate, troops = {}, {}
    for name in CASES:
        columns, levels = given_attack(name)
        mandate[name], troops[name] = (columns["mandate"] == 1).mean(), (levels[0] >= 2).mean()
    assert mandate["kazakhstan-2022"] > mandate["armenia-2022"] + 0.2
    assert troops["kazakhstan-2022"] > troops["armenia-2022"] + 0.1


def test_what_the_challenger_is_reaches_the_response() -> None:
    """With the same coefficients, the covariate of the kind alone moves every latent."""
    flat = {"response.covariates.militants": 9.0, "response.covariates.state_attack": -9.0}
    found = {}
    for kind in KINDS:
        world = World(load("kazakhstan-2022", {**flat, "states.Unrest.kind": kind}), replicates=8)
        found[kind] = world.odds("Russia", "respond").probabilities[0].mean()
    assert found["militants"] < found["internal"] < found["state"]


def test_points_of_a_batch_differ_in_what_their_challenger_is() -> None:
    points = [load("kazakhstan-2022", {"states.Unrest.kind": kind}) for kind in KINDS]
    together = World(points, replicates=64, seed=3).run().columns
    for row, point in enumerate(points):
        alone = World(point, replicates=64, seed=3).run().columns
        for name, column in alone.items():
            assert_array_equal(np.broadcast_to(together[name], (3, 64))[row], np.broadcast_to(column, (1, 64))[0])


def test_a_challenger_is_a_state_unless_it_says_otherwise() -> None:
    member = load("member")
    said = member.with_({"states.Israel.kind": "state", "states.United States.kind": "state"})
    assert said == member
