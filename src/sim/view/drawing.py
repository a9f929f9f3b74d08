"""A process beside the one that plays, which loads the drawing engine meanwhile and then draws.

The engine and Altair take more than a second to load, as long as a thousand worlds take to play. A thread would not do:
both hold the interpreter's lock.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sim.reading import TaskError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Draughtsman:
    """Draws charts in a process of its own; a context manager, so that it never outlives its use."""

    def __enter__(self) -> Self:
        """Start the process."""
        # -P: a module of the same name in the user's folder must not be taken for one of ours.
        command = [sys.executable, "-P", "-m", "sim.view.drawing"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(  # noqa: S603 - our own command, nothing of the user's in it
            command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, encoding="utf-8"
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it, whatever it does."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()

    def draw(self, summary: Mapping[str, Any], paths: Sequence[Path]) -> list[Path]:
        """Draw the chart of a command's answer to files; the suffix says which kind.

        Args:
            summary: the JSON object of `run`, as `sim.view.answers.summary_of` gives it, or of `compare`.
            paths: the files.

        Raises:
            TaskError: a file cannot be written, or the process died.

        """
        asked = json.dumps({"summary": summary, "paths": [str(path) for path in paths]})
        answer, errors = self._process.communicate(asked)
        if self._process.returncode != 0:
            told = errors.strip().splitlines()
            raise TaskError(told[-1] if told else f"the charts were not drawn (exit {self._process.returncode})")
        return [Path(line) for line in answer.splitlines()]


def main() -> int:
    """Load the engine, then draw what standard input asks for."""
    from sim.view.files import save, warm_up  # noqa: PLC0415 - the same
    from sim.view.gallery import chart_of  # noqa: PLC0415 - in its own process only

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is answered by the process that plays
    warm_up()
    asked = sys.stdin.read()
    if not asked:
        return 0
    order = json.loads(asked)
    chart = chart_of(order["summary"]).to_dict()
    try:
        for path in order["paths"]:
            sys.stdout.write(f"{save(chart, path)}\n")
    except TaskError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
