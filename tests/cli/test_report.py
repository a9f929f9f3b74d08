from __future__ import annotations

import contextlib
import io
import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import html5lib
import pytest

import sim
import sim.api
from sim.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHORT = ["horizon=3"]
CALM = [f"states.{name}.opportunity.overt=0" for name in ("Israel", "United States")]
MADE: dict[str, Callable[[Path], object]] = {
    "run": lambda out: sim.run("member", 6, overrides=SHORT, out=out),
    "compare": lambda out: sim.compare("outsider", "member", trials=30, overrides=SHORT, out=out),
    "sweep": lambda out: sim.sweep("council", trials=6, overrides=SHORT, out=out),
    "one": lambda out: sim.run("member", 1, overrides=SHORT, out=out),
    "pair of one": lambda out: sim.compare("outsider", "member@perception.bias=1", trials=1, overrides=SHORT, out=out),
    "peace": lambda out: sim.compare("outsider", "member", trials=6, overrides=[*SHORT, *CALM], out=out),
}
"""Stored from Python: the commands would draw a chart of each as well, in a process of its own."""
FIRST = {"run": "outcomes", "compare": "answer", "sweep": "map"}


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with results of each kind, and empty ones."""
    place = tmp_path_factory.mktemp("stored")
    for kind, make in MADE.items():
        make(place / kind)
    return place


class Page(HTMLParser):
    """What a page is made of: tags, attributes that name something, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.said: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(str(value))
            elif name == "href" and tag == "a":
                self.links.append(str(value))
            elif name in {"src", "href", "xlink:href", "srcset", "data", "action"}:
                self.loads.append(str(value))

    def handle_data(self, data: str) -> None:
        self.said.append(data.replace("\u00a0", " "))


@dataclass(frozen=True)
class Told:
    """A brief, where it lies, and what the command that wrote it printed."""

    out: Path
    page: str
    answer: dict[str, Any]


@pytest.fixture(scope="module")
def told(stored: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    found = {}
    for kind in MADE:
        out = tmp_path_factory.mktemp("brief") / "brief.html"
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            assert main(["report", str(stored / kind), "-o", str(out), "--json"]) == 0
        assert [path.name for path in out.parent.iterdir()] == ["brief.html"]
        found[kind] = Told(out, out.read_text(encoding="utf-8"), json.loads(printed.getvalue()))
    return found


@pytest.fixture
def briefs(told: dict[str, Told]) -> dict[str, str]:
    """The brief of each."""
    return {kind: one.page for kind, one in told.items()}


@pytest.mark.parametrize("kind", MADE)
def test_a_brief_is_one_valid_file_that_loads_nothing(briefs: dict[str, str], kind: str) -> None:
    text = briefs[kind]
    html5lib.HTMLParser(strict=True).parse(text)
    page = Page(text)
    assert len(text) < 3_000_000
    assert {"script", "link", "img", "iframe", "object", "embed", "base"}.isdisjoint(page.tags)
    assert all(load.startswith("#") for load in page.loads)
    assert not re.search(r"@import|url\((?!#)", text)
    assert len(page.ids) == len(set(page.ids))
    inside = [link[1:] for link in page.links if link.startswith("#")]
    assert inside
    assert set(inside) <= set(page.ids)
    assert all(link.startswith(("#", "http://", "https://")) for link in page.links)


def test_a_list_of_points_stands_only_where_no_map_shows_them(briefs: dict[str, str]) -> None:
    ids = Page(briefs["sweep"]).ids
    assert "chart-map" in ids
    assert "chart-points" not in ids


def test_a_wide_table_says_in_every_cell_what_it_is_of(briefs: dict[str, str]) -> None:
    wide = briefs["compare"].split('<table class="wide">')[1:]
    assert wide
    for table in wide:
        cells = re.findall(r"<td[^>]*>", table.split("<tbody>")[1].split("</tbody>")[0])
        assert all(re.search(r'data-of="[^"]+"', cell) for cell in cells)


def test_what_is_not_stored_is_told_with_how_to_draw_it(briefs: dict[str, str]) -> None:
    assert "--chart expected" in briefs["compare"]
    assert "--chart expected" not in briefs["sweep"], "a sweep has no such chart"


@pytest.mark.parametrize("kind", MADE)
def test_a_brief_says_what_is_asked_of_it(briefs: dict[str, str], kind: str) -> None:
    page = Page(briefs[kind])
    said = " ".join(" ".join(page.said).split())
    for heading in (
        "What an attack leads to",
        "What would change the answer",
        "What it rests on",
        "Limits",
        "Evidence",
    ):
        assert heading in said
    assert "Abandoned: no aid from anyone, given an attack" in said
    assert "NaN" not in said
    assert "None" not in said
    assert page.tags.count("figure") in range(1, 6)
    assert page.tags.count("svg") == page.tags.count("figure")


@pytest.mark.parametrize("kind", FIRST)
def test_the_answer_is_that_of_the_command(told: dict[str, Told], kind: str) -> None:
    one = told[kind]
    assert (one.answer["command"], one.answer["seed"], one.answer["files"]) == ("report", 1, [str(one.out)])
    assert len(one.answer["answer"]) == 2
    assert one.answer["question"].endswith("?")
    said = " ".join(Page(one.page).said)
    assert all(sentence in said for sentence in (*one.answer["answer"], one.answer["question"]))
    assert f'id="chart-{FIRST[kind]}"' in one.page


def test_markdown_has_its_charts_beside_it(stored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(stored / "compare"), "-o", str(tmp_path / "my brief.md")]) == 0
    assert "my brief-answer.svg" in capsys.readouterr().out
    text = (tmp_path / "my brief.md").read_text(encoding="utf-8")
    assert text.startswith("# Is Iran attacked less often within 3 months")
    named = re.findall(r"\]\((my%20brief-[a-z]+\.svg)\)", text)
    assert {name.replace("%20", " ") for name in named} == {path.name for path in tmp_path.glob("*.svg")}
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert rows
    assert "<" not in re.sub(r"<https?://[^>]*>", "", text).replace("\\<", "")


def test_nothing_is_concluded_from_one_world_or_from_peace(briefs: dict[str, str]) -> None:
    for kind in ("one", "pair of one"):
        said = " ".join(Page(briefs[kind]).said)
        assert "Play more worlds before anything is concluded." in said
        assert "Too few parameter sets were played" in said
    said = " ".join(Page(briefs["peace"]).said)
    assert "in none of 6 worlds either way" in said
    assert "it cannot be said whether it deters" in said


def test_the_command_that_makes_it_again_makes_the_same_trials(tmp_path: Path) -> None:
    words = ["compare", "outsider", "member@horizon=3", "--trials", "5", "--seed", "9"]
    same = ["compare", "outsider@horizon=3", "member@horizon=3", "--trials", "5", "--seed", "9"]
    assert main([*words, "--out", str(tmp_path / "a")]) == 2  # the arms' lengths differ
    assert main([*same, "--out", str(tmp_path / "a"), "--quiet"]) == 0
    assert main(["report", str(tmp_path / "a"), "-o", str(tmp_path / "brief.html")]) == 0
    text = (tmp_path / "brief.html").read_text(encoding="utf-8")
    assert "article4 compare outsider@horizon=3 member@horizon=3 --trials 5 --seed 9" in text
    assert f"article4 verify {tmp_path / 'a'}" in text


def test_a_change_that_no_name_tells_has_no_command(briefs: dict[str, str]) -> None:
    assert "No single command gives it" in briefs["run"]  # played with --set


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run"], "is missing: where is the brief to go?"),
        (["run", "-o", "x.pdf"], "a brief's name ends in .html, .md, not .pdf"),
        (["nowhere", "-o", "x.html"], "not a run directory"),
    ],
)
def test_mistakes_are_told(
    stored: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    where = [str(tmp_path / word) if word.endswith((".html", ".pdf")) else word for word in words[1:]]
    assert main(["report", str(stored / words[0]), *where]) == 2
    assert message in capsys.readouterr().err


def test_python_writes_the_same_brief(stored: Path, briefs: dict[str, str], tmp_path: Path) -> None:
    (out,) = sim.api.Result(sim.experiment.stored(stored / "run")).report(tmp_path / "brief.html")
    assert out.read_text(encoding="utf-8") == briefs["run"]
    with pytest.raises(sim.InputError, match="kept in memory"):
        sim.run("member", 3, overrides={"horizon": 1}).report(tmp_path / "x.html")
    with pytest.raises(sim.InputError, match=r"ends in \.html, \.md"):
        sim.api.Result(sim.experiment.stored(stored / "run")).report(tmp_path / "x.txt")
