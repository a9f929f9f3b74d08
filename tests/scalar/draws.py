"""The luck of some trials, drawn beforehand from the same addresses as a batch's (model page 2)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.world.roster import roster
from sim.world.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.scenario import Scenario

Address = tuple[str, int, int]


class Luck:
    """The draws of one trial.

    Args:
        numbers: normals, logistics and uniforms by (stream, step, exchange).
        shocks: Gumbels of a choice, one for each alternative.

    """

    __slots__ = ("_numbers", "_shocks")

    def __init__(self, numbers: dict[Address, float], shocks: dict[Address, tuple[float, ...]]) -> None:
        self._numbers, self._shocks = numbers, shocks

    def number(self, name: str, step: int = 0, exchange: int = 0) -> float:
        """A draw of one number."""
        return self._numbers[name, step, exchange]

    def shocks(self, name: str, step: int, exchange: int = 0) -> tuple[float, ...]:
        """The Gumbels of a choice."""
        return self._shocks[name, step, exchange]


class Draws:
    """Every draw that a scenario's trials may need: all streams in all steps and exchanges.

    Args:
        scenario: what is played.
        seed: of the run.
        trials: numbers of the trials, in a row and in one block.

    """

    def __init__(self, scenario: Scenario, seed: int, trials: range) -> None:
        streams = Streams(seed, trials.start, len(trials))
        self._first = trials.start
        self._numbers: dict[Address, list[float]] = {}
        self._shocks: dict[Address, list[tuple[float, ...]]] = {}
        for kind, name, step, exchange in _numbers(scenario):
            drawn = getattr(streams, kind)(name, step, exchange)
            self._numbers[name, step, exchange] = (drawn[0] if kind == "uniform" else drawn).tolist()
        for alternatives, name, step, exchange in _choices(scenario):
            drawn = streams.gumbel(name, step, exchange, alternatives)
            self._shocks[name, step, exchange] = [tuple(row) for row in drawn.T.tolist()]

    def of(self, trial: int) -> Luck:
        """The draws of one of the trials."""
        at = trial - self._first
        return Luck(
            {address: drawn[at] for address, drawn in self._numbers.items()},
            {address: drawn[at] for address, drawn in self._shocks.items()},
        )


def steps_of(scenario: Scenario) -> int:
    """How many steps a scenario lasts."""
    return math.ceil(scenario.horizon / scenario.step)


def _numbers(scenario: Scenario) -> Iterator[tuple[str, str, int, int]]:
    """Kind and address of every draw of one number."""
    who = roster(scenario)
    yield "uniform", "accession lag", 0, 0
    for challenger in who.challengers:
        yield "normal", f"type/{challenger}", 0, 0
    for guarantor in who.guarantors:
        yield "logistic", f"admission/{guarantor}", 0, 0
        for observer in (*who.challengers, who.protege):
            yield "normal", f"perception/{observer}/{guarantor}", 0, 0
    once = [("normal", name) for name in ("threat", "tension", "crisis shock")]
    once += [("uniform", name) for name in ("jump", "council days", "suspension")]
    once += [
        ("uniform", f"{what}/{name}")
        for name in who.challengers
        for what in ("opportunity", "covert opportunity", "covert setback", "warning")
    ]
    once += [("uniform", f"{what}/{name}") for name in who.guarantors for what in ("signal", "talk")]
    once += [("logistic", f"{what}/{name}") for name in who.guarantors for what in ("stance", "response")]
    again = [("uniform", f"setback/{name}") for name in who.challengers]
    for step in range(steps_of(scenario)):
        yield from ((*stream, step, 0) for stream in once)
        yield from ((*stream, step, exchange) for stream in again for exchange in range(scenario.crisis.exchanges))


def _choices(scenario: Scenario) -> Iterator[tuple[int, str, int, int]]:
    """Number of alternatives and address of every choice."""
    who = roster(scenario)
    once = [(2, "request"), *((3, f"patron/{name}") for name in who.patrons)]
    again = [(3, "retaliation")]
    for name in who.challengers:
        once += [(2, f"{what}/{name}") for what in ("challenge", "escalation", "covert", "concede", "carry out")]
        once += [(1, f"threaten/{name}")]
        again += [(2, f"go on/{name}"), (2, f"go on how/{name}")]
    for step in range(steps_of(scenario)):
        yield from ((*choice, step, 0) for choice in once)
        yield from ((*choice, step, exchange) for choice in again for exchange in range(scenario.crisis.exchanges))
