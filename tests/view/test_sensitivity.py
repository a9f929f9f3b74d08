from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sim.experiment import sensitivity
from sim.view.sensitivity import MOST_ROWS, driver_line, limit_text, region_line, sensitivity_lines, sensitivity_text
from sim.view.sensitivity_charts import MOST_BARS, sensitivity_chart, sensitivity_rows
from stand_in import Known

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STRONG, WEAK, INERT = "environment.threat.noise", "environment.tension.noise", "perception.acuity"
NAMES = ("mu_star", "mu", "sigma", "total", "first")
FILE = f"""
title: Known
asks: What drives it?
arms: [outsider, member]
design: sobol
points: 64
trials: 200
seed: 3
axes: {{{STRONG}: {{uniform: [0, 1]}}, {WEAK}: {{uniform: [0, 1]}}, {INERT}: {{uniform: [0, 1]}}}}
"""


def chance(arm: str, at: Mapping[str, Any]) -> float:
    spared = 0.5 if arm == "member" and at[STRONG] > 0.5 else 0.0
    return 0.6 + 0.2 * float(at[WEAK]) - spared


@pytest.fixture(scope="module", params=["morris", "sobol", "given_data"])
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path: Path = tmp_path_factory.mktemp("sweep") / "known.yaml"
    path.write_text(FILE, encoding="utf-8")
    return sensitivity(path, method=request.param, play=Known(chance)).to_json()


def test_the_answer_comes_first_and_names_what_drives_it(found: dict[str, Any]) -> None:
    text = sensitivity_text(found, ["x/chart.png"], "article4 sensitivity known")
    first, second, *_ = sensitivity_lines(found)
    assert text.startswith(first)
    assert first.startswith("What drives the effect of member in place of outsider on P(attack) most: threat.noise (")
    assert "perception.acuity (" not in first
    assert second.startswith("What drives P(attack) of member most: threat.noise (")
    assert text.splitlines()[-1].endswith("article4 sensitivity known")
    effect = text.split("What drives the effect of member in place of outsider on P(attack)")[2].split("\n\n")[0]
    rows = [line.split() for line in effect.splitlines()]
    strong, inert = (next(row for row in rows if row and row[0] == name) for name in (STRONG, INERT))
    assert strong[1] == "#" * 24
    assert (strong[-1], inert[-1]) == ("yes", "no")


def test_where_it_deters_is_told_with_what_the_scenario_has(found: dict[str, Any]) -> None:
    if found["method"] != "given_data":
        assert found["deters"] == []
        return
    line = sensitivity_lines(found)[-1]
    assert line.startswith("member takes the hazard to 0.8 of that of outsider or below in 32 of 64 points; 100 % of")
    assert f"lie where {STRONG} is above 0.49" in line
    assert "and there it does so in 100 %" in line
    assert line.endswith(f"member as it is lies outside ({STRONG}).")
    text = sensitivity_text(found)
    assert "it holds 50 % of all points" in text
    nothing = found["deters"][0] | {"box": None, "deterred": 0, "note": "it deters in no case"}
    assert region_line(nothing, found).endswith("in 0 of 64 points: it deters in no case.")


def test_a_quantity_that_does_not_differ_says_so(found: dict[str, Any]) -> None:
    flat = found["analyses"][0] | {
        "parameters": {STRONG: {name: dict.fromkeys(("estimate", "interval", "above_floor")) for name in NAMES}},
        "note": "no index: the values do not differ",
    }
    assert driver_line(flat, found).endswith("cannot be told: the values do not differ.")
    told = found["analyses"][0]["parameters"]
    below = {name: {key: index | {"above_floor": False} for key, index in one.items()} for name, one in told.items()}
    assert driver_line(found["analyses"][0] | {"parameters": below}, found).startswith("No parameter is told from luck")


def test_of_many_parameters_the_strongest_are_listed_and_drawn(found: dict[str, Any]) -> None:
    one = found["analyses"][0]
    weakest = one["parameters"][INERT]
    many = found | {"analyses": [one | {"parameters": one["parameters"] | {f"a.b{k}": weakest for k in range(30)}}]}
    assert f"{33 - MOST_ROWS} more parameters are in sensitivity.csv" in sensitivity_text(many)
    assert len(sensitivity_rows(many)) == MOST_BARS


def test_the_chart_has_bars_with_intervals_and_the_floor_across_them(found: dict[str, Any]) -> None:
    drawn = sensitivity_chart(found).to_dict()
    rows = sensitivity_rows(found)
    assert rows[0]["name"] == STRONG
    assert rows[0]["colour"] != rows[-1]["colour"]
    assert all(row["low"] <= row["drawn"] <= row["high"] for row in rows)
    title = " ".join(drawn["title"]["text"]).replace("\u00a0", " ")
    assert title == driver_line(found["analyses"][0], found)
    bars, whiskers, line, *_ = drawn["layer"]
    assert (bars["mark"]["type"], whiskers["encoding"]["x2"]["field"]) == ("bar", "high")
    by = {"morris": "mu_star", "sobol": "total", "given_data": "first"}[found["method"]]
    floor = found["analyses"][0]["floor"][by] * (100 if found["method"] == "morris" else 1)
    held = line["data"].get("values") or drawn["datasets"][line["data"]["name"]]
    assert held[0]["floor"] == pytest.approx(floor)
    low, high = bars["encoding"]["x"]["scale"]["domain"]
    assert low <= min(row["low"] for row in rows)
    assert high >= max(floor, *(row["high"] for row in rows))


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        ({"low": None, "high": 0.25}, "is below 0.25"),
        ({"low": 2.13456, "high": None}, "is above 2.135"),
        ({"low": 0.1, "high": 0.2}, "is 0.1 to 0.2"),
        ({"values": ["majority", "leader"]}, "is majority or leader"),
    ],
)
def test_a_limit_is_told_in_words(limit: dict[str, Any], text: str) -> None:
    assert limit_text(limit) == text
