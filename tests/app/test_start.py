from __future__ import annotations

import socket

import pytest

from sim.app.start import is_loopback, start
from sim.cli import main
from sim.reading import InputError


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False)],  # noqa: S104
)
def test_loopback_is_told_from_the_rest(host: str, *, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_a_port_that_is_taken_is_told_with_another() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=rf"127.0.0.1:{port} cannot be listened at: .* Try --port"):
            start(port=port)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--port", "0"], "--port  0 is outside 1 to 65,535"),
        (["--port", "70000"], "70000 is outside"),
        (["--port", "many"], '"many" is not a whole number'),
        (["--host", "no.such.host.invalid"], '"no.such.host.invalid" is no address of this machine'),
        (["--host", "192.0.2.1"], "192.0.2.1:8501 cannot be listened at"),
    ],
)
def test_a_wrong_place_is_told(capsys: pytest.CaptureFixture[str], arguments: list[str], told: str) -> None:
    assert main(["app", *arguments]) == 2
    err = capsys.readouterr().err
    assert told in err
    assert "Traceback" not in err
