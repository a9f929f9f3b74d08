"""`article4 app`: the dashboard in a browser."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.ends import emit, tell
from sim.cli.options import whole

if TYPE_CHECKING:
    import subprocess

Host = Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Where to listen; by default this machine alone.")]
Port = Annotated[int, typer.Option("--port", parser=whole, metavar="N", help="Port to listen at.")]
Ahead = Annotated[
    bool,
    typer.Option("--ahead/--no-ahead", help="Play what is likely to be asked next, to have it at once."),
]


def dashboard(*, host: Host = "127.0.0.1", port: Port = 8501, ahead: Ahead = True) -> None:
    """Open the dashboard: pages to ask, compare, sweep, replay, and to look at evidence and validation.

    Needs the extra `app`. Nothing is asked of or sent to any other machine. Ctrl-C ends it.
    """
    from sim.app.start import is_loopback, start  # noqa: PLC0415 - only here

    process = start(host, port, ahead=ahead)
    shown = f"[{host}]" if ":" in host else host
    emit(f"The dashboard is at http://{shown}:{port} (Ctrl-C ends it).")
    if not is_loopback(host):
        tell(f"Warning: whoever can reach {shown}:{port} can play scenarios on this machine and see its stored runs.")
    # Ended from outside, it must not leave its server behind.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = process.wait()
    except KeyboardInterrupt:
        _stop(process)
        return
    finally:
        signal.signal(signal.SIGTERM, before)
    raise typer.Exit(1 if code else 0)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the dashboard's process, gently first."""
    import subprocess  # noqa: PLC0415 - only here, for a timeout

    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
