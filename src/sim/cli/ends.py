"""How a command ends: exit codes, the messages that go with them, and what a program gets to read.

0 done · 1 the work failed · 2 the input is wrong · 130 interrupted. A mistake of the user's never shows a traceback.
With `--json` standard output holds one JSON object however the command ends; when it fails that is
`{"command", "error": {"kind", "exit_code", "message", "problems": [{"path", "line", "column", "where", "message",
"hint"}]}}`, and the same message goes to standard error as text.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DONE, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130
NAME = "article4"


class Interrupted(Exception):  # noqa: N818 - it is no error, somebody asked for it
    """Ctrl-C, told with how to go on."""


class UnsoundError(Exception):
    """What was looked at is not as it should be: exit code 2, every problem (`sim.reading.Problem`) told."""

    def __init__(self, problems: Sequence[Any]) -> None:
        """Take the problems, one or more."""
        super().__init__(*problems)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """All problems, one a line, and how many."""
        count = f"{len(self.problems)} problem{'' if len(self.problems) == 1 else 's'}."
        return "\n".join([*map(str, self.problems), count])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        arguments: what follows the command's name; by default, what the process was started with.
    """
    # Loading the libraries makes a million objects and no garbage: looking for it at every 700th costs a tenth of that.
    gc.set_threshold(50_000)
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    for stream in (sys.stdout, sys.stderr):
        # A character that the terminal cannot show becomes a question mark: never a reason to fail.
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        code = _invoke(given)
    except BrokenPipeError:
        code = DONE
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        deafen()
    return code


def emit(text: str) -> None:
    """Print to standard output. A reader who has left (`| head`) stops the printing, not the work."""
    try:
        print(text, flush=True)  # noqa: T201 - this is where the command line prints
    except BrokenPipeError:
        deafen()


def tell(text: str) -> None:
    """Print a message to standard error, its lines never wrapped; what a terminal would obey is left out."""
    from sim.view.words import visible  # noqa: PLC0415 - only for messages

    with contextlib.suppress(BrokenPipeError):
        print(visible(text), file=sys.stderr, flush=True)  # noqa: T201 - and here its messages


def deafen() -> None:
    """Send standard output nowhere, so that the interpreter's last flush finds no broken pipe."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _invoke(given: list[str]) -> int:
    """Hand the arguments to typer and turn whatever comes back into an exit code."""
    from typer.main import get_command  # noqa: PLC0415 - the module stays importable without the commands

    from sim.cli.app import app  # noqa: PLC0415 - the commands import this module

    try:
        with _shown_plainly():
            answer = get_command(app).main(args=given, prog_name=NAME, standalone_mode=False)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else DONE
    except KeyboardInterrupt:
        return _end(given, "interrupted", INTERRUPTED, "Interrupted.")
    except Interrupted as stop:
        return _end(given, "interrupted", INTERRUPTED, str(stop))
    except Exception as error:  # noqa: BLE001 - raised again there unless it is one that people can act on
        return _ended_by(given, error)
    if answer == INTERRUPTED:
        return _end(given, "interrupted", INTERRUPTED, "Interrupted.")
    return answer if isinstance(answer, int) else DONE


@contextlib.contextmanager
def _shown_plainly() -> Iterator[None]:
    """Show a user's warnings as one line each, without the source code they came from."""
    import warnings  # noqa: PLC0415 - only needed here

    def line(message: Warning | str, *_place: Any, **_more: Any) -> None:
        tell(f"Warning: {message}")

    with warnings.catch_warnings():
        warnings.showwarning = line
        yield


def _ended_by(given: list[str], error: Exception) -> int:
    """The exit code for an exception; what nobody foresaw is raised again, traceback and all."""
    from sim.reading import InputError, TaskError  # noqa: PLC0415 - Pydantic loads with it, too slow for --help

    if isinstance(error, (InputError, UnsoundError)):
        return _end(given, "input", WRONG, str(error), error.problems)
    if isinstance(error, TaskError):
        return _end(given, "task", FAILED, str(error))
    if hasattr(error, "format_message"):
        return _end(given, "usage", WRONG, _usage(error))
    if isinstance(error, OSError):
        named = f"{error.filename}: " if error.filename else ""
        return _end(given, "task", FAILED, f"{named}{error.strerror or error}")
    if isinstance(error, MemoryError):
        return _end(given, "task", FAILED, "Not enough memory.")
    raise error


def _end(given: list[str], kind: str, code: int, message: str, problems: Sequence[Any] = ()) -> int:
    """Tell the message, to people and with `--json` to programs too, and return the exit code."""
    tell(message)
    if "--json" in given:
        from sim.view.as_json import json_text  # noqa: PLC0415 - only on the way out

        fields = ("path", "line", "column", "where", "message", "hint")
        told = [{name: getattr(problem, name) for name in fields} for problem in problems]
        command = next((word for word in given if not word.startswith("-")), None)
        error = {"kind": kind, "exit_code": code, "message": message, "problems": told}
        emit(json_text({"command": command, "error": error}))
    return code


def _usage(error: Any) -> str:
    """A mistake in the words after the command's name: what is wrong, the nearest that exists, where the help is."""
    from sim.reading import nearest  # noqa: PLC0415 - only on the way out

    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else NAME
    option = getattr(error, "option_name", None)
    if option is not None and context is not None and type(error).__name__ == "NoSuchOption":
        known = [name for parameter in context.command.params for name in parameter.opts if name.startswith("--")]
        meant = nearest(option, known)
        message = f"no such option: {option}" + (f'. Did you mean "{meant}"?' if meant else ".")
    else:
        message = " ".join(error.format_message().split()).replace("'", '"')
        message = message[:1].lower() + message[1:] if message[1:2].islower() else message
    return f"{path}: {message}\nSee: {path} --help"
