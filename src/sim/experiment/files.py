"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import socket
import sys
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_UNFINISHED: Final = re.compile(r"\..+\.(?P<host>[^.]+)\.(?P<process>\d+)-\d+\.tmp")


def digest_of_file(path: Path) -> str:
    """Return the sha256 of a file, hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def passing_name(final: Path) -> Path:
    """Return the name under which this process and thread writes a file before it gets its own."""
    return final.with_name(f".{final.name}.{_host()}.{os.getpid()}-{threading.get_ident()}.tmp")


def sweep(folder: Path) -> None:
    """Remove what processes of this machine left unfinished in a folder when they were killed."""
    for path in folder.glob(".*.tmp"):
        found = _UNFINISHED.fullmatch(path.name)
        if found and found["host"] == _host() and not _alive(int(found["process"])):
            with contextlib.suppress(OSError):
                path.unlink()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under a passing name, then give it its own.

    Raises:
        OSError: it cannot be written.
    """
    unfinished = passing_name(path)
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


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
