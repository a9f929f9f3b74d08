"""How every chart looks: one palette, one set of sizes, text fitted to a width.

The colours are from Okabe and Ito's palette, which stays distinct with any kind of colour vision; they also differ in
lightness, so that they survive a grey printer. No chart relies on colour alone: everything is labelled where it stands.
The ground is opaque white: a chart pasted into a dark page stays readable.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

CALM = "#0072B2"
ATTACKED = "#E69F00"
GRAVE = "#D55E00"
INK = "#1a1a1a"
FAINT = "#555555"
GRID = "#dddddd"
GROUND = "#ffffff"

DARK = "invert(0.91) hue-rotate(180deg)"
"""What makes a chart fit for a dark page, as a filter of CSS: light is dark and colours keep their hue."""

DARK_GROUND = "#171717"
"""The ground under that filter."""

FONT = "Liberation Sans, Arimo, Arial, Helvetica, DejaVu Sans Condensed, sans-serif"
"""The first is bundled with vl-convert, the next three have its metrics, the fifth nearly so: none is fetched."""

BOLD = 1.13
"""How much wider bold letters run than regular ones, at most. Measured on the texts of the gallery in DejaVu Sans."""

PADDING = 12
WIDTH = 640 - 2 * PADDING
"""Width of a chart's content in points: with its padding 640, 1,280 pixels in a PNG, still legible shown at 400."""
TITLE_SIZE, TEXT_SIZE, SMALL_SIZE = 19, 14, 12.5


def config() -> dict[str, Any]:
    """The Vega-Lite configuration every chart carries, so that a stored chart looks alike anywhere."""
    return {
        "background": GROUND,
        "font": FONT,
        "padding": PADDING,
        # Axes write the minus that all other figures have.
        "locale": {"number": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", ""], "minus": "-"}},
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "frame": "group",
            "color": INK,
            "fontSize": TITLE_SIZE,
            "fontWeight": "bold",
            "lineHeight": TITLE_SIZE + 5,
            "subtitleColor": FAINT,
            "subtitleFontSize": TEXT_SIZE,
            "subtitleLineHeight": TEXT_SIZE + 5,
            "subtitlePadding": 8,
            "offset": 16,
        },
        "axis": {
            "domain": False,
            "ticks": False,
            "gridColor": GRID,
            "labelColor": INK,
            "labelFontSize": TEXT_SIZE,
            "labelPadding": 8,
            "titleColor": FAINT,
            "titleFontSize": TEXT_SIZE,
            "titleFontWeight": "normal",
        },
        "text": {"color": INK, "fontSize": TEXT_SIZE},
    }


def lines(text: str, size: float, width: float = WIDTH, most: int = 3, *, bold: bool = False) -> list[str]:
    """Text broken into at most `most` lines that fit `width` points at font size `size`; an ellipsis where it is cut.

    A number is kept together with its percent sign, and an interval in its brackets; a word too long for a line is cut.
    """
    room = width / (size * (BOLD if bold else 1.0))
    done: list[str] = []
    line = ""
    for word in bound(text).split(" "):
        if line and breadth(f"{line} {word}") > room:
            done.append(line)
            line = ""
        line = f"{line} {word}" if line else word
        while breadth(line) > room:
            fits = _fitting(line, room)
            done.append(line[:fits])
            line = line[fits:]
    done.append(line)
    if len(done) <= most:
        return done
    last = done[most - 1]
    return [*done[: most - 1], last[: _fitting(last, room - breadth("…"))].rstrip(" ,.;:") + "…"]


def breadth(text: str) -> float:
    """About how wide a text runs, in units of its font size.

    In DejaVu Sans, the widest face that stands in for a missing Arial: what fits in it fits in the others too.
    """
    return sum(_breadth(character) for character in text)


def _breadth(character: str) -> float:
    if character in "ijlI' \u00a0.,:;|·":
        return 0.33
    if character in "tfr()[]!-/":
        return 0.4
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in "mwMW%@—…" or (character.isupper() and not character.isascii()):
        return 0.96
    return 0.72 if character.isupper() else 0.62


def _fitting(text: str, room: float) -> int:
    """How many characters of the text fit, at least one."""
    taken = 0.0
    for index, character in enumerate(text):
        taken += _breadth(character)
        if taken > room:
            return max(1, index)
    return len(text)


def bound(text: str) -> str:
    """Return the text with no-break spaces before percent signs, inside short brackets, between a name and its value.

    A name is one with a dot in it, such as `resolve.shift 6`.
    """
    joined = re.sub(r"(\w\.\w+) (?=[-+]?\d)", "\\1\u00a0", text.replace(" %", "\u00a0%"))
    return re.sub(r"\[[^\[\]]{1,24}\]", lambda bracket: bracket[0].replace(" ", "\u00a0"), joined)
