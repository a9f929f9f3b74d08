"""What each shipped scenario changes is what it says it changes: directions and identities on small batches."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_array_equal

from sim.scenario import load
from sim.world import World
from worlds import frozen, quiet

TRIALS = 120


def fresh(name: str, **overrides: object) -> World:
    changes = {key.replace("__", "."): value for key, value in overrides.items()}
    return World(load(name, changes), replicates=TRIALS, seed=1)


def at_least(world: World, level: int, state: str = "Russia") -> float:
    """Chance that a guarantor answers a strike at this level or more, as things stand."""
    return float(world.odds(state, "respond").probabilities[level:].sum(axis=0).mean())


def overt(world: World, challenger: str = "Israel") -> float:
    return float(world.odds(challenger, "challenge").probabilities[1].mean())


def refused(world: World) -> float:
    decided = world.odds("Council", "decide")
    return float(decided.probabilities[decided.options.index("refused")].mean())


def test_russia_unstretched_is_likelier_to_act_and_weighs_more() -> None:
    stretched, free = fresh("member"), fresh("russia-unstretched")
    assert at_least(free, 1) > at_least(stretched, 1)
    assert (stretched.guarantors[0].weight < 0.6).all()
    assert_array_equal(free.guarantors[0].weight, 1.0)


def test_the_alliance_as_claimed_fights_and_deters() -> None:
    claimed = fresh("member-as-claimed")
    assert all(at_least(claimed, 3, guarantor.name) > 0.99 for guarantor in claimed.guarantors)
    assert refused(claimed) == 0.0
    assert overt(claimed) < 0.1 < overt(fresh("member"))


def test_a_resolved_and_believed_alliance_stands_between_the_record_and_the_claims() -> None:
    assert overt(fresh("member-as-claimed")) < overt(fresh("nato-like")) < overt(fresh("member"))


def test_armenia_back_is_one_more_voice_that_can_refuse() -> None:
    without, back = fresh("member"), fresh("armenia-returns")
    assert refused(back) > refused(without)
    armenia = back.guarantors[1]
    assert armenia.name == "Armenia"
    assert armenia.weight.max() < 0.04


def test_a_clause_with_russia_alone_knows_no_council() -> None:
    world = fresh("dprk-clause")
    columns = world.run().columns
    assert columns["invoked"].any()
    assert (columns["mandate"] == -1).all()
    others = [guarantor.name for guarantor in world.guarantors[1:]]
    assert all((columns[f"level_{name}"] <= 0).all() for name in others)
    assert (columns["level_Russia"] > 0).any()


def test_without_a_vote_nobody_is_refused() -> None:
    world = fresh("each-as-it-deems")
    assert refused(world) == 0.0
    columns = world.run().columns
    assert columns["invoked"].any()
    assert (columns["mandate"] == -1).all()


def test_an_observer_is_an_outsider_but_for_alignment() -> None:
    observer = fresh("observer", channels__alignment=False).run().columns
    outsider = fresh("outsider", channels__alignment=False).run().columns
    for name, column in outsider.items():
        assert_array_equal(observer[name], column, err_msg=name)
    aligned = fresh("observer").run().columns
    assert any((aligned[name] != column).any() for name, column in outsider.items())


def test_a_deal_takes_away_what_there_is_to_strike() -> None:
    deal, none = fresh("deal").run().columns, fresh("outsider").run().columns
    assert deal["threat_end"].mean() < 0.5 * none["threat_end"].mean()
    assert deal["attacks"].mean() < none["attacks"].mean()


def test_the_threshold_is_neared_where_nobody_strikes() -> None:
    end = (
        World(
            quiet(
                frozen("threshold"),
                environment__threat__drift=0.045,
                states__Israel__actions=[],
                **{"states.United States.actions": []},
            )
        )
        .run()
        .columns["threat_end"]
    )
    assert 1.8 < end[0, 0] <= 2.0


def test_rivals_that_arm_raise_tension_and_lose_less() -> None:
    calm, armed = fresh("member"), fresh("rivals-arm")
    for _ in range(12):
        calm.step()
        armed.step()
    assert armed.tension.mean() > calm.tension.mean() + 0.1
    assert (armed.values["states.Israel.strike.loss"] < calm.values["states.Israel.strike.loss"]).all()


def test_covert_action_sets_the_programme_back_and_calls_no_council() -> None:
    only = {f"states__{name}__actions": ["covert"] for name in ("Israel", "United States")}
    acting, idle = (
        fresh("member", **only).run().columns,
        fresh("member", states__Israel__actions=[], **{"states__United States__actions": []}).run().columns,
    )
    assert acting["covert"].mean() > 1.0
    assert (acting["threat_end"] <= idle["threat_end"]).all()
    assert acting["threat_end"].mean() < idle["threat_end"].mean()
    assert not acting["attacks"].any()
    assert not acting["invoked"].any()


def test_a_patron_that_joins_makes_the_attack_worse_and_a_clash_possible() -> None:
    columns = World(load("nato-like"), replicates=500, seed=1).run().columns
    clash = columns["clash"].astype(bool)
    fights = columns["leader_combat"].astype(bool)
    by_patron = columns["first_attacker"] == 1
    assert clash.any()
    assert (fights & (columns["patron_joined"].astype(bool) | by_patron | (columns["attacks"] > 1)))[clash].all()


def test_help_comes_without_a_treaty_too() -> None:
    columns = fresh("outsider").run().columns
    assert not columns["invoked"].any()
    assert (columns["level_Russia"] == 1).any()


def test_a_challengers_type_is_drawn_once_and_stays() -> None:
    known = {f"states.{name}.threat_weight": 0.25 for name in ("Israel", "United States")}
    world = fresh("outsider", **known)
    before = {challenger.name: challenger.motives.kind.copy() for challenger in world.challengers}
    world.run()
    for challenger in world.challengers:
        assert_array_equal(challenger.motives.kind, before[challenger.name])
        assert 0.2 < float(np.log(challenger.motives.kind).std()) < 0.3
    assert (before["Israel"] != before["United States"]).all()
