"""The process of the dashboard: Streamlit's own command, with what the pages need loaded before anyone looks."""

from __future__ import annotations

import sys
import threading


def _load() -> None:
    """Load what every page uses, and what costs seconds when it is first used."""
    from sim.app import asking, comparing, evidence, parts, replaying, sweeping, validation  # noqa: F401, PLC0415
    from sim.app.ahead import pairs  # noqa: PLC0415 - NumPy and the world load with it
    from sim.experiment import Growing  # noqa: PLC0415 - the same
    from sim.view.files import warm_up  # noqa: PLC0415 - the drawing engine

    # The worker processes are started too: they load as much again.
    playing = parts.answers().playing(Growing(("outsider", "member")))
    warm_up()
    playing.advance(parts.WORKERS + 1, 0.0)
    if (ahead := parts.ahead()) is not None:
        ahead.wish("shipped", [(pair, ({},)) for pair in pairs()])


def main() -> None:
    """Serve until interrupted; arguments are those of `streamlit`."""
    from streamlit.web import cli  # noqa: PLC0415 - a second

    threading.Thread(target=_load, daemon=True).start()
    sys.exit(cli.main(prog_name="streamlit"))


if __name__ == "__main__":
    main()
