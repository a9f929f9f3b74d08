from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import results
import sim
from sim.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FEW: dict[str, Any] = {"trials": 6, "overrides": ["horizon=3"]}
MADE: dict[str, Callable[[Path], object]] = {
    "run": lambda out: sim.run("member", **FEW, out=out),
    "compare": lambda out: sim.compare("outsider", "member", **FEW, out=out),
    "sweep": lambda out: sim.sweep("council", **FEW, out=out),
    "decompose": lambda out: sim.decompose("outsider", "member", **FEW, out=out),
}
"""Stored from Python: the commands would draw a chart of each as well, in a process of its own."""
CHARTS = {
    "run": ["outcomes", "responses", "luck", "convergence", "parameter", "expected", "beliefs"],
    "compare": ["survival", "answer", "outcomes", "strata", "responses", "parameter", "expected", "beliefs"],
    "sweep": ["map", "difference", "points"],
    "decompose": ["waterfall"],
}


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with one result of each kind."""
    place = tmp_path_factory.mktemp("stored")
    for kind, make in MADE.items():
        make(place / kind)
    return place


@pytest.mark.parametrize("kind", MADE)
def test_every_chart_of_what_is_stored_is_listed_and_drawn(
    stored: Path, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plot", str(stored / kind), "--chart", "list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [chart["name"] for chart in told["charts"]] == CHARTS[kind]
    for name in CHARTS[kind]:
        path = tmp_path / f"{name}.json"
        assert main(["plot", str(stored / kind), "--chart", name, "-o", str(path), "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        title = json.loads(path.read_text(encoding="utf-8"))["title"]["text"]
        assert (told["command"], told["seed"], told["chart"]) == ("plot", 1, name)
        assert told["charts"] == [str(path)]
        assert told["finding"] == " ".join(title).replace("\u00a0", " ")


def test_one_chart_goes_to_several_kinds_of_file(
    stored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / f"x{suffix}" for suffix in (".png", ".svg", ".pdf", ".html", ".json")]
    words = [word for path in paths for word in ("-o", str(path))]
    assert main(["plot", str(stored / "run"), *words]) == 0
    assert "Chart  outcomes" in capsys.readouterr().out
    begins = [path.read_bytes()[:9] for path in paths]
    assert begins[0].startswith(b"\x89PNG")
    assert begins[1].startswith(b"<svg")
    assert begins[2].startswith(b"%PDF")
    assert begins[3].lower().startswith(b"<!doctype")
    assert begins[4].startswith(b"{")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "-o", "x.jpg"], "a chart's name ends in .png, .svg, .pdf, .html, .json, not .jpg"),
        (["run"], "is missing"),
        (["run", "--chart", "lukc", "-o", "x.svg"], 'Did you mean "luck"'),
        (["run", "--chart", "map", "-o", "x.svg"], "There are: outcomes, responses, luck, convergence, parameter"),
        (["run", "--metric", "attack", "-o", "x.svg"], "takes no metric"),
        (["run", "--chart", "convergence", "--metric", "atack", "-o", "x.svg"], 'Did you mean "attack"'),
        (
            ["run", "--chart", "parameter", "--parameter", "choice.clash_cots", "-o", "x.svg"],
            'Did you mean "choice.clash',
        ),
        (["run", "--chart", "luck", "--parameter", "choice.clash_cost", "-o", "x.svg"], "takes no parameter"),
        (["sweep", "--target", "-1", "-o", "x.svg"], "a number above 0 is wanted"),
        (["sweep", "--chart", "credibility", "-o", "x.svg"], "does not fit this sweep"),
        (["nowhere", "-o", "x.svg"], "not a run directory"),
    ],
)
def test_a_mistake_is_told_with_what_there_is_and_draws_nothing(
    stored: Path,
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["plot", str(stored / words[0]), *words[1:]]) == 2
    captured = capsys.readouterr()
    assert message in " ".join(captured.err.split())
    assert not captured.out
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def curve(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stored sweep over one parameter."""
    place = tmp_path_factory.mktemp("curve")
    text = (
        "name: curve\ntitle: T\nasks: Q?\narms: [outsider, member]\ndesign: grid\n"
        "axes:\n  states.Russia.resolve.shift: [0, 1, 2]\ntrials: 3\n"
    )
    (place / "curve.yaml").write_text(text, encoding="utf-8")
    sim.sweep(place / "curve.yaml", overrides=["horizon=3"], out=place / "s")
    return place / "s"


def test_a_break_even_is_read_from_what_its_search_printed(
    curve: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = tmp_path / "b.json"
    held.write_text(json.dumps(results.breakeven()), encoding="utf-8")
    assert main(["plot", str(curve), "--breakeven", str(held), "-o", str(tmp_path / "x.svg")]) == 0
    assert "resolve.shift at 1.5" in capsys.readouterr().out
    assert "break-even 1.5" in (tmp_path / "x.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("held", "message"),
    [
        ("", "not JSON"),
        ("[1]", "not what a break-even search prints"),
        ('{"command": "breakeven"}', "not what a break-even search prints"),
        (json.dumps(results.breakeven() | {"interval": [1]}), "not what a break-even search prints"),
        (json.dumps(results.breakeven() | {"value": "x"}), "not what a break-even search prints"),
        (json.dumps(results.breakeven() | {"parameter": "perception.bias"}), "the sweep varies states.Russia"),
        (None, "cannot be read"),
    ],
)
def test_what_is_no_break_even_is_refused(
    curve: Path, held: str | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "b.json"
    if held is not None:
        path.write_text(held, encoding="utf-8")
    assert main(["plot", str(curve), "--breakeven", str(path), "-o", str(tmp_path / "x.svg")]) == 2
    assert message in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "x.svg").exists()


def parsed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_mistake_is_told_to_programs_too(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot", str(stored / "run"), "--chart", "lukc", "-o", "x.svg", "--json"]) == 2
    assert parsed(capsys)["error"]["problems"][0]["path"] == "--chart"
