"""The scores of forecasts beside those of the references, and where forecast and record part most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.stats import beta

from sim.judge.answers import AnswerForecast, HelperForecast
from sim.judge.attacks import AttackForecast
from sim.judge.references import (
    HAZARDS,
    Recorded,
    base_rate,
    literature_rate,
    quarter_rate,
    recorded,
    rounds_on_record,
)
from sim.judge.scores import SCORES, Mean, averaged, log_loss, losses, mean_over
from sim.record.covariates import LEVELS
from sim.record.estimation_data import COUNCIL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sim.judge.backtest_file import AnswerCase

    Forecast = AnswerForecast | AttackForecast
    Losses = Mapping[str, float]

ALLIANCE, PATRONS, ATTACKS = "alliance", "patrons", "attacks"
"""Groups of cases: crises of the alliance, of other commitments, windows of attacks."""

REFERENCES: Final = ("base_rate", "literature", "constant_hazard", "constant_hazard_2024")
"""What forecasts are held against; the second hazard is that of April to December 2024."""

WORST: Final = 10
"""Misses that are named."""

EDGES: Final = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0)
"""Bins of a reliability diagram (convention): narrow where most forecasts lie."""

NEW: Final = "2025-01"
"""From when forecasts of attacks are held against constant hazards."""


@dataclass(frozen=True)
class Scored:
    """The losses of one case.

    Attributes:
        id: of the case.
        cluster: what is drawn together in a bootstrap: cases on one crisis.
        group: ALLIANCE, PATRONS or ATTACKS.
        date: of the case.
        model: mean losses of its forecasts.
        beside: reference -> (losses of the model, losses of the reference) where the reference says something.
    """

    id: str
    cluster: str
    group: str
    date: str
    model: Losses
    beside: Mapping[str, tuple[Losses, Losses]]


def scored(found: Iterable[Forecast], answers: Sequence[AnswerCase]) -> list[Scored]:
    """Return the losses of every case that is a forecast and whose outcome the record tells.

    Args:
        found: the forecasts; windows that the calibration has seen are not scored.
        answers: all cases with an answer, from which the base rate is counted.
    """
    others = recorded(answers)
    known = rounds_on_record()
    entries = []
    for one in found:
        entry = _answer(one, others) if isinstance(one, AnswerForecast) else _attack(one, known)
        if entry is not None:
            entries.append(entry)
    return entries


def _answer(found: AnswerForecast, others: Sequence[Recorded]) -> Scored | None:
    case = found.case
    own: list[Losses] = []
    pairs: dict[str, list[tuple[Losses, Losses]]] = {"base_rate": [], "literature": []}
    for helper in found.helpers:
        model = losses(helper.forecast, helper.low, helper.high)
        if model is None:
            continue
        own.append(model)
        base = base_rate(helper.role, case.leaves_out, others)
        for name, forecast in (("base_rate", base), ("literature", literature_rate(case, base))):
            theirs = None if forecast is None else losses(forecast, helper.low, helper.high)
            if theirs is not None:
                pairs[name].append((model, theirs))
    mean = averaged(own)
    if mean is None:
        return None
    group = ALLIANCE if COUNCIL in case.happened else PATRONS
    cluster = "+".join(sorted(case.leaves_out))
    return Scored(case.id, cluster, group, case.date, mean, _beside(pairs))


def _beside(pairs: Mapping[str, Sequence[tuple[Losses, Losses]]]) -> dict[str, tuple[Losses, Losses]]:
    found: dict[str, tuple[Losses, Losses]] = {}
    for name, rows in pairs.items():
        mine, theirs = averaged([pair[0] for pair in rows]), averaged([pair[1] for pair in rows])
        if mine is not None and theirs is not None:
            found[name] = (mine, theirs)
    return found


def _attack(found: AttackForecast, known: Mapping[str, int]) -> Scored | None:
    case, happened = found.case, found.happened
    if case.seen:
        return None
    model = losses(found.rounds, happened, happened)
    forecasts = {
        "base_rate": quarter_rate(case, known),
        "constant_hazard": HAZARDS[0].forecast(case.months),
        "constant_hazard_2024": HAZARDS[1].forecast(case.months),
    }
    beside = {}
    for name, forecast in forecasts.items():
        theirs = losses(forecast, happened, happened)
        if model is not None and theirs is not None:
            beside[name] = (model, theirs)
    return None if model is None else Scored(case.id, case.id, ATTACKS, case.start, model, beside)


def scores(entries: Sequence[Scored], *, seed: int) -> dict[str, Any]:
    """Return the scores of the model and of the references, over all cases and by group, as JSON values.

    Every reference stands beside the model's scores on the same forecasts, and the difference of the two, with an
    interval over crises: below 0 the model is better.
    """
    told = _scores(entries, seed)
    groups = {name: [one for one in entries if one.group == name] for name in (ALLIANCE, PATRONS, ATTACKS)}
    return told | {"groups": {name: _scores(mine, seed) for name, mine in groups.items()}}


def _scores(entries: Sequence[Scored], seed: int) -> dict[str, Any]:
    references = {}
    for name in REFERENCES:
        mine = [one for one in entries if name in one.beside]
        clusters = [one.cluster for one in mine]
        theirs = _told([one.beside[name][1] for one in mine], clusters, seed)
        references[name] = theirs | {
            "model": _told([one.beside[name][0] for one in mine], clusters, seed),
            "difference": _told([_less(*one.beside[name]) for one in mine], clusters, seed),
        }
    return {
        "model": _told([one.model for one in entries], [one.cluster for one in entries], seed),
        "references": references,
    }


def _less(mine: Losses, theirs: Losses) -> dict[str, float]:
    return {name: mine[name] - theirs[name] for name in SCORES}


def _told(found: Sequence[Losses], clusters: Sequence[str], seed: int) -> dict[str, Any]:
    """Return means by score, and beside them their intervals and how many cases there are."""
    means: dict[str, Mean] = {name: mean_over([one[name] for one in found], clusters, seed=seed) for name in SCORES}
    return {
        **{name: mean.mean for name, mean in means.items()},
        "intervals": {name: mean.interval and list(mean.interval) for name, mean in means.items()},
        "n": len(found),
    }


def recent(entries: Sequence[Scored], *, seed: int) -> dict[str, Any]:
    """Return the log scores from 2025 on of the model and of constant hazards, and which is lowest, as JSON values."""
    mine = [one for one in entries if one.group == ATTACKS and one.date >= NEW]
    names = [one.id for one in mine]
    found = {"model": _told([one.model for one in mine], names, seed)}
    for hazard, key in zip(HAZARDS, ("constant_hazard", "constant_hazard_2024"), strict=True):
        found[hazard.name] = _told([one.beside[key][1] for one in mine], names, seed) | {
            "monthly": hazard.monthly,
            "rounds": hazard.rounds,
            "months": hazard.months,
            "difference": _told([_less(*one.beside[key]) for one in mine], names, seed),
        }
    best = min(found, key=lambda name: found[name]["log"]) if mine else None
    return {"cases": names, "forecasts": found, "lowest_log": best}


def misses(found: Iterable[Forecast]) -> list[dict[str, Any]]:
    """Return the forecasts that gave least to what happened, the worst first, as JSON values."""
    rows = []
    for one in found:
        if isinstance(one, AttackForecast):
            if not one.case.seen:
                rows.append(_miss(one, "rounds", one.rounds[one.happened], str(len(one.case.happened))))
            continue
        rows += [
            _miss(one, helper.name, helper.happened, one.case.happened[helper.name])
            for helper in one.helpers
            if helper.settled
        ]
    return sorted(rows, key=lambda row: (-row["log"], row["id"], row["who"]))[:WORST]


def _miss(one: Forecast, who: str, probability: float, happened: str) -> dict[str, Any]:
    loss = log_loss([probability, 1.0 - probability], 0, 0)
    title = one.case.title
    return {
        "id": one.case.id,
        "title": title,
        "who": who,
        "happened": happened,
        "probability": probability,
        "log": loss,
    }


def reliability(found: Iterable[Forecast]) -> dict[str, Any]:
    """Return forecast probabilities beside shares of what happened, in bins, as JSON values.

    Three questions to each helper and Council: aid or more, troops or more, combat; and whether a challenger takes
    part in a round. Intervals are exact 90 % of a share (Clopper and Pearson 1934), as if forecasts were independent:
    those of one crisis are not.
    """
    events: dict[str, list[tuple[float, bool]]] = {f"{name} or more": [] for name in LEVELS[1:-1]}
    events |= {LEVELS[-1]: [], "overt attack": []}
    for one in found:
        if isinstance(one, AttackForecast):
            if not one.case.seen:
                events["overt attack"] += [(chance, one.took_part(name)) for name, chance in one.overt.items()]
            continue
        for helper in one.helpers:
            for level, name in enumerate(list(events)[: len(LEVELS) - 1], 1):
                _asked(helper, level, events[name])
    return {name: _bins(rows) for name, rows in events.items()}


def _asked(helper: HelperForecast, level: int, rows: list[tuple[float, bool]]) -> None:
    """Add whether a helper reached a level, where the record tells."""
    if helper.low >= level or helper.high < level:
        rows.append((float(sum(helper.forecast[level:])), helper.low >= level))


def _bins(rows: Sequence[tuple[float, bool]]) -> list[dict[str, Any]]:
    ordered = sorted(rows)
    of = np.searchsorted(EDGES[1:-1], [chance for chance, _ in ordered], side="right")
    bins = []
    for number in np.unique(of):
        mine = [ordered[place] for place in np.flatnonzero(of == number)]
        hits, n = sum(was for _, was in mine), len(mine)
        low = float(beta.ppf(0.05, hits, n - hits + 1)) if hits else 0.0
        high = float(beta.ppf(0.95, hits + 1, n - hits)) if hits < n else 1.0
        bins.append(
            {
                "forecast": float(np.mean([chance for chance, _ in mine])),
                "low": mine[0][0],
                "high": mine[-1][0],
                "observed": hits / n,
                "interval": [low, high],
                "n": n,
            }
        )
    return bins
