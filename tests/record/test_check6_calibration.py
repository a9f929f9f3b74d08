"""Check 6: the estimator is calibrated on records simulated from its own prior and likelihood."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pytest
from scipy.special import logit
from scipy.stats import ttest_1samp

from record.calibration import (
    LIKELIHOOD,
    RANKED,
    STATES,
    as_it_is,
    blank,
    failing,
    laid_out,
    one,
    p_values,
    places_of,
    recorded,
    shared_weights,
)
from sim.record.priors import SCALARS, load_priors, prior_columns, stored_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Columns = Mapping[str, Array]
    Distort = Callable[[Columns], Columns]

FALSE_ALARM: Final = 1e-3


def shock_doubled(truth: Columns) -> Columns:
    return {**truth, "shock": 2.0 * truth["shock"]}


def duty_shifted(truth: Columns) -> Columns:
    return {**truth, "in_force": truth["in_force"] + 1.0}


# ------------------------------------------------------------------------------------------------ slopes


def drawn(count: int, generator: np.random.Generator) -> tuple[Columns, Columns]:
    """Parameters from the prior: as the estimator's model counts them, and as they are stored."""
    priors = load_priors()
    scalars = {name: priors.priors[name].sample(generator, count) for name in SCALARS}
    standard = generator.standard_normal((count, len(blank().guarantors)))
    resolve = {name: scalars["resolve_scale"] * standard[:, index] for index, name in enumerate(blank().guarantors)}
    return {**scalars, "resolve_standard": standard}, stored_columns(scalars, resolve, priors.reference, generator)


def unbounded(scalars: Columns, index: int) -> dict[str, Array]:
    """One draw where the sampler has it: logarithms of what is positive, a logit of what has two bounds."""
    from sim.record.estimation_model import NORMAL, split  # noqa: PLC0415 - slow to import, only here

    priors = load_priors()
    normal, other = split(priors)
    point = {NORMAL: np.array([scalars[name][index] for name in normal])}
    for name in other:
        bounds = priors.priors[name].uniform
        value = scalars[name][index]
        if bounds is None:
            point[f"{name}_log__"] = np.log(value)
        else:
            point[f"{name}_interval__"] = logit((value - bounds[0]) / (bounds[1] - bounds[0]))
    return {**point, "resolve_standard": scalars["resolve_standard"][index]}


@cache
def density() -> tuple[Any, Any, list[str]]:
    """Weights that can be set, the slope of the log density that the sampler follows, and its variables in order."""
    from pytensor.configdefaults import config  # noqa: PLC0415 - slow to import, only here

    from sim.record.estimation_model import model  # noqa: PLC0415 - the same

    weights = shared_weights()
    with config.change_flags(cxx="", mode="FAST_COMPILE"):
        built = model(replace(blank(), weights=weights), load_priors())
        return weights, built.compile_dlogp(), [variable.name for variable in built.value_vars]


def slopes(count: int, distort: Distort) -> tuple[Array, Array, list[str]]:
    """Where simulated parameters lie and the slope of the estimator's log density there; (records, dimensions)."""
    from sim.record.estimation_model import NORMAL, split  # noqa: PLC0415 - slow to import, only here

    generator = np.random.Generator(np.random.Philox(61))
    scalars, stored = drawn(count, generator)
    weights, slope, variables = density()
    where, found = [], []
    for index in range(count):
        weights.set_value(laid_out(recorded(distort(one(stored, index)), generator)).weights)
        point = unbounded(scalars, index)
        where.append(np.concatenate([np.atleast_1d(point[name]) for name in variables]))
        found.append(slope(point))
    names = {NORMAL: split(load_priors())[0], "resolve_standard": blank().guarantors}
    labels = [label for name in variables for label in names.get(name, (name,))]
    return np.array(where), np.array(found), labels


def unlike_zero(count: int, distort: Distort) -> dict[str, float]:
    """Which dimensions break an identity of every joint density p(x): E[p'/p] = 0 and E[x p'/p] = -1 (Stein)."""
    where, found, labels = slopes(count, distort)
    shift = ttest_1samp(found, 0.0).pvalue
    spread = ttest_1samp((where - where.mean(axis=0)) * found, -1.0).pvalue
    least = np.minimum(shift, spread)
    return {name: float(p) for name, p in zip(labels, least, strict=True) if p < FALSE_ALARM / (2 * len(labels))}


@pytest.mark.slow
def test_check6_simulated_records_agree_with_the_slopes_the_sampler_follows() -> None:
    assert unlike_zero(120, as_it_is) == {}


def test_check6_slopes_tell_a_wrong_likelihood() -> None:
    assert "shock_log__" in unlike_zero(120, shock_doubled)
    assert "reference" in unlike_zero(60, duty_shifted)


# ------------------------------------------------------------------------------------------------ ranks


def places(fits: int, distort: Distort, *, read: bool = True) -> dict[str, Array]:
    """Places of true parameters among draws from the posterior, or from the prior where the record is not read."""
    generator = np.random.Generator(np.random.Philox(62))
    truths = prior_columns(load_priors(), STATES, draws=fits, seed=65)
    found = [places_of(index, one(truths, index), generator, distort, read=read) for index in range(fits)]
    return {name: np.array([place[name] for place in found]) for name in RANKED}


def test_check6_uniform_ranks_pass_and_others_fail() -> None:
    generator = np.random.Generator(np.random.Philox(64))
    uniform = generator.uniform(size=(len(RANKED), 200))
    assert failing(dict(zip(RANKED, uniform, strict=True))) == {}
    assert set(failing({"shift": uniform[0] ** 1.5, "narrow": 0.5 + 0.6 * (uniform[1] - 0.5)})) == {"shift", "narrow"}


def test_check6_a_fit_that_does_not_read_the_record_fails() -> None:
    """Prior draws have uniform ranks in every parameter; only the rank of the log likelihood tells."""
    assert set(failing(places(60, as_it_is, read=False))) == {LIKELIHOOD}


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_check6_ranks_of_true_parameters_are_uniform() -> None:
    found = places(40, as_it_is)
    assert failing(found) == {}, p_values(found)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_check6_ranks_tell_a_wrong_likelihood() -> None:
    assert "in_force" in failing(places(40, duty_shifted))
