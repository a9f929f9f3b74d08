from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.view.words import OUTCOMES, decimals, error_shown, headline, interval, percent, plain, quantity

if TYPE_CHECKING:
    from collections.abc import Mapping


def with_attack(summary: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    changed = copy.deepcopy(dict(summary))
    changed["metrics"]["attack"].update(changes)
    return changed


def test_the_headline_gives_number_interval_horizon_and_commonest_outcome(summary: dict[str, Any]) -> None:
    assert headline(summary) == (
        "Iran is attacked within 24 months in 87 % of worlds [62, 97]; "
        "most often a campaign met with aid but no troops (31 %)."
    )


def test_the_headline_without_a_protege_or_interval_still_stands(summary: dict[str, Any]) -> None:
    del summary["protege"]
    said = headline(with_attack(summary, interval=None))
    assert said.startswith("Attacked within 24 months in 87 % of worlds; most often")


def test_zero_attacks_are_said_to_be_none_of_so_many(summary: dict[str, Any]) -> None:
    summary = with_attack(summary, mean=0.0, mc_se=0.0, interval=[0.0, 0.0])
    summary["outcomes"] = {name: float(name == "no_attack") for name in OUTCOMES}
    assert headline(summary) == "Iran is attacked within 24 months in none of 20,000 worlds."


def test_worlds_all_alike_are_said_to_be_all(summary: dict[str, Any]) -> None:
    summary = with_attack(summary, mean=1.0, mc_se=0.0, interval=[1.0, 1.0])
    summary["outcomes"] = {name: float(name == "clash") for name in OUTCOMES}
    said = headline(summary)
    assert said.startswith("Iran is attacked within 24 months in all of 20,000 worlds: every time it ends")


def test_one_world_claims_no_probability(summary: dict[str, Any]) -> None:
    summary["trials"] = 1
    summary["outcomes"] = {name: float(name == "strike_alone") for name in OUTCOMES}
    said = headline(with_attack(summary, mean=1.0, mc_se=None, interval=None, n=1))
    assert "%" not in said
    assert "Iran is attacked within 24 months (a strike met with no aid)" in said


def test_a_rare_attack_is_never_rounded_to_nothing(summary: dict[str, Any]) -> None:
    assert " 0 %" not in headline(with_attack(summary, mean=0.0004, mc_se=0.0001, interval=None))


def test_a_headline_is_one_line_whatever_the_name(summary: dict[str, Any]) -> None:
    summary["protege"] = "I\x1b[31mr\nan" + "x" * 300
    said = headline(summary)
    assert "\n" not in said
    assert "\x1b" not in said
    assert len(said) < 250


@pytest.mark.parametrize(
    ("share", "error", "said"),
    [
        (0.8688, 0.0024, "86.9 %"),
        (0.8688, 0.013, "87 %"),
        (0.8688, 0.0002, "86.88 %"),
        (0.8688, None, "87 %"),
        (0.0, 0.0, "0 %"),
        (1.0, 0.0, "100 %"),
        (0.0003, None, "<1 %"),
        (0.9999, None, ">99 %"),
        (0.0003, 0.0001, "0.03 %"),
        (None, None, "-"),
    ],
)
def test_percent_follows_the_error(share: float | None, error: float | None, said: str) -> None:
    assert percent(share, error) == said


@pytest.mark.parametrize(
    ("ends", "error", "scale", "said"),
    [
        ([0.62, 0.97], 0.002, 100, "[62, 97]"),
        ([0.004, 0.012], 0.0004, 100, "[0.4, 1.2]"),
        ([6.13, 15.31], 0.05, 1, "[6, 15]"),
        ([0.041, 0.139], 0.0007, 1, "[0.04, 0.14]"),
        (None, 0.1, 1, "-"),
    ],
)
def test_an_interval_has_no_more_digits_than_its_width_allows(
    ends: list[float] | None, error: float, scale: float, said: str
) -> None:
    assert interval(ends, error, scale) == said


def test_an_end_that_rounds_to_nothing_has_no_sign() -> None:
    assert interval([-0.0612, -0.0001], 0.01, 100) == "[-6, 0]"
    assert interval([-0.0004, 0.06], 0.01, 100) == "[0, 6]"
    assert interval([-0.0012, -0.0002], 0.0001) == "[-0.0012, -0.0002]"


def test_quantities_and_errors() -> None:
    assert quantity(1234.567, 0.6) == "1,234.6"
    assert quantity(0.08213, 0.0007) == "0.0821"
    assert quantity(9.0, None) == "9"
    assert error_shown(0.0024, 100) == "0.2"
    assert error_shown(None) == "-"
    assert error_shown(0.0) == "0"


@given(st.floats(1e-12, 1e6))
def test_decimals_stay_within_bounds(error: float) -> None:
    assert 0 <= decimals(error) <= 2


@given(st.floats(0, 1), st.none() | st.floats(0, 0.5))
def test_percent_never_says_0_or_100_of_anything_else(share: float, error: float | None) -> None:
    said = percent(share, error)
    number = float(re.sub(r"[<> %]", "", said))
    assert 0 <= number <= 100
    if 0 < share < 1:
        assert said not in {"0 %", "0.0 %", "0.00 %", "100 %", "100.0 %", "100.00 %"}


@given(st.text())
def test_plain_text_is_one_line_without_control_characters(text: str) -> None:
    shown = plain(text, 80)
    assert len(shown) <= 80
    assert all(c.isprintable() or c not in "\x1b\n\r\t\u202e" for c in shown)
    assert "\n" not in shown
    assert "\x1b" not in shown
