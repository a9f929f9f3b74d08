"""Where all luck comes from: draws addressed by what they decide, so that paired worlds share them.

Draw `r` of a stream is a pure function of (seed, stream name, step, exchange, block, position) and of nothing that
happened before: a world that needs fewer draws, or another order of decisions, changes no other draw (common random
numbers; the concept is explained well in Vivarium's documentation). A stream of choices carries one uniform for each
alternative, so that paired arms share luck alternative by alternative.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import ndtri

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK: Final = 4096
"""Replicates that share one counter of every stream; a trial's block is its number divided by it."""

_LANES: Final = 4
"""Numbers that Philox 4x64 yields for each value of its counter."""

_TINY: Final = 2.0**-54
"""Stands for a uniform of exactly 0, half the distance to the next one: its logarithm must be finite."""


def stable_hash(name: str) -> int:
    """64-bit hash of a name that is the same in every process and Python version."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


class Streams:
    """The draws of replicates `first` to `first + replicates - 1`, block after block.

    Args:
        seed: the run's seed, 0 to 2**64 - 1.
        first: number of the first trial.
        replicates: how many trials, at least 1.

    """

    def __init__(self, seed: int, first: int, replicates: int) -> None:
        ends = range((first // BLOCK + 1) * BLOCK, first + replicates, BLOCK)
        starts = (first, *ends)
        self._pieces = tuple(
            (*divmod(start, BLOCK), end - start) for start, end in zip(starts, (*ends, first + replicates), strict=True)
        )
        self.replicates = replicates
        self._seed = seed
        self._keys: dict[str, int] = {}
        self._philox = np.random.Philox(key=np.array([seed, 0], dtype=np.uint64))
        self._generator = np.random.Generator(self._philox)
        self._state = self._philox.state

    def uniform(
        self,
        name: str,
        step: int,
        exchange: int = 0,
        alternatives: int = 1,
        at: NDArray[np.intp] | None = None,
    ) -> NDArray[np.float64]:
        """Uniforms in (0, 1), shape (alternatives, replicates).

        Args:
            name: of the stream.
            step: number of the step.
            exchange: number of the exchange within a crisis.
            alternatives: how many uniforms a replicate takes.
            at: only the draws of these replicates, in this order, a replicate as often as it is named.

        """
        key = self._keys.get(name)
        if key is None:
            key = self._keys[name] = stable_hash(name)
        # Setting the state of one generator costs a fifth of building another.
        inner, drawn, filled = self._state["state"], np.empty(self.replicates * alternatives), 0
        inner["key"][:] = (self._seed, key)
        for block, position, length in self._pieces:
            skipped, rest = divmod(position * alternatives, _LANES)
            inner["counter"][:] = (skipped, step, exchange, block)
            self._state["buffer_pos"] = _LANES
            self._philox.state = self._state
            end = filled + length * alternatives
            if rest:
                drawn[filled:end] = self._generator.random(rest + length * alternatives)[rest:]
            else:
                self._generator.random(out=drawn[filled:end])
            filled = end
        draws = drawn.reshape(self.replicates, alternatives)
        picked = draws if at is None else draws.take(at, axis=0)
        return np.asarray(np.maximum(picked.T, _TINY))

    def gumbel(
        self,
        name: str,
        step: int,
        exchange: int = 0,
        alternatives: int = 2,
        at: NDArray[np.intp] | None = None,
    ) -> NDArray[np.float64]:
        """Standard Gumbel shocks -log(-log u), shape (alternatives, replicates); arguments as for `uniform`."""
        return np.asarray(-np.log(-np.log(self.uniform(name, step, exchange, alternatives, at))))

    def logistic(
        self, name: str, step: int, exchange: int = 0, at: NDArray[np.intp] | None = None
    ) -> NDArray[np.float64]:
        """Standard logistic shocks log(u / (1 - u)), shape (replicates,)."""
        u = self.uniform(name, step, exchange, at=at)[0]
        return np.asarray(np.log(u) - np.log1p(-u))

    def normal(
        self, name: str, step: int, exchange: int = 0, at: NDArray[np.intp] | None = None
    ) -> NDArray[np.float64]:
        """Standard normals, shape (replicates,)."""
        return np.asarray(ndtri(self.uniform(name, step, exchange, at=at)[0]))
