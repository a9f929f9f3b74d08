"""The answer to a question as it is played: a first look at once, made surer in its place, stopped when wanted."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from sim.app import parts
from sim.app.answers import FIRST, PAIRS
from sim.view.arms import answer_chart, outcomes_chart
from sim.view.comparison import comparison_lines, comparison_tables
from sim.view.rows import comparison_csv
from sim.view.strata import strata_chart
from sim.view.survival import survival_chart
from sim.view.words import error_shown, worlds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sim.experiment import Growing

CHARTS: Final = {
    "answer": ("The answer", answer_chart),
    "outcomes": ("How worlds end", outcomes_chart),
    "strata": ("In which worlds", strata_chart),
    "survival": ("Month by month", survival_chart),
}
"""Name in the address -> (label, what draws it)."""


def answer(key: str, growing: Growing, chart: str, most: int = PAIRS[-1]) -> Mapping[str, Any]:
    """Show the answer of a comparison, playing on until it rests on `most` worlds of each arm.

    Args:
        key: of the place where it is shown; a page has one for each answer.
        growing: what is asked.
        chart: one of CHARTS.
        most: worlds of each arm to be played.
    """
    began = time.perf_counter()
    held = parts.answers().held(growing.plan)
    place = st.empty()
    told, bar = st.empty(), st.empty()
    if held is not None:
        _show(place, held, chart)
        _tell(told, held, time.perf_counter() - began, kept=True)
    if (0 if held is None else held["trials"]) >= most:
        st.session_state.pop(_stopping(key), None)
        assert held is not None  # noqa: S101 - it has at least so many
        return held
    controls = st.empty()
    if st.session_state.get(_stopping(key)) == growing.plan.hash and held is not None:
        controls.button("Go on playing", key=f"{key} on", on_click=lambda: st.session_state.pop(_stopping(key), None))
        return held
    controls.button("Stop", key=f"{key} stop", on_click=_stopper(key, growing))
    found = held
    for trials in (*(number for number in PAIRS if number < most), most):
        if held is not None and trials <= held["trials"] and trials < FIRST:
            continue  # already shown: the first steps are for a first look
        bar.progress(
            parts.answers().played(growing.plan) / most, f"Playing on to {worlds(trials)} of each arm, of {most:,}"
        )
        latest = parts.answers().more(growing, trials)
        if found is None or latest["trials"] > found["trials"]:
            found = latest
            _show(place, found, chart)
            _tell(told, found, time.perf_counter() - began, kept=False)
    bar.empty()
    controls.empty()
    assert found is not None  # noqa: S101 - the last step was played
    return found


def takeaways(found: Mapping[str, Any], chart: str) -> list[parts.File]:
    """The files of an answer: its numbers, and its chart.

    Args:
        found: the answer.
        chart: one of CHARTS.
    """
    return [
        ("Numbers as CSV", ".csv", lambda: comparison_csv(found).encode(), "text/csv"),
        *parts.drawings(lambda: CHARTS[chart][1](found)),
    ]


def tables(found: Mapping[str, Any]) -> None:
    """Every number of an answer, folded away."""
    with st.expander("All numbers"):
        for shown in comparison_tables(found):
            parts.table(shown)


def _show(place: Any, found: Mapping[str, Any], chart: str) -> None:
    with place.container():
        for line in comparison_lines(found):
            st.markdown(f"### {parts.marked(line)}")
        parts.chart(CHARTS[chart][1](found))


def _tell(place: Any, found: Mapping[str, Any], seconds: float, *, kept: bool) -> None:
    """How much was played, how sure that makes it, and how long it took."""
    arms = [arm for name, arm in found["arms"].items() if name != found["control"]]
    errors = [arm["effect"]["attack"]["mc_se"] for arm in arms]
    sure = max((error for error in errors if error is not None), default=None)
    error = "" if sure is None else f" Monte Carlo error of the change: ±{error_shown(sure, 100)} points."
    few = " This is a first look: too few worlds for an interval." if found["trials"] < FIRST else ""
    how = f"kept from before, here in {seconds:.2f} s" if kept else f"played in {seconds:.1f} s"
    place.caption(parts.marked(f"{worlds(found['trials'])} of each arm, seed {found['seed']}, {how}.{error}{few}"))


def _stopping(key: str) -> str:
    return f"{key} stopped"


def _stopper(key: str, growing: Growing) -> Callable[[], None]:
    def stop() -> None:
        st.session_state[_stopping(key)] = growing.plan.hash

    return stop
