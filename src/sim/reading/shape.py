"""What a schema allows at a place: walks the annotations of Pydantic models beside the data they describe."""

import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo


def branches(annotation: Any) -> Iterator[Any]:
    """Yield the types an annotation stands for: metadata stripped, unions spread out."""
    origin = get_origin(annotation)
    if isinstance(annotation, FieldInfo):
        yield from branches(annotation.annotation)
    elif origin is Annotated:
        yield from branches(get_args(annotation)[0])
    elif origin is Union or origin is types.UnionType:
        for member in get_args(annotation):
            yield from branches(member)
    else:
        yield annotation


def fields(model: type[BaseModel]) -> Mapping[str, FieldInfo]:
    """Return the fields of a model by the name they have in a file."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def is_model(branch: Any) -> bool:
    """Whether a branch is a Pydantic model."""
    return isinstance(branch, type) and issubclass(branch, BaseModel)


def is_open_mapping(branch: Any) -> bool:
    """Whether a branch is a mapping whose keys the file chooses."""
    origin = get_origin(branch) or branch
    return isinstance(origin, type) and issubclass(origin, Mapping) and not is_model(branch)


def child(annotation: Any, key: str | int) -> Any | None:
    """Return the annotation of what stands under `key`, or None when the schema has no such place."""
    for branch in branches(annotation):
        if is_model(branch):
            field = fields(branch).get(str(key))
            if field is not None:
                return field
        elif is_open_mapping(branch):
            arguments = get_args(branch)
            return arguments[1] if len(arguments) == 2 else Any
        elif isinstance(key, int) and _is_list(branch):
            items = [argument for argument in get_args(branch) if argument is not Ellipsis]
            if items:
                return items[min(key, len(items) - 1)]
    return None


def at(annotation: Any, location: Sequence[str | int], data: Any = None) -> Any | None:
    """Return the annotation at a location, or None; `data` chooses among the members of unions."""
    for key in location:
        annotation = child(chosen(annotation, data), key)
        if annotation is None:
            return None
        data = data.get(key) if isinstance(data, Mapping) else None
    return chosen(annotation, data)


def chosen(annotation: Any, data: Any) -> Any:
    """Return the members of a union that the data can mean, by their fields with literal values (`role: guarantor`)."""
    members = list(branches(annotation))
    if len(members) < 2 or not isinstance(data, Mapping):
        return annotation
    fitting = [
        member
        for member in members
        if is_model(member)
        and not any(
            name in data and get_origin(field.annotation) is Literal and data[name] not in get_args(field.annotation)
            for name, field in fields(member).items()
        )
    ]
    return Union[tuple(fitting)] if fitting else annotation  # noqa: UP007 - built from a list


def options(annotation: Any, name: str) -> tuple[str, ...]:
    """Return the literal values by which the field `name` chooses among the members of a union."""
    found: dict[str, None] = {}
    for member in branches(annotation):
        field = fields(member).get(name) if is_model(member) else None
        if field is not None and get_origin(field.annotation) is Literal:
            found.update(dict.fromkeys(map(str, get_args(field.annotation))))
    return tuple(found)


def names(annotation: Any) -> tuple[str, ...]:
    """Return the names that the schema knows under an annotation (none where the file chooses them).

    A class that is read from several forms of mapping lists its names in `known_names`.
    """
    found: dict[str, None] = {}
    for branch in branches(annotation):
        known = getattr(branch, "known_names", None)
        if known is not None:
            found.update(dict.fromkeys(known))
        elif is_model(branch):
            found.update(dict.fromkeys(fields(branch)))
    return tuple(found)


def _is_list(branch: Any) -> bool:
    origin = get_origin(branch) or branch
    return isinstance(origin, type) and issubclass(origin, (list, tuple, Sequence)) and origin is not str
