"""The validation page: what is assumed, fitted and predicted, and what failed. `make validation` writes it.

    python docs/validation_page.py [--reduced] [--page FILE] [--work DIR]

Every number on the page is printed by the command that stands above it. What a command answered is kept under the work
folder, for the code and the record that it was asked of: stopped, the page goes on from there. `--reduced` asks the
same for a twentieth of the worlds or less, so that a test can go all the way; its page is no finding.

The answers that the dashboard shows are written to `seeds/validation/`, with what they were made of; reduced ones to
the work folder.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import validation_words as words

from sim.cli import main
from sim.experiment.identity import digest_of
from sim.judge.shipped import made_of, ship
from sim.view.files import save
from sim.view.reliability import reliability_chart
from sim.view.targets import targets_chart

DOCS: Final = Path(__file__).parent
FIGURES: Final = "images/validation"


@dataclass(frozen=True)
class Asked:
    """One command: as it is written on the page, and as a test asks it."""

    name: str
    command: str
    reduced: str = ""

    def line(self, *, reduced: bool) -> str:
        """Return the command to be asked, without the program's name."""
        return (self.reduced or self.command) if reduced else self.command


BACKTEST: Final = Asked(
    "backtest", "backtest --trials 20000 --out runs/backtest", "backtest --trials 1000 --out runs/backtest"
)
CLAIMS: Final = Asked(
    "claims",
    "claims --trials 20000 --search 2000 --out runs/claims",
    "claims --claim G008 --claim G014 --trials 1000 --search 0 --out runs/claims-reduced",
)
DRIVERS: Final = Asked(
    "drivers", "sensitivity outsider member --trials 50000", "sensitivity outsider member --trials 1000"
)
CALIBRATION: Final = Asked("calibration", "calibrate --report")
ESTIMATE: Final = Asked("estimate", "estimate --report")
ASKED: Final = (CALIBRATION, ESTIMATE, BACKTEST, CLAIMS, DRIVERS)


def headline(name: str, **changes: float) -> Asked:
    """Return the comparison that the headline is read from, with entries changed in both arms."""
    said = "".join(f" --set {shlex.quote(f'{key}={value:g}')}" for key, value in changes.items())
    start = "compare outsider member --trials"
    return Asked(f"headline-{name}", f"{start} 20000{said}", f"{start} 1000{said}")


def asked(command: Asked, work: Path, *, reduced: bool) -> dict[str, Any]:
    """Return what a command answers as JSON: from the work folder, or by asking it.

    Raises:
        RuntimeError: it ended with an error, which it told.

    """
    line = command.line(reduced=reduced)
    kept = work / f"{command.name}.json"
    about = digest_of({"line": line, **made_of()})
    if kept.is_file() and (found := json.loads(kept.read_text(encoding="utf-8")))["about"] == about:
        return found["answer"]
    sys.stderr.write(f"article4 {line}\n")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.chdir(work):
        code = main([*shlex.split(line), "--json"])
    if code:
        raise RuntimeError(f"article4 {line} ended with {code}")
    answer = json.loads(printed.getvalue())
    part = kept.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps({"about": about, "answer": answer}), encoding="utf-8")
    part.replace(kept)
    return answer


WEIGHTS: Final = ("states.Israel.deterrence", "states.United States.deterrence")
"""Weight of expected harm with each challenger (capital gamma of the model)."""

RANGES: Final = {
    "council.no_mandate": (0.0, 4.0),
    "perception.acuity": (0.3, 0.9),
    "perception.bias": (-2.0, 2.0),
    "choice.clash_cost": (0.0, 1.0),
    "states.Russia.resolve.shift": (2.0, 4.0),
    "response.in_force": (0.0, 2.0),
    "response.covariates.attacker_major": (0.0,),
}
"""What is set by convention or lies far from the record, and the ends between which it is moved."""


def alternatives(calibration: dict[str, Any]) -> list[tuple[str, Asked]]:
    """Return what would change the answer: in words, and the comparison that plays it."""
    weights = {1.1: "Huth's crises, low", 2.25: "Huth's crises, high"}
    if (second := calibration["ensembles"]["latest"]["average_pact"]["weight"]) is not None:
        weights[round(second, 1)] = "the average-pact reading"
    found = [("as it is", headline("now"))]
    found += [
        (f"weight of harm {value:.3g}: {why}", headline(f"weight-{value:.3g}", **dict.fromkeys(WEIGHTS, value)))
        for value, why in weights.items()
    ]
    for name, values in RANGES.items():
        found += [(f"`{name}` {value:g}", headline(f"{name}-{value:g}", **{name: value})) for value in values]
    return found


def main_page() -> None:
    """Ask, and write the page and its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reduced", action="store_true")
    parser.add_argument("--page", type=Path, default=DOCS / "validation.md")
    parser.add_argument("--work", type=Path, default=Path("runs") / "validation")
    given = parser.parse_args()
    work, page, reduced = given.work.resolve(), given.page.resolve(), given.reduced
    work.mkdir(parents=True, exist_ok=True)
    found = {one.name: asked(one, work, reduced=reduced) for one in ASKED}
    played = alternatives(found["calibration"])
    others = [(said, one.line(reduced=reduced), asked(one, work, reduced=reduced)) for said, one in played]
    commands = {one.name: f"article4 {one.line(reduced=reduced)}" for one in ASKED}
    figures = page.parent / FIGURES
    save(reliability_chart(found["backtest"]), figures / "reliability.svg")
    save(targets_chart(found["calibration"]["ensembles"]["latest"]), figures / "targets.svg")
    shelf = work / "shipped" if reduced else None
    for one in (BACKTEST, CLAIMS):
        ship(one.name, found[one.name], one.line(reduced=reduced), shelf)
    ship("alternatives", {"command": "alternatives", "rows": words.alternatives(others)}, "", shelf)
    page.write_text(words.page(found, others, commands, reduced=reduced), encoding="utf-8")


if __name__ == "__main__":
    main_page()
