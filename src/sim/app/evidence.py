"""The page of evidence: from a parameter to what it rests on, the cases, and their sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from sim.app import address, parts
from sim.reading import InputError
from sim.record import data_folder, entries, keys, show
from sim.scenario import leaves, load, names, provenance
from sim.scenario.parameters import Recorded
from sim.view.tables import Table
from sim.view.words import MISSING, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.record import Provenance

PAGE: Final = "evidence"
_PARAMETER, _ENTRY = "a parameter", "an entry of the record"
_SHOWN: Final = 60
"""Cases that are shown of a parameter; the command line shows all. Convention."""


def page() -> None:
    """Lay out the page."""
    parts.begin("Evidence", "What every number rests on: the cases behind it, and their sources.")
    given = address.said(PAGE)
    ways = [_PARAMETER, _ENTRY]
    start = _ENTRY if "entry" in given else _PARAMETER
    way = st.segmented_control("Look at", ways, default=start, key="evidence way", required=True)
    if way == _PARAMETER:
        _parameter(given)
    else:
        _entry(given)


def _parameter(given: Mapping[str, Sequence[str]]) -> None:
    """A parameter of a scenario."""
    known = names()
    first = known.index(address.first(given, "scenario", known, "member"))
    name = st.selectbox("Scenario", known, index=first, key="evidence scenario")
    scenario = load(name)
    rows = {row.name: row for row in provenance(scenario)}
    usual = address.first(given, "parameter", list(rows), "states.Russia.resolve")
    if st.session_state.get("evidence parameter") not in rows:
        st.session_state["evidence parameter"] = usual if usual in rows else next(iter(rows))
    chosen = st.selectbox("Parameter", list(rows), key="evidence parameter", help="Type to search.")
    address.tell(PAGE, {"scenario": [name], "parameter": [chosen]})
    row, leaf = rows[chosen], leaves(scenario)[chosen]
    told = (
        ("value", row.text),
        ("source", row.source or MISSING),
        ("set in", (row.place or MISSING).removeprefix(f"{data_folder()}/")),
    )
    parts.table(Table(chosen, ("", "what is said"), tuple((one, plain(text)) for one, text in told), text_columns=2))
    if isinstance(leaf, Recorded):
        _tree(leaf.record)
    else:
        st.info("This number is not from the record: its source says what it rests on.")
    with st.expander(f"All {len(rows)} parameters of {name}"):
        listed = tuple((one.name, plain(one.text, 44), plain(one.source or MISSING, 200)) for one in rows.values())
        parts.table(Table("Parameters", ("name", "value", "source"), listed, text_columns=3))


def _entry(given: Mapping[str, Sequence[str]]) -> None:
    """An entry of the record, or a number under one of its keys."""
    titles = {entry.id: f"{entry.id} — {plain(entry.title, 80)}" for entry in entries()}
    choices = [*titles, *keys()]
    first = choices.index(address.first(given, "entry", choices, choices[0]))
    chosen = st.selectbox(
        "Entry or key",
        choices,
        index=first,
        format_func=lambda key: titles.get(key, key),
        key="evidence entry",
        help="Type to search.",
    )
    address.tell(PAGE, {"entry": [chosen]})
    _tree(chosen)


def _tree(key: str) -> None:
    """What lies behind a key of the record."""
    try:
        found = show(key)
    except InputError as error:
        parts.mistakes(error)
        return
    st.header(plain(found.title, 200), anchor=False)
    for line in found.lines:
        st.markdown(_line(line))
    if found.children:
        st.markdown(f"**Behind it: {len(found.children)}**")
    for child in found.children[:_SHOWN]:
        with st.expander(parts.marked(plain(child.title, 160))):
            for line in _nested(child, 0):
                st.markdown(line)
    if len(found.children) > _SHOWN:
        st.caption(parts.marked(f"and {len(found.children) - _SHOWN} more: article4 record show {key}"))


def _nested(tree: Provenance, depth: int) -> list[str]:
    """Lines of a branch, each set in as deep as it lies; an address of a source is a link that is not followed."""
    inset = "&emsp;" * depth
    lines = [f"{inset}{_line(line)}" for line in tree.lines]
    for child in tree.children:
        lines.append(f"{inset}&emsp;**{parts.marked(child.title)}**")
        lines += _nested(child, depth + 1)
    return lines


def _line(text: str) -> str:
    shown = plain(text)
    if shown.startswith(("https://", "http://")) and not set(shown) & set(' <>()"'):
        return f"<{shown}>"
    return parts.marked(shown)
