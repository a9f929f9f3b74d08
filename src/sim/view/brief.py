"""The brief: what decision-makers read of a stored result, as plain contents that a template sets out.

Everything it says comes from the rooms below or from the charts and sentences of this room; it computes no statistic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sim.view import brief_words, gallery
from sim.view.assumptions import assumption_rows, carried, evidence_rows, pieces, standing
from sim.view.brief_tables import consequences, flip_tables
from sim.view.words import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.experiment import Flips
    from sim.experiment.papers import Papers
    from sim.view.gallery import Answer

MOST_CHARTS: Final = 5
"""A brief is two pages: as many charts carry it."""

CARRY: Final[Mapping[str, tuple[str, ...]]] = {
    "run": ("outcomes", "responses", "parameter", "luck", "convergence"),
    "compare": ("answer", "survival", "strata", "responses", "parameter"),
    "sweep": ("map", "credibility", "difference", "points"),
}
"""Kind of result -> the charts that carry its answer, the first one first.

`expected` and `beliefs` have no place: they play worlds again, and a brief is made of what is stored. It says how to
draw them."""

INSTEAD: Final = ("map", "credibility")
"""Charts that already show every point of a sweep: beside them a list of the points says nothing new."""


@dataclass(frozen=True)
class Figure:
    """A chart of a brief.

    Attributes:
        name: of the chart.
        finding: its title, in one line; what the chart shows, where the answer itself says the title.
        below: its subtitle, likewise.
        chart: to be drawn; its Vega-Lite specification.
    """

    name: str
    finding: str
    below: str
    chart: dict[str, Any]


@dataclass(frozen=True)
class Brief:
    """The contents of a brief.

    Attributes:
        title: what it is about.
        question: what is asked.
        answer: the answer, in two sentences.
        arms: what was set side by side, a line each.
        figures: the charts, at most MOST_CHARTS.
        texts: everything else by the name it has in the templates: `consequences`, `flips`, `assumptions`, `standing`,
            `limits`, `papers`, `evidence`, `cases`, `sources`.
    """

    title: str
    question: str
    answer: tuple[str, str]
    arms: tuple[str, ...]
    figures: tuple[Figure, ...]
    texts: Mapping[str, Any]


def brief_of(answer: Answer, flips: Sequence[Flips], papers: Papers, series: Mapping[str, Answer], place: str) -> Brief:
    """Gather what a brief says.

    Args:
        answer: the JSON object of a run, a comparison or a sweep.
        flips: what would change it.
        papers: what makes it again.
        series: what stands in for the answer in charts that need it, by `Entry.needs`.
        place: where it is stored.
    """
    scenario = list(papers.scenarios.values())[-1]
    told = [one.to_json() for one in flips]
    movers = [mover["parameter"] for one in told for mover in one["movers"][:3]]
    rows = assumption_rows(scenario, carried(scenario, movers))
    asked, said = brief_words.question(answer, papers), brief_words.answer(answer, told)
    evidence, cases = evidence_rows(rows)
    sources = {source.key: source for entry in (*evidence, *cases) for source in entry.sources}
    return Brief(
        title=brief_words.title(answer, papers),
        question=asked,
        answer=said,
        arms=tuple(brief_words.arms(papers)),
        figures=figures(answer, series, (asked, *said)),
        texts={
            "consequences": consequences(answer),
            "flips": flip_tables(told, scenario),
            "assumptions": [row | {"source": pieces(row["source"], sources)} for row in rows],
            "standing": standing(scenario),
            "scenario": plain(scenario.name),
            "limits": brief_words.limits(answer, papers, standing(scenario)),
            "papers": papers.to_json() | {"place": place, "command": papers.command},
            "evidence": evidence,
            "cases": cases,
            "sources": [sources[key] for key in sorted(sources)],
        },
    )


def figures(answer: Answer, series: Mapping[str, Answer], said: Sequence[str] = ()) -> tuple[Figure, ...]:
    """The charts that carry an answer, as far as they fit it.

    Args:
        answer: the JSON object of a result.
        series: what stands in for it, by `Entry.needs`.
        said: sentences that stand above the charts: no chart repeats them.
    """
    fitting = gallery.fitting(answer)
    found = []
    for name in CARRY[answer["command"]]:
        entry = fitting.get(name)
        if name == "points" and any(one in fitting for one in INSTEAD):
            continue
        if entry is None or (entry.needs is not None and entry.needs not in series):
            continue
        given = answer if entry.needs is None else series[entry.needs]
        chart = entry.draw(given).to_dict()
        title = chart["title"]
        finding, below = (" ".join(title[part]).replace("\u00a0", " ") for part in ("text", "subtitle"))
        for one in said:
            below = below.removeprefix(one).strip()
        if finding in said:
            finding = f"{entry.shows[:1].upper()}{entry.shows[1:]}"
        found.append(Figure(name, finding, below, chart))
    return tuple(found[:MOST_CHARTS])
