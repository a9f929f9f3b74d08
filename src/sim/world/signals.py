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
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from sim.world import chronicle
from sim.world.beliefs import Belief
from sim.world.choice import far, sigmoid
from sim.world.values import LARGEST, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.world.values import Cells
    from sim.world.world import World

    Array = NDArray[np.float64]

T = TypeVar("T", bound=np.generic)

NODES: Final = 5
"""Nodes over a belief, around the mode of the posterior; the tests hold its moments against the exact ones."""

APPROACHES: Final = 2
"""Newton steps towards that mode; where the nodes lie moves no moment, but for the error of five nodes."""

MOST: Final = 1.0 - 1e-9
"""A month's chance of a signal at the mean latent is taken as at most this: its log-odds must be finite."""

_POINTS, _WEIGHTS = np.polynomial.hermite_e.hermegauss(NODES)
_SHARES: Final = tuple(float(w) for w in _WEIGHTS / np.sqrt(2.0 * np.pi))


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
        eta = belief.mean + _nodes(belief.mean) * np.sqrt(belief.variance)
        for weight, chance in zip(_SHARES, sigmoid(self.log_odds(eta)), strict=True):
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

    @property
    def impossible(self) -> NDArray[np.bool_]:
        """Where something was sent that is never sent."""
        return np.asarray((self.sent > 0.0) & np.isneginf(self.rule.base))

    def over(self, belief: Belief, spread: Array) -> tuple[Array, Array]:
        """Log-odds of sending it in a month: at the mean of a belief, and what a standard deviation adds to them."""
        start = self.rule.log_odds(belief.mean)
        # What is never sent is sent all but never: of minus infinity, times nothing sent, nothing would come.
        return np.maximum(start, -LARGEST), self.rule.slope * spread

    def log_likelihood(self, log_odds: Array, step: float) -> Array:
        """Log of the chance of it at log-odds of sending in a month, in steps of `step` months."""
        # Less exact than `softplus` for chances below 1e-16, which weigh nothing here, and a third of its cost.
        pressure = np.minimum(log_odds, far(log_odds))
        np.exp(pressure, out=pressure)
        pressure += 1.0
        np.log(pressure, out=pressure)
        np.maximum(pressure, log_odds, out=pressure)
        if step == 1.0:
            # Over a whole month the log of the chance to send is the log-odds less the pressure.
            pressure *= self.sent + self.silent
            return np.asarray(self.sent * log_odds - pressure)
        with np.errstate(divide="ignore", invalid="ignore"):
            seen = np.where(self.sent > 0.0, self.sent * np.log(-np.expm1(-step * pressure)), 0.0)
        return np.asarray(seen - self.silent * pressure)


def absorbed(belief: Belief, evidence: Sequence[Evidence], step: float) -> Belief:
    """Belief after the evidence: the normal with the mean and variance of the exact posterior, one value for each.

    By adaptive Gauss-Hermite quadrature (Liu and Pierce 1994). A belief without variance does not move, nor does one
    to which the evidence is impossible.
    """
    spread = np.sqrt(belief.variance)
    lines = [part.over(belief, spread) for part in evidence]
    mode, width = _mode(lines, evidence, spread.dtype)
    nodes = _nodes(belief.mean)
    z = mode + nodes * width
    logs = 0.5 * (nodes * nodes - z * z)
    told = impossible = np.zeros((), np.bool_)
    for part, (start, rise) in zip(evidence, lines, strict=True):
        logs += part.log_likelihood(start + rise * z, step)
        told, impossible = told | (part.sent > 0.0) | (part.silent > 0.0), impossible | part.impossible
    top = logs.max(axis=0)
    # So far out that no node has a likelihood left: impossible for all that single precision can tell.
    possible = np.isfinite(top)
    logs -= np.where(possible, top, 0.0)
    mass = np.exp(logs, out=logs)
    whole = first = second = np.zeros((), spread.dtype)
    # Node by node: the order of a sum over an axis depends on the shape of the array.
    for weight, at, part_mass in zip(_SHARES, z, mass, strict=True):
        share = weight * part_mass
        moment = at * share
        whole, first, second = whole + share, first + moment, second + at * moment
    told = told & ~impossible & possible
    whole = np.where(told, whole, 1.0)
    shift = np.where(told, first / whole, 0.0)
    # Far out the difference has no digits left, and can come out below 0.
    kept = np.where(told, np.maximum(second / whole - shift * shift, 0.0), 1.0)
    return Belief(mean=belief.mean + spread * shift, variance=belief.variance * kept)


def _nodes(mean: Array) -> Array:
    """Nodes of a standard normal, on an axis before those of the beliefs."""
    return np.asarray(_POINTS.reshape((NODES,) + (1,) * max(1, mean.ndim)).astype(mean.dtype))


def _mode(
    lines: Sequence[tuple[Array, Array]], evidence: Sequence[Evidence], working: np.dtype[Any]
) -> tuple[Array, Array]:
    """About where the posterior peaks and how wide it is, in standard deviations of the belief before."""
    z, one = np.zeros((), working), np.ones((), working)
    curvature = one
    for _ in range(APPROACHES):
        slope, curvature = -z, one
        for part, (start, rise) in zip(evidence, lines, strict=True):
            chance = sigmoid(start + rise * z)
            count = part.sent + part.silent
            slope = slope + rise * (part.sent - count * chance)
            curvature = curvature + rise * rise * count * chance * (1.0 - chance)
        z = z + slope / curvature
    return np.asarray(z), np.asarray(1.0 / np.sqrt(curvature))


@dataclass
class Ledger:
    """What guarantors have shown since they last answered an attack; shape (guarantors, points, replicates).

    Attributes:
        sent: steps in which one sent a costly signal.
        quiet: months in which it did not, though the treaty obliged.
        talked: steps in which it talked.
        untalked: months in which it did not.

    """

    sent: Array
    quiet: Array
    talked: Array
    untalked: Array

    @classmethod
    def empty(cls, shape: tuple[int, int, int]) -> Ledger:
        """Nothing shown yet."""
        return cls(*(np.zeros(shape) for _ in fields(cls)))

    def at(self, cells: Cells) -> Ledger:
        """What was shown in some cells, shape (guarantors, cells)."""
        return Ledger(*(cells.along(getattr(self, field.name)) for field in fields(self)))

    def close(self, cells: Cells) -> None:
        """Begin anew in some cells."""
        for field in fields(self):
            getattr(self, field.name)[:, cells.point, cells.replicate] = 0.0


class Signals:
    """What the guarantors of a batch have shown, and what they are tied to by it.

    Args:
        world: the world they belong to.
        centre: mean latent of each guarantor by the record.

    Attributes:
        tied: what each guarantor's latent is raised by, publicly (logits).

    """

    def __init__(self, world: World, centre: Mapping[str, Array]) -> None:
        values, names = world.values, [guarantor.name for guarantor in world.guarantors]
        self._names, self._step = names, world.step_length
        self.on = np.array([[point.signals.active] for point in world.points])
        self._able = stacked([guarantor.active & self.on for guarantor in world.guarantors])
        self._any = bool(self._able.any())
        middle, eta = stacked([centre[name] for name in names]), stacked([world.truth[name] for name in names])
        self._rules = tuple(
            Rule.at_rate(values[f"signals.{kind}.rate"], values[f"signals.{kind}.slope"], middle)
            for kind in ("costly", "talk")
        )
        self._chances = tuple(rule.chance(eta, self._step) for rule in self._rules)
        self._ties = values["signals.costly.tied"]
        self._lapse = np.asarray(0.5 ** (self._step / values["signals.costly.half_life"]))
        shape = (len(names), *world.shape)
        self._won = np.zeros(shape)
        self._shown = Ledger.empty(shape)
        self._own = [guarantor.own("tied") for guarantor in world.guarantors]
        self.tied: dict[str, Array] = dict(zip(names, self._own, strict=True))

    def play(self, world: World, step: int) -> None:
        """Let every guarantor signal or be silent; what tied hands before lapses a little."""
        if not self._any:
            return
        shown, (costly, talk) = self._shown, self._chances
        told = None if world.log is None else chronicle.Signalling(world, step)
        luck = self._luck(world, "talk", step)
        talked = self._able & (luck < talk)
        if told is not None:
            told.kind(chronicle.TALK, self._able, talk, luck, talked)
        shown.talked += talked
        shown.untalked += self._step * (self._able & ~talked)
        sent = may = self._able & world.obliged
        if may.any():
            sent = may & (self._luck(world, "signal", step) < costly)
            shown.sent += sent
            shown.quiet += self._step * (may & ~sent)
        self._won = self._won * self._lapse + sent * self._ties
        self._tie()
        if told is not None:
            luck = self._luck(world, "signal", step)
            told.kind(chronicle.COSTLY, self._able, costly * may, luck, sent)
            told.read()

    def _luck(self, world: World, kind: str, step: int) -> Array:
        """Uniforms of every guarantor that can signal, shape (guarantors, 1, replicates)."""
        draws = np.ones((len(self._names), 1, world.shape[1]))
        for index, name in enumerate(self._names):
            if self._able[index].any():
                draws[index] = world.streams.uniform(f"{kind}/{name}", step)
        return draws

    def taken_in(self, held: Belief, cells: Cells, working: type[np.floating[Any]] = np.float64) -> Belief:
        """Beliefs on all guarantors in some cells, with all that they have shown since taken in.

        A pure look: it changes nothing, so that who looks, and when, moves no belief. The last axes are guarantors and
        cells, as are those of what is returned; `working` is the precision in which it is worked out.
        """
        if not self._any:
            return held
        shown = self._shown.at(cells)
        costly, talk = (self._rule_at(rule, cells) for rule in self._rules)
        evidence = []
        # Who has shown nothing in any of these cells is passed over: silence of nobody says nothing.
        if shown.talked.any() or shown.untalked.any():
            evidence.append(Evidence(talk, shown.talked, shown.untalked))
        if shown.sent.any() or shown.quiet.any():
            evidence.append(Evidence(costly, shown.sent, shown.quiet))
        if not evidence:
            return held
        before, seen = cast((held, tuple(evidence)), working)
        return absorbed(before, seen, self._step)

    @staticmethod
    def _rule_at(rule: Rule, cells: Cells) -> Rule:
        point = cells.point if rule.centre.shape[1] > 1 else np.zeros(1, np.intp)
        return Rule(base=cells.own(rule.base), slope=cells.own(rule.slope), centre=rule.centre[:, point, 0])

    def close(self, world: World, cells: Cells) -> None:
        """Write what has been shown into every observer's beliefs, in some cells, and begin anew there."""
        if not self._any or not len(cells):
            return
        world.minds.hold(cells, self.taken_in(world.minds.at(cells), cells))
        self._shown.close(cells)

    def tie(self, guarantor: int, cells: Cells, by: Array) -> None:
        """Tie a guarantor's hands by something else that it said in public, in some cells."""
        self._won[guarantor, cells.point, cells.replicate] += by
        self._tie()

    def _tie(self) -> None:
        self.tied = {name: own + won for name, own, won in zip(self._names, self._own, self._won, strict=True)}


def stacked(columns: Sequence[NDArray[T]]) -> NDArray[T]:
    """Columns of a batch as one array with an axis of its own before points and replicates."""
    return np.stack(np.broadcast_arrays(*columns))
