"""What somebody or something did to a run directory is found, named, and redone or refused; never used."""

from __future__ import annotations

import json
import os
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from sim.cli import main
from sim.experiment import run, stored, verify
from sim.experiment.store import sidecar
from sim.reading import InputError
from sim.world import BLOCK
from stand_in import bytes_of, play

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sim.experiment import Result
    from sim.reading import Problem
    from sim.scenario import Scenario

TRIALS = 2 * BLOCK + 1000
PART = "part-00000-00001.parquet"


@pytest.fixture
def directory(point: Scenario, tmp_path: Path) -> Path:
    run(point, TRIALS, out=tmp_path / "run", play=play)
    return tmp_path / "run"


def flip_a_bit(part: Path, at: float = 0.5) -> None:
    content = bytearray(part.read_bytes())
    content[int(at * len(content))] ^= 1
    part.write_bytes(content)


def cut_short(part: Path) -> None:
    os.truncate(part, part.stat().st_size - 1)


def empty(part: Path) -> None:
    os.truncate(part, 0)


def spoil_the_digest(part: Path) -> None:
    sidecar(part).write_bytes(b"\xff\xfe")


def digest_of_another(part: Path) -> None:
    shutil.copy(sidecar(part.with_name("part-00000-00000.parquet")), sidecar(part))


def another_part_and_its_digest(part: Path) -> None:
    other = part.with_name("part-00000-00000.parquet")
    shutil.copy(other, part)
    shutil.copy(sidecar(other), sidecar(part))


def part_of_another_run(part: Path) -> None:
    """The other run lies beside this one; see test_harm_is_named."""
    other = part.parent.parent.with_name("other") / "parts" / part.name
    shutil.copy(other, part)
    shutil.copy(sidecar(other), sidecar(part))


def no_digest(part: Path) -> None:
    sidecar(part).unlink()


def named(problem: Problem) -> str:
    assert problem.path
    return f"{problem.path.rpartition('/')[2]}: {problem.message}"


HARM = [
    (flip_a_bit, f"{PART}: does not match its digest"),
    (lambda part: flip_a_bit(part, 0.0), f"{PART}: does not match its digest"),
    (lambda part: flip_a_bit(part, 0.999), f"{PART}: does not match its digest"),
    (cut_short, f"{PART}: does not match its digest"),
    (empty, f"{PART}: does not match its digest"),
    (spoil_the_digest, f"{PART}: does not match its digest"),
    (lambda part: sidecar(part).write_bytes(b""), f"{PART}: does not match its digest"),
    (digest_of_another, f"{PART}: does not match its digest"),
    (no_digest, f"{PART}.sha256: missing: nothing says"),
    (another_part_and_its_digest, f"{PART}: begins at point 0, trial 0, not at point 0, trial 4,096"),
    (part_of_another_run, f"{PART}: cannot be read: a part of another run"),
]


@pytest.mark.parametrize(("harm", "told"), HARM)
def test_harm_is_named_and_done_again(
    point: Scenario, directory: Path, harm: Callable[[Path], object], told: str
) -> None:
    run(point, TRIALS, seed=2, out=directory.with_name("other"), play=play)
    calm, whole = run(point, TRIALS, play=play).summary(), bytes_of(directory)
    harm(directory / "parts" / PART)
    assert [told in named(problem) for problem in verify(directory)] == [True]
    with pytest.raises(InputError, match=rf"{PART}: missing or not what it was"):
        stored(directory)
    with pytest.warns(UserWarning, match=rf"{PART}: not what was written; played again"):
        again = run(point, TRIALS, out=directory, play=play)
    assert again.summary() == calm
    assert bytes_of(directory) == whole
    assert verify(directory) == []


def test_every_harmed_part_is_counted(point: Scenario, directory: Path) -> None:
    for part in (directory / "parts").glob("*.parquet"):
        cut_short(part)
    assert len(verify(directory)) == 3
    with pytest.warns(UserWarning, match=r"part-00000-00000.parquet \(and 2 more parts\): not what"):
        run(point, TRIALS, out=directory, play=play)
    assert verify(directory) == []


def test_a_part_that_is_gone_is_played_again_without_a_word(point: Scenario, directory: Path) -> None:
    whole = bytes_of(directory)
    (directory / "parts" / PART).unlink()
    assert f"1 of 3 parts are missing, {PART} first" in str(verify(directory)[0])
    run(point, TRIALS, out=directory, play=play)
    assert bytes_of(directory) == whole


@pytest.mark.parametrize(
    ("alien", "told", "refused"),
    [
        ("parts/other.parquet", "other.parquet: not of this run", True),
        ("mine.parquet", "mine.parquet: not of this run", True),
        ("parts/part-00000-00077.parquet", "part-00000-00077.parquet: a part that this run does not have", False),
        ("parts/part-00000-00077.parquet.sha256", "00077.parquet.sha256: the digest of a part that is not", False),
    ],
)
def test_a_file_of_someone_else_is_named(
    point: Scenario, directory: Path, alien: str, told: str, *, refused: bool
) -> None:
    (directory / alien).write_bytes(b"x")
    before = bytes_of(directory)
    assert [told in named(problem) for problem in verify(directory)] == [True]
    if refused:
        with pytest.raises(InputError, match=rf"holds {re.escape(alien.rpartition('/')[2])}, not of this run"):
            run(point, TRIALS, out=directory, play=play)
    else:  # it may be of a longer run of this scenario; nothing of it is read
        assert run(point, TRIALS, out=directory, play=play).summary() == run(point, TRIALS, play=play).summary()
    assert bytes_of(directory) == before


@pytest.mark.parametrize("text", ["", "{", "[]", '{"hash": 3}', "\x00", "[" * 100_000, "null", "9" * 5000])
def test_a_broken_manifest_is_refused(point: Scenario, directory: Path, text: str) -> None:
    before = bytes_of(directory)
    (directory / "manifest.json").write_text(text)
    for ask in (lambda: run(point, 10, out=directory, play=play), lambda: stored(directory), lambda: verify(directory)):
        with pytest.raises(InputError, match=r"manifest\.json"):
            ask()
    assert bytes_of(directory) == before


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("made_of", {}),
        ("made_of", {"block": 0}),
        ("made_of", {"block": "many"}),
        ("layout", {}),
        ("layout", {"format": 2, "rows": 0}),
        ("trials", -1),
        ("trials", 10**30),
        ("seed", -1),
        ("scenarios", []),
        ("scenarios", [3]),
        ("hash", "0" * 64),
        ("labels", 3),
    ],
)
def test_a_manifest_that_was_changed_is_told(point: Scenario, directory: Path, key: str, value: object) -> None:
    path = directory / "manifest.json"
    held = json.loads(path.read_text())
    path.write_text(json.dumps({**held, key: value}))
    try:
        problems = verify(directory)
    except InputError as refused:
        problems = list(refused.problems)
    if key not in {"seed", "labels", "scenarios"}:  # what is not asked for when parts are checked
        assert "manifest.json" in str(problems[0]) or "parts" in str(problems[0])
    calm = run(point, TRIALS, play=play).summary()
    asks: tuple[Callable[[], Result], ...] = (
        lambda: stored(directory),
        lambda: run(point, TRIALS, out=directory, play=play),
    )
    for ask in asks:
        try:
            assert ask().summary() == calm
        except InputError as refused:
            assert directory.name in str(refused)  # noqa: PT017 - the other branch is an answer


@pytest.fixture
def from_the_command_line(tmp_path: Path) -> Callable[..., int]:
    def article4(*words: str) -> int:
        return main([*words])

    assert article4("run", *ASKED, "--out", str(tmp_path / "run")) == 0
    return article4


ASKED = ("member", "--trials", "20", "--set", "horizon=1", "--quiet")


@pytest.mark.filterwarnings("default:.*not what was written")
def test_the_command_line_names_the_file(
    from_the_command_line: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = str(tmp_path / "run")
    whole = bytes_of(tmp_path / "run")
    flip_a_bit(tmp_path / "run" / "parts" / "part-00000-00000.parquet")
    capsys.readouterr()
    assert from_the_command_line("verify", place) == 2
    assert "part-00000-00000.parquet   does not match its digest" in capsys.readouterr().err
    assert from_the_command_line("run", *ASKED, "--out", place) == 0
    assert "Warning: " in (said := capsys.readouterr().err)
    assert "part-00000-00000.parquet: not what was written; played again" in said
    assert bytes_of(tmp_path / "run") == whole
    assert from_the_command_line("run", *ASKED, "--out", place, "--seed", "2") == 2
    assert "seed: 1 there, 2 asked for" in capsys.readouterr().err
    (tmp_path / "run" / "manifest.json").write_text("{")
    for words in (("verify", place), ("run", *ASKED, "--out", place)):
        assert from_the_command_line(*words) == 2
        assert "manifest.json: not JSON" in capsys.readouterr().err
