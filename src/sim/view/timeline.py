"""A replayed world as a page: a timeline with odds as bars; one file, no script, nothing from outside."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Final

from sim.view.replay import marks_of, none_came, noted, parting, setting, title
from sim.view.story import Month, Telling, deviation, number, value_text
from sim.view.telling import months
from sim.view.words import percent, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PARTS: Final = """
h3 { font-size: 1rem; margin: 0; padding: 0; } p { margin: .4rem 0; }
.faint { color: var(--faint); font-size: .875rem; }
.worlds { display: grid; gap: 1.5rem; grid-template-columns: 1fr; }
@media (min-width: 60rem), print { .two { grid-template-columns: 1fr 1fr; } }
ol { list-style: none; margin: .5rem 0 0; padding: 0; } ol > li { border-left: 3px solid var(--rule);
  margin: 0 0 .6rem; padding: 0 0 0 .75rem; } li.mark { border-color: var(--bar); background: var(--mark); }
.odds { display: grid; grid-template-columns: minmax(6rem, auto) 1fr 4rem; gap: 0 .5rem; max-width: 26rem;
  font-size: .875rem; align-items: center; }
.odds dt, .odds dd { margin: 0; } .odds .share { text-align: right; font-variant-numeric: tabular-nums; }
.odds .chosen { font-weight: 700; } .bar { border: 1px solid var(--rule); height: .6rem; }
details { color: var(--faint); font-size: .875rem; margin: .5rem 0; } summary { cursor: pointer; }
details ul { margin: .4rem 0; padding: 0 0 0 1.2rem; } details li { margin: .2rem 0; font-size: .875rem; }
.bar span { background: var(--bar); display: block; height: 100%; print-color-adjust: exact; }
"""
"""The style of a month, in a page of its own or in one of somebody else's."""

_LIGHT: Final = """--ink: #1a1a1a; --faint: #555555; --rule: #dddddd; --ground: #ffffff;
  --bar: #0072b2; --mark: #fff0c2;"""

_STYLE: Final = f"""
:root {{ color-scheme: light dark; {_LIGHT} }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #eeeeee; --faint: #b5b5b5; --rule: #444444; --ground: #16181b;
  --bar: #56b4e9; --mark: #4a3b00; }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0 auto; max-width: 80rem; padding: 1rem; background: var(--ground); color: var(--ink);
  font: 16px/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }}
h1 {{ font-size: 1.4rem; line-height: 1.25; }} h2 {{ font-size: 1.1rem; margin: 0; }}
.month {{ border-top: 1px solid var(--rule); padding: .75rem 0; }}
{_PARTS}
.scroll {{ overflow-x: auto; }} table {{ border-collapse: collapse; font-size: .875rem; }}
th, td {{ border-bottom: 1px solid var(--rule); padding: .2rem .6rem .2rem 0; text-align: left; vertical-align: top;
  overflow-wrap: normal; }} td {{ font-variant-numeric: tabular-nums; }}
@page {{ margin: 12mm; }}
@media print {{ :root {{ font-size: 9pt; }} body {{ font-size: 1rem; padding: 0; }} li, .odds {{ break-inside: avoid; }}
  h2, h3 {{ break-after: avoid; }} }}
"""

_WITHIN: Final = f""".replayed {{ {_LIGHT} background: var(--ground); color: var(--ink); padding: .75rem;
  overflow-wrap: anywhere; {_PARTS} }}"""
"""The same kept to one piece of a page."""

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""What the page may load: its own style, nothing else."""


def replay_page(told: Mapping[str, Any]) -> str:
    """The page of a replay.

    Args:
        told: the JSON object of the replay.
    """
    twin = told.get("twin")
    worlds = [told] if twin is None else [told, twin]
    sides = [{month.month: month for month in months(world["events"])} for world in worlds]
    marks = [marks_of(told, side) for side in range(len(worlds))]
    body = [f"<h1>{_text(title(told))}</h1>", _paragraphs(setting(told))]
    if twin is not None:
        body += [f"<p>Beside it {_text(title(twin))}</p>", _paragraphs(parting(told))]
    names = [plain(world["name"], 60) for world in worlds]
    for month in sorted(set().union(*sides)):
        cells = [_world(name, side.get(month), mark) for name, side, mark in zip(names, sides, marks, strict=True)]
        several = len(worlds) > 1
        inside = "".join(
            f"<div>{f'<h3>{_text(name)}</h3>' if several else ''}{cell}</div>"
            for name, cell in zip(names, cells, strict=True)
        )
        two = " two" if several else ""
        body.append(
            f'<section class="month"><h2>Month {number(month)}</h2><div class="worlds{two}">{inside}</div></section>'
        )
    body += [_beliefs(world) for world in worlds] + [_rows(worlds, names)]
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title(told))}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def month_part(told: Mapping[str, Any], month: float) -> str:
    """One month of a replay as a piece of a page, with its own style; beside it the twin's, if there is one.

    Args:
        told: the JSON object of the replay.
        month: which.
    """
    twin = told.get("twin")
    worlds = [told] if twin is None else [told, twin]
    cells = []
    for side, world in enumerate(worlds):
        found = next((one for one in months(world["events"]) if one.month == month), None)
        name = plain(world["name"], 60)
        cells.append(f"<div><h3>{_text(name)}</h3>{_world(name, found, marks_of(told, side))}</div>")
    two = " two" if twin is not None else ""
    return (
        f'<style>{_WITHIN}</style><section class="replayed"><div class="worlds{two}">{"".join(cells)}</div></section>'
    )


def _world(name: str, month: Month | None, marks: Mapping[int, str]) -> str:
    """A month of one world."""
    if month is None:
        return f'<p class="faint">{_text(name)} has no such month.</p>'
    head = f'<p class="faint">{_text(month.setting)}</p>'
    items = [_item(told, noted(told, marks)) for told in month.tellings]
    told = f"<ol>{''.join(items)}</ol>" if items else ""
    return head + told + _asides(month, marks)


def _asides(month: Month, marks: Mapping[int, str]) -> str:
    """What came to nothing, folded behind the line that tells of chances."""
    if not month.asides:
        return ""
    short = none_came(month, marks) or "Draws that came to nothing"
    folded = "".join(f"<li>{_text(aside.text)}</li>" for aside in month.asides if not aside.short)
    return f"<details><summary>{_text(short)}</summary><ul>{folded}</ul></details>"


def _item(telling: Telling, note: str) -> str:
    what = f"<strong>{_text(telling.who)}</strong> {_text(telling.what)}" if telling.who else _text(telling.what)
    mark = f' <em class="faint">{_text(note)}</em>' if note else ""
    details = f'<p class="faint">{_text("; ".join(telling.details))}</p>' if telling.details else ""
    first = ' class="mark"' if note.startswith("first") else ""
    return f"<li{first}><p>{what}{mark}</p>{_odds(telling)}{details}</li>"


def _odds(telling: Telling) -> str:
    """The odds as bars with their figures, what was chosen in bold."""
    if not telling.odds:
        return ""
    rows = []
    for name, share in telling.odds:
        chosen = ' class="chosen"' if name == telling.chosen else ""
        bar = f'<span style="width: {100 * min(1.0, max(0.0, share)):.1f}%"></span>'
        rows.append(
            f'<dt{chosen}>{_text(plain(name))}</dt><dd class="bar">{bar}</dd><dd class="share">{percent(share)}</dd>'
        )
    return f'<dl class="odds">{"".join(rows)}</dl>'


def _beliefs(world: Mapping[str, Any]) -> str:
    rows = [
        (
            belief["observer"],
            belief["guarantor"],
            number(belief["truth"]),
            f"{number(belief['mean_before'])} ± {deviation(belief['variance_before'])}",
            f"{number(belief['mean'])} ± {deviation(belief['variance'])}",
        )
        for belief in world["beliefs"]
    ]
    header = ("observer", "guarantor", "truth", "at the start", "at the end")
    note = "<p class='faint'>Latents in logits at the reference crisis; what lies higher answers with more.</p>"
    return _table(f"What is believed of the guarantors: {plain(world['name'], 60)}", header, rows) + note


def _rows(worlds: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    columns = list(worlds[0]["row"])
    rows = [(name, *(value_text(world["row"].get(name)) for world in worlds)) for name in columns]
    return _table("The trial as it is stored", ("column", *names), rows)


def _table(name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    heads = "".join(f'<th scope="col">{_text(cell)}</th>' for cell in header)
    lines = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    # A table that can be scrolled must be reached by the keyboard too.
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"
    return (
        f'<h2>{_text(name)}</h2><div class="scroll" tabindex="0" role="region" aria-label="{_text(name)}">{table}</div>'
    )


def _paragraphs(text: str) -> str:
    return "".join(f'<p class="faint">{_text(line)}</p>' for line in text.splitlines())


def _text(text: object) -> str:
    return escape(plain(text))
