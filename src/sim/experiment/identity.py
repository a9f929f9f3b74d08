"""What a run is made of: everything that decides the outcome of a trial, and the hash that stands for it."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.record import lookup, posterior
from sim.record.ensemble import ensemble_digests
from sim.scenario import leaves

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sim.experiment.points import Points

ROOMS: Final = ("reading", "record", "scenario", "world")
"""The rooms whose code decides the outcome of a trial."""


def made_of(points: Points, seed: int, block: int) -> dict[str, Any]:
    """Return everything that decides the outcome of a trial, as JSON values.

    Args:
        points: what is played.
        seed: the run's seed.
        block: trials in a block.

    Returns:
        `points` (the arms resolved, without prose), `changes` (of a sweep), `record` (what the record holds under each
        key they refer to), `seed`, `block`, `posterior` and `ensemble` (sha256 of the fitted tables; of the ensembles,
        by name, those that are drawn from), `code` (a digest a room) and `numpy` (its version: it owns the generator
        and the order of its sums).
    """
    around = surroundings(_keys(points), _ensembles(points))
    return {**points.made_of(), "record": around.pop("record"), "seed": seed, "block": block, **around}


def surroundings(keys: Iterable[str], ensembles: Iterable[str] = ()) -> dict[str, Any]:
    """Return what of `made_of` does not come with a task but is found where it is played.

    Args:
        keys: what is referred to in the record.
        ensembles: names of the ensembles that are drawn from.
    """
    digests, drawn_from = ensemble_digests(), sorted(ensembles)
    return {
        "record": _referred(keys),
        "posterior": posterior().digest,
        "ensemble": {name: digests[name] for name in drawn_from if name in digests},
        "code": dict(_code()),
        "numpy": np.__version__,
    }


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the sha256 of canonical JSON: no spaces, no NaN, UTF-8; in its own order, for that of states counts."""
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def code_digest(folder: Path) -> str:
    """Return one digest of every `.py` below a folder, names and contents."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py"), key=lambda found: found.relative_to(folder).as_posix()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def differences(held: Mapping[str, Any], wanted: Mapping[str, Any], limit: int = 5) -> list[str]:
    """Say in a line each what tells two runs apart, at most `limit` of them."""
    found = list(_differences(held, wanted, ""))
    if len(found) > limit:
        found[limit:] = [f"… and {len(found) - limit} more"]
    return found


def _differences(held: object, wanted: object, where: str) -> list[str]:
    if isinstance(held, dict) and isinstance(wanted, dict):
        lines: list[str] = []
        for key in sorted(held.keys() | wanted.keys()):
            lines += _differences(held.get(key), wanted.get(key), f"{where}.{key}" if where else str(key))
        return lines
    if isinstance(held, list) and isinstance(wanted, list) and len(held) == len(wanted):
        lines = []
        for index, (one, other) in enumerate(zip(held, wanted, strict=True)):
            lines += _differences(one, other, f"{where}.{index}" if len(held) > 1 else where)
        return lines
    if held == wanted:
        return []
    if where.startswith(("code.", "ensemble")) or where == "posterior":
        return [f"{where} has changed"]
    return [f"{where}: {_short(held)} there, {_short(wanted)} asked for"]


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"


def _keys(points: Points) -> list[str]:
    """Return every key of the record that arms and changes refer to."""
    keys = {key for arm in points.arms for leaf in leaves(arm).values() if (key := getattr(leaf, "record", None))}
    for change in points.changes:
        keys |= {value["record"] for value in change.values() if isinstance(value, Mapping) and "record" in value}
    return sorted(keys)


def _ensembles(points: Points) -> set[str]:
    """Return the names of the ensembles that arms draw from, as they are and as changed."""
    return {arm.ensemble for arm in points.arms} | {
        str(change["ensemble"]) for change in points.changes if "ensemble" in change
    }


def _referred(keys: Iterable[str]) -> dict[str, Any]:
    """Return the record's value under every key, without its provenance."""
    found = {}
    for key in keys:
        value = lookup(key)
        numbers = [item for name, item in vars(value).items() if name != "source"]
        found[key] = {type(value).__name__.lower(): numbers}
    return found


@functools.cache
def _code() -> Mapping[str, str]:
    """Return a digest of each room's code: taken once a process, as the code is read once a process."""
    return {room: code_digest(Path(__file__).parents[1] / room) for room in ROOMS}
