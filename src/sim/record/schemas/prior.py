"""Numbers that scenarios use and no fit gives: `priors.yaml`."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.record.schemas.base import DatedFile, Entry, Range, Rows, Strict, Text


class Spread(Strict):
    """A normal distribution."""

    mean: float
    sd: Annotated[float, Field(gt=0)]


class Prior(Entry):
    """A number, a range or a normal distribution, with why; `values` lists single observations behind it."""

    title: Text
    unit: Text | None = None
    value: float | None = None
    uniform: Range | None = None
    normal: Spread | None = None
    basis: Literal["record", "convention"]
    note: Text
    median: float | None = None
    values: Rows[float] = ()

    @property
    def grounded(self) -> bool:
        """Return whether the entry says what it rests on: for a convention its reason, in `note`, is enough."""
        return self.basis == "convention" or super().grounded

    @model_validator(mode="after")
    def _one_form(self) -> "Prior":
        forms = [form for form in (self.value, self.uniform, self.normal) if form is not None]
        if len(forms) != 1:
            raise ValueError("give exactly one of value, uniform and normal")
        if self.uniform is not None and (self.uniform.low is None or self.uniform.high is None):
            raise ValueError("the range of a prior has both bounds")
        return self


class PriorFile(DatedFile):
    """The whole of `priors.yaml`."""

    priors: Rows[Prior]
