"""The page that compares: a stored comparison, or arms that are played now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from sim.app import address, growing, parts, runs
from sim.experiment import Growing
from sim.reading import InputError
from sim.scenario import as_yaml, names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAGE: Final = "compare"
_PLAY: Final = "arms played now"
_USUAL: Final = ("outsider", "member", "nato-like")
_WORLDS: Final = (2_000, 10_000, 20_000)
"""Worlds of each arm that can be asked for here. Convention."""


def page() -> None:
    """Lay out the page."""
    parts.begin("Scenarios side by side", "The first is the control; all share their draws, so that only arms differ.")
    given = address.said(PAGE)
    kept = runs.stored("compare")
    what = st.selectbox(
        "What is compared",
        [_PLAY, *kept],
        index=[_PLAY, *kept].index(address.first(given, "run", list(kept), _PLAY)),
        format_func=lambda name: kept[name].label if name in kept else name,
        key="compare what",
        help=f"Stored comparisons are those in the folder {runs.FOLDER} of where the dashboard was started.",
    )
    chart = _chart(given)
    told: dict[str, Sequence[str]] = {"chart": [] if chart == "answer" else [chart]}
    if what in kept:
        address.tell(PAGE, told | {"run": [what]})
        _stored(kept[what], chart)
    else:
        _played(given, chart, told)


def _chart(given: Mapping[str, Sequence[str]]) -> str:
    chart: str = st.segmented_control(
        "Chart",
        list(growing.CHARTS),
        format_func=lambda name: growing.CHARTS[name][0],
        default=address.first(given, "chart", list(growing.CHARTS), "answer"),
        key="compare chart",
        required=True,
    )
    return chart


def _stored(run: runs.Run, chart: str) -> None:
    """A comparison that lies on disk."""
    try:
        found = runs.answer(run)
    except InputError as error:
        parts.mistakes(error)
        return
    growing.show(f"{run.path} {run.changed}", found, chart)
    growing.tables(found)
    parts.takeaways(run.name, growing.takeaways(found, chart))


def _played(given: Mapping[str, Sequence[str]], chart: str, told: Mapping[str, Sequence[str]]) -> None:
    """Arms that are played now."""
    known = names()
    usual = [name for name in given.get("arm", ()) if name in known] or list(_USUAL)
    arms = st.multiselect(
        "Arms, the control first", known, default=usual, key="compare arms", max_selections=8, help="Two or more."
    )
    changes = st.text_area(
        "Changes of all arms, one a line",
        "\n".join(given.get("set", ())),
        key="compare changes",
        placeholder="states.Russia.resolve.shift=2",
        height=80,
        max_chars=2_000,
        help="Names as with --set on the command line.",
    )
    worlds = st.segmented_control(
        "Worlds of each arm",
        _WORLDS,
        format_func=lambda number: f"{number:,}",
        default=int(address.first(given, "worlds", [str(number) for number in _WORLDS], str(_WORLDS[0]))),
        key="compare worlds",
        required=True,
    )
    sets = [line.strip() for line in changes.splitlines() if line.strip()]
    count = [] if worlds == _WORLDS[0] else [str(worlds)]
    address.tell(PAGE, {**told, "arm": arms, "set": sets, "worlds": count})
    if len(arms) < 2:
        st.info("Choose two arms or more.")
        return
    try:
        asked = Growing(arms, overrides=sets)
    except InputError as error:
        parts.mistakes(error)
        return
    found = growing.answer(PAGE, asked, chart, int(worlds))
    growing.tables(found)
    name = "-vs-".join(arms[:3])
    last = asked.plan.points[len(arms) - 1]
    files = growing.takeaways(found, chart)
    parts.takeaways(name, [*files, ("Last arm as YAML", ".yaml", as_yaml(last).encode, "application/yaml")])
