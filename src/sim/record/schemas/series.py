"""Threat, means and tension by month: `series.yaml`."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.record.schemas.base import DatedFile, Entry, Rows, Share, Strict, Text

Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class ThreatMap(Strict):
    """How breakout time (months) and the stock at 60 % (kg of uranium) become the threat; formula in the file."""

    weight_breakout: Share
    breakout_at_0_months: Annotated[float, Field(gt=0)]
    breakout_at_1_months: Annotated[float, Field(gt=0)]
    stock60_at_1_kg: Annotated[float, Field(gt=0)]


class Point(Strict):
    """The level in a month, its standard deviation, and where it comes from."""

    month: Month
    value: Annotated[float, Field(ge=0, le=2)]
    error: Annotated[float, Field(gt=0)]
    basis: Literal["map", "convention"]
    breakout_months: Annotated[float, Field(gt=0)] | None = None
    stock60_kg: Annotated[float, Field(ge=0)] | None = None
    note: Text | None = None
    see: Rows[str] = ()

    @model_validator(mode="after")
    def _grounded(self) -> "Point":
        if self.basis == "map" and (self.breakout_months is None or self.stock60_kg is None or not self.see):
            raise ValueError("a point from the map gives breakout_months, stock60_kg and the entries it rests on")
        if self.basis == "convention" and self.note is None:
            raise ValueError("a point by convention says why in its note")
        return self


class Series(Entry):
    """One level by month, piecewise linear between its points."""

    title: Text
    unit: Text
    points: Annotated[Rows[Point], Field(min_length=2)]

    @model_validator(mode="after")
    def _rising(self) -> "Series":
        months = [point.month for point in self.points]
        if any(later <= earlier for earlier, later in pairwise(months)):
            raise ValueError("the months of a series rise")
        return self


class SeriesFile(DatedFile):
    """The whole of `series.yaml`."""

    threat_map: ThreatMap
    series: Rows[Series]
