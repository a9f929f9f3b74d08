"""Worker processes that a user's script need not know of."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ONE_THREAD: Final = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)
"""Workers share the cores among themselves; the libraries below them must not do so again."""

_starting = threading.Lock()


class WorkerPool(ProcessPoolExecutor):
    """A pool of spawned processes that works from any script, guarded by `if __name__ == "__main__"` or not."""

    def __init__(self, workers: int, *, nice: int = 0) -> None:
        """Prepare for so many workers; each is started when there is work for it.

        Args:
            workers: how many, 1 or more.
            nice: 0 to 19; above 0 they take the processor when others leave it (where the system knows of that).
        """
        super().__init__(max_workers=workers, mp_context=_Context(), initializer=_begin, initargs=(nice,))


class _Worker(SpawnProcess):
    """A spawned process that does not run the parent's script again.

    A spawned process imports the main module of its parent, so that what was defined there can be unpickled. A script
    without a guard would thereby start over in each worker. Our tasks are defined in our own modules: nothing of the
    script is needed.
    """

    def start(self) -> None:
        """Start with an empty main module, one thread a library, deaf to Ctrl-C, which is the parent's."""
        with _starting, _empty_main(), _one_thread(), _deaf():
            super().start()


class _Context(SpawnContext):
    Process = _Worker


@contextlib.contextmanager
def _empty_main() -> Iterator[None]:
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Ignore Ctrl-C while a process starts: what is ignored stays ignored in the child, from its first instruction."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begin(nice: int) -> None:
    """First thing in a worker: Ctrl-C belongs to the parent, and without the parent there is nothing to work for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(nice)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
