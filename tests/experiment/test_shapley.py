"""Shapley's axioms, a split worked out by hand, and errors of paired trials against repetition."""

from __future__ import annotations

import itertools
import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.experiment.shapley import World, shapley, weights, worlds

CHANNELS = ("commitment", "capability", "alignment")
number = st.floats(-1e6, 1e6, allow_nan=False)
games = st.integers(1, 4).flatmap(lambda k: st.lists(number, min_size=2**k, max_size=2**k))


def played(values: list[float]) -> tuple[tuple[str, ...], dict[World, float]]:
    factors = tuple("abcd"[: (len(values)).bit_length() - 1])
    return factors, dict(zip(worlds(factors), values, strict=True))


def by_orders(factors: tuple[str, ...], values: dict[World, float]) -> dict[str, Fraction]:
    """Brute force: switch the factors on in every order."""
    total = dict.fromkeys(factors, Fraction(0))
    orders = list(itertools.permutations(factors))
    for order in orders:
        for place, factor in enumerate(order):
            before = frozenset(order[:place])
            total[factor] += Fraction(values[before | {factor}]) - Fraction(values[before])
    return {factor: change / len(orders) for factor, change in total.items()}


def test_three_channels_by_hand() -> None:
    # P(attack) falls by 0.06 by commitment, 0.02 more with capability on as well, 0.03 by alignment whatever else is.
    values = {
        world: 0.9
        - 0.06 * ("commitment" in world)
        - 0.02 * ({"commitment", "capability"} <= world)
        - 0.03 * ("alignment" in world)
        for world in worlds(CHANNELS)
    }
    found = shapley(CHANNELS, values)
    assert [found.shares[name].mean for name in CHANNELS] == pytest.approx([-0.07, -0.01, -0.03])
    assert found.effect.mean == pytest.approx(-0.11)
    assert found.alone["capability"] == pytest.approx(0.0)
    assert found.last["capability"] == pytest.approx(-0.02)


@settings(deadline=None)
@given(games)
def test_shares_are_those_of_all_orders_and_add_up(values: list[float]) -> None:
    factors, game = played(values)
    found, exact = shapley(factors, game), by_orders(factors, game)
    assert {name: share.mean for name, share in found.shares.items()} == {
        name: float(share) for name, share in exact.items()
    }
    assert sum(exact.values()) == Fraction(game[frozenset(factors)]) - Fraction(game[frozenset()])
    # In floats each share is rounded once: half a unit in the last place of each.
    slack = sum(math.ulp(share.mean) for share in found.shares.values()) / 2 + math.ulp(found.effect.mean)
    assert abs(math.fsum(share.mean for share in found.shares.values()) - found.effect.mean) <= slack


@settings(deadline=None)
@given(st.integers(1, 8))
def test_weights_sum_to_the_effect_exactly(count: int) -> None:
    factors = "abcdefgh"[:count]
    order = worlds(factors)
    total = [sum(column) for column in zip(*weights(factors).values(), strict=True)]
    assert total == [(world == order[-1]) - (world == order[0]) for world in order]


@settings(deadline=None)
@given(games, number)
def test_a_dummy_gets_what_it_adds_by_itself(values: list[float], own: float) -> None:
    factors, game = played(values)
    wider = {world | extra: value for world, value in game.items() for extra in (frozenset(), frozenset({"x"}))}
    assert shapley((*factors, "x"), wider).shares["x"].mean == 0.0
    exact = {world: Fraction(value) for world, value in wider.items()}
    added = {world: value + (Fraction(own) if "x" in world else 0) for world, value in exact.items()}
    share = sum(
        weight * added[world]
        for weight, world in zip(weights((*factors, "x"))["x"], worlds((*factors, "x")), strict=True)
    )
    assert share == Fraction(own)


@settings(deadline=None)
@given(games)
def test_equals_are_treated_equally(values: list[float]) -> None:
    factors, game = played(values)
    count = len(factors)
    by_size = {world: game[frozenset(factors[: len(world)])] for world in game}
    shares = [share.mean for share in shapley(factors, by_size).shares.values()]
    assert shares == [shares[0]] * count


@settings(deadline=None)
@given(games, games)
def test_the_split_of_a_sum_is_the_sum_of_the_splits(one: list[float], other: list[float]) -> None:
    size = min(len(one), len(other))
    factors, first = played(one[:size])
    _, second = played(other[:size])
    table = weights(factors)
    order = worlds(factors)
    for factor in factors:
        parts = [
            sum(w * Fraction(game[world]) for w, world in zip(table[factor], order, strict=True))
            for game in (first, second)
        ]
        both = sum(
            w * (Fraction(first[world]) + Fraction(second[world]))
            for w, world in zip(table[factor], order, strict=True)
        )
        assert both == sum(parts)
        assert shapley(factors, first).shares[factor].mean == float(parts[0])


def test_errors_of_paired_worlds_are_those_of_repetition() -> None:
    rng = np.random.default_rng(1)
    order = worlds(CHANNELS)
    chance = np.array([0.8 - 0.1 * len(world) for world in order])
    trials, means, told, unpaired = 400, [], [], 0.0
    for _ in range(400):
        attacked = rng.random(trials)[:, None] < chance  # every world sees the same draw
        covariance = np.cov(attacked, rowvar=False) / trials
        found = shapley(CHANNELS, dict(zip(order, attacked.mean(axis=0).tolist(), strict=True)), covariance)
        means.append(found.shares["commitment"].mean)
        told.append(found.shares["commitment"].mc_se or 0.0)
        diagonal = shapley(CHANNELS, dict.fromkeys(order, 0.0), np.diag(np.diag(covariance)))
        unpaired = diagonal.shares["commitment"].mc_se or 0.0
    assert np.std(means) == pytest.approx(np.mean(told), rel=0.12)
    assert np.mean(means) == pytest.approx(-0.1, abs=0.003)
    assert np.mean(told) < 0.8 * unpaired
    assert found.effect.mc_se == pytest.approx(math.sqrt(0.3 * 0.7 / trials), rel=0.15)


def test_json() -> None:
    found = shapley(("a",), {frozenset(): 0.5, frozenset({"a"}): 0.25}).to_json()
    assert json.loads(json.dumps(found, allow_nan=False)) == {
        "effect": {"mean": -0.25, "mc_se": None, "interval": None},
        "shares": {"a": {"mean": -0.25, "mc_se": None, "interval": None, "alone": -0.25, "last": -0.25}},
    }


def test_what_cannot_be_split_is_refused() -> None:
    with pytest.raises(ValueError, match="no value of the worlds with"):
        shapley(("a",), {frozenset(): 0.5})
    with pytest.raises(ValueError, match="no value of the worlds with"):
        shapley(("a",), {frozenset(): 0.5, frozenset({"a"}): math.nan})
    with pytest.raises(ValueError, match="covariance of shape"):
        shapley(("a",), {frozenset(): 0.5, frozenset({"a"}): 0.1}, np.eye(3))
    for factors in ((), ("a", "a"), tuple("abcdefghi")):
        with pytest.raises(ValueError, match="different factors"):
            worlds(factors)
