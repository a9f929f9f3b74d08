"""Every chart by name: which there are of each kind of result, what they show, and what may be asked of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sim.reading import InputError, Problem, did_you_mean
from sim.view.arms import answer_chart, outcomes_chart
from sim.view.beliefs import beliefs_chart
from sim.view.charts import outcome_chart
from sim.view.convergence import convergence_chart
from sim.view.curve import credibility_chart, is_curve
from sim.view.ladder import arm_response_chart, luck_chart, response_chart
from sim.view.maps import difference_chart, map_chart
from sim.view.parameter import parameter_chart
from sim.view.reliability import reliability_chart
from sim.view.sensitivity_charts import sensitivity_chart
from sim.view.strata import strata_chart
from sim.view.survival import survival_chart
from sim.view.sweep_charts import is_map, points_chart
from sim.view.waterfall import waterfall_chart
from sim.view.words import METRICS

if TYPE_CHECKING:
    import altair as alt

    Chart = alt.LayerChart | alt.VConcatChart

Answer = Mapping[str, Any]


def _always(_found: Answer) -> bool:
    return True


def _is_difference(found: Answer) -> bool:
    return is_map(found) and found["control"] is not None


@dataclass(frozen=True)
class Entry:
    """A chart that can be asked for.

    Attributes:
        draw: makes it of the JSON object of a result.
        shows: what it shows, in a line.
        takes: what may be said of it by name: `metric`, `target`, `arm`, `breakeven`, `parameter`.
        fits: whether a result of this kind can be drawn so.
        needs: what stands in for the result: `convergence` where the series of a run is drawn, `against` where its
            parameter sets are, `expected` where worlds are played again to see what attackers expect.
    """

    draw: Callable[..., Chart]
    shows: str
    takes: tuple[str, ...] = ()
    fits: Callable[[Answer], bool] = _always
    needs: str | None = None


_EXPECTED: Final = {
    "expected": Entry(
        response_chart, "what attackers expect of each guarantor beside what it does", ("arm",), needs="expected"
    ),
    "beliefs": Entry(
        beliefs_chart, "what attackers expect of each guarantor, month by month", ("arm",), needs="expected"
    ),
}

CHARTS: Final[Mapping[str, Mapping[str, Entry]]] = MappingProxyType(
    {
        "run": {
            "outcomes": Entry(outcome_chart, "how worlds end"),
            "responses": Entry(response_chart, "how far each guarantor goes given an attack"),
            "luck": Entry(luck_chart, "how much of the spread is luck, how much is not known"),
            "convergence": Entry(
                convergence_chart, "how a metric settles as worlds come in", ("metric",), needs="convergence"
            ),
            "parameter": Entry(
                parameter_chart, "P(attack) against a parameter, set by set", ("parameter",), needs="against"
            ),
            **{name: replace(entry, takes=()) for name, entry in _EXPECTED.items()},
        },
        "compare": {
            "survival": Entry(survival_chart, "worlds without an attack, month by month"),
            "answer": Entry(answer_chart, "how often each arm is attacked, the difference and the hazard ratio"),
            "outcomes": Entry(outcomes_chart, "how worlds end, arm beside arm"),
            "strata": Entry(strata_chart, "in which worlds an arm matters, and what any pairing allows"),
            "responses": Entry(arm_response_chart, "how far each guarantor goes given an attack in an arm", ("arm",)),
            "parameter": Entry(
                parameter_chart,
                "the hazard ratio against a parameter, set by set",
                ("parameter", "arm"),
                needs="against",
            ),
            **_EXPECTED,
        },
        "sweep": {
            "map": Entry(
                map_chart, "the answer over two parameters, with the line of a target", ("target", "arm"), is_map
            ),
            "credibility": Entry(credibility_chart, "the answer along one parameter", ("breakeven",), is_curve),
            "difference": Entry(
                difference_chart, "what an arm changes over two parameters", ("metric", "arm"), _is_difference
            ),
            "points": Entry(points_chart, "the answer at every point, sorted"),
        },
        "sensitivity": {
            "drivers": Entry(sensitivity_chart, "what drives the answer, beside what luck alone seems to do"),
        },
        "backtest": {
            "reliability": Entry(reliability_chart, "whether what was given so much happened so often"),
        },
        "decompose": {
            "waterfall": Entry(waterfall_chart, "the effect split among the channels of the treaty", ("metric",)),
        },
    }
)
"""Kind of result -> name -> chart; the first that fits is drawn unless another is asked for."""


def fitting(answer: Answer) -> dict[str, Entry]:
    """The charts that fit a result, by name; the first is drawn unless another is asked for."""
    return {name: entry for name, entry in CHARTS[answer["command"]].items() if entry.fits(answer)}


def chosen(answer: Answer, name: str | None = None) -> tuple[str, Entry]:
    """The chart of a name that fits a result, or the usual one.

    Raises:
        InputError: none of this name fits; says which do.
    """
    known = fitting(answer)
    if name is None:
        return next(iter(known.items()))
    if name not in known:
        there = f"There are: {', '.join(known)}."
        elsewhere = [kind for kind, entries in CHARTS.items() if name in entries]
        problem = f'there is no chart "{name:.60}" of a {answer["command"]}'
        if answer["command"] in elsewhere:
            problem = f"{name} does not fit this {answer['command']}"
        elif elsewhere:
            problem = f"{name} is a chart of a {elsewhere[0]}, not of a {answer['command']}"
        hint = did_you_mean(name, list(known)) or there
        raise InputError(Problem("--chart", None, None, "", problem, hint))
    return name, known[name]


def plot(answer: Answer, name: str | None = None, **asked: Any) -> Chart:
    """Draw a result.

    Args:
        answer: the JSON object of a command.
        name: of the chart; see `fitting`. By default the usual one.
        asked: what is said of the chart; None is not said.

    Raises:
        InputError: no chart of this name fits, it takes nothing of this kind, or what is said is wrong.
    """
    called, entry = chosen(answer, name)
    return entry.draw(answer, **checked(called, entry, answer, asked))


def checked(name: str, entry: Entry, answer: Answer, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a chart, without what is None.

    Raises:
        InputError: the chart takes nothing of this kind; there is no such metric or arm.
    """
    said = {key: value for key, value in asked.items() if value is not None}
    for key, value in said.items():
        where = f"--{key}"
        if key not in entry.takes:
            takes = f"It takes {', '.join(f'--{one}' for one in entry.takes)}." if entry.takes else None
            raise InputError(Problem(where, None, None, "", f"the chart {name} takes no {key}", takes))
        options = METRICS if key == "metric" else list(answer["arms"])[1:] if key == "arm" else None
        if options is not None and value not in options:
            hint = did_you_mean(value, list(options)) or f"There are: {', '.join(options)}."
            raise InputError(Problem(where, None, None, "", f'there is no {key} "{value:.60}"', hint))
    return said


def chart_of(answer: Answer) -> Chart:
    """The chart that stands for a command's answer: its JSON object."""
    return plot(answer)
