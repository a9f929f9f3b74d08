from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.experiment import MOST_TRIALS, Plan, Points
from sim.experiment import plan as planning
from sim.experiment.identity import code_digest, differences, digest_of
from sim.reading import InputError
from sim.world import BLOCK

if TYPE_CHECKING:
    from pathlib import Path

    from sim.scenario import Scenario


def test_last_block_holds_only_the_trials_asked_for(point: Scenario) -> None:
    tasks = list(Plan.of(point, trials=2 * BLOCK + 5, seed=1).tasks())
    assert [(task.block, task.first_trial, task.replicates) for task in tasks] == [
        (0, 0, BLOCK),
        (1, BLOCK, BLOCK),
        (2, 2 * BLOCK, 5),
    ]
    assert str(tasks[2]) == "point 0, trials 8,192 to 8,196"


@pytest.mark.parametrize("count", [1, planning.ROWS, planning.ROWS + 1])
def test_points_are_cut_into_chunks(point: Scenario, count: int) -> None:
    plan = Plan.of(Points((point,), [{"horizon": 24}] * count), trials=BLOCK + 1, seed=1)
    tasks = list(plan.tasks())
    assert len(tasks) == len(plan.chunks) * plan.blocks
    assert len({task.key for task in tasks}) == len(tasks)
    for block in range(2):
        rows = [task.first_row + row for task in tasks if task.block == block for row in range(len(task.points))]
        assert rows == list(range(count))


def test_arms_of_a_change_and_points_of_one_length_are_played_together(point: Scenario) -> None:
    lengths = [24, 24, 24, 12, 24]
    arms = Points((point, point, point), [{"horizon": months} for months in lengths])
    assert len(arms) == 15
    assert arms[10].horizon == 12
    assert Plan.of(arms, trials=1, seed=1).chunks == ((0, 6), (6, 9), (9, 12), (12, 15))
    assert Plan.of([point] * (planning.ROWS + 2), trials=1, seed=1).chunks == ((0, planning.ROWS + 2),)


def test_hash_knows_everything_but_the_number_of_trials(point: Scenario) -> None:
    plan = Plan.of(point, trials=10, seed=1)
    assert plan.hash == Plan.of(point, trials=99, seed=1).hash
    assert plan.hash != Plan.of(point, trials=10, seed=2).hash
    assert plan.hash != Plan.of([point, point], trials=10, seed=1).hash
    assert plan.hash != Plan.of(point.with_({"horizon": 23}), trials=10, seed=1).hash
    assert plan.hash == Plan.of(point.model_copy(update={"title": "prose"}), trials=10, seed=1).hash
    assert len(plan.hash) == 64
    assert set(plan.made_of) == {"points", "record", "seed", "block", "posterior", "ensemble", "code", "numpy"}


def test_hash_knows_of_the_ensembles_that_are_drawn_from(point: Scenario) -> None:
    drawn = {name: point.with_({"ensemble": name}) for name in ("latest", "2024-12", "prior")}
    held = {name: set(Plan.of(one, trials=1, seed=1).made_of["ensemble"]) for name, one in drawn.items()}
    assert held == {"latest": {"latest"}, "2024-12": {"2024-12"}, "prior": set()}
    swept = Points((drawn["prior"],), [{}, {"ensemble": "latest"}])
    assert set(Plan.of(swept, trials=1, seed=1).made_of["ensemble"]) == {"latest"}


def test_code_digest_sees_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "note.txt").write_text("no code")
    first = code_digest(tmp_path)
    (tmp_path / "note.txt").write_text("still no code")
    assert code_digest(tmp_path) == first
    (tmp_path / "a.py").rename(tmp_path / "below" / "a.py")
    moved = code_digest(tmp_path)
    assert moved != first
    (tmp_path / "below" / "a.py").write_text("x = 2\n")
    assert code_digest(tmp_path) not in {first, moved}


def test_differences_name_what_differs() -> None:
    held = {"seed": 1, "points": [{"name": "a", "horizon": 24}], "code": {"world": "00"}, "numpy": "2.4.6"}
    wanted = {"seed": 2, "points": [{"name": "a", "horizon": 60}], "code": {"world": "ff"}, "numpy": "2.4.6"}
    assert differences(held, wanted) == [
        "code.world has changed",
        "points.horizon: 24 there, 60 asked for",
        "seed: 1 there, 2 asked for",
    ]
    assert differences(held, wanted, limit=1) == ["code.world has changed", "… and 2 more"]
    assert digest_of(held) != digest_of(wanted)


@pytest.mark.parametrize("trials", [0, -1, MOST_TRIALS + 1, 10**400, True, 10.0, "10", None, float("nan")])
def test_absurd_trials_are_refused_with_the_limits(point: Scenario, trials: Any) -> None:
    with pytest.raises(InputError, match="10,000,000"):
        Plan.of(point, trials=trials, seed=1)


@pytest.mark.parametrize("seed", [-1, 2**64, False, 1.0, "1"])
def test_absurd_seeds_are_refused(point: Scenario, seed: Any) -> None:
    with pytest.raises(InputError, match="seed"):
        Plan.of(point, trials=1, seed=seed)


def test_limits_themselves_are_accepted(point: Scenario) -> None:
    most: Any = np.int64(MOST_TRIALS)
    assert Plan.of(point, trials=most, seed=0).seed == 0
    assert Plan.of(point, trials=1, seed=2**64 - 1).trials == 1
