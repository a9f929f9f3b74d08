"""Pages as Streamlit's own test runner sees them: what they say, and that none fails. A browser: tests/browser."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from sim import experiment
from sim.app import parts, uploads, validation
from sim.app.answers import Answers
from sim.app.ten import TEN, overrides
from sim.experiment import Growing
from sim.judge import shipped
from sim.record import data_folder
from sim.scenario import leaves, load, scenario_hash
from sim.view.backtest import backtest_text
from sim.view.claims import claims_text
from sim.view.replay import title

PAGES = ("asking", "comparing", "sweeping", "replaying", "evidence", "validation")


@pytest.fixture(autouse=True)
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Answers of this test alone, played by whoever asks; and a folder without runs to stand in."""
    monkeypatch.chdir(tmp_path)
    mine = Answers(tmp_path / "answers")
    monkeypatch.setattr(parts, "answers", lambda: mine)
    st.cache_data.clear()
    return mine


@cache
def few(*arms: str) -> dict[str, Any]:
    """A comparison of a few short worlds."""
    return experiment.compare(*arms, trials=20, overrides={"horizon": 1}).to_json()


def planted(answers: Answers, *arms: str, **changes: float) -> None:
    """Keep an answer that passes for one of ten thousand worlds, so that nothing is played for it."""
    answers.keep(Growing(arms, overrides=changes).plan, few(*arms) | {"trials": 10_000})


def opened(page: str, **address: str | list[str]) -> AppTest:
    """A page that was opened at an address, without an exception."""
    at = AppTest.from_string(f"from sim.app import {page}\n{page}.page()", default_timeout=120)
    for key, value in address.items():
        at.query_params[key] = value
    at.run()
    assert [error.value for error in at.exception] == []
    return at


def address(at: AppTest) -> dict[str, list[str]]:
    """What the address of a page says."""
    return {key: [held] if isinstance(held, str) else list(held) for key, held in at.query_params.items()}


def said(at: AppTest) -> str:
    """All text of a page, with Markdown's signs taken away."""
    kinds = (at.title, at.header, at.markdown, at.caption, at.info, at.warning, at.error, at.success, at.code)
    return "\n".join(str(element.value) for kind in kinds for element in kind).replace("\\", "")


@pytest.mark.parametrize("control", ["outsider", "today"])
def test_the_address_brings_back_a_control_that_is_not_the_usual_one(answers: Answers, control: str) -> None:
    planted(answers, control, "today-member")
    told = address(opened("asking", control=control, arm="today-member"))
    assert told == {"arm": ["today-member"]} | ({} if control == "today" else {"control": [control]})
    assert f"article4 compare {control} today-member" in said(opened("asking", **told))


def test_the_page_that_asks_answers_first(answers: Answers) -> None:
    planted(answers, "outsider", "member")
    at = opened("asking")
    text = said(at)
    assert "Would Article 4 keep Iran from being attacked?" in text
    assert "10,000 worlds of each arm, seed 1, kept from before" in text
    assert "article4 compare outsider member --trials 10000 --seed 1" in text
    assert not at.query_params


def test_ten_parameters_can_be_moved_and_all_are_ones(answers: Answers) -> None:
    planted(answers, "outsider", "member")
    at = opened("asking")
    assert len(at.sidebar.select_slider) == len(TEN) == 10
    member = load("member")
    for moved in TEN:
        ends = [member.with_(overrides({moved.name: place})) for place in (moved.places[0], moved.places[-1])]
        assert len({scenario_hash(one) for one in (member, *ends)}) == 3


def test_what_is_tied_moves_along() -> None:
    changed = leaves(load("member", overrides({"states.Israel.deterrence": 4.0})))
    assert changed["states.United States.deterrence"].text() == changed["states.Israel.deterrence"].text() == "4"


def test_a_slider_changes_question_and_address(answers: Answers) -> None:
    planted(answers, "outsider", "member")
    planted(answers, "outsider", "member", **{"perception.bias": 2.0})
    at = opened("asking")
    at.sidebar.select_slider(key="ask perception.bias").set_value("2").run()
    assert [error.value for error in at.exception] == []
    assert address(at)["set"] == ["perception.bias=2"]
    assert '--set "perception.bias=2"' in said(at)


def test_an_address_restores_the_question(answers: Answers) -> None:
    planted(answers, "outsider", "nato-like", **{"perception.bias": 2.0, "states.Iran.defence": 0.55})
    at = opened("asking", arm="nato-like", set=["perception.bias=2", "states.Iran.defence=0.55"], chart="strata")
    assert at.multiselect(key="ask arms").value == ["nato-like"]
    assert at.sidebar.select_slider(key="ask perception.bias").value == "2"
    assert at.sidebar.select_slider(key="ask states.Iran.defence").value == "0.55"
    assert address(at) == {
        "arm": ["nato-like"],
        "set": ["perception.bias=2", "states.Iran.defence=0.55"],
        "chart": ["strata"],
    }


@pytest.mark.parametrize(
    "wrong", ["perception.bias=nan", "perception.bias=", "no.such=1", "=", "perception.bias=1e999"]
)
def test_an_address_that_asks_for_what_is_not_there_is_told(answers: Answers, wrong: str) -> None:
    planted(answers, "outsider", "member")
    at = opened("asking", set=wrong, arm="no-such", chart="pie")
    assert "which cannot be moved here" in said(at)
    assert not at.query_params


def test_a_value_out_of_bounds_gets_the_command_lines_message(answers: Answers) -> None:
    planted(answers, "outsider", "member")
    text = said(opened("asking", set="states.Iran.defence=3"))
    assert "states.Iran.defence: 3 is above its maximum 1" in text


@pytest.mark.slow
def test_arms_are_played_and_shown(answers: Answers) -> None:
    at = opened("comparing", arm=["outsider", "member"], set="horizon=1")
    text = said(at)
    assert "2,000 worlds of each arm, seed 1, played in" in text
    plan = Growing(("outsider", "member"), overrides=["horizon=1"]).plan
    told = answers.held(plan)
    assert told is not None
    expected = experiment.compare("outsider", "member", trials=2_000, overrides=["horizon=1"]).to_json()
    assert told["arms"]["member"]["effect"]["attack"]["mean"] == expected["arms"]["member"]["effect"]["attack"]["mean"]


def test_changes_that_are_wrong_are_told(answers: Answers) -> None:
    planted(answers, "outsider", "member", horizon=1)
    text = said(opened("comparing", arm=["outsider", "member"], set="states.Russia.resolv=2"))
    assert 'Did you mean "resolve' in text


def test_what_is_stored_is_listed_and_shown(tmp_path: Path) -> None:
    name = "pair"
    experiment.compare("outsider", "member", trials=40, overrides={"horizon": 2}, out=tmp_path / "runs" / name)
    at = opened("comparing", run=name)
    assert at.selectbox(key="compare what").value == name
    assert "With member in place of outsider" in said(at)
    assert address(at)["run"] == [name]
    told = opened("replaying", what=name, trial="3")
    assert "member, trial 3" in said(told)


@pytest.mark.slow
def test_a_cell_of_a_stored_map_is_played(tmp_path: Path, answers: Answers) -> None:
    name = "map"
    experiment.sweep("stakes", trials=10, overrides=["horizon=1"], out=tmp_path / "runs" / name)
    at = opened("sweeping", run=name)
    assert address(at)["chart"] == ["map"]
    assert "cell" not in at.query_params
    stored = experiment.stored_sweep(tmp_path / "runs" / name)
    changes = dict(stored.at[5]) | {"states.United States.deterrence": stored.at[5]["states.Israel.deterrence"]}
    planted(answers, "outsider", "member", **changes, horizon=1)
    at = opened("sweeping", run=name, cell="5")
    assert address(at)["cell"] == ["5"]
    assert "10,000 worlds of each arm, seed 1, kept from before" in said(at)


@pytest.mark.slow
def test_a_sweep_can_be_played_and_is_then_shown(tmp_path: Path) -> None:
    at = opened("sweeping")
    assert "No sweep is stored here yet" in said(at)
    at.selectbox(key="sweep shipped").set_value("ratification").run()
    assert "6 points, 600 worlds in all" in said(at)
    at.button(key="sweep go").click().run()
    assert [error.value for error in at.exception] == []
    (stored,) = (tmp_path / "runs").iterdir()
    assert at.selectbox(key="sweep what").value == stored.name


def test_a_world_is_stepped_through_month_by_month() -> None:
    at = opened("replaying", what="member", trial="7", seed="1", month="0")
    first = address(at)["month"]
    at.button(key="replay after").click().run()
    assert address(at)["month"] != first
    at.button(key="replay before").click().run()
    assert address(at)["month"] == first
    told = experiment.replay("member", 7, 1)
    assert f"first attacked in month {told.row['first_attack_month']}" in said(at)


def test_numbers_in_the_address_change_both_worlds() -> None:
    sets = ["perception.bias=2", "horizon=6"]
    at = opened("replaying", what="member", beside="outsider", trial="3", seed="1", set=sets)
    assert address(at)["set"] == sets
    told = experiment.replay("member", 3, 1, overrides=sets, pair="outsider")
    assert told.twin is not None
    text = said(at)
    assert title(told.to_json()) in text
    assert title(told.twin.to_json()) in text
    at.text_area(key="replay changes").set_value("horizon=0").run()
    assert "horizon: 0 is below its minimum" in said(at)


def test_what_was_asked_is_what_is_replayed_first_and_can_be_taken_over_later() -> None:
    at = AppTest.from_string("from sim.app import replaying\nreplaying.page()", default_timeout=120)
    at.session_state["address of ask"] = {"arm": ["nato-like"], "set": ["states.Israel.deterrence=4"]}
    at.run()
    tied = ["states.Israel.deterrence=4", "states.United States.deterrence=4"]
    there = {"what": ["nato-like"], "beside": ["outsider"], "set": tied}
    assert address(at).items() >= there.items()
    assert [button.key for button in at.button if button.key == "replay take over"] == []
    at.selectbox(key="replay what").set_value("member").run()
    assert address(at)["what"] == ["member"]
    at.button(key="replay take over").click().run()
    assert [error.value for error in at.exception] == []
    assert address(at).items() >= there.items()


def test_a_file_of_ones_own_is_replayed_as_world_and_as_twin() -> None:
    at = opened("replaying", what="outsider", trial="2", seed="1")
    at.file_uploader(key="replay file").upload(MINE_FILE[0], MINE_FILE[1], "application/yaml").run()
    assert [error.value for error in at.exception] == []
    assert at.selectbox(key="replay what").value == "my file"
    mine = title(experiment.replay(uploads.read(*MINE_FILE), 2, 1).to_json())
    assert mine.startswith("mine, trial 2")
    assert mine in said(at)
    at.selectbox(key="replay what").set_value("outsider")
    at.text_area(key="replay changes").set_value("horizon=5")
    at.selectbox(key="replay beside").set_value("my file").run()
    assert [error.value for error in at.exception] == []
    assert f"**Beside it** {mine}" in said(at)


def test_a_file_that_is_wrong_gets_its_message_where_worlds_are_told() -> None:
    at = opened("replaying", what="member", trial="2")
    at.file_uploader(key="replay file").upload("mine.yaml", b"extends: member\nhorizon: 0\n", "application/yaml").run()
    assert "mine.yaml:2" in said(at)
    assert "my file" not in at.selectbox(key="replay what").options


def test_a_file_of_ones_own_is_asked_and_goes_when_it_is_taken_away(answers: Answers) -> None:
    file = "mine.yaml", b"extends: nato-like\n"
    planted(answers, "outsider", "member")
    answers.keep(Growing(["outsider", uploads.read(*file)]).plan, few("outsider", "nato-like") | {"trials": 10_000})
    at = opened("asking")
    at.sidebar.file_uploader(key="ask file").upload(*file, "application/yaml").run()
    assert [error.value for error in at.exception] == []
    assert at.multiselect(key="ask arms").value == ["my file"]
    at.sidebar.file_uploader(key="ask file").set_value(None).run()
    assert at.multiselect(key="ask arms").value == []


MINE_FILE = ("mine.yaml", b"extends: member\nhorizon: 5\n")


@pytest.mark.parametrize("name", ["states.Russia.resolve", "states.Iran.defence", "crisis.setback_spread"])
def test_a_parameter_leads_to_its_source(name: str) -> None:
    at = opened("evidence", scenario="member", parameter=name)
    assert at.selectbox(key="evidence parameter").value == name
    assert address(at)["parameter"] == [name]


def test_cases_behind_a_posterior_name_their_sources() -> None:
    text = said(opened("evidence", entry="credibility.resolve.Russia"))
    assert "informed by 37 rows" in text
    assert "jamestown.org" in text


def test_validation_shows_what_is_shipped_and_how_to_renew_it() -> None:
    text = said(opened("validation"))
    assert all(f"article4 {command} --json > runs/{command}.json" in text for command in ("backtest", "claims"))
    assert "The record is sound" in text
    assert "candidates meet all" in text
    assert "Shipped: asked by “make validation” as “article4 backtest --trials 20000" in text
    assert "left out of the fit the model is" in text
    assert "claims put to the model" in text
    assert "What would change the answer" in text
    page = (Path(__file__).parents[2] / "docs" / "validation.md").read_text(encoding="utf-8")
    for kind in ("backtest", "claims"):
        shipped = json.loads((data_folder() / "seeds" / "validation" / f"{kind}.json").read_text(encoding="utf-8"))
        assert {"backtest": backtest_text, "claims": claims_text}[kind](shipped) in page, "one and the same run"


@pytest.mark.parametrize("changed", [[], ["code.world has changed"]])
def test_figures_of_another_version_are_said_to_be_so(changed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "changed_since", lambda _: changed)
    text = said(opened("validation"))
    assert ("not of this version" in text) == bool(changed)
    assert ("code.world has changed" in text) == bool(changed)
    assert ("shipped are of this version" in text) != bool(changed)


def test_an_answer_shipped_now_is_of_this_version_and_another_is_not(tmp_path: Path) -> None:
    path = shipped.ship("backtest", BACKTEST | {"out": "somewhere"}, "backtest --trials 5", tmp_path)
    held = json.loads(path.read_text(encoding="utf-8"))
    assert (held["command"], held["out"], held["made"]["line"]) == ("backtest", None, "backtest --trials 5")
    assert shipped.changed_since(held["made"]) == []
    held["made"]["posterior"] = "0" * 64
    held["made"]["code"]["world"] = "0" * 64
    assert shipped.changed_since(held["made"]) == ["code.world has changed", "posterior has changed"]


SCORES = {"brier": 0.2, "log": 0.6, "rps": 0.15}
BACKTEST: dict[str, Any] = {
    "command": "backtest",
    "seed": 1,
    "cases": [{"id": "KG-2010", "date": "2010-06", "forecast": {"words": 0.9}, "happened": "words"}],
    "scores": {"model": SCORES, "references": {"base_rate": SCORES, "literature": SCORES, "constant_hazard": SCORES}},
}
CLAIMS: dict[str, Any] = {
    "command": "claims",
    "seed": 1,
    "claims": [{"id": "G1", "kind": "emergent", "test": "", "verdict": "undecided", "probability": 0.4}],
}


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("backtest.json", BACKTEST, "backtest.json, seed 1; which version made it is not said"),
        ("claims.json", CLAIMS, "claims.json, seed 1; which version made it is not said"),
        ("broken.json", {"command": "backtest", "scores": 3}, "not as this version writes it"),
    ],
)
def test_stored_answers_of_the_judge_are_shown(tmp_path: Path, name: str, text: dict[str, Any], told: str) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / name).write_text(json.dumps(text))
    assert told in said(opened("validation"))


def test_the_whole_dashboard_opens(answers: Answers) -> None:
    planted(answers, "outsider", "member")
    at = AppTest.from_file(Path(parts.__file__).with_name("main.py"), default_timeout=120).run()
    assert [error.value for error in at.exception] == []
    assert "Would Article 4" in said(at)
