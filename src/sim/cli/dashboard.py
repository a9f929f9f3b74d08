"""`article4 app`: the dashboard in a browser."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.ends import emit, tell
from sim.cli.options import whole

if TYPE_CHECKING:
    import subprocess

Host = Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Where to listen; by default this machine alone.")]
Port = Annotated[int, typer.Option("--port", parser=whole, metavar="N", help="Port to listen at.")]
Ahead = Annotated[
    bool, typer.Option("--ahead/--no-ahead", help="Play the shipped questions meanwhile, so that they answer at once.")
]


def dashboard(*, host: Host = "127.0.0.1", port: Port = 8501, ahead: Ahead = True) -> None:
    """Open the dashboard: pages to ask, compare, sweep, replay, and to look at evidence and validation.

    Needs the extra `app`. Nothing is asked of or sent to any other machine. Ctrl-C ends it.
    """
    from sim.app.start import is_loopback, start  # noqa: PLC0415 - only here

    process = start(host, port)
    shown = f"[{host}]" if ":" in host else host
    emit(f"The dashboard is at http://{shown}:{port} (Ctrl-C ends it).")
    if not is_loopback(host):
        tell(f"Warning: whoever can reach {shown}:{port} can play scenarios on this machine and see its stored runs.")
    gone = threading.Event()
    if ahead:
        # Played in this process, which only waits otherwise: the pages do not wait for it.
        threading.Thread(target=_ahead, args=(gone,), daemon=True).start()
    # Ended from outside, it must not leave its server behind.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = process.wait()
    except KeyboardInterrupt:
        _stop(process)
        return
    finally:
        gone.set()
        signal.signal(signal.SIGTERM, before)
    raise typer.Exit(1 if code else 0)


def _ahead(gone: threading.Event) -> None:
    """Play the shipped questions until the dashboard is gone; whoever looks at its pages goes first."""
    if hasattr(os, "nice"):
        os.nice(10)
    from sim.app.ahead import play_ahead  # noqa: PLC0415 - NumPy and the world load with it
    from sim.app.answers import Answers, kept_in  # noqa: PLC0415 - the same

    for _ in play_ahead(Answers(kept_in())):
        if gone.is_set():
            return


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the dashboard's process, gently first."""
    import subprocess  # noqa: PLC0415 - only here, for a timeout

    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
