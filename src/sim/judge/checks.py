"""What an ensemble is only held against: pacts where threat is high, fighting in attacked pacts, the Council's cases.

None of these chooses sets. The relative risk of being attacked under an average pact least of all: pacts form where
threat is high, so that a population may show no effect though each pact deters; as a target it would fix the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.special import expit

from sim.record import load as load_record
from sim.record import posterior
from sim.record.coding import load_coding
from sim.record.council_replay import replay
from sim.record.estimation import estimation_rows
from sim.scenario import load
from sim.world import World
from sim.world.response import COMBAT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sim.record.ensemble import Ensemble
    from sim.record.schemas.target import Target

    Array = NDArray[np.float64]

THREATS: Final = (0.1, 0.4, 0.7, 1.0)
"""Levels of threat of the simulated population, each as common as the next (convention)."""

SEEKING: Final = 5.0
"""Log odds of a pact per unit of threat: one in nine at 0.1, nine in ten at 1 (convention)."""

EVEN: Final = 0.55
"""Threat at which a pact is as likely as none: the middle of the levels."""

TRIALS: Final = 4
"""Trials of each set, level and arm."""


@dataclass(frozen=True)
class Check:
    """A check and what the ensemble says.

    Attributes:
        id: in targets.yaml.
        title: in words.
        tolerance: what the record says.
        value: of the ensemble.
        interval: middle 90 % over resamples of its sets; None where there is none.
        met: whether the value lies within the tolerance.
        note: how it was worked out.

    """

    id: str
    title: str
    tolerance: tuple[float, float]
    value: float | None
    interval: tuple[float, float] | None
    met: bool | None
    note: str


def checks(among: Ensemble, *, seed: int, trials: int = TRIALS) -> tuple[Check, ...]:
    """Return the checks of targets.yaml that history itself does not give.

    Args:
        among: the sets.
        seed: of the luck.
        trials: of each set, level of threat and arm.

    """
    told: dict[str, list[Target]] = {}
    for one in load_record().targets.targets:
        told.setdefault(one.measure, []).append(one)
    attacked, fought = population(among, seed=seed, trials=trials)
    found = [_risk(one, attacked, selected=True) for one in told.get("relative_risk", [])]
    found += [_risk(one, attacked, selected=False) for one in told.get("relative_risk", [])]
    found += [_fought(one, attacked, fought) for one in told.get("fought", [])]
    found += [_council(one, among) for one in told.get("replay_gap", [])]
    return tuple(found)


def population(
    among: Ensemble, *, seed: int, trials: int, changes: Mapping[str, Any] | None = None
) -> tuple[Array, Array]:
    """Play states at several levels of threat, with and without the treaty, for two years.

    Args:
        among: the sets.
        seed: of the luck.
        trials: of each set, level and arm.
        changes: overrides of the scenarios.

    Returns:
        Whether each was attacked, and whether some guarantor fought, shape (levels, 2 (without, with), trials, sets).

    """
    given: dict[str, Any] = {"ensemble": "prior", **(changes or {})}
    points = [
        load(name, given | {"environment.threat.start": level}) for level in THREATS for name in ("outsider", "member")
    ]
    world = World(points, replicates=trials * among.sets, seed=seed, among=among)
    columns = world.run().columns
    fought = np.zeros(world.shape, np.bool_)
    for name in world.roster.guarantors:
        fought |= columns[f"level_{name}"] == COMBAT
    shape = (len(THREATS), 2, trials, among.sets)
    attacked = columns["attacks"] > 0
    return attacked.reshape(shape).astype(np.float64), (fought & attacked).reshape(shape).astype(np.float64)


def _pacts(*, selected: bool) -> Array:
    """Chance of a pact at each level of threat."""
    chance = expit(SEEKING * (np.array(THREATS) - EVEN))
    return np.asarray(chance if selected else np.full(len(THREATS), chance.mean()))


def resampled(above: Array, below: Array) -> Array:
    """Return the ratio of sums over sets in 400 resamples of the sets (the bootstrap), the same ones at every call.

    Args:
        above: of each set, shape (sets,).
        below: likewise.

    """
    picks = np.random.Generator(np.random.Philox(key=1)).integers(0, len(above), (400, len(above)))
    return np.asarray(above[picks].sum(axis=1) / np.maximum(below[picks].sum(axis=1), 1e-12))


def attacked_shares(attacked: Array, *, selected: bool) -> tuple[Array, Array]:
    """Share of those with a pact that are attacked and of those without, by set."""
    pact = _pacts(selected=selected)
    by_set = attacked.mean(axis=2)
    return pact @ by_set[:, 1] / pact.sum(), (1.0 - pact) @ by_set[:, 0] / (1.0 - pact).sum()


def _risk(target: Target, attacked: Array, *, selected: bool) -> Check:
    with_, without = attacked_shares(attacked, selected=selected)
    how = "pacts form where threat is high" if selected else "pacts fall on states by lot"
    return _check(target, with_, without, f"{how}; this treaty stands for the average pact", f"{target.title}: {how}")


def _fought(target: Target, attacked: Array, fought: Array) -> Check:
    pact = _pacts(selected=True)
    note = "some guarantor in combat, among attacked pacts of that population"
    return _check(target, pact @ fought.mean(axis=2)[:, 1], pact @ attacked.mean(axis=2)[:, 1], note, target.title)


def _check(target: Target, above: Array, below: Array, note: str, title: str) -> Check:
    """A ratio of means over sets, with the middle 90 % over resamples of sets (the bootstrap)."""
    span, total = target.tolerance, float(below.sum())
    if total == 0.0:
        return Check(target.id, title, (span.low, span.high), None, None, None, note)
    value = float(above.sum()) / total
    low, high = (float(end) for end in np.quantile(resampled(above, below), (0.05, 0.95)))
    return Check(
        target.id, title, (span.low, span.high), value, (low, high), bool(span.low <= value <= span.high), note
    )


def _council(target: Target, among: Ensemble) -> Check:
    """The cases put to the Council, replayed with the ensemble's draws."""
    record, coding, span = load_record(), load_coding(), target.tolerance
    (opposes,) = (e.value for e in record.priors.priors if e.id == "oppose_below" and e.value is not None)
    dependence = {name: figure.value for name, figure in coding.council.dependence.items()}
    columns = {name: column[among.draws] for name, column in posterior().columns.items()}
    found = replay(columns, estimation_rows(), oppose_below=opposes, dependence=dependence)
    gap = found.replayed - found.fitted
    note = f"{len(found.lines)} cases: replayed {found.replayed:.2f}, fitted {found.fitted:.2f}"
    return Check(target.id, target.title, (span.low, span.high), gap, None, bool(span.low <= gap <= span.high), note)
