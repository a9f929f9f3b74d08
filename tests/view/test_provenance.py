from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from results import layers_of, values_of, written
from sim.reading import InputError
from sim.record import behind, cited, keys, named_in, web
from sim.view import theme
from sim.view.files import save
from sim.view.provenance import provenance_chart, provenance_finding, provenance_rows

if TYPE_CHECKING:
    from pathlib import Path

KEYS = (
    "priors.gamma",
    "priors.no_mandate",
    "credibility.in_force",
    "credibility.intercept",
    "series.threat.2025-01",
    "states.Russia.committed_elsewhere",
    "states.Russia.ties.Israel",
)


@pytest.mark.parametrize("key", KEYS)
def test_the_graph_of_a_number_is_drawn_with_a_finding_that_fits(key: str, tmp_path: Path) -> None:
    chart = provenance_chart(web(key))
    title = chart.to_dict()["title"]
    assert all(theme.breadth(line) * theme.TITLE_SIZE <= theme.WIDTH for line in title["text"])
    assert " ".join(title["text"]).startswith(key)
    assert "article4 · " in written(chart)
    drawn = save(chart, tmp_path / "x.svg").read_text(encoding="utf-8")
    assert "NaN" not in drawn
    assert float(drawn.split('width="')[1].split('"')[0]) <= theme.WIDTH + 2 * theme.PADDING + 14


def test_lines_lead_from_the_number_to_its_entries_and_on_to_their_sources() -> None:
    found = web("priors.gamma")
    assert [(entry["id"], entry["direct"]) for entry in found["entries"]] == [("gamma", True), ("R30", False)]
    assert {source["key"] for source in found["sources"]} == {"E_ST", "E_REFIT", "E_HUTH88"}
    chart = provenance_chart(found).to_dict()
    lines = next(layer for layer in layers_of(chart) if layer["mark"]["type"] == "line")
    edges = {point["edge"] for point in values_of(chart, lines)}
    assert len(edges) == 2 + 3


def test_titles_of_few_entries_have_room_for_two_lines() -> None:
    chart = provenance_chart(web("priors.gamma")).to_dict()
    said = " ".join(row["text"] for layer in layers_of(chart) for row in values_of(chart, layer) if "text" in row)
    assert "gamma Weight of expected harm from guarantors in" in " ".join(said.split())


def test_a_number_of_a_state_rests_on_the_sources_of_its_own_field() -> None:
    own = {source["key"] for source in web("states.Russia.cinc_2016")["sources"]}
    assert own == {"F_NMC"}


def test_a_fitted_number_rests_on_the_cases_that_inform_it() -> None:
    assert "KZ-2022" in behind("credibility.in_force")
    russia = set(behind("credibility.resolve.Russia"))
    assert russia < set(behind("credibility.intercept"))


def test_what_is_too_much_for_a_picture_is_counted() -> None:
    found = web("credibility.intercept")
    rows = provenance_rows(found)
    below = " ".join(provenance_chart(found).to_dict()["title"]["subtitle"])
    left = len(found["sources"]) - len(rows["sources"])
    assert left > 0
    assert f"{left} more sources" in below


def test_a_number_without_sources_says_so() -> None:
    nothing = {"key": "k", "value": "1", "entries": [], "sources": []}
    assert provenance_finding(nothing) == "k rests on no entry of the record."
    assert provenance_chart(nothing).to_dict()["title"]["text"] == ["k rests on no entry of the record."]
    assert "these on no source" in provenance_finding(web("priors.no_mandate"))


def test_entries_that_a_sentence_names_are_found() -> None:
    assert named_in("as strikes D18, D41b tell, and KZ-2022; not Z99 or F16") == ("D18", "D41b", "KZ-2022")


def test_every_key_has_its_entries() -> None:
    for key in keys():
        assert all(entry.id for entry in cited(behind(key), deep=False)), key
    with pytest.raises(InputError, match="Did you mean"):
        web("priors.gama")
