"""What a reference into the record stands for, in a scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sim.reading import InputError, Problem
from sim.scenario.forms import Number, Recorded
from sim.scenario.forms import Normal as NormalForm
from sim.scenario.forms import Uniform as UniformForm
from sim.scenario.leaf import Form, Leaf, plainly

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.record import RecordValue

Spotter = Callable[[tuple[str | int, ...]], tuple[str | None, int | None, int | None]]


def look_up(leaf: Recorded) -> RecordValue:
    """Return what the record holds under the key of a parameter.

    Raises:
        InputError: There is no such key.
    """
    from sim.record import lookup  # noqa: PLC0415 - reads the record

    return lookup(leaf.record)


def check_records(parameters: Mapping[str, Leaf], spot: Spotter) -> list[Problem]:
    """Return a problem for every reference to a key that does not exist, or to a number out of its field's bounds."""
    problems: list[Problem] = []
    for name, leaf in parameters.items():
        if not isinstance(leaf, Recorded):
            continue
        place = spot(tuple(name.split(".")))
        try:
            found = look_up(leaf)
        except InputError as error:
            problems += [Problem(*place, f"{name}.record", item.message, item.hint) for item in error.problems]
            continue
        low, high = leaf.support()
        for value in _ends(found, leaf.shift):
            if not low <= value <= high:
                side = f"below its minimum {low}" if value < low else f"above its maximum {high}"
                problems.append(Problem(*place, name, f"{plainly(value)}, from {leaf.text()}, is {side}"))
    return problems


def quantiles(leaf: Recorded, q: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return quantiles of what the record holds, shifted, and clipped to the bounds of the field."""
    import numpy as np  # noqa: PLC0415 - heavy

    draws = draws_of(leaf)
    form = form_of(leaf)
    values = np.quantile(draws, q) if draws is not None else form.ppf(q) if form is not None else np.full_like(q, 0.0)
    return clipped(leaf, values + leaf.shift)


def clipped(leaf: Recorded, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values cut off at the bounds of the field."""
    import numpy as np  # noqa: PLC0415 - heavy

    low, high = leaf.support()
    return np.clip(values, low, high)


def form_of(leaf: Recorded) -> Form | None:
    """Return what the record holds as a form of parameter, before the shift; None for posterior draws."""
    from sim import record  # noqa: PLC0415 - reads the record

    found: Any = look_up(leaf)
    if isinstance(found, record.Number):
        return Number(value=found.value)
    if isinstance(found, record.Normal):
        return NormalForm(normal=(found.mean, found.sd)) if found.sd > 0.0 else Number(value=found.mean)
    if isinstance(found, record.Uniform):
        return UniformForm(uniform=(found.low, found.high)) if found.low < found.high else Number(value=found.low)
    return None


def draws_of(leaf: Recorded) -> NDArray[np.float64] | None:
    """Return the posterior draws under the key, shape (draws,); None if the record holds something else there."""
    from sim import record  # noqa: PLC0415 - reads the record

    found: Any = look_up(leaf)
    if not isinstance(found, record.Draws):
        return None
    return record.posterior().columns[found.column]


def _ends(found: Any, shift: float) -> tuple[float, ...]:
    """Return the numbers that must lie within bounds: a number itself, a range's two ends."""
    from sim import record  # noqa: PLC0415 - reads the record

    if isinstance(found, record.Number):
        return (found.value + shift,)
    if isinstance(found, record.Uniform):
        return found.low + shift, found.high + shift
    return ()
