"""The page of single worlds: one told month by month, beside its twin if wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from sim.app import address, asking, parts, runs
from sim.app.brought import MINE, brought, is_new
from sim.experiment import MOST_TRIALS, replay
from sim.reading import InputError
from sim.scenario import names, scenario_hash
from sim.view.as_json import json_text
from sim.view.replay import belief_table, parting, row_table, setting, title
from sim.view.story import number
from sim.view.telling import months
from sim.view.timeline import month_part, replay_page
from sim.view.words import OUTCOMES, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.scenario import Scenario

PAGE: Final = "replay"
_FILE: Final = "replay file"
_ALONE: Final = "nothing"
_BY_NUMBER, _TYPICAL, _FOUND = "by number", "typical of an end", "by a condition"


def page() -> None:
    """Lay out the page."""
    parts.begin("One world, told", "Who decided what, on which beliefs and odds, and the draw that settled it.")
    asked = asking.asked()
    given = address.said(PAGE) or asked
    kept = runs.stored("run", "compare")
    mine = brought(_FILE)
    if is_new(_FILE) and mine is not None:
        st.session_state["replay what"] = MINE
    what, pair = _worlds(given, kept, mine)
    changes = [] if what in kept else _changes(given)
    _take_over(asked, {"what": [what], "beside": [pair or _ALONE], "set": changes}, mine)
    choice = _which(given, stored=what in kept)
    try:
        arm = _arm(given, kept[what]) if what in kept else None
        one, other = _meant(what, kept, mine), None if pair is None else _meant(pair, kept, mine)
        told = _played(_called(one, other), one, other, changes=tuple(changes), arm=arm, **choice)
    except InputError as error:
        parts.mistakes(error)
        return
    month = _month(told, given)
    shown = {key: [str(value)] for key, value in choice.items() if value is not None}
    beside = {} if pair is None else {"beside": [pair]}
    beside |= {} if arm is None else {"arm": [arm]}
    address.tell(PAGE, {"what": [what], **beside, "set": changes, **shown, "month": [number(month)]})
    _show(told, month, f"{plain(told['name'], 60)}-{told['trial']}")


def _worlds(
    given: Mapping[str, Sequence[str]], kept: Mapping[str, runs.Run], mine: Scenario | None
) -> tuple[str, str | None]:
    """What is replayed, and what is set beside it."""
    left, right = st.columns(2)
    scenarios = [*names(), *([MINE] if mine is not None else [])]
    known, others = [*scenarios, *kept], [_ALONE, *scenarios]
    for name, there, usual in (("what", known, "member"), ("beside", others, _ALONE)):
        key = f"replay {name}"
        if st.session_state.get(key) not in there:  # the first time, or a file that was taken away
            st.session_state[key] = address.first(given, name, there, usual)
    what = left.selectbox("Scenario or stored run", known, key="replay what")
    pair = right.selectbox("Beside it", others, key="replay beside", help="The same draws elsewhere.")
    return what, None if pair == _ALONE else pair


def _changes(given: Mapping[str, Sequence[str]]) -> list[str]:
    """What is changed in both worlds."""
    if "replay changes" not in st.session_state:
        st.session_state["replay changes"] = "\n".join(given.get("set", ()))
    text = st.text_area(
        "Changes of both worlds, one a line",
        key="replay changes",
        placeholder="states.Russia.resolve.shift=2",
        height=80,
        max_chars=2_000,
        help="Names as with --set on the command line.",
    )
    return [line.strip() for line in text.splitlines() if line.strip()]


def _take_over(asked: Mapping[str, Sequence[str]], now: Mapping[str, Sequence[str]], mine: Scenario | None) -> None:
    """Offer what was asked on the page that asks, where something else is replayed."""
    if not asked or asked == now or (mine is None and MINE in {*asked["what"], *asked["beside"]}):
        return

    def take() -> None:
        st.session_state["replay what"], st.session_state["replay beside"] = asked["what"][0], asked["beside"][0]
        st.session_state["replay changes"] = "\n".join(asked["set"])

    said = f"{asked['what'][0]} beside {asked['beside'][0]}" + (", with what was moved" if asked["set"] else "")
    st.button(f"Take over from Ask: {said}", on_click=take, key="replay take over")


def _meant(name: str, kept: Mapping[str, runs.Run], mine: Scenario | None) -> Scenario | str:
    """What a name among the choices stands for."""
    if name == MINE and mine is not None:
        return mine
    return str(kept[name].path) if name in kept else name


def _called(*worlds: Scenario | str | None) -> str:
    """What tells these worlds from all others; a file by what is in it."""
    told = (
        world if world is None or isinstance(world, str) else (world.name, world.title, scenario_hash(world))
        for world in worlds
    )
    return repr(list(told))


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
    called: str,
    _what: Scenario | str,
    _pair: Scenario | str | None,
    *,
    changes: tuple[str, ...],
    arm: str | None,
    trial: int | None,
    seed: int | None,
    typical: str | None,
    find: str | None,
) -> dict[str, Any]:
    del called  # by it and the rest the answer is kept
    found = replay(_what, trial, seed, find=find, typical=typical, overrides=changes, pair=_pair, arm=arm)
    return found.to_json()


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
