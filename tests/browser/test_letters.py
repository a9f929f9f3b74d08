"""Charts in the widest letters that may stand in for Arial, in a real browser; run with -m browser."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

import results
from sim.record import web
from sim.view.files import rendered
from sim.view.gallery import CHARTS, plot
from sim.view.provenance import provenance_chart

if TYPE_CHECKING:
    from browser.conftest import Opened

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

GRID = [[0.9, 0.8, 0.7], [0.7, 0.6, 0.4], [0.5, 0.3, 0.2]]
DIRECT = [name for name, entry in CHARTS["compare"].items() if entry.needs is None]
DRAWN = [
    *((results.pair(), name) for name in DIRECT),
    *((results.six(), name) for name in DIRECT),
    *((results.peace(), name) for name in DIRECT),
    *((results.peace(1), name) for name in DIRECT),
    (results.grid(GRID), "map"),
    (results.grid(GRID), "difference"),
    (results.line([1.0, 0.6, 0.3]), "credibility"),
    (results.line([1.0, 0.6, 0.3]), "points"),
    (results.decomposition({"commitment": -0.03, "alignment": 0.01, "other": 0.0}), "waterfall"),
]

MEASURED = """() => {
  const ground = document.querySelector('svg').getBoundingClientRect();
  const texts = [...document.querySelectorAll('svg text')].filter(
    (text) => text.textContent.trim() && text.getAttribute('opacity') !== '0');
  const boxes = texts.map((text) => [text.textContent, text.getBoundingClientRect()]);
  const told = boxes.filter(([, box]) => box.left < ground.left - 1 || box.right > ground.right + 1
    || box.top < ground.top - 1 || box.bottom > ground.bottom + 1).map(([text]) => `beyond the ground: ${text}`);
  boxes.forEach(([one, a], place) => boxes.slice(place + 1).forEach(([other, b]) => {
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (wide > 1 && high > 5) told.push(`${one} over ${other}`);
  }));
  return told;
}"""


def out_of_place(tab: Opened, chart: Any) -> list[str]:
    """Texts of a chart that lie beyond its ground or over one another."""
    svg = rendered(chart, ".svg").decode()
    tab.page.set_content(f"<style>svg text {{ font-family: 'DejaVu Sans' !important; }}</style>{svg}")
    told: list[str] = tab.page.evaluate(MEASURED)
    return told


@pytest.mark.parametrize("place", range(len(DRAWN)))
def test_no_text_is_cut_or_lies_over_another(tab: Opened, place: int) -> None:
    answer, name = DRAWN[place]
    assert out_of_place(tab, plot(copy.deepcopy(answer), name)) == []


@pytest.mark.parametrize("key", ["priors.gamma", "credibility.in_force"])
def test_the_graph_of_a_number_neither(tab: Opened, key: str) -> None:
    assert out_of_place(tab, provenance_chart(web(key))) == []
