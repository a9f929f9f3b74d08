"""The stored draws keep the promises of their format, and broken files are refused."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sim.reading import InputError
from sim.record.covariates import COVARIATES, code
from sim.record.estimation import estimation_rows, inputs_digest
from sim.record.place import data_folder
from sim.record.posterior import CUTPOINTS, latent, posterior, sidecar
from sim.record.posterior_store import store
from sim.record.priors import load_priors, prior_columns
from sim.record.response import at_least

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MEMBERS = ("Armenia", "Belarus", "Kazakhstan", "Kyrgyzstan", "Russia", "Tajikistan")


@pytest.fixture
def columns() -> dict[str, NDArray[np.float64]]:
    return prior_columns(load_priors(), MEMBERS, draws=200, seed=3)


def test_shipped_cutpoints_rise_and_are_centred() -> None:
    shipped = posterior()
    aid, troops, combat = (shipped.columns[name] for name in CUTPOINTS)
    assert (aid < troops).all()
    assert (troops < combat).all()
    np.testing.assert_allclose(aid + troops + combat, 0.0, atol=1e-12)


def test_shipped_draws_are_complete() -> None:
    shipped = posterior()
    assert shipped.draws == 2000
    assert set(MEMBERS) <= set(shipped.guarantors)
    assert "new" not in shipped.guarantors
    for name in ("intercept", "in_force", "shock", *(f"covariate.{name}" for name in COVARIATES)):
        assert shipped.columns[name].dtype == np.float64
        assert shipped.columns[name].shape == (2000,)
        assert np.isfinite(shipped.columns[name]).all()


def test_shipped_draws_match_their_sidecar() -> None:
    content = (data_folder() / "seeds" / "credibility.parquet").read_bytes()
    beside = sidecar()
    assert posterior().digest == hashlib.sha256(content).hexdigest() == beside["sha256"]
    diagnostics = beside["diagnostics"]
    assert isinstance(diagnostics, dict)
    assert diagnostics["divergences"] == 0
    assert max(diagnostics["rhat"].values()) <= 1.01
    assert min(*diagnostics["ess_bulk"].values(), *diagnostics["ess_tail"].values()) >= 400


def test_shipped_draws_rest_on_the_record_as_it_is() -> None:
    assert sidecar()["inputs_sha256"] == inputs_digest(estimation_rows(), load_priors()), (
        "the record or the priors changed since the fit: run `article4 estimate`"
    )


def test_draws_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        posterior().columns["shock"][0] = 0.0


def test_a_state_not_in_the_record_gets_the_predictive_draw() -> None:
    shipped = posterior()
    np.testing.assert_array_equal(shipped.resolve("Serbia"), shipped.columns["resolve.new"])


def test_latent_is_the_sum_of_the_equation() -> None:
    shipped = posterior()
    x = code(
        kind="militants",
        deaths=99,
        asked=True,
        formal_article4=False,
        foreign_ground=False,
        attacker_member=False,
        attacker_major=False,
        ties_to_attacker=0.5,
        committed_elsewhere=0.0,
        leader=True,
    )
    of = {name: shipped.columns[name][7] for name in shipped.columns}
    by_hand = (
        of["intercept"]
        + of["resolve.Russia"]
        + of["in_force"]
        + of["covariate.militants"]
        + of["covariate.log_size"]
        + of["covariate.asked"]
        + 0.5 * of["covariate.ties_to_attacker"]
        + of["covariate.leader"]
    )
    assert shipped.latent("Russia", x, in_force=1.0)[7] == pytest.approx(by_hand)


def test_the_same_draws_give_the_same_bytes(tmp_path: Path, columns: dict[str, NDArray[np.float64]]) -> None:
    digests = {store(tmp_path / name, columns, {"seed": 3}) for name in ("once", "twice")}
    assert len(digests) == 1
    assert sorted(path.name for path in (tmp_path / "once").iterdir()) == ["credibility.json", "credibility.parquet"]
    back = posterior(tmp_path / "once")
    assert list(back.columns) == list(columns)
    for name, values in columns.items():
        np.testing.assert_array_equal(back.columns[name], values)


def test_a_missing_file_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="article4 estimate"):
        posterior(tmp_path)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("cutpoint.troops", lambda values: values - 10.0, "out of order"),
        ("cutpoint.combat", lambda values: values + 0.1, "not centred"),
        ("shock", lambda values: values * np.nan, "shock holds what is not a finite number"),
        ("intercept", lambda values: values.astype(str), "intercept holds what is not a finite number"),
        ("shock", lambda values: -values, "negative"),
    ],
)
def test_broken_draws_are_refused(
    tmp_path: Path, columns: dict[str, NDArray[np.float64]], name: str, change: object, message: str
) -> None:
    assert callable(change)
    store(tmp_path, {**columns, name: change(columns[name])}, {})
    with pytest.raises(InputError, match=message):
        posterior(tmp_path)


def test_a_missing_column_and_a_wrong_digest_are_refused(
    tmp_path: Path, columns: dict[str, NDArray[np.float64]]
) -> None:
    store(tmp_path / "less", {name: values for name, values in columns.items() if name != "in_force"}, {})
    with pytest.raises(InputError, match="no column in_force"):
        posterior(tmp_path / "less")
    store(tmp_path / "other", columns, {})
    beside = tmp_path / "other" / "credibility.json"
    beside.write_text(json.dumps({"sha256": "0" * 64}), encoding="utf-8")
    with pytest.raises(InputError, match="digest"):
        posterior(tmp_path / "other")


@pytest.mark.parametrize(
    ("content", "message"), [("[]", "not a JSON object; make it again"), ("{", "not JSON"), ("\xff", "not JSON")]
)
def test_what_lies_beside_must_be_an_object(
    tmp_path: Path, columns: dict[str, NDArray[np.float64]], content: str, message: str
) -> None:
    store(tmp_path, columns, {})
    (tmp_path / "credibility.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(InputError, match=message):
        posterior(tmp_path)


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "credibility.parquet").write_bytes(b"not parquet")
    with pytest.raises(InputError, match="not a table"):
        posterior(tmp_path)


def test_prior_of_an_ally_sending_troops_is_like_beta_1_6() -> None:
    """P(troops or combat | attack by a state, asked) before the cases are read (model page 7.2)."""
    priors = load_priors()
    before = prior_columns(priors, (), draws=20_000, seed=5)
    x = priors.reference.covariates()
    assert x["state_attack"] == x["asked"] == 1.0
    _, troops, _ = at_least(before, latent(before, before["resolve.new"], x, priors.reference.in_force))
    assert np.mean(troops) == pytest.approx(1.0 / 7.0, abs=0.03)
    beta = 1.0 - (1.0 - np.array([0.05, 0.25, 0.5, 0.75, 0.95])) ** (1.0 / 6.0)
    np.testing.assert_allclose(np.quantile(troops, [0.05, 0.25, 0.5, 0.75, 0.95]), beta, atol=0.08)
