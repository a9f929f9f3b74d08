from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.world.streams import BLOCK, Streams, stable_hash


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**64 - 1),
    block=st.integers(0, 2**20),
    start=st.integers(0, BLOCK - 1),
    length=st.integers(1, 40),
    alternatives=st.integers(1, 7),
    step=st.integers(0, 600),
)
def test_a_draw_depends_on_its_address_alone(
    seed: int, block: int, start: int, length: int, alternatives: int, step: int
) -> None:
    length = min(length, BLOCK - start)
    whole = Streams(seed, block * BLOCK, BLOCK)
    part = Streams(seed, block * BLOCK + start, length)
    part.uniform("something drawn before", 3, 1, 2)
    expected = whole.uniform("name", step, 0, alternatives)[:, start : start + length]
    assert np.array_equal(part.uniform("name", step, 0, alternatives), expected)


def test_streams_of_other_names_steps_exchanges_seeds_and_blocks_differ() -> None:
    base = Streams(1, 0, 64).uniform("a", 0)
    others = [
        Streams(1, 0, 64).uniform("b", 0),
        Streams(1, 0, 64).uniform("a", 1),
        Streams(1, 0, 64).uniform("a", 0, 1),
        Streams(2, 0, 64).uniform("a", 0),
        Streams(1, BLOCK, 64).uniform("a", 0),
    ]
    for other in others:
        assert not np.isin(other, base).any()


def test_shapes_of_luck() -> None:
    streams = Streams(3, 0, BLOCK)
    assert stats.kstest(streams.uniform("u", 0)[0], "uniform").pvalue > 1e-4
    assert stats.kstest(streams.normal("n", 0), "norm").pvalue > 1e-4
    assert stats.kstest(streams.logistic("l", 0), "logistic").pvalue > 1e-4
    assert stats.kstest(streams.gumbel("g", 0)[0], "gumbel_r").pvalue > 1e-4


@pytest.mark.parametrize(("first", "replicates"), [(BLOCK - 3, 5), (0, 2 * BLOCK), (5, 2 * BLOCK + 1)])
def test_trials_of_several_blocks_have_the_draws_of_each(first: int, replicates: int) -> None:
    whole = Streams(8, first, replicates).uniform("a", 3, 1, 3)
    parts, trial = [], first
    while trial < first + replicates:
        length = min((trial // BLOCK + 1) * BLOCK, first + replicates) - trial
        parts.append(Streams(8, trial, length).uniform("a", 3, 1, 3))
        trial += length
    assert np.array_equal(whole, np.concatenate(parts, axis=1))


def test_the_hash_of_a_name_never_changes() -> None:
    assert stable_hash("challenge/Israel") == 4731779087555117026
