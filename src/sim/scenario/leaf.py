"""What every parameter of a scenario is, how its form is told from a file, and the bounds of a field."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from sim.reading.errors import shown
from sim.reading.suggest import nearest
from sim.reading.validated import TAG

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

Bound = float | None
KEYS = ("value", "normal", "truncated_normal", "uniform", "triangular", "lognormal", "beta", "record")
"""The keys by which the forms are known in a file."""
CHANGES = ("shift", "source")
"""What an inherited parameter may change by itself."""

_WANTED = "give a number, a distribution such as {normal: [mean, sd]}, or {record: key}"


class Leaf:
    """One parameter. As a field type it takes every form; its subclasses are the forms.

    Attributes:
        source: Where the number or the distribution comes from, in words.
    """

    form: ClassVar[str] = ""
    known_names: ClassVar[tuple[str, ...]] = (*KEYS, *CHANGES)
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

    def ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return quantiles at `q` (each in (0, 1), any shape), float64 of the same shape."""
        raise NotImplementedError

    def plain(self) -> Any:
        """Return the parameter as plain data, as a file would give it."""
        raise NotImplementedError

    def text(self) -> str:
        """Return the parameter as a file would give it, without its source."""
        bare = self.plain()
        if isinstance(bare, dict):
            inner = ", ".join(f"{key}: {plainly(value)}" for key, value in bare.items() if key != "source")
            return inner.removeprefix("value: ") if self.form == "value" else "{" + inner + "}"
        return plainly(bare)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler, /) -> CoreSchema:
        """Choose the form by its key, so that one mistake gives one error."""
        from sim.scenario.forms import FORMS  # noqa: PLC0415 - the forms are subclasses

        choices = {TAG + form.form: handler.generate_schema(form) for form in FORMS}
        tagged = core_schema.tagged_union_schema(choices, _tag)
        # One definition, referred to by every field: a hundred copies would cost as much time as all other imports.
        return core_schema.no_info_before_validator_function(
            _mapping, tagged, ref=f"{cls.__module__}.Parameter:{id(cls)}"
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler, /) -> JsonSchemaValue:
        """Describe every form, and the `shift` or `source` alone that change an inherited parameter."""
        tagged: Any = schema
        forms = [handler(form) for form in tagged["schema"]["choices"].values()]
        change = {
            "type": "object",
            "description": "changes an inherited parameter",
            "properties": {"shift": {"type": "number"}, "source": {"type": "string"}},
            "additionalProperties": False,
            "minProperties": 1,
        }
        return {
            "title": "Parameter",
            "description": "a number, a distribution, or a reference into the record",
            "anyOf": [{"type": "number"}, *forms, change],
        }


class Form(BaseModel, Leaf):
    """What all forms share."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True, defer_build=True
    )
    _low: Bound = None
    _high: Bound = None

    source: str | None = Field(default=None, max_length=2000)
    """Where it comes from, in words."""

    def within(self, low: Bound, high: Bound) -> Form:
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
                raise _problem(f"{plainly(value)} {reaches} {extreme} {bound}")

    def plain(self) -> Any:
        """Return the parameter as plain data, as a file would give it."""
        data = {self.form: getattr(self, self.form)}
        if isinstance(data[self.form], tuple):
            data[self.form] = list(data[self.form])
        if self.source is not None:
            data["source"] = self.source
        return data


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

    def _check(self, leaf: Form) -> Form:
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
    if "shift" in value and given != ["record"]:
        raise _problem("shift moves what a record says; a parameter without record takes none")
    if len(given) == 1:
        return {key: tuple(item) if isinstance(item, list) else item for key, item in value.items()}
    if given:
        raise _problem(f"gives {' and '.join(given)} at once; a parameter has one form")
    for key in value:
        near = nearest(str(key), Leaf.known_names)
        if near is not None and near != key:
            raise _problem(f'{shown(str(key))} is not a form of parameter. Did you mean "{near}"?')
    raise _problem(f"{shown(value)} is not a parameter; {_WANTED}")


def _problem(message: str) -> PydanticCustomError:
    return PydanticCustomError("parameter", "{problem}", {"problem": message})


def plainly(value: Any) -> str:
    """Write a number or a list of numbers without needless zeros."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(plainly, value)) + "]"
    return f"{value:.12g}" if isinstance(value, float) else str(value)
