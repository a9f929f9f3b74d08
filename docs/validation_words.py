"""What the validation page says of the answers it got: they are put into the template beside this file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, StrictUndefined

from sim.view.backtest import backtest_line, backtest_text, recent_line
from sim.view.calibration import calibration_headline, calibration_text
from sim.view.claims import claims_line, claims_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Answer = dict[str, Any]

TEMPLATE: Final = Path(__file__).with_name("validation.md.jinja")
MOST: Final = 8
"""Drivers that are named."""


def page(
    found: Mapping[str, Answer],
    others: Sequence[tuple[str, str, Answer]],
    commands: Mapping[str, str],
    *,
    reduced: bool,
) -> str:
    """Return the page.

    Args:
        found: answers of `calibration`, `estimate`, `backtest`, `claims` and `drivers`.
        others: the comparison under every alternative: in words, its command, its answer; first as things are.
        commands: how each of `found` was asked.
        reduced: whether a test asks.

    """
    ensembles = found["calibration"]["ensembles"]
    latest = ensembles["latest"]
    means = [ratio["mean"] for _, _, answer in others[1:] if (ratio := _ratio(answer))["mean"] is not None]
    back, claims = found["backtest"], found["claims"]
    # Markdown, not HTML: nothing is to be escaped.
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)  # noqa: S701
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        reduced=reduced,
        commands=commands,
        now={"text": _with_ends(_ratio(others[0][2]))},
        lowest=min(means),
        highest=max(means),
        latest=latest,
        calibrated=[{"line": calibration_headline(one), "text": calibration_text(one)} for one in ensembles.values()],
        forecasts={"line": backtest_line(back), "recent": recent_line(back), "text": backtest_text(back)},
        claims={"line": claims_line(claims), "text": claims_text(claims)},
        missed=[one for one in latest["targets"] if one["met"] is not None and one["met"] < 0.5],
        failed=[one for one in latest["checks"] if one["met"] is False and one["value"] is not None],
        worst=back["misses"][:3],
        others=alternatives(others),
        leader=found["estimate"]["extrapolation"][0],
        drivers=_drivers(found["drivers"])[:MOST],
    )


def alternatives(others: Sequence[tuple[str, str, Answer]]) -> list[dict[str, str]]:
    """Return what would change the answer, a row each; arguments as for `page`."""
    return [_row(*one) for one in others]


def _ratio(answer: Answer) -> Answer:
    return dict(answer["arms"]["member"]["hazard_ratio"])


def _with_ends(found: Answer) -> str:
    if found["mean"] is None:
        return "-"
    ends = found["interval"]
    return f"{found['mean']:.3f}" + ("" if ends is None else f" [{ends[0]:.2f}, {ends[1]:.2f}]")


def _row(said: str, command: str, answer: Answer) -> dict[str, str]:
    """One alternative: the hazard ratio, the change in P(attack) in points, and how often the leader fights."""
    arm = answer["arms"]["member"]
    effect, ends = arm["effect"]["attack"], arm["effect"]["attack"]["interval"]
    points = f"{100 * effect['mean']:+.1f}" + ("" if ends is None else f" [{100 * ends[0]:.0f}, {100 * ends[1]:.0f}]")
    fights = f"{100 * arm['metrics']['leader_fought']['mean']:.1f} %"
    return {
        "said": said,
        "command": command,
        "ratio": _with_ends(_ratio(answer)),
        "points": points,
        "fights": fights,
    }


def _drivers(drivers: Answer) -> list[tuple[str, float]]:
    """Parameters that stand above the floor of luck in the effect of cover, the greatest first, with their share."""
    best: dict[str, float] = {}
    for analysis in drivers["analyses"]:
        if analysis["kind"] != "effect":
            continue
        for name, indices in analysis["parameters"].items():
            first = indices["first"]
            if first["above_floor"]:
                best[name] = max(best.get(name, 0.0), min(1.0, first["estimate"]))
    return sorted(best.items(), key=lambda item: -item[1])
