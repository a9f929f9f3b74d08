"""The metrics of a run: what each counts, among which trials, in which unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.record.covariates import LEVELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.experiment.batch import Batch

LEVEL: Final = "level_"
"""Prefix of a guarantor's column of peak response."""

Column = Callable[["Batch"], "NDArray[Any]"]


@dataclass(frozen=True)
class Metric:
    """A quantity that a run estimates: sum of `numerator` over sum of `denominator`.

    Attributes:
        name: what it is called in JSON and tables.
        definition: what it counts, in a sentence.
        unit: of the quotient.
        numerator: from a batch, shape (points, replicates); bool, or a number.
        denominator: likewise; bool for a condition (the trials that meet it are the cases), a positive number for
            a rate; None if every trial counts once.
        given: the metric that is the condition.
    """

    name: str
    definition: str
    unit: str
    numerator: Column
    denominator: Column | None = None
    given: str | None = None


def _attacked(batch: Batch) -> NDArray[np.bool_]:
    return np.asarray(batch.columns["attacks"] > 0)


def _invoked(batch: Batch) -> NDArray[np.bool_]:
    return np.asarray(batch.columns["invoked"], dtype=bool)


def _campaign(batch: Batch) -> NDArray[np.bool_]:
    return batch.is_("highest_action", "campaign")


def _some_level(batch: Batch, least: int) -> NDArray[np.bool_]:
    """Where some guarantor responded at `least` or above."""
    found = np.zeros(batch.shape, dtype=bool)
    for name in guarantors(batch):
        found |= batch.columns[LEVEL + name] >= least
    return found


METRICS: Final = (
    Metric("attack", "Trials with an overt attack (strike or campaign).", "probability", _attacked),
    Metric(
        "hazard",
        "First overt attacks per month without one so far; the month of the attack counts as one.",
        "per month",
        _attacked,
        lambda batch: batch.columns["months_at_risk"],
    ),
    Metric("campaign", "Trials with a campaign.", "probability", _campaign),
    Metric(
        "campaign_share",
        "Campaigns among trials with an overt attack.",
        "probability",
        _campaign,
        _attacked,
        "attack",
    ),
    Metric("attacks", "Overt attacks in a trial.", "attacks", lambda batch: batch.columns["attacks"]),
    Metric(
        "months_to_attack",
        "Months until the first overt attack, the horizon where there is none (restricted mean).",
        "months",
        lambda batch: batch.columns["months_at_risk"],
    ),
    Metric(
        "invoked",
        "Article 4 formally invoked, among trials with an overt attack.",
        "probability",
        lambda batch: _invoked(batch) & _attacked(batch),
        _attacked,
        "attack",
    ),
    Metric(
        "aided",
        "Some guarantor at aid or above, among trials with an overt attack.",
        "probability",
        lambda batch: _some_level(batch, 1) & _attacked(batch),
        _attacked,
        "attack",
    ),
    Metric(
        "honoured",
        "Some guarantor at troops or combat, among trials in which Article 4 was formally invoked.",
        "probability",
        lambda batch: _some_level(batch, 2) & _invoked(batch),
        _invoked,
        "invoked",
    ),
    Metric(
        "leader_fought",
        "Trials in which the alliance's leader was in combat.",
        "probability",
        lambda batch: batch.columns["leader_combat"],
    ),
    Metric(
        "patron_joined",
        "Trials in which the challenger's patron joined an attack.",
        "probability",
        lambda batch: batch.columns["patron_joined"],
    ),
    Metric(
        "abandoned",
        "No aid from any guarantor, among trials with an overt attack.",
        "probability",
        lambda batch: _attacked(batch) & ~_some_level(batch, 1),
        _attacked,
        "attack",
    ),
    Metric(
        "clash",
        "Trials in which the leader was in combat while the patron had joined or was itself the attacker.",
        "probability",
        lambda batch: batch.columns["clash"],
    ),
    Metric(
        "admitted",
        "Trials in which the protégé was admitted to the treaty.",
        "probability",
        lambda batch: batch.columns["months_admitted"] >= 0,
    ),
)
"""The metrics of `article4 run`, in the order in which they are shown."""


def outcome_metrics(batch: Batch) -> tuple[Metric, ...]:
    """Return the share of every outcome of a trial, those that never happened included; named `outcome.<name>`."""

    def share(text: str) -> Metric:
        return Metric(
            f"outcome.{text}",
            f"Trials whose outcome is {text}.",
            "probability",
            lambda batch: batch.is_("outcome", text),
        )

    return tuple(share(text) for text in batch.labels["outcome"])


def response_metrics(batch: Batch) -> tuple[Metric, ...]:
    """Return the share of each level of each guarantor given an overt attack; named `response.<State>.<level>`."""

    def share(guarantor: str, level: int) -> Metric:
        column = LEVEL + guarantor
        return Metric(
            f"response.{guarantor}.{LEVELS[level]}",
            f"Peak response of {guarantor} at {LEVELS[level]}, among trials with an overt attack.",
            "probability",
            lambda batch: _attacked(batch) & (batch.columns[column] == level),
            _attacked,
            "attack",
        )

    return tuple(share(name, level) for name in guarantors(batch) for level in range(len(LEVELS)))


def guarantors(batch: Batch) -> tuple[str, ...]:
    """Return the guarantors whose responses a batch records, in its order."""
    return tuple(name.removeprefix(LEVEL) for name in batch.columns if name.startswith(LEVEL))


def all_metrics(batch: Batch) -> tuple[Metric, ...]:
    """Return every metric that a batch gives."""
    return (*METRICS, *outcome_metrics(batch), *response_metrics(batch))
