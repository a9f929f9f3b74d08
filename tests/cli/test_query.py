"""`article4 query` and `sim.query`: what they answer, what they refuse, and that nothing is written or read besides."""

from __future__ import annotations

import csv
import io
import json
import os
from typing import TYPE_CHECKING, Any

import pytest

import sim
from sim.cli import main
from sim.experiment import run, sweep
from stand_in import fails_in_block_1, play

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

TRIALS = 5_000


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two parts, in a folder whose name is not what SQL likes."""
    place = tmp_path_factory.mktemp("run") / "it's a [run]*"
    run("member", TRIALS, out=place, play=play)
    return place


@pytest.fixture(scope="module")
def trials(stored: Path) -> pd.DataFrame:
    """The same run by another door."""
    return sim.experiment.stored(stored).trials


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("file") / "axes.yaml"
    file.write_text(
        "name: axes\ntitle: Two axes\nasks: Is it seen?\narms: [outsider, member]\ndesign: list\ntrials: 10\n"
        "axes:\n  council.rule: [majority, leader]\n  perception.bias: [0, 1.5]\n  accession.lags: [[1], [3]]\n"
    )
    place = file.with_name("swept")
    sweep(file, out=place, play=play)
    return place


def content(place: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file()}


def answer(capsys: pytest.CaptureFixture[str], place: Path, sql: str) -> dict[str, Any]:
    assert main(["query", str(place), sql, "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def refused(capsys: pytest.CaptureFixture[str], place: Path, sql: str) -> str:
    assert main(["query", str(place), sql]) == 2
    captured = capsys.readouterr()
    assert not captured.out
    assert "Traceback" not in captured.err
    return captured.err


def test_a_query_counts_what_the_run_holds(stored: Path, trials: pd.DataFrame) -> None:
    found = sim.query(stored, "select outcome, count(*) as n from trials group by outcome")
    assert (
        dict(zip(found["outcome"], found["n"], strict=True))
        == trials["outcome"].value_counts().loc[lambda n: n > 0].to_dict()
    )
    months = sim.query(stored, "select first_attack_month from trials order by trial")["first_attack_month"]
    assert months.isna().tolist() == trials["first_attack_month"].isna().tolist()
    assert months.dropna().tolist() == trials["first_attack_month"].dropna().tolist()
    assert months.dtype == "Int16"


def test_points_join_trials_to_what_a_sweep_varies(swept: Path) -> None:
    points = sim.query(swept, "from points order by point")
    assert points["arm"].tolist() == ["outsider", "member"] * 2
    assert points["council.rule"].tolist() == ["majority", "majority", "leader", "leader"]
    assert points["perception.bias"].tolist() == [0.0, 0.0, 1.5, 1.5]
    assert points["accession.lags"].tolist() == ["[1]", "[1]", "[3]", "[3]"]
    counted = sim.query(
        swept, 'select arm, "council.rule" as rule, count(*) as n from trials join points using (point) group by all'
    )
    assert len(counted) == 4
    assert set(counted["n"]) == {10}


def test_a_run_has_one_point(stored: Path) -> None:
    assert sim.query(stored, "from points").to_dict("records") == [{"point": 0, "arm": "member"}]


def test_json_has_columns_and_rows_and_no_nan(capsys: pytest.CaptureFixture[str], stored: Path) -> None:
    told = answer(
        capsys, stored, "select 'nan'::double as a, -1/0 as b, 0.5 as c, null as d, [1.5, 1/0] as e, true as f;"
    )
    assert (told["command"], told["seed"], told["out"]) == ("query", 1, str(stored))
    assert told["columns"] == ["a", "b", "c", "d", "e", "f"]
    assert told["rows"] == [[None, None, 0.5, None, [1.5, None], True]]
    assert told["cut"] is False


def test_csv_gives_every_row_and_the_rest_a_thousand(capsys: pytest.CaptureFixture[str], stored: Path) -> None:
    sql = "select trial, first_attack_month as month, invoked from trials order by trial"
    assert main(["query", str(stored), sql, "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [int(row["trial"]) for row in rows] == list(range(TRIALS))
    assert {row["invoked"] for row in rows} == {"true", "false"}
    assert {row["month"] for row in rows} == {"", *map(str, range(24))}
    told = answer(capsys, stored, sql)
    assert (len(told["rows"]), told["cut"]) == (1_000, True)
    assert main(["query", str(stored), sql]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("The first 1,000 rows")
    assert "--csv gives all" in shown.splitlines()[-1]


def test_a_table_is_for_eyes(capsys: pytest.CaptureFixture[str], stored: Path) -> None:
    sql = "select outcome, mandate, avg(loss_Iran) as loss from trials where trial = 3 group by all"
    assert main(["query", str(stored), f"{sql} union all select 'x\x1b[31my', null, 1/3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2 rows"
    assert lines[1].split() == ["outcome", "mandate", "loss"]
    assert lines[3].split() == ["x[31my", "-", "0.333333"]


@pytest.mark.parametrize(
    ("sql", "hint"),
    [
        ("selec outcome from trials", 'at or near "selec"'),
        ("select * from trials where", 'at or near "where"'),
        ("select outcom from trials", 'Did you mean "outcome"?'),
        ("select t.outcom from trials as t", 'Did you mean "outcome"?'),
        ("select zzz from trials", "There are point"),
        ("select * from trails", 'Did you mean "trials"?'),
        ("select avg(outcome) from trials", "avg"),
        ("select 1; select 2", "one query is wanted, not 2"),
        ("", "one query is wanted, not none"),
        ("/* nothing */", "one query is wanted, not none"),
        ("select ?", "parameters"),
        ("pivot trials on outcome", "in ('clash'"),
        ("select ('x' || outcome)::int from trials", "convert"),
    ],
)
def test_a_wrong_query_is_told_in_a_line(capsys: pytest.CaptureFixture[str], stored: Path, sql: str, hint: str) -> None:
    told = refused(capsys, stored, sql).splitlines()
    assert len(told) == 2
    assert hint in told[0]


def evil(place: Path, elsewhere: Path) -> list[str]:
    """Everything that would read, write or open what is not the run's, or change what holds it back."""
    queries = [
        "select * from read_text('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from read_csv('/etc/passwd')",
        "select * from glob('/etc/*')",
        "select * from read_text('PLACE/manifest.json')",
        "select getenv('HOME')",
        "select * from content",  # a function of this file: no way into the program
        "copy trials to 'FILE'",
        "copy trials to 'PART' (format parquet, use_tmp_file false)",
        "with x as (copy trials to 'PART' (format parquet, use_tmp_file false)) select 1",
        "with x as (copy points to 'FILE') from x",
        "with x as (with y as (copy points to 'PART' (use_tmp_file false)) from y) from x",
        "from query('with x as (copy points to ''FILE'') select 1')",
        "explain analyze copy points to 'FILE'",
        "select 1) as a; copy points to 'FILE'; select * from (select 2",
        "with x as (delete from points returning point) select 1",
        "insert into points values (7, 'x')",
        "drop view trials",
        "create table mine as select 1",
        "attach 'FILE' as other",
        "export database 'FILE'",
        "install httpfs",
        "load httpfs",
        "set threads = 4",
        "reset lock_configuration",
        "set enable_external_access = true",
        "pragma enable_profiling",
        "pragma database_list",
        "select * from enable_profiling(save_location = 'FILE')",
        "select * from enable_logging(storage = 'file', storage_path = 'FILE')",
        "call enable_logging()",
        "begin transaction",
        "prepare p as select 1",
        "select * from read_parquet('FILE')",
        "select * from read_parquet('https://127.0.0.1:9/x.parquet')",
    ]
    part = next((place / "parts").glob("*.parquet"))
    for word, path in {"FILE": elsewhere, "PART": part, "PLACE": place}.items():
        queries = [query.replace(word, str(path).replace("'", "''")) for query in queries]
    return queries


def test_nothing_is_read_or_written_besides(
    capsys: pytest.CaptureFixture[str], stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    before = content(stored)
    for sql in evil(stored, tmp_path / "stolen"):
        told = refused(capsys, stored, sql)
        assert "root:" not in told, sql
        assert os.environ["HOME"] not in told.replace(str(tmp_path / "stolen"), ""), sql
        assert content(stored) == before, sql
        assert list(tmp_path.iterdir()) == [], sql


def test_damaged_unfinished_and_missing_runs_are_refused_as_verify_does(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert "not a run directory" in refused(capsys, tmp_path, "from trials")
    half = tmp_path / "half"
    with pytest.raises(sim.TaskError):
        run("member", TRIALS, out=half, play=fails_in_block_1)
    assert "not finished: 1 of 2 parts are missing" in refused(capsys, half, "from trials")
    run("member", TRIALS, out=half, play=play)
    part = next((half / "parts").glob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-1] + b"x")
    assert "does not match its digest" in refused(capsys, half, "from trials")
    with pytest.raises(sim.InputError, match="does not match its digest"):
        sim.query(half, "from trials")


def test_too_much_memory_ends_the_query_not_the_machine(
    capsys: pytest.CaptureFixture[str], stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sim.experiment.query.__globals__["_CONFIG"], "memory_limit", "60MB")
    assert main(["query", str(stored), "select list(repeat('x', 100_000)) from range(10_000)"]) == 1
    assert "of memory" in capsys.readouterr().err


def test_csv_and_json_exclude_each_other(capsys: pytest.CaptureFixture[str], stored: Path) -> None:
    assert main(["query", str(stored), "from points", "--csv", "--json"]) == 2
    assert "exclude each other" in capsys.readouterr().err
