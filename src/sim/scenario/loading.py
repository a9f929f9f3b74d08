"""Scenarios read from files: what they extend below them, overrides on top."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sim.reading import Document, InputError, Problem, read_yaml, shown, shown_path
from sim.scenario.change import Layers, Overrides
from sim.scenario.names import find, folder
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    from pathlib import Path

    from sim.reading.strict_yaml import Location

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_NOT_EXTENDED = "leaves states out of what a scenario extends, and this one extends none"


@dataclass(frozen=True, slots=True)
class _File:
    """A file as a layer: its entries without `extends` and `without`, and the states that it leaves out."""

    document: Document
    data: Any
    without: tuple[str, ...] = ()

    def spot(self, location: Location, *, key: bool = False) -> tuple[str | None, int | None, int | None]:
        """Return (file, line, column)."""
        return self.document.spot(location, key=key)


def load(name_or_path: str | Path, overrides: Overrides = ()) -> Scenario:
    """Return a scenario, with what it extends and with overrides on top.

    A file that extends another and gives no name of its own is named after itself.

    Args:
        name_or_path: The name of a shipped scenario, or the path of a file.
        overrides: New values by dotted name (`{"states.Russia.resolve.shift": 2}`), or texts `NAME=VALUE` with the
            value in YAML.

    Raises:
        InputError: With every mistake in the files and the overrides.
    """
    files = _files(find(name_or_path))
    layers = Layers(Scenario, files[0])
    for file in files[1:]:
        layers.leave_out(file.without, file)
        layers.lay(file)
    layers.override(overrides)
    scenario: Scenario = layers.build(names=("extends", "without"))
    return scenario


def _files(path: Path) -> list[_File]:
    """Return a file and what it extends, the lowest first.

    Raises:
        InputError: A file cannot be read, or extends itself.
    """
    found: list[_File] = []
    chain: list[Path] = []
    while True:
        chain.append(path)
        document = _read(path)
        if not isinstance(document.data, Mapping):
            raise InputError(Problem(*document.spot(()), "", f"{shown(document.data)} is not a mapping"))
        data = {key: value for key, value in document.data.items() if key != "extends"}
        if "extends" not in document.data:
            if "without" in data:
                raise InputError(Problem(*document.spot(("without",), key=True), "without", _NOT_EXTENDED))
            found.append(_File(document, data))
            return found[::-1]
        without = _left_out(document, data.pop("without", []))
        if "name" not in data and _NAME.fullmatch(path.stem):
            data["name"] = path.stem
        found.append(_File(document, data, without))
        path = _extended(document, path)
        if any(path.resolve() == earlier.resolve() for earlier in chain):
            circle = " -> ".join(shown_path(each) for each in (*chain, path))
            raise InputError(Problem(*document.spot(("extends",)), "extends", f"comes back to itself: {circle}"))


def _read(path: Path) -> Document:
    """Return a file as it stands; a shipped one, which nearly every scenario extends, is composed once.

    Composed again once it is another file or is shown by another name, from another working directory. Nobody changes
    a document: what extends it is laid over copies.
    """
    if path.parent != folder():
        return read_yaml(path)
    try:
        about = path.stat()
    except OSError:
        return read_yaml(path)  # which tells what is wrong
    return _composed(path, shown_path(path), about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=64)
def _composed(path: Path, *_version: object) -> Document:
    return read_yaml(path)


def _left_out(document: Document, names: Any) -> tuple[str, ...]:
    """Return the states that a file leaves out of the scenario it extends.

    Raises:
        InputError: It is no list of names.
    """
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        message = f"{shown(names)} is not a list of names"
        raise InputError(Problem(*document.spot(("without",)), "without", message))
    return tuple(names)


def _extended(document: Document, path: Path) -> Path:
    """Return the file that a file extends."""
    spot = document.spot(("extends",))
    target = document.data["extends"]
    if not isinstance(target, str) or not target:
        raise InputError(Problem(*spot, "extends", f"{shown(target)} is not the name of a scenario"))
    try:
        return find(target, path.parent)
    except InputError as error:
        found = (Problem(*spot, "extends", f"{shown(target)}: {item.message}", item.hint) for item in error.problems)
        raise InputError(*found) from None
