"""The Council's five rules, its chair and its pace, against enumeration, closed forms and what happens."""

from __future__ import annotations

import itertools
from math import comb

import numpy as np
import pytest
from scipy.special import expit

from sim.reading import InputError
from sim.record.load import content
from sim.scenario import Scenario, load
from sim.world import BLOCK, World
from sim.world.anticipation import Forecast, Member, forecast
from sim.world.council import Rules
from sim.world.voting import RULES, decide, expect, tally
from worlds import frozen, quiet

CUTPOINTS = (-2.2, 0.5, 1.7)
OPPOSE_BELOW, SUPPORT_ABOVE, NO_MANDATE = -1.5, 0.5, 2.0
VOTING = RULES[:4]


def passes(rule: str, votes: tuple[int, ...]) -> bool:
    """The rules in plain words; votes 0 oppose, 1 abstain, 2 support, the leader's first."""
    return {
        "consensus": votes.count(0) == 0,
        "consensus_minus_one": votes.count(0) <= 1,
        "majority": votes.count(2) > len(votes) / 2,
        "leader": votes[0] == 2,
        "each_as_it_deems": True,
    }[rule]


def enumerated(rule: str, chances: np.ndarray) -> tuple[float, list[float]]:
    """Chance of a mandate, and of a mandate that each supports, over all votes; chances (3, members)."""
    members = chances.shape[1]
    mandate, hands = 0.0, [0.0] * members
    for votes in itertools.product(range(3), repeat=members):
        if passes(rule, votes):
            chance = float(np.prod([chances[v, i] for i, v in enumerate(votes)]))
            mandate += chance
            hands = [hand + chance * (votes[i] == 2) for i, hand in enumerate(hands)]
    return mandate, hands


def ahead_of(
    rule: str, means: np.ndarray, variances: np.ndarray, dependence: np.ndarray, shock: float, timely: float = 1.0
) -> Forecast:
    members = [
        Member(np.asarray(m), np.asarray(v), np.asarray(d), np.ones(()), np.ones((), np.bool_))
        for m, v, d in zip(means, variances, dependence, strict=True)
    ]
    rules = Rules(
        np.asarray(OPPOSE_BELOW),
        np.asarray(SUPPORT_ABOVE),
        np.asarray(NO_MANDATE),
        rule=np.asarray(RULES.index(rule), np.int8),
        timely=np.asarray(timely),
    )
    aid, troops, combat = (np.asarray(c) for c in CUTPOINTS)
    some, more, most = (np.asarray(h) for h in (0.1, 0.4, 1.0))
    gate = np.ones((), np.bool_)
    return forecast(members[0], members[1:], (aid, troops, combat), np.asarray(shock), (some, more, most), rules, gate)


@pytest.mark.parametrize("rule", VOTING)
@pytest.mark.parametrize("members", [1, 2, 5])
def test_check4_expected_votes_are_an_enumeration_of_votes(rule: str, members: int) -> None:
    rng = np.random.default_rng(members)
    chances = rng.dirichlet((1, 1, 1), members).T
    mandate, hands = enumerated(rule, chances)
    yes, own = [np.asarray(1 - p) for p in chances[0]], [np.asarray(p) for p in chances[2]]
    passed, theirs = expect(yes, own, [np.ones((), np.bool_)] * members, np.asarray(RULES.index(rule), np.int8))
    assert float(passed) == pytest.approx(mandate, abs=1e-12)
    assert [float(hand) for hand in theirs] == pytest.approx(hands, abs=1e-12)
    if rule == "consensus":
        assert float(passed) == pytest.approx(float(np.prod(1 - chances[0])), abs=1e-15)


@pytest.mark.parametrize("rule", RULES)
def test_votes_cast_are_decided_as_the_rule_says_and_suspended_members_do_not_count(rule: str) -> None:
    votes = np.array(list(itertools.product(range(3), repeat=4))).T
    code = np.full(votes.shape[1], RULES.index(rule), np.int8)
    active = [np.full(votes.shape[1], i != 3) for i in range(4)]
    passed = decide([v == 0 for v in votes], [v == 2 for v in votes], active, code)
    expected = [passes(rule, tuple(int(v) for v in column[:3])) for column in votes.T]
    assert passed.tolist() == expected


def test_suspended_members_do_not_count_in_what_is_expected() -> None:
    some, off = [np.asarray(p) for p in (0.7, 0.6, 0.8)], [np.asarray(0.1)]
    active = [np.ones((), np.bool_)] * 3
    for code in range(4):
        rule = np.asarray(code, np.int8)
        alone, _ = expect(some, [p / 2 for p in some], active, rule)
        beside, _ = expect([*some, *off], [p / 2 for p in [*some, *off]], [*active, np.zeros((), np.bool_)], rule)
        assert float(alone) == float(beside)


def test_rules_of_a_batch_are_each_its_own_row() -> None:
    rng = np.random.default_rng(2)
    yes, own = list(rng.uniform(0.5, 1, (4, 1, 6))), list(rng.uniform(0, 0.5, (4, 1, 6)))
    active = [np.ones((1, 1), np.bool_)] * 4
    together, hands = expect(yes, own, active, np.arange(4, dtype=np.int8)[:, None])
    for code in range(4):
        passed, theirs = expect(yes, own, active, np.array([[code]], np.int8))
        assert np.array_equal(together[code], passed[0])
        assert all(np.array_equal(hand[code], his[0]) for hand, his in zip(hands, theirs, strict=True))


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_the_law_of_equal_chances_is_binomial(p: float) -> None:
    law = [float(q) for q in tally([np.asarray(p)] * 6)]
    assert law == pytest.approx([comb(6, k) * p**k * (1 - p) ** (6 - k) for k in range(7)], abs=1e-15)
    majority, _ = expect([np.ones(())] * 6, [np.asarray(p)] * 6, [np.ones((), np.bool_)] * 6, np.asarray(2, np.int8))
    assert float(majority) == pytest.approx(sum(law[4:]), abs=1e-15)


def test_the_law_of_unequal_chances_has_the_tail_of_the_closed_form() -> None:
    p, q, r = 0.2, 0.5, 0.9
    law = [float(x) for x in tally([np.asarray(p), np.asarray(q), np.asarray(r)])]
    assert law[3] == pytest.approx(p * q * r, abs=1e-15)
    assert law[2] + law[3] == pytest.approx(p * q + p * r + q * r - 2 * p * q * r, abs=1e-15)


@pytest.mark.parametrize("rule", VOTING)
def test_check4_known_latents_make_every_rule_an_enumeration_of_votes(rule: str) -> None:
    rng = np.random.default_rng(3)
    for timely in (1.0, 0.4):
        means, dependence = rng.normal(0, 1.5, 4), np.append(0, rng.uniform(0, 1.5, 3))
        stance = means + dependence * np.clip(means[0] - CUTPOINTS[0], -3, 3)
        oppose, support = expit(OPPOSE_BELOW - stance), expit(stance - SUPPORT_ABOVE)
        mandate, hands = enumerated(rule, np.stack([oppose, 1 - oppose - support, support]))
        ahead = ahead_of(rule, means, np.zeros(4), dependence, 0.0, timely)
        assert ahead.mandate.item() == pytest.approx(mandate, abs=1e-12)
        free = timely * hands[0]
        fights = free * expit(means[0] - CUTPOINTS[2]) + (1 - free) * expit(means[0] - NO_MANDATE - CUTPOINTS[2])
        assert ahead.leader_combat(np.zeros(())).item() == pytest.approx(fights, abs=1e-12)
        for i, theirs in enumerate(ahead.member_levels, start=1):
            own = [expit(means[i] - c) for c in CUTPOINTS]
            expected = [own[0], timely * hands[i] * own[1], timely * hands[i] * own[2]]
            assert [x.item() for x in theirs] == pytest.approx(expected, abs=1e-12)


def simulated(
    rule: str, means: np.ndarray, variances: np.ndarray, dependence: np.ndarray, shock: float
) -> tuple[float, list[list[float]]]:
    """Every unknown on a grid, every vote enumerated: mandate, and each member's chances of each level."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(15)
    weights = weights / weights.sum()
    grids = np.meshgrid(*[nodes] * 4, indexing="ij")
    total = np.prod(np.meshgrid(*[weights] * 4, indexing="ij"), axis=0)
    eta = [means[i] + np.sqrt(variances[i]) * grids[i + 1] + shock * grids[0] for i in range(3)]
    lead = np.clip(eta[0] - CUTPOINTS[0], -3, 3)
    stance = [eta[i] + dependence[i] * lead for i in range(3)]
    chance = [
        (expit(OPPOSE_BELOW - v), expit(SUPPORT_ABOVE - v) - expit(OPPOSE_BELOW - v), expit(v - SUPPORT_ABOVE))
        for v in stance
    ]
    mandate, free = np.zeros_like(total), [np.zeros_like(total) for _ in range(3)]
    for votes in itertools.product(range(3), repeat=3):
        if passes(rule, votes):
            p = np.prod([chance[i][v] for i, v in enumerate(votes)], axis=0)
            mandate += p
            for i in range(3):
                free[i] += p * (votes[i] == 2)
    levels = []
    for i in range(3):
        own = [expit(eta[i] - c) for c in CUTPOINTS]
        low = [expit(eta[i] - NO_MANDATE - c) for c in CUTPOINTS] if i == 0 else [own[0], 0 * own[1], 0 * own[2]]
        levels.append([float((total * (free[i] * a + (1 - free[i]) * b)).sum()) for a, b in zip(own, low, strict=True)])
    return float((total * mandate).sum()), levels


@pytest.mark.parametrize("rule", VOTING)
def test_forecasts_under_every_rule_meet_brute_force(rule: str) -> None:
    rng = np.random.default_rng(11)
    for _ in range(8):
        means, variances = rng.normal(-1, 1.2, 3), rng.uniform(0, 2.5, 3)
        dependence, shock = np.append(0, rng.uniform(0, 1.5, 2)), rng.uniform(0, 1.5)
        mandate, levels = simulated(rule, means, variances, dependence, shock)
        ahead = ahead_of(rule, means, variances, dependence, shock)
        leader = [ahead.leader_aid, ahead.leader_troops, ahead.leader_combat(np.zeros(()))]
        assert ahead.mandate.item() == pytest.approx(mandate, abs=0.03)
        assert [x.item() for x in leader] == pytest.approx(levels[0], abs=0.006)
        for theirs, expected in zip(ahead.member_levels, levels[1:], strict=True):
            assert [x.item() for x in theirs] == pytest.approx(expected, abs=0.02)


def sure(rule: str, **more: object) -> Scenario:
    """Israel strikes at once, Iran asks, and the Council has something to disagree about."""
    return quiet(
        frozen(horizon=1, overrides={"council.rule": rule}),
        perception__acuity=1,
        response__intercept=-1.0,
        council__oppose_below=-1.5,
        council__support_above=0.0,
        council__no_mandate=2.0,
        states__Israel__opportunity__overt=50,
        states__Israel__strike__gain=9,
        states__Israel__actions=["strike"],
        states__United_States__actions=[],
        crisis__request__help=500,
        crisis__request__refused=0,
        crisis__exchanges=1,
        **more,
    )


@pytest.mark.parametrize("rule", RULES)
def test_decisions_and_responses_come_as_often_as_foreseen(rule: str) -> None:
    scenario = sure(rule)
    world = World(scenario)
    chances = world.odds("Council", "decide", attacker="Israel").probabilities.ravel()
    assert chances.sum() == pytest.approx(1.0, abs=1e-12)
    columns = World(scenario, replicates=BLOCK).run().columns
    attacked = columns["attacks"].ravel() > 0
    mandate, days = columns["mandate"].ravel()[attacked], columns["council_days"].ravel()[attacked]
    found = [mandate < 0, mandate == 0, (mandate == 1) & (days > 0), (mandate == 1) & (days == 0)]
    tolerance = 4 * 0.5 / np.sqrt(attacked.sum())
    assert [float(f.mean()) for f in found] == pytest.approx(chances, abs=tolerance + 0.01)
    assert np.array_equal(mandate < 0, days < 0)
    for name in ("Russia", "Belarus"):
        levels = columns[f"level_{name}"].ravel()[attacked]
        expected = world.odds(name, "respond", attacker="Israel").probabilities.ravel()
        assert np.bincount(levels, minlength=4) / len(levels) == pytest.approx(expected, abs=tolerance + 0.01)


def test_each_as_it_deems_is_the_world_without_a_council() -> None:
    """A Council whose members all support at once, whose mandate binds nobody, is no gate."""
    always = {"council.oppose_below": -1e5, "council.support_above": -9e4, "council.latency": [0]}
    free = {**always, "council.chair_delay": 0}
    each = World(load("member", {**free, "council.rule": "each_as_it_deems"}), replicates=512).run()
    gate = World(load("member", free), replicates=512).run()
    for name, column in gate.columns.items():
        if name not in {"mandate", "council_days"}:
            assert np.array_equal(column, each.columns[name]), name
    assert (each.columns["mandate"] == -1).all()
    assert gate.columns["mandate"].max() == 1


def test_rules_may_differ_between_points_and_each_row_is_itself() -> None:
    arms = [load("member", {"council.rule": rule, "horizon": 8}) for rule in RULES]
    arms[1] = arms[1].with_({"council.latency": [3, 9], "start": "2026-06"})
    together = World(arms, replicates=24).run().columns
    assert (together["mandate"] >= 0).sum() > 20
    for row, arm in enumerate(arms):
        for name, column in World(arm, replicates=24).run().columns.items():
            assert np.array_equal(column[0], together[name][row]), name


def test_more_vetoes_mean_less_help() -> None:
    rng = np.random.default_rng(7)
    for _ in range(20):
        means, dependence = rng.normal(0, 1.5, 4), np.append(0, rng.uniform(0, 1, 3))
        strict, milder = (ahead_of(rule, means, np.ones(4), dependence, 0.5) for rule in VOTING[:2])
        assert strict.mandate <= milder.mandate
        assert strict.others <= milder.others
        assert strict.leader_combat(np.zeros(())) <= milder.leader_combat(np.zeros(()))
        late = ahead_of("consensus", means, np.ones(4), dependence, 0.5, timely=0.3)
        assert late.others <= strict.others
        assert late.mandate == strict.mandate
    harsh = [
        float(
            World(sure("consensus").with_({"council.oppose_below": low}))
            .odds("Council", "decide")
            .probabilities[2:]
            .sum()
        )
        for low in (-4.0, -2.0, -0.5)
    ]
    assert harsh == sorted(harsh, reverse=True)


def test_the_chair_passes_on_with_the_year_and_over_the_suspended() -> None:
    world = World([load("member", {"start": f"{year}-01"}) for year in (2022, 2024, 2025, 2026, 2027, 2028)])
    names = [world.guarantors[int(i)].name for i in world.chairs[:, 0]]
    assert names == ["Belarus", "Kazakhstan", "Kyrgyzstan", "Russia", "Tajikistan", "Belarus"]
    world = World(load("member"))
    assert [int(world.sessions.chairs(step)[0, 0]) for step in (11, 12)] == [
        world.roster.guarantors.index(name) for name in ("Kyrgyzstan", "Russia")
    ]
    assert int(World(load("member", {"council.rotation": []})).chairs[0, 0]) == 0


def test_a_rotation_of_strangers_is_refused() -> None:
    with pytest.raises(InputError, match=r"council\.rotation"):
        load("member", {"council.rotation": ["Atlantis"]})


def test_days_are_those_on_record_and_the_last_day_of_an_action_is_too_late() -> None:
    (prior,) = (p for p in content("priors").priors if p.id == "council_latency")
    assert sorted(prior.values) == list(load("baseline").council.latency)
    assert len(prior.values) == len(prior.see)
    world = World(load("member", {"council.chair_delay": 0, "crisis.campaign.duration": 25}))
    assert world.sessions.timely(world.chairs, "Israel", "strike").item() == pytest.approx(2 / 7)
    assert world.sessions.timely(world.chairs, "Israel", "campaign").item() == pytest.approx(5 / 7)


def test_a_chair_with_ties_to_the_attacker_takes_longer() -> None:
    slow = {"council.chair_delay": 10, "states.Kyrgyzstan.ties.Israel": 0.5, "council.latency": [0]}
    columns = World(sure("consensus").with_({**slow, "start": "2025-03"}), replicates=64).run().columns
    assert (columns["council_days"][columns["invoked"]] == 5).all()
    assert columns["invoked"].any()


def test_votes_foreseen_are_the_stances_of_known_latents() -> None:
    world = World(sure("consensus", response__shock=0))
    chances = world.odds("Russia", "vote", attacker="Israel").probabilities.ravel()
    assert chances.sum() == pytest.approx(1.0, abs=1e-12)
    assert (chances > 0).all()
    alone = World(sure("leader", response__shock=0)).odds("Council", "decide").probabilities.ravel()
    assert alone[2] + alone[3] == pytest.approx(float(chances[2]), abs=1e-12)
    with pytest.raises(InputError, match="does not decide"):
        world.odds("Council", "respond")


def test_the_log_tells_who_chaired_how_long_it_took_and_at_what_odds() -> None:
    world = World(sure("majority"), log=True)
    world.run()
    assert world.log is not None
    (row,) = (row for row in world.log.rows if row.get("event") == "Council decides")
    assert row["rule"] == "majority"
    assert row["chair"] == "Kyrgyzstan"
    assert 0 < row["chance_of_mandate"] < 1
    assert row["in_time"] == (row["days"] < 1)
