"""The numbers of an answer as rows of a table for other programs: CSV."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HEADER: Final = ("arm", "kind", "metric", "mean", "mc_se", "low", "high", "cases")
"""Columns: the arm; `value` or `effect` (arm less control); the metric; its mean, Monte Carlo error, 90 % interval and
cases. What is not known is empty."""


def comparison_csv(found: Mapping[str, Any]) -> str:
    """Every number of a comparison, a row a metric of an arm and a row an effect.

    Args:
        found: the JSON object of `article4 compare`.
    """
    return csv_text(HEADER, _comparison(found))


def csv_text(header: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> str:
    """Rows as CSV text (RFC 4180, lines ended by LF); None is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _comparison(found: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    for name, arm in found["arms"].items():
        for metric, number in arm["metrics"].items():
            yield (name, "value", metric, *_number(number))
        for metric, number in arm.get("effect", {}).items():
            yield (name, "effect", metric, *_number(number))
        if "hazard_ratio" in arm:
            yield (name, "effect", "hazard_ratio", *_number(arm["hazard_ratio"]))


def _number(number: Mapping[str, Any]) -> tuple[Any, ...]:
    low, high = number["interval"] or (None, None)
    return number["mean"], number["mc_se"], low, high, number.get("n")
