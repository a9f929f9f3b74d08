from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from typer.main import get_command

import sim.cli.app
import sim.scenario
from sim.cli import ends, main
from sim.cli.progress import Progress
from sim.reading import InputError, TaskError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def command(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sim", *arguments], capture_output=True, text=True, timeout=120, check=False, **more
    )


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Makes `article4 scenarios` end with an exception."""

    def set_to(error: BaseException) -> None:
        def raising(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr(sim.scenario, "names", raising)

    return set_to


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (InputError("x.yaml: bad"), 2, "x.yaml: bad"),
        (TaskError("1 task failed."), 1, "1 task failed."),
        (OSError(28, "No space left on device", "runs/x"), 1, "runs/x: No space left on device"),
        (MemoryError(), 1, "Not enough memory."),
        (KeyboardInterrupt(), 130, "Interrupted."),
        (ends.Interrupted("Interrupted: 3 of 9 worlds are kept"), 130, "3 of 9"),
    ],
)
def test_exit_codes_and_messages(
    ending: Callable[[BaseException], None],
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    said: str,
) -> None:
    ending(error)
    assert main(["scenarios"]) == code
    captured = capsys.readouterr()
    assert said in captured.err
    assert not captured.out
    assert main(["scenarios", "--json"]) == code
    captured = capsys.readouterr()
    assert json.loads(captured.out)["error"]["exit_code"] == code


def test_what_nobody_foresaw_is_not_hidden(ending: Callable[[BaseException], None]) -> None:
    ending(ZeroDivisionError("a mistake of ours"))
    with pytest.raises(ZeroDivisionError):
        main(["scenarios"])


def test_help_is_quick() -> None:
    spans = []
    for _ in range(3):
        began = time.perf_counter()
        assert command("--help").returncode == 0
        spans.append(time.perf_counter() - began)
    print(f"article4 --help: {min(spans):.2f} s")  # noqa: T201 - shown with -s
    assert min(spans) < 1.0


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ["run"],
        ["check"],
        ["scenarios"],
        ["verify"],
        ["estimate"],
        ["calibrate"],
        ["record"],
        ["record", "show"],
    ):
        assert main([*words, "--help"]) == 0
        assert len(capsys.readouterr().out.splitlines()) > 4


def test_version_and_bare_command() -> None:
    assert command("--version").stdout.startswith("article4 0.")
    assert "Commands:" in command().stdout


def test_an_error_of_a_true_process_has_code_2_and_no_traceback(tmp_path: Path) -> None:
    done = command("check", "nowhere.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_a_reader_who_leaves_hears_no_complaint() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "sim", "scenarios"], stdout=writing, stderr=subprocess.PIPE, check=False, timeout=60
        )
    finally:
        os.close(writing)
    assert done.stderr == b""
    assert done.returncode == 0


def test_a_terminal_without_unicode_is_no_reason_to_fail() -> None:
    done = command("scenarios", env=os.environ | {"PYTHONIOENCODING": "ascii:strict", "NO_COLOR": "1"})
    assert done.returncode == 0


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("terminal", [False, True])
def test_progress_is_silent_at_first_then_rare_plain_lines_or_one_line_that_renews_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, terminal: bool
) -> None:
    clock = Clock()
    monkeypatch.setattr("sim.cli.progress.time.monotonic", clock)
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    monkeypatch.setenv("TERM", "xterm")
    with Progress("worlds") as progress:
        for second in range(40):
            clock.now = second / 2
            progress(second * 100, 4000, second * 100)
    err = capsys.readouterr().err
    if terminal:
        assert err.count("\r") > 20
        assert err.endswith("\r\x1b[K")
    else:
        lines = err.splitlines()
        assert lines[0] == "200 of 4,000 worlds, about 19 s left"
        assert len(lines) == 2
        assert "\x1b" not in err


def test_quiet_progress_says_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    monkeypatch.setattr("sim.cli.progress.time.monotonic", clock)
    progress = Progress("worlds", quiet=True)
    clock.now = 100.0
    progress(1, 2)
    assert capsys.readouterr().err == ""


def test_the_command_line_stays_whole() -> None:
    found = set(get_command(sim.cli.app.app).commands)  # type: ignore[attr-defined]
    assert {"run", "check", "scenarios", "verify", "record", "estimate", "calibrate"} <= found
