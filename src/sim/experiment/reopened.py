"""Whatever lies in a run directory, read back: nothing is played."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from sim.experiment.carry import opened
from sim.experiment.compare import Comparison, stored_comparison
from sim.experiment.decompose import Decomposition, stored_decomposition
from sim.experiment.run import Result, stored
from sim.experiment.sweep import Sweep, stored_sweep
from sim.reading import InputError
from sim.reading.errors import shown_path

if TYPE_CHECKING:
    from pathlib import Path


class _Reads(Protocol):
    """Reads a finished experiment of one kind back."""

    def __call__(self, directory: str | Path, /) -> Result | Comparison | Sweep | Decomposition:
        """Return what it found."""
        ...


_READERS: Final[dict[str, _Reads]] = {
    "run": stored,
    "compare": stored_comparison,
    "sweep": stored_sweep,
    "decompose": stored_decomposition,
}


def stored_experiment(directory: str | Path) -> Result | Comparison | Sweep | Decomposition:
    """Read back the run, comparison, sweep or decomposition that lies in a directory.

    Raises:
        InputError: it is not a run directory, holds another kind, is not finished, or parts are not what they were.
    """
    plan, store = opened(directory)
    kind = str(plan.about.get("command"))
    if kind not in _READERS:
        wanted = "a run, a comparison, a sweep or a decomposition"
        raise InputError(f"{shown_path(store.directory)}: holds a {kind}; {wanted} can be read back")
    return _READERS[kind](directory)
