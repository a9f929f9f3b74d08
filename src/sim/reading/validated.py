"""A document held against its Pydantic model: every mistake at once, each at its place."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.reading import shape
from sim.reading.errors import InputError, Problem, shown
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


def validated(model: type[Model], document: Placed) -> Model:
    """Return the document as an instance of `model`.

    Validation is strict, by the rules for JSON: no boolean or quoted digits for a number, lists for tuples, ISO text for dates.

    Raises:
        InputError: With every mistake in the document.
    """
    try:
        return model.model_validate_json(json.dumps(document.data), strict=True)
    except ValidationError as error:
        found = [_problem(details, model, document) for details in error.errors(include_url=False)]
    found.sort(key=lambda problem: (problem.path or "", problem.line or 0, problem.column or 0))
    raise InputError(*dict.fromkeys(found))


def _problem(details: ErrorDetails, model: type[BaseModel], document: Placed) -> Problem:
    """Tell one of Pydantic's errors in our form."""
    kind = details["type"]
    location = _in_document(details["loc"], document.data, keep_last=kind == "missing")
    unknown = kind == "extra_forbidden"
    path, line, column = document.spot(location, key=unknown)
    where = ".".join(map(str, location))
    if unknown:
        hint = did_you_mean(str(location[-1]), shape.names(shape.at(model, location[:-1])))
        return Problem(path, line, column, where, "unknown name", hint)
    message = _message(details)
    hint = None
    if kind in {"literal_error", "enum"} and isinstance(details["input"], str):
        options = str(details.get("ctx", {}).get("expected", ""))
        hint = did_you_mean(details["input"], options.replace(" or ", ", ").replace("'", "").split(", "))
    return Problem(path, line, column, where, message, hint)


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


def _own(_value: Any, context: dict[str, Any]) -> str:
    return str(context.get("error", "is wrong"))


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
    "value_error": _own,
    "assertion_error": _own,
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
