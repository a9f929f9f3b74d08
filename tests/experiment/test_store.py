from __future__ import annotations

import json
import multiprocessing
import os
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pandas as pd
import pytest

from sim.experiment import Batch, Plan, Played, Task, run, stored, verify
from sim.experiment.files import passing_name
from sim.experiment.parts import read_part, write_part
from sim.reading import InputError
from sim.world import BLOCK
from stand_in import bytes_of, play

if TYPE_CHECKING:
    from sim.scenario import Scenario

TRIALS = 2 * BLOCK + 1000
RUN = "0" * 64


def never(task: Task) -> Played:
    raise AssertionError(f"{task} lay there and was played again")


@pytest.fixture
def directory(point: Scenario, tmp_path: Path) -> Path:
    run(point, TRIALS, out=tmp_path / "run", play=play)
    return tmp_path / "run"


@pytest.fixture
def batch(point: Scenario) -> Batch:
    task = next(iter(Plan.of([point, point], trials=100, seed=5).tasks()))
    return Batch.of(task, play(task))


def test_a_part_gives_back_what_was_written(batch: Batch, tmp_path: Path) -> None:
    path = tmp_path / "it's [a] *part?.parquet"
    write_part(path, batch, RUN)
    back = read_part(path, RUN)
    assert (back.first_row, back.first_trial, back.shape) == (0, 0, (2, 100))
    assert dict(back.labels) == dict(batch.labels)
    assert list(back.columns) == list(batch.columns)
    for name, values in batch.columns.items():
        assert back.columns[name].dtype == values.dtype
        np.testing.assert_array_equal(back.columns[name], values)


def test_a_part_speaks_for_itself(batch: Batch, tmp_path: Path) -> None:
    write_part(tmp_path / "part.parquet", batch, RUN)
    query = "select * from read_parquet(?) where point = 1 and trial between 3 and 60 order by trial"
    rows = duckdb.execute(query, [str(tmp_path / "part.parquet")]).df().astype(object)
    rows = rows.where(rows.notna(), None)
    codes = batch.columns["first_attacker"][1, 3:61]
    texts = [None if code < 0 else batch.labels["first_attacker"][code] for code in codes]
    assert rows["first_attacker"].tolist() == texts
    assert rows["first_attack_month"].isna().tolist() == (batch.columns["first_attack_month"][1, 3:61] < 0).tolist()
    assert not rows["outcome"].isna().any()


def test_parts_have_the_same_bytes_wherever_they_are_written(batch: Batch, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    write_part(tmp_path / "a", batch, RUN)
    write_part(tmp_path / "elsewhere" / "b", batch, RUN)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "elsewhere" / "b").read_bytes()


def test_what_lies_there_is_not_played_again(point: Scenario, directory: Path) -> None:
    before = (directory / "manifest.json").read_bytes()
    again = run(point, TRIALS, out=directory, play=never)
    fresh = run(point, TRIALS, play=play)
    assert again.summary() == fresh.summary()
    pd.testing.assert_frame_equal(again.trials, fresh.trials)
    assert (directory / "manifest.json").read_bytes() == before


def test_fewer_trials_are_the_first_of_them(point: Scenario, directory: Path) -> None:
    before = bytes_of(directory)
    fewer = run(point, BLOCK + 7, out=directory, play=never)
    assert fewer.summary() == run(point, BLOCK + 7, play=play).summary()
    assert len(fewer.trials) == BLOCK + 7
    assert bytes_of(directory) == before
    assert verify(directory) == []
    assert json.loads((directory / "manifest.json").read_text())["trials"] == TRIALS


def test_extending_gives_the_bytes_of_a_long_run(point: Scenario, tmp_path: Path) -> None:
    for trials in (1000, 5000):
        run(point, trials, out=tmp_path / "extended", play=play)
        assert verify(tmp_path / "extended") == []
    run(point, 5000, out=tmp_path / "at-once", play=play)
    assert bytes_of(tmp_path / "extended") == bytes_of(tmp_path / "at-once")


def test_a_stored_run_is_read_back_whole(point: Scenario, directory: Path) -> None:
    back = stored(directory)
    assert back.scenario == point
    assert back.summary() == run(point, TRIALS, play=play).summary()
    assert back.to_json()["out"] == str(directory)


def test_times_and_versions_stand_in_the_manifest_only(directory: Path) -> None:
    held = json.loads((directory / "manifest.json").read_text())
    assert held["trials"] == TRIALS
    assert held["seed"] == 1
    assert held["labels"]["outcome"][0] == "no_attack"
    assert held["started"] <= held["finished"]
    assert held["versions"]["duckdb"] == duckdb.__version__
    assert {path.suffix for path in (directory / "parts").iterdir()} == {".parquet", ".sha256"}
    assert sorted(path.name for path in directory.iterdir()) == ["manifest.json", "parts"]


def test_verify_wants_a_run_directory(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no manifest\.json"):
        verify(tmp_path)
    with pytest.raises(InputError, match="not a run directory"):
        verify(tmp_path / "nowhere")


def test_another_run_in_the_directory_is_refused_and_the_difference_told(point: Scenario, directory: Path) -> None:
    before = bytes_of(directory)
    with pytest.raises(InputError, match=r"holds another run \(member-.*(?s:.)*seed: 1 there, 2 asked for"):
        run(point, TRIALS, seed=2, out=directory, play=never)
    with pytest.raises(InputError, match=r"horizon: .* there, 7 asked for"):
        run(point, TRIALS, out=directory, overrides={"horizon": 7}, play=never)
    assert bytes_of(directory) == before


@pytest.mark.parametrize("name", ["mine.parquet", "parts/part-00000-00000.parquet"])
def test_parquet_files_of_someone_else_are_refused(point: Scenario, tmp_path: Path, name: str) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(InputError, match="not of this run"):
        run(point, 10, out=tmp_path, play=never)
    assert not (tmp_path / "manifest.json").exists()


def test_a_file_in_the_way_is_refused(point: Scenario, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here first")
    for out in ("file", "file/below"):
        with pytest.raises(InputError, match="cannot be written to"):
            run(point, 10, out=tmp_path / out, play=never)
    assert (tmp_path / "file").read_text() == "here first"


def test_a_place_that_cannot_be_written_to_is_refused(point: Scenario, tmp_path: Path) -> None:
    place = Path("/proc/article4")
    if os.name != "posix" or not place.parent.is_dir():
        pytest.skip("no directory here that nobody may write to")
    with pytest.raises(InputError, match="cannot be written to"):
        run(point, 10, out=place, play=never)
    with pytest.raises(InputError, match="cannot be written to"):
        run(point, 10, out=tmp_path / ("long" * 100), play=never)
    with pytest.raises(InputError, match="cannot be written to"):
        run(point, 10, out=tmp_path / "null\0", play=never)


def test_what_a_dead_process_left_is_swept_and_a_living_ones_is_not(point: Scenario, directory: Path) -> None:
    finals = (directory / "parts" / "part-00000-00000.parquet", directory / "manifest.json")
    process = multiprocessing.get_context("spawn").Process(target=os.getpid)
    process.start()
    process.join()
    mine = [passing_name(final) for final in finals]
    dead = [path.with_name(path.name.replace(f".{os.getpid()}-", f".{process.pid}-")) for path in mine]
    for path in (*mine, *dead):
        path.write_bytes(b"half")
    run(point, 10, out=directory, play=never)
    assert all(path.exists() for path in mine)
    assert not any(path.exists() for path in dead)


def test_tables_from_memory_and_from_parts_are_the_same(point: Scenario, tmp_path: Path) -> None:
    kept = run(point, 50, play=play)
    written = run(point, 50, out=tmp_path, play=play)
    pd.testing.assert_frame_equal(kept.trials, written.trials)
    assert kept.trials.index.name == "trial"
    assert kept.trials["outcome"].cat.categories[0] == "no_attack"
    assert kept.directory is None
