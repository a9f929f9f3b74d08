"""The page on answers and files names what the commands print."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sim.cli import main
from sim.record import data_folder

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "files.md"
EVERYWHERE = {"command", "seed", "out"}


def row(command: str) -> set[str]:
    """What the row of a command names."""
    (line,) = re.findall(rf"^\| `{command}` \|(.*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return set(re.findall(r"`([^`]+)`", line))


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main([*words, "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def shipped(command: str) -> dict[str, Any]:
    """The answer of a command that plays for long, as it is shipped."""
    told: dict[str, Any] = json.loads(
        (data_folder() / "seeds" / "validation" / f"{command}.json").read_text(encoding="utf-8")
    )
    del told["made"]
    return told


def of_replay(told: dict[str, Any]) -> set[str]:
    return {*told, *told["beliefs"][0], *told["twin"]}


def of_backtest(told: dict[str, Any]) -> set[str]:
    return {*told, *told["scores"], *{key for case in told["cases"] for key in case} - {"left_out"}}


def of_claims(told: dict[str, Any]) -> set[str]:
    return {*told, *{key for claim in told["claims"] for key in claim}}


@pytest.mark.parametrize(("command", "named"), [("backtest", of_backtest), ("claims", of_claims)])
def test_answers_that_take_long_have_the_keys_that_the_page_names(
    command: str, named: Callable[[dict[str, Any]], set[str]]
) -> None:
    assert named(shipped(command)) - EVERYWHERE <= row(command)


def test_a_replay_has_the_keys_that_the_page_names(capsys: pytest.CaptureFixture[str]) -> None:
    told = printed(capsys, "replay", "member", "--trial", "1", "--pair", "outsider", "--set", "horizon=2")
    assert of_replay(told) - EVERYWHERE <= row("replay")


def test_a_calibration_has_the_keys_that_the_page_names(capsys: pytest.CaptureFixture[str]) -> None:
    told = printed(capsys, "calibrate", "--report")
    assert set(told) - EVERYWHERE <= row("calibrate")
    inside = {key for one in told["ensembles"].values() for key in one}
    assert row("calibrate") - {"ensembles"} <= inside
