"""The one shape in which charts, tables and JSON take a run: its JSON object as a mapping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast


def summary_of(result: object) -> Mapping[str, Any]:
    """A run's JSON object: given as such, or made from a result or a summary.

    Beside what `to_json` of a result gives it holds `outcome_intervals` (outcome -> mean, mc_se, interval, n), which
    the chart's whiskers need, and `asks`, the scenario's question.

    Raises:
        TypeError: neither a mapping nor a result nor a summary.
    """
    if isinstance(result, Mapping):
        return cast(Mapping[str, Any], result)
    if not hasattr(result, "to_json"):
        raise TypeError(f"a run's JSON object or a result is wanted, not {type(result).__name__}")
    found: Any = result
    summary = found.summary() if hasattr(found, "summary") else found
    told: dict[str, Any] = {**found.to_json()}
    told["outcome_intervals"] = {name: share.to_json() for name, share in summary.outcomes.items()}
    asks = getattr(getattr(found, "scenario", None), "asks", None)
    return told | ({"asks": asks} if isinstance(asks, str) else {})
