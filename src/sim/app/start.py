"""The dashboard as a process: Streamlit told to listen here alone and to ask nothing of the outside."""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sim.reading import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOPBACK: Final = "127.0.0.1"
PORT: Final = 8501
"""Streamlit's own."""

AHEAD: Final = "ARTICLE4_APP_AHEAD"
"""Name in the environment of the dashboard's process: set, it plays ahead."""

_SETTINGS: Final[Mapping[str, str]] = {
    "browser.gatherUsageStats": "false",
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.runOnSave": "false",
    "server.maxUploadSize": "2",
    "server.enableStaticServing": "false",
    "client.toolbarMode": "minimal",
    "logger.level": "error",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "global.developmentMode": "false",
    "theme.base": "light",
    "theme.primaryColor": "#0072B2",
    "theme.textColor": "#1a1a1a",
    "theme.font": "Liberation Sans, Arial, Helvetica, sans-serif",
}
"""Settings of Streamlit; given on the command line, they win over files and the environment of whoever starts it."""


def start(host: str = LOOPBACK, port: int = PORT, *, ahead: bool = True) -> subprocess.Popen[bytes]:
    """Start the dashboard and return its process.

    Args:
        host: address to listen at.
        port: 1 to 65,535.
        ahead: play what is likely to be asked next while nobody waits.

    Raises:
        InputError: Streamlit is not installed, the address is none of this machine's, or the port is taken.
    """
    if importlib.util.find_spec("streamlit") is None:
        hint = 'Install it with: pip install "article4[app]".'
        raise InputError(Problem(None, None, None, "", "the dashboard needs Streamlit, which is not installed", hint))
    _free(host, port)
    settings = {**_SETTINGS, "server.address": host, "server.port": str(port), "browser.serverAddress": host}
    # -P: a module of the same name in the user's folder must not be taken for one of ours.
    script = Path(__file__).with_name("main.py")
    options = [f"--{name}={value}" for name, value in settings.items()]
    command = [sys.executable, "-P", "-m", "sim.app.serving", "run", str(script), *options]
    # Streamlit says its address on standard output, in its own words: we say ours. What fails goes to standard error.
    environment = {name: value for name, value in os.environ.items() if name != AHEAD} | ({AHEAD: "1"} if ahead else {})
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)  # noqa: S603 - ours; place was checked


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _free(host: str, port: int) -> None:
    """Try the address.

    Raises:
        InputError: it cannot be listened at.
    """
    if not 1 <= port <= 65_535:
        raise InputError(Problem("--port", None, None, "", f"{port} is outside 1 to 65,535"))
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(place)
    except socket.gaierror:
        raise InputError(Problem("--host", None, None, "", f'"{host:.60}" is no address of this machine')) from None
    except OSError as error:
        hint = f"Try --port {port + 1 if port < 65_535 else PORT}."
        problem = f"{host}:{port} cannot be listened at: {error.strerror or error}"
        raise InputError(Problem("--port", None, None, "", problem, hint)) from None
