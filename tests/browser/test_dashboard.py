"""The dashboard in a real browser. Slow, because it plays; run with -m browser."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from pathlib import Path

    from browser.conftest import Opened

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PAGES = {
    "": "Would Article 4 keep Iran from being attacked?",
    "compare": "Scenarios side by side",
    "sweep": "Maps",
    "replay": "One world, told",
    "evidence": "Evidence",
    "validation": "Is it true?",
}
SETTLED = {
    "": "10,000 worlds of each arm",
    "compare": "2,000 worlds of each arm",
    "sweep": "A cell on its own",
    "replay": "Beliefs at the start and at the end",
    "evidence": "Behind it: 37",
    "validation": "cases to be forecast",
}
"""What stands on a page that is done."""

STREAMLITS_OWN: dict[str, str] = {}
"""Rules of axe that Streamlit's own parts break, and where: none serious in the version that is pinned."""


def opened(tab: Opened, address: str, text: str) -> str:
    """Open an address, wait for a text, and return all text of the page."""
    tab.page.goto(address)
    tab.page.get_by_text(text).first.wait_for(timeout=240_000)
    return str(tab.page.inner_text("body"))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_clean(tab: Opened, served: str, page: str) -> None:
    text = opened(tab, f"{served}/{page}", SETTLED[page])
    assert PAGES[page] in text
    assert "encountered an error" not in text
    assert tab.seen.outside == []
    assert tab.seen.errors == []
    assert violations(tab) == []


def violations(tab: Opened) -> list[str]:
    """Serious and critical findings of axe, but for Streamlit's own."""
    axe: Any = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(tab.page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in {"serious", "critical"} and one["id"] not in STREAMLITS_OWN
    ]


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_wider_than_a_telephone(tab: Opened, served: str, page: str) -> None:
    tab.page.set_viewport_size({"width": 400, "height": 900})
    opened(tab, f"{served}/{page}", PAGES[page])
    tab.page.get_by_text(SETTLED[page]).first.wait_for(timeout=240_000)
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 400
    widest = "Math.max(0, ...[...document.querySelectorAll('svg.marks')].map(e => e.getBoundingClientRect().right))"
    assert tab.page.evaluate(widest) <= 400


def sentence(tab: Opened) -> str:
    return str(tab.page.locator("h2").first.inner_text())


def test_a_slider_moves_a_number_and_the_address_brings_it_back(tab: Opened, served: str) -> None:
    opened(tab, served, "of each arm, seed 1")
    before = sentence(tab)
    slider = tab.page.get_by_role("slider", name="The leader's resolve")
    slider.focus()
    for _ in range(8):
        slider.press("ArrowRight")
    tab.page.wait_for_url(re.compile("set=states.Russia.resolve.shift%3D6"))
    other = "before => ![before, undefined].includes(document.querySelector('h2')?.innerText)"
    tab.page.wait_for_function(other, arg=before)
    moved = sentence(tab)
    address = tab.page.url
    assert moved != before

    opened(tab, address, "of each arm, seed 1")
    shown = tab.page.get_by_role("slider", name="The leader's resolve")
    assert shown.get_attribute("aria-valuetext") == "6"
    tab.page.get_by_text('--set "states.Russia.resolve.shift=6" --trials 10000').wait_for(timeout=240_000)
    assert tab.seen.errors == []


def test_playing_can_be_stopped_and_gone_on_with(tab: Opened, served: str) -> None:
    opened(tab, f"{served}/?arm=deal", "of each arm, seed 1")
    tab.page.get_by_role("button", name="Stop").click()
    tab.page.get_by_role("button", name="Go on playing").wait_for()
    tab.page.get_by_role("button", name="Go on playing").click()
    tab.page.get_by_text("10,000 worlds of each arm").first.wait_for(timeout=240_000)


def test_what_is_taken_away_arrives(tab: Opened, served: str, tmp_path: Path) -> None:
    opened(tab, served, "10,000 worlds of each arm")
    held: dict[str, bytes] = {}
    for label in ("Numbers as CSV", "Chart as SVG", "Chart as PNG", "Scenario as YAML"):
        with tab.page.expect_download() as told:
            tab.page.get_by_role("button", name=label).click()
        path = tmp_path / told.value.suggested_filename
        told.value.save_as(path)
        held[path.suffix] = path.read_bytes()
    rows = list(csv.DictReader(held[".csv"].decode().splitlines()))
    assert {row["arm"] for row in rows} == {"outsider", "member"}
    assert held[".svg"].startswith(b"<svg")
    assert held[".png"].startswith(b"\x89PNG")
    assert yaml.safe_load(held[".yaml"])["name"] == "member"


BAD = "extends: member\nstates:\n  Russia:\n    resolv: 2\n"


def test_a_bad_file_shows_its_message_and_a_good_one_is_asked(tab: Opened, served: str) -> None:
    opened(tab, served, "of each arm, seed 1")
    tab.page.get_by_text("Bring a scenario of your own").click()
    drop = tab.page.locator("input[type=file]")
    drop.set_input_files({"name": "mine.yaml", "mimeType": "application/yaml", "buffer": BAD.encode()})
    told = tab.page.get_by_text("mine.yaml:4:5")
    told.wait_for()
    assert 'Did you mean "resolve"?' in told.inner_text()
    drop.set_input_files({"name": "mine.yaml", "mimeType": "application/yaml", "buffer": b"extends: nato-like\n"})
    tab.page.get_by_text("mine is valid").wait_for()
    tab.page.get_by_text("With mine in place of outsider").first.wait_for(timeout=240_000)
    assert tab.seen.outside == []


@pytest.mark.parametrize("width", [1280, 400])
def test_a_click_on_a_map_plays_the_cell(tab: Opened, served: str, width: int) -> None:
    tab.page.set_viewport_size({"width": width, "height": 1200})
    opened(tab, f"{served}/sweep", "A cell on its own")
    cell = tab.page.locator("svg.marks g.mark-rect").first.locator("path").nth(5)
    cell.click(force=True)
    tab.page.wait_for_url(re.compile("cell=5"))
    tab.page.get_by_text("of each arm, seed 1").first.wait_for(timeout=240_000)
    assert "states.Russia.resolve.shift = 2" in tab.page.inner_text("body")


def test_a_world_is_stepped_through(tab: Opened, served: str) -> None:
    opened(tab, f"{served}/replay?what=member&trial=7&seed=1&month=0&beside=outsider", "Beliefs at the start")
    tab.page.get_by_role("button", name="Month after").click()
    tab.page.wait_for_url(lambda url: "month=0" not in url)
    assert "beside=outsider" in tab.page.url
    assert tab.page.locator(".replayed h3").all_inner_texts() == ["member", "outsider"]
