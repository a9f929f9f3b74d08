"""Signals and silence: what guarantors show before a crisis, and what observers make of it (model page 4.4).

Each month an active guarantor may send a costly signal (exercise, deployment, base) and cheap talk, with
P(sent | eta) = sigmoid(a + b eta) at its true latent at the reference crisis; `a` puts the rate of the scenario at the
mean that the record gives. Over a part of a month the chance is 1 - (1 - P)^part. Costly signals are tied to cover:
they are sent only where the treaty obliges. Talk goes on always, at rates that do not know of cover, so a treaty that
is absent, or binds nobody, changes no signal.

Observers are Bayesian in both: a normal belief is moved by assumed-density filtering (its moments under the likelihood
of what was sent and what was not, by Gauss-Hermite quadrature). A costly signal is absorbed at once; silence and talk
once a quarter, by the likelihood of the whole quarter. A costly signal also ties hands (Fearon 1997): it adds `tied` to
the guarantor's latent, which everybody knows, and which lapses by half in `half_life` months, in quarterly steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.world.beliefs import Belief
from sim.world.values import Cells, cut

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.world.agents import Guarantor
    from sim.world.world import World

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]

QUARTER: Final = 3.0
"""Months over which silence and talk are gathered before beliefs move."""

NODES: Final = 9
"""Nodes over a belief; with 9 a belief of variance 2.5 moves as the exact posterior: mean 0.003, variance 1 %."""

MOST: Final = 0.99
"""A month's chance of a signal at the mean latent is taken as at most this: its log-odds must be finite."""

_POINTS, _WEIGHTS = np.polynomial.hermite_e.hermegauss(NODES)
_QUADRATURE: Final = tuple((float(z), float(w)) for z, w in zip(_POINTS, _WEIGHTS / np.sqrt(2.0 * np.pi), strict=True))


@dataclass(frozen=True)
class Rule:
    """How often a guarantor of a given latent sends one kind of signal.

    Attributes:
        rate: chance a month where the latent is `centre`.
        slope: change of its log-odds per unit of the latent (b).
        centre: mean latent by the record.

    """

    rate: Array
    slope: Array
    centre: Array

    def pressure(self, eta: Array) -> Array:
        """Minus the log of the chance to be silent for a month: log(1 + exp(a + b eta))."""
        with np.errstate(divide="ignore"):
            rate = np.minimum(self.rate, MOST)
            a = np.log(rate) - np.log1p(-rate)
        return np.asarray(np.logaddexp(0.0, a + self.slope * (eta - self.centre)))

    def chance(self, eta: Array, months: float) -> Array:
        """Chance that a guarantor of latent `eta` sends the signal in so many months."""
        return np.asarray(-np.expm1(-months * self.pressure(eta)))


@dataclass(frozen=True)
class Evidence:
    """What was seen of one kind of signal of one guarantor.

    Attributes:
        rule: how often it is sent.
        sent: in how many steps it was.
        silent: months in which it was not, though it could have been.

    """

    rule: Rule
    sent: Array
    silent: Array

    def log_likelihood(self, eta: Array, step: float) -> Array:
        """Log of the chance of it for a guarantor of latent `eta`, in steps of `step` months."""
        pressure = self.rule.pressure(eta)
        with np.errstate(divide="ignore", invalid="ignore"):
            seen = np.where(self.sent > 0, self.sent * np.log(-np.expm1(-step * pressure)), 0.0)
        return np.asarray(seen - self.silent * pressure)


def absorbed(belief: Belief, evidence: Sequence[Evidence], step: float) -> Belief:
    """Belief after the evidence: the normal with the mean and variance of the exact posterior.

    A belief without variance does not move.
    """
    spread = np.sqrt(belief.variance)
    logs = []
    for z, _ in _QUADRATURE:
        eta = belief.mean + spread * z
        total = evidence[0].log_likelihood(eta, step)
        for more in evidence[1:]:
            total = total + more.log_likelihood(eta, step)
        logs.append(total)
    top = logs[0]
    for value in logs[1:]:
        top = np.maximum(top, value)
    whole, first, second = np.zeros(()), np.zeros(()), np.zeros(())
    for (z, w), value in zip(_QUADRATURE, logs, strict=True):
        mass = w * np.exp(value - top)
        whole, first, second = whole + mass, first + z * mass, second + z * z * mass
    shift = first / whole
    told = np.zeros((), np.bool_)
    for part in evidence:
        told = told | (part.sent > 0) | (part.silent > 0)
    return Belief(
        mean=np.where(told, belief.mean + spread * shift, belief.mean),
        variance=np.where(told, belief.variance * (second / whole - shift * shift), belief.variance),
    )


class Signals:
    """What the guarantors of a batch have shown, and what they are tied to by it.

    Args:
        world: the world they belong to.
        centre: mean latent of each guarantor by the record.

    Attributes:
        tied: what each guarantor's latent is raised by, publicly (logits).

    """

    def __init__(self, world: World, centre: Mapping[str, Array]) -> None:
        values = world.values
        self.on = np.array([[point.signals.active] for point in world.points])
        self._costly, self._talk = (
            {
                g.name: Rule(values[f"signals.{kind}.rate"], values[f"signals.{kind}.slope"], centre[g.name])
                for g in world.guarantors
            }
            for kind in ("costly", "talk")
        )
        length = world.step_length
        self._chances = {
            g.name: (
                self._costly[g.name].chance(world.truth[g.name], length),
                self._talk[g.name].chance(world.truth[g.name], length),
            )
            for g in world.guarantors
        }
        self._ties = values["signals.costly.tied"]
        self._lapse = np.asarray(0.5 ** (QUARTER / values["signals.costly.half_life"]))
        self._won = {g.name: np.zeros(world.shape) for g in world.guarantors}
        self.tied: dict[str, Array] = {g.name: g.own("tied") for g in world.guarantors}
        self._quiet = {g.name: np.zeros(world.shape) for g in world.guarantors}
        self._talked = {g.name: np.zeros(world.shape) for g in world.guarantors}
        self._untalked = {g.name: np.zeros(world.shape) for g in world.guarantors}

    def play(self, world: World, step: int) -> None:
        """Let every guarantor signal or be silent, and every observer take it in."""
        if not self.on.any():
            return
        if step > 0 and (step * world.step_length) % QUARTER == 0.0:
            self._close_quarter(world, step)
        for guarantor in world.guarantors:
            self._send(world, guarantor, step)

    def _send(self, world: World, guarantor: Guarantor, step: int) -> None:
        name, length = guarantor.name, world.step_length
        able = guarantor.active & self.on
        chance, chatter = self._chances[name]
        may = able & world.obliged
        sent = may & (world.streams.uniform(f"signal/{name}", step)[0] < chance)
        talked = able & (world.streams.uniform(f"talk/{name}", step)[0] < chatter)
        self._quiet[name] = self._quiet[name] + length * (may & ~sent)
        self._talked[name] = self._talked[name] + talked
        self._untalked[name] = self._untalked[name] + length * (able & ~talked)
        if world.log is not None and bool(talked[0, 0]):
            world.log.fact("signals", step, "talk", actor=name)
        cells = Cells(*np.nonzero(sent))
        if not len(cells):
            return
        self._won[name] = self._won[name] + sent * self._ties
        self._tie(guarantor)
        if world.log is not None:
            world.log.fact("signals", step, "costly signal", actor=name, chance=chance, tied=self.tied[name])
        rule = cut(self._costly[name], cells)
        seen = Evidence(rule, np.ones(len(cells)), np.zeros(len(cells)))
        for observer in world.observers:
            observer.learn(name, absorbed(cut(observer.beliefs[name], cells), [seen], length), cells, world.shape)
            self._tell(world, step, observer.name, guarantor)
        world.forecasts.outdate(sent)

    def _close_quarter(self, world: World, step: int) -> None:
        """Take in a quarter's silence and talk; what ties hands lapses."""
        for guarantor in world.guarantors:
            name = guarantor.name
            evidence = [
                Evidence(self._talk[name], self._talked[name], self._untalked[name]),
                Evidence(self._costly[name], np.zeros(()), self._quiet[name]),
            ]
            for observer in world.observers:
                observer.beliefs[name] = absorbed(observer.beliefs[name], evidence, world.step_length)
                self._tell(world, step, observer.name, guarantor)
            self._won[name] = self._won[name] * self._lapse
            self._tie(guarantor)
            for kept in (self._quiet, self._talked, self._untalked):
                kept[name] = np.zeros(world.shape)
        world.forecasts.outdate(self.on)

    def _tie(self, guarantor: Guarantor) -> None:
        self.tied[guarantor.name] = guarantor.own("tied") + self._won[guarantor.name]

    @staticmethod
    def _tell(world: World, step: int, observer: str, guarantor: Guarantor) -> None:
        if world.log is not None and bool(np.broadcast_to(guarantor.active, world.shape)[0, 0]):
            belief = next(o for o in world.observers if o.name == observer).beliefs[guarantor.name]
            world.log.fact(
                "signals",
                step,
                "belief",
                observer=observer,
                actor=guarantor.name,
                mean=belief.mean,
                variance=belief.variance,
            )
