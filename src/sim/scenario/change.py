"""Layers of a scenario: what extends it and what overrides it, each value remembering who gave it.

Mappings merge, lists replace, and a parameter is replaced whole, so that `{normal: [0, 1]}` over `{uniform: [0, 1]}`
never becomes both; only its `shift` or its `source` can be given alone. The schema, walked beside the data, says what
is a parameter. An override is a layer of one entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sim.reading import SHOWN_PROBLEMS, InputError, Problem, did_you_mean, parse_value, shape, shown, validated
from sim.scenario.frozen import Frozen, Origins
from sim.scenario.leaf import CHANGES, KEYS, Leaf
from sim.scenario.leaves import leaves
from sim.scenario.recorded import check_records

if TYPE_CHECKING:
    from sim.reading.strict_yaml import Location
    from sim.reading.validated import Placed

Model = TypeVar("Model", bound=Frozen)
Spot = tuple[str | None, int | None, int | None]
Overrides = Mapping[str, object] | Sequence[str]

_UNKNOWN = "no state of the scenario it extends has this name"


@dataclass(frozen=True, slots=True)
class Override:
    """A layer of one entry: `--set NAME=VALUE`, or an entry of a mapping of overrides in Python."""

    label: str
    data: Any

    def spot(self, _location: Location, *, key: bool = False) -> Spot:  # noqa: ARG002 - one place for all
        """Return the override as it was written, in place of a file."""
        return self.label, None, None


@dataclass(frozen=True, slots=True)
class _Given:
    """The layer at the bottom when an object is changed: the object."""

    data: Any
    origins: Mapping[str, str]

    def spot(self, location: Location, *, key: bool = False) -> Spot:  # noqa: ARG002 - known to the value only
        """Return where the object says the value came from."""
        return self.origins.get(dotted(location)), None, None


class Layers:
    """Data built up from layers, lowest first; the topmost that gave a value answers for it."""

    def __init__(self, model: type[Frozen], bottom: Placed) -> None:
        """Start from one layer."""
        self.model = model
        self.data: Any = bottom.data
        self.problems: list[Problem] = []
        self._owners: dict[Location, Placed] = {(): bottom}
        self._above: set[Location] = set()  # what lies above a location that is owned

    def lay(self, layer: Placed) -> None:
        """Put a layer on top. Names it may not give are noted in `problems`."""
        self.data = self._merged(self.data, layer.data, self.model, (), layer)

    def leave_out(self, names: Sequence[str], layer: Placed) -> None:
        """Take states out, and what is said of them under other states; a name that is none is noted in `problems`.

        Args:
            names: the states.
            layer: who leaves them out, under `without`.
        """
        known = self.data.get("states")
        known = known if isinstance(known, Mapping) else {}
        for place, name in enumerate(names):
            if name not in known:
                spot = layer.spot(("without", place))
                hint = self._meant(name, known)
                self.problems.append(Problem(*spot, f"without.{place}", _UNKNOWN, hint))
        self.data = _without(self.data, frozenset(names) & frozenset(known), self.model)

    def override(self, overrides: Overrides) -> None:
        """Put overrides on top, in the order they are given. What cannot be read is noted in `problems`."""
        found, problems = read_overrides(overrides)
        self.problems += problems
        for layer in found:
            self.lay(layer)

    def spot(self, location: Location, *, key: bool = False) -> Spot:
        """Return where the value at `location`, or its key, was given."""
        for change in CHANGES if not key else ():
            owner = self._owners.get((*location, change))
            if owner is not None:  # a parameter of a lower layer, changed by this one
                return owner.spot((*location, change))
        return self._given(location, key=key)

    def build(self, *, names: Sequence[str] = ()) -> Any:
        """Return the validated model; `names` are further names that a file may give at the top.

        Raises:
            InputError: With every problem of every layer.
        """
        try:
            built = validated(self.model, self, names=names)
        except InputError as error:
            raise InputError(*self.problems, *error.problems) from None
        parameters = leaves(built)
        problems = [*self.problems, *check_records(parameters, self.spot)]
        if problems:
            raise InputError(*problems)
        built.remember(Origins({name: self._place(tuple(name.split("."))) for name in parameters}))
        return built

    def _meant(self, name: str, known: Iterable[str]) -> str | None:
        """Return the question that offers the nearest name, for as many problems as are shown."""
        return did_you_mean(name, known) if len(self.problems) < SHOWN_PROBLEMS else None

    def _place(self, location: Location) -> str:
        """Return where a parameter was given, and where it was changed."""
        changes = [(*location, change) for change in CHANGES if (*location, change) in self._owners]
        spots = [self._given(location), *(self._given(change) for change in changes)]
        return ", ".join(dict.fromkeys(Problem(*spot, "", "").place for spot in spots))

    def _given(self, location: Location, *, key: bool = False) -> Spot:
        """Return where the topmost layer that gave the whole of `location` gave it."""
        for length in range(len(location), -1, -1):
            owner = self._owners.get(location[:length])
            if owner is not None:
                return owner.spot(location, key=key)
        return None, None, None

    def _merged(self, under: Any, over: Any, annotation: Any, location: Location, layer: Placed) -> Any:
        """Return `over` laid over `under`."""
        if not isinstance(under, Mapping) or not isinstance(over, Mapping) or _other_role(under, over):
            if _is_leaf(annotation) and isinstance(over, Mapping) and over.keys() <= set(CHANGES) and over:
                return self._merged({"value": under}, over, annotation, location, layer)
            return self._replaced(over, location, layer)
        if _is_leaf(annotation) and not (over and over.keys() <= set(CHANGES) and under.keys() & set(KEYS)):
            return self._replaced(over, location, layer)
        merged = dict(under)
        for key, value in over.items():
            inner = (*location, key)
            if key in under:
                merged[key] = self._merged(under[key], value, shape.child(annotation, key), inner, layer)
            elif _needs_role(annotation, key) and not (isinstance(value, Mapping) and "role" in value):
                hint = self._meant(key, under) or "A state that is new must give its role."
                self.problems.append(Problem(*layer.spot(inner, key=True), dotted(inner), "unknown name", hint))
            else:
                merged[key] = self._replaced(value, inner, layer)
        return merged

    def _replaced(self, value: Any, location: Location, layer: Placed) -> Any:
        """Make the layer answer for everything at a location."""
        length = len(location)
        if location in self._above:  # else nothing below it is owned: a file of a hundred thousand names is read too
            for owned in [owned for owned in self._owners if owned[:length] == location]:
                del self._owners[owned]
        self._above.update(location[:above] for above in range(length))
        self._owners[location] = layer
        return value


def changed(instance: Model, overrides: Overrides) -> Model:
    """Return a copy of a frozen model with overrides; see `Frozen.with_`.

    Raises:
        InputError: A name is unknown or a value wrong; with all of them.
    """
    layers = Layers(type(instance), _Given(plain(instance), instance.origins))
    layers.override(overrides)
    result: Model = layers.build()
    return result


def read_overrides(overrides: Overrides) -> tuple[list[Override], list[Problem]]:
    """Return overrides as layers, in the order they were given, and what is wrong with the others."""
    found: list[Override] = []
    problems: list[Problem] = []
    entries: list[tuple[str, str | None, object]]
    if isinstance(overrides, Mapping):
        entries = [(f"override {name}", str(name), value) for name, value in overrides.items()]
    else:
        texts = [overrides] if isinstance(overrides, str) else overrides
        entries = [(f"--set {text}", None, text) for text in texts]
    for label, name, value in entries:
        try:
            found.append(_read(label, name, value))
        except InputError as error:
            where = str(value).partition("=")[0].strip() if name is None else name
            problems += [_told(label, where, each) for each in error.problems]
    return found, problems


def _told(label: str, where: str, problem: Problem) -> Problem:
    """Return a problem with an override in place of a file."""
    return Problem(_cut(label), None, None, problem.where or where, problem.message, problem.hint)


def _read(label: str, name: str | None, value: Any) -> Override:
    """Return one override: a name and its value, or a text that holds both."""
    if name is None:
        name, equals, written = str(value).partition("=")
        if not equals:
            raise InputError("no value is given; write NAME=VALUE")
        data: Any = parse_value(written)
    else:
        data = plain(value)
        label = f"{label}={data if isinstance(data, str) else shown(data)}"
    keys = [key.strip() for key in name.split(".")]
    if not all(keys):
        raise InputError("the name has an empty part")
    for key in reversed(keys):
        data = {key: data}
    return Override(_cut(label), data)


def plain(value: Any) -> Any:
    """Return models, parameters, mappings, sequences and NumPy scalars as plain data.

    Raises:
        InputError: The value is of another kind.
    """
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Leaf():
            return value.plain()
        case Frozen():
            return {name: plain(getattr(value, name)) for name in type(value).model_fields}
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "shape", None) == ():
        return plain(item())
    raise InputError(f"a value of type {type(value).__name__} cannot stand in a scenario")


def dotted(location: Location) -> str:
    """Return a location as a dotted name."""
    return ".".join(map(str, location))


def _cut(text: str) -> str:
    """Keep a label to one line of 72 characters."""
    text = "".join(character if character.isprintable() else " " for character in text)
    return text if len(text) <= 72 else text[:71] + "…"


def _is_leaf(annotation: Any) -> bool:
    return any(isinstance(branch, type) and issubclass(branch, Leaf) for branch in shape.branches(annotation))


def _other_role(under: Mapping[str, Any], over: Mapping[str, Any]) -> bool:
    """Whether a state is given another role: then it is another state, and inherits nothing."""
    return "role" in over and "role" in under and over["role"] != under["role"]


def _without(data: Any, names: frozenset[str], annotation: Any) -> Any:
    """Return data without some names, wherever the scenario chooses the names, and in lists of names."""
    if isinstance(data, Mapping):
        chosen = _is_open(annotation)
        kept = ((key, value) for key, value in data.items() if not (chosen and key in names))
        return {key: _without(value, names, shape.child(annotation, key)) for key, value in kept}
    if isinstance(data, list):
        return [item for item in data if not (isinstance(item, str) and item in names)]
    return data


def _needs_role(annotation: Any, key: str) -> bool:
    """Whether what stands under `key` is a state, in a mapping whose names the scenario chooses."""
    return _is_open(annotation) and "role" in shape.names(shape.child(annotation, key))


def _is_open(annotation: Any) -> bool:
    """Whether an annotation is a mapping whose names the scenario chooses."""
    return any(shape.is_open_mapping(branch) for branch in shape.branches(annotation))
