"""Keys into the record, such as `states.Russia.cinc_2016`, and the value under each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sim.reading import InputError, Problem, did_you_mean
from sim.record.load import content
from sim.record.posterior import posterior
from sim.record.schemas.base import Range
from sim.record.schemas.literature import ReliabilityCount
from sim.record.values import Draws, Normal, Number, RecordValue, Uniform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.record.schemas.base import Entry
    from sim.record.schemas.prior import Prior
    from sim.record.schemas.series import Series
    from sim.record.schemas.state import StateFacts

FAMILIES: Final = ("credibility", "states", "series", "priors", "literature")
"""First words of the keys."""

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_NOT_VALUES = frozenset({"id", "confidence", "unverified", "unverified_parts", "derived", "see", "sources"})


def lookup(key: str) -> RecordValue:
    """Return what the record says under a key.

    `credibility.<column>` draws from the posterior; `states.<State>.<field>` and `states.<State>.ties.<Other>` a
    number, or a range as a uniform distribution; `series.<name>.<YYYY-MM>` the level in a month, linear between the
    points, with its error; `priors.<name>` and `literature.<id>.<field>` a number or a distribution.

    Raises:
        InputError: there is no such key (with the nearest one), or the month lies outside the series.
    """
    family, _, rest = key.partition(".")
    match family:
        case "credibility":
            return _draws(key, rest)
        case "series":
            return _level(key, rest)
        case "states" | "priors" | "literature":
            found = _table(family).get(rest)
            return found if found is not None else _unknown(key)
        case _:
            return _unknown(key)


def keys() -> tuple[str, ...]:
    """Return every key that `lookup` knows; of a series, the months of its points."""
    names = [f"{family}.{rest}" for family in ("states", "priors", "literature") for rest in _table(family)]
    series = [f"series.{one.id}.{point.month}" for one in content("series").series for point in one.points]
    return (*names, *series, *(f"credibility.{column}" for column in _columns()))


@cache
def _table(family: str) -> Mapping[str, RecordValue]:
    return MappingProxyType(dict(_pairs(family)))


def _unknown(key: str) -> RecordValue:
    raise InputError(Problem(None, None, None, key, "the record has no such key", did_you_mean(key, keys())))


def _columns() -> tuple[str, ...]:
    try:
        return tuple(posterior().columns)
    except InputError:  # not estimated yet: the rest of the record can still be read
        return ()


def _draws(key: str, column: str) -> RecordValue:
    fitted = posterior()
    if column not in fitted.columns:
        return _unknown(key)
    return Draws(column, f"posterior of the response, {fitted.draws} draws (credibility.parquet {fitted.digest[:12]})")


def _pairs(family: str) -> Iterator[tuple[str, RecordValue]]:
    """Yield (rest of the key, value) of a family of numbers."""
    match family:
        case "states":
            for state in content("states").states:
                yield from _state(state)
        case "priors":
            for prior in content("priors").priors:
                yield prior.id, _prior(prior)
        case _:
            file = content("literature")
            for entry in (*file.studies, *file.counts, *file.targeting, file.immediate_deterrence):
                yield from _numbers(entry)


def _state(state: StateFacts) -> Iterator[tuple[str, RecordValue]]:
    for name in type(state).model_fields:
        value = getattr(state, name)
        if name not in _NOT_VALUES and name != "cow_code" and _is_quantity(value):
            yield f"{state.id}.{name}", _quantity(value, state_source(state, name))
    for other, tie in (state.ties or {}).items():
        yield f"{state.id}.ties.{other}", _quantity(tie.value, tie.source)


def state_source(state: StateFacts, field: str) -> str:
    """Say in short where a number of a state comes from."""
    sources = ", ".join(state.field_sources.get(field, ()))
    marks = [
        *(["convention"] if field in state.conventions else []),
        *(["unverified"] if field in state.unverified_parts else []),
    ]
    return "; ".join(part for part in (sources, *marks) if part) or "states.yaml"


def _prior(prior: Prior) -> RecordValue:
    source = f"{prior.basis}: {prior.note}"
    if prior.normal is not None:
        return Normal(prior.normal.mean, prior.normal.sd, source)
    return _quantity(prior.value if prior.uniform is None else prior.uniform, source)


def _numbers(entry: Entry) -> Iterator[tuple[str, RecordValue]]:
    """Yield the numbers of an entry, those in tables by their names."""
    mark = "; unverified" if entry.unverified else ""
    source = (", ".join(entry.sources) or entry.id) + mark
    for name in type(entry).model_fields:
        value = getattr(entry, name)
        unverified = "; unverified" if name in entry.unverified_parts else ""
        if name in _NOT_VALUES:
            continue
        if _is_quantity(value):
            yield f"{entry.id}.{name}", _quantity(value, source + unverified)
        elif isinstance(value, Mapping):
            for part, inner in value.items():
                yield f"{entry.id}.{name}.{part}", _quantity(inner, source)
    if isinstance(entry, ReliabilityCount):
        yield f"{entry.id}.share", Number(entry.honoured / entry.opportunities, source)


def _is_quantity(value: Any) -> bool:
    """Tell a number or a closed range from anything else."""
    if isinstance(value, Range):
        return value.low is not None and value.high is not None
    return isinstance(value, int | float) and not isinstance(value, bool)


def _quantity(value: Any, source: str) -> RecordValue:
    if isinstance(value, Range):
        low, high = value.low, value.high
        if low is None or high is None:
            raise ValueError("an open range is no distribution")
        return Uniform(low, high, source)
    return Number(float(value), source)


def _level(key: str, rest: str) -> RecordValue:
    name, _, month = rest.rpartition(".")
    found = next((one for one in content("series").series if one.id == name), None)
    if found is None:
        return _unknown(key)
    if not _MONTH.fullmatch(month):
        raise InputError(Problem(None, None, None, key, "a key of a series ends with a month, YYYY-MM"))
    first, last = found.points[0].month, found.points[-1].month
    if not first <= month <= last:
        raise InputError(Problem(None, None, None, key, f"the series runs from {first} to {last}"))
    mean, error = interpolated(found, month)
    return Normal(mean, error, f"series.yaml {name}, {found.unit}")


def interpolated(series: Series, month: str) -> tuple[float, float]:
    """Return (value, error) of a month of a series: both linear in months between the neighbouring points."""
    at = _count(month)
    for left, right in pairwise(series.points):
        start, end = _count(left.month), _count(right.month)
        if start <= at <= end:
            share = (at - start) / (end - start)
            return (
                left.value + share * (right.value - left.value),
                left.error + share * (right.error - left.error),
            )
    raise ValueError(f"{month} lies outside the series")


def _count(month: str) -> int:
    year, number = month.split("-")
    return 12 * int(year) + int(number)
