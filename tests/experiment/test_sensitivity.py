from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import sim
from sim.experiment import compare, read_sweep, sensitivity, sweep
from sim.experiment.deters import where
from sim.experiment.measured import Ratios
from sim.experiment.sensitivity import luck_seed
from sim.reading import InputError, TaskError
from sim.scenario import load
from stand_in import APART, DRIVER, SPARES, Driven, Known, play

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sim.experiment import Step, Task
    from stand_in import StandIn

X = ("environment.threat.noise", "environment.tension.noise", "environment.tension.jump_rate", "perception.acuity")
"""Parameters that may lie anywhere from 0 to 1."""


def written(folder: Path, axes: int, *, arms: str = "base: member", points: int = 256, trials: int = 400) -> Path:
    head = f"title: Known\nasks: What drives it?\n{arms}\ndesign: sobol\npoints: {points}\ntrials: {trials}\n"
    text = f"{head}seed: 3\naxes:\n"
    path = folder / "known.yaml"
    path.write_text(text + "".join(f"  {name}: {{uniform: [0, 1]}}\n" for name in X[:axes]), encoding="utf-8")
    return path


def ishigami(_arm: str, at: Mapping[str, Any]) -> float:
    x1, x2, x3 = (math.pi * (2.0 * at[name] - 1.0) for name in X[:3])
    return float(math.sin(x1) + 7.0 * math.sin(x2) ** 2 + 0.1 * x3**4 * math.sin(x1) + 10.75) / 28.6


def sobol_g(arm: str, at: Mapping[str, Any]) -> float:
    g = math.prod((abs(4.0 * float(at[name]) - 2.0) + a) / (1.0 + a) for name, a in zip(X, A, strict=True))
    return 0.95 - (0.2 * g if arm == "member" else 0.0)


A = (0.0, 1.0, 4.5, 9.0)


def idle(_task: Task) -> StandIn:
    raise AssertionError("a task was played though everything lies there")


def test_sobol_indices_of_ishigami_come_through_the_whole_pipeline(tmp_path: Path) -> None:
    # Closed form (Ishigami and Homma 1990), a = 7, b = 0.1: variance parts over the whole.
    whole = 7.0**2 / 8 + 0.1 * math.pi**4 / 5 + 0.1**2 * math.pi**8 / 18 + 0.5
    first = [0.5 * (1 + 0.1 * math.pi**4 / 5) ** 2 / whole, 7.0**2 / 8 / whole, 0.0]
    third = (1 / 18 - 1 / 50) * 0.1**2 * math.pi**8 / whole
    found = sensitivity(written(tmp_path, 3), method="sobol", base=256, play=Known(ishigami, even=True)).of("attack")
    for name, one, more in zip(X, first, [third, 0.0, third], strict=False):
        assert found.parameters[name]["first"].estimate == pytest.approx(one, abs=0.08)
        assert found.parameters[name]["total"].estimate == pytest.approx(one + more, abs=0.06)
    assert found.evaluations == 256 * (3 + 1 + 2)


def test_the_effect_of_an_arm_has_indices_of_its_own(tmp_path: Path) -> None:
    # Closed form (Saltelli and Sobol 1995): V_i = 1 / (3 (1 + a_i)^2), V = prod(1 + V_i) - 1.
    parts = [1.0 / (3.0 * (1.0 + a) ** 2) for a in A]
    whole = math.prod(1.0 + part for part in parts) - 1.0
    file = written(tmp_path, 4, arms="arms: [outsider, member]")
    found = sensitivity(file, method="sobol", base=128, play=Known(sobol_g, even=True))
    effect = found.of("attack", effect=True)
    for name, part in zip(X, parts, strict=True):
        assert effect.parameters[name]["first"].estimate == pytest.approx(part / whole, abs=0.06)
        total = part * math.prod(1.0 + other for other in parts) / (1.0 + part) / whole
        assert effect.parameters[name]["total"].estimate == pytest.approx(total, abs=0.06)
    assert effect.ranked("total") == list(X)
    assert found.of("attack", arm="outsider").note == "no index: the values do not differ"
    assert found.analyses[0].kind == "effect"
    json.dumps(found.to_json(), allow_nan=False)


def test_morris_screens_and_what_is_inert_stays_below_the_floor_of_luck(tmp_path: Path) -> None:
    def straight(_arm: str, at: Mapping[str, Any]) -> float:
        return 0.2 + 0.5 * float(at[X[0]]) - 0.05 * float(at[X[1]])

    found = sensitivity(written(tmp_path, 3, trials=200), method="morris", trajectories=25, play=Known(straight))
    told = found.of("attack").parameters
    assert told[X[0]]["mu"].estimate == pytest.approx(0.9 * 0.5, abs=0.04)  # from the 5 % to the 95 % quantile
    assert told[X[0]]["mu_star"].above_floor
    assert not told[X[2]]["mu_star"].above_floor
    assert told[X[2]]["mu_star"].estimate == 0.0
    assert found.of("attack").floor["mu_star"] > 0.0
    assert found.about["lucks"] == 4


def test_what_lies_there_is_not_played_again(tmp_path: Path) -> None:
    file, out = written(tmp_path, 2, trials=50), tmp_path / "out"

    def chance(_arm: str, at: Mapping[str, Any]) -> float:
        return float(at[X[0]])

    known = Known(chance)
    steps: list[Step] = []
    once = sensitivity(file, method="sobol", base=8, play=known, out=out, progress=steps.append)
    assert [step.trials for step in steps] == sorted(step.trials for step in steps)
    assert (steps[-1].trials, steps[-1].of_trials, steps[-1].played) == (8 * 5 * 50,) * 3
    again = sensitivity(file, method="sobol", base=8, play=idle, out=out)
    assert again.to_json() == once.to_json()
    names = sorted(path.name.rpartition("-")[0] for path in out.iterdir())
    assert names == [f"luck-{number}" for number in range(8)]
    seeds = {json.loads((path / "manifest.json").read_text(encoding="utf-8"))["seed"] for path in out.iterdir()}
    assert seeds == {luck_seed(3, number) for number in range(8)}
    with pytest.raises(TaskError, match="AssertionError: a task was played"):
        sensitivity(file, method="sobol", base=8, seed=4, play=idle, out=out)


def test_points_of_a_sweep_show_where_an_arm_deters(tmp_path: Path) -> None:
    def boxed(arm: str, at: Mapping[str, Any]) -> float:
        spared = arm == "member" and at[X[0]] > 0.5 and at[X[3]] < 0.7
        return 0.2 if spared else 0.6

    file = written(tmp_path, 4, arms="arms: [outsider, member]", trials=300)
    found = sensitivity(file, method="given_data", play=Known(boxed))
    (region,) = found.regions
    assert region.arm == "member"
    box = region.to_json()["box"]
    assert set(box["limits"]) == {X[0], X[3]}
    assert box["limits"][X[0]]["low"] == pytest.approx(0.5, abs=0.02)
    assert box["limits"][X[3]]["high"] == pytest.approx(0.7, abs=0.02)
    assert (box["coverage"], box["density"]) == (1.0, 1.0)
    assert box["mass"] == pytest.approx(0.35, abs=0.01)
    # The scenario's own values: 0.03, a number, and the median of 0.3 to 0.9.
    assert box["limits"][X[0]] | {"own": 0.03, "own_inside": False} == box["limits"][X[0]]
    assert box["limits"][X[3]]["own"] == pytest.approx(0.6, abs=0.01)
    assert box["limits"][X[3]]["own_inside"]
    assert found.of("attack", effect=True).ranked("first")[0] in {X[0], X[3]}


def test_a_sweeps_own_points_are_those_of_the_sweep(tmp_path: Path) -> None:
    file, out = written(tmp_path, 2, arms="arms: [outsider, member]", points=8), tmp_path / "out"

    def falling(arm: str, at: Mapping[str, Any]) -> float:
        return 0.6 - (0.5 * float(at[X[0]]) if arm == "member" else 0.0)

    played = sweep(file, play=Known(falling), out=out)
    found = sensitivity(file, method="given_data", play=idle, out=out)
    ratios = [point["arms"]["member"]["hazard_ratio"] for point in played.to_json()["points"]]
    sure = [one["mean"] <= 0.8 and 1.0 - one["mean"] >= 1.645 * one["mc_se"] for one in ratios]
    assert (found.regions[0].deterred, found.regions[0].cases) == (sum(sure), 8)
    assert found.regions[0].note == "8 cases have a hazard ratio; 50 are needed to look for a box"
    assert found.of("attack").note == "no index: values: 50 rows or more are wanted, not 8"


def test_a_low_ratio_that_luck_can_make_is_no_deterrence() -> None:
    x = np.linspace(0.0, 1.0, 100)
    errors = np.where(x < 0.5, 0.1, 0.3)
    ratios = Ratios("member", np.full(100, 0.7), errors, np.arange(100))
    region = where({X[0]: x, "point": np.arange(100)}, ratios, load("member"), at_most=0.8, seed=1)
    assert (region.deterred, region.unclear, region.tried) == (50, 50, 1)
    assert region.discovery is not None
    (limit,) = region.to_json()["box"]["limits"].values()
    assert limit["high"] == pytest.approx(0.5, abs=0.02)
    never = where({X[0]: x}, ratios, load("member"), at_most=0.6, seed=1)
    assert (never.deterred, never.discovery, never.note) == (0, None, "it deters in no case")


def test_parameter_sets_show_what_drives_them() -> None:
    found = sensitivity("outsider", trials=10_000, play=Driven(DRIVER))
    told = found.of("attack")
    assert told.ranked("first")[0] == DRIVER
    # P(attack) is a straight line of the driver: once luck is taken out, it explains all of it.
    assert told.parameters[DRIVER]["first"].estimate == pytest.approx(1.0, abs=0.06)
    assert found.regions == ()


@pytest.mark.slow
def test_parameter_sets_of_a_pair_show_what_drives_the_effect_and_where_it_deters(tmp_path: Path) -> None:
    world = Driven(DRIVER, {"member": SPARES})
    pair = (load("outsider", APART), load("member", APART))
    found = sensitivity(*pair, trials=20_000, play=world, out=tmp_path / "pair")
    control = found.of("attack", arm="outsider")
    assert control.parameters[DRIVER]["first"].estimate == pytest.approx(1.0, abs=0.06)
    others = [index["first"] for name, index in control.parameters.items() if name != DRIVER]
    assert np.mean([bool(index.above_floor) for index in others]) < 0.15  # by its making one in twenty, and its luck
    assert found.of("attack", effect=True).ranked("first")[0] == SPARES
    (region,) = found.regions
    (limit,) = region.to_json()["box"]["limits"].items()
    assert limit[0] == SPARES
    assert limit[1]["low"] == pytest.approx(0.4 + 0.3 * 0.6, abs=0.02)
    # The same trials as a comparison's, and its directory can be asked in place of the scenarios.
    compare(*pair, trials=20_000, play=idle, out=tmp_path / "pair")
    assert sensitivity(tmp_path / "pair").to_json()["analyses"] == found.to_json()["analyses"]


def test_indices_of_sets_without_a_driver_are_luck() -> None:
    found = sensitivity("member", trials=2_000, play=play)
    told = found.of("attack")
    assert found.about["over"] == "sets"
    assert len(told.parameters) > 50
    above = [name for name, index in told.parameters.items() if index["first"].above_floor]
    assert len(above) < 0.15 * len(told.parameters)
    assert found.regions == ()


@pytest.mark.parametrize(
    ("targets", "options", "message"),
    [
        ((), {}, "a sweep, or scenarios, are wanted"),
        (("member",), {"method": "sobol"}, "sobol wants a sweep, whose axes are independent"),
        (("council",), {"method": "moris"}, 'method: "moris" is unknown. Did you mean "morris"'),
        (("council",), {"base": 8}, "base: only the method sobol has it, not morris"),
        (("council",), {"method": "sobol", "base": 10}, "base: a Sobol sequence is even only over a power of two"),
        (("council",), {"trajectories": 1}, "trajectories: 1 is outside 2 to"),
        (("council",), {"deters": 0.5}, "deters: only the method given_data has it, not morris"),
        (("membr",), {}, "there is no scenario of this name"),
        (("outsider", "member"), {"deters": 0.0, "trials": 1_000}, "deters: a hazard ratio above 0 is wanted"),
        (("council", "member"), {}, "there is no scenario of this name"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_what_cannot_be_asked_is_told(targets: tuple[str, ...], options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        sensitivity(*targets, play=play, **options)


def test_lists_are_axes_too() -> None:
    asked = read_sweep("council")
    found = sensitivity("council", method="morris", trajectories=4, trials=20, play=play)
    assert set(found.of("attack").parameters) == set(asked.file.axes)


def test_python_asks_the_same_way() -> None:
    found = sim.sensitivity("member", trials=3, overrides={"horizon": 1})
    assert repr(found) == "<Drivers of 'member': given_data, 500 cases, seed 1>"
    assert set(found.table["metric"]) == {"attack", "hazard"}
    assert found.plot().to_dict()["title"]
    with pytest.raises(InputError, match="has no effect here"):
        found.of("attack", effect=True)
    with pytest.raises(InputError, match=r'metric: "atack" is unknown. Did you mean "attack"'):
        found.of("atack")
