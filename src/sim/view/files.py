"""Charts as files: the suffix says which kind."""

from __future__ import annotations

import contextlib
import json
import os
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.reading import InputError, Problem, TaskError, did_you_mean
from sim.view import theme
from sim.view.words import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEAD = f"""<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ margin: 0; background: {theme.GROUND}; }}
#vega-chart svg {{ max-width: 100%; height: auto; }}
@media screen and (prefers-color-scheme: dark) {{
  html, body {{ background: {theme.DARK_GROUND}; }}
  #vega-chart {{ filter: {theme.DARK}; }}
}}
</style>"""
"""What a page of ours has beside what the converter writes."""

KINDS = (".png", ".svg", ".pdf", ".html", ".json")
_SCALE = 2.0


def save(chart: Any, path: str | Path) -> Path:
    """Write an Altair chart, or its Vega-Lite specification, to a file and return its path.

    Who writes several files gives the specification: to make it takes about as long as to draw it.

    PNG (two pixels a point), SVG and PDF are drawn with vl-convert's own fonts; HTML holds all it needs and opens
    without a network; JSON is the Vega-Lite specification. The file appears under its name only when it is whole.

    Raises:
        InputError: the suffix names no kind.
        TaskError: the file cannot be written.
    """
    target = Path(path)
    write(target, rendered(chart, kind_of(target)))
    return target


def write(target: Path, content: bytes) -> None:
    """Write a file that appears under its name only when it is whole; its folder is made.

    Not `sim.experiment.files.write_whole`: with it the whole world is loaded, and a process that draws needs none.

    Raises:
        TaskError: it cannot be written.
    """
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(target)
    except (OSError, ValueError) as error:
        with contextlib.suppress(OSError, ValueError):
            partial.unlink(missing_ok=True)
        reason = getattr(error, "strerror", None) or str(error)
        raise TaskError(f"{plain(target)}: cannot be written: {reason}") from None


def kind_of(path: Path, kinds: Sequence[str] = KINDS, what: str = "a chart") -> str:
    """The kind of a file by its suffix: one of `kinds`.

    Raises:
        InputError: the suffix names none.
    """
    kind = path.suffix.lower()
    if kind not in kinds:
        problem = f"{what}'s name ends in {', '.join(kinds)}, not {kind or 'nothing'}"
        raise InputError(Problem(str(path), None, None, "", problem, did_you_mean(kind, kinds)))
    return kind


def drawn(specification: dict[str, Any]) -> str:
    """A Vega-Lite specification as SVG text."""
    return _svg(json.dumps(specification, ensure_ascii=False, allow_nan=False))


def warm_up() -> None:
    """Load what draws, which takes more than a second, before there is anything to draw."""
    import altair as alt  # noqa: PLC0415 - heavy

    empty = alt.Chart(alt.InlineData(values=[])).mark_point()
    _svg(json.dumps(empty.to_dict()))


def rendered(chart: Any, kind: str) -> bytes:
    """An Altair chart, or its specification, as the bytes of a file of one of KINDS."""
    import vl_convert  # noqa: PLC0415 - a browser's engine: only who draws loads it

    specification = chart if isinstance(chart, dict) else chart.to_dict()
    text = json.dumps(specification, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    if kind == ".json":
        return text.encode()
    if kind == ".html":
        return _page(specification).encode()
    svg = _svg(text)
    if kind == ".svg":
        return svg.encode()
    if kind == ".pdf":
        return bytes(vl_convert.svg_to_pdf(svg))
    return bytes(vl_convert.svg_to_png(svg, scale=_SCALE))


@lru_cache(maxsize=1)
def _svg(specification: str) -> str:
    """A Vega-Lite specification drawn; kept, because a chart is mostly saved as several kinds in a row."""
    import vl_convert  # noqa: PLC0415 - see rendered

    return str(vl_convert.vegalite_to_svg(specification))


def _page(specification: dict[str, Any]) -> str:
    """A page with the chart and the libraries that draw it inside.

    The converter writes the specification into a script as it is, so that a title with `</script>` would end it: every
    `<` of the specification is escaped the JSON way. The page shrinks the chart to a narrow screen and is dark where
    the reader's pages are.
    """
    import vl_convert  # noqa: PLC0415 - see rendered

    quiet = specification | {"usermeta": {"embedOptions": {"actions": False}}}
    page = str(vl_convert.vegalite_to_html(quiet, bundle=True))
    start = page.index("const spec = ")
    end = page.index("\n", start)
    page = page[:start] + page[start:end].replace("<", "\\u003c") + page[end:]
    finding = escape(" ".join(specification.get("title", {}).get("text", [])) or "Chart")
    page = page.replace("<html>", '<html lang="en">', 1)
    return page.replace("<title>Chart</title>", f"<title>{finding}</title>\n{_HEAD}", 1)
