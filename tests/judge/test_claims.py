"""The claims of the documents: which are put to the model, and whether what they ask for can be played."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from sim import record
from sim.experiment import METRICS
from sim.record.covariates import LEVELS
from sim.record.schemas.claim import Claim, ClaimTest
from sim.scenario import Scenario, leaves, load

CLAIMS = record.load().claims_file.claims
EMERGENT = [claim for claim in CLAIMS if claim.kind == "emergent"]
CONDITIONAL = {one.name for one in METRICS if one.given is not None}

MUST = {
    "Article 4 deters": "G034",
    "it raises the attacker's stakes": "G017",
    "a combined front would be met": "G024",
    "arms would protect": "G025",
    "only limited emergencies": "G079",
    "Armenia's path lowers reliability": "G091",
    "activation means world war": "G083",
    "accession destabilises": "G030",
    "join as soon as possible": "G033",
}
"""The claims that have to be put to the model, by their short names."""


def asked_of(claim: Claim) -> ClaimTest:
    assert claim.test is not None
    return claim.test


def arm(text: str) -> Scenario:
    name, *changes = text.split("@")
    return load(name, changes)


def test_enough_claims_are_put_to_the_model() -> None:
    kinds = Counter(claim.kind for claim in CLAIMS)
    assert kinds["emergent"] == 20
    assert kinds["input"] == 72
    assert {claim.document for claim in EMERGENT} >= {"000", "001", "003", "004"}


@pytest.mark.parametrize("name", MUST)
def test_the_claims_that_matter_are_among_them(name: str) -> None:
    assert MUST[name] in {claim.id for claim in EMERGENT}


@pytest.mark.parametrize("claim", EMERGENT, ids=lambda claim: claim.id)
def test_a_test_names_a_metric_of_its_arms_and_parameters_that_exist(claim: Claim) -> None:
    asked = asked_of(claim)
    scenarios = [arm(text) for text in asked.arms]
    helpers = [{name for name, state in one.states.items() if state.role == "guarantor"} for one in scenarios]
    common = set.intersection(*helpers)
    metrics = {one.name for one in METRICS} | {f"response.{name}.{level}" for name in common for level in LEVELS}
    assert asked.metric in metrics
    known = set(leaves(scenarios[-1]))
    assert {name for name in asked.varied if name.removesuffix(".shift") not in known} == set()
    assert asked.varied


@pytest.mark.parametrize("claim", EMERGENT, ids=lambda claim: claim.id)
def test_a_threshold_can_be_missed_and_met(claim: Claim) -> None:
    asked = asked_of(claim)
    beyond = 0.005 if asked.direction == "above" else -0.005
    assert asked.holds(asked.threshold + beyond)
    assert not asked.holds(asked.threshold)
    assert not asked.holds(asked.threshold - beyond)
    if asked.measure == "level":
        assert 0.0 < asked.threshold < 1.0
    assert asked.because.startswith("convention: ")


@pytest.mark.parametrize("claim", EMERGENT, ids=lambda claim: claim.id)
def test_a_metric_has_one_condition_at_most(claim: Claim) -> None:
    asked = asked_of(claim)
    assert asked.given is None or asked.metric not in CONDITIONAL


FAULTS = {
    "no kind": (r"    kind: input\n", "", "is missing"),
    "input with a test": (r"    kind: emergent", "    kind: input", "an emergent claim has a test"),
    "emergent without": (r"    kind: input\n", "    kind: emergent\n", "an emergent claim has a test"),
    "one arm for a difference": (r"arms: \[outsider, member\]", "arms: [member]", "has two, the control first"),
    "unknown direction": (r"direction: below", "direction: belov", "none of"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_told(tmp_path: Path, fault: str) -> None:
    seeds = Path(shutil.copytree(record.data_folder() / "seeds", tmp_path / "seeds"))
    pattern, new, message = FAULTS[fault]
    path = seeds / "claims.yaml"
    text, count = re.subn(pattern, new, path.read_text(encoding="utf-8"), count=1)
    assert count == 1
    path.write_text(text, encoding="utf-8")
    assert [problem for problem in record.check(seeds) if message in str(problem)]
