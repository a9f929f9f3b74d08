"""A replayed world as an after-action report for a terminal: the end first, then month by month."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final

from sim.view.chances import LEGEND, NONE_CAME
from sim.view.story import Aside, Month, Telling, deviation, number, value_text
from sim.view.tables import Table, plain_table
from sim.view.telling import months, odds_text
from sim.view.words import OUTCOMES, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

_WIDE: Final = 100


def title(told: Mapping[str, Any]) -> str:
    """What was replayed and how it ended, in a sentence."""
    row = told["row"]
    ended = OUTCOMES.get(row["outcome"], plain(row["outcome"]))
    when = f", first attacked in month {row['first_attack_month']}" if row["first_attack_month"] is not None else ""
    attacker = f" by {plain(row['first_attacker'])}" if row["first_attacker"] else ""
    return f"{plain(told['name'], 60)}, trial {told['trial']:,}: {ended}{when}{attacker}."


def setting(told: Mapping[str, Any]) -> str:
    """Where it comes from, in a line or two."""
    lines = [f"{plain(told['title'], 200)}; {told['horizon']} months, seed {told['seed']}."]
    if told.get("picked"):
        picked = told["picked"]
        name, what = plain(picked["arm"], 60), plain(picked["what"], 200)
        trials = f"one trial of {name}" if picked["count"] == 1 else f"{picked['count']:,} trials of {name}"
        others = ", ".join(f"{trial:,}" for trial in picked["trials"] if trial != told["trial"])
        if picked["how"] == "typical":
            lines.append(f"Ended with {what}: {trials}, of which this is the most typical.")
        else:
            lines.append(f"Found by {what}: {trials}" + (f", such as {others}." if others else "."))
    if told["stored"]:
        lines.append("What is replayed equals the row that is stored.")
    lines.append(LEGEND)
    return "\n".join(lines)


def parting(told: Mapping[str, Any]) -> str:
    """Where the twin goes another way: the first event and the first decision."""
    twin = told["twin"]
    lines = []
    for name, called in (("first", "First difference"), ("first_choice", "First decision that differs")):
        places = twin[name]["one"], twin[name]["other"]
        said = []
        for one, place in zip((told, twin), places, strict=True):
            event = None if place is None else one["events"][place]
            said.append(f"{plain(one['name'], 60)}: {'no such event' if event is None else in_short(event)}")
        at = next((w["events"][p]["month"] for w, p in zip((told, twin), places, strict=True) if p is not None), None)
        lines.append(f"{called}: none" if at is None else f"{called}, month {number(at)}: {'; '.join(said)}")
    return "\n".join(lines)


def in_short(event: Mapping[str, Any]) -> str:
    """An event in a few words."""
    (month,) = months([event])
    for telling in month.tellings:
        odds = odds_text(telling)
        return f"{telling.who} {telling.what}".strip() + (f" ({odds})" if odds else "")
    return next((aside.text for aside in month.asides), month.setting)


def replay_text(told: Mapping[str, Any]) -> str:
    """Everything `article4 replay` prints.

    Args:
        told: the JSON object of the replay.
    """
    twin = told.get("twin")
    parts = [title(told), setting(told)]
    if twin is not None:
        parts.append(f"Beside it {title(twin)}\n{parting(told)}")
    parts += _months(told)
    parts += [plain_table(belief_table(told)), plain_table(row_table(told))]
    return "\n\n".join(parts)


def marks_of(told: Mapping[str, Any], side: int) -> dict[int, str]:
    """Place of an event of one of two worlds -> what is to be said of it beside the other."""
    twin = told.get("twin")
    if twin is None:
        return {}
    who = ("one", "other")[side]
    other = plain((twin if side == 0 else told)["name"], 60)
    ways = {"only here": f"not in {other}", "deed": f"otherwise in {other}"}
    found = {place: ways[way] for place, way in enumerate(twin["differs"][who]) if way in ways}
    for name, called in (("first_choice", "first decision that differs"), ("first", "first difference")):
        place = twin[name][who]
        if place is not None:
            found[place] = f"{called}; {found[place]}" if place in found else called
    return found


def _months(told: Mapping[str, Any]) -> list[str]:
    """The months of a world, and of its twin what went another way."""
    marks, twin = marks_of(told, 0), told.get("twin")
    beside: dict[float, Month] = {}
    if twin is not None:
        beside = {month.month: month for month in months(twin["events"])}
        theirs = marks_of(told, 1)
    found = []
    for month in months(told["events"]):
        lines = [f"Month {number(month.month)}: {month.setting}"]
        for telling in month.tellings:
            lines += _lines(telling, noted(telling, marks))
        lines += _none_came(month, marks)
        if twin is not None and month.month in beside:
            others = [(telling, noted(telling, theirs)) for telling in beside[month.month].tellings]
            if any(note for _, note in others):
                lines.append(f"  In {plain(twin['name'], 60)} instead:")
                lines += [f"  {line}" for telling, note in others if note for line in _lines(telling, note)]
        found.append("\n".join(lines))
    return found


def none_came(month: Month, marks: Mapping[int, str]) -> str:
    """The chances of a month that did not come, in a line; with what tells them from the other world."""
    told = [_marked(aside.short, noted(aside, marks)) for aside in month.asides if aside.short]
    # What is in no line is said in full where it is where two worlds part.
    told += [_marked(a.text, note) for a in month.asides if not a.short and (note := noted(a, marks))]
    return f"{NONE_CAME}: {'; '.join(told)}" if told else ""


def _marked(text: str, note: str) -> str:
    return f"{text} << {note}" if note else text


def _none_came(month: Month, marks: Mapping[int, str]) -> list[str]:
    return _wrapped(none_came(month, marks), 2, 4)


def noted(telling: Telling | Aside, marks: Mapping[int, str]) -> str:
    """What is to be said of an event beside the other world; empty where there is nothing."""
    return "; ".join(dict.fromkeys(marks[place] for place in telling.places if place in marks))


def _lines(telling: Telling, note: str) -> list[str]:
    """An event: what, the odds, then what belongs to it, indented."""
    odds = odds_text(telling)
    head = f"{telling.who} {telling.what}".strip() + (f"  [{odds}]" if odds else "") + (f"  << {note}" if note else "")
    lines = _wrapped(head, 2, 4)
    return lines + _wrapped("; ".join(telling.details), 6, 6)


def _wrapped(text: str, first: int, others: int) -> list[str]:
    """Text in lines, the first and the others indented; a figure stays with its sign."""
    kept = text.replace(" %", "\N{NO-BREAK SPACE}%").replace("± ", "±\N{NO-BREAK SPACE}")
    lines = textwrap.wrap(kept, _WIDE, initial_indent=" " * first, subsequent_indent=" " * others)
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def belief_table(told: Mapping[str, Any]) -> Table:
    """What observers believe of guarantors at the start and at the end, beside the truth."""
    rows = tuple(
        (
            plain(belief["observer"], 40),
            plain(belief["guarantor"], 40),
            number(belief["truth"]),
            f"{number(belief['mean_before'])} ± {deviation(belief['variance_before'])}",
            f"{number(belief['mean'])} ± {deviation(belief['variance'])}",
        )
        for belief in told["beliefs"]
    )
    header = ("observer", "guarantor", "truth", "at the start", "at the end")
    note = "Latents in logits at the reference crisis; what lies higher answers with more."
    return Table("What is believed of the guarantors", header, rows, note, text_columns=2)


def row_table(told: Mapping[str, Any]) -> Table:
    """The row that is stored, and that of the twin."""
    twin = told.get("twin")
    worlds = [told] if twin is None else [told, twin]
    header = ("column", *(plain(one["name"], 40) for one in worlds))
    rows = tuple((name, *(value_text(one["row"].get(name)) for one in worlds)) for name in told["row"])
    return Table("The trial as it is stored", header, rows)
