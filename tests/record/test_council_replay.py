"""The Council of the simulation on the recorded cases, and the report that works from the stored draws alone."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest

from sim.record.council_replay import PULL, replay
from sim.record.covariates import COVARIATES, code
from sim.record.estimation_data import COUNCIL, Row
from sim.record.estimation_report import Report, report


def sigmoid(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


@pytest.fixture(scope="module")
def told() -> Report:
    return report()


def test_one_draw_without_shock_by_hand() -> None:
    """Leader far above the cutpoint, so that its pull on the member is cut at 3."""
    names = ("intercept", "in_force", "shock", "early_cold_war", "no_mandate", "council", "resolve.new")
    columns = {name: np.zeros(1) for name in (*names, *(f"covariate.{name}" for name in COVARIATES))}
    columns |= {
        "cutpoint.aid": np.array([-1.5]),
        "cutpoint.troops": np.array([0.0]),
        "cutpoint.combat": np.array([1.5]),
    }
    columns |= {"resolve.Russia": np.array([4.0]), "resolve.Belarus": np.array([-2.0]), "no_mandate": np.array([2.0])}

    def row(state: str, *, leads: bool, level: int, refused: bool) -> Row:
        x = code(
            kind="state",
            deaths=9,
            asked=True,
            formal_article4=False,
            foreign_ground=False,
            attacker_member=False,
            attacker_major=False,
            ties_to_attacker=0.0,
            committed_elsewhere=0.0,
            leader=leads,
        )
        return Row("C", "C", state, level, level, 1.0, x, "high", refused=refused)

    rows = (
        row("Russia", leads=True, level=0, refused=True),
        row("Belarus", leads=False, level=0, refused=True),
        row(COUNCIL, leads=False, level=0, refused=False),
    )
    found = replay(columns, rows, oppose_below=-1.0, dependence={"Belarus": 0.5})
    # The leader's stance is not lowered by the mandate that the vote is about.
    by_hand = sigmoid(4.0 + 1.0) * sigmoid(-2.0 + 0.5 * PULL + 1.0)
    assert found.lines[0].replayed == pytest.approx(by_hand)
    assert found.lines[0].fitted == pytest.approx(sigmoid(1.5))
    assert found.lines[0].recorded is False


def test_the_coded_council_gives_back_what_was_fitted(told: Report) -> None:
    """Acceptance of the model page 7.3: collective aid within 0.03."""
    found = told.replay
    assert {line.case for line in found.lines} >= {"KG-1999", "KZ-2022", "AM-2022-09"}
    assert abs(found.replayed - found.fitted) <= 0.03
    assert found.holds
    assert told.oppose_below == pytest.approx(found.oppose_below, abs=0.3)


def test_the_target_case_is_small_and_uncertain(told: Report) -> None:
    line = next(line for line in told.responses if line.guarantor == "Russia" and line.crisis.startswith("Iran"))
    assert 0.01 < line.combat.mean < 0.15
    assert line.combat.high > 4 * line.combat.low
    assert line.combat.mean < line.troops.mean < line.aid.mean < 0.8


def test_what_is_mostly_prior_is_said_to_be(told: Report) -> None:
    left = {line.name: line.left for line in told.coefficients}
    assert left["covariate.attacker_major"] > 0.6
    assert left["in_force"] > 0.6
    russia = next(found for found in told.extrapolation if found.guarantor == "Russia")
    assert 0.0 < russia.from_prior < 1.0
    assert russia.alike == ("PT-TW-1958-US",)
    assert russia.nearest[0].source == "AM-2022-09"
    assert all(neighbour.distance >= 1.0 for neighbour in russia.nearest)


def test_fitted_counts_are_near_the_recorded(told: Report) -> None:
    for line in told.fitted:
        if line.level == "aid":
            fewest, most = line.recorded
            assert fewest - 3.0 <= line.fitted.mean <= most + 3.0, line.group


def test_the_report_needs_no_pymc() -> None:
    blocked = "import sys; sys.modules.update(dict.fromkeys(['pymc', 'nutpie', 'arviz', 'pytensor']))\n"
    program = blocked + "from sim.record.estimation import report; print(len(report().responses))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert int(done.stdout) > 20
