"""The place on a page where somebody brings a scenario of their own; it is then there on every page of the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from sim.app import parts, uploads
from sim.reading import InputError
from sim.view.words import plain

if TYPE_CHECKING:
    from sim.scenario import Scenario

MINE: Final = "my file"
"""What a scenario that was brought along is called among the choices."""

_KEPT: Final = "brought along"


def brought(key: str) -> Scenario | None:
    """Lay out the place, and return the scenario that was brought along here or elsewhere, if it is right.

    Args:
        key: of the place; a page has one.
    """
    with st.expander("Bring a scenario of your own"):
        st.markdown(
            "A YAML file such as `article4 check` reads; it may extend a shipped scenario. It stays on this machine, "
            "for as long as this page is open."
        )
        file = st.file_uploader(
            "Scenario file", type=["yaml", "yml"], key=key, max_upload_size=1, on_change=_changed, args=(key,)
        )
        if file is not None:
            try:
                st.session_state[_KEPT] = uploads.read(file.name, file.getvalue())
            except InputError as error:
                _forget()
                parts.mistakes(error)
        found: Scenario | None = st.session_state.get(_KEPT)
        if found is not None:
            st.success(f"{plain(found.name)} is valid: it is “{MINE}” among the scenarios.")
            if file is None:
                st.button("Forget it", key=f"{key} forget", on_click=_forget)
        return found


def is_new(key: str) -> bool:
    """Whether a file was brought to this place just now; asked again, it is not new any more.

    Args:
        key: of the place.
    """
    return bool(st.session_state.pop(_new(key), False))


def _changed(key: str) -> None:
    """A file was brought, or taken away: what was there before is gone."""
    _forget()
    st.session_state[_new(key)] = True


def _forget() -> None:
    st.session_state.pop(_KEPT, None)


def _new(key: str) -> str:
    return f"{key} is new"
