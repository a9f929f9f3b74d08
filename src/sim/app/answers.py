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
from collections import OrderedDict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.experiment.files import write_whole
from sim.experiment.identity import code_digest
from sim.view.as_json import json_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.experiment import Growing, Plan

PAIRS: Final = (250, 1_000, 2_000, 4_000, 6_000, 8_000, 10_000)
"""Worlds of each arm after which an answer is shown: a first look soon, then ever longer steps. Convention."""

FIRST: Final = 2_000
"""Worlds of each arm of an answer that is played ahead."""

_GROWING: Final = 8
"""Comparisons that are kept growing in memory; the one used longest ago is dropped."""

_FILES: Final = 400
"""Answers kept on disk; the oldest are removed."""


class Answers:
    """What has been played, by what it was made of. Shared by all who look: every use is behind a lock."""

    def __init__(self, folder: Path | None) -> None:
        """Take the folder where answers are kept; None keeps them in memory only."""
        self._folder = folder
        self._lock = threading.Lock()
        self._told: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._growing: OrderedDict[str, Growing] = OrderedDict()

    def held(self, plan: Plan) -> Mapping[str, Any] | None:
        """The answer with the most worlds that is at hand."""
        key = _key(plan)
        with self._lock:
            if key not in self._told and (found := self._read(key)) is not None:
                self._remember(key, found)
            return self._told.get(key)

    def more(self, growing: Growing, trials: int) -> Mapping[str, Any]:
        """Play a comparison on to so many worlds of each arm and keep its answer."""
        key = _key(growing.plan)
        with self._lock:
            mine = self._growing.setdefault(key, growing)
            self._growing.move_to_end(key)
            while len(self._growing) > _GROWING:
                self._growing.popitem(last=False)
            if mine.trials < trials:
                mine.play(trials - mine.trials)
            found: dict[str, Any] = json.loads(json_text(mine.found().to_json()))
            best = self._told.get(key)
            if best is None or found["trials"] > best["trials"]:
                self._remember(key, found)
                if found["trials"] >= FIRST:
                    self._write(key, found)
            return found

    def played(self, plan: Plan) -> int:
        """Worlds of each arm that can be played on from."""
        mine = self._growing.get(_key(plan))
        return 0 if mine is None else mine.trials

    def _remember(self, key: str, found: dict[str, Any]) -> None:
        self._told[key] = found
        self._told.move_to_end(key)
        while len(self._told) > _FILES:
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
