"""The sentences of a brief: its question, its answer in two sentences, and what it cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.view.arms import answer_finding
from sim.view.comparison import ESTIMANDS
from sim.view.marks import months, treated
from sim.view.sweep import sweep_line
from sim.view.words import headline, interval, percent, plain, worlds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.experiment.papers import Papers


def title(answer: Mapping[str, Any], papers: Papers) -> str:
    """What a brief is about, in a line."""
    if answer["command"] == "compare":
        arms = [plain(name, 50) for name in answer["arms"]]
        return f"{' and '.join(treated_names(answer, 50))} beside {arms[0]}"
    if answer["command"] == "sweep":
        return plain(answer["title"], 120)
    return plain(next(iter(papers.scenarios.values())).title, 120)


def treated_names(answer: Mapping[str, Any], limit: int = 60) -> list[str]:
    """Names of the arms beside the control, safe to show."""
    return [plain(name, limit) for name in treated(answer)]


def question(answer: Mapping[str, Any], papers: Papers) -> str:
    """What is asked."""
    if answer["command"] == "sweep":
        return plain(answer["asks"])
    scenarios = list(papers.scenarios.values())
    if answer["command"] == "run":
        return plain(scenarios[0].asks)
    protege = plain(answer["protege"], 40)
    beside = f"“{plain(scenarios[0].title, 100)}”"
    span = f"within {months(int(answer['horizon']))}"
    if len(scenarios) == 2:
        return f"Is {protege} attacked less often {span} under “{plain(scenarios[1].title, 100)}” than under {beside}?"
    return f"Under which of {len(scenarios) - 1} arms is {protege} attacked less often {span} than under {beside}?"


def arms(papers: Papers) -> list[str]:
    """What was played, a line an arm, with what a difference to it means."""
    lines = []
    for name, scenario in papers.scenarios.items():
        meant = ESTIMANDS.get(scenario.estimand)
        lines.append(
            f"{plain(name, 60)}: {plain(scenario.title, 120)}"
            + (f" ({scenario.estimand}: {meant})" if meant is not None else "")
        )
    return lines


def answer(found: Mapping[str, Any], flips: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """The answer in two sentences: what happens, and how sure that is and what it hangs on.

    Args:
        found: the JSON object of a run, a comparison or a sweep.
        flips: what would change it, as JSON values.
    """
    if found["command"] == "run":
        return headline(found), _run_second(found)
    if found["command"] == "compare":
        return answer_finding(found), _compared_second(found)
    return sweep_line(found), _swept_second(flips)


def _run_second(found: Mapping[str, Any]) -> str:
    if int(found["trials"]) == 1:
        return "Play more worlds before anything is concluded."
    return (
        _help_line(found["metrics"]["abandoned"]) or "As no world saw an attack, nothing is learned of who would help."
    )


def _help_line(abandoned: Mapping[str, Any], name: str = "") -> str:
    if abandoned["mean"] is None:
        return ""
    ends = f" {interval(abandoned['interval'], abandoned['mc_se'], 100)}" if abandoned["interval"] else ""
    share = percent(abandoned["mean"], _coarse(abandoned))
    return f"Where it is attacked{name}, nobody gives it aid in {share} of worlds{ends}."


def _coarse(metric: Mapping[str, Any]) -> float | None:
    """The error that sets digits: whole percentages, unless the share lies near 0 or 1."""
    share, error = metric["mean"], metric["mc_se"]
    return error if error is not None and min(share, 1 - share) < 0.01 else None


def _compared_second(found: Mapping[str, Any]) -> str:
    """What the interval over what is not known leaves of a comparison."""
    if int(found["trials"]) == 1:
        return "Play more worlds before anything is concluded."
    names = treated(found)
    if len(names) == 1:
        return _sure(found["arms"][names[0]]["hazard_ratio"], plain(names[0], 60))
    known = [ratio for name in names if (ratio := found["arms"][name]["hazard_ratio"])["interval"]]
    if not known:
        return "No hazard ratio has an interval: more worlds are needed to tell luck from what is not known."
    still = sum(map(_includes_one, known))
    return f"Of {len(known)} arms with an interval over what is not known, {still} leave it open whether they help."


def _sure(ratio: Mapping[str, Any], name: str) -> str:
    """Whether an arm deters over all that is not known."""
    if ratio["mean"] is None:
        return "There is no hazard to compare, so it cannot be said whether it deters."
    if ratio["interval"] is None:
        return "There is no interval over what is not known: too few worlds were played, or none differ."
    ends = interval(ratio["interval"], ratio["mc_se"])
    if _includes_one(ratio):
        start = "From what is known it cannot be told"
        return f"{start} whether {name} deters or provokes: the 90 % interval {ends} holds 1."
    does = "deters" if ratio["interval"][1] < 1 else "provokes"
    return f"Over what is not known it {does} throughout the 90 % interval {ends} of the hazard ratio."


def _includes_one(ratio: Mapping[str, Any]) -> bool:
    ends = ratio["interval"]
    return ends is not None and ends[0] <= 1 <= ends[1]


def _swept_second(flips: Sequence[Mapping[str, Any]]) -> str:
    told = [one for one in flips if one["movers"]]
    if not told:
        return "No axis moves the answer by more than luck would."
    crossed = [
        f"{mover['parameter']} {cross['value']:.3g}"
        for one in told
        for mover in one["movers"]
        for cross in mover["crossings"][:1]
        if cross["value"] is not None
    ]
    line = "half of the worlds" if told[0]["quantity"] == "attack" else "a hazard ratio of 1"
    if not crossed:
        return f"On average over the other axes it passes {line} nowhere within the values that were played."
    return f"On average over the other axes it passes {line} at {' and at '.join(plain(one, 80) for one in crossed)}."


_RULES = "The 90 % intervals hold what is not known of the numbers; a rule that is wrong lies outside them."
_UNSOURCED = (
    "What a refused mandate costs and how a great-power clash is feared have no source: they are ranges that every "
    "number here carries."
)


def limits(found: Mapping[str, Any], papers: Papers, counts: Mapping[str, int]) -> list[str]:
    """What the answer cannot say."""
    scenario = list(papers.scenarios.values())[-1]
    span, name = months(scenario.horizon), plain(scenario.name, 60)
    told = [
        f"It is a model: it says what follows from its rules and numbers within {span}, nothing of what comes later.",
        (
            f"Of {counts['all']} numbers of {name}, {counts['record']} come from the record, {counts['convention']} "
            f"are conventions or provisional fits, {counts['said']} are told by their scenario."
        ),
        _RULES,
        _UNSOURCED,
    ]
    if papers.ensemble is None:
        told.append(
            "The parameter sets are drawn from priors and from the fitted responses; they are not calibrated to the "
            "attacks on record."
        )
    if found["command"] == "compare" and any(one.estimand == "as admitted" for one in papers.scenarios.values()):
        told.append("An arm keeps only worlds in which the members admitted it: what differs may differ before cover.")
    if found.get("note"):
        told.append(plain(found["note"]) + ".")
    if int(found["trials"]) < 500:
        told.append(f"Only {worlds(int(found['trials']))} were played; the defaults play 10,000.")
    return told
