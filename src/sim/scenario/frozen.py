"""Values that do not change: frozen models and read-only mappings, changed by making new ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, PrivateAttr, WrapSerializer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import SerializerFunctionWrapHandler

K = TypeVar("K")
V = TypeVar("V")

_INSTEAD = "is read-only; .with_({...}) returns a changed copy"


class Origins(Mapping[str, str]):
    """Where each parameter was given (`file:line:column`), by dotted name.

    Two are always equal: where a number was written does not make it another number.
    """

    def __init__(self, places: Mapping[str, str] | None = None) -> None:
        """Take places by dotted name."""
        self._places = dict(places or {})

    def __getitem__(self, name: str) -> str:
        """Return the place of one parameter."""
        return self._places[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over names."""
        return iter(self._places)

    def __len__(self) -> int:
        """Return how many places are known."""
        return len(self._places)

    def __eq__(self, other: object) -> bool:
        """Whether the other is an `Origins` too."""
        return isinstance(other, Origins)

    def __hash__(self) -> int:
        """Hash as what equals everything of its kind."""
        return hash(Origins)


class Frozen(BaseModel):
    """A model whose fields are fixed; unknown names are refused, and defaults are held to the same rules."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        validate_default=True,
        use_attribute_docstrings=True,
        defer_build=True,  # only what is used is built: importing stays quick
    )
    _origins: Origins = PrivateAttr(default_factory=Origins)

    @property
    def origins(self) -> Mapping[str, str]:
        """Where each parameter was given, by dotted name; empty if the object was not read from files."""
        return self._origins

    def remember(self, origins: Origins) -> None:
        """Note where each parameter was given; done once, by what read the files."""
        self._origins = origins

    def with_(self, overrides: Mapping[str, object] | Sequence[str]) -> Self:
        """Return a copy in which some entries are others.

        Args:
            overrides: New values by dotted name, or texts `NAME=VALUE` with the value in YAML.

        Raises:
            InputError: A name is unknown or a value wrong; with all of them.
        """
        from sim.scenario.change import changed  # noqa: PLC0415 - it imports this module

        return changed(self, overrides)

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse, and say what to do instead."""
        if name in type(self).model_fields:
            raise AttributeError(f"{type(self).__name__}.{name} {_INSTEAD}")
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        """Refuse, and say what to do instead."""
        if name in type(self).model_fields:
            raise AttributeError(f"{type(self).__name__}.{name} {_INSTEAD}")
        super().__delattr__(name)


class ReadOnly(Mapping[K, V]):
    """A mapping that cannot be changed: hashable, picklable, in the order it was given."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[K, V]) -> None:
        """Copy a mapping."""
        self._items = dict(items)

    def __getitem__(self, key: K) -> V:
        """Return the value under a key."""
        return self._items[key]

    def __iter__(self) -> Iterator[K]:
        """Iterate over keys."""
        return iter(self._items)

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self._items)

    def __hash__(self) -> int:
        """Hash keys and values, whatever their order."""
        return hash(frozenset(self._items.items()))

    def __eq__(self, other: object) -> bool:
        """Whether the other is a mapping with the same entries."""
        return isinstance(other, Mapping) and self._items == dict(other)

    def __repr__(self) -> str:
        """Write it as the dictionary it holds."""
        return repr(self._items)

    def __setitem__(self, key: K, value: V) -> NoReturn:
        """Refuse, and say what to do instead."""
        raise TypeError(f"this mapping {_INSTEAD}")

    def __delitem__(self, key: K) -> NoReturn:
        """Refuse, and say what to do instead."""
        raise TypeError(f"this mapping {_INSTEAD}")


def _serialised(value: Mapping[Any, Any], handler: SerializerFunctionWrapHandler) -> Any:
    return handler(dict(value))


FrozenMapping = Annotated[Mapping[K, V], AfterValidator(ReadOnly), WrapSerializer(_serialised)]
"""A read-only mapping as a field: `FrozenMapping[str, State]`."""
