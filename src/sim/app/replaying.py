"""The page of single worlds: one told month by month, beside its twin if wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from sim.app import address, parts, runs
from sim.experiment import MOST_TRIALS, replay
from sim.reading import InputError
from sim.scenario import names
from sim.view.as_json import json_text
from sim.view.replay import belief_table, parting, row_table, setting, title
from sim.view.story import number
from sim.view.telling import months
from sim.view.timeline import month_part, replay_page
from sim.view.words import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAGE: Final = "replay"
_ALONE: Final = "nothing"
_BY_NUMBER, _TYPICAL, _FOUND = "by number", "typical of an end", "by a condition"


def page() -> None:
    """Lay out the page."""
    parts.begin("One world, told", "Who decided what, on which beliefs and odds, and the draw that settled it.")
    given = address.said(PAGE)
    kept = runs.stored("run", "compare")
    what, pair = _worlds(given, kept)
    choice = _which(given, stored=what in kept)
    try:
        arm = _arm(given, kept[what]) if what in kept else None
        told = _played(str(kept[what].path) if what in kept else what, pair, arm=arm, **choice)
    except InputError as error:
        parts.mistakes(error)
        return
    month = _month(told, given)
    shown = {key: [str(value)] for key, value in choice.items() if value is not None}
    beside = {} if pair is None else {"beside": [pair]}
    beside |= {} if arm is None else {"arm": [arm]}
    address.tell(PAGE, {"what": [what], **beside, **shown, "month": [number(month)]})
    _show(told, month, f"{what}-{told['trial']}")


def _worlds(given: Mapping[str, Sequence[str]], kept: Mapping[str, runs.Run]) -> tuple[str, str | None]:
    """What is replayed, and what is set beside it."""
    left, right = st.columns(2)
    known = [*names(), *kept]
    first = address.first(given, "what", known, "member")
    what = left.selectbox("Scenario or stored run", known, index=known.index(first), key="replay what")
    others = [_ALONE, *names()]
    start = others.index(address.first(given, "beside", others, _ALONE))
    pair = right.selectbox("Beside it", others, index=start, key="replay beside", help="The same draws elsewhere.")
    return what, None if pair == _ALONE else pair


def _arm(given: Mapping[str, Sequence[str]], run: runs.Run) -> str | None:
    """Which arm of a stored comparison."""
    if run.kind != "compare":
        return None
    arms = list(runs.answer(run)["arms"])
    at = arms.index(address.first(given, "arm", arms, arms[-1]))
    arm: str = st.selectbox("Arm", arms, index=at, key=f"replay arm {run.name}")
    return arm


def _which(given: Mapping[str, Sequence[str]], *, stored: bool) -> dict[str, Any]:
    """Which world: by number, or looked for in what is stored."""
    ways = [_BY_NUMBER, _TYPICAL, _FOUND] if stored else [_BY_NUMBER]
    start = _TYPICAL if "typical" in given else _FOUND if "find" in given else _BY_NUMBER
    way = _BY_NUMBER
    if stored:
        way = st.segmented_control(
            "Which world", ways, default=start if start in ways else _BY_NUMBER, key="replay way", required=True
        )
    if way == _TYPICAL:
        ends = list(OUTCOMES)
        at = ends.index(address.first(given, "typical", ends, "no_attack"))
        end = st.selectbox("End", ends, index=at, format_func=OUTCOMES.__getitem__, key="replay typical")
        return {"trial": None, "seed": None, "typical": end, "find": None}
    if way == _FOUND:
        usual = next(iter(given.get("find", ())), "attacks > 1")
        text = st.text_input("Condition", usual, key="replay find", max_chars=200)
        return {"trial": None, "seed": None, "typical": None, "find": text}
    left, right = st.columns(2)
    first = address.whole(given, "trial", 0, MOST_TRIALS - 1, 7)
    trial = left.number_input("World", 0, MOST_TRIALS - 1, first, key="replay trial", help="Numbered from 0.")
    seed = None
    if not stored:
        usual_seed = address.whole(given, "seed", 0, 2**31, 1)
        seed = int(right.number_input("Seed", 0, 2**31, usual_seed, key="replay seed"))
    return {"trial": int(trial), "seed": seed, "typical": None, "find": None}


@st.cache_data(show_spinner="Playing one world", max_entries=50)
def _played(
    what: str,
    pair: str | None,
    *,
    arm: str | None,
    trial: int | None,
    seed: int | None,
    typical: str | None,
    find: str | None,
) -> dict[str, Any]:
    return replay(what, trial, seed, find=find, typical=typical, pair=pair, arm=arm).to_json()


def _month(told: Mapping[str, Any], given: Mapping[str, Sequence[str]]) -> float:
    """The month that is looked at, by a slider and two buttons."""
    worlds = [told] if told.get("twin") is None else [told, told["twin"]]
    there = sorted({month.month for world in worlds for month in months(world["events"])})
    key = "replay month"
    if st.session_state.get(key) not in there:
        wanted = next(iter(given.get("month", ())), "")
        first = told["row"]["first_attack_month"]
        usual = next((month for month in there if first is not None and month >= first), there[0])
        st.session_state[key] = next((month for month in there if number(month) == wanted), usual)

    def step(by: int) -> None:
        place = there.index(st.session_state[key]) + by
        st.session_state[key] = there[min(max(place, 0), len(there) - 1)]

    st.markdown(f"## {parts.marked(title(told))}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button("Month before", on_click=step, args=(-1,), key="replay before", disabled=len(there) < 2)
        st.button("Month after", on_click=step, args=(1,), key="replay after", disabled=len(there) < 2)
    if len(there) < 2:
        return there[0]
    month: float = st.select_slider("Month", there, format_func=number, key=key)
    return month


def _show(told: Mapping[str, Any], month: float, name: str) -> None:
    """The month, then what frames it."""
    st.html(month_part(told, month))
    st.caption(parts.marked(setting(told)))
    if told.get("twin") is not None:
        st.markdown(f"**Beside it** {parts.marked(title(told['twin']))}")
        for line in parting(told).splitlines():
            st.markdown(parts.marked(line))
    with st.expander("Beliefs at the start and at the end"):
        parts.table(belief_table(told))
    with st.expander("The world as it is stored"):
        parts.table(row_table(told))
    files: list[parts.File] = [
        ("All months as a page", ".html", lambda: replay_page(told).encode(), "text/html"),
        ("Everything as JSON", ".json", lambda: json_text(told).encode(), "application/json"),
    ]
    parts.takeaways(name, files)
