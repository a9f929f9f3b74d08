"""The page that asks: which scenarios, with what moved; the answer, made surer in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from sim.app import address, growing, parts
from sim.app.ahead import ARM, control_of
from sim.app.brought import MINE, brought, is_new
from sim.app.ten import RECORDED, TEN, Moved, neighbours, overrides
from sim.experiment import Growing
from sim.reading import InputError
from sim.scenario import as_yaml, load, names
from sim.view.words import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.scenario import Scenario

PAGE: Final = "ask"
_FILE: Final = "ask file"


def page() -> None:
    """Lay out the page."""
    parts.begin(
        "Would Article 4 keep Iran from being attacked?",
        "Two scenarios, the same draws of chance: what does the treaty change? What matters most can be moved in the "
        "panel at the left (»). Nothing leaves this machine.",
    )
    given = address.said(PAGE)
    with st.sidebar:
        mine = brought(_FILE)
        chosen = _sliders(given)
    control, arms = _scenarios(given, mine)
    chart = st.segmented_control(
        "Chart",
        list(growing.CHARTS),
        format_func=lambda name: growing.CHARTS[name][0],
        default=address.first(given, "chart", list(growing.CHARTS), "answer"),
        key="ask chart",
        required=True,
    )
    address.tell(
        PAGE,
        {
            "control": [] if control == _usual(arms) else [control],
            "arm": [] if arms == [ARM] else arms,
            "set": [f"{name}={value:g}" for name, value in chosen.items()],
            "chart": [] if chart == "answer" else [chart],
        },
    )
    if not arms:
        st.info("Choose a scenario to set beside the control.")
        return
    try:
        scenarios = [_scenario(name, mine).with_(overrides(chosen)) for name in (control, *arms)]
        asked = Growing(scenarios)
    except InputError as error:
        parts.mistakes(error)
        return
    if (ahead := parts.ahead()) is not None:
        unmoved = [_scenario(name, mine) for name in (control, *arms)]
        ahead.wish(asked.plan.hash, [(unmoved, [overrides(moved) for moved in neighbours(chosen)])])
    found = growing.answer(PAGE, asked, chart)
    _after(found, scenarios, chart, chosen)


def asked() -> dict[str, list[str]]:
    """What was last asked in this session, as the page of single worlds takes it; empty if nothing was chosen.

    Returns:
        `what` (the first arm), `beside` (the control) and `set` (what was moved, with what is tied to it).
    """
    shown = address.shown(PAGE)
    if not shown.keys() & {"arm", "control", "set"}:
        return {}
    arm = next(iter(shown.get("arm", ())), ARM)
    moved = dict(text.split("=", 1) for text in shown.get("set", ()))
    changes = overrides({name: float(value) for name, value in moved.items()})
    return {
        "what": [arm],
        "beside": shown.get("control") or [control_of(arm)],
        "set": [f"{name}={value:g}" for name, value in changes.items()],
    }


def _after(found: Mapping[str, Any], scenarios: list[Scenario], chart: str, chosen: Mapping[str, float]) -> None:
    """What stands below the answer: numbers, files, and how to have it again."""
    growing.tables(found)
    name = f"{scenarios[-1].name}-vs-{scenarios[0].name}"
    files = growing.takeaways(found, chart)
    parts.takeaways(
        name, [*files, ("Scenario as YAML", ".yaml", lambda: as_yaml(scenarios[-1]).encode(), "application/yaml")]
    )
    sets = "".join(f' --set "{key}={value:g}"' for key, value in overrides(chosen).items())
    arms = " ".join(plain(scenario.name) for scenario in scenarios)
    st.caption("The same from a terminal:")
    st.code(
        f"article4 compare {arms}{sets} --trials {found['trials']} --seed {found['seed']}",
        language=None,
        wrap_lines=True,
    )


def _scenarios(given: Mapping[str, list[str]], mine: Scenario | None) -> tuple[str, list[str]]:
    """The control and what is set beside it."""
    known = [*names(), *([MINE] if mine is not None else [])]
    left, right = st.columns(2)
    arms_given = [name for name in given.get("arm", ()) if name in known] or [ARM]
    if is_new(_FILE) and mine is not None:
        st.session_state["ask arms"] = [MINE]
    if "ask arms" in st.session_state:
        st.session_state["ask arms"] = [name for name in st.session_state["ask arms"] if name in known]
    arms = right.multiselect(
        "Beside it",
        known,
        default=None if "ask arms" in st.session_state else arms_given,
        key="ask arms",
        max_selections=4,
        help="Each is held against the control.",
    )
    usual = _usual(arms)
    first = address.first(given, "control", known, usual)
    control = left.selectbox("Control", known, index=known.index(first), key="ask control")
    with st.expander("What these scenarios are"):
        for name in dict.fromkeys((control, *arms)):
            told = _scenario(name, mine)
            st.markdown(f"**{parts.marked(name)}** — {parts.marked(told.title)}. {parts.marked(told.asks)}")
    return control, list(arms)


def _usual(arms: list[str]) -> str:
    """The control if none was chosen."""
    return control_of(arms[0] if arms else ARM)


def _scenario(name: str, mine: Scenario | None) -> Scenario:
    return mine if name == MINE and mine is not None else _shipped(name)


@st.cache_resource(show_spinner=False, max_entries=100)
def _shipped(name: str) -> Scenario:
    return load(name)


def _sliders(given: Mapping[str, list[str]]) -> dict[str, float]:
    """The ten parameters: dotted name -> value, of those that were moved."""
    said = _said(given)
    st.markdown("**Move what matters most**")
    st.caption(
        f"“{RECORDED}” keeps what a scenario has: mostly a range, drawn anew in each parameter set. "
        "What is moved is one number, in all arms."
    )
    found = {}
    for moved in TEN:
        value = _slider(moved, said.get(moved.name))
        if value is not None:
            found[moved.name] = value
    return found


def _slider(moved: Moved, said: float | None) -> float | None:
    places = sorted({*moved.places, *([] if said is None else [said])})
    texts = {RECORDED: None} | {f"{place:g}": place for place in places}
    chosen = st.select_slider(
        moved.label,
        list(texts),
        value=RECORDED if said is None else f"{said:g}",
        help=f"{moved.says} (`{moved.name}`)",
        key=f"ask {moved.name}",
    )
    return texts[chosen]


def _said(given: Mapping[str, list[str]]) -> dict[str, float]:
    """What the address moves; what it cannot is told."""
    known = {moved.name: moved for moved in TEN}
    found = {}
    for text in given.get("set", ())[:50]:
        name, _, value = text.partition("=")
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if name in known and -1e6 < number < 1e6:
            found[name] = number
        else:
            st.warning(f"The address asks for “{plain(text, 60)}”, which cannot be moved here; it was left out.")
    return found
