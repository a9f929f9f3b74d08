"""The page of maps: stored sweeps, a shipped one played now, and any cell of them played on its own."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from sim.app import address, growing, parts, runs
from sim.experiment import Growing, Step, run, stored_sweep, sweep_plan, sweeps
from sim.experiment import plan_sweep as plan_of
from sim.experiment import read_sweep as read
from sim.experiment.carry import opened
from sim.reading import InputError, TaskError
from sim.view import gallery
from sim.view.answers import summary_of
from sim.view.charts import outcome_chart
from sim.view.maps import CELL, clickable, clicked
from sim.view.sweep import value_text
from sim.view.sweep_charts import is_map
from sim.view.words import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAGE: Final = "sweep"
_PLAY: Final = "play a shipped sweep"
_TRIALS: Final = (50, 200, 1_000)
"""Worlds of each arm at each point that can be asked for here. Convention."""

_ALONE: Final = 2_000
"""Worlds of a cell that has a single arm. Convention."""


def page() -> None:
    """Lay out the page."""
    parts.begin("Maps", "The answer over what is not known. Choose a cell of a map to play it on its own.")
    given = address.said(PAGE)
    kept = runs.stored("sweep")
    wanted = st.session_state.pop("sweep played", None)
    if wanted in kept:
        st.session_state["sweep what"] = wanted
    choices = [*kept, _PLAY]
    first = address.first(given, "run", list(kept), choices[0])
    what = st.selectbox(
        "Sweep",
        choices,
        index=choices.index(first),
        format_func=lambda name: kept[name].label if name in kept else name,
        key="sweep what",
        help=f"Stored sweeps are those in the folder {runs.FOLDER} of where the dashboard was started.",
    )
    if what == _PLAY:
        address.tell(PAGE, {})
        _play(any_kept=bool(kept))
        return
    try:
        _stored(kept[what], given)
    except InputError as error:
        parts.mistakes(error)


def _play(*, any_kept: bool) -> None:
    """Play a shipped sweep and store it."""
    if not any_kept:
        st.info("No sweep is stored here yet: play one, or use `article4 sweep` in a terminal.")
    name = st.selectbox("Which", list(sweeps()), key="sweep shipped")
    trials = st.segmented_control("Worlds of each arm at each point", _TRIALS, default=_TRIALS[0], key="sweep trials")
    try:
        asked = read(name, trials=trials or _TRIALS[0])
    except InputError as error:
        parts.mistakes(error)
        return
    plan = plan_of(asked)
    cells = len(plan.points) * plan.trials
    st.markdown(parts.marked(f"{asked.file.asks} {len(asked.changes)} points, {cells:,} worlds in all."))
    start, stop = st.columns(2)
    begun = start.button("Play", type="primary", key="sweep go")
    stop.button("Stop", key="sweep stop", help="What was played is kept: Play goes on from there.")
    if not begun:
        return
    bar = st.progress(0.0, "Playing")

    def tell(step: Step) -> None:
        bar.progress(step.trials / step.of_trials, f"{step.trials:,} of {step.of_trials:,} worlds")

    place = plan.directory(Path(runs.FOLDER))
    try:
        sweep_plan(plan, out=place, progress=tell)
    except InputError as error:
        parts.mistakes(error)
        return
    except TaskError as error:
        st.error(parts.marked(error))
        return
    st.session_state["sweep played"] = place.name
    st.rerun()


def _stored(stored: runs.Run, given: Mapping[str, Sequence[str]]) -> None:
    """A sweep that lies on disk: its chart, and a cell of it."""
    found = runs.answer(stored)
    charts = gallery.fitting(found)
    chart = st.segmented_control(
        "Chart",
        list(charts),
        format_func=str.capitalize,
        default=address.first(given, "chart", list(charts), next(iter(charts))),
        key=f"sweep chart {stored.name}",
        required=True,
    )
    st.markdown(f"**{parts.marked(found['title'])}** — {parts.marked(found['asks'])}")
    st.caption(parts.marked(f"{chart.capitalize()}: {charts[chart].shows}."))
    what = f"{stored.path} {stored.changed} {chart}"
    if is_map(found) and chart in {"map", "difference"}:
        key = f"sweep map {stored.name} {chart}"
        click = partial(_take, key, found, stored.name)
        parts.chart(what, lambda: clickable(gallery.plot(found, chart), found), key=key, click=click)
    else:
        parts.chart(what, lambda: gallery.plot(found, chart))
    files = [
        ("Numbers as CSV", ".csv", lambda: stored_sweep(stored.path).table.to_csv(index=False).encode(), "text/csv"),
        *parts.drawings(lambda: gallery.plot(found, chart)),
    ]
    parts.takeaways(stored.name, files)
    number = _cell(found, stored.name, given)
    told = {"run": [stored.name], "chart": [chart]}
    address.tell(PAGE, told | ({} if number is None else {"cell": [str(number)]}))
    if number is not None:
        _run(stored, found, number)


def _take(key: str, found: Mapping[str, Any], name: str) -> None:
    """Take the cell that was clicked into the lists below the map."""
    picked = (st.session_state.get(key) or {}).get("selection", {}).get(CELL) or []
    at = clicked(found, str(picked[0].get("x")), str(picked[0].get("y"))) if picked else None
    if at is not None:
        for axis, value in at.items():
            st.session_state[f"sweep at {name} {axis}"] = value_text(value)
        st.session_state[f"sweep run {name}"] = True


def _cell(found: Mapping[str, Any], name: str, given: Mapping[str, Sequence[str]]) -> int | None:
    """The number of the point that is to be played on its own, if one is."""
    st.header("A cell on its own", anchor=False)
    points = found["points"]
    numbered = address.whole(given, "cell", 0, len(points) - 1, -1)
    start = points[max(numbered, 0)]["at"]
    texts: dict[str, str] = {}
    for axis in found["axes"]:
        values = list(dict.fromkeys(value_text(point["at"][axis]) for point in points))
        key = f"sweep at {name} {axis}"
        if st.session_state.get(key) not in values:
            st.session_state[key] = value_text(start[axis])
        texts[axis] = st.selectbox(plain(axis), values, key=key)
    matching = [
        number for number, point in enumerate(points) if all(value_text(point["at"][a]) == t for a, t in texts.items())
    ]
    if not matching:
        st.info("No point of the sweep has these values together.")
        return None
    asked = st.toggle("Play this cell", value=numbered >= 0, key=f"sweep run {name}")
    return matching[0] if asked else None


def _run(stored: runs.Run, found: Mapping[str, Any], number: int) -> None:
    """Play the arms of one point."""
    plan, _ = opened(stored.path)
    width = len(plan.points.arms)
    scenarios = [plan.points[number * width + row] for row in range(width)]
    where = ", ".join(f"{plain(axis)} = {value_text(value)}" for axis, value in found["points"][number]["at"].items())
    st.markdown(f"**{parts.marked(where)}**")
    if width == 1:
        with st.spinner("Playing"):
            alone = run(scenarios[0], _ALONE, plan.seed)
        parts.chart(f"{plan.hash} {number} alone", lambda: outcome_chart(summary_of(alone)))
        return
    held = growing.answer(PAGE, Growing(scenarios, seed=plan.seed), "answer")
    growing.tables(held)
