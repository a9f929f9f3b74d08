"""The one coding of a crisis into covariates, for the estimator and for the world alike.

If the two coded a crisis apart, coefficients fitted to one meaning would be applied to another.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

COVARIATES: Final = (
    "militants",
    "state_attack",
    "log_size",
    "asked",
    "formal_article4",
    "foreign_ground",
    "attacker_member",
    "attacker_major",
    "ties_to_attacker",
    "committed_elsewhere",
    "leader",
)
"""Names of the covariates in the order of the posterior's columns."""

OF_GUARANTOR: Final = COVARIATES[-3:]
"""Those that differ between the guarantors of one crisis; the others are the same for all of them."""

LEVELS: Final = ("words", "aid", "troops", "combat")
"""Levels of response, lowest first: 0-2, 3-4, 5 and 6 on the scale of the record."""

KINDS: Final = ("internal", "militants", "state")
"""Who is on the other side: a domestic opponent, armed groups from outside, or a state. The first is the baseline."""

MEANING: Final[Mapping[str, str]] = MappingProxyType(
    {
        "militants": "armed groups from outside (0/1; baseline: internal unrest)",
        "state_attack": "forces of a state (0/1; baseline: internal unrest)",
        "log_size": "log10(1 + deaths on all sides) - 1: ten times the deaths is one unit, nine deaths are 0",
        "asked": "help or consultations asked of this guarantor, or of the organisation it belongs to (0/1)",
        "formal_article4": "Article 4 (or its like in another pact) formally invoked (0/1)",
        "foreign_ground": "the place attacked is not recognised territory of the state in need (0/1)",
        "attacker_member": "the attacker is bound to the guarantor by the same treaty (0/1)",
        "attacker_major": "the attacker is a nuclear power, or Israel with a nuclear backer (0/1)",
        "ties_to_attacker": "ties of the guarantor to the attacker (0 none .. 1 as close as to the state in need)",
        "committed_elsewhere": "share of the guarantor's force bound in another war (0..1)",
        "leader": "the guarantor leads the alliance, or is the patron on whom the state in need leans (0/1)",
    }
)
"""What each covariate means, with its unit or range."""


def code(
    *,
    kind: ArrayLike,
    deaths: ArrayLike,
    asked: ArrayLike,
    formal_article4: ArrayLike,
    foreign_ground: ArrayLike,
    attacker_member: ArrayLike,
    attacker_major: ArrayLike,
    ties_to_attacker: ArrayLike,
    committed_elsewhere: ArrayLike,
    leader: ArrayLike,
) -> dict[str, NDArray[np.float64]]:
    """Code a crisis, as one guarantor meets it, into the covariates of the response.

    Every argument is a scalar or an array; arrays need only broadcast against each other, and each covariate keeps
    the shape of what it was made from. `asked` is what was asked of this guarantor: `formal_article4` is no request
    by itself.

    Args:
        kind: one of `KINDS`.
        deaths: killed on all sides, a count of 0 or more.
        asked: whether help or consultations were asked for.
        formal_article4: whether Article 4 was formally invoked.
        foreign_ground: whether the place attacked lies outside the recognised territory of the state in need.
        attacker_member: whether the attacker belongs to the alliance.
        attacker_major: whether the attacker is a nuclear power, or Israel with a nuclear backer.
        ties_to_attacker: 0 to 1.
        committed_elsewhere: share of the guarantor's force, 0 to 1.
        leader: whether the guarantor leads the alliance.

    Returns:
        The covariates by name, in the order of `COVARIATES`, as float64.

    Raises:
        ValueError: an unknown kind, negative deaths, or a share or indicator outside 0..1.

    """
    militants, state = indicators(kind)
    if not (np.asarray(deaths) >= 0.0).all():
        raise ValueError("deaths must be 0 or more")
    return coded(
        militants=militants,
        state_attack=state,
        deaths=deaths,
        asked=_unit("asked", asked),
        formal_article4=_unit("formal_article4", formal_article4),
        foreign_ground=_unit("foreign_ground", foreign_ground),
        attacker_member=_unit("attacker_member", attacker_member),
        attacker_major=_unit("attacker_major", attacker_major),
        ties_to_attacker=_unit("ties_to_attacker", ties_to_attacker),
        committed_elsewhere=_unit("committed_elsewhere", committed_elsewhere),
        leader=_unit("leader", leader),
    )


def coded(
    *,
    militants: NDArray[np.float64],
    state_attack: NDArray[np.float64],
    deaths: ArrayLike,
    asked: ArrayLike,
    formal_article4: ArrayLike,
    foreign_ground: ArrayLike,
    attacker_member: ArrayLike,
    attacker_major: ArrayLike,
    ties_to_attacker: ArrayLike,
    committed_elsewhere: ArrayLike,
    leader: ArrayLike,
) -> dict[str, NDArray[np.float64]]:
    """The covariates of `code`, for numbers that are known to lie in their ranges; `indicators` makes the first two."""
    return {
        "militants": militants,
        "state_attack": state_attack,
        "log_size": size_of(deaths),
        "asked": np.asarray(asked, np.float64),
        "formal_article4": np.asarray(formal_article4, np.float64),
        "foreign_ground": np.asarray(foreign_ground, np.float64),
        "attacker_member": np.asarray(attacker_member, np.float64),
        "attacker_major": np.asarray(attacker_major, np.float64),
        "ties_to_attacker": np.asarray(ties_to_attacker, np.float64),
        "committed_elsewhere": np.asarray(committed_elsewhere, np.float64),
        "leader": np.asarray(leader, np.float64),
    }


def indicators(kind: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Covariates `militants` and `state_attack` of what attacks.

    Args:
        kind: one of `KINDS`, or an array of them.

    Raises:
        ValueError: an unknown kind.

    """
    kinds = np.asarray(kind)
    known = kind in KINDS if isinstance(kind, str) else bool(np.isin(kinds, KINDS).all())
    if not known:
        unknown = sorted(set(np.unique(kinds).tolist()) - set(KINDS))
        raise ValueError(f"kind is one of {', '.join(KINDS)}, not {unknown[0]!r}")
    return (kinds == "militants").astype(np.float64), (kinds == "state").astype(np.float64)


def predictor(
    intercept: ArrayLike,
    own: ArrayLike,
    in_force: ArrayLike,
    covered: ArrayLike,
    coefficients: Mapping[str, NDArray[np.float64]],
    x: Mapping[str, NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Latent of a guarantor: eta = intercept + own + in_force * covered + sum of coefficient * x.

    The one home of the formula: the fit's draws and the world's cells go through it. All arguments broadcast.

    Args:
        intercept: mean latent, cutpoints centred (logits).
        own: the guarantor's own deviation.
        in_force: what a duty of defence in force adds.
        covered: 1 where one is in force, else 0.
        coefficients: by covariate.
        x: what `code` returned.

    """
    eta = np.asarray(intercept + own + in_force * covered)  # type: ignore[operator]
    return added(eta, coefficients, x, COVARIATES)


def added(
    eta: NDArray[np.float64],
    coefficients: Mapping[str, NDArray[np.float64]],
    x: Mapping[str, NDArray[np.float64]],
    names: Sequence[str],
) -> NDArray[np.float64]:
    """A latent with the terms of some covariates added, one by one: the sum of `predictor` in parts."""
    for name in names:
        eta = eta + coefficients[name] * x[name]
    return np.asarray(eta)


def size_of(deaths: ArrayLike) -> NDArray[np.float64]:
    """Size of a crisis on the log scale: log10(1 + deaths) - 1, so that nine deaths give 0."""
    return np.asarray(np.log10(1.0 + np.asarray(deaths, dtype=np.float64)) - 1.0)


def _unit(name: str, value: ArrayLike) -> NDArray[np.float64]:
    share = np.asarray(value, dtype=np.float64)
    if not ((share >= 0.0) & (share <= 1.0)).all():
        raise ValueError(f"{name} must lie between 0 and 1")
    return share
