"""Calibration by simulation: which parameter sets history does not refute (`article4 calibrate`).

Candidates are drawn over the whole prior, history is played with each, and those within the tolerance of every target
are kept (rejection; Tavaré et al. 1997, Pritchard et al. 1999). Further rounds draw where an emulator expects sets to
meet the targets and weigh them back to the prior (a population Monte Carlo as of Beaumont et al. 2009 and Toni et al.
2009, with an emulator in place of a kernel, which a hundred parameters would spread too thin); candidates of all rounds
count with the weight that the mixture of all proposals gives them (Cornuet et al. 2012).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import scipy

from sim.experiment.files import digest_of_file
from sim.experiment.identity import digest_of, surroundings
from sim.judge.bank import TRIALS, Bank, Setting
from sim.judge.candidates import from_emulator, from_prior, priors
from sim.judge.checks import TRIALS as CHECK_TRIALS
from sim.judge.checks import checks
from sim.judge.emulator import emulator
from sim.judge.ensemble_file import write_ensemble
from sim.judge.findings import findings
from sim.judge.history import history, judged
from sim.judge.keeping import Kept, as_ensemble, asked_of, keep
from sim.judge.pact import average_pact
from sim.judge.recovery import recovery
from sim.reading import InputError
from sim.record import data_folder, posterior
from sim.record import load as load_record
from sim.record.ensemble import ensemble_about, forget
from sim.record.estimation import destination
from sim.scenario import SETS, canonical, leaves

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.judge.bank import Told
    from sim.record.schemas.target import Target

SEED: Final = 20260630
"""Seed of the shipped ensembles."""

UNTIL: Final = {"latest": "2026-06", "2024-12": "2024-12"}
"""Last month of the data of each ensemble."""

PLAYS: Final = ("bank.py", "history.py")
"""Files of this folder that decide what is counted of a candidate."""

AGAIN: Final = 1000
"""Number of the first round in which kept sets are played anew: its luck is no other round's."""


@dataclass(frozen=True)
class Size:
    """How much is played.

    Attributes:
        rounds: ensemble at which each round aims, and its candidates; the first aims at none, it is the prior.
        trials: of each candidate.
        sets: of an ensemble.
        check_trials: of each set, level of threat and arm in the checks.
        pact_trials: the same at each weight of harm in the average-pact reading.
        fewest: effective sample size below which an ensemble is not worth its name (convention).
        histories: known sets in the test of recovery.

    """

    rounds: tuple[tuple[str, int], ...] = (
        ("prior", 3072),
        ("latest", 2048),
        ("2024-12", 1024),
        ("latest", 3072),
        ("2024-12", 1024),
    )
    trials: int = TRIALS
    sets: int = SETS
    check_trials: int = CHECK_TRIALS
    pact_trials: int = 2
    fewest: float = 50.0
    histories: int = 200


FULL: Final = Size()


@dataclass(frozen=True, eq=False)
class Calibration:
    """A finished calibration.

    Attributes:
        bank: every candidate that was played.
        kept: what is left for each ensemble, by name.
        again: each ensemble's sets, played anew with other luck.

    """

    bank: Bank
    kept: Mapping[str, Kept]
    again: Mapping[str, Bank]


def calibration(
    *, seed: int = SEED, jobs: int = 1, parts: Path | None = None, size: Size = FULL, told: Told | None = None
) -> Calibration:
    """Play the candidates and keep those that history does not refute; nothing is written but parts.

    Args:
        seed: of candidates and luck.
        jobs: processes at most.
        parts: folder in which a folder of this calibration is made and every part stored; one that lies there is not
            played again. None: nothing is stored.
        size: how much is played.
        told: is told how many of how many candidates are done, and how many of them were played now.

    Raises:
        InputError: the record or the shipped scenario is wrong.
        TaskError: a part failed, or too few candidates meet the targets.

    """
    targets = load_record().targets
    bank = Bank(setting(targets.targets, seed=seed, trials=size.trials))
    directory = None if parts is None else parts / f"calibrate-{bank.setting.run[:12]}"
    whole = sum(sets for _, sets in size.rounds) + size.sets * len(UNTIL)
    done = played = fresh = 0

    def tell(now: int, _of: int, new: int) -> None:
        nonlocal fresh
        fresh = new
        if told is not None:
            told(done + now, whole, played + new)

    for number, (aimed, sets) in enumerate(size.rounds):
        if aimed == "prior":
            proposal, z = from_prior(sets, len(bank.names), seed)
        else:
            guess = emulator(bank, asked_of(bank, UNTIL[aimed]))
            proposal, z = from_emulator(guess, sets, len(bank.names), aimed=aimed, number=number, seed=seed)
        bank.search(proposal, z, directory, jobs=jobs, told=tell)
        done, played = done + sets, played + fresh
    kept = {name: keep(bank, name, asked_of(bank, until), size.sets, size.fewest) for name, until in UNTIL.items()}
    again = {}
    for number, (name, found) in enumerate(kept.items()):
        again[name] = Bank(bank.setting)
        again[name].play(as_ensemble(bank, found), AGAIN + number, directory, jobs=jobs, told=tell)
        done, played = done + size.sets, played + fresh
    return Calibration(bank, kept, again)


def setting(targets: tuple[Target, ...], *, seed: int, trials: int) -> Setting:
    """Return what a bank is played with, and its hash."""
    past = history()
    told, counted = priors(past), judged(targets)
    keys = {key for leaf in leaves(past).values() if (key := getattr(leaf, "record", None))}
    around = surroundings(sorted(keys))
    made_of = {
        "scenario": canonical(past),
        "targets": [[one.id, one.measure, *one.actors, one.since, one.until] for one in counted],
        "priors": told,
        "seed": seed,
        "trials": trials,
        "record": around["record"],
        "series": hashlib.sha256((data_folder() / "seeds" / "series.yaml").read_bytes()).hexdigest(),
        "posterior": around["posterior"],
        "world": around["code"]["world"],
        "judge": {name: digest_of_file(Path(__file__).with_name(name)) for name in PLAYS},
        "numpy": around["numpy"],
    }
    return Setting(past, counted, told, trials, seed, digest_of(made_of))


def calibrate(
    folder: Path | None = None,
    *,
    seed: int = SEED,
    jobs: int = 1,
    parts: Path | None = None,
    size: Size = FULL,
    told: Told | None = None,
) -> tuple[Path, dict[str, Any]]:
    """Calibrate and store both ensembles; return where, and what was found of each, as JSON values.

    Args:
        folder: where to write; the checkout's `seeds/` if none is given.
        seed: of candidates and luck, 0 to 2^63 - 1.
        jobs: processes at most.
        parts: see `calibration`.
        size: how much is played.
        told: is told how far it is.

    Raises:
        InputError: the seed is out of range; an installed package was given no folder; the folder cannot be written.
        TaskError: a part failed, or too few candidates meet the targets; nothing is stored.

    """
    target = destination(folder)
    if not 0 <= seed < 2**63:
        raise InputError(f"seed: {seed} is not between 0 and 2^63 - 1")
    done = calibration(seed=seed, jobs=jobs, parts=parts, size=size, told=told)
    setting, found = done.bank.setting, {}
    for name, kept in done.kept.items():
        among = as_ensemble(done.bank, kept)
        checked = checks(among, seed=seed, trials=size.check_trials)
        summed = findings(done.bank, kept, done.again[name], UNTIL[name], checked)
        narrowed = [one.name for one in summed.parameters if one.verdict == "narrowed"]
        tested = recovery(done.bank, kept.targets, narrowed, histories=size.histories)
        reading = average_pact(among, seed=seed, trials=size.pact_trials)
        found[name] = {**summed.to_json(), "recovery": tested.to_json(), "average_pact": reading.to_json()}
        write_ensemble(target, among, setting.scenario, {**_about(setting), "findings": found[name]})
    forget()
    return target, found


def _about(setting: Setting) -> dict[str, Any]:
    """What lies beside an ensemble: all that decided it."""
    seeds = data_folder() / "seeds"
    return {
        "seed": setting.seed,
        "trials": setting.trials,
        "run": setting.run,
        "scenario_sha256": digest_of(canonical(setting.scenario)),
        "targets_sha256": digest_of_file(seeds / "targets.yaml"),
        "posterior": posterior().digest,
        "code": {room: surroundings(())["code"][room] for room in ("world",)},
        "versions": {"numpy": np.__version__, "scipy": scipy.__version__},
    }


def told(folder: Path | None = None) -> dict[str, Any]:
    """Return what was found when the shipped ensembles were calibrated, by their name.

    Raises:
        InputError: there are none.

    """
    return {name: ensemble_about(name, folder)["findings"] for name in UNTIL}
