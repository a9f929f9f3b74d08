"""A parameter of a scenario: a number, a distribution for what is not known, or a reference into the record.

In a file a parameter is written as one of

    0.3                                 {value: 0.3, source: "..."}
    {normal: [mean, sd]}                {truncated_normal: [mean, sd, low, high]}
    {uniform: [low, high]}              {triangular: [low, mode, high]}
    {lognormal: [median, sigma]}        {beta: [a, b]}
    {record: key, shift: number}

each mapping with an optional `source`. `Annotated[Leaf, Within(0.0, 1.0)]` is a field that holds one within bounds.
"""

from sim.scenario.forms import (
    FORMS,
    Beta,
    Lognormal,
    Normal,
    Number,
    Recorded,
    Triangular,
    TruncatedNormal,
    Uniform,
)
from sim.scenario.leaf import Leaf, Within

__all__ = [
    "FORMS",
    "Beta",
    "Leaf",
    "Lognormal",
    "Normal",
    "Number",
    "Recorded",
    "Triangular",
    "TruncatedNormal",
    "Uniform",
    "Within",
]
