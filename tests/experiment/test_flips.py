from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.experiment import compare, find_flips, run, sweep
from sim.experiment.against_parameter import against
from sim.experiment.lines import crossings, fitted_line, relative_slope
from sim.reading import InputError
from sim.scenario import load
from stand_in import APART, DRIVER, SPARES, Driven, Known, play

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def test_a_line_is_that_of_least_squares_with_weights() -> None:
    luck = np.random.default_rng(1)
    x, weight = luck.random(60), luck.integers(1, 9, 60).astype(float)
    rate = 0.3 + 0.5 * x + 0.05 * luck.standard_normal(60)
    line = fitted_line(x[None, :], rate * weight, weight)
    slope, level = np.polyfit(x, rate, 1, w=np.sqrt(weight))
    assert line.slope[0] == pytest.approx(slope)
    assert line.level[0] == pytest.approx(level + slope * x.mean())


def test_the_errors_of_a_line_hold_the_truth_as_often_as_they_say() -> None:
    luck = np.random.default_rng(2)
    inside = 0
    for _ in range(400):
        x, weight = luck.random(200), luck.integers(5, 40, 200).astype(float)
        events = luck.binomial(weight.astype(int), 0.2 + 0.6 * x).astype(float)
        line = fitted_line(x[None, :], events, weight)
        ((at, error),) = crossings(((line, 1.0),), 0.5, np.array([[-1.0, 1.0]]))
        inside += abs(at + x.mean() - 0.5) <= 1.645 * error
    assert 340 <= inside <= 378  # nine in ten of 400, give or take three deviations


def test_two_rates_that_rise_alike_leave_their_ratio_alone() -> None:
    x = np.linspace(1.0, 2.0, 100)[None, :]
    control = fitted_line(x, x[0], np.ones(100))
    arm = fitted_line(x, 0.7 * x[0], np.ones(100))
    slope, error = relative_slope(arm, control)
    assert slope[0] == pytest.approx(0.0, abs=1e-12)
    assert error[0] == pytest.approx(0.0, abs=1e-12)


def test_the_driver_of_a_run_is_found_with_the_value_at_which_attack_is_even(tmp_path: Path) -> None:
    run(load("outsider", APART), 10_000, 3, out=tmp_path / "r", play=Driven(SPARES))
    (flips,) = find_flips(tmp_path / "r")
    assert (flips.quantity, flips.over, flips.cases, flips.lines) == ("attack", "sets", 500, (0.5,))
    # P(attack) is 0.3 + 0.6 times the place between 0.4 and 0.7: one half a third of the way.
    (mover,) = flips.movers
    assert mover.parameter == SPARES
    (crossing,) = mover.crossings
    assert crossing.error is not None
    assert crossing.value == pytest.approx(0.5, abs=3.0 * crossing.error)
    assert crossing.error < 0.02
    (low, at_low), (high, at_high) = mover.values
    assert (low, high) == pytest.approx((0.415, 0.685), abs=1e-3)
    assert (at_low, at_high) == pytest.approx((0.33, 0.87), abs=0.03)


def test_what_moves_the_effect_of_an_arm_is_found_and_what_moves_both_arms_is_not(tmp_path: Path) -> None:
    world = Driven(DRIVER, {"member": SPARES})
    compare(load("outsider", APART), load("member", APART), trials=20_000, play=world, out=tmp_path / "c")
    (flips,) = find_flips(tmp_path / "c")
    assert (flips.arm, flips.quantity, flips.lines) == ("member", "hazard_ratio", (1.0, 0.8))
    assert flips.movers[0].parameter == SPARES
    assert DRIVER not in {mover.parameter for mover in flips.movers}
    told = flips.to_json()["movers"][0]
    assert told["values"][0]["answer"] > 1.0 > told["values"][1]["answer"]  # the straight line through a step
    assert told["crossings"][1]["value"] == pytest.approx(0.53, abs=0.05)


def test_where_nothing_drives_an_answer_nothing_is_told(tmp_path: Path) -> None:
    for seed in range(3):
        compare("outsider", "member", trials=3_000, seed=seed, play=play, out=tmp_path / f"c{seed}")
        (flips,) = find_flips(tmp_path / f"c{seed}")
        assert flips.movers == ()  # both arms see the same trials: the ratio is 1 whatever the set
        assert flips.note is not None


@pytest.mark.parametrize("trials", [1, 10])
def test_few_worlds_flip_nothing(tmp_path: Path, trials: int) -> None:
    run("outsider", trials, out=tmp_path / "r", play=play)
    (flips,) = find_flips(tmp_path / "r")
    assert flips.movers == ()
    assert flips.note == "too few parameter sets were played; 20 are needed"


def test_no_attack_leaves_nothing_to_be_moved(tmp_path: Path) -> None:
    compare("outsider", "member", trials=1_000, play=Known(lambda _arm, _at: 0.0), out=tmp_path / "c")
    (flips,) = find_flips(tmp_path / "c")
    assert flips.note == "a scenario saw no attack: there is nothing to be moved"


def swept(folder: Path, axes: str) -> Path:
    file = folder / "mine.yaml"
    file.write_text(
        f"name: mine\ntitle: x\nasks: y?\narms: [outsider, member]\ndesign: grid\naxes: {axes}\ntrials: 400\n",
        encoding="utf-8",
    )
    return file


def test_along_an_axis_the_answer_turns_between_neighbours(tmp_path: Path) -> None:
    def chance(arm: str, at: Mapping[str, Any]) -> float:
        return 0.5 if arm == "outsider" else 0.8 - at["perception.bias"] * 0.4

    world = Known(chance, even=True)
    sweep(
        swept(tmp_path, "{perception.bias: [0, 0.5, 1], council.rule: [leader, majority]}"),
        play=world,
        out=tmp_path / "s",
    )
    (flips,) = find_flips(tmp_path / "s")
    assert (flips.over, flips.cases, flips.tried) == ("points", 6, 2)
    (mover,) = flips.movers  # the Council's rule changes nothing
    assert mover.parameter == "perception.bias"
    assert [value for value, _ in mover.values] == [0, 0.5, 1]
    assert mover.crossings[0].value == pytest.approx(0.75, abs=0.03)  # 0.8 - 0.4 x = 0.5


def test_an_axis_of_words_is_told_word_by_word(tmp_path: Path) -> None:
    def chance(arm: str, at: Mapping[str, Any]) -> float:
        return 0.3 if (arm, at["council.rule"]) == ("member", "leader") else 0.6

    sweep(swept(tmp_path, "{council.rule: [majority, leader]}"), play=Known(chance), out=tmp_path / "s")
    ((mover,),) = (flips.movers for flips in find_flips(tmp_path / "s"))
    assert [value for value, _ in mover.values] == ["majority", "leader"]
    assert mover.values[0][1] == pytest.approx(1.0)
    assert mover.values[1][1] is not None
    assert mover.values[1][1] < 0.6
    assert mover.crossings == ()


def test_a_parameter_is_set_against_the_answer_in_fifths(tmp_path: Path) -> None:
    run(load("outsider", APART), 10_000, 3, out=tmp_path / "r", play=Driven(SPARES))
    told = against(tmp_path / "r", SPARES).to_json()
    assert (told["quantity"], told["parameter"], told["control"]) == ("attack", SPARES, None)
    assert (len(told["sets"]), told["dropped"]) == (500, 0)
    means = [group["mean"] for group in told["groups"]]
    assert means == pytest.approx([0.36, 0.48, 0.6, 0.72, 0.84], abs=0.03)
    assert all(group["interval"][0] < group["mean"] < group["interval"][1] for group in told["groups"])
    assert told["line"][0]["y"] == pytest.approx(0.3, abs=0.03)
    assert told["readings"] == []


def test_both_readings_of_gamma_are_told(tmp_path: Path) -> None:
    compare("outsider", "member", trials=2_000, play=play, out=tmp_path / "c")
    told = against(tmp_path / "c").to_json()
    assert told["parameter"] == "states.Israel.deterrence"
    assert [(one["of"], one["low"], one["high"]) for one in told["readings"]] == [
        ("parameter", 1.1, 2.25),
        ("answer", 0.8, 1.1),
    ]
    assert [group["mean"] for group in told["groups"]] == pytest.approx([1.0] * 5)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"parameter": "states.Israel.strike.cots"}, 'Did you mean "states.Israel.strike.cost"'),
        ({"parameter": "choice.precision"}, "does not differ between the sets"),
        ({"arm": "membre"}, 'there is no arm "membre"'),
    ],
)
def test_what_cannot_be_set_against_an_answer_is_told(tmp_path: Path, asked: dict[str, str], message: str) -> None:
    compare("outsider", "member", trials=10, play=play, out=tmp_path / "c")
    with pytest.raises(InputError, match=message):
        against(tmp_path / "c", **asked)
