from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from sim.experiment import decompose, find_breakeven, run
from sim.reading import InputError
from stand_in import LABELS, StandIn, deterred, play

if TYPE_CHECKING:
    from pathlib import Path

    from sim.experiment import Task

PARTS = ("commitment", "capability", "alignment", "other")


def spared(task: Task) -> StandIn:
    """Spare each point the more of its attacks the more channels are on; capability does nothing."""
    found = play(task).columns
    luck = np.random.Generator(np.random.Philox(key=99, counter=[0, 0, 0, task.block])).random(4096)[: task.replicates]
    rows = []
    for row, point in enumerate(task.points):
        on = point.channels
        less = 0.3 * on.commitment + 0.1 * on.alignment + 0.2 * (on.commitment and on.alignment)
        gone = luck < less * point.accession.cover
        rows.append({name: np.where(gone, 24.0 if name == "months_at_risk" else 0, found[name][row]) for name in found})
    return StandIn({name: np.stack([row[name] for row in rows]).astype(found[name].dtype) for name in found}, LABELS)


def test_shares_add_up_and_are_shapley_s() -> None:
    found = decompose("outsider", "member", trials=5_000, seed=2, play=spared)
    for metric, effect in found.effects.items():
        parts = found.parts[metric]
        assert tuple(parts) == PARTS
        if effect.mean is not None:
            assert sum(part.share.mean or 0.0 for part in parts.values()) == pytest.approx(effect.mean, abs=1e-12)
    attack = found.parts["attack"]
    alone = run("outsider", 5_000, 2, play=play).summary().metrics["attack"].mean or 0.0
    # commitment 0.3, alignment 0.1 and 0.2 of both together, which they share; all times the share attacked without.
    assert attack["commitment"].share.mean == pytest.approx(-0.4 * alone, abs=0.02)
    assert attack["alignment"].share.mean == pytest.approx(-0.2 * alone, abs=0.02)
    assert attack["capability"].share.mean == attack["capability"].share.mc_se == 0.0
    assert attack["other"].share.mean == 0.0
    assert attack["commitment"].alone == pytest.approx(-0.3 * alone, abs=0.02)
    assert attack["commitment"].last == pytest.approx(-0.5 * alone, abs=0.02)


@pytest.mark.slow
def test_errors_are_the_spread_over_seeds() -> None:
    many = [decompose("outsider", "member", trials=1_000, seed=seed, play=spared) for seed in range(15)]
    for metric in ("attack", "hazard"):
        means = np.array([one.parts[metric]["alignment"].share.mean for one in many])
        errors = np.array([one.parts[metric]["alignment"].share.mc_se for one in many])
        # 15 experiments tell their spread to 19 % (one standard error).
        assert errors.mean() == pytest.approx(means.std(ddof=1), rel=0.6)


def test_the_world_itself_is_split(tmp_path: Path) -> None:
    found = decompose("outsider", "member", trials=200, overrides={"horizon": 3}, out=tmp_path / "d")
    told = found.to_json()
    assert told["factors"] == ["commitment", "capability", "alignment"]
    shares = told["metrics"]["attack"]["shares"]
    assert sum(one["mean"] for one in shares.values()) == pytest.approx(told["metrics"]["attack"]["effect"]["mean"])
    assert (tmp_path / "d" / "manifest.json").is_file()


def test_only_channels_that_are_on_are_split() -> None:
    found = decompose("outsider", "member@channels.alignment=false", trials=50, play=spared)
    assert found.factors == ("commitment", "capability")
    off = "member@channels.alignment=false@channels.commitment=false@channels.capability=false"
    with pytest.raises(InputError, match="no channel is on"):
        decompose("outsider", off, trials=50, play=spared)


def test_breakeven_of_a_known_curve(tmp_path: Path) -> None:
    # P(attack) = (1 - noise) * 0.5, and half of it where noise is one half.
    plain = run("member", 5_000, 4, play=play).summary().metrics["attack"].mean or 0.0
    found = find_breakeven(
        "member",
        parameter="environment.threat.noise",
        target=plain / 2,
        between=(0.0, 1.0),
        trials=5_000,
        seed=4,
        out=tmp_path / "b",
        play=deterred,
    )
    assert found.reached
    assert found.value == pytest.approx(0.5, abs=0.02)
    assert found.recorded == 0.03
    again = find_breakeven(
        "member",
        parameter="environment.threat.noise",
        target=plain / 2,
        between=(0.0, 1.0),
        trials=5_000,
        seed=4,
        out=tmp_path / "b",
        play=None,  # type: ignore[arg-type]  # everything lies there
    )
    assert again == found


def test_breakeven_of_an_effect_and_out_of_reach() -> None:
    asked = {"parameter": "environment.threat.noise", "between": (0.0, 0.5), "trials": 2_000, "play": deterred}
    nothing = find_breakeven("member", metric="hazard_ratio", against="outsider", target=0.5, **asked)  # type: ignore[arg-type]
    assert not nothing.reached
    assert nothing.achieved == 1.0
    with pytest.raises(InputError, match='"hazard_ratio" is unknown'):
        find_breakeven("member", metric="hazard_ratio", target=0.5, **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"parameter": "states.Russia.reslve.shift"}, 'unknown name. Did you mean "resolve"'),
        ({"parameter": "environment.threat.noise"}, "between which values"),
        ({"parameter": "environment.threat.noise", "between": (1.0, 0.0)}, "the range must rise"),
        ({"parameter": "perception.acuity", "between": (-3.0, 9.0)}, "perception.acuity"),
        ({"parameter": "states.Russia.resolve.shift", "target": float("nan")}, "a finite number"),
        ({"parameter": "states.Russia.resolve.shift", "metric": "atack"}, 'Did you mean "attack"'),
    ],
)
def test_what_cannot_be_searched_is_refused(asked: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        find_breakeven("member", **({"target": 0.5, "trials": 5} | asked))  # type: ignore[arg-type]
