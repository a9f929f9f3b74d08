"""A record of a few invented numbers, so that these tests hold whatever the real one says."""

import functools
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest

import sim.record
from sim.reading import InputError, Problem
from sim.record import values
from sim.scenario import recorded
from sim.scenario.tabulate import over_sets

DRAWS = 4000


def look_up(key: str) -> values.RecordValue:
    if "nowhere" in key:
        raise InputError(Problem(None, None, None, key, "the record has no such key", 'Did you mean "somewhere"?'))
    if key.startswith("credibility."):
        return values.Draws(key.removeprefix("credibility."), "invented draws")
    if key.startswith("series."):
        return values.Normal(0.9, 0.2, "invented series")
    if key.startswith("priors."):
        # What the shipped scenarios refer to must fit every field's bounds; the tests' own keys span a range.
        return (
            values.Number(1.0, "invented prior") if key in lookup_keys() else values.Uniform(1.0, 2.0, "invented range")
        )
    return values.Number(0.25, "invented number")


@functools.cache
def lookup_keys() -> frozenset[str]:
    return frozenset(sim.record.keys())


@pytest.fixture(autouse=True)
def invented_record(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    over_sets.cache_clear()
    if request.path.name != "test_shipped.py":
        draws = np.arange(DRAWS) / 1000.0 - 2.0
        columns = dict.fromkeys(("a", "b"), draws) | {"resolve.Russia": draws}
        fitted = SimpleNamespace(columns=_Any(columns, draws), draws=DRAWS)
        monkeypatch.setattr(recorded, "_found", look_up)
        monkeypatch.setattr(sim.record, "posterior", lambda: fitted)
    yield
    over_sets.cache_clear()


class _Any(dict[str, np.ndarray]):
    """Columns by name; the same for a name not listed."""

    def __init__(self, columns: dict[str, np.ndarray], other: np.ndarray) -> None:
        super().__init__(columns)
        self.other = other

    def __missing__(self, name: str) -> np.ndarray:
        return self.other
