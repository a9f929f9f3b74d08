"""The kinds of field that every section of a scenario uses: bounded parameters, months and names."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.scenario.parameters import Leaf, Within

LONGEST = 1000
"""Most entries of a list: every one of them is walked for every trial."""

Share = Annotated[Leaf, Within(0.0, 1.0)]
Positive = Annotated[Leaf, Within(0.0, None)]
Real = Annotated[Leaf, Within(None, None)]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z .'-]*$", max_length=60)]
