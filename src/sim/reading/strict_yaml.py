"""Strict YAML 1.2: plain data, every value with its line and column, and no trick of the language.

PyYAML's events are composed here rather than by PyYAML, in one pass and without recursion: sizes are bounded before
anything is built, aliases are counted as what they expand to, and scalars are read by the core schema of YAML 1.2
(https://yaml.org/spec/1.2.2/#103-core-schema), where `no` is text, `1e-3` a number and `1:30` text.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sim.reading.errors import InputError, Problem, shown_path
from sim.reading.scalars import NotFinite, resolve

MOST_BYTES = 1 << 20
"""Largest file read."""
MOST_DEPTH = 50
"""Deepest nesting of lists and mappings, aliases expanded."""
MOST_NODES = 100_000
"""Most keys, values, lists and mappings, aliases expanded."""

Location = tuple[str | int, ...]
"""Keys and list indices that lead from the top of a document to one of its values."""

_Loader: type[Any] = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class _Node:
    """A value and where it stands. `size` and `depth` count what lies in it, itself included."""

    value: Any
    line: int
    column: int
    children: dict[str | int, "_Node"] = field(default_factory=dict)
    keys: dict[str | int, tuple[int, int]] = field(default_factory=dict)
    size: int = 1
    depth: int = 0
    anchor: str | None = None
    pending: tuple[str, int, int] | None = None  # the key read last, until its value comes


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as plain data (mappings have text keys; dates stay text) that knows where each value stands."""

    data: Any
    path: str | None
    _top: _Node

    def place(self, location: Location, *, key: bool = False) -> tuple[int, int]:
        """Return (line, column), from 1, of the value at `location`, or of its key.

        For a location that the document does not have, the place of the nearest value above it.
        """
        node, place = self._top, (self._top.line, self._top.column)
        for part in location:
            if part not in node.children:
                break
            own_key = node.keys.get(part)
            node = node.children[part]
            place = own_key if key and own_key is not None else (node.line, node.column)
        return place

    def spot(self, location: Location, *, key: bool = False) -> tuple[str | None, int | None, int | None]:
        """Return (file, line, column) of the value at `location`, or of its key."""
        return (self.path, *self.place(location, key=key))


def read_yaml(path: Path) -> Document:
    """Read a YAML file.

    Raises:
        InputError: It cannot be read, is too large or too deep, or is not plain YAML; with every place.
    """
    name = shown_path(path)
    try:
        if path.is_dir():
            raise InputError(Problem(name, None, None, "", "this is a folder, not a file"))
        if path.exists() and not path.is_file():
            raise InputError(Problem(name, None, None, "", "this is not a regular file"))
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise InputError(Problem(name, None, None, "", "there is no such file")) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(Problem(name, None, None, "", f"cannot be read: {reason}")) from None
    if len(content) > MOST_BYTES:
        raise InputError(Problem(name, None, None, "", "the file is larger than 1 MiB"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", errors="replace")
        raise InputError(Problem(name, *_after(before), "", "the file is not UTF-8 text")) from None
    document = read_text(text, name)
    if document.data is None:
        raise InputError(Problem(name, None, None, "", "the file is empty"))
    return document


def read_text(text: str, name: str | None = None) -> Document:
    """Read YAML from text; `name` stands for the file in messages.

    Raises:
        InputError: As `read_yaml`.
    """
    unprintable = _UNPRINTABLE.search(text)
    if unprintable is not None:
        code = f"U+{ord(unprintable.group()):04X}"
        message = f"the character {code} is not allowed in YAML"
        raise InputError(Problem(name, *_after(text[: unprintable.start()]), "", message))
    composer = _Composer(name)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            composer.take(event)
    except yaml.YAMLError as error:
        raise InputError(*composer.problems, _syntax(error, text, name)) from None
    top = composer.top
    if composer.problems:
        raise InputError(*composer.problems)
    if top is None:
        raise InputError(Problem(name, None, None, "", "the file is empty"))
    return Document(top.value, name, top)


def parse_value(text: str) -> object:
    """Read one value, as written behind `--set NAME=`: a scalar, or YAML's flow form of a list or mapping.

    Raises:
        InputError: It is empty or not plain YAML.
    """
    if not text.strip():
        raise InputError("no value is given")
    try:
        return read_text(text).data
    except InputError as error:
        raise InputError(*(Problem(None, None, None, item.where, item.message) for item in error.problems)) from None


def _after(text: str) -> tuple[int, int]:
    """Return the line and column, from 1, of the character that follows `text`."""
    return text.count("\n") + 1, len(text) - text.rfind("\n")


def _start(event: yaml.Event) -> tuple[int, int]:
    """Return the line and column, from 1, at which an event starts."""
    mark = event.start_mark
    return (1, 1) if mark is None else (mark.line + 1, mark.column + 1)


def _syntax(error: yaml.YAMLError, text: str, name: str | None) -> Problem:
    """Tell a mistake of syntax where it is."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    reason = getattr(error, "problem", None) or "not YAML"
    if mark is None:
        return Problem(name, None, None, "", f"not YAML: {str(error).splitlines()[0]}")
    lines = text.splitlines()
    at = lines[mark.line][mark.column :] if mark.line < len(lines) else ""
    if at.startswith("\t"):
        reason = "a tab cannot indent; use spaces"
    return Problem(name, mark.line + 1, mark.column + 1, "", f"not YAML: {reason}")


class _Composer:
    """Builds nodes from events, keeping sizes within bounds and noting what is not plain."""

    def __init__(self, name: str | None) -> None:
        self.name = name
        self.top: _Node | None = None
        self.problems: list[Problem] = []
        self._open: list[_Node] = []
        self._anchors: dict[str, _Node] = {}
        self._nodes = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """Take the next event."""
        match event:
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self._refuse(event, "a second document starts here; a file holds one")
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.CollectionStartEvent():
                self._start(event)
            case yaml.CollectionEndEvent():
                self._end()
            case yaml.AliasEvent():
                self._alias(event)
            case _:
                pass

    def _where(self, key: str | None = None) -> str:
        """Return the dotted name of the place that is being filled, or of a key in it."""
        parts: list[str] = []
        for node in self._open:
            if isinstance(node.value, list):
                parts.append(str(len(node.value)))
            elif node.pending is not None:
                parts.append(node.pending[0])
        place = ".".join(parts)
        if key is None:
            return place
        return f"{place}.{key}" if place else key

    def _note(self, event: yaml.Event, message: str, where: str | None = None) -> None:
        line, column = _start(event)
        self.problems.append(Problem(self.name, line, column, self._where() if where is None else where, message))

    def _refuse(self, event: yaml.Event, message: str) -> None:
        """Stop here: what follows could be without bound."""
        self._note(event, message, "")
        raise InputError(*self.problems)

    def _count(self, event: yaml.Event, nodes: int, depth: int) -> None:
        self._nodes += nodes
        if self._nodes > MOST_NODES:
            self._refuse(event, f"the file holds over {MOST_NODES:,} values, aliases expanded")
        if len(self._open) + depth > MOST_DEPTH:
            self._refuse(event, f"lists and mappings nest over {MOST_DEPTH} deep")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._count(event, 1, 0)
        plain = event.style is None or event.style == ""
        if self._expects_key():
            self._key(event, event.value, plain=plain)
            return
        self._tagged(event)
        value: object = event.value
        if plain:
            try:
                value = resolve(event.value)
            except NotFinite as error:
                self._note(event, str(error))
                value = 0
        node = _Node(value, *_start(event))
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        self._place(node)

    def _expects_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._open[-1].pending is None

    def _key(self, event: yaml.ScalarEvent, text: str, *, plain: bool) -> None:
        self._tagged(event)
        if event.anchor is not None:
            self._note(event, "a key cannot have an anchor")
        holder = self._open[-1]
        line, column = _start(event)
        if plain and text == "<<":
            self._note(event, "merge keys are not read; use extends", self._where(text))
        elif text in holder.keys:
            first_line, first_column = holder.keys[text]
            message = f"given twice; first at line {first_line}, column {first_column}"
            self._note(event, message, self._where(text))
        holder.keys.setdefault(text, (line, column))
        holder.pending = (text, line, column)

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        if self._expects_key():
            self._refuse(event, "a key must be text, not a list or mapping")
        self._count(event, 1, 1)
        self._tagged(event)
        value: list[Any] | dict[str, Any] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        self._open.append(_Node(value, *_start(event), anchor=event.anchor))

    def _end(self) -> None:
        node = self._open.pop()
        node.depth += 1
        if node.anchor is not None:  # only now: an alias inside its own anchor has no end
            self._anchors[node.anchor] = node
        self._place(node)

    def _alias(self, event: yaml.AliasEvent) -> None:
        if self._expects_key():
            self._refuse(event, "a key must be text, not an alias")
        node = self._anchors.get(event.anchor or "")
        if node is None:
            inside = any(holder.anchor == event.anchor for holder in self._open)
            self._refuse(event, f"the alias *{event.anchor} {'lies within itself' if inside else 'has no anchor'}")
            return
        self._count(event, node.size, node.depth)
        self._place(node)

    def _tagged(self, event: yaml.NodeEvent) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._note(event, f"the tag {str(tag)[:60]} is not read; only plain values are")

    def _place(self, node: _Node) -> None:
        """Put a finished node where it belongs."""
        if not self._open:
            self.top = node
            return
        holder = self._open[-1]
        holder.size += node.size
        holder.depth = max(holder.depth, node.depth)
        if isinstance(holder.value, list):
            holder.children[len(holder.value)] = node
            holder.value.append(node.value)
        elif holder.pending is not None:
            key = holder.pending[0]
            holder.children[key] = node
            holder.value[key] = node.value
            holder.size += 1
            holder.pending = None
