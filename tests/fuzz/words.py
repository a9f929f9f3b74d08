"""Command lines: real commands with words wrong, missing, doubled and swapped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fuzz import mutants

if TYPE_CHECKING:
    import numpy as np

COMMANDS: Final = (
    ("run", "member", "--dry-run"),
    ("run", "member", "--dry-run", "--trials", "10", "--seed", "3", "--jobs", "1", "--out", "there"),
    ("run", "mine.yaml", "--dry-run", "--json", "--quiet"),
    ("run", "member", "--dry-run", "--set", "horizon=2", "--set", "states.Russia.resolve.shift=2"),
    ("check", "member", "--quiet"),
    ("check", "member", "mine.yaml", "--json"),
    ("check", "member", "--set", "perception.bias=1", "--quiet"),
    ("verify", "there"),
    ("report", "there", "-o", "brief.html"),
    ("report", "there", "--out", "brief.md", "--json"),
    ("plot", "there", "--chart", "parameter", "--parameter", "choice.clash_cost", "-o", "x.svg"),
    ("replay", "there", "--find", "deterred and patron_joined", "--pair", "member", "-o", "x.html"),
    ("replay", "there", "--typical", "clash", "--arm", "member", "--json"),
    ("verify", "mine.yaml", "--json"),
    ("record", "show", "credibility.in_force"),
    ("record", "show", "KZ-2022", "--json"),
    ("--version",),
    ("--help",),
)
"""What is begun from. None plays, fits or draws anything: a word that makes one do so is taken out again."""

WORDS: Final = (
    "",
    "-",
    "--",
    "---",
    "-1",
    "0",
    "1.5",
    "9" * 18,
    "9" * 400,
    "1e3",
    "\u0661",
    "random",
    "nan",
    "/dev/null",
    "/",
    ".",
    "..",
    "mine.yaml",
    "x" * 5000,
    "\x00",
    "\x1b[31m",
    "\udcff",
    "💥",
    "é",
    "a=b",
    "=",
    "--json",
    "--quiet",
    "--trials",
    "--trials=-0",
    "--seed=",
    "--jobs=10001",
    "--set",
    "--set=horizon=601",
    "--out",
    "--out=",
    "--no-such",
    "-h",
    "run",
    "check",
    "report",
    "replay",
    "member",
    "--find",
    "--typical=clash",
    "--parameter",
    "brief.md",
    "%s",
    "{}",
    "$(true)",
    "baseline\n",
)
"""Words that some command somewhere trips over."""


def line(luck: np.random.Generator, names: list[str]) -> list[str]:
    """One command line."""
    words = list(COMMANDS[int(luck.integers(len(COMMANDS)))])
    for _ in range(int(luck.integers(1, 4))):
        at, kind = int(luck.integers(len(words) + 1)), int(luck.integers(5))
        if kind == 0:
            words.insert(at, WORDS[int(luck.integers(len(WORDS)))])
        elif kind == 1:
            words[at : at + 1] = [WORDS[int(luck.integers(len(WORDS)))]]
        elif kind == 2:
            words[at:at] = ["--set", mutants.override(luck, names)]
        elif kind == 3:
            del words[at : at + 1]
        else:
            words[at:at] = words[at : at + 2]
    # What would play ten thousand worlds, or fit for minutes, is only announced.
    return [*words, "--dry-run"] if "run" in words and "--dry-run" not in words else words
