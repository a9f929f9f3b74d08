"""`article4 replay`: what it prints, the page it writes, and how it answers mistakes."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

import sim
from sim.cli import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pair") / "stored"
    sim.compare("outsider", "member", trials=200, seed=7, out=place)
    return place


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["replay", *words, "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_json_is_what_python_gives(pair: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = answer(capsys, str(pair), "--find", "deterred", "--pair", "outsider")
    found = sim.replay(pair, find="deterred", pair="outsider")
    assert told.pop("out") is None
    assert told == json.loads(json.dumps(found.to_json()))
    assert (told["command"], told["seed"], told["stored"], told["twin"]["stored"]) == ("replay", 7, True, True)
    assert told["picked"]["trials"][0] == told["trial"]


def test_changes_and_seed_are_those_of_the_world(capsys: pytest.CaptureFixture[str]) -> None:
    told = answer(capsys, "member", "--trial", "3", "--seed", "9", "--set", "horizon=5")
    assert (told["horizon"], told["seed"], told["trial"]) == (5, 9, 3)
    assert max(event["month"] for event in told["events"]) == 4


def test_the_text_tells_every_month_and_every_attack(pair: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(pair), "--find", "invoked and attacks > 1", "--pair", "outsider"]) == 0
    text = capsys.readouterr().out
    told = sim.replay(pair, find="invoked and attacks > 1", pair="outsider")
    assert text.rstrip("\n") == told.text()
    main_story = [line for line in text.splitlines() if line.startswith("  ") and not line.startswith("   ")]
    assert sum(line.startswith("Month ") for line in text.splitlines()) == 24
    assert sum(" attacks: " in line for line in main_story) == told.row["attacks"]
    assert "first difference" in text
    assert "equals the row that is stored" in text
    lessons = [line for line in main_story if "has learned" in line]
    observers = 3  # two challengers and the protégé
    assert 0 < len(lessons) <= observers * told.row["attacks"]
    attack = next(event for event in told.events if event.get("decision") == "challenge" and event["choice"] != "hold")
    share = f"{100 * attack['probabilities'][attack['options'].index(attack['choice'])]:.0f} %"
    assert any(f"{attack['actor']} challenges? {attack['choice']}" in line and share in line for line in main_story)


def months_of(text: str) -> dict[int, list[str]]:
    """Lines of each month of a story."""
    found: dict[int, list[str]] = {}
    for block in text.split("\n\n"):
        head, *lines = block.splitlines()
        if head.startswith("Month "):
            found[int(head.split()[1].rstrip(":"))] = lines
    return found


def test_a_chance_is_told_with_its_draw_and_a_month_without_one_in_one_sentence() -> None:
    told = sim.replay("member", 5)
    story = months_of(told.text())
    came = {event["month"] for event in told.events if event.get("came")}
    sent = {event["month"] for event in told.events if event.get("sent")}
    jumps = {event["month"] for event in told.events if event.get("jumps")}
    quiet = set(story) - came - sent - jumps - {0, 12}  # 0: what a world is given; 12: the chair passes on
    assert quiet
    for month in quiet:
        (sentence,) = [" ".join(line.strip() for line in story[month])]
        assert sentence.startswith("No chance: Israel overt ")
        assert len(story[month]) <= 2
    for event in told.events:
        if event.get("came"):
            said = f"{event['actor']} gets a {event['event']}, "
            (line,) = [line for line in story[int(event["month"])] if said in line]
            assert line.endswith(f": {event['came_to']}")
    (struck,) = [event for event in told.events if event.get("came_to") == "strike" and event["month"] == 2]
    assert f"{100 * struck['chance']:.2f} % ({struck['drawn']:.4f})" in told.text(), "digits that tell which is greater"


def test_what_observers_make_of_a_signal_stands_with_it() -> None:
    told = sim.replay("member", 5)
    story = months_of(told.text())
    signal = next(event for event in told.events if event.get("event") == "talk" and event["sent"])
    lines = " ".join(line.strip() for line in story[int(signal["month"])])
    assert f"talk by {signal['actor']} " in lines
    reads = [e for e in told.events if e.get("event") == "signals read" and e["month"] == signal["month"]]
    for read in (read for read in reads if read["actor"] == signal["actor"]):
        assert f"{read['observer']} {read['mean_before']:.2f} → {read['mean']:.2f}" in lines


def test_the_councils_days_are_told(pair: Path) -> None:
    told = sim.replay(pair, find="mandate is not null")
    decided = next(event for event in told.events if event.get("event") == "Council decides")
    text = " ".join(told.text().split())
    assert "Council is convened on the day of the request" in text
    assert f"Council decides: {decided['decision']}" in text
    assert f"the action lasts {decided['action_lasts']:g} days" in text


def test_the_page_folds_what_came_to_nothing() -> None:
    told = sim.replay("member", 5)
    page = told.page()
    assert page.count("<details>") == page.count("<summary>") == 24
    folded = page.split("<details>")[1].split("</details>")[0]
    silent = [e for e in told.events if e.get("event") == "talk" and e["month"] == 0 and not e["sent"]]
    assert silent
    assert all(event["actor"] in folded for event in silent)
    assert "first belief, with its draw" in folded


class Page(HTMLParser):
    """What a browser would load, and whether every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in {"meta", "br"}:
            self.open.append(tag)
        self.outside += [name for name, _ in attrs if name in {"src", "href", "srcset", "action"} or name[:2] == "on"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_stands_alone(pair: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "world.html"
    words = ["replay", str(pair), "--typical", "no_attack", "--pair", "outsider", "-o", str(path)]
    assert main(words) == 0
    assert str(path) in capsys.readouterr().out
    text = path.read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.open == []
    assert page.outside == []
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert "url(" not in text
    assert "@import" not in text
    assert page.tags.count("h1") == 1
    assert page.tags.count("section") == 24
    assert text.count('class="mark"') >= 1
    assert len(text) < 3_000_000


def test_what_a_scenario_calls_itself_is_text_on_the_page() -> None:
    hostile = sim.scenario("member").model_copy(update={"title": "<script>alert(1)</script>\x1b[2J"})
    told = sim.replay(hostile, 1)
    assert "<script" not in told.page()
    assert "&lt;script&gt;" in told.page()
    assert "\x1b" not in told.text() + told.page()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["member"], "--trial"),
        (["member", "--trial", "1", "--typical", "clash"], "--trial"),
        (["member", "--trial", "x"], "whole number"),
        (["member", "--trial", "10000000"], "outside"),
        (["membr", "--trial", "1"], 'Did you mean "member"'),
        (["member", "--find", "attacks > 0"], "article4 run"),
        (["member", "--trial", "1", "-o", "world.pdf"], ".html"),
        (["member", "--trial", "1", "--pair", "armenia-2022"], "armenia-2022|states|roster|Iran"),
    ],
)
def test_mistakes_end_with_2(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", *words]) == 2
    said = capsys.readouterr().err
    assert re.search(message, said), said
    assert "Traceback" not in said


def test_a_page_that_cannot_be_written_ends_with_1_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main(["replay", "member", "--trial", "1", "-o", str(tmp_path / "file" / "world.html")]) == 1
    assert "cannot be written" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
