"""What all entries of the record share: dates, ranges, response levels, confidence and sources."""

import re
from calendar import monthrange
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_SOURCE_KEY = re.compile(r"[A-Z]_[A-Za-z0-9_]+|\d{3}")

Confidence = Literal["high", "medium", "low"]


def _checked_day(text: str) -> str:
    if not _DAY.fullmatch(text):
        raise ValueError("a date is written YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = ([int(part) for part in text.split("-")] + [1, 1])[:3]
    if not (1800 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
        raise ValueError("not a day of the calendar")
    return text


def _checked_source(text: str) -> str:
    if not _SOURCE_KEY.fullmatch(text):
        raise ValueError("a source is a key of documents.yaml, such as S_ALLI, or a document such as '000'")
    return text


Day = Annotated[str, AfterValidator(_checked_day)]
"""An ISO date that may stop at the month or the year: it says no more than the source does."""

SourceKey = Annotated[str, AfterValidator(_checked_source)]
Level = Annotated[int, Field(ge=0, le=6)]
"""Response of a state or of the organisation, 0 none found to 6 combat troops (scale: head of cases.yaml)."""

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Text = Annotated[str, Field(min_length=1)]

T = TypeVar("T")
V = TypeVar("V")

# Strict mode takes no list for a tuple, and YAML has only lists.
Rows = Annotated[tuple[T, ...], Field(strict=False)]
Table = Annotated[Mapping[str, V], AfterValidator(MappingProxyType)]
"""A read-only mapping from names to values."""


class Strict(BaseModel):
    """A frozen value: unknown names and near-miss types are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Range(Strict):
    """An interval known only by its bounds; None is an open bound."""

    low: float | None
    high: float | None

    @model_validator(mode="after")
    def _ordered(self) -> "Range":
        if self.low is None and self.high is None:
            raise ValueError("a range needs at least one bound")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low {self.low:g} is above high {self.high:g}")
        return self

    def __str__(self) -> str:
        """Return the range as people write it: 12-40, at least 12, at most 40."""
        if self.low is None:
            return f"at most {self.high:,g}"
        if self.high is None:
            return f"at least {self.low:,g}"
        return f"{self.low:,g}-{self.high:,g}"


def _is_range(value: Any) -> str:
    return "tag:range" if isinstance(value, dict | Range) else "tag:number"


Quantity = Annotated[
    Annotated[float, Tag("tag:number")] | Annotated[Range, Tag("tag:range")],
    Discriminator(_is_range),
]
"""A number, or {low, high} where only bounds are known."""


class Entry(Strict):
    """One fact with what is known of its standing.

    `unverified` marks an entry that rests on memory alone; `unverified_parts` names the fields that do in an entry
    that otherwise has sources. `see` names other entries that bear on this one.
    """

    id: Text
    confidence: Confidence
    unverified: bool
    unverified_parts: Rows[str] = ()
    derived: bool = False
    see: Rows[str] = ()
    sources: Rows[SourceKey]

    @model_validator(mode="after")
    def _grounded(self) -> "Entry":
        if not self.grounded:
            raise ValueError("an entry needs sources, or entries to see, or `unverified: true`")
        unknown = [name for name in self.unverified_parts if name not in type(self).model_fields]
        if unknown:
            raise ValueError(f"unverified_parts names no field of this entry: {unknown[0]}")
        return self

    @property
    def grounded(self) -> bool:
        """Return whether the entry says what it rests on."""
        return bool(self.sources or self.see or self.unverified or self.derived)

    @property
    def headline(self) -> str:
        """Return what the entry is about, in one line."""
        names = ("title", "statement", "claim", "study", "state")
        return next((str(getattr(self, name)) for name in names if hasattr(self, name)), self.id)

    @property
    def date(self) -> str | None:
        """Return the date by which the entry is listed, None if it has none."""
        value = getattr(self, "start", None)
        return value if isinstance(value, str) else None


class DatedFile(Strict):
    """A file of the record: when it was compiled and last revised."""

    compiled: Day
    revised: Day | None = None
