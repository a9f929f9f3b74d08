"""The forms a parameter can have."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

from pydantic import Field, field_validator

from sim.scenario.leaf import Bound, Form, plainly

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Numbers = TypeVar("Numbers", bound=tuple[float, ...])
Finite = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-1e15, le=1e15)]


class Number(Form):
    """A number that is taken as known."""

    form: ClassVar[str] = "value"

    value: Finite
    """The number."""

    def support(self) -> tuple[float, float]:
        """Return the number twice."""
        return self.value, self.value

    def ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the number in the shape of `q`."""
        return q * 0.0 + self.value

    def plain(self) -> Any:
        """Return the bare number, or a mapping if it has a source."""
        return self.value if self.source is None else super().plain()


class Normal(Form):
    """A normal distribution."""

    form: ClassVar[str] = "normal"

    normal: tuple[Finite, Finite]
    """Mean and standard deviation."""

    @field_validator("normal")
    @classmethod
    def _spread(cls, value: tuple[float, float]) -> tuple[float, float]:
        return _positive(value, 1, "standard deviation")

    def support(self) -> tuple[float, float]:
        """Return minus and plus infinity."""
        return -math.inf, math.inf

    def ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return quantiles."""
        from scipy.special import ndtri  # noqa: PLC0415 - heavy

        mean, deviation = self.normal
        return mean + deviation * ndtri(q)


class TruncatedNormal(Form):
    """A normal distribution cut off at a least and a greatest value; mean and deviation are those before the cut."""

    form: ClassVar[str] = "truncated_normal"

    truncated_normal: tuple[Finite, Finite, Finite, Finite]
    """Mean, standard deviation, least, greatest."""

    @field_validator("truncated_normal")
    @classmethod
    def _ordered(cls, value: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        _rising(value[2:])
        return _positive(value, 1, "standard deviation")

    def support(self) -> tuple[float, float]:
        """Return the cuts."""
        return self.truncated_normal[2], self.truncated_normal[3]

    def ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return quantiles, by log probabilities of the tail that lies farther from the mean: exact far out too."""
        import numpy as np  # noqa: PLC0415 - heavy
        from scipy.special import log_ndtr, ndtri_exp  # noqa: PLC0415 - heavy

        mean, deviation, low, high = self.truncated_normal
        a, b = (low - mean) / deviation, (high - mean) / deviation
        if a + b > 0:
            a, b, q, sign = -b, -a, 1.0 - q, -1.0
        else:
            sign = 1.0
        cumulated = np.logaddexp(log_ndtr(a) + np.log1p(-q), log_ndtr(b) + np.log(q))
        return np.clip(mean + sign * deviation * ndtri_exp(cumulated), low, high)


class Uniform(Form):
    """A uniform distribution: every value between two ends is as likely."""

    form: ClassVar[str] = "uniform"

    uniform: tuple[Finite, Finite]
    """Least and greatest."""

    @field_validator("uniform")
    @classmethod
    def _ordered(cls, value: tuple[float, float]) -> tuple[float, float]:
        _rising(value)
        return value

    def support(self) -> tuple[float, float]:
        """Return the ends."""
        return self.uniform

    def ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return quantiles."""
        low, high = self.uniform
        return low + (high - low) * q


class Lognormal(Form):
    """A lognormal distribution: its logarithm is normal."""

    form: ClassVar[str] = "lognormal"

    lognormal: tuple[Finite, Finite]
    """Median, and standard deviation of the natural logarithm."""

    @field_validator("lognormal")
    @classmethod
    def _sizes(cls, value: tuple[float, float]) -> tuple[float, float]:
        _positive(value, 0, "median")
        if value[1] > 20.0:
            raise ValueError(f"sigma {plainly(value[1])} is above its maximum 20; it is on the scale of logarithms")
        return _positive(value, 1, "sigma")

    def support(self) -> tuple[float, float]:
        """Return 0 and infinity."""
        return 0.0, math.inf

    def ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return quantiles."""
        import numpy as np  # noqa: PLC0415 - heavy
        from scipy.special import ndtri  # noqa: PLC0415 - heavy

        median, sigma = self.lognormal
        return median * np.exp(sigma * ndtri(q))


class Beta(Form):
    """A beta distribution on [0, 1]."""

    form: ClassVar[str] = "beta"

    beta: tuple[Finite, Finite]
    """Both shapes; the mean is a / (a + b)."""

    @field_validator("beta")
    @classmethod
    def _shapes(cls, value: tuple[float, float]) -> tuple[float, float]:
        _positive(value, 0, "first shape")
        return _positive(value, 1, "second shape")

    def support(self) -> tuple[float, float]:
        """Return 0 and 1."""
        return 0.0, 1.0

    def ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return quantiles."""
        from scipy.special import betaincinv  # noqa: PLC0415 - heavy

        return betaincinv(*self.beta, q)


class Triangular(Form):
    """A triangular distribution."""

    form: ClassVar[str] = "triangular"

    triangular: tuple[Finite, Finite, Finite]
    """Least, most likely, greatest."""

    @field_validator("triangular")
    @classmethod
    def _ordered(cls, value: tuple[float, float, float]) -> tuple[float, float, float]:
        low, mode, high = value
        _rising((low, high))
        if not low <= mode <= high:
            raise ValueError(f"the mode {plainly(mode)} must lie between {plainly(low)} and {plainly(high)}")
        return value

    def support(self) -> tuple[float, float]:
        """Return the ends."""
        return self.triangular[0], self.triangular[2]

    def ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return quantiles."""
        import numpy as np  # noqa: PLC0415 - heavy

        low, mode, high = self.triangular
        width = high - low
        rising = low + np.sqrt(q * width * (mode - low))
        falling = high - np.sqrt((1.0 - q) * width * (high - mode))
        return np.where(q * width < mode - low, rising, falling)


class Recorded(Form):
    """What the record says under a key, shifted by a number.

    In a field with bounds, the draws and normal distributions of the record are clipped to them; a number or a range
    of the record must lie within them.
    """

    form: ClassVar[str] = "record"

    record: Annotated[str, Field(min_length=1, max_length=200)]
    """Key of the record, for instance `credibility.in_force`."""

    shift: Finite = 0.0
    """Added to what the record says."""

    def support(self) -> tuple[float, float]:
        """Return the bounds of the field: what the record holds is looked up when a scenario is loaded."""
        low, high = self.bounds
        return -math.inf if low is None else low, math.inf if high is None else high

    def _check(self, low: Bound, high: Bound) -> None:
        """Leave the check to the loading of a scenario, which looks the key up."""

    def ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return quantiles of what the record holds."""
        from sim.scenario.recorded import quantiles  # noqa: PLC0415 - reads the record

        return quantiles(self, q)

    def plain(self) -> Any:
        """Return key, shift (if any) and source (if any)."""
        data: dict[str, Any] = {"record": self.record}
        if self.shift:
            data["shift"] = self.shift
        if self.source is not None:
            data["source"] = self.source
        return data


FORMS: tuple[type[Form], ...] = (
    Number,
    Normal,
    TruncatedNormal,
    Uniform,
    Triangular,
    Lognormal,
    Beta,
    Recorded,
)
"""Every form that a parameter can have."""


def _rising(ends: tuple[float, ...]) -> None:
    low, high = ends
    if not low < high:
        raise ValueError(f"the least value {plainly(low)} must be below the greatest {plainly(high)}")


def _positive(values: Numbers, index: int, name: str) -> Numbers:
    if values[index] <= 0.0:
        raise ValueError(f"the {name} {plainly(values[index])} must be above 0")
    return values
