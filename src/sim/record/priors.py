"""What is believed of the response before the cases are read: `seeds/credibility_priors.yaml`, and draws from it."""

from __future__ import annotations

from functools import cache
from pathlib import Path  # noqa: TC003 - kept at run time like the other signatures of loaders
from typing import TYPE_CHECKING, Annotated, Final, Self

import numpy as np
from pydantic import Field, model_validator

from sim.reading import InputError, read_yaml, validated
from sim.record.covariates import COVARIATES, KINDS, code
from sim.record.place import data_folder
from sim.record.schemas.base import DatedFile, Rows, Share, Strict, Table, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

Scale = Annotated[float, Field(gt=0.0)]
Pair = Annotated[Rows[float], Field(min_length=2, max_length=2)]

SCALARS: Final = (
    "reference",
    "in_force",
    *(f"covariate.{name}" for name in COVARIATES),
    "early_cold_war",
    "council",
    "no_mandate",
    "resolve_scale",
    "shock",
    "gap.troops",
    "gap.combat",
)
"""Every parameter that needs a prior."""


class Prior(Strict):
    """One distribution: normal [mean, sd], half_normal scale, lognormal [median, sigma] or uniform [low, high]."""

    normal: Pair | None = None
    half_normal: Scale | None = None
    lognormal: Pair | None = None
    uniform: Pair | None = None
    meaning: Text
    source: Text

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [self.normal, self.half_normal, self.lognormal, self.uniform]
        if sum(entry is not None for entry in given) != 1:
            raise ValueError("give one of normal, half_normal, lognormal, uniform")
        if self.normal is not None and not self.normal[1] > 0.0:
            raise ValueError("the standard deviation must be above 0")
        if self.lognormal is not None and not (self.lognormal[0] > 0.0 and self.lognormal[1] > 0.0):
            raise ValueError("median and sigma must be above 0")
        if self.uniform is not None and not self.uniform[0] < self.uniform[1]:
            raise ValueError("low must be below high")
        return self

    def sample(self, generator: np.random.Generator, count: int) -> NDArray[np.float64]:
        """Return `count` independent draws."""
        if self.normal is not None:
            return generator.normal(self.normal[0], self.normal[1], count)
        if self.half_normal is not None:
            return np.abs(generator.normal(0.0, self.half_normal, count))
        if self.lognormal is not None:
            return generator.lognormal(np.log(self.lognormal[0]), self.lognormal[1], count)
        low, high = self.uniform or (0.0, 1.0)
        return generator.uniform(low, high, count)

    def __str__(self) -> str:
        """Write the distribution as a table shows it, such as normal(0, 1)."""
        for name in ("normal", "lognormal", "uniform"):
            pair = getattr(self, name)
            if pair is not None:
                return f"{name}({pair[0]:g}, {pair[1]:g})"
        return f"half_normal({self.half_normal:g})"


class Reference(Strict):
    """The crisis in which the prior of the level is stated."""

    kind: Text
    deaths: Annotated[float, Field(ge=0.0)]
    asked: Share
    formal_article4: Share
    foreign_ground: Share
    attacker_member: Share
    attacker_major: Share
    ties_to_attacker: Share
    committed_elsewhere: Share
    leader: Share
    in_force: Share

    @model_validator(mode="after")
    def _known_kind(self) -> Self:
        if self.kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}")
        return self

    def covariates(self) -> dict[str, NDArray[np.float64]]:
        """Return the covariates of the reference crisis."""
        return code(**{name: value for name, value in self.model_dump().items() if name != "in_force"})


class Rate(Strict):
    """A probability with its source."""

    value: Annotated[float, Field(ge=0.0, lt=0.5)]
    source: Text


class Miscoded(Strict):
    """Probability that a coded level is one step off, by confidence of the entry."""

    high: Rate
    medium: Rate
    low: Rate

    def rate(self, confidence: str) -> float:
        """Return the probability for a confidence."""
        return {"high": self.high, "medium": self.medium, "low": self.low}[confidence].value


class Priors(DatedFile):
    """The whole of `credibility_priors.yaml`."""

    reference: Reference
    priors: Table[Prior]
    miscoded: Miscoded

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = [name for name in SCALARS if name not in self.priors]
        unknown = [name for name in self.priors if name not in SCALARS]
        if missing or unknown:
            raise ValueError(f"missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown) or 'none'}")
        return self


def load_priors(folder: Path | None = None) -> Priors:
    """Read `credibility_priors.yaml` from a folder of seeds (default: the shipped one, read once).

    Raises:
        InputError: every mistake in it, with its place.

    """
    return _shipped() if folder is None else _read(folder)


@cache
def _shipped() -> Priors:
    return _read(data_folder() / "seeds")


def _read(seeds: Path) -> Priors:
    return validated(Priors, read_yaml(seeds / "credibility_priors.yaml"))


def centred(
    gap_troops: NDArray[np.float64], gap_combat: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return cutpoints of aid, troops and combat with the given gaps and sum 0, in every draw."""
    aid = -(2.0 * gap_troops + gap_combat) / 3.0
    troops = aid + gap_troops
    return aid, troops, -(aid + troops)


def stored_columns(
    scalars: Mapping[str, NDArray[np.float64]],
    resolve: Mapping[str, NDArray[np.float64]],
    reference: Reference,
    generator: np.random.Generator,
) -> dict[str, NDArray[np.float64]]:
    """Turn draws of the parameters into the columns that are stored.

    The prior is stated at the reference crisis; the stored intercept is moved to where every covariate is 0. The
    cutpoints are centred, and `resolve.new` is drawn anew from the population of guarantors in every draw.

    Args:
        scalars: draws by name of `SCALARS`, each of shape (draws,).
        resolve: draws of the guarantors' deviations by name.
        reference: the crisis in which the prior of the level is stated.
        generator: randomness for `resolve.new`.

    Returns:
        The columns in the order in which they are stored.

    Raises:
        InputError: a parameter is missing.

    """
    absent = [name for name in SCALARS if name not in scalars]
    if absent:
        raise InputError(f"no draws of {', '.join(absent)}")
    aid, troops, combat = centred(scalars["gap.troops"], scalars["gap.combat"])
    intercept = scalars["reference"] + troops - reference.in_force * scalars["in_force"]
    for name, value in reference.covariates().items():
        intercept = intercept - value * scalars[f"covariate.{name}"]
    fresh = scalars["resolve_scale"] * generator.standard_normal(len(intercept))
    return {
        "intercept": intercept,
        "in_force": scalars["in_force"],
        **{f"covariate.{name}": scalars[f"covariate.{name}"] for name in COVARIATES},
        **{f"resolve.{name}": resolve[name] for name in sorted(resolve)},
        "resolve.new": fresh,
        "cutpoint.aid": aid,
        "cutpoint.troops": troops,
        "cutpoint.combat": combat,
        "shock": scalars["shock"],
        "resolve_scale": scalars["resolve_scale"],
        "council": scalars["council"],
        "no_mandate": scalars["no_mandate"],
        "early_cold_war": scalars["early_cold_war"],
    }


def prior_columns(
    priors: Priors, guarantors: Sequence[str], *, draws: int, seed: int
) -> dict[str, NDArray[np.float64]]:
    """Draw the stored columns from the prior alone, without any sampler.

    Args:
        priors: the priors.
        guarantors: names of the states that get a resolve of their own.
        draws: number of draws.
        seed: seed of the draws.

    """
    generator = np.random.Generator(np.random.Philox(seed))
    scalars = {name: priors.priors[name].sample(generator, draws) for name in SCALARS}
    resolve = {name: scalars["resolve_scale"] * generator.standard_normal(draws) for name in sorted(guarantors)}
    return stored_columns(scalars, resolve, priors.reference, generator)
