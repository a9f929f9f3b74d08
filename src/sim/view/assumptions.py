"""What a result rests on, as rows: the numbers that matter, each with its source and the entries of the record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sim.record import behind, cited, named_in, value_of
from sim.scenario import leaves, meaning, provenance
from sim.view.words import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sim.record import Cited
    from sim.scenario import Scenario

CARRIED: Final = (
    "response.in_force",
    "council.no_mandate",
    "perception.acuity",
    "perception.bias",
    "choice.clash_cost",
    "environment.harm.combat",
    "environment.threat.boldness",
)
"""Numbers that every headline carries, because nothing or little fixes them (model page 7)."""

CARRIED_OF_CHALLENGERS: Final = ("deterrence", "prevention")
"""The same of each challenger."""

CONVENTIONS: Final = ("convention", "provisional", "by definition")
"""How a source begins that is no evidence."""


def carried(scenario: Scenario, movers: Iterable[str] = ()) -> list[str]:
    """Names of the numbers to be shown: those that move the answer, then those that every headline carries.

    Args:
        scenario: whose.
        movers: dotted names that move the answer; what is no parameter is left out.
    """
    known = leaves(scenario)
    fixed = [*CARRIED]
    for name, state in scenario.states.items():
        if state.role == "challenger":
            fixed += [f"states.{name}.{what}" for what in CARRIED_OF_CHALLENGERS]
        if state.role == "guarantor" and getattr(state, "leader", False):
            fixed += [f"states.{name}.{what}" for what in ("resolve", "committed")]
    shown = [name.removesuffix(".shift") for name in movers]
    return [name for name in dict.fromkeys((*shown, *fixed)) if name in known]


def assumption_rows(scenario: Scenario, names: Iterable[str]) -> list[dict[str, Any]]:
    """One row a number: its names, meaning, value in words, source, and ids of the entries behind it.

    Args:
        scenario: whose.
        names: dotted, of its parameters.
    """
    known = leaves(scenario)
    sources = {found.name: found for found in provenance(scenario)}
    rows: list[dict[str, Any]] = []
    for name in names:
        key = getattr(known[name], "record", None)
        source = plain(sources[name].source or "no source is given").replace("convention: convention", "convention")
        ids = [] if key is None else list(behind(key))
        rows.append(
            {
                "parameters": [name],
                "meaning": plain(meaning(scenario, name)),
                "value": _value(known[name], key),
                "key": key,
                "ids": ids if len(ids) <= 1 else [],
                "fitted": len(ids) if len(ids) > 1 else 0,
                "source": source,
                "convention": "convention" in source or source.startswith(CONVENTIONS),
                "cases": ids if len(ids) > 1 else [],
                "named": [*(ids if len(ids) <= 1 else []), *named_in(source)],
            }
        )
    return _merged(rows)


def _merged(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows that say the same of several parameters as one: what holds of each challenger."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        same = repr([row[what] for what in ("meaning", "value", "source", "convention")])
        if same in found:
            found[same]["parameters"] += row["parameters"]
        else:
            found[same] = row
    return list(found.values())


def pieces(text: str, sources: Iterable[str] = ()) -> list[tuple[str, str | None]]:
    """A sentence cut where it names entries of the record or sources: (text, what to link to or None).

    Args:
        text: the sentence.
        sources: keys of those that can be linked to.
    """
    links = {name: f"entry-{name}" for name in named_in(text)} | {key: f"source-{key}" for key in sources}
    pattern = "|".join(rf"\b{re.escape(name)}\b" for name in sorted(links, key=len, reverse=True))
    cut = re.split(f"({pattern})", text) if links else [text]
    return [(part, links.get(part)) for part in cut if part]


def _value(leaf: Any, key: str | None) -> str:
    """What a parameter is: a number, or how it is drawn."""
    if key is not None:
        told = value_of(key)
        return f"{told}, shifted by {leaf.shift:+.4g}" if leaf.shift else told
    if hasattr(leaf, "uniform"):
        return "between {:g} and {:g}".format(*leaf.uniform)
    if hasattr(leaf, "normal"):
        return "normal, mean {:g}, standard deviation {:g}".format(*leaf.normal)
    if hasattr(leaf, "value"):
        return f"{leaf.value:g}"
    return plain(leaf.text(), 80)


def standing(scenario: Scenario) -> dict[str, int]:
    """How many parameters there are, and what they stand on: the record, a convention or provisional fit, nothing."""
    known = leaves(scenario)
    counts = {"all": len(known), "record": 0, "convention": 0, "said": 0}
    for found in provenance(scenario):
        source = found.source or ""
        if "convention" in source or source.startswith(CONVENTIONS):
            counts["convention"] += 1
        elif getattr(known[found.name], "record", None) is not None:
            counts["record"] += 1
        else:
            counts["said"] += 1
    return counts


def evidence_rows(rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[Cited, ...], tuple[Cited, ...]]:
    """The entries that assumptions rest on or name, with those that bear on them; and the cases fitted to."""
    named = cited(name for row in rows for name in row["named"])
    known = {entry.id for entry in named}
    cases = cited((name for row in rows for name in row["cases"] if name not in known), deep=False)
    return named, cases
