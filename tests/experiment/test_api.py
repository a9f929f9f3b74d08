from __future__ import annotations

import subprocess
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

import sim
from sim.scenario import Scenario, load

if TYPE_CHECKING:
    from pathlib import Path


def in_a_new_process(code: str) -> str:
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stderr == ""
    return found.stdout.strip()


def test_importing_sim_loads_nothing_heavy() -> None:
    code = "import sys, sim; print({'numpy', 'pandas', 'mesa', 'pydantic', 'duckdb', 'altair'} & set(sys.modules))"
    assert in_a_new_process(code) == "set()"


def test_importing_the_world_leaves_the_start_method_alone() -> None:
    code = """
import multiprocessing, sim
before = multiprocessing.get_start_method(allow_none=True)
sim.world.World
print(before, multiprocessing.get_start_method(allow_none=True))
multiprocessing.set_start_method("spawn")
"""
    assert in_a_new_process(code) == "None None"


def test_names_are_found_where_they_are_documented(point: Scenario) -> None:
    assert sim.scenario("member") == load("member") == point
    room: object = sim.scenario
    assert isinstance(room, ModuleType)
    assert issubclass(sim.InputError, Exception)
    assert issubclass(sim.TaskError, Exception)
    assert sim.__version__[0].isdigit()
    assert sim.world.World.__name__ == "World"
    assert set(sim.__all__) == set(dir(sim))
    with pytest.raises(AttributeError, match="no attribute 'runs'"):
        sim.runs  # noqa: B018


def test_a_run_answers_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = sim.run("member", trials=30, seed=7, overrides={"horizon": 2})
    assert isinstance(result, sim.Result)
    assert result.scenario.horizon == 2
    assert result.summary().trials == len(result.trials) == 30
    assert repr(result) == "<Result of 'member': 30 trials, seed 7>"
    told = result.to_json()
    assert (told["command"], told["seed"], told["out"], told["horizon"]) == ("run", 7, None, 2)
    assert "no interval" in told["note"]
    assert result.plot().to_dict()["layer"]
    assert list(tmp_path.iterdir()) == []


def test_trials_do_not_depend_on_their_number() -> None:
    few = sim.run("member", trials=20, overrides={"horizon": 2}).trials
    more = sim.run("member", trials=50, overrides={"horizon": 2}).trials
    assert few.equals(more.head(20))


@pytest.mark.parametrize("scenario", [None, 3, {"name": "member"}])
def test_what_is_no_scenario_is_refused(scenario: object) -> None:
    with pytest.raises(sim.InputError, match="a scenario, a name or a path"):
        sim.run(scenario)  # type: ignore[arg-type]


@pytest.mark.parametrize("jobs", [0, -1, True, 1.0, 10**6])
def test_absurd_jobs_are_refused(jobs: int) -> None:
    with pytest.raises(sim.InputError, match="jobs"):
        sim.run("member", trials=1, jobs=jobs)
