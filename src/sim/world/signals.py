"""Signals and silence: what guarantors show before a crisis, and what observers make of it (model page 7.4).

Each month an active guarantor may send a costly signal (exercise, deployment, base) and cheap talk, with
P(sent | eta) = sigmoid(a + b eta) at its true latent at the reference crisis; `a` puts the rate of the scenario at the
mean that the record gives. Over a part of a month the chance is 1 - (1 - P)^part. Costly signals are tied to cover:
they are sent only where the treaty obliges. Talk goes on always, at rates that do not know of cover, so a treaty that
is absent, or binds nobody, changes no signal.

Observers are Bayesian in both: a normal belief is moved by assumed-density filtering, to its moments under the
likelihood of all that was sent and all that was not since the guarantor last answered an attack. The likelihood does
not ask for the order of events, so one update for all of them is nearer to the exact posterior than one a month. A
costly signal also ties hands (Fearon 1997): it adds `tied` to the guarantor's latent, which everybody knows, and which
lapses by half in `half_life` months.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.world.beliefs import Belief
from sim.world.choice import sigmoid
from sim.world.values import Cells, cut

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.world.agents import Guarantor
    from sim.world.world import World

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]

NODES: Final = 5
"""Nodes over a belief, around the mode of the posterior; the tests hold its moments against the exact ones."""

APPROACHES: Final = 2
"""Newton steps towards that mode; where the nodes lie moves no moment, but for the error of five nodes."""

MOST: Final = 1.0 - 1e-9
"""A month's chance of a signal at the mean latent is taken as at most this: its log-odds must be finite."""

_POINTS, _WEIGHTS = np.polynomial.hermite_e.hermegauss(NODES)
_WEIGHTS = _WEIGHTS / np.sqrt(2.0 * np.pi)
_Z: Final = _POINTS[:, None]
"""Nodes of a standard normal, an axis before that of the cells."""


@dataclass(frozen=True)
class Rule:
    """How often a guarantor of a given latent sends one kind of signal.

    Attributes:
        base: log-odds of sending it in a month where the latent is `centre` (minus infinity: never).
        slope: change of them per unit of the latent (b).
        centre: mean latent by the record.

    """

    base: Array
    slope: Array
    centre: Array

    @classmethod
    def at_rate(cls, rate: Array, slope: Array, centre: Array) -> Rule:
        """Rule by which a guarantor of latent `centre` sends the signal with chance `rate` a month, 0 to 1."""
        kept = np.minimum(rate, MOST)
        with np.errstate(divide="ignore"):
            return cls(base=np.asarray(np.log(kept) - np.log1p(-kept)), slope=slope, centre=centre)

    def log_odds(self, eta: Array) -> Array:
        """Log-odds that a guarantor of latent `eta` sends the signal in a month."""
        return np.asarray(self.base + self.slope * (eta - self.centre))

    def chance(self, eta: Array, months: float) -> Array:
        """Chance that a guarantor of latent `eta` sends the signal in so many months."""
        return np.asarray(-np.expm1(-months * softplus(self.log_odds(eta))))

    def expected(self, belief: Belief) -> Array:
        """Chance that it is sent in a month, to somebody with a belief on the latent (one value a cell)."""
        total = np.zeros(())
        eta = belief.mean + _Z * np.sqrt(belief.variance)
        for weight, chance in zip(_WEIGHTS, sigmoid(self.log_odds(eta)), strict=True):
            total = total + weight * chance
        return np.asarray(total)


def softplus(x: Array) -> Array:
    """Minus the log of the chance of silence in a month at log-odds `x`: log(1 + exp(x)), safe far out."""
    return np.asarray(np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x))))


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
        log_odds = self.rule.log_odds(eta)
        pressure = softplus(log_odds)
        with np.errstate(divide="ignore", invalid="ignore"):
            # Over a whole month the log of the chance to send is the log-odds less the pressure.
            sending = log_odds - pressure if step == 1.0 else np.log(-np.expm1(-step * pressure))
            seen = np.where(self.sent > 0.0, self.sent * sending, 0.0)
        return np.asarray(seen - self.silent * pressure)


def absorbed(belief: Belief, evidence: Sequence[Evidence], step: float) -> Belief:
    """Belief after the evidence: the normal with the mean and variance of the exact posterior, one value a cell.

    By adaptive Gauss-Hermite quadrature (Liu and Pierce 1994). A belief without variance does not move, nor does one
    to which the evidence is impossible.
    """
    spread = np.sqrt(belief.variance)
    mode, width = _mode(belief.mean, spread, evidence)
    z = mode + _Z * width
    eta = belief.mean + spread * z
    logs = 0.5 * (_Z * _Z - z * z)
    told = np.zeros((), np.bool_)
    for part in evidence:
        logs = logs + part.log_likelihood(eta, step)
        told = told | (part.sent > 0) | (part.silent > 0)
    top = logs.max(axis=0)
    told = told & ~np.isneginf(top)
    mass = np.exp(logs - np.where(np.isneginf(top), 0.0, top))
    whole = first = second = np.zeros(())
    # Node by node: the order of a sum over an axis depends on the shape of the array.
    for weight, at, part_mass in zip(_WEIGHTS, z, mass, strict=True):
        share = weight * part_mass
        whole, first, second = whole + share, first + at * share, second + at * at * share
    whole = np.where(told, whole, 1.0)
    shift = first / whole
    return Belief(
        mean=np.where(told, belief.mean + spread * shift, belief.mean),
        variance=np.where(told, belief.variance * (second / whole - shift * shift), belief.variance),
    )


def _mode(mean: Array, spread: Array, evidence: Sequence[Evidence]) -> tuple[Array, Array]:
    """About where the posterior peaks and how wide it is, in standard deviations of the belief before."""
    z = np.zeros(())
    curvature = np.ones(())
    for _ in range(APPROACHES):
        slope, curvature = -z, np.ones(())
        for part in evidence:
            chance = sigmoid(part.rule.log_odds(mean + spread * z))
            steep, count = spread * part.rule.slope, part.sent + part.silent
            slope = slope + steep * (part.sent - count * chance)
            curvature = curvature + steep * steep * count * chance * (1.0 - chance)
        z = z + slope / curvature
    return np.asarray(z), np.asarray(1.0 / np.sqrt(curvature))


@dataclass
class Ledger:
    """What a guarantor has shown since observers last saw it answer an attack; columns of the batch.

    Attributes:
        sent: steps in which it sent a costly signal.
        quiet: months in which it did not, though the treaty obliged.
        talked: steps in which it talked.
        untalked: months in which it did not.

    """

    sent: Array
    quiet: Array
    talked: Array
    untalked: Array

    @classmethod
    def empty(cls, shape: tuple[int, int]) -> Ledger:
        """Nothing shown yet."""
        return cls(*(np.zeros(shape) for _ in fields(cls)))

    def close(self, cells: Cells) -> None:
        """Begin anew in some cells."""
        for field in fields(self):
            getattr(self, field.name)[cells.point, cells.replicate] = 0.0


class Signals:
    """What the guarantors of a batch have shown, and what they are tied to by it.

    Args:
        world: the world they belong to.
        centre: mean latent of each guarantor by the record.

    Attributes:
        tied: what each guarantor's latent is raised by, publicly (logits).

    """

    def __init__(self, world: World, centre: Mapping[str, Array]) -> None:
        values, length = world.values, world.step_length
        self.on = np.array([[point.signals.active] for point in world.points])
        self._any = bool(self.on.any())
        self._step = length
        self._rules = {
            g.name: tuple(
                Rule.at_rate(values[f"signals.{kind}.rate"], values[f"signals.{kind}.slope"], centre[g.name])
                for kind in ("costly", "talk")
            )
            for g in world.guarantors
        }
        self._chances = {
            g.name: tuple(rule.chance(world.truth[g.name], length) for rule in self._rules[g.name])
            for g in world.guarantors
        }
        self._ties = values["signals.costly.tied"]
        self._lapse = np.asarray(0.5 ** (length / values["signals.costly.half_life"]))
        self._won = {g.name: np.zeros(world.shape) for g in world.guarantors}
        self._shown = {g.name: Ledger.empty(world.shape) for g in world.guarantors}
        self._own = {g.name: g.own("tied") for g in world.guarantors}
        self.tied: dict[str, Array] = dict(self._own)

    def play(self, world: World, step: int) -> None:
        """Let every guarantor signal or be silent; what tied hands before lapses a little."""
        if not self._any:
            return
        obliged = world.obliged
        for guarantor in world.guarantors:
            able = guarantor.active & self.on
            if able.any():
                self._send(world, guarantor, step, able, able & obliged)

    def _send(self, world: World, guarantor: Guarantor, step: int, able: Flags, may: Flags) -> None:
        name, shown = guarantor.name, self._shown[guarantor.name]
        costly, talk = self._chances[name]
        talked = able & (world.streams.uniform(f"talk/{name}", step)[0] < talk)
        shown.talked += talked
        shown.untalked += self._step * (able & ~talked)
        if may.any():
            sent = may & (world.streams.uniform(f"signal/{name}", step)[0] < costly)
            shown.sent += sent
            shown.quiet += self._step * (may & ~sent)
            self._won[name] = self._won[name] * self._lapse + sent * self._ties
        else:
            sent = may
            self._won[name] = self._won[name] * self._lapse
        self.tied[name] = self._own[name] + self._won[name]
        if world.log is not None:
            for kind, shows, chance in (("talk", talked, talk), ("costly signal", sent, costly)):
                if bool(np.broadcast_to(shows, world.shape)[0, 0]):
                    world.log.fact("signals", step, kind, actor=name, chance=chance, tied=self.tied[name])

    def taken_in(self, beliefs: Mapping[str, Belief], cells: Cells) -> Mapping[str, Belief]:
        """Beliefs on each guarantor in some cells, with all that it has shown since taken in.

        A pure look: it changes nothing, so that who looks, and when, moves no belief.
        """
        if not self._any:
            return beliefs
        return {
            name: absorbed(belief, self._evidence(name, cells), self._step) if self._speaks(name) else belief
            for name, belief in beliefs.items()
        }

    def close(self, world: World, cells: Cells) -> None:
        """Write what has been shown into every observer's beliefs, in some cells, and begin anew there."""
        if not self._any:
            return
        for observer in world.observers:
            for name, belief in self.taken_in(cut(observer.beliefs, cells), cells).items():
                observer.learn(name, belief, cells)
        for shown in self._shown.values():
            shown.close(cells)

    def tie(self, name: str, cells: Cells, by: Array) -> None:
        """Tie a guarantor's hands by something else that it said in public, in some cells."""
        won = self._won[name].copy()
        won[cells.point, cells.replicate] += by
        self._won[name] = won
        self.tied[name] = self._own[name] + won

    def _speaks(self, name: str) -> bool:
        """Whether a guarantor can have shown anything in any cell: a shortcut that changes no value."""
        return bool(self._shown[name].talked.any() or self._shown[name].untalked.any())

    def _evidence(self, name: str, cells: Cells) -> list[Evidence]:
        shown: Ledger = cut(self._shown[name], cells)
        costly, talk = (cut(rule, cells) for rule in self._rules[name])
        evidence = [Evidence(talk, shown.talked, shown.untalked)]
        # Where no treaty obliges nobody could have sent anything, and silence says nothing.
        if shown.sent.any() or shown.quiet.any():
            evidence.append(Evidence(costly, shown.sent, shown.quiet))
        return evidence
