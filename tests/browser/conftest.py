"""A browser, and the dashboard as its command starts it, in a folder with a stored comparison and a stored map."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage, Page, Route

REQUIRED = os.environ.get("ARTICLE4_BROWSER") == "required"
NAMES = ("chromium", "chromium-browser", "google-chrome")
_PROBED = ("/_stcore/health", "/_stcore/host-config")
"""Streamlit's pages first ask for these below their own path, get a 404, and then find them at the root."""


def missing(what: str) -> str:
    """Skip because something is missing; where the browser is required, fail."""
    if REQUIRED:
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    playwright = (
        pytest.importorskip("playwright.sync_api") if not REQUIRED else __import__("playwright.sync_api").sync_api
    )
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        missing(f"no browser is installed: none of {', '.join(NAMES)} (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        # As root, as in CI, Chromium has no sandbox; it meets nothing but our own pages.
        launched = driver.chromium.launch(executable_path=found, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        yield launched
        launched.close()


@dataclass
class Seen:
    """What a page did that it should not.

    Attributes:
        outside: addresses that it asked for and that are not of this machine.
        errors: what it wrote to the console as errors.
    """

    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def message(self, told: ConsoleMessage) -> None:
        """Take what is written to the console."""
        url = told.location.get("url", "")
        probe = urlsplit(url).path.endswith(_PROBED) and urlsplit(url).path not in _PROBED
        if told.type == "error" and not probe:
            self.errors.append(f"{told.text} ({url})")

    def route(self, route: Route) -> None:
        """Let a request to this machine through, and no other."""
        url = urlsplit(route.request.url)
        if url.scheme in {"data", "blob", "about"} or url.hostname == "127.0.0.1":
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()


@dataclass(frozen=True)
class Opened:
    """A page in the browser, and what it did."""

    page: Page
    seen: Seen


@pytest.fixture
def tab(browser: Browser) -> Iterator[Opened]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, accept_downloads=True)
    context.set_default_timeout(90_000)
    seen = Seen()
    context.route("**/*", seen.route)
    page = context.new_page()
    page.on("console", seen.message)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    yield Opened(page, seen)
    context.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running dashboard."""
    folder = tmp_path_factory.mktemp("served")
    environment = os.environ | {"XDG_CACHE_HOME": str(folder / "cache")}
    command = [sys.executable, "-m", "sim"]
    for stored in (
        ["compare", "outsider", "member", "--trials", "60", "--set", "horizon=3"],
        ["sweep", "stakes", "--trials", "10", "--set", "horizon=2"],
    ):
        subprocess.run([*command, *stored, "--quiet"], cwd=folder, env=environment, check=True, timeout=280)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "log.txt"
    with log.open("wb") as told:
        started = subprocess.Popen(
            [*command, "app", "--port", str(port), "--no-ahead"], cwd=folder, env=environment, stdout=told, stderr=told
        )
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health", started, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        started.send_signal(signal.SIGINT)
        assert started.wait(20) == 0


def _wait(url: str, started: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
        assert started.poll() is None, log.read_text()
    pytest.fail(f"the dashboard did not start: {log.read_text()}")
