from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sim.app import uploads
from sim.cli import main
from sim.reading import InputError
from sim.scenario import load, scenario_hash

if TYPE_CHECKING:
    from pathlib import Path

BAD = b"extends: member\nhorizon: 0\nstates:\n  Russia:\n    resolv: 2\n"


def test_a_file_that_is_right_is_the_scenario(tmp_path: Path) -> None:
    text = b"extends: member\nhorizon: 12\n"
    (tmp_path / "mine.yaml").write_bytes(text)
    found = uploads.read("mine.yaml", text)
    assert found.name == "mine"
    assert scenario_hash(found) == scenario_hash(load(tmp_path / "mine.yaml"))


def test_mistakes_are_told_as_the_command_line_tells_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_bytes(BAD)
    assert main(["check", "mine.yaml"]) == 2
    told = capsys.readouterr().err.strip()
    with pytest.raises(InputError) as caught:
        uploads.read("mine.yaml", BAD)
    assert str(caught.value) == told
    assert "mine.yaml:2:" in told
    assert "mine.yaml:5:" in told


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a: [", b"- 1\n", b"x: &a [*a]\n", b"a" * (1 << 21)])
def test_anything_at_all_gets_a_message(content: bytes) -> None:
    with pytest.raises(InputError) as caught:
        uploads.read("mine.yaml", content)
    assert "article4-" not in str(caught.value)
    assert "mine.yaml" in str(caught.value)


@pytest.mark.parametrize("other", ["/etc/passwd", "../secret.yaml", "membr", "member.yaml"])
def test_a_file_extends_what_is_shipped_and_nothing_else(other: str) -> None:
    with pytest.raises(InputError, match=r"mine\.yaml:1:.* is not a shipped scenario"):
        uploads.read("mine.yaml", f"extends: {other}\n".encode())


@pytest.mark.parametrize("name", ["../../up.yaml", "C:\\x\\up.yaml", "/var/up.yaml", "up"])
def test_a_name_is_no_path(name: str) -> None:
    assert uploads.read(name, b"extends: member\n").name == "up"
