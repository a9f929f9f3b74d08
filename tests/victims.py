"""Runs that are to be killed, forked from a process that has loaded everything: a hundred of them cost seconds.

`main` reads orders from standard input, a JSON object a line, and answers each with the number of the
process that carries it out and, when that has ended, with its exit code (-9: killed).
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sim.experiment.execute as execution
from sim.experiment import run, verify
from sim.scenario import load
from stand_in import play

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.experiment import Played, Task

SCENARIO = load("member")
LONGEST_WATCH = 300.0
"""Seconds after which whoever ordered a watch has surely gone."""


def brief(task: Task) -> Played:
    """Play the stand-in world in some milliseconds; say in a file, if anybody asks, that playing has begun."""
    if said := os.environ.get("VICTIM_PLAYS"):
        Path(said).touch()
    time.sleep(0.005)
    return play(task)


def victim(order: dict[str, Any]) -> None:
    """Play a run, perhaps only up to the n-th time that it touches the disk."""
    os.environ["VICTIM_PLAYS"] = order.get("plays", "")
    execution.POOL_PAYS = 0.0  # type: ignore[misc]  # workers at once, however short the run
    if "die_at" in order:
        mortal(order["die_at"])
    run(SCENARIO, order["trials"], jobs=order.get("jobs", 1), out=order["out"], play=brief)


def mortal(die_at: int) -> None:
    """Make this process kill itself at a step of its writing: before a rename, a flush, or with half a file written."""
    steps = 0

    def now() -> bool:
        nonlocal steps
        steps += 1
        return steps == die_at

    def before(function: Callable[..., Any]) -> Callable[..., Any]:
        def dying(*arguments: Any, **more: Any) -> Any:
            if now():
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **more)

        return dying

    def half(path: Path, content: bytes, whole: Callable[[Path, bytes], int] = Path.write_bytes) -> int:
        if now():
            whole(path, content[: len(content) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return whole(path, content)

    os.fsync, os.replace, os.unlink = before(os.fsync), before(os.replace), before(os.unlink)
    Path.write_bytes = half  # type: ignore[method-assign, assignment]


def watch(order: dict[str, Any]) -> None:
    """Verify the run over and over until a file says enough; write down what is wrong, and how often we looked."""
    wrong: list[str] = []
    looks = 0
    end = time.monotonic() + LONGEST_WATCH
    while not Path(order["enough"]).exists() and time.monotonic() < end:
        if (Path(order["out"]) / "manifest.json").exists():
            wrong += [str(found) for found in verify(order["out"]) if "parts are missing" not in found.message]
            looks += 1
        time.sleep(0.02)
    Path(order["told"]).write_text(json.dumps({"looks": looks, "wrong": wrong}), encoding="utf-8")


def main() -> None:
    """Carry out orders until there are none."""
    for line in sys.stdin:
        order = json.loads(line)
        process = os.fork()
        if process == 0:
            code = 1
            try:
                (watch if "told" in order else victim)(order)
                code = 0
            except BaseException:  # noqa: BLE001 - told, and then this process ends without its parent's clean-up
                traceback.print_exc()
            finally:
                os._exit(code)
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])}\n")
        sys.stdout.flush()
