"""The page that says where each system of the source documents is played names nothing that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.record.load import content
from sim.scenario import names

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w./-]+(?:::\w+)?)`", PAGE)))
FILES = [name for name in NAMED if name.endswith((".py", ".yaml"))]
TESTS = [name for name in NAMED if "::" in name]
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| system", "| ---"))]


def place(name: str) -> Path:
    """Where a short name of the page lies: rules in src/sim, scenarios in scenarios, the record in seeds."""
    if name.startswith("seeds/"):
        return ROOT / name
    return ROOT / "scenarios" / name if name.endswith(".yaml") else ROOT / "src" / "sim" / name


def test_the_page_names_files_and_tests() -> None:
    assert len(FILES) > 30
    assert len(TESTS) > 30
    assert len(ROWS) > 30


@pytest.mark.parametrize("name", FILES)
def test_every_file_and_scenario_named_exists(name: str) -> None:
    assert place(name).is_file()


@pytest.mark.parametrize("name", TESTS)
def test_every_test_named_exists(name: str) -> None:
    file, _, function = name.partition("::")
    text = (ROOT / "tests" / file).read_text(encoding="utf-8")
    assert re.search(rf"^def {function}\(", text, re.MULTILINE)


def test_every_claim_of_the_documents_is_placed_in_its_document() -> None:
    """Each claim stands on the page, behind the document and the paragraph that it is from."""
    placed: set[tuple[str, str, str]] = set()
    for listing in re.findall(r"\d{3} §[^|)]*", PAGE):
        document = paragraph = ""
        for word in re.findall(r"\d{3}(?= §)|§\d+|G\d{3}", listing):
            if word.startswith("§"):
                paragraph = word[1:]
            elif word.startswith("G"):
                placed.add((word, document, paragraph))
            else:
                document = word
    known = {(claim.id, claim.document, str(claim.paragraph)) for claim in content("claims").claims}
    assert placed - known == set()
    assert known - placed == set()


def test_every_shipped_scenario_has_a_place() -> None:
    assert [name for name in names() if f"`{name}.yaml`" not in PAGE] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:40])
def test_every_row_says_whether_it_is_played_and_what_is_played_has_a_rule_and_a_test(row: str) -> None:
    _, _, source, played, rule, _, test, _ = row.split("|")
    (answer,) = re.findall(r"\*\*(yes|within|no)\*\*", played)
    assert re.search(r"\d{3} §\d+", source)
    if answer != "no":
        assert ".py`" in rule
        assert "::test_" in test
