"""The gallery: every chart the command line can draw, of runs played for it. `make docs` runs this before Sphinx.

    python docs/gallery_page.py [TRIALS]

What it writes (docs/gallery.md, docs/images/gallery/) is not kept in the repository: a picture there is always one that
the present version makes.
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sim.cli import main

DOCS: Final = Path(__file__).parent
IMAGES: Final = DOCS / "images" / "gallery"


@dataclass(frozen=True)
class Shown:
    """One stored experiment whose charts are shown: its command, and the share of the trials that a point gets."""

    name: str
    heading: str
    command: str
    share: float = 1.0
    charted: bool = True
    """False where the command draws the one chart itself, in its directory."""


SHOWN: Final = (
    Shown("comparison", "A comparison", "compare outsider member nato-like"),
    Shown("run", "A run", "run member"),
    Shown("curve", "A sweep over one parameter", f"sweep {DOCS / 'examples' / 'promise.yaml'}", 0.1),
    Shown("maps", "A sweep over two parameters", "sweep stakes", 0.05),
    Shown("decomposition", "A decomposition", "decompose outsider member"),
    Shown("sensitivity", "What drives the effect", "sensitivity outsider member", charted=False),
)


def played(*words: str) -> str:
    """Run a command of article4 and return what it printed.

    Raises:
        RuntimeError: it ended with an error, which it told.

    """
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = main(list(words))
    if code:
        raise RuntimeError(f"article4 {' '.join(words)} ended with {code}")
    return printed.getvalue()


def section(shown: Shown, trials: int, runs: Path) -> list[str]:
    """Play one experiment, draw its charts into the folder of images, and return its part of the page."""
    words = [*shown.command.split(), "--trials", str(max(20, round(trials * shown.share)))]
    out = runs / shown.name
    played(*words, "--quiet", "--out", str(out))
    told = " ".join(Path(word).name for word in words)
    lines = [f"## {shown.heading}", "", "```sh", f"article4 {told} --out {shown.name}", "```", ""]
    if not shown.charted:
        (IMAGES / f"{shown.name}.svg").write_bytes((out / "sensitivity.svg").read_bytes())
        return [*lines, f"![{shown.heading}](images/gallery/{shown.name}.svg)", ""]
    for line in played("plot", str(out), "--chart", "list").splitlines():
        chart, what = re.split(r"\s+", line.strip(), maxsplit=1)
        file = f"{shown.name}-{chart}.svg"
        played("plot", str(out), "--chart", chart, "-o", str(IMAGES / file))
        what = re.sub(r" \(--.*\)$", "", what)
        lines += [
            f"### {shown.name}: {chart}",
            "",
            f"{what[0].upper()}{what[1:]}: `article4 plot {shown.name} --chart {chart}`.",
            "",
        ]
        lines += [f"![{what}](images/gallery/{file})", ""]
    return lines


def write_page() -> None:
    """Write the gallery."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    IMAGES.mkdir(parents=True, exist_ok=True)
    lines = [
        "# Gallery",
        "",
        "Every chart, of runs played when this page was made. A chart's title is its finding; under it the question,",
        "how much was played and what lines and bands mean. `article4 plot RUN --chart list` tells which charts fit.",
        "",
    ]
    with tempfile.TemporaryDirectory() as runs:
        for shown in SHOWN:
            lines += section(shown, trials, Path(runs))
    (DOCS / "gallery.md").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    write_page()
