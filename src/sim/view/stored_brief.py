"""The brief of what lies in a directory: everything that it needs, read and gathered."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from sim.experiment import Decomposition, Result, Sweep, against, convergence, find_flips, stored_experiment
from sim.experiment.papers import read_papers
from sim.reading import InputError
from sim.reading.errors import shown_path
from sim.view.answers import summary_of
from sim.view.brief import Brief, brief_of


def stored_brief(directory: str | Path) -> Brief:
    """Gather the brief of a stored run, comparison or sweep; nothing is played.

    Raises:
        InputError: the directory holds none of these, is not finished, or parts are not what they were.
    """
    found = stored_experiment(directory)
    if isinstance(found, Decomposition):
        raise InputError(
            f"{shown_path(Path(directory))}: holds a decomposition; a run, a comparison or a sweep has a brief"
        )
    series: dict[str, Any] = {}
    if isinstance(found, Result):
        series["convergence"] = convergence(directory).to_json()
    if not isinstance(found, Sweep):
        with contextlib.suppress(InputError):  # no parameter differs between its sets
            series["against"] = against(directory).to_json()
    answer = summary_of(found) if isinstance(found, Result) else found.to_json()
    return brief_of(answer, find_flips(directory), read_papers(directory), series, str(directory))
