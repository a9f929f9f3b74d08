"""The page of validation: what was forecast and held against what happened; as shipped, or as asked anew here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from sim.app import parts, runs
from sim.judge import AttackCase, backtests
from sim.judge.calibrate import told as ensembles_told
from sim.judge.shipped import FOLDER as SHIPPED
from sim.judge.shipped import changed_since, made_of
from sim.reading import InputError
from sim.record import check, data_folder, entries
from sim.record.ensemble import ensemble_about
from sim.view import gallery
from sim.view.backtest import backtest_text
from sim.view.calibration import calibration_text
from sim.view.claims import claims_text
from sim.view.tables import Table
from sim.view.words import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    found, others = _found(), _alternatives()
    _version([others, *(held for _, held in found.values())])
    if others is not None:
        _would_change(others)
    for command, (title, shows) in _KINDS.items():
        st.header(title, anchor=False)
        if command in found:
            _answer(*found[command])
        elif command == "calibrate" and (told := _shipped()) is not None:
            _calibrated_then()
            _text(told)
        else:
            st.info(f"Not stored here: {shows}. {_anew(command)}")
    _record()


def _anew(command: str) -> str:
    """How to have figures of the version at hand."""
    return (
        f"Make it with `article4 {command} --json > {runs.FOLDER}/{command}.json` where the dashboard was started: "
        "what lies there is shown in place of what is shipped."
    )


def _found() -> dict[str, tuple[Path, Mapping[str, Any]]]:
    """The latest stored answer of each kind: below the working directory's runs, else what is shipped."""
    found: dict[str, tuple[Path, Mapping[str, Any]]] = {}
    for folder in (_shelf(), Path(runs.FOLDER)):
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


def _shelf() -> Path:
    """Where shipped answers lie."""
    return data_folder() / "seeds" / SHIPPED


def _version(answers: Sequence[Mapping[str, Any] | None]) -> None:
    """Whether what is shipped is what this version would find."""
    made = [held["made"] for held in answers if held is not None and isinstance(held.get("made"), dict)]
    changed = dict.fromkeys(line for one in made for line in changed_since(one))
    if changed:
        st.warning(
            f"**The figures shipped are not of this version.** {parts.marked('; '.join(changed))} since they were "
            "made: they may differ from what this version finds. `make validation` in a checkout renews them, in under "
            "an hour."
        )
    elif made:
        st.caption("The figures shipped are of this version; “make validation” in a checkout makes them.")


def _origin(path: Path, found: Mapping[str, Any]) -> None:
    """Where an answer comes from."""
    made, seed = found.get("made"), found.get("seed")
    if isinstance(made, dict):
        told = f"Shipped: asked by “make validation” as “article4 {plain(made.get('line'), 200)}”, seed {seed}."
    else:
        told = f"{path.name}, seed {seed}; which version made it is not said in the file."
    st.caption(parts.marked(told))


def _calibrated_then() -> None:
    """Whether the shipped parameter sets were calibrated by the world at hand."""
    same = ensemble_about("latest").get("code", {}).get("world") == made_of()["code"]["world"]
    since = "" if same else ", by a world whose code has changed since"
    st.caption(f"Shipped: calibrated by “make calibrate”{since}; it takes some twenty minutes.")


def _alternatives() -> Mapping[str, Any] | None:
    """The answer under other assumptions, as shipped; None where it is not."""
    path = _shelf() / "alternatives.json"
    return json.loads(path.read_bytes()) if path.is_file() else None


def _would_change(held: Mapping[str, Any]) -> None:
    """What would change the answer."""
    st.header("What would change the answer", anchor=False)
    st.markdown(
        "What cover does when one thing is set and all else is left: to the monthly hazard of a first attack, to "
        "P(attack) within 24 months, and how often the leader fights."
    )
    rows = tuple((row["said"].replace("`", ""), row["ratio"], row["points"], row["fights"]) for row in held["rows"])
    header = ("what is set", "hazard ratio", "P(attack), points", "P(leader fights)")
    note = "Brackets: 90 % interval over what is not known."
    with st.expander(f"{len(rows) - 1} alternatives"):
        parts.table(Table("The answer, and what would change it", header, rows, note))


def _answer(path: Path, found: Mapping[str, Any]) -> None:
    """An answer as its command tells it, and its chart if there is one."""
    _origin(path, found)
    try:
        text = _TEXTS[found["command"]](found)
        if found["command"] in gallery.CHARTS:
            parts.chart(f"{path} {path.stat().st_mtime}", lambda: gallery.plot(found))
    except (KeyError, TypeError, ValueError, AttributeError):
        st.warning("This file is not as this version writes it; make it again.")
    else:
        _text(text)
    if "made" in found:
        st.caption(_anew(found["command"]))


def _text(text: str) -> None:
    """What a command prints: its first paragraph as a sentence, the rest as it stands in a terminal."""
    first, _, rest = text.partition("\n\n")
    st.markdown(parts.marked(first))
    if rest:
        with st.expander("All that the command prints"):
            st.code(rest, language=None)


def _calibrated(found: Mapping[str, Any]) -> str:
    return "\n\n".join(calibration_text(one) for one in found["ensembles"].values())


_TEXTS: Final = {"backtest": backtest_text, "claims": claims_text, "calibrate": _calibrated}


@st.cache_data(show_spinner="Reading the parameter sets")
def _shipped() -> str | None:
    """What is told of the parameter sets that are shipped; None where there are none."""
    try:
        return _calibrated({"ensembles": ensembles_told()})
    except (InputError, OSError, KeyError):
        return None


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
