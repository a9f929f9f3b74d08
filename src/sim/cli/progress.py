"""How far a long job is: one line that renews itself on a terminal, now and then a plain line anywhere else."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from types import TracebackType

_FIRST = 1.0
_BETWEEN_LINES = 10.0
_BETWEEN_RENEWALS = 0.1


class Progress:
    """Call it with how many of how many are done; silent for the first second, and always if `quiet`."""

    def __init__(self, what: str, *, quiet: bool = False, stream: TextIO | None = None) -> None:
        """Take the unit that is counted, such as `worlds`."""
        self._what = what
        self._stream = stream or sys.stderr
        self._quiet = quiet
        self._terminal = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._began = time.monotonic()
        self._next = self._began + _FIRST
        self._open = False

    def __call__(self, done: int, whole: int, fresh: int | None = None) -> None:
        """Say how far it is, if it is time to say so; `fresh` of those done were done now, and set the pace."""
        now = time.monotonic()
        if self._quiet or now < self._next or done >= whole:
            return
        pace = done if fresh is None else fresh
        left = (now - self._began) * (whole - done) / pace if pace else None
        rest = f", about {_span(left)} left" if left is not None else ""
        line = f"{done:,} of {whole:,} {self._what}{rest}"
        if self._terminal:
            self._stream.write(f"\r\x1b[K{line}")
            self._open = True
        else:
            self._stream.write(line + "\n")
        self._stream.flush()
        self._next = now + (_BETWEEN_RENEWALS if self._terminal else _BETWEEN_LINES)

    def __enter__(self) -> Self:
        """Count from now."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave a clean line behind."""
        if self._open:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


def _span(seconds: float) -> str:
    """A length of time in its largest unit."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
