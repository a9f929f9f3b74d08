from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from fuzz import ends, mutants, traps
from sim import InputError
from sim.scenario import load

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 10.0


@pytest.mark.parametrize("trap", traps.TRAPS)
def test_a_file_of_thousands_is_refused_within_seconds(trap: str, tmp_path: Path) -> None:
    path = mutants.written(tmp_path, traps.TRAPS[trap].encode())
    load("baseline")  # what is built once for all does not count
    began = time.process_time()
    with pytest.raises(InputError) as refused:
        load(path)
    told = str(refused.value)
    assert time.process_time() - began < SECONDS
    ends.refused_well(refused.value)
    assert len(told.splitlines()) <= 102
    assert "nothing was run." in told


def test_as_many_mistakes_as_are_shown_get_a_hint(tmp_path: Path) -> None:
    content = "extends: baseline\n" + "".join(f"horizon{number}: 1\n" for number in range(150))
    with pytest.raises(InputError) as refused:
        load(mutants.written(tmp_path, content.encode()))
    assert len(refused.value.problems) == 150
    assert sum(problem.hint is not None for problem in refused.value.problems) == 100
    assert "and 50 more\n150 errors; nothing was run." in str(refused.value)
