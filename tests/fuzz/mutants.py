"""Mutants: the shipped scenario files with bytes, lines and values changed, and overrides of every entry."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sim.scenario.names import folder, names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import numpy as np

    Mutator = Callable[[np.random.Generator, bytes], bytes]

NASTY: Final = (
    "",
    "~",
    "true",
    "[]",
    "{}",
    "[[[]]]",
    "-1",
    "0",
    "-0.0",
    "1e-300",
    "1e15",
    "1.0000000001e15",
    "-1e15",
    "1e308",
    "1e400",
    "9" * 19,
    "9" * 299,
    "9" * 5000,
    "0x7fffffffffffffff",
    "0o777",
    ".inf",
    "-.nan",
    '"1"',
    "yes",
    "2025-01-01",
    "1:30",
    "9999-12",
    "0000-01",
    "&a 1",
    "*a",
    "&a [*a]",
    "!!python/object/apply:os.system ['true']",
    "!!float 1",
    "<<: {a: 1}",
    "? [1, 2] : 3",
    "| text\n  below",
    "'",
    '"\\ud800"',
    '"\\0"',
    "\x00",
    "\t1",
    "\ufeff1",
    "\u202e1",
    "\u0661",  # a digit, not of ASCII
    "{record: nothing}",
    "{record: ''}",
    "{record: priors.precision, shift: 1e15}",
    "{record: credibility.in_force, shift: -1e3}",
    "{record: credibility.in_force, shift: .nan}",
    "{shift: 2}",
    "{source: x}",
    "{value: 1, source: 3}",
    "{value: 1, normal: [0, 1]}",
    "{normal: [0, 0]}",
    "{normal: [0, 1e-12]}",
    "{normal: [1e15, 1e15]}",
    "{normal: [0]}",
    "{normal: {a: 1}}",
    "{uniform: [1, 1]}",
    "{uniform: [0, 1]}",
    "{uniform: [-1e15, 1e15]}",
    "{triangular: [0, 0, 1]}",
    "{triangular: [0, 1e15, 1]}",
    "{lognormal: [1, 20]}",
    "{lognormal: [1e15, 20]}",
    "{beta: [1e-15, 1e-15]}",
    "{beta: [1e15, 1e-9]}",
    "{truncated_normal: [0, 1e-9, 0.5, 1]}",
    "{truncated_normal: [1e15, 1, 0, 1]}",
    "{truncated_normal: [0, 1, 1, 0]}",
    "[" * 60 + "]" * 60,
    "{a: " * 60 + "}" * 60,
    "[" + "0, " * 3000 + "0]",
    "x" * 20_000,
    "Russia",
    "[Russia, Russia]",
    "{Russia: 1}",
    "{month: 0, set: {threat: 1}}",
    "[{month: 0, set: {threat: 10, tension: {shift: -10}}}, {month: 0, set: {defence: -10, missiles: {shift: 10}}}]",
)
"""Values that some reader somewhere trips over."""

SPLINTERS: Final = (
    b"\x00", b"\t", b"\r", b"\n", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\x1b[31m", b"\xc2\x85", b"\xe2\x80\xa8",
    b": ", b"- ", b"? ", b"{", b"}", b"[", b"]", b",", b"#", b"&a ", b"*a", b"!!set ", b"! ", b"%YAML 1.1\n", b"---\n",
    b"...\n", b"|\n", b">\n", b"'", b'"', b"<<: *a", b"e9", b"-", b"0", b".", b"\xf0\x9f\x92\xa5", b"extends: today\n",
    b"without: [Russia]\n", b"  ",
)  # fmt: skip
"""Bytes that mean something to a reader of YAML, or to a terminal."""


@cache
def shipped() -> Mapping[str, bytes]:
    """The shipped scenario files by name."""
    return {name: (folder() / f"{name}.yaml").read_bytes() for name in names()}


def mutant(luck: np.random.Generator, files: Mapping[str, bytes] | None = None) -> tuple[str, bytes]:
    """A file, by default a shipped scenario, with one to four changes: its name, and what became of it."""
    files = shipped() if files is None else files
    name = str(luck.choice(list(files)))
    content = files[name]
    for _ in range(int(luck.integers(1, 5))):
        content = MUTATORS[int(luck.integers(len(MUTATORS)))](luck, content)
    return name, content


def _at(luck: np.random.Generator, content: bytes) -> int:
    return int(luck.integers(len(content) + 1))


def _flipped(luck: np.random.Generator, content: bytes) -> bytes:
    at = _at(luck, content)
    return (
        content[:at] + bytes(byte ^ (1 << int(luck.integers(8))) for byte in content[at : at + 1]) + content[at + 1 :]
    )


def _splintered(luck: np.random.Generator, content: bytes) -> bytes:
    at = _at(luck, content)
    return content[:at] + SPLINTERS[int(luck.integers(len(SPLINTERS)))] + content[at:]


def _deleted(luck: np.random.Generator, content: bytes) -> bytes:
    at = _at(luck, content)
    return content[:at] + content[at + int(luck.integers(1, 40)) :]


def _doubled(luck: np.random.Generator, content: bytes) -> bytes:
    at = _at(luck, content)
    return content[:at] + content[at : at + int(luck.integers(1, 200))] + content[at:]


def _cut(luck: np.random.Generator, content: bytes) -> bytes:
    return content[: _at(luck, content)]


def _line_gone(luck: np.random.Generator, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join(line for at, line in enumerate(lines) if at != int(luck.integers(len(lines))))


def _line_again(luck: np.random.Generator, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    line = lines[int(luck.integers(len(lines)))]
    lines.insert(int(luck.integers(len(lines))), line)
    return b"".join(lines)


def _lines_swapped(luck: np.random.Generator, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    here, there = (int(at) for at in luck.integers(len(lines), size=2))
    lines[here], lines[there] = lines[there], lines[here]
    return b"".join(lines)


def _line_moved_in(luck: np.random.Generator, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    at = int(luck.integers(len(lines)))
    lines[at] = b"  " + lines[at] if luck.random() < 0.5 else lines[at][2:]
    return b"".join(lines)


def _line_lengthened(luck: np.random.Generator, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    at = int(luck.integers(len(lines)))
    lines[at] = lines[at].rstrip(b"\n") + b"x" * int(luck.integers(1, 30_000)) + b"\n"
    return b"".join(lines)


def _value_replaced(luck: np.random.Generator, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    valued = [at for at, line in enumerate(lines) if b": " in line] or [0]
    at = valued[int(luck.integers(len(valued)))]
    parts = lines[at].split(b": ")
    place = int(luck.integers(1, len(parts))) if len(parts) > 1 else 0
    lines[at] = b": ".join([*parts[:place], NASTY[int(luck.integers(len(NASTY)))].encode()]) + b"\n"
    return b"".join(lines)


def _number_replaced(luck: np.random.Generator, content: bytes) -> bytes:
    digits = [at for at, byte in enumerate(content) if chr(byte).isdigit()] or [0]
    at = digits[int(luck.integers(len(digits)))]
    numbers = (b"0", b"-1", b"1e9", b"1e-9", b"600", b"0.5", b"1e15", b"9" * 25, b"null")
    return content[:at] + numbers[int(luck.integers(len(numbers)))] + content[at + 1 :]


MUTATORS: Final[tuple[Mutator, ...]] = (
    _flipped,
    _splintered,
    _deleted,
    _doubled,
    _cut,
    _line_gone,
    _line_again,
    _lines_swapped,
    _line_moved_in,
    _line_lengthened,
    _value_replaced,
    _value_replaced,
    _number_replaced,
)


def entries(data: Any, above: str = "") -> Iterator[str]:
    """Dotted name of every entry of a scenario, sections and parameters alike."""
    for key, value in data.items() if isinstance(data, dict) else ():
        name = f"{above}.{key}" if above else str(key)
        yield name
        yield from entries(value, name)


def override(luck: np.random.Generator, names_: list[str]) -> str:
    """A text `NAME=VALUE`: an entry of a scenario set to something nasty, the name itself wrong now and then."""
    name = names_[int(luck.integers(len(names_)))]
    if luck.random() < 0.1:
        at = int(luck.integers(len(name) + 1))
        name = (
            name[:at]
            + str(luck.choice(["", "..", " ", "x", "\x00", "\udcff", "=", "é", ".shift", ".0"]))
            + name[at + 1 :]
        )
    return f"{name}={NASTY[int(luck.integers(len(NASTY)))]}"


def written(folder_: Path, content: bytes) -> Path:
    """A file with this content."""
    path = folder_ / "mine.yaml"
    path.write_bytes(content)
    return path
