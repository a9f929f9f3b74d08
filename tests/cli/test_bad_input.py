from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sim.cli import main

if TYPE_CHECKING:
    from pathlib import Path

WRONG_WORDS = {
    "unknown command": (["rnu"], 'Did you mean "run"?'),
    "unknown option": (["run", "baseline", "--trails", "3"], 'Did you mean "--trials"?'),
    "option without its value": (["run", "baseline", "--trials"], "--trials"),
    "no scenario": (["run"], "SCENARIO"),
    "one argument too many": (["run", "baseline", "member"], "member"),
    "no trials": (["run", "baseline", "--trials", "0"], "outside 1 to"),
    "negative trials": (["run", "baseline", "--trials", "-4"], "outside 1 to"),
    "absurd trials": (["run", "baseline", "--trials", "9" * 25], "outside 1 to"),
    "trials in words": (["run", "baseline", "--trials", "many"], '"many" is not a whole number'),
    "half a trial": (["run", "baseline", "--trials", "1.5"], '"1.5" is not a whole number'),
    "seed in words": (["run", "baseline", "--seed", "lucky"], "`random`"),
    "negative seed": (["run", "baseline", "--seed", "-1"], "`random`"),
    "a seed too large": (["run", "baseline", "--seed", str(2**64)], "outside 0 to"),
    "no jobs": (["run", "baseline", "--jobs", "0"], "outside 1 to"),
    "a scenario that does not exist": (["run", "baselin"], 'Did you mean "baseline"?'),
    "a file that does not exist": (["run", "nowhere/mine.yaml"], "no such file"),
    "a set without a value": (["run", "baseline", "--set", "horizon"], "horizon"),
    "a set of an unknown name": (["run", "baseline", "--set", "horizn=12"], "horizon"),
    "a set of a wrong type": (["run", "baseline", "--set", "horizon=soon"], "horizon"),
    "a set of no number": (["run", "baseline", "--set", "perception.acuity=.nan"], "perception.acuity"),
    "a set out of bounds": (["run", "baseline", "--set", "perception.acuity=1.9"], "perception.acuity"),
    "a method that does not exist": (["sensitivity", "council", "--method", "moris"], 'Did you mean "morris"?'),
    "a design over parameter sets": (["sensitivity", "member", "--method", "sobol"], "wants a sweep"),
    "a base of no design": (["sensitivity", "council", "--base", "8"], "only the method sobol"),
    "no sweep and no scenario": (["sensitivity", "concil"], "concil"),
    "a run that is none": (["verify", "nowhere"], "nowhere"),
    "an entry that does not exist": (["record", "show", "no-such-entry"], "no-such-entry"),
    "a suffix of control characters": (["run", "\x1b[31m.yaml"], "no such file"),
}

WRONG_FILES = {
    "broken YAML": (b"states: [1, 2\n", "mine.yaml:"),
    "a key twice": (b"extends: baseline\nhorizon: 12\nhorizon: 13\n", "horizon"),
    "a Python tag": (b"!!python/object/apply:os.system ['true']\n", "mine.yaml:1"),
    "not UTF-8": (b"title: \xff\xfe\n", "UTF-8"),
    "a cycle": (b"extends: mine.yaml\n", "extends"),
    "not a mapping": (b"- 1\n", "mapping"),
    "an unknown key": (b"extends: baseline\nhorizn: 12\n", 'Did you mean "horizon"?'),
    "nothing": (b"", "mine.yaml"),
}


def told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("arguments", "hint"), WRONG_WORDS.values(), ids=WRONG_WORDS)
def test_a_mistake_in_words_is_told_and_nothing_is_left_behind(
    arguments: list[str], hint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = told(arguments, capsys)
    assert code == 2
    assert not out
    assert hint in err
    assert "Traceback" not in err
    assert "\x1b" not in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("content", "hint"), WRONG_FILES.values(), ids=WRONG_FILES)
def test_a_mistake_in_a_file_is_told_with_its_place(
    content: bytes, hint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.yaml").write_bytes(content)
    for command in ("run", "check"):
        code, out, err = told([command, "mine.yaml"], capsys)
        assert (code, out) == (2, "")
        assert "mine.yaml" in err
        assert hint in err
        assert "nothing was run" in err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]


def test_check_tells_the_mistakes_of_all_files_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text("extends: baseline\nhorizn: 1\n")
    code, _, err = told(["check", "one.yaml", "baseline", "two.yaml"], capsys)
    assert code == 2
    assert "one.yaml:2" in err
    assert "two.yaml:2" in err
    assert "2 errors; nothing was run." in err


def test_with_json_a_mistake_is_one_object_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.yaml").write_text("extends: baseline\nhorizn: 1\n")
    for arguments in (["check", "mine.yaml", "--json"], ["run", "mine.yaml", "--json"]):
        code, out, err = told(arguments, capsys)
        answer = json.loads(out)
        assert code == 2
        assert answer["command"] == arguments[0]
        assert answer["error"]["exit_code"] == 2
        assert answer["error"]["kind"] == "input"
        problem = answer["error"]["problems"][0]
        assert (problem["path"], problem["line"], problem["where"]) == ("mine.yaml", 2, "horizn")
        assert "mine.yaml:2:1" in err
    code, out, _ = told(["run", "--trails", "3", "--json"], capsys)
    assert (code, json.loads(out)["error"]["kind"]) == (2, "usage")


def test_an_error_line_is_never_wrapped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    (tmp_path / "mine.yaml").write_text("extends: baseline\nhorizn: 1\n")
    _, _, err = told(["run", "mine.yaml"], capsys)
    assert len(err.splitlines()) == 2
    _, _, err = told(["run", "baseline", "--trails", "3"], capsys)
    assert len(err.splitlines()) == 2


@pytest.mark.parametrize("kind", ["file", "foreign"])
def test_a_directory_that_is_not_ours_is_refused(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    if kind == "file":
        out.write_text("mine")
    else:
        out.mkdir()
        (out / "mine.parquet").write_text("mine")
    code, _, err = told(["run", "baseline", "--trials", "10", "--out", str(out)], capsys)
    assert code == 2
    assert "out" in err
    kept = out if kind == "file" else out / "mine.parquet"
    assert kept.read_text() == "mine"
