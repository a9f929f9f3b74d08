"""Shapley's axioms, a split worked out by hand, and errors of paired trials against repetition."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.experiment.shapley import World, weights, worlds

CHANNELS = ("commitment", "capability", "alignment")
number = st.floats(-1e6, 1e6, allow_nan=False)
games = st.integers(1, 4).flatmap(lambda k: st.lists(number, min_size=2**k, max_size=2**k))


def played(values: list[float]) -> tuple[tuple[str, ...], dict[World, float]]:
    factors = tuple("abcd"[: (len(values)).bit_length() - 1])
    return factors, dict(zip(worlds(factors), values, strict=True))


def split(factors: tuple[str, ...], values: dict[World, float]) -> dict[str, Fraction]:
    """Shares by the weights."""
    order = worlds(factors)
    return {
        factor: sum((w * Fraction(values[world]) for w, world in zip(row, order, strict=True)), Fraction(0))
        for factor, row in weights(factors).items()
    }


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
    found = split(CHANNELS, values)
    assert [float(found[name]) for name in CHANNELS] == pytest.approx([-0.07, -0.01, -0.03])


@settings(deadline=None)
@given(games)
def test_shares_are_those_of_all_orders_and_add_up(values: list[float]) -> None:
    factors, game = played(values)
    found = split(factors, game)
    assert found == by_orders(factors, game)
    assert sum(found.values()) == Fraction(game[frozenset(factors)]) - Fraction(game[frozenset()])


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
    assert split((*factors, "x"), wider)["x"] == 0
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
    shares = list(split(factors, by_size).values())
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


def test_what_cannot_be_split_is_refused() -> None:
    for factors in ((), ("a", "a"), tuple("abcdefghi")):
        with pytest.raises(ValueError, match="different factors"):
            worlds(factors)
