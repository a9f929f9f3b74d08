"""Text that a command writes into a page of this folder, between two markers."""

from __future__ import annotations

from pathlib import Path

PAGES = Path(__file__).parent


def write(page: str, name: str, text: str) -> None:
    """Replace what stands between `<!-- name: begin -->` and `<!-- name: end -->` in a page.

    Raises:
        ValueError: the page lacks the markers.

    """
    path = PAGES / page
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    before, found, rest = path.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{path} lacks the markers of {name}")
    path.write_text(f"{before}{begin}{text}{end}{after}", encoding="utf-8")
