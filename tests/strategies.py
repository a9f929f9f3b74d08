"""Hypothesis strategies: parameters as a file would give them, and scenarios that differ from the shipped baseline."""

from typing import Any

from hypothesis import strategies as st

from sim.scenario import Scenario, load

finite = st.floats(-1e6, 1e6, allow_nan=False)
positive = st.floats(1e-3, 1e3)
share = st.floats(0.0, 1.0)


def _rising(count: int) -> st.SearchStrategy[list[float]]:
    """Numbers that rise from first to last; only neighbours inside may be equal."""
    return (
        st.lists(st.integers(-1000, 1000), min_size=count, max_size=count)
        .map(sorted)
        .filter(lambda values: values[0] < values[-1])
        .map(lambda values: [value / 8 for value in values])
    )


def distributions() -> st.SearchStrategy[dict[str, Any]]:
    """A distribution in a field without bounds."""
    return st.one_of(
        st.tuples(finite, positive).map(lambda v: {"normal": list(v)}),
        _rising(2).map(lambda v: {"uniform": v}),
        _rising(3).map(lambda v: {"triangular": v}),
        st.tuples(positive, st.floats(0.01, 5.0)).map(lambda v: {"lognormal": list(v)}),
        st.tuples(st.floats(0.2, 50.0), st.floats(0.2, 50.0)).map(lambda v: {"beta": list(v)}),
        st.tuples(finite, positive, _rising(2)).map(lambda v: {"truncated_normal": [v[0], v[1], *v[2]]}),
    )


def parameters() -> st.SearchStrategy[Any]:
    """A parameter as a file would give it, in a field without bounds."""
    sourced = st.tuples(distributions(), st.text("abc ", max_size=5)).map(lambda v: {**v[0], "source": v[1]})
    return st.one_of(finite, finite.map(lambda v: {"value": v}), distributions(), sourced)


def overrides() -> st.SearchStrategy[dict[str, Any]]:
    """Overrides that the shipped baseline takes."""
    return st.fixed_dictionaries(
        {},
        optional={
            "states.Russia.resolve": parameters(),
            "states.Russia.resolve.source": st.just("a test"),
            "perception.bias": parameters(),
            "perception.acuity": share,
            "council.oppose_below": finite,
            "horizon": st.integers(1, 600),
            "channels.commitment": st.booleans(),
            "states.Israel.deterrence": positive,
        },
    )


def scenarios() -> st.SearchStrategy[Scenario]:
    """A scenario that differs from the shipped baseline."""
    return overrides().map(lambda changes: load("baseline", changes))
