"""The words for what a run says: its sentence, the names of what is counted, and how many digits a number deserves.

Console, chart and report all take their words from here, so that they say the same. A *summary* is the JSON object of
`article4 run` as a mapping; nothing here computes a statistic.
"""

from __future__ import annotations

import math
import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "no_attack": "No overt attack",
        "strike_alone": "Strike, no aid",
        "strike_aided": "Strike, aid given",
        "campaign_alone": "Campaign, no aid",
        "campaign_aided": "Campaign, aid given",
        "military_response": "Guarantor sends forces",
        "clash": "Great-power clash",
    }
)
"""Every outcome of a trial and its label, from quietest to gravest."""

_MOST_OFTEN: Mapping[str, str] = MappingProxyType(
    {
        "strike_alone": "a strike met with no aid",
        "strike_aided": "a strike met with aid but no troops",
        "campaign_alone": "a campaign met with no aid",
        "campaign_aided": "a campaign met with aid but no troops",
        "military_response": "some guarantor sends troops or fights",
        "clash": "it ends in a great-power clash",
    }
)

METRICS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "attack": ("attacked at all", "share"),
        "hazard": ("first attacks per month at risk", "rate"),
        "months_to_attack": ("months without attack", "count"),
        "attacks": ("attacks per world", "count"),
        "campaign": ("a campaign", "share"),
        "campaign_share": ("a campaign", "share"),
        "invoked": ("Article 4 invoked", "share"),
        "aided": ("aided by some guarantor", "share"),
        "honoured": ("troops or combat", "share"),
        "abandoned": ("no aid from anyone", "share"),
        "leader_fought": ("leader in combat", "share"),
        "patron_joined": ("patron joined", "share"),
        "clash": ("great-power clash", "share"),
        "admitted": ("admitted to the treaty", "share"),
    }
)
"""Metric -> (label, kind): a share is shown in percent, a rate and a count as they are."""

CONDITIONS: Mapping[str, str] = MappingProxyType(
    {"campaign_share": "attack", "invoked": "attack", "aided": "attack", "abandoned": "attack", "honoured": "invoked"}
)
"""Metrics that are counted only among the worlds where something happened, and what that is."""

GIVEN: Mapping[str | None, str] = MappingProxyType(
    {None: "", "attack": "given an attack", "invoked": "given Article 4 invoked"}
)
"""Conditions in words, in the order in which metrics are listed."""

LEVELS = ("words", "aid", "troops", "combat")
"""The four levels of a guarantor's response, from least to most."""

MISSING = "-"

MEANING = "Brackets: 90 % interval over what is not known. ±: Monte Carlo error, which more trials would shrink."
"""What figures beside a mean are."""


def plain(text: object, limit: int | None = None) -> str:
    """Text from outside made safe to show: one line, no control or direction-changing characters, cut at `limit`."""
    kept = visible(" ".join(str(text).split()))
    if limit is not None and len(kept) > limit:
        return kept[: limit - 1].rstrip() + "…"
    return kept


def visible(text: str) -> str:
    """Text without what a terminal would obey rather than show: control, surrogate and direction-changing characters.

    Line ends stay.
    """
    return "".join(
        c for c in text if c == "\n" or (unicodedata.category(c) not in {"Cc", "Cs"} and c not in _DIRECTION)
    )


_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def decimals(error: float | None, most: int = 2) -> int:
    """How many decimals a number deserves whose error is `error`: down to the error's first digit, at most `most`.

    Without an error (no cases, or all alike) there is nothing to resolve: 0.
    """
    if error is None or not error > 0:
        return 0
    return min(most, max(0, -math.floor(math.log10(error) + 1e-9)))


def percent(share: float | None, error: float | None = None) -> str:
    """A share of [0, 1] in percent, its digits following the Monte Carlo error.

    Never says 0 % of what happened, nor 100 % of what did not always happen.
    """
    if share is None:
        return MISSING
    places = decimals(None if error is None else 100 * error)
    if share in {0, 1}:
        return f"{100 * share:.0f} %"
    text = f"{100 * share:.{places}f}"
    if float(text) == 0:
        return f"<{10.0**-places:.{places}f} %"
    if float(text) == 100:
        return f">{100 - 10.0**-places:.{places}f} %"
    return f"{text} %"


def quantity(value: float | None, error: float | None = None, most: int = 4) -> str:
    """A rate or a count with the digits its Monte Carlo error leaves; without an error, three significant digits."""
    if value is None:
        return MISSING
    if error is None or not error > 0:
        return f"{value:.3g}"
    return f"{value:,.{decimals(error, most)}f}"


def interval(ends: tuple[float, float] | list[float] | None, error: float | None, scale: float = 1.0) -> str:
    """`[low, high]`, in no more digits than a fifth of its width and the Monte Carlo error allow; a dash if null.

    `scale` 100 writes shares as percentages (without the sign).
    """
    if ends is None:
        return MISSING
    low, high = (scale * end for end in ends)
    places = decimals(None if error is None else scale * error, 2 if scale == 100 else 4)
    if high > low:
        places = min(places, max(0, math.ceil(-math.log10((high - low) / 5))))
    return f"[{_unsigned(f'{low:.{places}f}')}, {_unsigned(f'{high:.{places}f}')}]"


def _unsigned(text: str) -> str:
    """A number of which nothing is left after rounding, without its sign."""
    return text.removeprefix("-") if float(text) == 0 else text


def error_shown(error: float | None, scale: float = 1.0) -> str:
    """A Monte Carlo error to one significant digit; a dash where there is none."""
    if error is None:
        return MISSING
    if error == 0:
        return "0"
    scaled = scale * error
    places = max(0, -math.floor(math.log10(scaled) + 1e-9))
    return f"{scaled:.{min(places, 6)}f}"


def worlds(count: int) -> str:
    """`1 world`, `20,000 worlds`."""
    return "1 world" if count == 1 else f"{count:,} worlds"


def headline(summary: Mapping[str, Any]) -> str:
    """The answer in one sentence: how often the protégé is attacked, with its interval, and how it mostly ends.

    Args:
        summary: the JSON object of `article4 run`; `protege`, if given, names who is attacked.
    """
    attack = summary["metrics"]["attack"]
    trials, months = int(summary["trials"]), int(summary["horizon"])
    protege = plain(summary.get("protege") or "", 40)
    span = f"within {months} month{'' if months == 1 else 's'}"
    who = f"{protege} is attacked {span}" if protege else f"Attacked {span}"
    happened = {name: share for name, share in summary["outcomes"].items() if share > 0 and name != "no_attack"}
    if trials == 1:
        verdict = f"{who} ({_commonest(happened)})" if happened else f"no attack {span}"
        return f"One world was played, which says nothing of how likely it is: {verdict}."
    share = attack["mean"]
    if share is None:
        return f"No world was played to its end: nothing can be said of an attack {span}."
    if share == 0:
        return f"{who} in none of {worlds(trials)}."
    bracket = f" {interval(attack['interval'], attack['mc_se'], 100)}" if attack.get("interval") and share < 1 else ""
    amount = f"all of {worlds(trials)}" if share == 1 else f"{percent(share, _headline_error(attack))} of worlds"
    sentence = f"{who} in {amount}{bracket}"
    if len(happened) == 1:
        return f"{sentence}: every time {_commonest(happened)}."
    return f"{sentence}; most often {_commonest(happened)} ({percent(max(happened.values()))})."


def _commonest(happened: Mapping[str, float]) -> str:
    """The commonest outcome in words; of equals the gravest, so that a tie never makes a result look milder."""
    order = list(OUTCOMES)
    name = max(happened, key=lambda outcome: (happened[outcome], order.index(outcome)))
    return _MOST_OFTEN[name]


def _headline_error(attack: Mapping[str, Any]) -> float | None:
    """The error that sets a headline's digits: whole percentages, unless the share lies near 0 or 1."""
    share = attack["mean"]
    error = attack["mc_se"]
    return error if error is not None and min(share, 1 - share) < 0.01 else None
