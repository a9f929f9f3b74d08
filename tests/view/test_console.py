from __future__ import annotations

import copy
import io
import json
import math
from typing import Any

import numpy as np
import pytest

from sim.view.as_json import json_text
from sim.view.console import run_tables, run_text
from sim.view.tables import Table, cells, plain_table, table_text
from sim.view.words import headline


def test_the_answer_comes_first_and_the_way_back_last(summary: dict[str, Any]) -> None:
    text = run_text(summary, ["a/chart.png"], "article4 run member --seed 1")
    assert text.startswith(headline(summary))
    assert text.splitlines()[-1] == "Again  article4 run member --seed 1"
    assert "runs/member-0123456789ab" in text
    assert "a/chart.png" in text


def test_every_metric_is_a_row_and_what_has_no_cases_is_a_dash(summary: dict[str, Any]) -> None:
    metrics, outcomes, responses = run_tables(summary)
    rows = {row[0]: row[1:] for row in metrics.rows}
    assert len(rows) == len(summary["metrics"])
    assert rows["attacked at all"] == ("86.9 %", "0.2", "[62, 97]", "20,000", "18 %")
    assert rows["troops or combat, given Article 4 invoked"] == ("-", "-", "-", "0", "-")
    assert len(outcomes.rows) == 7
    assert responses.rows[0] == ("Russia", "48 %", "45 %", "4 %", "3 %")


def test_a_run_without_attacks_has_no_shares_of_responses(summary: dict[str, Any]) -> None:
    for shares in summary["responses"].values():
        shares.update(n=0, words=None, aid=None, troops=None, combat=None)
    assert "no world saw an attack" in run_text(summary)
    summary["responses"] = {}
    assert "guarantor goes" not in run_text(summary)


def test_without_outcome_intervals_there_are_no_empty_columns(summary: dict[str, Any]) -> None:
    del summary["outcome_intervals"]
    assert run_tables(summary)[1].header == ("", "share")


def test_titles_are_never_markup_nor_commands_to_the_terminal(summary: dict[str, Any]) -> None:
    summary["title"] = "[bold]x[/bold] \x1b[2J\u202eevil\nsecond line"
    text = run_text(summary)
    assert "[bold]x[/bold] [2Jevil second line" in text
    assert "\x1b" not in text


def test_a_table_lines_up_with_wide_characters() -> None:
    table = Table("t", ("", "n"), (("日本", "1"), ("abc", "20")))
    lines = plain_table(table).splitlines()
    assert len({cells(line) for line in lines[1:]}) == 1


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_a_wide_terminal_gets_rules_and_a_narrow_one_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table("How it ends", ("", "share"), (("[red]x", "1 %"),))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    assert "─" in table_text(table, Terminal())
    assert "[red]x" in table_text(table, Terminal())
    monkeypatch.setenv("COLUMNS", "40")
    assert table_text(table, Terminal()) == plain_table(table)
    monkeypatch.setenv("COLUMNS", "100")
    assert table_text(table, io.StringIO()) == plain_table(table)


def test_json_is_one_object_of_plain_values() -> None:
    text = json_text({"a": np.float64(0.5), "b": np.arange(2), "c": (1, None), "d": True, "é": "日本"})
    assert text.isascii()
    assert json.loads(text) == {"a": 0.5, "b": [0, 1], "c": [1, None], "d": True, "é": "日本"}


def test_json_refuses_what_is_not_a_number() -> None:
    with pytest.raises(ValueError, match="JSON"):
        json_text({"a": math.nan})


def test_drawing_changes_nothing_in_what_it_is_given(summary: dict[str, Any]) -> None:
    before = copy.deepcopy(summary)
    run_text(summary)
    assert summary == before
