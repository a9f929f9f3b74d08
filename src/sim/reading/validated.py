"""A document held against its Pydantic model: every mistake at once, each at its place."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.reading import shape
from sim.reading.errors import SHOWN_PROBLEMS, InputError, Problem, shown
from sim.reading.strict_yaml import Location
from sim.reading.suggest import did_you_mean

Model = TypeVar("Model", bound=BaseModel)

TAG = "tag:"
"""Begins the tags of our own unions, so that they can be told from names in a file."""


class Placed(Protocol):
    """Plain data that knows where its values stand."""

    @property
    def data(self) -> Any:
        """The data."""

    def spot(self, location: Location, *, key: bool = False) -> tuple[str | None, int | None, int | None]:
        """Return (file, line, column) of the value at `location`, or of its key."""


def validated(model: type[Model], document: Placed, *, names: Sequence[str] = ()) -> Model:
    """Return the document as an instance of `model`.

    Validation is strict, by the rules for JSON: no boolean and no quoted digits for a number, lists for tuples, ISO
    text for dates. A model's own validator may raise a ValueError of several lines `dotted.name: message`; each
    becomes a problem of its own.

    Args:
        model: What the document must be.
        document: Plain data that knows where its values stand.
        names: Further names that a file may give at its top, for suggestions.

    Raises:
        InputError: With every mistake in the document.
    """
    try:
        return model.model_validate_json(json.dumps(document.data), strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False)
    except ValueError as error:  # a whole number of thousands of digits
        raise InputError(Problem(*document.spot(()), "", str(error).splitlines()[0])) from None
    found = [
        problem
        for place, one in enumerate(details)
        for problem in _problems(one, model, document, names, hints=place < SHOWN_PROBLEMS)
    ]
    found.sort(key=lambda problem: (problem.path or "", problem.line or 0, problem.column or 0))
    raise InputError(*dict.fromkeys(found))


def _problems(
    details: ErrorDetails, model: type[BaseModel], document: Placed, names: Sequence[str], *, hints: bool
) -> Iterator[Problem]:
    """Tell one of Pydantic's errors in our form; to look for what was meant takes longer than all else."""
    kind, context = details["type"], details.get("ctx", {})
    location = _in_document(details["loc"], document.data, keep_last=kind == "missing")
    if kind == "extra_forbidden":
        known = [*shape.names(shape.at(model, location[:-1], document.data)), *(names if len(location) == 1 else ())]
        hint = did_you_mean(str(location[-1]), known) if hints else None
        yield Problem(*document.spot(location, key=True), ".".join(map(str, location)), "unknown name", hint)
    elif kind in {"union_tag_not_found", "union_tag_invalid"} and "discriminator" in context:
        yield _untagged(location, model, document, str(context["discriminator"]).strip("'"))
    elif kind == "value_error":
        for line in str(context.get("error", details["msg"])).splitlines():
            inner, message = _addressed(line, location, document.data)
            yield Problem(*document.spot(inner), ".".join(map(str, inner)), message)
    else:
        hint = None
        if kind in {"literal_error", "enum"} and isinstance(details["input"], str) and hints:
            hint = did_you_mean(details["input"], re.findall(r"'([^']*)'", str(context.get("expected", ""))))
        yield Problem(*document.spot(location), ".".join(map(str, location)), _message(details), hint)


def _untagged(location: Location, model: type[BaseModel], document: Placed, name: str) -> Problem:
    """Tell that the entry which chooses between kinds of mapping is missing or wrong."""
    options = shape.options(shape.at(model, location), name)
    listed = ", ".join(options)
    value = at(document.data, location)
    where = ".".join(map(str, (*location, name)))
    if isinstance(value, Mapping) and name in value:
        chosen = value[name]
        hint = did_you_mean(chosen, options) if isinstance(chosen, str) else None
        return Problem(*document.spot((*location, name)), where, f"{shown(chosen)} is none of {listed}", hint)
    if isinstance(value, Mapping):
        return Problem(*document.spot(location, key=True), where, f"is missing; it is one of {listed}")
    return Problem(*document.spot(location), ".".join(map(str, location)), f"{shown(value)} is not a mapping")


def _addressed(line: str, location: Location, data: Any) -> tuple[Location, str]:
    """Split `dotted.name: message` of a model's own validator, if the name leads somewhere in the data."""
    name, colon, message = line.partition(": ")
    inner: list[str | int] = list(location)
    value = at(data, location)
    for part in name.split("."):
        if isinstance(value, Mapping) and part in value:
            inner.append(part)
            value = value[part]
        elif colon and len(inner) > len(location):
            rest = name.split(".")[len(inner) - len(location) :]
            return tuple(inner), f"{'.'.join(rest)}: {message}"
        else:
            return location, line
    return tuple(inner), message


def at(data: Any, location: Location) -> Any:
    """Return the value at a location of plain data, or None."""
    for part in location:
        if isinstance(data, Mapping):
            data = data.get(str(part))
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def _in_document(location: tuple[str | int, ...], data: Any, *, keep_last: bool) -> Location:
    """Strip from Pydantic's location what is not in the data: the tags of unions."""
    kept: list[str | int] = []
    for index, part in enumerate(location):
        if isinstance(part, str) and part.startswith(TAG):
            continue
        if isinstance(data, Mapping) and str(part) in data:
            kept.append(str(part))
            data = data[str(part)]
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            kept.append(part)
            data = data[part]
        elif keep_last and index == len(location) - 1:
            kept.append(part)
    return tuple(kept)


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) and abs(value) >= 1e15 else str(value)


def _wants(noun: str) -> Callable[[Any, dict[str, Any]], str]:
    return lambda value, _context: f"{shown(value)} is not {noun}"


def _bound(words: str, name: str) -> Callable[[Any, dict[str, Any]], str]:
    return lambda value, context: f"{shown(value)} is {words} {_number(context[name])}"


def _length(words: str, name: str) -> Callable[[Any, dict[str, Any]], str]:
    return lambda _value, context: f"{words} {context[name]} entries, not {context['actual_length']}"


_MESSAGES: Mapping[str, Callable[[Any, dict[str, Any]], str]] = {
    "missing": lambda _value, _context: "is missing",
    "float_type": _wants("a number"),
    "float_parsing": _wants("a number"),
    "finite_number": _wants("a finite number"),
    "int_type": _wants("a whole number"),
    "int_parsing": _wants("a whole number"),
    "int_from_float": _wants("a whole number"),
    "int_parsing_size": _wants("a whole number of reasonable size"),
    "bool_type": _wants("true or false"),
    "string_type": _wants("text"),
    "string_too_short": lambda _value, _context: "is empty",
    "model_type": _wants("a mapping"),
    "model_attributes_type": _wants("a mapping"),
    "dict_type": _wants("a mapping"),
    "mapping_type": _wants("a mapping"),
    "list_type": _wants("a list"),
    "tuple_type": _wants("a list"),
    "frozen_set_type": _wants("a list"),
    "literal_error": lambda value, context: f"{shown(value)} is none of {context['expected']}".replace("'", ""),
    "enum": lambda value, context: f"{shown(value)} is none of {context['expected']}".replace("'", ""),
    "less_than_equal": _bound("above its maximum", "le"),
    "less_than": _bound("not below", "lt"),
    "greater_than_equal": _bound("below its minimum", "ge"),
    "greater_than": _bound("not above", "gt"),
    "too_short": _length("needs at least", "min_length"),
    "too_long": _length("takes at most", "max_length"),
    "none_required": lambda value, _context: f"{shown(value)} must be left out",
}


def _message(details: ErrorDetails) -> str:
    """Say what is wrong in the words of this project; in Pydantic's where we have none."""
    words = _MESSAGES.get(details["type"])
    if words is not None:
        return words(details["input"], details.get("ctx", {}))
    message = details["msg"]
    if details["type"].startswith(("date", "string_pattern", "url")):
        return f"{shown(details['input'])}: {message[:1].lower()}{message[1:]}"
    return message
