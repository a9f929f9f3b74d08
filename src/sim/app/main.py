"""The script that Streamlit runs for everyone who looks: the pages and which of them is open."""

from __future__ import annotations

import streamlit as st

from sim.app import asking, comparing, evidence, replaying, sweeping, validation

st.set_page_config(page_title="article4", layout="centered")
st.navigation(
    [
        st.Page(asking.page, title="Ask", default=True),
        st.Page(comparing.page, title="Compare", url_path="compare"),
        st.Page(sweeping.page, title="Sweep", url_path="sweep"),
        st.Page(replaying.page, title="Replay", url_path="replay"),
        st.Page(evidence.page, title="Evidence", url_path="evidence"),
        st.Page(validation.page, title="Validation", url_path="validation"),
    ],
    position="top",
).run()
