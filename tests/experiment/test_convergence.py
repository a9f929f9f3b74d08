from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sim.experiment import (
    Comparison,
    Decomposition,
    Result,
    Sweep,
    compare,
    convergence,
    decompose,
    run,
    stored_experiment,
    sweep,
)
from sim.experiment.convergence import NORMAL_90, spread
from sim.reading import InputError
from stand_in import play

if TYPE_CHECKING:
    from pathlib import Path


def test_the_running_mean_is_that_of_the_first_trials(tmp_path: Path) -> None:
    result = run("member", 5_000, 3, out=tmp_path / "r", play=play)
    found = convergence(tmp_path / "r")
    attacked = (result.trials["attacks"] > 0).to_numpy()
    assert found.counts[-1] == 5_000
    for count, one in zip(found.counts, found.estimates, strict=True):
        assert one.mean == pytest.approx(attacked[:count].mean(), abs=1e-12)
    last, whole = found.estimates[-1], result.summary().metrics["attack"]
    assert (last.mean, last.mc_se) == (whole.mean, whole.mc_se)


def test_a_ratio_is_that_of_the_first_trials_too(tmp_path: Path) -> None:
    result = run("member", 700, 3, out=tmp_path / "r", play=play)
    found = convergence(tmp_path / "r", "hazard", counts=9)
    for count, one in zip(found.counts, found.estimates, strict=True):
        first = result.trials.iloc[:count]
        assert one.mean == pytest.approx((first["attacks"] > 0).sum() / first["months_at_risk"].sum(), rel=1e-12)


def test_the_band_is_nine_tenths_of_a_normal_distribution_and_shrinks(tmp_path: Path) -> None:
    run("member", 4_000, 3, out=tmp_path / "r", play=play)
    told = convergence(tmp_path / "r").to_json()
    assert pytest.approx(1.6449, abs=5e-5) == NORMAL_90
    last = told["series"][-1]
    low, high = last["band"]
    assert (high - low) / 2 == pytest.approx(1.6449 * last["mc_se"])
    middle = next(step for step in told["series"] if step["trials"] >= 100)
    assert high - low < (middle["band"][1] - middle["band"][0]) / 3
    assert (told["command"], told["trials"], told["metric"], told["scenario"]) == (
        "convergence",
        4_000,
        "attack",
        "member",
    )


def test_one_trial_has_a_mean_and_no_band(tmp_path: Path) -> None:
    run("member", 1, 3, out=tmp_path / "r", play=play)
    (only,) = convergence(tmp_path / "r").to_json()["series"]
    assert (only["trials"], only["band"], only["mc_se"]) == (1, None, None)


@pytest.mark.parametrize("trials", [1, 2, 3, 49, 50, 51, 1_000, 10_000_000])
def test_counts_rise_to_all_trials(trials: int) -> None:
    found = spread(trials, 50)
    assert found == sorted(set(found))
    assert (found[0], found[-1]) == (1, trials)
    assert len(found) <= 51
    assert len(found) == trials or trials > 40


def test_a_metric_that_is_none_and_a_directory_of_another_kind_are_told(tmp_path: Path) -> None:
    run("member", 3, out=tmp_path / "r", play=play)
    compare("outsider", "member", trials=3, out=tmp_path / "c", play=play)
    with pytest.raises(InputError, match='Did you mean "attack"'):
        convergence(tmp_path / "r", "atack")
    with pytest.raises(InputError, match="not a run of one scenario"):
        convergence(tmp_path / "c")


def test_whatever_is_stored_is_read_back_as_what_it_was(tmp_path: Path) -> None:
    one = run("member", 30, out=tmp_path / "r", play=play)
    pair = compare("outsider", "member", trials=30, out=tmp_path / "c", play=play)
    many = sweep("council", trials=3, out=tmp_path / "s", play=play)
    split = decompose("outsider", "member", trials=30, out=tmp_path / "d", play=play)
    made: tuple[tuple[str, type, Result | Comparison | Sweep | Decomposition], ...] = (
        ("r", Result, one),
        ("c", Comparison, pair),
        ("s", Sweep, many),
        ("d", Decomposition, split),
    )
    for name, kind, first in made:
        again = stored_experiment(tmp_path / name)
        assert isinstance(again, kind)
        assert again.to_json() == first.to_json()


def test_a_directory_of_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a run directory"):
        stored_experiment(tmp_path)
