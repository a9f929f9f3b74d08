"""Calibration on invented banks, where what must come out is known; and on history itself, at a small scale."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.stats import norm, truncnorm

from sim.judge.bank import Bank, Setting
from sim.judge.calibrate import Size, calibrate
from sim.judge.candidates import Proposal, effective, from_emulator, from_prior, priors, weights
from sim.judge.emulator import Emulator, emulator
from sim.judge.ensemble_file import sets_digest, write_ensemble
from sim.judge.findings import findings
from sim.judge.history import counts, history, judged
from sim.judge.keeping import as_ensemble, keep
from sim.judge.recovery import recovery
from sim.reading import InputError, TaskError
from sim.record import load as load_record
from sim.record.ensemble import Ensemble, ensemble, forget
from sim.record.schemas.target import Span, Target
from sim.scenario import load, prior_sets, provenance

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

NAMES = ("states.Israel.strike.gain", "states.Israel.strike.cost", "perception.bias")
TARGETS = {one.id: one for one in load_record().targets.targets}


def target(low: float, high: float, name: str = "T01") -> Target:
    return TARGETS[name].model_copy(update={"tolerance": Span(low=low, high=high)})


def setting(*targets: Target) -> Setting:
    scenario = history()
    told = priors(scenario)
    return Setting(scenario, targets, {name: told[name] for name in NAMES}, 1, 5, "invented")


def invented(rounds: list[tuple[Proposal, NDArray[np.float64]]], *targets: Target) -> Bank:
    """A bank in which the statistic of the first target is the first parameter itself, on the normal scale."""
    z = np.concatenate([drawn for _, drawn in rounds])
    ones = np.ones(len(z))
    sums = {f"T01.{name}": values for name, values in (("n", z[:, 0]), ("d", ones), ("nn", z[:, 0] ** 2))}
    sums |= {"T01.dd": ones, "T01.nd": z[:, 0], "T01.n0": z[:, 0], "T01.d0": ones}
    return Bank(setting(*targets), [proposal for proposal, _ in rounds], np.arange(len(z)) % 2000, z, sums)


def guess(low: float, high: float) -> Emulator:
    """An emulator that expects the first parameter to be the statistic, with an error."""
    nothing = np.zeros(0, np.intp)
    return Emulator(nothing, np.array([[0.0], [1.0], [0.0], [0.0]]), np.array([0.5]), np.array([low]), np.array([high]))


def searched(sets: int, low: float, high: float) -> tuple[Proposal, NDArray[np.float64]]:
    return from_emulator(guess(low, high), sets, 3, aimed="latest", number=1, seed=3)


def test_weights_bring_every_mixture_back_to_the_prior() -> None:
    bank = invented([from_prior(2000, 3, 3), searched(3000, 1.0, 2.0)])
    weight = weights(bank.z, bank.proposals)
    assert weight.mean() == pytest.approx(1.0, abs=0.02)
    inside = (bank.z[:, 0] > 1.0) & (bank.z[:, 0] < 2.0)
    assert inside[2000:].mean() > 2.0 * inside[:2000].mean()
    assert (weight * inside).mean() == pytest.approx(norm.cdf(2.0) - norm.cdf(1.0), abs=0.01)
    assert weight.max() <= 5000 / 2000 + 1e-9


def test_what_is_kept_is_the_prior_cut_to_the_tolerance() -> None:
    wanted = target(1.0, 2.0)
    bank = invented([from_prior(4000, 3, 3), searched(4000, 1.0, 2.0)], wanted)
    kept = keep(bank, "latest", (wanted,), 500, 100.0)
    picked = bank.z[kept.rows]
    assert (picked[:, 0] >= 1.0).all()
    assert (picked[:, 0] <= 2.0).all()
    assert picked[:, 0].mean() == pytest.approx(truncnorm.mean(1.0, 2.0), abs=0.03)
    assert picked[:, 1:].mean(axis=0) == pytest.approx([0.0, 0.0], abs=0.15)
    assert picked[:, 1:].std(axis=0) == pytest.approx([1.0, 1.0], abs=0.12)


def test_too_few_candidates_are_no_ensemble() -> None:
    wanted = target(3.5, 4.0)
    bank = invented([from_prior(500, 3, 3)], wanted)
    with pytest.raises(TaskError, match="meet all targets"):
        keep(bank, "latest", (wanted,), 500, 100.0)


def test_an_emulator_expects_as_many_sets_to_meet_the_targets_as_do() -> None:
    wanted = target(1.0, 3.0)
    bank = invented([from_prior(3000, 3, 3)], wanted)
    z, luck = bank.z, np.random.default_rng(4).normal(size=3000)
    bank.sums["T01.n"] = np.exp(0.3 + 0.5 * z[:, 0] - 0.3 * z[:, 1] + 0.4 * z[:, 0] * z[:, 1] + 0.2 * luck)
    found = emulator(bank, (wanted,))
    fresh = np.random.default_rng(5).normal(size=(4000, 3))
    shown = np.exp(0.3 + 0.5 * fresh[:, 0] - 0.3 * fresh[:, 1] + 0.4 * fresh[:, 0] * fresh[:, 1])
    shown *= np.exp(0.2 * np.random.default_rng(6).normal(size=4000))
    meets, chance = (shown >= 1.0) & (shown <= 3.0), found.chance(fresh)
    assert chance.mean() == pytest.approx(meets.mean(), abs=0.05)
    assert chance[meets].mean() > chance[~meets].mean() + 0.2


def test_an_emulator_that_leaves_nothing_is_told() -> None:
    with pytest.raises(TaskError, match="leaves"):
        searched(10, 40.0, 41.0)


def test_effective_sample_size_of_equal_weights_is_their_number() -> None:
    assert effective(np.full(7, 3.0)) == pytest.approx(7.0)
    assert effective(np.array([1.0, 0.0, 0.0])) == pytest.approx(1.0)
    assert effective(np.zeros(3)) == 0.0


def test_findings_tell_what_history_narrows_from_what_it_leaves() -> None:
    wanted = target(1.0, 2.0)
    bank = invented([from_prior(6000, 3, 3)], wanted)
    kept = keep(bank, "latest", (wanted,), 500, 100.0)
    found = findings(bank, kept, invented([from_prior(500, 3, 3)], wanted), "2026-06")
    verdicts = {one.name: one.verdict for one in found.parameters}
    assert verdicts == {NAMES[0]: "narrowed", NAMES[1]: "unchanged", NAMES[2]: "unchanged"}
    first = found.parameters[0]
    low, high = 0.4 + 1.6 * norm.cdf(1.0), 0.4 + 1.6 * norm.cdf(2.0)
    assert low <= first.posterior[0] < first.posterior[2] <= high
    assert first.prior == pytest.approx((0.4 + 0.05 * 1.6, 1.2, 0.4 + 0.95 * 1.6))
    assert found.met_again == pytest.approx(norm.cdf(2.0) - norm.cdf(1.0), abs=0.05)
    assert found.rounds[0].accepted == found.accepted
    assert json.dumps(found.to_json())


def test_intervals_hold_known_values_as_often_as_they_say() -> None:
    """Counts of mean e^(1 + z): the filter by exact intervals must cover the known z in nine of ten, or a few more."""
    wanted = target(0.0, 1.0)
    bank = invented([from_prior(4000, 3, 3)], wanted)
    mean = np.exp(1.0 + bank.z[:, 0])
    bank.sums["T01.n"] = mean
    bank.sums["T01.n0"] = np.random.default_rng(2).poisson(mean).astype(float)
    found = recovery(bank, (wanted,), (NAMES[0],), histories=300)
    assert found.histories + found.left_out == 300
    assert found.histories > 250
    assert found.chosen is not None
    assert 0.87 <= found.chosen <= 0.99
    assert found.narrowing is not None
    assert found.narrowing < 0.8


def test_an_ensemble_is_written_alike_and_read_back(tmp_path: Path) -> None:
    wanted = target(-1.0, 1.0)
    bank = invented([from_prior(2000, 3, 3)], wanted)
    among = as_ensemble(bank, keep(bank, "latest", (wanted,), 500, 100.0))
    about = {"posterior": _posterior(), "seed": 5}
    digests = [write_ensemble(tmp_path, among, bank.setting.scenario, about) for _ in range(2)]
    assert digests[0] == digests[1]
    read = ensemble("latest", tmp_path)
    assert read is not None
    assert (read.digest, sets_digest(read)) == (digests[0], sets_digest(among))
    assert dict(read.priors) == dict(among.priors)


def test_an_ensemble_of_another_posterior_is_refused(tmp_path: Path) -> None:
    _written(tmp_path, "of other draws")
    with pytest.raises(InputError, match="other posterior draws"):
        ensemble("latest", tmp_path)


def test_a_damaged_ensemble_is_refused(tmp_path: Path) -> None:
    path = _written(tmp_path, _posterior())
    path.write_bytes(path.read_bytes() + b" ")
    forget()
    with pytest.raises(InputError, match="digest"):
        ensemble("latest", tmp_path)


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    assert ensemble("prior", tmp_path) is None
    assert ensemble("latest", tmp_path) is None
    with pytest.raises(InputError, match="article4 calibrate"):
        ensemble("2024-12", tmp_path)


def _posterior() -> str:
    from sim.record import posterior  # noqa: PLC0415 - read once, where it is needed

    return posterior().digest


def _written(folder: Path, of: str) -> Path:
    among = Ensemble("latest", np.arange(4), {NAMES[0]: np.full(4, 0.5)}, {NAMES[0]: "{uniform: [0.4, 2]}"})
    write_ensemble(folder, among, history(), {"posterior": of})
    return folder / "ensemble.parquet"


def test_history_counts_what_the_world_counts() -> None:
    scenario = history(24)
    every = [TARGETS[name].model_copy(update={"since": "2010-01", "until": "2011-12"}) for name in ("T10", "T13")]
    counted, out_of = counts(scenario, prior_sets(50), every, trials=4, first=0, seed=1)
    assert counted.shape == (2, 4, 50)
    assert (out_of == 1).all()
    from sim.world import World  # noqa: PLC0415 - only here

    world = World(scenario, replicates=200, seed=1, among=prior_sets(50))
    assert counted.sum() == world.run().columns["covert"].sum()


def test_who_joins_takes_part_and_joins_no_more_rounds_than_there_are() -> None:
    ids = ("T01", "T04", "T30", "T32")
    every = [TARGETS[name].model_copy(update={"since": "2010-01", "until": "2011-12"}) for name in ids]
    changes = {"states.United States.patron.join": 9.0, "states.United States.opportunity.overt": 0.0}
    counted, out_of = counts(history(24).with_(changes), prior_sets(50), every, trials=4, first=0, seed=1)
    israel, states, joined, campaigns = counted
    assert israel.sum() > 0
    assert (out_of[2] == israel).all()
    assert (joined == israel).all()
    assert (states >= israel).all()
    assert (campaigns <= out_of[3]).all()


def test_every_target_of_history_is_judged() -> None:
    told = judged(load_record().targets.targets)
    assert {one.measure for one in told} == {"overt", "covert", "campaigns", "joined"}


def test_a_seed_out_of_range_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="seed"):
        calibrate(tmp_path, seed=-1)


SHIPPED = ("latest", "2024-12")


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_sets_are_of_the_shipped_priors(name: str) -> None:
    """Who changes a range of baseline.yaml has to calibrate anew."""
    read = ensemble(name)
    assert read is not None
    assert dict(read.priors) == priors(history())


def test_provenance_tells_what_history_has_chosen() -> None:
    changed = load("outsider", {"states.Israel.strike.gain": {"uniform": [0.0, 9.0]}})
    told = {row.name: row.source or "" for row in provenance(changed)}
    assert told["states.Israel.strike.cost"].endswith("calibrated (ensemble latest)")
    assert "not calibrated" in told["states.Israel.strike.gain"]
    assert "calibrated" not in told["states.Israel.strike.loss"]


@pytest.mark.slow
def test_the_whole_way_at_a_small_scale(tmp_path: Path) -> None:
    size = Size(
        (("prior", 384), ("latest", 128)), trials=4, sets=50, check_trials=1, pact_trials=1, fewest=1.0, histories=20
    )
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        calibrate(folder, seed=3, parts=tmp_path / "parts", size=size)
    for name in ("ensemble.parquet", "ensemble.json", "ensemble-2024-12.parquet", "ensemble-2024-12.json"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()
    told = json.loads((folders[0] / "ensemble.json").read_text())
    assert told["findings"]["candidates"] == 512
    assert {one["id"] for one in told["findings"]["checks"]} == {"T40", "T41", "T42", "T43"}
