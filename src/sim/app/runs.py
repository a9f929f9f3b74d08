"""What is stored below the working directory, found and read back; read once, until it changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from sim.experiment import Result, manifest, stored_experiment
from sim.reading import InputError
from sim.view.answers import summary_of

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER: Final = "runs"
"""Where the command line stores what nobody says otherwise of."""

_MOST: Final = 200
"""Runs that are listed: the latest. Convention."""


@dataclass(frozen=True)
class Run:
    """Something stored.

    Attributes:
        name: of its directory.
        path: of its directory.
        kind: the command that made it.
        trials: of each point.
        changed: when its manifest was written, in seconds since 1970.
    """

    name: str
    path: Path
    kind: str
    trials: int
    changed: float

    @property
    def label(self) -> str:
        """What it is called in a list."""
        return f"{self.name} ({self.trials:,} worlds)"


def stored(*kinds: str) -> dict[str, Run]:
    """Return the finished runs of some kinds by name, the latest first.

    Args:
        kinds: commands that made them, such as `compare`.
    """
    found = []
    for path in Path(FOLDER).glob(f"*/{manifest.NAME}"):
        try:
            held = _held(str(path.parent), path.stat().st_mtime)
        except (InputError, OSError):
            continue  # no run, or one that is just being written
        if held is not None and held.kind in kinds:
            found.append(held)
    found.sort(key=lambda run: run.changed, reverse=True)
    return {run.name: run for run in found[:_MOST]}


def answer(run: Run) -> Mapping[str, Any]:
    """Return the JSON object of what is stored; nothing is played.

    Raises:
        InputError: parts are missing or not what they were.
    """
    return _answer(str(run.path), run.changed)


@st.cache_data(show_spinner=False, max_entries=_MOST)
def _held(directory: str, changed: float) -> Run | None:
    path = Path(directory)
    held = manifest.read(path.absolute())
    if held.get("finished") is None:
        return None
    kind = str((held.get("experiment") or {}).get("command", "run"))
    return Run(path.name, path, kind, int(held["trials"]), changed)


@st.cache_data(show_spinner="Reading what is stored", max_entries=20)
def _answer(directory: str, changed: float) -> Mapping[str, Any]:
    del changed  # a run that was played on is another
    found = stored_experiment(directory)
    return summary_of(found) if isinstance(found, Result) else found.to_json()
