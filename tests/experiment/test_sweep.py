from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
import xarray as xr

from sim.experiment import Plan, Points, compare, read_sweep, run, stored_sweep, sweep, sweeps, verify
from sim.experiment import plan as planning
from sim.reading import InputError
from sim.scenario import SETS, load
from sim.world import BLOCK
from stand_in import bytes_of, deterred

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GRID = """
name: try
title: A sweep
asks: What moves it?
arms: [outsider, member]
design: grid
axes:
  environment.threat.noise: [0.0, 0.2, 0.4]
  council.rule: [consensus, majority]
trials: 600
seed: 5
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "try.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_every_point_is_what_a_comparison_of_it_says(written: Callable[[str], Path]) -> None:
    found = sweep(written(GRID), play=deterred)
    assert [dict(at) for at in found.at][:3] == [
        {"environment.threat.noise": 0.0, "council.rule": "consensus"},
        {"environment.threat.noise": 0.0, "council.rule": "majority"},
        {"environment.threat.noise": 0.2, "council.rule": "consensus"},
    ]
    told = found.to_json()
    for at, point in zip(found.at, told["points"], strict=True):
        pair = compare("outsider", "member", trials=600, seed=5, overrides=at, play=deterred).to_json()["arms"]
        assert point["at"] == dict(at)
        for name, arm in point["arms"].items():
            for metric, numbers in arm["metrics"].items():
                assert {key: pair[name]["metrics"][metric][key] for key in numbers} == numbers
            assert arm["outcomes"] == pair[name]["outcomes"]
        arm, same = point["arms"]["member"], pair["member"]
        assert {key: same["hazard_ratio"][key] for key in ("mean", "mc_se", "interval")} == arm["hazard_ratio"]
        assert {name: one["count"] for name, one in same["strata"].items()} == {
            name: one["count"] for name, one in arm["strata"].items()
        }
        assert arm["bounds"] == same["bounds"]
    json.dumps(told, allow_nan=False)


def test_arrays_have_names_and_units_and_survive_netcdf(written: Callable[[str], Path], tmp_path: Path) -> None:
    found = sweep(written(GRID), play=deterred)
    arrays = found.to_xarray()
    assert dict(arrays.sizes) == {"environment.threat.noise": 3, "council.rule": 2, "arm": 2, "treated": 1}
    point = arrays.sel({"environment.threat.noise": 0.4, "council.rule": "majority", "arm": "member"})
    alone = run("member", 600, 5, overrides=dict(found.at[5]), play=deterred).summary().metrics["attack"]
    assert float(point["attack"]) == alone.mean
    assert float(point["attack_mc_se"]) == alone.mc_se
    assert arrays["hazard"].attrs["units"] == "per month"
    assert "Monte Carlo error" in arrays["hazard_mc_se"].attrs["long_name"]
    found.to_xarray().to_netcdf(tmp_path / "x.nc", engine="scipy")
    with xr.open_dataset(tmp_path / "x.nc", engine="scipy") as again:
        np.testing.assert_array_equal(again["attack"].values, arrays["attack"].values)
        assert [str(rule) for rule in again["council.rule"].values.astype(str)] == ["consensus", "majority"]


def test_the_table_is_tidy(written: Callable[[str], Path]) -> None:
    found = sweep(written(GRID), play=deterred)
    table = found.table
    effects = table[(table["kind"] == "effect") & (table["metric"] == "attack")]
    assert len(effects) == 6
    wanted = found.to_xarray()["effect_attack"].to_numpy().ravel()
    np.testing.assert_array_equal(effects["mean"].to_numpy(), wanted)
    assert not table.duplicated(["point", "arm", "kind", "metric"]).any()


def test_a_sweep_is_stored_extended_read_back_and_the_same_however_it_is_cut(
    written: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(GRID)
    sweep(file, trials=50, play=deterred, out=tmp_path / "one")
    longer = sweep(file, trials=BLOCK + 9, play=deterred, out=tmp_path / "one")
    told = {**longer.to_json(), "out": None}
    assert stored_sweep(tmp_path / "one").to_json() == longer.to_json()
    assert verify(tmp_path / "one") == []
    fresh = sweep(file, trials=BLOCK + 9, play=deterred, out=tmp_path / "two")
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")
    monkeypatch.setattr(planning, "ROWS", 2)
    assert {**sweep(file, trials=BLOCK + 9, play=deterred).to_json(), "out": None} == told
    assert {**fresh.to_json(), "out": None} == told


def test_points_of_other_lengths_are_played_apart(written: Callable[[str], Path]) -> None:
    text = GRID.replace("council.rule: [consensus, majority]", "horizon: [2, 3]").replace("600", "20")
    found = sweep(written(text))
    months = found.to_xarray()["months_to_attack"].to_numpy()
    assert months.shape == (3, 2, 2)
    assert (months[:, 0] <= 2.0).all()
    assert (months[:, 1] > months[:, 0]).all()


def test_one_arm_and_points_drawn_of_a_distribution(written: Callable[[str], Path]) -> None:
    text = """
title: Drawn
asks: What moves it?
base: member
design: lhs
points: 9
axes:
  environment.threat.noise: {uniform: [0, 0.5]}
  perception.acuity: [0.2, 0.8]
tied:
  environment.threat.noise: [environment.tension.noise]
trials: 600
"""
    found = sweep(written(text), play=deterred)
    told = found.to_json()
    assert (told["name"], told["control"], told["arms"]) == ("try", None, ["member"])
    at = np.array([point["at"]["environment.threat.noise"] for point in told["points"]])
    attacked = np.array([point["metrics"]["attack"]["mean"] for point in told["points"]])
    order = np.argsort(at)
    assert (np.diff(attacked[order]) <= 0).all()
    assert sorted((at / 0.5 * 9).astype(int)) == list(range(9))
    asked = read_sweep(written(text))
    assert all(one["environment.tension.noise"] == one["environment.threat.noise"] for one in asked.changes)
    assert dict(found.to_xarray().sizes) == {"point": 9, "arm": 1}


def test_arms_can_be_named_and_change_a_base(written: Callable[[str], Path]) -> None:
    text = GRID.replace(
        "arms: [outsider, member]", "base: member\narms:\n  bare: {accession.cover: false}\n  keen: member@horizon=24"
    )
    asked = read_sweep(written(text))
    assert asked.names == ("bare", "keen")
    assert not asked.arms[0].accession.cover
    assert asked.arms[1].accession.cover


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("council.rule", "council.rul"), r"try.yaml:9:3  axes.council.rul: unknown name. Did you mean"),
        (("[0.0, 0.2, 0.4]", "[]"), r"try.yaml:8:29  axes.environment.threat.noise: no values; give at least one"),
        (("majority", "anarchy"), r'try.yaml:9:29  axes.council.rule: "anarchy" is none of'),
        (("[0.0, 0.2, 0.4]", "[0.0, -1]"), r"try.yaml:8:35  axes.environment.threat.noise: -1 is below its minimum"),
        (("[outsider, member]", "[outsider, armenia-2022]"), r"try.yaml:5:7  arms: .*different states or roles"),
        (("[outsider, member]", "[outsider, membr]"), r'arms.1: there is no scenario of this name.*"member"'),
        (("[outsider, member]", "[outsider, outsider]"), r"arms: two arms have one name"),
        (("design: grid", "design: gird"), r'design: "gird" is none of'),
        (("design: grid", "design: lhs"), r"points: say how many"),
        (("[0.0, 0.2, 0.4]", f"{[k / 1e5 for k in range(60_000)]}"), r"a grid of 60000 x 2 = 120,000 points is beyond"),
        (("seed: 5", "sed: 5"), r'try.yaml:11:1  sed: unknown name. Did you mean "seed"'),
        (("trials: 600", "trials: 0"), r"try.yaml:10:9  trials: "),
        (("trials: 600", "trials: 600\ntied:\n  horizon: [step]"), r"tied.horizon: is no axis"),
        (("arms: [outsider, member]\n", ""), r"base: is missing"),
    ],
    ids=lambda value: value[1][:24] if isinstance(value, tuple) else "",
)
def test_what_is_wrong_is_told_at_its_place(
    written: Callable[[str], Path], change: tuple[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read_sweep(written(GRID.replace(*change)))


def test_shipped_sweeps_are_sound() -> None:
    assert set(sweeps()) == {
        "council",
        "credibility",
        "delivery",
        "perception",
        "priors",
        "ratification",
        "stakes",
        "threat",
    }
    for name in sweeps():
        asked = read_sweep(name)
        assert asked.file.name == name
        assert len(asked.arms) == 2
    with pytest.raises(InputError, match="There are: council"):
        read_sweep("councl")


def test_points_are_built_when_asked_for() -> None:
    points = Points((load("member"),), [{"environment.threat.noise": k / 1e5} for k in range(50_000)])
    plan = Plan.of(points, trials=1, seed=1)
    assert len(plan.chunks) == -(-50_000 // planning.ROWS)
    first = next(plan.tasks())
    assert len(first.points) == planning.ROWS
    assert first.points[3].environment.threat.noise.value == pytest.approx(3e-5)  # type: ignore[attr-defined]
    with pytest.raises(IndexError):
        points[50_000]


def test_intervals_of_a_sweep_need_sets(written: Callable[[str], Path]) -> None:
    found = sweep(written(GRID), trials=20 * SETS, play=deterred)
    point = found.to_json()["points"][2]["arms"]["member"]
    assert point["metrics"]["attack"]["interval"] is not None
    assert point["effect"]["attack"]["interval"] == [0.0, 0.0]
