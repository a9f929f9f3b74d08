"""Is a stored run what it was: every digest taken again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment import manifest
from sim.experiment.parts import read_part
from sim.experiment.points import UNCHANGED, chunks
from sim.experiment.store import PART, PARTS, Store, matches, sidecar
from sim.reading import Problem
from sim.reading.errors import shown_path

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

AGAIN = "Run again: it will be played anew."
"""What to do about a part that is not what it was."""


def verify(directory: str | Path) -> list[Problem]:
    """Recheck a run directory: manifest, parts, digests, and that nothing is missing or lies there besides.

    Args:
        directory: a run directory.

    Returns:
        What is wrong, in the order of the files; empty if all is as it should be.

    Raises:
        InputError: it is not a run directory.
    """
    place = Path(directory)
    held = manifest.read(place)
    if not manifest.rightful(held):
        return [_problem(place / manifest.NAME, "its hash is not that of what it says the run is made of")]
    if held["layout"] != manifest.LAYOUT:
        return [_problem(place / manifest.NAME, "the run is laid out as another version of article4 does it")]
    problems: list[Problem] = []
    expected = _expected(held)
    missing = [name for name in expected if not (place / PARTS / name).is_file()]
    for name, wanted in expected.items():
        if name not in missing:
            problems += _part(place / PARTS / name, held["hash"], wanted)
    if missing:
        problems.append(_missing(place, held, missing, len(expected)))
    problems += _besides(place, expected)
    return problems


def _expected(held: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    """Return the parts that a finished run has, and of each the first point, the first trial and how many trials."""
    block, rows, trials = int(held["made_of"]["block"]), int(held["layout"]["rows"]), int(held["trials"])
    cut = chunks(len(held["scenarios"]), held.get("changes") or UNCHANGED, rows)
    return {
        f"part-{chunk:05d}-{number:05d}.parquet": (first, number * block, min(block, trials - number * block))
        for chunk, (first, _) in enumerate(cut)
        for number in range(-(-trials // block))
    }


def _part(path: Path, run: str, wanted: tuple[int, int, int]) -> Iterator[Problem]:
    beside = sidecar(path)
    # Locked: another process may be replacing part and digest by those of more trials.
    with Store(path.parent.parent).locked():
        whole = matches(path)
        missing = not beside.exists()
    if missing:
        yield _problem(beside, "missing: nothing says what the part should be", AGAIN)
        return
    if not whole:
        yield _problem(path, "does not match its digest: changed or cut short", AGAIN)
        return
    try:
        batch = read_part(path, run)
    except Exception as error:  # noqa: BLE001 - whatever DuckDB makes of a file that is no part
        yield _problem(path, f"cannot be read: {' '.join(str(error).split()):.200}", AGAIN)
        return
    first_row, first_trial, trials = wanted
    found = batch.shape[1]
    if (batch.first_row, batch.first_trial) != (first_row, first_trial):
        lies = f"point {batch.first_row}, trial {batch.first_trial:,}"
        yield _problem(path, f"begins at {lies}, not at point {first_row}, trial {first_trial:,}", AGAIN)
    elif found < trials:
        yield _problem(path, f"holds {found:,} of {trials:,} trials", "Run again: what is missing will be played.")


def _missing(place: Path, held: dict[str, Any], missing: list[str], count: int) -> Problem:
    told = f"{len(missing)} of {count} parts are missing, {missing[0]} first"
    if held.get("finished") is None:
        told = f"not finished: {told}"
    return _problem(place / PARTS, told, "Run again: what is missing will be played.")


def _besides(place: Path, expected: Container[str]) -> Iterator[Problem]:
    for path in sorted([*place.glob("*.parquet"), *(place / PARTS).glob("*.parquet")]):
        if path.parent.name != PARTS or not PART.fullmatch(path.name):
            yield _problem(path, "not of this run")
        elif path.name not in expected:
            yield _problem(path, "a part that this run does not have")
    for path in sorted((place / PARTS).glob("*.parquet.sha256")):
        part = path.with_suffix("")
        if part.name not in expected and not part.exists():
            yield _problem(path, "the digest of a part that is not there")


def _problem(path: Path, message: str, hint: str | None = None) -> Problem:
    return Problem(path=shown_path(path), line=None, column=None, where="", message=message, hint=hint)
