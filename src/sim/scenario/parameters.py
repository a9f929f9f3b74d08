"""A parameter of a scenario: a number, a distribution for what is not known, or a reference into the record.

In a file a parameter is written as one of

    0.3                                 {value: 0.3, source: "..."}
    {normal: [mean, sd]}                {truncated_normal: [mean, sd, low, high]}
    {uniform: [low, high]}              {triangular: [low, mode, high]}
    {lognormal: [median, sigma]}        {beta: [a, b]}
    {record: key, shift: number}

each mapping with an optional `source`. `Annotated[Leaf, Within(0.0, 1.0)]` is a field that holds one within bounds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from sim.reading.errors import shown
from sim.reading.suggest import nearest
from sim.reading.validated import TAG

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

Bound = float | None
Numbers = TypeVar("Numbers", bound=tuple[float, ...])
Finite = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-1e15, le=1e15)]

_WANTED = "give a number, a distribution such as {normal: [mean, sd]}, or {record: key}"


class Leaf:
    """One parameter. As a field type it takes every form; its subclasses are the forms.

    Attributes:
        source: Where the number or the distribution comes from, in words.
    """

    form: ClassVar[str] = ""
    known_names: ClassVar[tuple[str, ...]] = ()
    source: str | None
    _low: Bound
    _high: Bound

    @property
    def bounds(self) -> tuple[Bound, Bound]:
        """Least and greatest value that the field allows; None where there is no bound."""
        return self._low, self._high

    def support(self) -> tuple[float, float]:
        """Return the least and the greatest value that it can take."""
        raise NotImplementedError

    def ppf(self, q: NDArray[Any]) -> NDArray[Any]:
        """Return quantiles at `q` (each in (0, 1), any shape), float64 of the same shape."""
        raise NotImplementedError

    def plain(self) -> Any:
        """Return the parameter as plain data, as a file would give it."""
        raise NotImplementedError

    def text(self) -> str:
        """Return the parameter as a file would give it, without its source."""
        bare = self.plain()
        if isinstance(bare, dict):
            inner = ", ".join(f"{key}: {_plainly(value)}" for key, value in bare.items() if key != "source")
            return inner.removeprefix("value: ") if self.form == "value" else "{" + inner + "}"
        return _plainly(bare)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler, /) -> CoreSchema:
        """Choose the form by its key, so that one mistake gives one error."""
        choices = {TAG + form.form: handler.generate_schema(form) for form in FORMS}
        tagged = core_schema.tagged_union_schema(choices, _tag)
        return core_schema.no_info_before_validator_function(_mapping, tagged)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler, /) -> JsonSchemaValue:
        """Describe every form, and the `shift` or `source` alone that change an inherited parameter."""
        forms = [handler(form.__pydantic_core_schema__) for form in FORMS]
        change = {
            "type": "object",
            "description": "changes an inherited parameter",
            "properties": {"shift": {"type": "number"}, "source": {"type": "string"}},
            "additionalProperties": False,
            "minProperties": 1,
        }
        return {"anyOf": [{"type": "number"}, *forms, change]}


class _Form(BaseModel, Leaf):
    """What all forms share."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)
    _low: Bound = None
    _high: Bound = None

    source: str | None = Field(default=None, max_length=2000)
    """Where it comes from, in words."""

    def within(self, low: Bound, high: Bound) -> _Form:
        """Return the parameter for a field with these bounds.

        Raises:
            PydanticCustomError: It can lie outside them.
        """
        self._check(low, high)
        if (low, high) == (None, None):
            return self
        bounded = self.model_copy()
        bounded._low, bounded._high = low, high  # noqa: SLF001 - its own class
        return bounded

    def _check(self, low: Bound, high: Bound) -> None:
        least, greatest = self.support()
        for value, bound, beyond, extreme in (
            (least, low, least < (-math.inf if low is None else low), "below its minimum"),
            (greatest, high, greatest > (math.inf if high is None else high), "above its maximum"),
        ):
            if beyond and math.isinf(value):
                other = "{truncated_normal: [mean, sd, low, high]} or {beta: [a, b]}"
                raise _problem(f"{self.text()} has no bound, and would go {extreme} {bound}; use {other}")
            if beyond:
                reaches = "is" if least == greatest else f"of {self.text()} is"
                raise _problem(f"{_plainly(value)} {reaches} {extreme} {bound}")

    def plain(self) -> Any:
        """Return the parameter as plain data, as a file would give it."""
        data = {self.form: getattr(self, self.form)}
        if isinstance(data[self.form], tuple):
            data[self.form] = list(data[self.form])
        if self.source is not None:
            data["source"] = self.source
        return data


class Number(_Form):
    """A number that is taken as known."""

    form = "value"

    value: Finite
    """The number."""

    def support(self) -> tuple[float, float]:
        """Return the number twice."""
        return self.value, self.value

    def ppf(self, q: NDArray[Any]) -> NDArray[Any]:
        """Return the number in the shape of `q`."""
        return q * 0.0 + self.value

    def plain(self) -> Any:
        """Return the bare number, or a mapping if it has a source."""
        return self.value if self.source is None else super().plain()


class Normal(_Form):
    """A normal distribution."""

    form = "normal"

    normal: tuple[Finite, Finite]
    """Mean and standard deviation."""

    @field_validator("normal")
    @classmethod
    def _spread(cls, value: tuple[float, float]) -> tuple[float, float]:
        return _positive(value, 1, "standard deviation")

    def support(self) -> tuple[float, float]:
        """Return minus and plus infinity."""
        return -math.inf, math.inf

    def ppf(self, q: NDArray[Any]) -> NDArray[Any]:
        """Return quantiles."""
        from scipy.special import ndtri  # noqa: PLC0415 - heavy

        mean, deviation = self.normal
        return mean + deviation * ndtri(q)


class TruncatedNormal(_Form):
    """A normal distribution cut off at a least and a greatest value; mean and deviation are those before the cut."""

    form = "truncated_normal"

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

    def ppf(self, q: NDArray[Any]) -> NDArray[Any]:
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


class Uniform(_Form):
    """A uniform distribution: every value between two ends is as likely."""

    form = "uniform"

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

    def ppf(self, q: NDArray[Any]) -> NDArray[Any]:
        """Return quantiles."""
        low, high = self.uniform
        return low + (high - low) * q


class Lognormal(_Form):
    """A lognormal distribution: its logarithm is normal."""

    form = "lognormal"

    lognormal: tuple[Finite, Finite]
    """Median, and standard deviation of the natural logarithm."""

    @field_validator("lognormal")
    @classmethod
    def _sizes(cls, value: tuple[float, float]) -> tuple[float, float]:
        _positive(value, 0, "median")
        if value[1] > 20.0:
            raise ValueError(f"sigma {_plainly(value[1])} is above its maximum 20; it is on the scale of logarithms")
        return _positive(value, 1, "sigma")

    def support(self) -> tuple[float, float]:
        """Return 0 and infinity."""
        return 0.0, math.inf

    def ppf(self, q: NDArray[Any]) -> NDArray[Any]:
        """Return quantiles."""
        import numpy as np  # noqa: PLC0415 - heavy
        from scipy.special import ndtri  # noqa: PLC0415 - heavy

        median, sigma = self.lognormal
        return median * np.exp(sigma * ndtri(q))


class Beta(_Form):
    """A beta distribution on [0, 1]."""

    form = "beta"

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

    def ppf(self, q: NDArray[Any]) -> NDArray[Any]:
        """Return quantiles."""
        from scipy.special import betaincinv  # noqa: PLC0415 - heavy

        return betaincinv(*self.beta, q)


class Triangular(_Form):
    """A triangular distribution."""

    form = "triangular"

    triangular: tuple[Finite, Finite, Finite]
    """Least, most likely, greatest."""

    @field_validator("triangular")
    @classmethod
    def _ordered(cls, value: tuple[float, float, float]) -> tuple[float, float, float]:
        low, mode, high = value
        _rising((low, high))
        if not low <= mode <= high:
            raise ValueError(f"the mode {_plainly(mode)} must lie between {_plainly(low)} and {_plainly(high)}")
        return value

    def support(self) -> tuple[float, float]:
        """Return the ends."""
        return self.triangular[0], self.triangular[2]

    def ppf(self, q: NDArray[Any]) -> NDArray[Any]:
        """Return quantiles."""
        import numpy as np  # noqa: PLC0415 - heavy

        low, mode, high = self.triangular
        width = high - low
        rising = low + np.sqrt(q * width * (mode - low))
        falling = high - np.sqrt((1.0 - q) * width * (high - mode))
        return np.where(q * width < mode - low, rising, falling)


class Recorded(_Form):
    """What the record says under a key, shifted by a number.

    In a field with bounds, the draws and normal distributions of the record are clipped to them; a number or a range
    of the record must lie within them.
    """

    form = "record"

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

    def ppf(self, q: NDArray[Any]) -> NDArray[Any]:
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


FORMS: tuple[type[_Form], ...] = (
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
KEYS = tuple(form.form for form in FORMS)
"""The key by which each form is known in a file."""
Leaf.known_names = (*KEYS, "shift", "source")


@dataclass(frozen=True, slots=True)
class Within:
    """Bounds of a parameter, both included: `Annotated[Leaf, Within(0.0, None)]`. None is no bound.

    A number outside is refused, and so is a distribution that can leave them.
    """

    low: Bound
    high: Bound

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the parameter once it is read."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def _check(self, leaf: _Form) -> _Form:
        return leaf.within(self.low, self.high)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Say the bounds; they apply to the forms that are numbers."""
        bounds = {"minimum": self.low, "maximum": self.high}
        return {**handler(schema), **{key: value for key, value in bounds.items() if value is not None}}


def _tag(value: Any) -> str:
    return TAG + (value.form if isinstance(value, Leaf) else next(key for key in KEYS if key in value))


def _mapping(value: Any) -> Any:
    """Turn a bare number into a mapping and refuse what has no form, or two."""
    if isinstance(value, Leaf):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"value": value}
    if not isinstance(value, Mapping):
        raise _problem(f"{shown(value)} is not a parameter; {_WANTED}")
    given = [key for key in KEYS if key in value]
    if len(given) == 1:
        return {key: tuple(item) if isinstance(item, list) else item for key, item in value.items()}
    if given:
        raise _problem(f"gives {' and '.join(given)} at once; a parameter has one form")
    for key in value:
        near = nearest(str(key), KEYS)
        if near is not None:
            raise _problem(f'{shown(str(key))} is not a form of parameter. Did you mean "{near}"?')
    raise _problem(f"{shown(value)} is not a parameter; {_WANTED}")


def _problem(message: str) -> PydanticCustomError:
    return PydanticCustomError("parameter", "{problem}", {"problem": message})


def _rising(ends: tuple[float, ...]) -> None:
    low, high = ends
    if not low < high:
        raise ValueError(f"the least value {_plainly(low)} must be below the greatest {_plainly(high)}")


def _positive(values: Numbers, index: int, name: str) -> Numbers:
    if values[index] <= 0.0:
        raise ValueError(f"the {name} {_plainly(values[index])} must be above 0")
    return values


def _plainly(value: Any) -> str:
    """Write a number or a list of numbers without needless zeros."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_plainly, value)) + "]"
    return f"{value:.12g}" if isinstance(value, float) else str(value)
