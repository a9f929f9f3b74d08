"""The manifest of a run directory: what the run is, and the only place for times, host and versions."""

from __future__ import annotations

import json
import platform
import socket
from datetime import UTC, datetime
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final

from sim.experiment.files import write_whole
from sim.experiment.identity import digest_of
from sim.experiment.plan import LARGEST_SEED, MOST_TRIALS, ROWS
from sim.reading import InputError
from sim.reading.errors import shown_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sim.experiment.plan import Plan

NAME: Final = "manifest.json"
"""Its file name in the run directory."""

LAYOUT: Final = {"format": 3, "rows": ROWS}
"""How trials are laid out in parts; not in the run's hash, for it changes no trial."""

_WANTED: Final[dict[str, type]] = {
    "name": str,
    "hash": str,
    "layout": dict,
    "made_of": dict,
    "scenarios": list,
    "seed": int,
    "trials": int,
}


def read(directory: Path) -> dict[str, Any]:
    """Read the manifest of a run directory.

    Raises:
        InputError: there is none, or it is not a manifest.
    """
    path = directory / NAME
    shown = shown_path(path)
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise InputError(f"{shown_path(directory)}: not a run directory: there is no {NAME}") from None
    except NotADirectoryError:
        raise InputError(f"{shown_path(directory)}: not a directory") from None
    except OSError as error:
        raise InputError(f"{shown}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise InputError(f"{shown}: not JSON; the run it told of can be made again in another directory") from None
    if not _sane(found):
        raise InputError(f"{shown}: not the manifest of a run")
    return found


def _sane(found: Any) -> bool:
    """Say whether a manifest has what is asked of it, within limits: a changed one must not set an endless task."""
    if not isinstance(found, dict) or not all(isinstance(found.get(key), kind) for key, kind in _WANTED.items()):
        return False
    counts = (found["made_of"].get("block"), found["layout"].get("rows"))
    return (
        1 <= found["trials"] <= MOST_TRIALS
        and 0 <= found["seed"] <= LARGEST_SEED
        and bool(found["scenarios"])
        and _changes(found.get("changes", [{}]))
        and all(isinstance(count, int) and count >= 1 for count in counts)
    )


def _changes(held: Any) -> bool:
    return isinstance(held, list) and bool(held) and all(isinstance(change, dict) for change in held)


def covers(held: Mapping[str, Any], trials: int) -> bool:
    """Say whether a run of so many trials was finished here."""
    return held.get("finished") is not None and int(held["trials"]) >= trials


def begin(directory: Path, plan: Plan) -> None:
    """Write the manifest of a run that begins or goes on; trials already promised stay promised.

    Raises:
        OSError: it cannot be written.
    """
    held = _held(directory)
    content = {
        "name": plan.name,
        "hash": plan.hash,
        "seed": plan.seed,
        "trials": max(plan.trials, int(held.get("trials", 0))),
        "layout": LAYOUT,
        "experiment": dict(plan.about),
        "labels": held.get("labels"),
        "started": _now(),
        "finished": None,
        "host": socket.gethostname(),
        "versions": versions(),
        "failed": [],
        **plan.points.to_json(),
        "made_of": dict(plan.made_of),
    }
    _write(directory, content)


def finish(directory: Path, plan: Plan, labels: Mapping[str, list[str]], failed: list[dict[str, str]]) -> None:
    """Write how a run ended: finished, unless tasks failed or another process has promised more trials meanwhile.

    Raises:
        OSError: it cannot be written.
    """
    content = _held(directory)
    content["failed"] = failed
    content["labels"] = dict(labels)
    if not failed and plan.trials >= int(content["trials"]):
        content["finished"] = _now()
    _write(directory, content)


def rightful(held: Mapping[str, Any]) -> bool:
    """Say whether the manifest's hash is that of what it says the run is made of."""
    return bool(digest_of(held["made_of"]) == held["hash"])


def versions() -> dict[str, str]:
    """Return the versions of what played and wrote the trials."""
    found = {"python": platform.python_version(), "platform": platform.platform()}
    for name in ("article4", "numpy", "mesa", "duckdb", "pydantic"):
        found[name] = metadata.version(name)
    return found


def _held(directory: Path) -> dict[str, Any]:
    return read(directory) if (directory / NAME).is_file() else {}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _write(directory: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(directory / NAME, text.encode())
