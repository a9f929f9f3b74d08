"""The answer to a question as it is played: a first look at once, made surer in its place, stopped when wanted."""

from __future__ import annotations

import time
from dataclasses import dataclass
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

    from sim.app.answers import Playing
    from sim.experiment import Growing

CHARTS: Final = {
    "answer": ("The answer", answer_chart),
    "outcomes": ("How worlds end", outcomes_chart),
    "strata": ("In which worlds", strata_chart),
    "survival": ("Month by month", survival_chart),
}
"""Name in the address -> (label, what draws it)."""


_GLANCE: Final = 0.2
"""Seconds between two looks at what is being played; after as many a change of mind is noticed. Convention."""


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
    head, told, bar, controls, drawn = (st.empty() for _ in range(5))
    place = _Place(head, told, drawn)
    if held is not None:
        place.show(growing, held, chart, began, kept=True)
    if (0 if held is None else held["trials"]) >= most:
        st.session_state.pop(_stopping(key), None)
        assert held is not None  # noqa: S101 - it has at least so many
        return held
    if st.session_state.get(_stopping(key)) == growing.plan.hash and held is not None:
        controls.button("Go on playing", key=f"{key} on", on_click=lambda: st.session_state.pop(_stopping(key), None))
        return held
    controls.button("Stop", key=f"{key} stop", on_click=_stopper(key, growing))
    found = held
    playing = parts.answers().playing(growing)
    for trials in (*(number for number in PAIRS if number < most), most):
        if held is not None and trials <= held["trials"]:
            continue
        _wait(playing, trials, most, bar)
        latest = playing.found()
        parts.answers().keep(growing.plan, latest)
        if found is None or latest["trials"] > found["trials"]:
            found = latest
            place.show(growing, found, chart, began, kept=False)
    bar.empty()
    controls.empty()
    assert found is not None  # noqa: S101 - the last step was played
    return found


def _wait(playing: Playing, trials: int, most: int, bar: Any) -> None:
    """Wait until so many worlds of each arm are in, and tell how far it is; who looks away stops it."""
    done = False
    try:
        while not (done := playing.advance(trials, _GLANCE)):
            bar.progress(min(1.0, playing.trials / most), f"{playing.trials:,} of {most:,} worlds of each arm played")
    finally:
        if not done:
            playing.rest()


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


def show(what: str, found: Mapping[str, Any], chart: str) -> None:
    """Show an answer: its sentences, then a chart.

    Args:
        what: names the answer, for good.
        found: the answer.
        chart: one of CHARTS.
    """
    lines = comparison_lines(found)
    for line in lines:
        st.markdown(f"## {parts.marked(line)}")
    _draw(what, found, chart, lines)


def _draw(what: str, found: Mapping[str, Any], chart: str, lines: list[str]) -> None:
    # The page has said it: a chart whose title is the one sentence says it no second time.
    said = chart == "answer" and len(lines) == 1
    parts.chart(f"{what} {found['trials']} {chart}", lambda: CHARTS[chart][1](found), titled=not said)


@dataclass(frozen=True)
class _Place:
    """Where an answer stands on a page: its sentences, how it was played, its chart."""

    head: Any
    told: Any
    drawn: Any

    def show(self, growing: Growing, found: Mapping[str, Any], chart: str, began: float, *, kept: bool) -> None:
        """Show an answer in place of the one before: what can be read first comes first."""
        lines = comparison_lines(found)
        with self.head.container():
            for line in lines:
                st.markdown(f"## {parts.marked(line)}")
        _tell(self.told, found, time.perf_counter() - began, kept=kept)
        with self.drawn.container():
            _draw(growing.plan.hash, found, chart, lines)


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
