"""Pieces that pages share: charts that fit their page, tables, what can be taken away, messages."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from sim.app.ahead import Ahead
from sim.app.answers import Answers, kept_in
from sim.app.start import AHEAD
from sim.experiment.pool import WorkerPool
from sim.view.files import rendered
from sim.view.words import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.reading import InputError
    from sim.view.tables import Table

_STYLE: Final = """<style>
[data-testid="stMainBlockContainer"] { max-width: 60rem; padding-top: 3.5rem; }
[data-testid="stVegaLiteChart"] svg.marks { max-width: min(100%, calc(100vw - 2rem)); height: auto !important; }
[data-testid="stVegaLiteChart"] { overflow-x: auto; }
.scrolled { overflow-x: auto; margin-bottom: 1rem; }
.scrolled table { border-collapse: collapse; font-size: .875rem; }
.scrolled caption { text-align: left; font-weight: 600; padding: .25rem 0; }
.scrolled th, .scrolled td { border-bottom: 1px solid #dddddd; padding: .2rem .9rem .2rem 0; text-align: right;
  white-space: nowrap; font-variant-numeric: tabular-nums; }
.scrolled .text { text-align: left; } .scrolled td.long { white-space: normal; min-width: 14rem; }
.note { color: #555555; font-size: .875rem; margin: .2rem 0; }
h1 { font-size: 2.2rem !important; } h2 { font-size: 1.4rem !important; }
@media (max-width: 640px) { h1 { font-size: 1.6rem !important; } h2 { font-size: 1.2rem !important; } }
</style>"""

WORKERS: Final = max(1, min(4, os.cpu_count() or 1))
"""Processes that play for all who look at pages; more would hardly make a first answer faster. Convention."""

_YIELDING: Final = 10
"""Niceness of what plays ahead: half of the scale. Convention."""

Clicked = Callable[[], None]
"""Is called when a chart was clicked."""

File = tuple[str, str, Callable[[], bytes], str]
"""Something to be taken away: what its button says, its ending, what makes its bytes, their media type."""

_LONG: Final = 40
"""Characters from which the text of a cell is broken into lines. Convention."""


def begin(title: str, question: str) -> None:
    """The head of a page: its title and what it is for."""
    st.html(_STYLE)
    st.title(title, anchor=False)
    st.markdown(marked(question))


@st.cache_resource(show_spinner=False)
def answers() -> Answers:
    """What has been played, shared by all sessions of this process."""
    return Answers(kept_in(), WorkerPool(WORKERS), WORKERS)


@st.cache_resource(show_spinner=False)
def ahead() -> Ahead | None:
    """What plays ahead for all sessions of this process, if `article4 app` asked for it."""
    if not os.environ.get(AHEAD):
        return None
    return Ahead(kept_in(), WorkerPool(WORKERS, nice=_YIELDING), WORKERS)


def marked(text: object) -> str:
    """Text in which nothing is taken for Markdown."""
    kept = plain(text)
    for sign in "\\`*_{}[]()<>#+-.!|~$:":
        kept = kept.replace(sign, f"\\{sign}")
    return kept


def chart(
    what: str, draw: Callable[[], Any], *, titled: bool = True, key: str | None = None, click: Clicked | None = None
) -> None:
    """Show a chart of `sim.view` as it is: in its own theme, and no larger than the page.

    Args:
        what: names what is drawn, for good: the same words are the same chart, which is drawn once.
        draw: makes the chart.
        titled: with its title and what stands under it.
        key: name of its state, where it can be clicked.
        click: is called when it is.
    """
    told = dict(_specification(what, draw))
    # Streamlit would squeeze the whole chart, titles and all, into the width of its plot.
    told["autosize"] = {"type": "pad"}
    # What a mark is drawn from, such as its corners, is for no eye and no ear: the title says what there is to see.
    told["config"] = {**told.get("config", {}), "mark": {"tooltip": None, "aria": False}}
    told["description"] = " ".join(told.get("title", {}).get("text", [])) or what
    if not titled:
        del told["title"]
    if click is None:
        st.vega_lite_chart(spec=told, theme=None, width="content")
    else:
        st.vega_lite_chart(spec=told, theme=None, width="content", key=key, on_select=click)


@st.cache_data(show_spinner=False, max_entries=200)
def _specification(what: str, _draw: Callable[[], Any]) -> dict[str, Any]:
    del what
    # Ours are tested to be valid: to check it again takes half of the time that a page has.
    told: dict[str, Any] = _draw().to_dict(validate=False)
    return told


def table(shown: Table) -> None:
    """Show a table of `sim.view`, its first columns text, the rest figures."""

    def cell(tag: str, index: int, text: str, scope: str = "") -> str:
        kinds = ["text"] if index < shown.text_columns else []
        kinds += ["long"] if len(text) > _LONG else []
        named = f' class="{" ".join(kinds)}"' if kinds else ""
        if tag == "th" and not text:
            return "<td></td>"
        return f"<{tag}{named}{scope}>{escape(plain(text))}</{tag}>"

    head = "".join(cell("th", index, text, ' scope="col"') for index, text in enumerate(shown.header))
    lines = "".join(
        f"<tr>{''.join(cell('td', index, text) for index, text in enumerate(row))}</tr>" for row in shown.rows
    )
    name = escape(plain(shown.title))
    note = f'<p class="note">{escape(plain(shown.note))}</p>' if shown.note else ""
    # A table that can be scrolled must be reached by the keyboard too.
    st.html(
        f'<div class="scrolled" tabindex="0" role="region" aria-label="{name}"><table><caption>{name}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>{note}"
    )


def mistakes(error: InputError, path: str | None = None) -> None:
    """Show what the command line would say of a mistake.

    Args:
        error: with every problem.
        path: what the file is called where it comes from, in place of where it was read.
    """
    if path is not None:
        kept = (replace(one, path=path if one.line is not None else one.path) for one in error.problems)
        error = type(error)(*kept)
    st.error("This cannot be run:")
    st.code(str(error), language=None, wrap_lines=True)


def takeaways(name: str, files: Sequence[File]) -> None:
    """Buttons that hand out files, each made when it is asked for.

    Args:
        name: of the files, without an ending.
        files: what a button says, the ending, what makes the bytes, and their media type.
    """
    with st.container(horizontal=True):
        for label, ending, made, media in files:
            st.download_button(
                label, data=made, file_name=f"{name}{ending}", mime=media, on_click="ignore", key=f"{name}{ending}"
            )


def drawings(draw: Callable[[], Any]) -> list[File]:
    """A chart as files to be handed out: SVG and PNG.

    Args:
        draw: makes the chart.
    """
    return [
        ("Chart as SVG", ".svg", lambda: rendered(draw(), ".svg"), "image/svg+xml"),
        ("Chart as PNG", ".png", lambda: rendered(draw(), ".png"), "image/png"),
    ]
