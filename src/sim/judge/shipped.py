"""What the project ships of its own validation: answers that `make validation` asked for, and what they were made of.

Each lies in `seeds/validation/` as the JSON object of its command, with `made` beside it: how it was asked, and digests
of everything that decides it but the cases themselves. So anybody can see whether it is of the version at hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.experiment.files import write_whole
from sim.experiment.identity import code_digest, differences, surroundings
from sim.record import data_folder
from sim.record.ensemble import FILES

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER: Final = "validation"
"""Folder of the answers, in `seeds/`."""

_ROOMS: Final = ("experiment", "judge")
"""Rooms whose code decides these answers besides those that decide a trial."""


def made_of() -> dict[str, Any]:
    """Return digests of what decides an answer here and now: posterior, ensembles, each room's code, NumPy."""
    around = surroundings((), FILES)
    rooms = {room: code_digest(Path(__file__).parents[1] / room) for room in _ROOMS}
    return {
        "posterior": around["posterior"],
        "ensemble": around["ensemble"],
        "code": {**around["code"], **rooms},
        "numpy": around["numpy"],
    }


def ship(name: str, answer: Mapping[str, Any], line: str, folder: Path | None = None) -> Path:
    """Write an answer to where it is shipped from.

    Args:
        name: of the file, without an ending.
        answer: the JSON object that the command printed.
        line: the command, without the program's name.
        folder: where to write; the shipped folder if none is given.

    Returns:
        The file.

    """
    place = data_folder() / "seeds" / FOLDER if folder is None else folder
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{name}.json"
    # Where it was stored says nothing elsewhere.
    told = {**answer, "out": None, "made": {"line": line, **made_of()}}
    write_whole(path, (json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())
    return path


def changed_since(made: Mapping[str, Any]) -> list[str]:
    """Say in a line each what has changed since an answer was made; empty if it is of this version.

    Args:
        made: what lies beside the answer.

    """
    now = {key: value for key, value in made_of().items() if key != "numpy"}  # moves last digits at most
    return differences({key: made.get(key) for key in now}, now, limit=12)
