"""Maps of two parameters: a number in every cell, and the line where it reaches a target."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sim.view import theme
from sim.view.marks import Frame, finished, fitted, texts
from sim.view.points import RATIO, Drawn, is_numeric, sweep_setting, sweep_source, usual
from sim.view.sweep import at_text, short_names, sweep_line, value_text
from sim.view.words import percent, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import altair as alt

HALF = 0.5
"""The target of a map for which none is given: half as often attacked, or in half of the worlds. Convention."""

FAINTEST = 0.1
"""Difference of shares that is drawn in full colour at least: one of a point or two must not look like a great one.
Convention."""

CELL = "cell"
"""Name under which a click on a map is told; see `clickable`."""

_PALE = "#f7f7f7"


def map_chart(found: Mapping[str, Any], target: float = HALF, arm: str | None = None) -> alt.LayerChart:
    """The hazard ratio of an arm over two parameters, of a single arm P(attack), with the line of a target.

    The line is drawn between the middles of cells, straight in the values of the axes and in the logarithm of a ratio;
    where an axis has no numbers it runs along the borders of the cells between which the target is crossed.

    Args:
        found: the JSON object of `article4 sweep` over a grid of two axes.
        target: what the number is to reach.
        arm: which arm beside the control; by default the first.
    """
    drawn = usual(found, arm)
    if drawn.metric == RATIO:
        # A ratio of 1 is no change: blue below, orange above, equally far on the log scale.
        scale = {"type": "log", "domain": [0.2, 1, 5], "range": [theme.CALM, _PALE, theme.GRAVE], "clamp": True}
        goal = f"hazard ratio {target:g}"
    else:
        scale = {"domain": [0, 1], "range": [_PALE, theme.GRAVE]}
        goal = f"{percent(target, 0.01)} of worlds attacked"
    rows = map_rows(found, drawn)
    lines = target_lines(found, drawn, target)
    told = f"Black line: {goal}, read between the points." if lines else f"Nowhere on this map: {goal}."
    finding = map_finding(found, drawn, target)
    return _map(found, rows, scale, lines, finding=finding, below=[drawn.words(found), told, sweep_setting(found)])


def difference_chart(found: Mapping[str, Any], metric: str = "attack", arm: str | None = None) -> alt.LayerChart:
    """What an arm changes beside the control at every point of two parameters.

    Args:
        found: the JSON object of `article4 sweep` over a grid of two axes, with two arms or more.
        metric: of what the difference is taken.
        arm: which arm; by default the first beside the control.
    """
    drawn = Drawn(metric, arm or found["arms"][1], effect=True)
    rows = map_rows(found, drawn)
    shown = max((abs(row["mean"]) for row in rows if row["mean"] is not None), default=0.0)
    most = max(shown, FAINTEST) if drawn.kind == "share" else shown or 1.0
    scale = {"domain": [-most, 0, most], "range": [theme.CALM, _PALE, theme.GRAVE]}
    finding = difference_finding(found, drawn)
    return _map(found, rows, scale, [], finding=finding, below=[drawn.words(found), sweep_setting(found)])


def map_finding(found: Mapping[str, Any], drawn: Drawn, target: float = HALF) -> str:
    """In how many points the target is reached, and where the number is least and greatest."""
    known = [(drawn.of(point)["mean"], point) for point in found["points"]]
    known = [(mean, point) for mean, point in known if mean is not None]
    if not known:
        return sweep_line(found)
    below = sum(mean <= target for mean, _ in known)
    least = min(known, key=lambda one: one[0])
    where = f"least at {at_text(least[1], found)}: {drawn.text(drawn.of(least[1]))}"
    if drawn.metric == RATIO:
        goal = "at most half" if target == HALF else f"at most {target:g} times"
        return (
            f"{plain(drawn.arm, 50)} brings the hazard of attack to {goal} that of {plain(found['control'], 50)} in "
            f"{_of(below, len(known))}; {where}."
        )
    protege = plain(found.get("protege") or "The protégé", 40)
    share = "half of worlds or less" if target == HALF else f"{percent(target, 0.01)} of worlds or less"
    return f"{protege} is attacked in {share} in {_of(below, len(known))}; {where}."


def difference_finding(found: Mapping[str, Any], drawn: Drawn) -> str:
    """Between which values the difference moves."""
    known = [(drawn.of(point), point) for point in found["points"]]
    known = [(number, point) for number, point in known if number["mean"] is not None]
    arm, control = plain(drawn.arm, 50), plain(found["control"], 50)
    if not known:
        return f"There is no case in one of {control} and {arm} at any point."
    least, most = (pick(known, key=lambda one: one[0]["mean"]) for pick in (min, max))
    if least[0]["mean"] == most[0]["mean"] == 0:
        return f"{arm} changes nothing beside {control} at any point."
    unit = " points" if drawn.kind == "share" else ""
    if least[0]["mean"] == most[0]["mean"]:
        return f"What {arm} changes beside {control} is {drawn.text(least[0])}{unit} wherever there is a case."
    return (
        f"What {arm} changes beside {control} goes from {drawn.text(least[0])}{unit} ({at_text(least[1], found)}) to "
        f"{drawn.text(most[0])}{unit} ({at_text(most[1], found)})."
    )


def map_rows(found: Mapping[str, Any], drawn: Drawn) -> list[dict[str, Any]]:
    """One row a point: the axes as `x` and `y`, their places as `column` and `line`, the number and its text."""
    down, across = found["axes"]
    columns, lines = ([_key(value) for value in found["axes"][name]] for name in (across, down))
    rows = []
    for point in found["points"]:
        number = drawn.of(point)
        mean = number["mean"]
        low, high = number["interval"] or (None, None)
        rows.append(
            {
                "x": value_text(point["at"][across]),
                "y": value_text(point["at"][down]),
                "column": columns.index(_key(point["at"][across])),
                "line": lines.index(_key(point["at"][down])),
                "mean": mean,
                "low": low,
                "high": high,
                "text": "-" if mean is None else drawn.text(number),
            }
        )
    return rows


def target_lines(found: Mapping[str, Any], drawn: Drawn, target: float) -> list[list[tuple[float, float]]]:
    """Lines on which the number is the target, in places of columns and rows counted from 0.

    Along two axes of numbers it is interpolated (marching squares, by contourpy); else the borders of cells are given
    between which it is crossed, each as a line of two points.
    """
    rows = map_rows(found, drawn)
    down, across = found["axes"].values()
    grid = [[math.nan] * len(across) for _ in down]
    log = drawn.metric == RATIO
    for row in rows:
        if row["mean"] is not None and (row["mean"] > 0 or not log):
            grid[row["line"]][row["column"]] = math.log(row["mean"] / target) if log else row["mean"] - target
    if is_numeric(down) and is_numeric(across) and len(down) > 1 and len(across) > 1:
        import contourpy  # noqa: PLC0415 - NumPy loads with it
        import numpy as np  # noqa: PLC0415 - the same

        held = np.ma.masked_invalid(np.array(grid))
        found_lines = contourpy.contour_generator(z=held, corner_mask=True).lines(0.0)
        return [[(float(x), float(y)) for x, y in np.asarray(line)] for line in found_lines]
    return _borders(grid)


def _borders(grid: Sequence[Sequence[float]]) -> list[list[tuple[float, float]]]:
    """Borders of cells on two sides of 0."""
    lines = []
    for y, line in enumerate(grid):
        for x, (one, other) in enumerate(pairwise(line)):
            if (one <= 0) != (other <= 0) and not (math.isnan(one) or math.isnan(other)):
                lines.append([(x + 0.5, y - 0.5), (x + 0.5, y + 0.5)])
    for y, (lower, upper) in enumerate(pairwise(grid)):
        for x, (one, other) in enumerate(zip(lower, upper, strict=True)):
            if (one <= 0) != (other <= 0) and not (math.isnan(one) or math.isnan(other)):
                lines.append([(x - 0.5, y + 0.5), (x + 0.5, y + 0.5)])
    return lines


def _map(
    found: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    scale: Mapping[str, Any],
    lines: Sequence[Sequence[tuple[float, float]]],
    *,
    finding: str,
    below: Sequence[str],
) -> alt.LayerChart:
    """Cells with their figures; their places are told in points, so that a line can run between them."""
    import altair as alt  # noqa: PLC0415 - takes half a second: only who draws pays for it

    down, across = found["axes"]
    frame = _frame(found)
    short = short_names([down, across])
    columns, count = len(found["axes"][across]), len(found["axes"][down])
    cell = (frame.width / columns, min(420, max(140, 48 * count)) / count)
    height = cell[1] * count

    def place(x: float, y: float) -> dict[str, float]:
        return {"x_at": cell[0] * (x + 0.5), "y_at": height - cell[1] * (y + 0.5)}

    cells = [dict(row) | _box(row, cell, height) for row in rows]
    ways = [
        {"line": number, "step": step} | place(x, y)
        for number, line in enumerate(lines)
        for step, (x, y) in enumerate(line)
    ]
    way = alt.Chart(alt.InlineData(values=ways))
    spots = {
        "x": alt.X("x_at:Q", scale=None),
        "y": alt.Y("y_at:Q", scale=None),
        "detail": "line:N",
        "order": "step:Q",
    }
    layers = [
        alt.Chart(alt.InlineData(values=cells))
        .mark_rect(stroke=theme.GROUND, strokeWidth=2)
        .encode(
            x=alt.X("left:Q", scale=None, axis=None),
            x2="right:Q",
            y=alt.Y("top:Q", scale=None, axis=None),
            y2="bottom:Q",
            color=alt.Color("mean:Q", scale=alt.Scale(**scale), legend=None),
        ),
        way.mark_line(color=theme.GROUND, strokeWidth=6).encode(**spots),
        way.mark_line(color=theme.INK, strokeWidth=3).encode(**spots),
        *_figures(cells, cell),
        *_axes(found, short, cell, height, frame),
    ]
    return finished(layers, frame, height, finding=finding, below=below, source=sweep_source(found), drop=66)


def _figures(cells: Sequence[Mapping[str, Any]], cell: tuple[float, float]) -> list[alt.Chart]:
    """The number in every cell, on a ground of its own: neither a dark cell nor the line makes it hard to read."""
    import altair as alt  # noqa: PLC0415 - see _map

    size = theme.TEXT_SIZE if cell[0] > 50 else theme.SMALL_SIZE - 2
    figures = [
        {"x": (box["left"] + box["right"]) / 2, "y": (box["top"] + box["bottom"]) / 2, "text": box["text"]}
        for box in cells
    ]
    plates = []
    for one in figures:
        half = min(cell[0] - 6, theme.breadth(one["text"]) * size + 12) / 2
        plates.append({"x1": one["x"] - half, "x2": one["x"] + half, "y1": one["y"] - 10, "y2": one["y"] + 10})
    ground: alt.Chart = (
        alt.Chart(alt.InlineData(values=plates))
        .mark_rect(color=theme.GROUND, opacity=0.85, cornerRadius=3)
        .encode(x=alt.X("x1:Q", scale=None), x2="x2:Q", y=alt.Y("y1:Q", scale=None), y2="y2:Q")
    )
    return [ground, texts(figures, align="center", fontWeight="bold", fontSize=size)]


def _frame(found: Mapping[str, Any]) -> Frame:
    """Room for the longest value of the axis that goes up, within reason."""
    values = next(iter(found["axes"].values()))
    longest = max(theme.breadth(value_text(value)) for value in values)
    return Frame(left=round(min(190.0, max(70.0, longest * theme.TEXT_SIZE + 14))), right=4)


def _box(row: Mapping[str, Any], cell: tuple[float, float], height: float) -> dict[str, float]:
    left, bottom = cell[0] * row["column"], height - cell[1] * row["line"]
    return {"left": left, "right": left + cell[0], "bottom": bottom, "top": bottom - cell[1]}


def _axes(
    found: Mapping[str, Any], short: Mapping[str, str], cell: tuple[float, float], height: float, frame: Frame
) -> list[alt.Chart]:
    """Values and names of both axes."""
    down, across = found["axes"]
    size = theme.TEXT_SIZE

    def shown(value: Any, width: float, most: int) -> str:
        return "\n".join(fitted(value_text(value), width, size, most))

    columns = [
        {"x": cell[0] * (place + 0.5), "y": height + 8, "text": shown(value, cell[0] - 4, 1)}
        for place, value in enumerate(found["axes"][across])
    ]
    lines = [
        {"x": -8, "y": height - cell[1] * (place + 0.5), "text": shown(value, frame.left - 10, 2)}
        for place, value in enumerate(found["axes"][down])
    ]
    name = fitted(f"{short[across]} →", frame.width, size, 1)[0]
    return [
        texts(columns, align="center", baseline="top"),
        texts(lines, align="right"),
        texts([{"x": frame.width / 2, "y": height + 36, "text": name}], align="center", color=theme.FAINT),
        texts([{"x": -frame.left, "y": -12, "text": f"↑ {plain(short[down], 70)}"}], color=theme.FAINT),
    ]


def _key(value: Any) -> tuple[str, str]:
    """What tells values of an axis apart: True is not 1."""
    return type(value).__name__, repr(value)


def _of(count: int, points: int) -> str:
    if count == 0:
        return f"none of {points} points"
    return f"{count} of {points} points" if count < points else f"all {points} points"


def clickable(chart: Any, found: Mapping[str, Any]) -> alt.LayerChart:
    """A map whose cells can be clicked: what is clicked is told as `x` and `y`, the texts of the axes' values.

    Args:
        chart: what `map_chart` or `difference_chart` returned.
        found: the JSON object of the sweep.
    """
    import altair as alt  # noqa: PLC0415 - see _map

    first, *rest = chart.layer
    chosen = alt.selection_point(name=CELL, fields=["x", "y"], toggle=False)
    changed: alt.LayerChart = chart.copy(deep=False)
    down, across = found["axes"]
    told = [alt.Tooltip("y:N", title=down), alt.Tooltip("x:N", title=across), alt.Tooltip("text:N", title="here")]
    changed.layer = [first.encode(tooltip=told).add_params(chosen), *rest]
    return changed


def clicked(found: Mapping[str, Any], x: str, y: str) -> Mapping[str, Any] | None:
    """The values of the axes at the cell that was clicked; None if there is no such cell.

    Args:
        found: the JSON object of the sweep.
        x: text of the value across.
        y: text of the value that goes up.
    """
    down, across = found["axes"]
    for point in found["points"]:
        at: Mapping[str, Any] = point["at"]
        if (value_text(at[across]), value_text(at[down])) == (x, y):
            return at
    return None
