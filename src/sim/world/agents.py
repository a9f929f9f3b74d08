"""The states as agents: each holds its own numbers and applies the shared rules to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sim.record.covariates import indicators
from sim.world import channels, council, patron, response
from sim.world.anticipation import Member
from sim.world.assault import OVERT, abreast
from sim.world.beliefs import Belief, initial
from sim.world.challenge import CovertTerms, Fears, Motives, OvertTerms
from sim.world.choice import FAR
from sim.world.foresight import covariates
from sim.world.prospect import Appeal, Stake
from sim.world.stage import Agent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.scenario.schema import ChallengerState
    from sim.world.assault import Assault
    from sim.world.foresight import Attack
    from sim.world.reference import Reference
    from sim.world.response import Coefficients
    from sim.world.values import Cells, Values
    from sim.world.world import World

    Array = NDArray[np.float64]

NO_INTERESTS: Final = patron.Interests(*(np.zeros(()) for _ in range(6)))
"""Of a challenger that backs nobody."""

MOST_WEIGHT: Final = 1e6
"""Largest weight of a guarantor, where the leader's is 1: what is left when the leader has all but no power."""


class State(Agent):  # type: ignore[misc]
    """A state in the world.

    Args:
        world: the world it belongs to.
        name: its name in the scenario.

    """

    def __init__(self, world: World, name: str) -> None:
        super().__init__(world)
        self.name = name
        self.values: Values = world.values

    def own(self, parameter: str) -> Array:
        """Column of a parameter of this state."""
        return self.values[f"states.{self.name}.{parameter}"]


def relative(power: Array, leaders: Array) -> Array:
    """Power of a guarantor as a share of the leader's, at most `MOST_WEIGHT`.

    Where distance leaves nothing of the leader's power there is no scale, and nobody's counts.
    """
    measured = np.where(leaders > 0.0, leaders, 1.0)
    with np.errstate(over="ignore"):  # a leader all but without power
        shares = np.where(leaders > 0.0, power / measured, 0.0)
    return np.asarray(np.minimum(shares, MOST_WEIGHT))


class Guarantor(State):
    """A treaty member: takes a stance in the Council and responds to an attack.

    Args:
        world: the world it belongs to.
        name: its name.
        active: whether it votes and answers, for each point, shape (points, 1).
        leader: the leader of the alliance; None for the leader itself.

    """

    def __init__(self, world: World, name: str, active: NDArray[np.bool_], leader: Guarantor | None) -> None:
        super().__init__(world, name)
        self.active = active
        self.leads = leader is None
        self.ties = abreast([self.own(f"ties.{challenger}") for challenger in world.roster.challengers])
        power = self.own("capability") * np.exp(
            -self.own("distance") / self.values["environment.weights.distance_scale"]
        )
        self.power = power
        # On this scale the leader with nothing committed elsewhere is 1.
        scale = power if leader is None else leader.power
        self.weight: Array = np.asarray(relative(power, scale) * (1.0 - self.own("committed")))
        self.dependence: Array = np.zeros((1, 1)) if self.leads else self.own("dependence")

    def latent(self, world: World, coefficients: Coefficients, attack: Attack, assault: Assault) -> Array:
        """Its true latent in crises, without the shared shock, for coefficients and attacks entry by entry."""
        cells = assault.cells
        ties, committed = assault.of_attacker(self.ties), cells.own(self.own("committed"))
        x = covariates(attack, ties, committed, leads=self.leads)
        eta = response.latent(coefficients, cells.own(self.own("resolve")), attack.covered, x)
        return np.asarray(eta + cells.take(world.signals.tied[self.name]))

    def level(
        self,
        y: Array,
        cutpoints: tuple[Array, Array, Array],
        free: NDArray[np.bool_],
        no_mandate: Array,
        caution: Array,
        cells: Cells,
    ) -> NDArray[np.int8]:
        """Level of response at latent `y` with all shocks, in some cells.

        Without a free hand the leader's latent falls by `no_mandate`, and others stop at aid; the fear of a clash
        raises the leader's threshold of combat by `caution`. A suspended member does nothing.
        """
        if self.leads:
            reached = response.level(y - np.where(free, 0.0, no_mandate), cutpoints, caution)
        else:
            reached = council.capped(response.level(y, cutpoints, np.zeros(())), free=free)
        return np.where(cells.own(self.active), reached, np.int8(0)).astype(np.int8)

    def seen(self, belief: Belief, shift: Array, cells: Cells) -> Member:
        """How an observer sees it in some cells; the belief at the reference crisis moves by `shift`."""
        return Member(
            mean=belief.mean + shift,
            variance=belief.variance,
            dependence=cells.own(self.dependence),
            weight=cells.own(self.weight),
            active=cells.own(self.active),
        )


class Observer(State):
    """A state that holds beliefs of the guarantors: every challenger, and the protégé."""

    beliefs: dict[str, Belief]

    def look(
        self,
        guarantors: Sequence[Guarantor],
        truth: Mapping[str, Array],
        record: Reference,
        z: Array,
        mind: Sequence[Belief],
    ) -> None:
        """Form the first beliefs.

        Args:
            guarantors: whom it observes.
            truth: their true latents at the reference crisis.
            record: what anyone knows from the record.
            z: standard normals, shape (guarantors, replicates).
            mind: where it holds its belief on each guarantor.

        """
        acuity, bias = self.values["perception.acuity"], self.values["perception.bias"]
        self.beliefs = {}
        for guarantor, luck, held in zip(guarantors, z, mind, strict=True):
            name = guarantor.name
            first = initial(truth[name], record.mean[name], record.variance[name], acuity, bias, luck[None, :])
            held.mean[:], held.variance[:] = first.mean, first.variance
            self.beliefs[name] = held


class Protege(Observer):
    """The state under threat: asks for help, or not."""

    def appeal(self) -> Appeal:
        """Its reasons to ask."""
        asked = "crisis.request"
        return Appeal(
            sharpness=self.values[f"{asked}.sharpness"],
            help=self.values[f"{asked}.help"],
            refused=self.values[f"{asked}.refused"],
            level=self.values[f"{asked}.level"],
        )


class Challenger(Observer):
    """A possible attacker, and perhaps the patron of another.

    Args:
        world: the world it belongs to.
        name: its name.
        sketches: its entry in the scenario of each point.
        kind: its type, the weight on the threat, shape (1 or points, replicates).

    """

    def __init__(self, world: World, name: str, sketches: Sequence[ChallengerState], kind: Array) -> None:
        super().__init__(world, name)
        self.is_patron = sketches[0].patron is not None
        major, member = (
            np.array([[float(flag)] for flag in flags])
            for flags in zip(*((s.major, s.member) for s in sketches), strict=True)
        )
        militants, state = indicators(np.array([[sketch.kind] for sketch in sketches]))
        self.as_attacker = (militants, state, major, member)
        can = {action: np.array([[action in sketch.actions] for sketch in sketches]) for action in ("covert", *OVERT)}
        self.can_covert = can["covert"]
        self.threatens = np.array([[sketch.threaten] for sketch in sketches])
        self.can_overt = can["strike"] | can["campaign"]
        fears = Fears(
            self.own("deterrence"),
            self.values["choice.clash_cost"],
            self.own("tension_weight"),
            channels.diplomatic_cost(world, name),
        )
        terms = ("gain", "ease", "cost", "loss", "retaliation", "backing")
        self.motives = Motives(
            kind=kind,
            fears=fears,
            covert=CovertTerms(**self.values.group(f"states.{name}.covert", ("gain", "ease", "cost"))),
            overt=tuple(OvertTerms(**self.values.group(f"states.{name}.{a}", terms)) for a in OVERT),
            # What it cannot do is worth minus infinity; adding it keeps the shapes of what it can.
            closed=tuple(np.where(can[action], 0.0, -np.inf) for action in OVERT),
        )
        self.interests = NO_INTERESTS
        if self.is_patron:
            self.interests = patron.Interests(
                **self.values.group(f"states.{name}.patron", ("defend", "join", "join_threat", "join_tension")),
                deterrence=self.own("deterrence"),
                clash_cost=self.values["choice.clash_cost"],
            )

    def stake(self, backer: Challenger | None, leader: Guarantor, harms: tuple[Array, Array, Array]) -> Stake:
        """Who would stand on the other side of a leader that fights it."""
        return Stake(
            patron=NO_INTERESTS if backer is None else backer.interests,
            backed=np.asarray(float(backer is not None)),
            great=np.asarray(float(self.is_patron)),
            precision=self.values["choice.precision"],
            logits=self.values.precision,
            clash_cost=self.values["choice.clash_cost"],
            leader_weight=leader.weight,
            harms=harms,
        )

    def rate(self, tension: Array) -> Array:
        """Chances of overt action a month: opportunity x exp(tension coefficient x tau); 0 where it has no action."""
        # Beyond 300 a chance comes for certain; an exponential without end would make nothing of a rate of 0.
        rate = self.own("opportunity.overt") * np.exp(np.minimum(self.own("opportunity.tension") * tension, FAR))
        return np.asarray(rate * self.can_overt)
