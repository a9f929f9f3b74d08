"""What a key of the record stands for: a number, a distribution, or draws from the posterior."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    """A known number; `source` says briefly where it comes from."""

    value: float
    source: str


@dataclass(frozen=True)
class Normal:
    """A number known with an error; `sd` is above 0."""

    mean: float
    sd: float
    source: str


@dataclass(frozen=True)
class Uniform:
    """A number known by its bounds only, low <= high."""

    low: float
    high: float
    source: str


@dataclass(frozen=True)
class Draws:
    """A column of the posterior: `posterior().columns[column]`."""

    column: str
    source: str


RecordValue = Number | Normal | Uniform | Draws
