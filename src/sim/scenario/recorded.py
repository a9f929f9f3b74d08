"""What a reference into the record stands for, in a scenario."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from sim.reading import SHOWN_PROBLEMS, InputError, Problem
from sim.scenario import forms
from sim.scenario.leaf import Form, Leaf, plainly

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.record import values

Spotter = Callable[[tuple[str | int, ...]], tuple[str | None, int | None, int | None]]


def look_up(leaf: forms.Recorded) -> values.RecordValue:
    """Return what the record holds under the key of a parameter.

    Raises:
        InputError: There is no such key.
    """
    return _found(leaf.record)


@functools.lru_cache(maxsize=4096)
def _found(key: str) -> values.RecordValue:
    from sim.record import lookup  # noqa: PLC0415 - brings the whole record

    return lookup(key)


def check_records(parameters: Mapping[str, Leaf], spot: Spotter) -> list[Problem]:
    """Return a problem for every reference to a key that does not exist, or to a number out of its field's bounds.

    No more references are looked up once there are as many problems as are shown: each takes a walk over the record.
    """
    problems: list[Problem] = []
    told: set[str] = set()
    for name, leaf in parameters.items():
        if not isinstance(leaf, forms.Recorded):
            continue
        if len(problems) >= SHOWN_PROBLEMS:
            break
        place = spot(tuple(name.split(".")))
        try:
            found = look_up(leaf)
        except InputError as error:
            # Where the record itself cannot be read, every reference fails alike: that is told once.
            fresh = [item for item in error.problems if item.message not in told]
            told.update(item.message for item in fresh)
            problems += [Problem(*place, f"{name}.record", item.message, item.hint) for item in fresh]
            continue
        low, high = leaf.support()
        for value in _ends(found, leaf.shift):
            if not low <= value <= high:
                side = f"below its minimum {low}" if value < low else f"above its maximum {high}"
                problems.append(Problem(*place, name, f"{plainly(value)}, from {leaf.text()}, is {side}"))
    return problems


def quantiles(leaf: forms.Recorded, q: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return quantiles of what the record holds, shifted, and clipped to the bounds of the field."""
    import numpy as np  # noqa: PLC0415 - heavy

    held = held_by(leaf)
    levels = held.ppf(q) if isinstance(held, Form) else np.quantile(held, q)
    return clipped(leaf, levels + leaf.shift)


def clipped(leaf: forms.Recorded, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return numbers cut off at the bounds of the field."""
    import numpy as np  # noqa: PLC0415 - heavy

    low, high = leaf.support()
    return np.clip(numbers, low, high)


def held_by(leaf: forms.Recorded) -> Form | NDArray[np.float64]:
    """Return what the record holds, before the shift: a form of parameter, or posterior draws of shape (draws,).

    Raises:
        InputError: There is no such key.
    """
    from sim.record import posterior, values  # noqa: PLC0415 - brings the whole record

    match look_up(leaf):
        case values.Number(value=value):
            return forms.Number(value=value)
        case values.Normal(mean=mean, sd=sd):
            return forms.Normal(normal=(mean, sd)) if sd > 0.0 else forms.Number(value=mean)
        case values.Uniform(low=low, high=high):
            return forms.Uniform(uniform=(low, high)) if low < high else forms.Number(value=low)
        case values.Draws(column=column):
            return posterior().columns[column]


def _ends(found: values.RecordValue, shift: float) -> tuple[float, ...]:
    """Return the numbers that must lie within bounds: a number itself, a range's two ends."""
    from sim.record import values  # noqa: PLC0415 - brings the whole record

    match found:
        case values.Number(value=value):
            return (value + shift,)
        case values.Uniform(low=low, high=high):
            return low + shift, high + shift
        case _:
            return ()
