"""What a file of scenarios/backtests may say: what was known the month before, and what happened."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Discriminator, Field, RootModel, Tag, model_validator

from sim.record.covariates import LEVELS
from sim.record.estimation_data import COUNCIL
from sim.record.schemas.base import Confidence, Day, Rows, Share, Strict, Table, Text
from sim.record.schemas.case import Kind  # noqa: TC001 - read at run time
from sim.record.schemas.series import Month  # noqa: TC001 - read at run time

TO: Final = " to "
"""Between the ends of an interval of levels: `words to aid`."""

SERIES: Final = ("threat", "tension", "defence", "missiles", "proxies")
"""Series of the record whose last known point starts a forecast of attacks."""


def _levels(text: str) -> str:
    low, high = bounds(text)
    if low > high:
        raise ValueError(f"{LEVELS[low]} is above {LEVELS[high]}")
    return text


def bounds(text: str) -> tuple[int, int]:
    """Return the lowest and the highest of the four levels that `aid`, or `words to aid`, allows.

    Raises:
        ValueError: it names no level.

    """
    first, _, last = text.partition(TO)
    ends = (first, last or first)
    if unknown := [name for name in ends if name not in LEVELS]:
        raise ValueError(f"{unknown[0]!r} is no level: {', '.join(LEVELS)}, or two of them with 'to' between")
    low, high = (LEVELS.index(name) for name in ends)
    return low, high


Levels = Annotated[str, AfterValidator(_levels)]
Fixed = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
EntryIds = Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]


class Helper(Strict):
    """A state that could have helped, as it stood the month before."""

    leader: bool = False
    ties: Share
    committed: Share


class Known(Strict):
    """What was known the month before: who could help whom, bound by what, free for what."""

    in_need: EntryIds
    attackers: Rows[Text] = ()
    in_force: bool
    early_cold_war: bool = False
    helpers: Annotated[Table[Helper], Field(min_length=1)]

    @model_validator(mode="after")
    def _led(self) -> Known:
        if sum(one.leader for one in self.helpers.values()) != 1:
            raise ValueError("helpers: one of them leads")
        return self


class Given(Strict):
    """What the forecast takes as given of the crisis: it forecasts the answer, not the crisis.

    Coded as for the estimation (sim.record.covariates); `asked` names who was asked, `unknown` being halfway.
    """

    kind: Kind
    deaths: Annotated[float, Field(ge=0)]
    asked: Literal["everyone", "leader", "nobody", "unknown"]
    formal_article4: bool
    foreign_ground: bool
    attacker_member: bool
    attacker_major: bool


class _Case(Strict):
    id: Fixed
    title: Text
    known_by: Month
    leaves_out: EntryIds
    note: Text | None = None


class AnswerCase(_Case):
    """A crisis, and who helped: the forecast is the distribution of each helper's level, and of the Council's.

    `record` is the entry that tells it; `leaves_out` are the entries on the same crisis, none of which the fit that
    forecasts it may have seen. `happened` gives a level of each helper (`words`, `aid`, `troops`, `combat`), or two
    with `to` between where the record leaves it open, and of the Council where there is one.
    """

    form: Literal["answer"]
    record: Text
    crisis: Text
    date: Day
    known: Known
    given: Given
    happened: Table[Levels]
    confidence: Confidence

    @model_validator(mode="after")
    def _consistent(self) -> AnswerCase:
        if self.known_by >= self.date[:7]:
            raise ValueError(f"known_by: {self.known_by} is not before the crisis, {self.date}")
        if self.record not in self.leaves_out:
            raise ValueError(f"leaves_out: the case itself, {self.record}, is not left out")
        if set(self.happened) - {COUNCIL} != set(self.known.helpers):
            raise ValueError("happened: names the helpers, and no others but the Council")
        return self

    @property
    def mandate(self) -> bool | None:
        """Return whether the Council gave a mandate; None where none was asked for."""
        if COUNCIL not in self.happened or self.given.asked != "everyone":
            return None
        return bounds(self.happened[COUNCIL])[1] >= LEVELS.index("aid")


class Round(Strict):
    """One round of overt action on Iranian soil that began in the window."""

    month: Month
    actors: EntryIds
    action: Literal["strike", "campaign"]
    joined: bool
    entries: EntryIds


class AttackCase(_Case):
    """A window of months, and the overt attacks that began in it, possibly none.

    The scenario is played from `start` for `months`, each series from its last point known by `known_by` (`levels`:
    the month of that point), with parameter sets calibrated to data up to `calibrated_to`. `told` names series whose
    point of the first month tells of nothing but entries that were over before it: what a war had left was known.
    `leaves_out`: whatever began in the window or later, of the response's fit and of the targets after `calibrated_to`.
    """

    form: Literal["attack"]
    scenario: Text
    start: Month
    months: Annotated[int, Field(ge=1, le=60)]
    levels: Table[Month]
    told: Table[EntryIds] = Field(default_factory=dict, validate_default=True)
    calibrated_to: Month
    happened: Rows[Round]

    @model_validator(mode="after")
    def _consistent(self) -> AttackCase:
        if self.known_by >= self.start:
            raise ValueError(f"known_by: {self.known_by} is not before the window, {self.start}")
        if set(self.levels) != set(SERIES):
            raise ValueError(f"levels: names each of {', '.join(SERIES)}")
        last = {name: self.start if name in self.told else self.known_by for name in SERIES}
        late = [name for name, month in self.levels.items() if month > last[name]]
        if late:
            raise ValueError(f"levels: the point of {late[0]} was not known by {self.known_by}")
        outside = [one.month for one in self.happened if not self.start <= one.month <= self.last]
        if outside:
            raise ValueError(f"happened: {outside[0]} lies outside the window, {self.start} to {self.last}")
        return self

    @property
    def last(self) -> str:
        """Return the last month of the window."""
        count = 12 * int(self.start[:4]) + int(self.start[5:]) - 1 + self.months - 1
        return f"{count // 12}-{count % 12 + 1:02d}"

    @property
    def seen(self) -> bool:
        """Return whether the calibration has seen the window: then it is no forecast."""
        return self.start <= self.calibrated_to

    def overrides(self) -> dict[str, Any]:
        """Return the changes of the scenario that put it where the world was the month before."""
        record = {name: {"record": f"series.{name}.{month}"} for name, month in self.levels.items()}
        return {
            "start": self.start,
            "horizon": self.months,
            "environment.threat.start": record["threat"],
            "environment.tension.start": record["tension"],
            "states.Iran.defence": record["defence"],
            "states.Iran.missiles": record["missiles"],
            "states.Iran.proxies": record["proxies"],
        }


def _form(value: Any) -> str:
    form = value.get("form") if isinstance(value, dict) else getattr(value, "form", None)
    return f"tag:{form}" if form in {"answer", "attack"} else "tag:answer"


Backtest = AnswerCase | AttackCase


class BacktestFile(RootModel[Backtest]):
    """A file of scenarios/backtests: one of the two forms."""

    root: Annotated[
        Annotated[AnswerCase, Tag("tag:answer")] | Annotated[AttackCase, Tag("tag:attack")], Discriminator(_form)
    ]
