"""Mutants by the hundred, and with `-m slow` by the thousand.

The environment variable FUZZ_CASES says how many, FUZZ_FIRST from which seed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz import ends, extremes, mutants, words
from sim.cli import main
from sim.scenario import canonical, load

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.yaml"))
CASES = int(os.environ.get("FUZZ_CASES", "1000"))
FIRST = int(os.environ.get("FUZZ_FIRST", "1000000"))
SECONDS = 10.0
MEMORY = 1 << 30
# The limit on addresses is a backstop: libraries map much more than they use.
_BOUNDED = """
import pathlib, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
from sim.cli import main
code = main(sys.argv[1:])
# Not ru_maxrss: it is handed down from the process that forked this one.
(peak,) = (line for line in pathlib.Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print("peak", int(peak.split()[1]) << 10)
sys.exit(code)
"""

NAMES = sorted(mutants.entries(canonical(load("baseline"))))

nested = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from(NAMES)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(sorted({*".".join(NAMES).split(".")})), inner, max_size=4),
    ),
    max_leaves=12,
)


def a_file(seed: int, place: Path) -> None:
    """One mutant of a shipped file: loaded, and now and then played."""
    luck = np.random.default_rng(seed)
    _, content = mutants.mutant(luck)
    scenario = ends.loaded(mutants.written(place, content))
    if scenario is not None and luck.random() < 0.3:
        ends.played(scenario)


def an_override(seed: int) -> None:
    """One to three overrides of entries, of the wrong kind more often than not."""
    luck = np.random.default_rng(seed)
    scenario = ends.loaded("baseline", [mutants.override(luck, NAMES) for _ in range(int(luck.integers(1, 4)))])
    if scenario is not None:
        ends.played(scenario)


def an_extreme(seed: int) -> None:
    """One scenario with parameters at the ends of their fields."""
    scenario = ends.loaded("baseline", extremes.overrides(np.random.default_rng(seed)))
    if scenario is not None:
        ends.played(scenario)


def a_line(seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    """One command line: an answer, or exit code 2 and a message."""
    line = words.line(np.random.default_rng(seed), NAMES)
    code = main(line)
    captured = capsys.readouterr()
    assert code in {0, 2}, line
    assert code == 0 or captured.err.strip(), line
    assert "Traceback" not in captured.err, line


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    mutants.written(tmp_path, b"extends: member\nhorizon: 3\n")


@pytest.mark.parametrize("path", CORPUS, ids=[path.stem for path in CORPUS])
def test_what_once_failed_ends_well(path: Path) -> None:
    scenario = ends.loaded(path)
    if scenario is not None:
        ends.played(scenario)


def test_mutants_end_in_an_answer_or_a_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As many as there are kinds of mutants several times over; by the thousand in the slow tests."""
    for seed in range(40):
        a_file(seed, tmp_path)
        a_line(seed, capsys)
    for seed in range(25):
        an_override(seed)
    for seed in range(100, 112):
        an_extreme(seed)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(NAMES), nested)
def test_any_value_for_any_entry_ends_well(name: str, value: object) -> None:
    ends.loaded("baseline", {name: value})


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(nested)
def test_any_data_in_a_file_end_well(tmp_path: Path, data: object) -> None:
    laid = {"extends": "baseline", **data} if isinstance(data, dict) else data
    ends.loaded(mutants.written(tmp_path, yaml.safe_dump(laid, allow_unicode=True).encode()))


@pytest.mark.parametrize("arguments", [("check", "mine.yaml"), ("run", "mine.yaml", "--dry-run")])
def test_a_process_of_its_own_stays_within_its_bounds(arguments: tuple[str, ...], tmp_path: Path) -> None:
    mutants.written(
        tmp_path, ("extends: member\nevents: [" + "{month: 0, set: {threat: 1}}," * 14_000 + "]\n").encode()
    )
    done = subprocess.run(
        [sys.executable, "-c", _BOUNDED, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 2, done.stderr
    assert "mine.yaml:2" in done.stderr
    assert int(done.stdout.split()[-1]) < MEMORY
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.timeout(120 + CASES // 8)  # four or five minutes for ten thousand on one free core
def test_thousands_of_mutants_end_in_an_answer_or_a_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    worst = 0.0
    for case in range(CASES):
        seed, began = FIRST + case, time.process_time()
        if case % 20 == 0:
            an_extreme(seed)
        elif case % 5 == 1:
            an_override(seed)
        elif case % 5 == 2:
            a_line(seed, capsys)
        else:
            a_file(seed, tmp_path)
        worst = max(worst, time.process_time() - began)
        assert worst < SECONDS, seed
