"""The page of validation: what was forecast and held against what happened, as far as it is stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from sim.app import parts, runs
from sim.judge import AttackCase, backtests
from sim.record import check, data_folder, entries
from sim.view import gallery
from sim.view.tables import Table
from sim.view.words import MISSING, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS: Final = {
    "calibrate": ("Calibration", "parameter sets that reproduce the record"),
    "backtest": ("Back-tests", "forecasts of cases that were left out, scored beside references"),
    "claims": ("Claims of the documents", "what follows from the model, and what does not"),
}
"""Command -> (title, what its answer is)."""

_LARGEST: Final = 20 * 1024 * 1024
"""Bytes of a file that is read. Convention."""


def page() -> None:
    """Lay out the page."""
    parts.begin("Is it true?", "What the model says of cases that it was not shown, and how sound the record is.")
    found = _found()
    for command, (title, shows) in _KINDS.items():
        st.header(title, anchor=False)
        if command in found:
            _answer(*found[command])
        else:
            st.info(
                f"Not stored here: {shows}. Make it with `article4 {command} --json > "
                f"{runs.FOLDER}/{command}.json` where the dashboard was started."
            )
    _record()


def _found() -> dict[str, tuple[Path, Mapping[str, Any]]]:
    """The latest stored answer of each kind: below the working directory's runs, else what is shipped."""
    found: dict[str, tuple[Path, Mapping[str, Any]]] = {}
    for folder in (data_folder() / "seeds", Path(runs.FOLDER)):
        files = sorted((*folder.glob("*.json"), *folder.glob("*/*.json")), key=lambda path: path.stat().st_mtime)
        for path in files:
            if path.name != "manifest.json" and (held := _read(str(path), path.stat().st_mtime)) is not None:
                found[held["command"]] = path, held
    return found


@st.cache_data(show_spinner=False, max_entries=200)
def _read(path: str, changed: float) -> Mapping[str, Any] | None:
    del changed  # a file that was written anew is another
    place = Path(path)
    try:
        if place.stat().st_size > _LARGEST:
            return None
        held = json.loads(place.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return held if isinstance(held, dict) and held.get("command") in _KINDS else None


def _answer(path: Path, found: Mapping[str, Any]) -> None:
    """An answer: its chart if there is one, its tables, and where it lies."""
    st.caption(parts.marked(f"{path.name}, seed {found.get('seed')}"))
    try:
        if found["command"] in gallery.CHARTS:
            parts.chart(f"{path} {path.stat().st_mtime}", lambda: gallery.plot(found))
        for table in _TABLES[found["command"]](found):
            parts.table(table)
    except (KeyError, TypeError, ValueError, AttributeError):
        st.warning("This file is not as this version writes it; make it again.")


def _scores(found: Mapping[str, Any]) -> list[Table]:
    """Losses of the model and its references, and every case."""
    scores = found["scores"]
    losses = {"model": scores["model"], **scores["references"]}
    names = [name for name in ("brier", "log", "rps") if name in scores["model"]]
    rows = tuple((name, *(_number(loss.get(one)) for one in names)) for name, loss in losses.items())
    cases = tuple(
        (str(case["id"]), str(case["date"]), _short(case["forecast"]), _short(case["happened"]))
        for case in found["cases"]
    )
    return [
        Table("Losses: lower is better", ("", *names), rows),
        Table("Cases", ("case", "known by", "forecast", "happened"), cases, text_columns=4),
    ]


def _claims(found: Mapping[str, Any]) -> list[Table]:
    rows = tuple(
        (
            str(one["id"]),
            str(one["kind"]),
            str(one["verdict"] or MISSING),
            _number(one["probability"]),
            str(one["test"]),
        )
        for one in sorted(found["claims"], key=lambda one: one["verdict"] is None)
    )
    return [Table("Claims", ("claim", "kind", "verdict", "probability", "test"), rows, text_columns=5)]


def _plain(found: Mapping[str, Any]) -> list[Table]:
    rows = tuple((plain(name), _short(value)) for name, value in found.items() if name not in {"command", "seed"})
    return [Table("What is stored", ("", "value"), rows, text_columns=2)]


_TABLES: Final = {"backtest": _scores, "claims": _claims, "calibrate": _plain}


def _number(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("mean")
    return f"{value:.3g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else MISSING


def _short(value: object) -> str:
    if isinstance(value, dict):
        return plain(", ".join(f"{name} {_short(one)}" for name, one in value.items()), 400)
    if isinstance(value, list):
        return plain(", ".join(_short(one) for one in value[:20]), 400)
    return _number(value) if isinstance(value, float) else plain(str(value), 200)


def _record() -> None:
    """Whether the record is sound, and the cases that wait to be forecast."""
    st.header("The record", anchor=False)
    problems, count = _checked()
    if problems:
        st.error(f"{len(problems)} problems in the record:")
        st.code("\n".join(problems[:50]), language=None, wrap_lines=True)
    else:
        st.success(f"The record is sound: {count:,} entries, every source found.")
    cases = backtests()
    attacks = sum(isinstance(case, AttackCase) for case in cases)
    with st.expander(
        f"{len(cases)} cases to be forecast: {len(cases) - attacks} answers to a crisis, {attacks} quarters"
    ):
        rows = tuple((case.id, str(case.known_by), plain(case.title, 120)) for case in cases)
        parts.table(Table("Cases", ("case", "known by", "title"), rows, text_columns=3))


@st.cache_data(show_spinner="Checking the record")
def _checked() -> tuple[list[str], int]:
    return [str(problem) for problem in check(data_folder() / "seeds")], len(entries())
