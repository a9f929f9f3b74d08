"""The run directory: parts with their digests, and one manifest.

A task is done if and only if its part lies under its final name and matches the digest beside it, which is written
first. There is no other list of what is done, so that a killed run goes on where it was, and two processes may work in
one directory: they only ever put the same bytes in the same place.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sim.experiment import manifest
from sim.experiment.files import digest_of_file, passing_name, put_in_place, sweep, write_whole
from sim.experiment.identity import differences
from sim.experiment.parts import address, read_part, write_part
from sim.reading import InputError
from sim.reading.errors import shown_path

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sim.experiment.batch import Batch
    from sim.experiment.execute import Failed
    from sim.experiment.plan import Plan, Task

PARTS: Final = "parts"
"""Folder of the parts inside a run directory."""

PART: Final = re.compile(r"part-\d{5,}-\d{5,}\.parquet")
"""Name of a part: chunk of points, block of trials."""


@dataclass(frozen=True)
class Store:
    """A run directory in use. Make one with `Store.open`; workers get a copy.

    Attributes:
        directory: the run directory, absolute.
    """

    directory: Path

    @classmethod
    def open(cls, directory: Path, plan: Plan) -> Store:
        """Make the directory, or check that what lies in it belongs to this run, and write the manifest.

        Raises:
            InputError: the directory holds another run or Parquet files of someone else, or cannot be written to.
        """
        place = directory.absolute()
        store = cls(place)
        try:
            held = manifest.read(place) if (place / manifest.NAME).is_file() else None
            if held is not None:
                _same_run(place, held, plan)
            _nothing_foreign(place, known=held is not None)
            (place / PARTS).mkdir(parents=True, exist_ok=True)
            if held is None or not manifest.covers(held, plan.trials):
                with store.locked():
                    manifest.begin(place, plan)
        except (OSError, ValueError) as error:  # ValueError: a path with a null character
            reason = getattr(error, "strerror", None) or str(error)
            raise InputError(f"{shown_path(directory)}: cannot be written to: {reason}") from None
        for folder in (place, place / PARTS):
            sweep(folder)
        return store

    def part(self, task: Task) -> Path:
        """Return where a task's part lies when it is done."""
        return self.directory / PARTS / f"part-{task.key}.parquet"

    def read(self, task: Task) -> Batch | None:
        """Return the outcomes of a task if they lie here whole, the trials it asks for and no more; else None."""
        part = self.part(task)
        if not matches(part):
            return None
        try:
            batch = read_part(part, task.run)
        except Exception:  # noqa: BLE001 - a file that is whole but no part of this run is as good as none
            return None
        return batch.first(task.replicates) if holds(batch, task) else None

    def harmed(self, tasks: Iterable[Task]) -> Iterator[Path]:
        """Yield the parts that lie here but are not what was written: changed, cut short, without digest, of elsewhere.

        Every file is read. A part that another process is just replacing is waited for, not yielded.
        """
        for task in tasks:
            part = self.part(task)
            if part.exists():
                with self.locked():
                    whole = matches(part) and belongs(part, task)
                if not whole:
                    yield part

    def write(self, task: Task, batch: Batch) -> None:
        """Put a task's outcomes in their place, whole or not at all; a longer part that lies there is left.

        Raises:
            OSError: they cannot be written.
        """
        import duckdb  # noqa: PLC0415 - heavy: imported where it is used

        final = self.part(task)
        unfinished = passing_name(final)
        try:
            try:
                write_part(unfinished, batch, task.run)
            except duckdb.Error as error:
                raise OSError(f"{shown_path(final)}: {error}") from None
            digest = digest_of_file(unfinished)
            with self.locked():
                if self.read(task) is None:
                    write_whole(sidecar(final), f"{digest}  {final.name}\n".encode())
                    put_in_place(unfinished, final)
        finally:
            unfinished.unlink(missing_ok=True)

    def finish(self, plan: Plan, labels: dict[str, list[str]], failed: Iterable[Failed]) -> None:
        """Write into the manifest how the run ended.

        Raises:
            OSError: it cannot be written.
        """
        problems = [{"task": str(found.task), "error": found.error, "traceback": found.traceback} for found in failed]
        held = manifest.read(self.directory)
        if not problems and manifest.covers(held, plan.trials):
            return
        with self.locked():
            manifest.finish(self.directory, plan, labels, problems)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from putting part and digest in place between ours; released if we are killed."""
        if sys.platform == "win32":
            yield
            return
        handle = os.open(self.directory / PARTS, os.O_RDONLY)
        try:
            # Some network file systems cannot lock: then a pair that was torn is found not to match and played again.
            with contextlib.suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def sidecar(part: Path) -> Path:
    """Return where the digest of a part lies; `sha256sum --check` reads it."""
    return part.with_name(f"{part.name}.sha256")


def matches(part: Path) -> bool:
    """Say whether a part is there and matches the digest beside it."""
    try:
        written = sidecar(part).read_text(encoding="ascii").split()
        return bool(written) and written[0] == digest_of_file(part)
    except (OSError, UnicodeDecodeError):
        return False


def holds(batch: Batch, task: Task) -> bool:
    """Say whether a batch is of the points and trials of a task, and has as many as it asks for."""
    rows, replicates = batch.shape
    lies, asked = (batch.first_row, batch.first_trial, rows), (task.first_row, task.first_trial, len(task.points))
    return lies == asked and replicates >= task.replicates


def belongs(part: Path, task: Task) -> bool:
    """Say whether a part is of a task's run, points and first trial, however many trials it has."""
    try:
        place = address(part, task.run)
    except Exception:  # noqa: BLE001 - whatever DuckDB makes of a file that is no part
        return False
    return place == (task.first_row, task.first_trial)


def _same_run(directory: Path, held: dict[str, Any], plan: Plan) -> None:
    shown = shown_path(directory)
    if held["hash"] != plan.hash:
        lines = differences(held["made_of"], dict(plan.made_of)) or ["the order of states"]
        told = "\n".join(f"  {line}" for line in lines)
        raise InputError(f"{shown}: holds another run ({held['name']}-{held['hash'][:12]}). What differs:\n{told}")
    if held["layout"] != manifest.LAYOUT:
        raise InputError(f"{shown}: holds this run as another version of article4 lays it out; use another directory")


def _nothing_foreign(directory: Path, *, known: bool) -> None:
    """Refuse a directory with Parquet files that are not parts of a run: questions are asked of all that lie there.

    Raises:
        InputError: naming the first.
    """
    found = sorted(directory.glob("*.parquet"))
    for part in sorted((directory / PARTS).glob("*.parquet")):
        if not known or not PART.fullmatch(part.name):
            found.append(part)
    if found:
        others = f" and {len(found) - 1} more" if len(found) > 1 else ""
        shown = shown_path(directory)
        raise InputError(f"{shown}: holds {found[0].name}{others}, not of this run; use another directory")
