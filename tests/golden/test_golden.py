from __future__ import annotations

import pytest
import yaml

from golden.renew import GOLDEN, played
from sim.scenario import names

KNOWN = yaml.safe_load(GOLDEN.read_text(encoding="utf-8"))


def test_every_shipped_scenario_has_golden_outcomes() -> None:
    assert sorted(KNOWN) == sorted(names())


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_outcomes_are_the_golden_ones(name: str) -> None:
    """Another processor or NumPy may flip a trial in a thousand; more than two is a change of the model."""
    found = played(name)
    for key, value in KNOWN[name].items():
        assert found[key] == pytest.approx(value, abs=2e-3 * (24 if key == "months_at_risk" else 1)), key
