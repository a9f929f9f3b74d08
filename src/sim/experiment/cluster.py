"""A Dask cluster as the executor of a plan: its workers do the same tasks and put the same bytes in the same place.

Dask schedules, retries what a dead worker had begun, and needs nothing of ours. What is ours is that no worker takes
part that would give other trials, or put them elsewhere: each must have this program, this record and this directory.
"""

from __future__ import annotations

import contextlib
import functools
import json
import logging
import os
import secrets
import socket
import time
import warnings
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sim.experiment import manifest
from sim.experiment.files import passing_name, sweep
from sim.experiment.identity import differences, surroundings
from sim.reading import InputError
from sim.reading.errors import shown_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from sim.experiment.plan import Plan

PATIENCE: Final = 5
"""Seconds to wait for a scheduler, and for its first worker: convention."""

COUNTED: Final = 5.0
"""Seconds for which a count of the workers holds: convention."""

ALIKE: Final = ("python", "dask", "distributed")
"""What the scheduler must have in the version of this process, for they talk to each other; of Python but the minor."""

ON_WORKERS: Final = (*ALIKE, "article4", "numpy", "mesa", "duckdb", "pydantic")
"""What workers must: they play, and write the parts."""

_TALKATIVE: Final = ("distributed", "distributed.client", "tornado.application")
"""Loggers that tell on standard error what we tell in a message."""


class UnlikeError(BrokenExecutor):
    """A worker would give other trials, or put them elsewhere."""


@dataclass(frozen=True)
class Meeting:
    """What a worker must find where it is; goes with every task, for workers may come later than the first.

    Attributes:
        wanted: code, record and versions, as JSON text.
        note: a file in the run directory, absolute.
        token: what stands in it.
    """

    wanted: str
    note: Path
    token: str

    def problem(self) -> str | None:
        """Say why this process may not take part; None if it may."""
        unlike = _unlike(self.wanted)
        if unlike:
            return f"has another version of article4 or of what it needs: {'; '.join(unlike)}"
        place = self.note.parent
        try:
            held = self.note.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            held = ""
        if held != self.token:
            return f"does not see the directory {place}; it must lie on a file system that all share"
        if not os.access(place, os.W_OK):
            return f"may not write to {place}"
        return None


class Cluster:
    """The workers of a cluster, shaped like `concurrent.futures.Executor`. Made by `joined`."""

    def __init__(self, client: Any, meeting: Meeting) -> None:
        """Take a connected client."""
        self._client = client
        # Not pure: Dask would work out a digest of each task to see whether it knows it.
        self._executor = client.get_executor(pure=False)
        self._meeting = meeting
        self._width = 1
        self._counted = 0.0

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        """Begin `fn(*args)` on some worker and return its future.

        Raises:
            BrokenExecutor: the scheduler is gone.
        """
        try:
            future: Future[Any] = self._executor.submit(met, self._meeting, fn, *args)
        except Exception as error:  # whatever a client raises that has lost its scheduler
            raise BrokenExecutor(f"lost the scheduler: {' '.join(str(error).split()):.200}") from error
        return future

    @property
    def width(self) -> int:
        """How many threads the workers have now."""
        if time.monotonic() - self._counted > COUNTED:
            with contextlib.suppress(Exception):  # a lost scheduler is told by the tasks
                self._width = sum(self._client.nthreads().values())
            self._counted = time.monotonic()
        return self._width


def met(meeting: Meeting, fn: Callable[..., Any], *args: Any) -> Any:
    """Do a task where everything is as it should be; runs on the worker.

    Raises:
        UnlikeError: it is not.
    """
    problem = meeting.problem()
    if problem:
        raise UnlikeError(f"a worker on {socket.gethostname()} {problem}")
    return fn(*args)


@contextlib.contextmanager
def joined(address: str, plan: Plan, directory: Path) -> Iterator[Cluster]:
    """Join a running cluster to carry out a plan.

    Args:
        address: of its scheduler, such as `tcp://10.0.0.1:8786`.
        plan: what will be carried out.
        directory: where it will be stored: the workers must see it too. It is made if need be.

    Raises:
        InputError: the extra is not installed, there is no scheduler or no worker, or one that is not as it must be.
    """
    try:
        import dask  # noqa: PLC0415 - an extra
        import distributed  # noqa: F401, PLC0415 - the same
    except ImportError:
        raise InputError("--cluster needs Dask: pip install 'article4[cluster]'") from None
    with contextlib.ExitStack() as stack:
        stack.enter_context(dask.config.set({"distributed.comm.timeouts.connect": f"{PATIENCE}s"}))
        stack.enter_context(_quiet())
        client = _connected(address)
        stack.callback(client.close)
        _same_versions(client, address)
        meeting = stack.enter_context(_met_at(plan, directory))
        _all_see(client, meeting)
        yield Cluster(client, meeting)


def _connected(address: str) -> Any:
    import distributed  # noqa: PLC0415 - an extra
    from distributed.comm.addressing import get_address_host_port  # noqa: PLC0415 - the same

    connect: Any = distributed.Client  # it has no types
    try:
        # Looked at first, for a client that could not read its address cannot be closed either.
        if not address.startswith("inproc://"):
            get_address_host_port(address if "://" in address else f"tcp://{address}", strict=True)
        with warnings.catch_warnings():
            # We compare versions ourselves, and refuse.
            warnings.filterwarnings("ignore", message="(?s).*Mismatched versions")
            client = connect(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        hint = "An address is such as tcp://10.0.0.1:8786; `dask scheduler` prints it when it starts."
        raise InputError(f"--cluster {address}: there is no scheduler: {reason:.200}. {hint}") from None
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        client.close()
        raise InputError(
            f"--cluster {address}: the scheduler has no workers. Start some: dask worker {address}"
        ) from None
    return client


def _same_versions(client: Any, address: str) -> None:
    """Compare the versions of what plays and of what talks.

    Raises:
        InputError: naming each that differs.
    """
    found = client.get_versions(packages=list(ON_WORKERS[len(ALIKE) :]))
    ours = found["client"]["packages"]
    told: dict[str, tuple[Any, tuple[str, ...]]] = {f"the scheduler at {address}": (found["scheduler"], ALIKE)}
    told |= {f"the worker at {worker}": (about, ON_WORKERS) for worker, about in found["workers"].items()}
    problems = [
        f"{who} has {name} {held or 'not installed'}, this process {wanted}"
        for who, (about, names) in told.items()
        for name in names
        if (held := _version(about["packages"], name)) != (wanted := _version(ours, name))
    ]
    if problems:
        raise InputError(*problems)


def _version(packages: Mapping[str, str | None], name: str) -> str | None:
    """A version as it is compared: of Python, 3.11."""
    held = packages.get(name)
    return ".".join(held.split(".")[:2]) if held and name == "python" else held


@contextlib.contextmanager
def _met_at(plan: Plan, directory: Path) -> Iterator[Meeting]:
    """Leave a note in the run directory for as long as the cluster works in it."""
    place = directory.absolute()
    note = passing_name(place / "cluster")
    made = not place.exists()
    wanted = {name: plan.made_of[name] for name in surroundings(())} | {"versions": _versions()}
    meeting = Meeting(json.dumps(wanted), note, secrets.token_hex(16))
    try:
        place.mkdir(parents=True, exist_ok=True)
        sweep(place)
        note.write_text(meeting.token, encoding="ascii")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{shown_path(directory)}: cannot be written to: {reason}") from None
    try:
        yield meeting
    finally:
        with contextlib.suppress(OSError):
            note.unlink(missing_ok=True)
            if made:
                place.rmdir()  # only if nothing was put in it


def _all_see(client: Any, meeting: Meeting) -> None:
    """Ask every worker that is there now.

    Raises:
        InputError: naming each that may not take part.
    """
    answers = client.run(meeting.problem, on_error="return")
    problems = [
        f"the worker at {worker} {answer if isinstance(answer, str) else f'cannot say: {answer!r:.200}'}"
        for worker, answer in answers.items()
        if answer is not None
    ]
    if problems:
        raise InputError(*problems)


def _versions() -> dict[str, str]:
    """Versions of the libraries of this process that decide the bytes of a part."""
    held = manifest.versions()
    return {name: held[name] for name in ON_WORKERS if name in held and name != "python"}


@functools.cache
def _unlike(wanted: str) -> tuple[str, ...]:
    """What of this process is not as wanted; found out once, as the code is read once a process."""
    asked: dict[str, Any] = json.loads(wanted)
    try:
        held = json.loads(json.dumps(surroundings(asked["record"], asked["ensemble"]) | {"versions": _versions()}))
    except InputError as error:  # a key that this record does not have
        return (" ".join(str(error.problems[0]).split()),)
    return tuple(differences(held, asked))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask from logging what we tell: a lost connection, a worker's death."""
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
