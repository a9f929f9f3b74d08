"""Pieces that charts share: where a plot stands on its ground, titles, the source line, names that fit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.view import theme
from sim.view.words import plain, worlds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import altair as alt

PERCENT = "format(100 * datum.value, '.0f') + ' %'"
"""Vega's expression for a share as a label of an axis."""

POINTS = "(datum.value > 0 ? '+' : datum.value < 0 ? '-' : '') + format(100 * abs(datum.value), '~g')"
"""Vega's expression for a difference of shares in percentage points."""

SIGNED = "(datum.value > 0 ? '+' : datum.value < 0 ? '-' : '') + format(abs(datum.value), '~g')"
"""Vega's expression for a difference of anything else."""

BRACKETS = "90 % interval over what is not known"
"""What lines, bands and brackets beside a mean are, the same in every chart."""


@dataclass(frozen=True)
class Frame:
    """Where the plot of a chart stands on `theme.WIDTH` points.

    Attributes:
        left: room for names, left of the plot.
        right: room for figures, right of it.
    """

    left: int
    right: int

    @property
    def width(self) -> int:
        """Width of the plot itself."""
        return theme.WIDTH - self.left - self.right


def percent_axis() -> alt.Axis:
    """An axis of shares, from 0 to 100 %."""
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    return alt.Axis(labelExpr=PERCENT, values=[0, 0.25, 0.5, 0.75, 1])


def titles(finding: str, below: Sequence[str], left: float) -> alt.TitleParams:
    """The finding as the title; below it what is shown, paragraph by paragraph; both flush with the names."""
    import altair as alt  # noqa: PLC0415 - see percent_axis

    return alt.TitleParams(
        text=theme.lines(finding, theme.TITLE_SIZE, bold=True, most=4),
        subtitle=[line for text in below if text for line in theme.lines(text, theme.TEXT_SIZE)],
        dx=-left,
    )


def finished(
    layers: Sequence[alt.Chart | alt.LayerChart],
    frame: Frame,
    height: float,
    *,
    finding: str,
    below: Sequence[str],
    source: str,
    drop: float = 44,
) -> alt.LayerChart:
    """A chart of one plot: layers on their frame, with titles, source line and the theme.

    Args:
        layers: what is drawn, in this order.
        frame: where the plot stands.
        height: of the plot, in points.
        finding: the title.
        below: paragraphs of the subtitle.
        source: what it was made from.
        drop: how far below the plot the source line stands: room for the axis.
    """
    import altair as alt  # noqa: PLC0415 - see percent_axis

    chart: alt.LayerChart = (
        alt.layer(*layers, source_line(source, height + drop, -frame.left), ground(frame))
        .properties(width=frame.width, height=height, title=titles(finding, below, frame.left))
        .configure(**theme.config())
    )
    return chart


def source_line(text: str, y: float, x: float) -> alt.Chart:
    """A faint line under a chart that says what it was made from."""
    import altair as alt  # noqa: PLC0415 - see percent_axis

    line: alt.Chart = (
        alt.Chart(alt.InlineData(values=[{"source": theme.lines(text, theme.SMALL_SIZE, most=1)[0]}]))
        .mark_text(align="left", color=theme.FAINT, fontSize=theme.SMALL_SIZE)
        .encode(x=alt.value(x), y=alt.value(y), text="source:N")
    )
    return line


def ground(frame: Frame) -> alt.Chart:
    """Nothing that shows, at the right end of a frame: every chart is as wide as the next, whatever it says."""
    return texts([{"x": frame.width + frame.right, "y": 0, "text": "."}], align="right", opacity=0)


def texts(rows: Sequence[Mapping[str, Any]], **how: Any) -> alt.Chart:
    """Text at given points: rows of `x` and `y` in points of the plot and `text`, whose line ends break it.

    Args:
        rows: what stands where.
        how: properties of Vega-Lite's text mark, such as align and fontWeight.
    """
    import altair as alt  # noqa: PLC0415 - see percent_axis

    looks = {"align": "left", "baseline": "middle", "lineBreak": "\n", "color": theme.INK} | how
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=list(rows)))
        .mark_text(**looks)
        .encode(x=alt.X("x:Q", scale=None), y=alt.Y("y:Q", scale=None), text="text:N")
    )
    return chart


def name_at(
    name: str,
    x: float,
    y: float,
    width: float,
    *,
    most: int = 2,
    size: float = theme.TEXT_SIZE,
    bold: bool = False,
) -> list[Any]:
    """Rows for `texts` that write a name around height `y`, as many as it takes lines."""
    shown = fitted(name, width, size, most, bold=bold)
    step = size + 2
    first = y - step * (len(shown) - 1) / 2
    return [{"x": x, "y": first + step * place, "text": line} for place, line in enumerate(shown)]


def fitted(name: str, width: float, size: float, most: int = 2, *, bold: bool = False) -> list[str]:
    """A name in at most `most` lines of `width` points, broken after commas or colons if that will do, else at parts.

    Where it is too long its middle is left out: what tells arms apart mostly stands at the end.
    """
    room = width / (size * (theme.BOLD if bold else 1.0))
    listed = _listed(plain(name), room)
    if len(listed) <= most and all(theme.breadth(one) <= room for one in listed):
        return listed
    done, line = [], ""
    for part in re.findall(r"[^@.=,_/: -]*[@.=,_/: -]*", plain(name)):
        if line and theme.breadth((line + part).rstrip()) > room:
            done.append(line.rstrip())
            line = ""
        line += part
        while theme.breadth(line.rstrip()) > room:
            taken = _head(line, room)
            done.append(line[:taken])
            line = line[taken:]
    done.append(line.rstrip())
    done = [one for one in done if one] or [""]
    if len(done) <= most:
        return done
    whole = plain(name)
    if most == 1:
        return [whole[: _head(whole, room / 2)] + "…" + _tail(whole, room / 2 - theme.breadth("…"))]
    return [*done[: most - 1], "…" + _tail(whole, room - theme.breadth("…"))]


def _listed(name: str, room: float) -> list[str]:
    """A name broken only after commas and colons."""
    done = [""]
    for part in re.findall(r".*?(?:[,:] |$)", name):
        if done[-1] and theme.breadth((done[-1] + part).rstrip()) > room:
            done.append("")
        done[-1] += part
    return [one.rstrip() for one in done]


def _head(text: str, room: float) -> int:
    """How many characters from the start fit, at least one."""
    return max(1, next((k for k in range(len(text), 0, -1) if theme.breadth(text[:k]) <= room), 1))


def _tail(text: str, room: float) -> str:
    """As much of the end as fits."""
    return next((text[k:] for k in range(len(text)) if theme.breadth(text[k:]) <= room), "").lstrip("@.=,_/: -")


def played(found: Mapping[str, Any], *, arms: bool = True) -> str:
    """How often what was played, and with which seed, in a sentence."""
    each = " an arm, same draws" if arms else ""
    return f"{worlds(int(found['trials']))}{each}, seed {found['seed']}."


def months(count: int) -> str:
    """`1 month`, `24 months`."""
    return f"{count} month{'' if count == 1 else 's'}"


def arms_line(found: Mapping[str, Any]) -> str:
    """What a comparison was made from."""
    arms = (f"{plain(name, 40)} {str(arm['scenario_hash'])[:8]}" for name, arm in found["arms"].items())
    return f"article4 · {' · '.join(arms)}"


def run_line(summary: Mapping[str, Any]) -> str:
    """What the chart of a run was made from."""
    return f"article4 · scenario {plain(summary['scenario'])} · {str(summary['scenario_hash'])[:12]}"


def question_of(summary: Mapping[str, Any]) -> str:
    """The question a run asks, or what it is called."""
    return plain(summary.get("asks") or summary.get("title") or summary["scenario"])


def treated(found: Mapping[str, Any]) -> list[str]:
    """The arms of a comparison beside the control."""
    return [name for name in found["arms"] if name != found["control"]]


OUTCOME_COLOURS = {"no_attack": theme.CALM, "military_response": theme.GRAVE, "clash": theme.GRAVE}
"""Colours of outcomes; those not named are `theme.ATTACKED`."""

LADDER_COLOURS = {"words": "#dfe6ea", "aid": "#8cc1e0", "troops": "#2f7fb5", "combat": "#08306b"}
"""Levels of response, a step darker each: told apart by lightness alone. Convention."""

ON_LADDER = {"words": theme.INK, "aid": theme.INK, "troops": theme.GROUND, "combat": theme.GROUND}
"""What is written on them."""

ARM_COLOURS = (theme.FAINT, theme.GRAVE, theme.CALM, "#009E73", "#CC79A7", theme.ATTACKED)
"""A colour an arm, the control grey; from Okabe and Ito's palette."""

ARM_INKS = (theme.FAINT, "#a84900", theme.CALM, "#00694a", "#94406f", "#855b00")
"""The same, dark enough to write with: 4.5 to 1 on white or more (WCAG 2.2, 1.4.3)."""

DASHES = ((1, 0), (1, 0), (6, 3), (2, 2), (8, 2, 2, 2), (4, 4))
"""A dash an arm, so that lines differ on grey paper too."""
