"""What a page shows, told in its address, so that a link brings the same view back.

A page that is left and come back to shows what it showed: its last address is kept for the session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def said(page: str) -> dict[str, list[str]]:
    """What the address says, key by key; of a bare address what the page showed before in this session.

    Args:
        page: name of the page.
    """
    given = {key: st.query_params.get_all(key) for key in st.query_params}
    return given or shown(page)


def shown(page: str) -> dict[str, list[str]]:
    """What a page showed last in this session; empty if it was not open, or showed the usual.

    Args:
        page: name of the page.
    """
    return dict(st.session_state.get(_place(page), {}))


def first(given: Mapping[str, Sequence[str]], key: str, known: Sequence[str], otherwise: str) -> str:
    """The first of what the address says under a key, if it is known; else what stands there otherwise."""
    return next((text for text in given.get(key, ()) if text in known), otherwise)


def whole(given: Mapping[str, Sequence[str]], key: str, low: int, high: int, otherwise: int) -> int:
    """A whole number that the address says under a key, if it lies within limits."""
    for text in given.get(key, ())[:1]:
        if text.isascii() and text.isdigit() and len(text) < 20 and low <= int(text) <= high:
            return int(text)
    return otherwise


def tell(page: str, told: Mapping[str, Sequence[str]]) -> None:
    """Write what a page shows into the address.

    Args:
        page: name of the page.
        told: key -> texts; a key without texts is left out.
    """
    kept = {key: list(texts) for key, texts in told.items() if texts}
    st.session_state[_place(page)] = kept
    there = {key: st.query_params.get_all(key) for key in st.query_params}
    if there != kept:
        st.query_params.from_dict(kept)


def _place(page: str) -> str:
    return f"address of {page}"
