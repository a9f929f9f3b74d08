"""Answers kept at hand: in the process for a while, and on disk, so that what was once played is there at once.

An answer is the JSON object of `article4 compare`. Its file is named after everything that decides it, so that another
version of the code, the record or a scenario never meets an answer that is not its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from collections import OrderedDict, deque
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.experiment import play_piece
from sim.experiment.files import write_whole
from sim.experiment.identity import code_digest
from sim.view.as_json import json_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.experiment import Batch, Growing, Piece, Plan, Submits

PAIRS: Final = (250, 1_000, 2_000, 4_000, 6_000, 8_000, 10_000)
"""Worlds of each arm after which an answer is shown: a first look soon, then ever longer steps. Convention."""

FIRST: Final = 2_000
"""Worlds of each arm of an answer that is played ahead."""

_PIECE: Final = 1_000
"""Worlds that are played at a time: who changes their mind waits for no more than the pieces that have begun."""

_GROWING: Final = 8
"""Comparisons that are kept growing in memory; the one used longest ago is dropped."""

_FILES: Final = 2_000
"""Answers kept on disk, 45 kB each; the oldest are removed. Convention."""

_AT_HAND: Final = 200
"""Answers kept in memory; the one used longest ago is dropped. Convention."""


class Playing:
    """A comparison that is being played, by whoever looks at it: pieces are handed out and come in in order."""

    def __init__(self, growing: Growing, executor: Submits | None, ahead: int) -> None:
        """Take what is played, who plays it (None: whoever asks), and how many pieces are handed out at once."""
        self._growing = growing
        self._executor = executor
        self._ahead = ahead
        self._lock = threading.Lock()
        self._pending: deque[tuple[Piece, Future[Batch]]] = deque()

    @property
    def trials(self) -> int:
        """Worlds of each arm that are in."""
        return self._growing.trials

    def advance(self, trials: int, wait: float) -> bool:
        """Play on; returns whether so many worlds of each arm are in.

        Args:
            trials: worlds of each arm that are wanted.
            wait: seconds after which it returns at the latest, if somebody else plays.
        """
        with self._lock:
            self._hand_out(trials)
            if self.trials < trials:
                piece, future = self._pending[0]
                try:
                    batch = future.result(wait)
                except TimeoutError:
                    return False
                except BaseException:
                    self._pending.clear()  # what failed is handed out anew by who asks again
                    raise
                self._pending.popleft()
                self._growing.add(piece, batch)
            return self.trials >= trials

    def rest(self) -> None:
        """Take back what was handed out and has not begun: nobody looks any more, and others wait."""
        with self._lock:
            while self._pending and self._pending[-1][1].cancel():
                self._pending.pop()

    def found(self) -> dict[str, Any]:
        """The answer of what is in, as it would be read from a file."""
        with self._lock:
            told: dict[str, Any] = json.loads(json_text(self._growing.found().to_json()))
        return told

    def _hand_out(self, trials: int) -> None:
        last = self._pending[-1][0] if self._pending else None
        begun = self.trials if last is None else last.first + last.task.replicates
        while begun < trials and len(self._pending) < self._ahead:
            # Cut at the numbers that are shown: a first look must not wait for more than it needs.
            stop = next((number for number in PAIRS if number > begun), trials)
            piece = self._growing.piece(begun, min(stop - begun, trials - begun, _PIECE))
            self._pending.append((piece, self._submitted(piece)))
            begun += piece.task.replicates

    def _submitted(self, piece: Piece) -> Future[Batch]:
        if self._executor is not None:
            return self._executor.submit(play_piece, piece)
        done: Future[Batch] = Future()
        done.set_result(play_piece(piece))
        return done


class Answers:
    """What has been played, by what it was made of; shared by all who look."""

    def __init__(self, folder: Path | None, executor: Submits | None = None, workers: int = 1) -> None:
        """Begin with what lies in a folder.

        Args:
            folder: where answers are kept; None keeps them in memory only.
            executor: plays; anything shaped like concurrent.futures.Executor. By default, whoever asks.
            workers: how many pieces the executor plays at once.
        """
        self._folder = folder
        self._executor = executor
        self._ahead = 1 if executor is None else workers
        self._lock = threading.Lock()
        self._told: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._playing: OrderedDict[str, Playing] = OrderedDict()

    def held(self, plan: Plan) -> Mapping[str, Any] | None:
        """The answer with the most worlds that is at hand."""
        key = _key(plan)
        with self._lock:
            if key not in self._told and (found := self._read(key)) is not None:
                self._remember(key, found)
            return self._told.get(key)

    def playing(self, growing: Growing) -> Playing:
        """What is being played of a question; of one that nobody has asked yet, begin."""
        key = _key(growing.plan)
        with self._lock:
            mine = self._playing.setdefault(key, Playing(growing, self._executor, self._ahead))
            self._playing.move_to_end(key)
            while len(self._playing) > _GROWING:
                self._playing.popitem(last=False)
            return mine

    def keep(self, plan: Plan, found: dict[str, Any]) -> None:
        """Keep an answer, unless one of more worlds is at hand; on disk if it is more than a first look."""
        key = _key(plan)
        with self._lock:
            best = self._told.get(key)
            if best is not None and found["trials"] <= best["trials"]:
                return
            self._remember(key, found)
            if found["trials"] >= FIRST:
                self._write(key, found)

    def _remember(self, key: str, found: dict[str, Any]) -> None:
        self._told[key] = found
        self._told.move_to_end(key)
        while len(self._told) > _AT_HAND:
            self._told.popitem(last=False)

    def _read(self, key: str) -> dict[str, Any] | None:
        if self._folder is None:
            return None
        with contextlib.suppress(OSError, ValueError, RecursionError):
            found = json.loads((self._folder / f"{key}.json").read_bytes())
            if isinstance(found, dict) and found.get("command") == "compare":
                return found
        return None

    def _write(self, key: str, found: Mapping[str, Any]) -> None:
        """Keep an answer; a disk that is full or closed to us only means that it is played again."""
        if self._folder is None:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._folder / f"{key}.json", json_text(found).encode())
            files = sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
            for path in files[:-_FILES]:
                path.unlink(missing_ok=True)


def kept_in() -> Path:
    """The folder of answers: `$XDG_CACHE_HOME/article4/answers`, by default below ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "article4" / "answers"


def _key(plan: Plan) -> str:
    return hashlib.sha256(f"{plan.hash} {_summed_by()}".encode()).hexdigest()


@cache
def _summed_by() -> str:
    """A digest of what sums trials up: the hash of a plan tells only of what plays them."""
    return code_digest(Path(__file__).parents[1] / "experiment")
