from __future__ import annotations

import copy
import json
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

import results
from results import layers_of, told, values_of, written
from sim.reading import InputError
from sim.view import theme
from sim.view.arms import answer_rows, outcomes_rows
from sim.view.beliefs import beliefs_finding
from sim.view.comparison import comparison_lines
from sim.view.convergence import convergence_chart
from sim.view.files import save
from sim.view.gallery import CHARTS, chart_of, chosen, fitting, plot
from sim.view.ladder import ANTICIPATED, luck_rows, response_rows
from sim.view.marks import ARM_INKS, LADDER_COLOURS, fitted
from sim.view.strata import strata_rows
from sim.view.survival import survival_rows
from sim.view.words import LEVELS, METRICS, OUTCOMES

if TYPE_CHECKING:
    from pathlib import Path


def a_run(summary: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return copy.deepcopy(summary) | changed


DIRECT = [name for name, entry in CHARTS["compare"].items() if entry.needs is None]
"""Charts that a comparison's JSON is enough for."""

# Every chart, of every kind of result, on ordinary and on empty ground.

ORDINARY = [
    *((results.pair(), name) for name in DIRECT),
    *((results.six(), name) for name in DIRECT),
    *((results.peace(), name) for name in DIRECT),
    *((results.peace(1), name) for name in DIRECT),
    (results.grid([[0.9, 0.8, 0.7], [0.7, 0.6, 0.4], [0.5, 0.3, 0.2]]), "map"),
    (results.grid([[0.9, 0.8, 0.7], [0.7, 0.6, 0.4], [0.5, 0.3, 0.2]]), "difference"),
    (results.grid([[None] * 3] * 3), "map"),
    (results.grid([[None] * 3] * 3), "difference"),
    (results.grid([[0.5]], down=[0], across=[0]), "map"),
    (results.line([1.0, 0.6, 0.3]), "credibility"),
    (results.line([None, None]), "credibility"),
    (results.line([0.6]), "credibility"),
    (results.line([0.6]), "points"),
    (results.alone([0.9, 0.8], [[1], [3]], "list"), "points"),
    (results.decomposition({"commitment": -0.03, "alignment": 0.01, "other": 0.0}), "waterfall"),
    (results.decomposition({"commitment": None, "other": None}), "waterfall"),
    (results.decomposition({"commitment": 0.0, "other": 0.0}), "waterfall"),
]


SETS = [
    results.sets("hazard_ratio", (0.7, 1.2)),
    results.sets("attack", (0.3, 0.9), parameter="states.United States.strike.cost"),
    results.sets("hazard_ratio", (1.0, 1.0)),
    results.sets("attack", (0.0, 0.0)),
    results.sets("hazard_ratio", (0.7, 1.2)) | {"groups": [], "line": [], "sets": [{"x": 1.5, "y": 1.0}]},
    results.sets("hazard_ratio", (0.7, 1.2)) | {"groups": [], "line": [], "sets": [], "dropped": 500},
    results.sets("hazard_ratio", (0.7, 1.2), parameter=f"states.{'x' * 80}.deterrence"),
]


@pytest.mark.parametrize("place", range(len(SETS)))
def test_the_chart_against_a_parameter_is_drawn_on_ordinary_and_on_empty_ground(place: int, tmp_path: Path) -> None:
    specification = CHARTS["compare"]["parameter"].draw(SETS[place]).to_dict()
    title = specification["title"]
    assert all(theme.breadth(line) * theme.TITLE_SIZE <= theme.WIDTH for line in title["text"])
    assert "seed 1" in " ".join(title["subtitle"])
    assert "article4 · " in json.dumps(specification, ensure_ascii=False)
    drawn = save(specification, tmp_path / "x.svg").read_text(encoding="utf-8")
    assert "NaN" not in drawn
    assert "undefined" not in drawn
    assert float(drawn.split('width="')[1].split('"')[0]) <= theme.WIDTH + 2 * theme.PADDING + 14


def test_the_chart_against_a_parameter_says_whether_it_moves_the_answer() -> None:
    titles = [CHARTS["compare"]["parameter"].draw(SETS[place]).to_dict()["title"]["text"] for place in (0, 2)]
    moves, stays = (" ".join(title).replace("\u00a0", " ") for title in titles)
    assert moves.startswith("Γ of Israel moves the answer: the hazard ratio is 0.75 [0.74, 0.76] where it is")
    assert stays.startswith("Γ of Israel hardly moves the answer")


def test_what_the_record_says_of_an_answer_is_a_band_that_is_named() -> None:
    band = {"of": "answer", "name": "average defence pacts", "low": 0.8, "high": 1.1, "key": "k", "met_at": [1.2, None]}
    chart = CHARTS["compare"]["parameter"].draw(SETS[0] | {"readings": [band]}).to_dict()
    (drawn,) = (layer for layer in layers_of(chart) if layer["mark"]["type"] == "rect")
    (held,) = values_of(chart, drawn)
    assert (held["y"], held["y2"]) == (0.8, 1.1)
    assert "average defence pacts; the line crosses 0.8 at 1.2." in " ".join(chart["title"]["subtitle"])


@pytest.mark.parametrize(("answer", "name"), ORDINARY)
def test_every_chart_is_drawn_with_a_finding_that_fits_and_a_source(
    answer: dict[str, Any], name: str, tmp_path: Path
) -> None:
    specification = plot(answer, name).to_dict()
    title = specification["title"]
    assert 1 <= len(title["text"]) <= 4
    assert all(theme.breadth(line) * theme.TITLE_SIZE <= theme.WIDTH for line in title["text"])
    assert title["text"][-1].endswith(".")
    assert "seed 1" in " ".join(title["subtitle"])
    assert "article4 · " in json.dumps(specification, ensure_ascii=False)
    drawn = save(specification, tmp_path / "x.svg").read_text(encoding="utf-8")
    assert "NaN" not in drawn
    assert "undefined" not in drawn
    width = float(drawn.split('width="')[1].split('"')[0])
    assert width <= theme.WIDTH + 2 * theme.PADDING + 14, "something is drawn beyond the ground"


def test_the_usual_chart_is_the_first_that_fits() -> None:
    assert chosen(results.pair())[0] == "survival"
    assert chosen(results.grid([[0.5] * 3] * 3))[0] == "map"
    assert chosen(results.line([0.6, 0.5]))[0] == "credibility"
    assert chosen(results.alone([0.9], [[1]], "list"))[0] == "points"
    assert chosen(results.decomposition({"other": 0.0}))[0] == "waterfall"
    assert chart_of(results.pair()).to_dict() == plot(results.pair(), "survival").to_dict()


def test_a_map_of_one_arm_has_no_difference_and_a_curve_no_map() -> None:
    assert list(fitting(results.line([0.6, 0.5]))) == ["credibility", "points"]
    lone = results.grid([[0.5] * 3] * 3)
    lone["control"] = None
    assert "difference" not in fitting(lone)


@pytest.mark.parametrize(
    ("name", "asked", "message"),
    [
        ("answr", {}, 'Did you mean "answer"'),
        ("luck", {}, "luck is a chart of a run"),
        ("nothing like it", {}, "There are: survival, answer, outcomes, strata"),
        ("answer", {"metric": "attack"}, "takes no metric"),
    ],
)
def test_a_wrong_name_is_told_with_what_there_is(name: str, asked: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        plot(results.pair(), name, **asked)


def test_an_unknown_metric_or_arm_is_told_with_what_there_is() -> None:
    found = results.grid([[0.5] * 3] * 3)
    with pytest.raises(InputError, match='no metric "attak"'):
        plot(found, "difference", metric="attak")
    with pytest.raises(InputError, match='no arm "outsider"'):
        plot(found, "map", arm="outsider")


# A comparison.


def test_the_answer_strip_holds_shares_differences_and_ratios_with_their_intervals() -> None:
    shares, changes, ratios = answer_rows(results.pair())
    assert [(one["name"], one["mean"]) for one in shares] == [("outsider", 0.9), ("member", 0.7)]
    assert [(one["name"], one["mean"], one["low"], one["high"]) for one in changes] == [
        ("member", -0.2, pytest.approx(-0.25), pytest.approx(-0.15))
    ]
    assert ratios[0]["mean"] == 0.6
    assert [one["figure"] for one in (*changes, *ratios)] == ["-20.0", "x 0.600"]


def test_a_ratio_without_an_interval_says_why_where_others_have_one() -> None:
    found = results.pair()
    assert "Without them" not in told(found, "answer")[1]
    found["arms"]["member"]["hazard_ratio"]["interval"] = None
    assert "Without them: too few cases." in told(found, "answer")[1]


def test_a_belief_that_hardly_moves_has_not_moved() -> None:
    row = {"observer": "Israel", "guarantor": "Russia", "low": 0.98, "high": 1.0}
    rows = [row | {"month": month, "median": median} for month, median in ((0, 0.991), (23, 0.9987))]
    assert "still does after 23 months" in beliefs_finding({"beliefs": rows, "trials": 500})
    rows[0]["median"] = 0.9
    assert "rises from 90 % to >99 % in 23 months" in beliefs_finding({"beliefs": rows, "trials": 500})


def test_the_strip_draws_all_shares_on_one_scale_from_none_to_all_and_ratios_on_a_log_scale() -> None:
    scales = [
        layer["encoding"]["x"]["scale"]
        for layer in layers_of(plot(results.pair(), "answer").to_dict())
        if layer["encoding"].get("x", {}).get("field") == "mean"
    ]
    assert scales[0]["domain"] == [0, 1]
    assert scales[1]["domain"][0] < -0.25 < 0 < scales[1]["domain"][1]
    assert scales[2]["type"] == "log"
    low, high = scales[2]["domain"]
    assert low < 0.48
    assert high > 1


def test_without_an_attack_there_is_no_ratio_and_nobody_invents_one() -> None:
    _, changes, ratios = answer_rows(results.peace())
    assert changes[0]["figure"] == "no change"
    assert (ratios[0]["mean"], ratios[0]["figure"]) == (None, "no ratio")
    assert len(plot(results.peace(), "answer").to_dict()["vconcat"]) == 2
    title, below = told(results.peace(), "answer")
    assert "in none of 2,000 worlds either way" in title
    assert "90 %" not in below


@pytest.mark.parametrize("name", DIRECT)
def test_one_world_says_nothing_of_how_likely_anything_is(name: str) -> None:
    assert told(results.peace(1), name)[0].startswith("One world ")
    assert comparison_lines(results.peace(1)) == [
        "One world an arm was played, which says nothing of how likely anything is."
    ]


def test_strata_have_their_shares_and_bounds_where_there_are_any() -> None:
    rows = {row["stratum"]: row for row in strata_rows(results.pair(), "member")}
    assert list(rows) == ["never", "deterred", "provoked", "regardless"]
    assert sum(row["share"] for row in rows.values()) == pytest.approx(1.0)
    assert (rows["deterred"]["least"], rows["deterred"]["most"]) == (0.2, 0.4)
    assert rows["deterred"]["bounds"] == "[20, 40]"
    assert rows["never"]["least"] is None
    title, below = told(results.pair(), "strata")
    assert title == "member prevents every attack in 20.0 % of worlds and brings one about in 0 %."
    assert "2,000 worlds" in below
    assert told(results.peace(), "strata")[0] == "In no world does member change whether there is an attack."
    assert len(plot(results.six(), "strata").to_dict()["vconcat"]) == 5


@pytest.mark.parametrize("found", [results.pair(), results.six()])
def test_outcomes_of_all_arms_stand_in_their_columns(found: dict[str, Any]) -> None:
    rows = outcomes_rows(found)
    assert len(rows) == len(OUTCOMES) * len(found["arms"])
    column = (theme.WIDTH - 164) / len(found["arms"])
    for place, name in enumerate(found["arms"]):
        own = [row for row in rows if row["arm"] == name]
        assert {row["outcome"]: row["share"] for row in own} == found["arms"][name]["outcomes"]
        assert all(place * column <= row["left"] <= row["right"] <= (place + 1) * column for row in own)
    lengths = {round((row["right"] - row["left"]) / row["share"], 6) for row in rows if row["share"]}
    assert len(lengths) == 1, "a percentage point is as long in every column"


def test_outcomes_tell_what_moves_most() -> None:
    title, _ = told(results.pair(), "outcomes")
    assert "from 10 % of worlds with outsider to 30 % with member" in title
    assert told(results.peace(), "outcomes")[0] == "Worlds end alike in both arms."


# A run.


def test_a_ladder_stacks_every_guarantor_to_the_whole(summary: dict[str, Any]) -> None:
    rows = response_rows(summary)
    for name, shares in summary["responses"].items():
        own = [row for row in rows if row["guarantor"] == name]
        assert [row["level"] for row in own] == list(LEVELS)
        assert [row["share"] for row in own] == [shares[level] for level in LEVELS]
        assert own[0]["start"] == 0.0
        assert own[-1]["end"] == pytest.approx(1.0)
        assert all(after["start"] == before["end"] for before, after in pairwise(own))
    title, below = told(summary, "responses")
    assert title == ("Given an attack, Russia goes furthest: aid or more in 52 % of worlds, troops or combat in 7 %.")
    assert "17,376 worlds with an attack, of 20,000" in below


def test_what_is_expected_stands_beside_what_is_done_only_if_it_was_counted(summary: dict[str, Any]) -> None:
    assert {row["kind"] for row in response_rows(summary)} == {"does"}
    assert "expected" not in written(plot(summary, "responses"))
    expected = {"Russia": {"words": 0.2, "aid": 0.3, "troops": 0.3, "combat": 0.2}}
    rows = response_rows(a_run(summary) | {ANTICIPATED: expected})
    pairs = {row["kind"]: row["y"] for row in rows if row["guarantor"] == "Russia"}
    assert pairs["does"] < pairs["expected"]
    assert {row["kind"] for row in rows if row["guarantor"] == "Belarus"} == {"does"}


def test_where_nobody_was_attacked_nobody_responds(summary: dict[str, Any]) -> None:
    nobody = {"Russia": {"n": 0, **dict.fromkeys(LEVELS)}}
    quiet = a_run(summary, responses=nobody)
    assert response_rows(quiet) == []
    assert told(quiet, "responses")[0] == "Nobody was called upon: no world saw an attack."
    assert told(a_run(summary, responses={}), "responses")[0].startswith("Nobody was called upon")


def test_only_words_are_told_as_such(summary: dict[str, Any]) -> None:
    words = {"Armenia": {"n": 10, "words": 1.0, "aid": 0.0, "troops": 0.0, "combat": 0.0}}
    assert "no guarantor goes beyond words" in told(a_run(summary, responses=words), "responses")[0]


def test_luck_and_ignorance_are_shares_of_one_variance(summary: dict[str, Any]) -> None:
    rows = {row["metric"]: row for row in luck_rows(summary)}
    assert set(rows) == set(METRICS)
    assert rows["attack"]["ignorance"] == pytest.approx(0.02 / 0.11)
    assert (rows["attack"]["nothing"], rows["attack"]["all"], rows["attack"]["figure"]) == (0.0, 1.0, "18 %")
    assert rows["honoured"]["ignorance"] is None
    assert rows["honoured"]["note"] == "no case"
    known = {name: one | {"variance": {"luck": 0.1, "ignorance": 0.0}} for name, one in summary["metrics"].items()}
    known["attack"]["variance"] = {"luck": 0.1, "ignorance": 0.3}
    assert "75 % (“attacked at all”)" in told(a_run(summary, metrics=known), "luck")[0]


def test_too_few_worlds_tell_no_luck(summary: dict[str, Any]) -> None:
    bare = {name: results.number(1.0, None) for name in METRICS}
    title, _ = told(a_run(summary, metrics=bare, trials=1), "luck")
    assert title.startswith("Luck and ignorance cannot be told apart")
    still = {name: results.number(1.0, 0.0) for name in METRICS}
    assert {row["note"] for row in luck_rows(a_run(summary, metrics=still))} == {"all worlds alike"}


def test_convergence_draws_the_series_and_ends_with_its_error() -> None:
    found = results.convergence([1.0, 0.5, 0.75, 0.7])
    chart = convergence_chart(found).to_dict()
    title = " ".join(chart["title"]["text"]).replace("\u00a0", " ")
    assert title == "After 8 worlds “attacked at all” is 70 %, give or take 2 points of luck."
    line = next(layer for layer in chart["layer"] if layer["mark"]["type"] == "line")
    assert (line["encoding"]["x"]["field"], line["encoding"]["y"]["field"]) == ("trials", "mean")
    assert line["encoding"]["x"]["scale"]["type"] == "log"
    rows = values_of(chart, line)
    assert [(row["trials"], row["mean"]) for row in rows] == [(1, 1.0), (2, 0.5), (4, 0.75), (8, 0.7)]
    assert rows[0]["high"] == 1.0, "no share above 1"


@pytest.mark.parametrize(
    ("found", "finding"),
    [
        (results.convergence([1.0], error=None), "One world was played"),
        (results.convergence([1.0, 1.0], error=0.0), "is 100 %, in all of them alike"),
        (results.convergence([None, None], "honoured"), "has no case in 2 worlds"),
        (results.convergence([None, 1.0], "honoured", None), "too few are cases"),
        (results.convergence([0.1, 0.09], "hazard"), "is 0.09, give or take 0.02 of luck"),
    ],
)
def test_convergence_claims_no_more_than_there_is(found: dict[str, Any], finding: str, tmp_path: Path) -> None:
    chart = convergence_chart(found)
    assert finding in " ".join(chart.to_dict()["title"]["text"]).replace("\u00a0", " ")
    assert "NaN" not in save(chart, tmp_path / "x.svg").read_text(encoding="utf-8")


# How they look.


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_inks_can_be_read_and_levels_be_told_apart_in_grey() -> None:
    for ink in ARM_INKS:
        assert 1.05 / (luminance(ink) + 0.05) >= 4.5
    levels = [luminance(LADDER_COLOURS[level]) for level in LEVELS]
    assert all((light + 0.05) / (dark + 0.05) > 1.5 for light, dark in pairwise(levels))


@pytest.mark.parametrize("most", [1, 2, 3])
def test_long_names_are_fitted_and_still_told_apart(most: int) -> None:
    names = [f"{results.LONG}{k}" for k in range(1, 5)]
    shown = [fitted(name, 170, theme.TEXT_SIZE, most) for name in names]
    assert all(len(lines) <= most for lines in shown)
    assert all(theme.breadth(line) * theme.TEXT_SIZE <= 170 for lines in shown for line in lines)
    assert len({tuple(lines) for lines in shown}) == len(names)
    assert fitted("member", 170, theme.TEXT_SIZE) == ["member"]
    assert fitted("", 170, theme.TEXT_SIZE) == [""]


def test_a_page_loads_nothing_from_outside(tmp_path: Path) -> None:
    page = save(plot(results.pair(), "answer"), tmp_path / "x.html").read_text(encoding="utf-8")
    wanted: list[str] = []
    reader = HTMLParser()
    reader.handle_starttag = lambda _tag, attributes: wanted.extend(  # type: ignore[method-assign,assignment]
        str(value) for name, value in attributes if name in {"src", "href"}
    )
    reader.feed(page)
    assert wanted == []
    assert "cdn." not in page
    assert "</html>" in page


def test_bands_of_survival_begin_where_no_world_has_seen_an_attack() -> None:
    found = results.pair()
    found["arms"]["member"]["survival"][0]["interval"] = (0.1, 0.5)
    first = {row["arm"]: (row["low"], row["high"]) for row in survival_rows(found) if row["month"] == 0}
    assert first == {"outsider": (None, None), "member": (1.0, 1.0)}
