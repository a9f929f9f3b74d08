"""The brief as a file: one HTML page that needs nothing else, or Markdown with its charts beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sim.view import theme
from sim.view.files import drawn, kind_of, save, write
from sim.view.words import plain, worlds

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Environment

    from sim.view.brief import Brief, Figure
    from sim.view.brief_tables import Grid

KINDS: Final = (".html", ".md")
"""What a brief is written as, by the suffix of its file."""

_TEMPLATES: Final = "templates"
_MARKED: Final = re.compile(r"([\\`*_\[\]<>|#])")
_ID: Final = re.compile(r'\bid="([^"]+)"')


def report_kind(path: Path) -> str:
    """The kind of a brief's file by its suffix: one of KINDS.

    Raises:
        InputError: the suffix names none.
    """
    return kind_of(path, KINDS, "a brief")


def write_brief(brief: Brief, path: Path) -> list[Path]:
    """Write a brief and return the files: of Markdown the charts too.

    Raises:
        InputError: the suffix names no kind.
        TaskError: a file cannot be written.
    """
    kind = report_kind(path)
    charts = [path.with_name(f"{path.stem}-{figure.name}.svg") for figure in brief.figures] if kind == ".md" else []
    text = brief_page(brief) if kind == ".html" else brief_markdown(brief, [chart.name for chart in charts])
    write(path, text.encode())
    return [path, *(save(figure.chart, chart) for figure, chart in zip(brief.figures, charts, strict=False))]


def brief_page(brief: Brief) -> str:
    """The brief as HTML 5: no script, its style and charts inside, nothing from outside."""
    from markupsafe import Markup  # noqa: PLC0415 - loads with Jinja, which only a brief needs

    environment = _environment()
    template = environment.get_template("brief.html.j2")
    style = environment.get_template("brief.css").render(dark=theme.DARK, ground=theme.DARK_GROUND)
    shown = [
        {
            "name": figure.name,
            "finding": figure.finding,
            "below": figure.below,
            "svg": Markup(inline(figure, place)),  # noqa: S704 - drawn by the library, which escapes its text
        }
        for place, figure in enumerate(brief.figures)
    ]
    table = environment.from_string(_TABLE)

    def laid(grid: Grid) -> Markup:
        return Markup(table.render(grid=grid))  # noqa: S704 - rendered with autoescape

    return template.render(
        brief=brief,
        texts=brief.texts,
        figures=shown,
        style=Markup(style),  # noqa: S704 - our own file
        table=laid,
        trials=_trials(brief),
    )


def brief_markdown(brief: Brief, files: list[str]) -> str:
    """The brief as Markdown.

    Args:
        brief: its contents.
        files: names of the charts' files, in their order.
    """
    shown = [
        {"finding": figure.finding, "file": _link(file)} for figure, file in zip(brief.figures, files, strict=True)
    ]
    environment = _environment()
    text = environment.get_template("brief.md.j2").render(
        brief=brief, texts=brief.texts, figures=shown, table=_markdown_table, trials=_trials(brief)
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def inline(figure: Figure, place: int) -> str:
    """A chart as an element of a page, which writes its title itself: named for who cannot see it, its ids its own."""
    from markupsafe import escape  # noqa: PLC0415 - see brief_page

    svg = drawn({key: value for key, value in figure.chart.items() if key != "title"})
    svg = svg[svg.index("<svg") :]
    # The library numbers its ids on and on while a process lives: the same brief must have the same ids.
    for number, name in enumerate(dict.fromkeys(_ID.findall(svg))):
        svg = re.sub(rf'(\bid="|url\(#|href="#){re.escape(name)}\b', rf"\g<1>chart{place}-{number}", svg)
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(figure.finding)}"', 1)


def marked(text: object) -> str:
    """Text that Markdown shows as it is."""
    return _MARKED.sub(r"\\\1", plain(text))


_TABLE: Final = """\
{% if grid.rows %}<div class="scroll" tabindex="0" role="region" aria-label="{{ grid.name }}">
<table{% if grid.header | length > 3 %} class="wide"{% endif %}>
<thead><tr>{% for cell in grid.header %}{% if cell %}<th scope="col">{{ cell }}</th>{% else %}<td></td>{% endif %}\
{% endfor %}</tr></thead>
<tbody>
{% for row in grid.rows %}<tr><th scope="row">{{ row[0] }}</th>\
{% for cell in row[1:] %}<td data-of="{{ grid.header[loop.index] }}">{{ cell | bound }}</td>{% endfor %}</tr>
{% endfor %}</tbody>
</table>
</div>
{% endif %}{% if grid.note %}<p class="faint">{{ grid.note }}</p>{% endif %}"""
"""A table that can be scrolled must be reached by the keyboard too; on a narrow screen a wide one becomes a list, whose
lines say what they are of."""


def _markdown_table(grid: Grid) -> str:
    lines = []
    if grid.rows:
        lines = [
            _line(grid.header),
            _line(["---"] * len(grid.header), bare=True),
            *(_line(row) for row in grid.rows),
            "",
        ]
    return "\n".join([*lines, marked(grid.note)])


def _line(cells: Any, *, bare: bool = False) -> str:
    return f"| {' | '.join(cell if bare else marked(cell) for cell in cells)} |"


def _link(file: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415 - only for Markdown

    return quote(file)


def _trials(brief: Brief) -> str:
    each = {"run": "", "compare": " an arm", "sweep": " of each arm at each point"}
    papers = brief.texts["papers"]
    return worlds(int(papers["trials"])) + each.get(papers["kind"], "")


def _environment() -> Environment:
    """Templates of the package: HTML is escaped by itself, Markdown by its filter `md`."""
    from jinja2 import (  # noqa: PLC0415 - only a brief needs it
        Environment,
        PackageLoader,
        StrictUndefined,
        select_autoescape,
    )

    environment = Environment(
        loader=PackageLoader("sim.view", _TEMPLATES),
        autoescape=select_autoescape(("html.j2",), default_for_string=True),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters |= {"bound": theme.bound, "md": marked}
    return environment
