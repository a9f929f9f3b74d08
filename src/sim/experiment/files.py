"""Files that are there whole or not at all."""

from __future__ import annotations

import hashlib
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def digest_of_file(path: Path) -> str:
    """Return the sha256 of a file, hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_whole(path: Path, content: bytes, unfinished: Path) -> None:
    """Write a file under a passing name, then give it its own.

    Raises:
        OSError: it cannot be written.
    """
    try:
        unfinished.write_bytes(content)
        put_in_place(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def put_in_place(unfinished: Path, final: Path) -> None:
    """Give a finished file its name; after a power cut there is the old file or the new one, never half.

    Raises:
        OSError: it cannot be done.
    """
    _flush(unfinished, os.O_RDWR)
    unfinished.replace(final)
    if sys.platform != "win32":
        _flush(final.parent, os.O_RDONLY)


def _flush(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
