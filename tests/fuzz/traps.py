"""Files within the size limits that could take an eternity: long lists, thousands of names, thousands of mistakes."""

from __future__ import annotations

from typing import Final

_GUARANTOR: Final = (
    "{role: guarantor, resolve: 0, capability: 1, distance: 1, committed: 0, dependence: 0, tied: 0, "
    "ties: {Israel: 0, United States: 0}}"
)


def name(number: int) -> str:
    """A name of four letters."""
    return "".join(chr(97 + number // 26**place % 26) for place in range(4))


def _named(count: int, value: str) -> str:
    return ", ".join(f"{name(number)}: {value}" for number in range(count))


TRAPS: Final = {
    "unknown names": "extends: baseline\n" + "".join(f"k{number}: 1\n" for number in range(20_000)),
    "long unknown names": "extends: baseline\n" + "".join("x" * 190 + f"{number}: 1\n" for number in range(4_000)),
    "lags": "extends: accession\naccession: {lags: [" + "1," * 90_000 + "1]}\n",
    "latency": "extends: member\ncouncil: {latency: [" + "1," * 90_000 + "1]}\n",
    "rotation": "extends: member\ncouncil: {rotation: [" + "Russia," * 90_000 + "Iran]}\n",
    "events": "extends: member\nevents: [" + "{month: 0, set: {threat: 1}}," * 14_000 + "]\n",
    "bad days": "extends: member\ncouncil: {latency: [" + "x," * 30_000 + "1]}\n",
    "guarantors": "extends: member\nstates: {" + _named(2_000, _GUARANTOR) + "}\n",
    "guarantors beyond a byte": "extends: member\nstates: {" + _named(130, _GUARANTOR) + "}\n",
    "left out": "extends: member\nwithout: [" + "abc, " * 30_000 + "xyz]\n",
    "exposures": "extends: accession\naccession: {vote: {exposure: {" + _named(20_000, "0.5") + "}}}\n",
    "ties": "extends: accession\nstates: {Russia: {ties: {" + _named(20_000, "0.5") + "}}}\n",
    "references": "extends: accession\naccession: {vote: {exposure: {" + _named(900, "{record: nothing}") + "}}}\n",
    "a long text": "extends: member\nasks: " + "x" * 900_000 + "\n",
    "aliases": "extends: member\na: &a [1, 1, 1, 1]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\n"
    + "".join(f"d{number}: &d{number} [*c, *c, *c, *c, *c, *c, *c, *c]\n" for number in range(100)),
}
"""Every one is refused, within seconds."""
