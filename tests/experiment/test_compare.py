from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sim.experiment import METRICS, compare, run, stored_comparison, verify
from sim.reading import InputError
from sim.scenario import SETS
from sim.world import BLOCK
from stand_in import HORIZON, StandIn, bytes_of, deterred, play

if TYPE_CHECKING:
    from pathlib import Path

    from sim.experiment import Task
    from sim.scenario import Scenario

TRIALS = 20 * SETS


@pytest.fixture
def spared(point: Scenario) -> list[Scenario]:
    """Arms that are attacked less and less often."""
    return [point.with_({"name": f"arm-{k}", "environment.threat.noise": 0.25 * k}) for k in range(3)]


def test_an_arm_beside_the_control_is_what_its_trials_say(spared: list[Scenario]) -> None:
    found = compare(*spared, trials=TRIALS, seed=3, play=deterred)
    alone = [run(arm, TRIALS, 3, play=deterred) for arm in spared]
    tables = [one.trials for one in alone]
    for k in (1, 2):
        contrast = found.contrasts[f"arm-{k}"]
        for metric in METRICS:
            before_mean, after_mean = (one.summary().metrics[metric.name].mean for one in (alone[0], alone[k]))
            effect = contrast.effect[metric.name]
            if before_mean is None or after_mean is None:
                assert effect.mean is None
            else:
                assert effect.mean == pytest.approx(after_mean - before_mean, abs=1e-12)
        before, after = (tables[j]["attacks"].to_numpy() > 0 for j in (0, k))
        counts = contrast.strata.counts
        assert counts["never"] == (~before & ~after).sum()
        assert counts["deterred"] == (before & ~after).sum()
        assert counts["provoked"] == (~before & after).sum() == 0
        assert counts["regardless"] == (before & after).sum()
        assert contrast.strata.flipped["deterred"] == tuple(np.flatnonzero(before & ~after))
        low, high = contrast.strata.bounds["deterred"]
        assert low <= counts["deterred"] / TRIALS <= high
        moved = contrast.strata.moved
        assert sum(sum(to.values()) for to in moved.values()) == TRIALS
        both = (tables[0]["outcome"] == "clash") & (tables[k]["outcome"] == "no_attack")
        assert moved["clash"]["no_attack"] == both.sum()
        assert sum(share.mean or 0.0 for share in contrast.strata.severity.values()) == pytest.approx(1.0)


def test_an_arm_does_not_hang_on_the_others(spared: list[Scenario]) -> None:
    several = compare(*spared, trials=TRIALS, seed=3, play=deterred)
    pair = compare(spared[0], spared[2], trials=TRIALS, seed=3, play=deterred)
    assert several.contrasts["arm-2"].to_json() == pair.contrasts["arm-2"].to_json()
    assert several.summaries["arm-2"] == pair.summaries["arm-2"]
    assert pair.effect is pair.contrasts["arm-2"].effect
    with pytest.raises(AttributeError, match="several arms"):
        _ = several.effect


def test_survival_falls_to_the_share_without_attack_and_its_area_is_the_restricted_mean(spared: list[Scenario]) -> None:
    found = compare(*spared[:2], trials=TRIALS, seed=3, play=deterred)
    curves = found.survival
    assert list(curves.index) == list(range(HORIZON + 1))
    assert (curves.diff().dropna() <= 0).all().all()
    for name, summary in found.summaries.items():
        assert curves[name].iloc[-1] == pytest.approx(1.0 - (summary.metrics["attack"].mean or 0.0))
        assert curves[name].iloc[:-1].sum() == pytest.approx(summary.metrics["months_to_attack"].mean)


def test_equal_arms_are_equal_to_the_bit(point: Scenario) -> None:
    found = compare(point, point, trials=TRIALS, play=play)
    assert list(found.summaries) == [point.name, f"{point.name}#2"]
    assert all(effect.mean in {0.0, None} and not effect.mc_se for effect in found.effect.values())
    assert found.hazard_ratio.mean == 1.0
    assert found.strata.counts["deterred"] == found.strata.counts["provoked"] == 0


def test_sharing_draws_pays(spared: list[Scenario]) -> None:
    found = compare(spared[0], spared[1], trials=TRIALS, seed=3, play=deterred)
    effect, own = found.effect["attack"], [one.metrics["attack"].mc_se or 0.0 for one in found.summaries.values()]
    gain = found.contrasts["arm-1"].pairing["attack"]
    assert effect.mc_se is not None
    assert gain == pytest.approx(effect.mc_se**2 / (own[0] ** 2 + own[1] ** 2))
    assert gain is not None
    assert gain < 0.5


def test_a_stored_comparison_is_read_back_extended_and_verified(spared: list[Scenario], tmp_path: Path) -> None:
    place = tmp_path / "stored"
    compare(*spared, trials=BLOCK + 10, seed=3, play=deterred, out=place)
    longer = compare(*spared, trials=TRIALS, seed=3, play=deterred, out=place)
    fresh = compare(*spared, trials=TRIALS, seed=3, play=deterred)
    told = {**longer.to_json(), "out": None}
    assert told == fresh.to_json()
    assert stored_comparison(place).to_json() == longer.to_json()
    assert verify(place) == []
    json.dumps(longer.to_json(), allow_nan=False)


def test_stored_runs_are_arms_and_are_not_played_again(spared: list[Scenario], tmp_path: Path) -> None:
    for k in (0, 2):
        run(spared[k], TRIALS, 3, play=deterred, out=tmp_path / f"run-{k}")

    played: list[int] = []

    def counted(task: Task) -> StandIn:
        played.append(len(task.points))
        return deterred(task)

    found = compare(tmp_path / "run-0", spared[1], tmp_path / "run-2", trials=TRIALS, play=counted, out=tmp_path / "c")
    assert set(played) == {1}
    fresh = compare(*spared, trials=TRIALS, seed=3, play=deterred, out=tmp_path / "fresh")
    assert {**found.to_json(), "out": None} == {**fresh.to_json(), "out": None}
    assert bytes_of(tmp_path / "c") == bytes_of(tmp_path / "fresh")
    with pytest.raises(InputError, match="played with seed 3, the comparison has 4"):
        compare(tmp_path / "run-0", spared[1], seed=4, trials=10, play=deterred)


def test_what_cannot_be_compared_is_refused_with_the_reason(point: Scenario, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two arms or more"):
        compare(point, trials=10)
    with pytest.raises(InputError, match="different states or roles"):
        compare(point, "kazakhstan-2022", trials=10)
    with pytest.raises(InputError, match="lasts 12 months"):
        compare("outsider", "member@horizon=12", trials=10)
    with pytest.raises(InputError, match='"horizon" is no change; write NAME@key=value'):
        compare("outsider", "member@horizon", trials=10)
    with pytest.raises(InputError, match="there is no scenario of this name"):
        compare("outsider", "membr", trials=10)
    with pytest.raises(InputError, match="is a scenario, a name or a path, not int"):
        compare("outsider", 3, trials=10)  # type: ignore[arg-type]
    compare(point, point, trials=10, play=play, out=tmp_path / "c")
    with pytest.raises(InputError, match="holds 2 points; an arm is a run of one scenario"):
        compare("outsider", tmp_path / "c", trials=10)
    run(point, 10, play=play, out=tmp_path / "r")
    with pytest.raises(InputError, match="cannot be changed with --set"):
        compare("outsider", tmp_path / "r", trials=10, overrides=["horizon=12"])
    with pytest.raises(InputError, match="holds a run, not a comparison"):
        stored_comparison(tmp_path / "r")


def test_precision_plays_no_more_than_it_takes(spared: list[Scenario], tmp_path: Path) -> None:
    rough = run(spared[0], 100 * BLOCK, 3, play=deterred, precision=0.01)
    assert rough.summary().trials == BLOCK
    fine = run(spared[0], 100 * BLOCK, 3, play=deterred, precision=0.003, out=tmp_path / "fine")
    assert fine.summary().trials == 7 * BLOCK
    assert (fine.summary().metrics["attack"].mc_se or 1.0) <= 0.003
    assert fine.summary() == run(spared[0], 7 * BLOCK, 3, play=deterred).summary()
    assert verify(tmp_path / "fine") == []
    capped = run(spared[0], BLOCK + 5, 3, play=deterred, precision=1e-9)
    assert capped.summary().trials == BLOCK + 5
    pair = compare(*spared, trials=100 * BLOCK, seed=3, play=deterred, precision=0.005)
    assert pair.trials < 100 * BLOCK
    assert all((one.effect["attack"].mc_se or 1.0) <= 0.005 for one in pair.contrasts.values())
    for wrong in (0.0, -1.0, float("nan"), "much"):
        with pytest.raises(InputError, match="precision"):
            run(spared[0], 10, play=deterred, precision=wrong)  # type: ignore[arg-type]
