from __future__ import annotations

import math

import pytest

import results
from results import layers_of, told, values_of, written
from sim.reading import InputError
from sim.view import theme
from sim.view.curve import curve_rows, marks
from sim.view.files import rendered
from sim.view.gallery import plot
from sim.view.maps import map_rows, target_lines
from sim.view.marks import fitted
from sim.view.points import usual
from sim.view.sweep import short_names
from sim.view.waterfall import waterfall_rows

# Sweeps.


def test_a_curve_marks_the_record_and_the_break_even_with_its_interval() -> None:
    found = results.line([1.0, 0.7, 0.4, 0.2])
    assert [(row["value"], row["mean"]) for row in curve_rows(found)] == [(0, 1.0), (1, 0.7), (2, 0.4), (3, 0.2)]
    assert marks(found) == {"recorded": 0.0, "value": None, "low": None, "high": None, "target": None}
    full = marks(found, results.breakeven())
    assert full == {"recorded": 0.0, "value": 1.5, "low": 0.5, "high": 3, "target": 0.5}
    drawn = written(plot(found, "credibility", breakeven=results.breakeven()))
    assert "break-even 1.5" in drawn
    assert "on record" in drawn
    assert "at 1.5 [0.50, above 3]" in told(found, "credibility", breakeven=results.breakeven())[0]


def test_a_curve_spans_its_axis_even_where_there_is_no_number() -> None:
    chart = plot(results.line([None, 0.5, None]), "credibility").to_dict()
    domains = [
        layer["encoding"]["x"]["scale"]["domain"] for layer in layers_of(chart) if layer["mark"]["type"] == "line"
    ]
    assert domains == [[0, 2]]


def test_a_break_even_out_of_reach_or_without_interval_is_not_drawn() -> None:
    found = results.line([1.0, 0.9])
    drawn = written(plot(found, "credibility", breakeven=results.breakeven(None, None)))
    assert "break-even" not in drawn
    assert marks(found, results.breakeven(1.5, None))["value"] is None, "beyond the axis"


def test_a_break_even_of_something_else_is_refused() -> None:
    other = results.line([1.0, 0.9], name="perception.bias")
    with pytest.raises(InputError, match=r"the sweep varies perception\.bias"):
        plot(other, "credibility", breakeven=results.breakeven())
    with pytest.raises(InputError, match="the curve of hazard_ratio"):
        plot(results.line([1.0]), "credibility", breakeven=results.breakeven() | {"metric": "attack", "against": None})


def test_only_a_shift_of_the_record_has_a_recorded_value_of_its_own() -> None:
    assert marks(results.line([1.0, 0.9], name="perception.bias"))["recorded"] is None


def test_a_map_has_every_point_in_its_place() -> None:
    found = results.grid([[0.9, 0.8, 0.7], [0.7, 0.6, 0.4], [0.5, 0.3, 0.2]])
    rows = map_rows(found, usual(found))
    assert {(row["line"], row["column"]): row["mean"] for row in rows}[1, 2] == 0.4
    assert {(row["y"], row["x"]) for row in rows} == {(str(y), str(x)) for y in (0, 1, 2) for x in (0, 2, 6)}


def test_the_line_of_a_target_runs_where_the_logarithm_of_the_ratio_meets_it() -> None:
    # Between 1 and 0.25 in every row: 0.5 is the middle on the log scale, whatever the values of the axis.
    found = results.grid([[1.0, 0.25, 0.1]] * 3)
    (line,) = target_lines(found, usual(found), 0.5)
    assert sorted(y for _, y in line) == [0, 1, 2]
    assert all(x == pytest.approx(0.5) for x, _ in line)
    (other,) = target_lines(found, usual(found), 0.9)
    assert all(x == pytest.approx(math.log(0.9) / math.log(0.25)) for x, _ in other)
    assert target_lines(found, usual(found), 0.01) == []
    assert "Nowhere on this map" in told(found, "map", target=0.01)[1]


def test_along_words_the_line_runs_between_cells() -> None:
    found = results.grid([[0.9, 0.8], [0.9, 0.3]], down=["consensus", "leader"], across=[0, 2])
    assert sorted(target_lines(found, usual(found), 0.5)) == [[(0.5, 0.5), (0.5, 1.5)], [(0.5, 0.5), (1.5, 0.5)]]


def test_a_map_tells_how_many_points_reach_the_target() -> None:
    found = results.grid([[0.9, 0.8, 0.7], [0.7, 0.6, 0.4], [0.5, 0.3, 0.2]])
    assert "to at most half that of outsider in 4 of 9 points" in told(found, "map")[0]
    assert "none of 9 points" in told(found, "map", target=0.1)[0]


def test_a_difference_map_draws_effects_around_no_change() -> None:
    found = results.grid([[1.2, 0.8, 0.7], [0.7, 0.6, 0.4], [0.5, 0.3, 0.2]])
    chart = plot(found, "difference").to_dict()
    cells = next(layer for layer in chart["layer"] if layer["encoding"].get("color", {}).get("field") == "mean")
    domain = cells["encoding"]["color"]["scale"]["domain"]
    assert domain == [-0.1, 0, 0.1], "a few points are not drawn as if they were many"
    assert {row["text"] for row in values_of(chart, cells)} >= {"+2.0", "-8.0"}
    assert "from -8.0 points" in told(found, "difference")[0]
    still = results.grid([[1.0] * 3] * 3)
    assert told(still, "difference")[0] == "member changes nothing beside outsider at any point."


def test_points_without_numbers_stand_in_their_order() -> None:
    found = results.alone([0.9, 0.7, 0.8], [[1], [3], [6]], "list")
    chart = plot(found, "points").to_dict()
    rows = values_of(chart, next(layer for layer in layers_of(chart) if layer["mark"]["type"] == "point"))
    assert [(row["name"], row["mean"]) for row in rows] == [
        ("accession.lags [1]", 0.9),
        ("accession.lags [3]", 0.7),
        ("accession.lags [6]", 0.8),
    ]


def test_of_many_axes_a_sentence_names_one_and_counts_the_others() -> None:
    axes = {f"states.Russia.number{k}": [0.123456, 0.5] for k in range(20)}
    found = results.alone([0.9, 0.3], [1.0, 2.0], "lhs") | {"axes": axes}
    found["points"] = [
        dict(point) | {"at": {name: values[place] for name, values in axes.items()}}
        for place, point in enumerate(found["points"])
    ]
    finding = told(found, "points")[0]
    assert finding == (
        "Iran is attacked within 24 months in 30 % of worlds (point 1: Russia.number0 0.5 and 19 others) to 90 % "
        "(point 0: Russia.number0 0.123 and 19 others)."
    )
    assert "sweep.csv" in written(plot(found, "points")) + " ".join(told(found, "points"))


def test_a_number_of_a_state_is_named_with_the_state() -> None:
    names = ["states.Russia.resolve.shift", "states.United States.opportunity.overt", "alignment.diplomatic.Israel"]
    assert list(short_names(names).values()) == [
        "Russia.resolve.shift",
        "United States.opportunity.overt",
        "diplomatic.Israel",
    ]


def test_long_places_are_broken_after_commas() -> None:
    assert fitted("Israel.deterrence 2.25, Russia.resolve.shift 6", 216, theme.TEXT_SIZE) == [
        "Israel.deterrence 2.25,",
        "Russia.resolve.shift 6",
    ]


# A decomposition.


def test_steps_of_a_waterfall_add_up_to_the_whole() -> None:
    found = results.decomposition({"commitment": -0.03, "capability": 0.004, "alignment": -0.002, "other": 0.001})
    rows = waterfall_rows(found)
    assert [row["channel"] for row in rows] == ["commitment", "capability", "alignment", "other", "total"]
    assert [row["start"] for row in rows[:-1]] == pytest.approx([0, -30, -26, -28])
    assert rows[-2]["end"] == pytest.approx(rows[-1]["end"]) == pytest.approx(-27)
    assert rows[-1]["start"] == 0
    assert (rows[1]["low"], rows[1]["high"]) == (pytest.approx(-36), pytest.approx(-16))
    assert "by -27 per mille a month; commitment makes -30 of it" in told(found)[0]
    assert waterfall_rows(found, "attack")[0]["end"] == pytest.approx(-3.0)


def test_a_share_has_no_more_digits_than_the_whole_deserves() -> None:
    found = results.decomposition({"commitment": -0.03, "capability": -0.0000061, "other": 0.0})
    found["metrics"]["hazard"]["shares"]["capability"]["mc_se"] = 0.000006
    assert [row["figure"] for row in waterfall_rows(found)][:2] == ["-30", "0"]


def test_axes_write_the_minus_of_all_other_figures() -> None:
    low = results.line([1.0, 0.6])
    low["axes"] = {"states.Russia.resolve.shift": [-2.0, 1.0]}
    for point, value in zip(low["points"], [-2.0, 1.0], strict=True):
        point["at"] = {"states.Russia.resolve.shift": value}
    drawn = rendered(plot(low, "credibility"), ".svg").decode()
    assert ">-2.0<" in drawn or ">-2<" in drawn
    assert "\u2212" not in drawn


def test_an_effect_of_nothing_or_of_no_case_is_told() -> None:
    assert "changes nothing" in told(results.decomposition({"commitment": 0.0, "other": 0.0}))[0]
    assert "has no case" in told(results.decomposition({"commitment": None, "other": None}), metric="honoured")[0]
    assert told(results.decomposition({"commitment": -0.1, "other": 0.0}, 1))[0].startswith("One world an arm")
