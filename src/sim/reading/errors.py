"""What went wrong with what was given, and where: the messages every room tells in the same form."""

from dataclasses import dataclass
from pathlib import Path

SHOWN = 60
"""Characters of a value that a message shows."""

SHOWN_PROBLEMS = 100
"""Mistakes that a message shows; for no more than these is looked for what was meant."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in what was given.

    Attributes:
        path: The file as shown to its owner, or what stands for it (`--set K=V`); None when there is neither.
        line: Line in the file, from 1.
        column: Column in the line, from 1.
        where: Dotted name of the entry, empty for the whole.
        message: What is wrong, in a sentence.
        hint: What to do instead, in a sentence.
    """

    path: str | None
    line: int | None
    column: int | None
    where: str
    message: str
    hint: str | None = None

    @property
    def place(self) -> str:
        """File, line and column as `file:line:column`, as much of it as is known."""
        parts = [self.path or ""]
        if self.path and self.line is not None:
            parts.append(str(self.line))
            if self.column is not None:
                parts.append(str(self.column))
        return ":".join(parts)

    @property
    def text(self) -> str:
        """The problem without its place."""
        message = f"{self.where}: {self.message}" if self.where else self.message
        if self.hint is None:
            return message
        return f"{message}{'' if message.endswith(('.', '?', '!')) else '.'} {self.hint}"

    def __str__(self) -> str:
        """Place, name, message and hint on one line."""
        return f"{self.place}   {self.text}" if self.place else self.text


class InputError(Exception):
    """What was given cannot be run: exit code 2. Holds every problem found, not only the first."""

    def __init__(self, *problems: Problem | str) -> None:
        """Take problems with places, or plain sentences."""
        super().__init__(*problems)
        self.problems: tuple[Problem, ...] = tuple(
            Problem(None, None, None, "", problem) if isinstance(problem, str) else problem for problem in problems
        )

    def __str__(self) -> str:
        """The first hundred problems, one a line, their places in a column, and how many there are in all."""
        told = self.problems[:SHOWN_PROBLEMS]
        width = max((len(problem.place) for problem in told), default=0)
        lines = [f"{problem.place.ljust(width)}  {problem.text}" if width else problem.text for problem in told]
        count = len(self.problems)
        if count > len(told):
            lines.append(f"and {count - len(told):,} more")
        return "\n".join([*lines, f"{count} error{'' if count == 1 else 's'}; nothing was run."])


class TaskError(Exception):
    """The input was right and the work failed all the same: exit code 1."""


def shown(value: object) -> str:
    """Write a value as a message shows it: text in quotation marks, the rest as YAML would, cut at 60 characters."""
    match value:
        case None:
            text = "null"
        case bool():
            text = "true" if value else "false"
        case str():
            text = f'"{value[: 2 * SHOWN]}"'
        case dict():
            text = "{" + ", ".join(f"{key}: {shown(item)}" for key, item in list(value.items())[:SHOWN]) + "}"
        case list() | tuple():
            text = "[" + ", ".join(shown(item) for item in value[:SHOWN]) + "]"
        case int() if abs(value) >= 10**SHOWN:
            text = "a whole number of over 60 digits"
        case _:
            text = str(value)
    text = "".join(character if character.isprintable() else " " for character in text)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def shown_path(path: Path) -> str:
    """Write a path as its owner knows it: relative to the working directory when it lies below it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (OSError, ValueError):
        return str(path)
