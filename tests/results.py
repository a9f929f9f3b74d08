"""Invented results in the shapes that the commands print, for charts; and what a chart says, read back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sim.view.gallery import plot
from sim.view.words import METRICS, OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Sequence


def number(mean: float | None, error: float | None = 0.003, ends: tuple[float, float] | None = None) -> dict[str, Any]:
    return {"mean": mean, "mc_se": error, "interval": None if ends is None else list(ends), "n": 2_000}


def arm(attack: float, shift: float, ratio: float | None, *, error: float = 0.003, ends: bool = True) -> dict[str, Any]:
    """An arm in which `attack` of the worlds are attacked, `shift` more than in the control."""
    wide = (max(0.0, attack - 0.1), min(1.0, attack + 0.1)) if ends else None
    effect = (shift - 0.05, shift + 0.05) if ends else None
    outcomes = dict.fromkeys(OUTCOMES, 0.0) | {"no_attack": 1.0 - attack, "campaign_alone": attack}
    return {
        "scenario": "x",
        "title": "X",
        "scenario_hash": "0123456789abcdef" * 4,
        "estimand": "fiat",
        "metrics": {name: number(attack, error, wide) for name in METRICS},
        "outcomes": outcomes,
        "outcome_intervals": {
            name: {"mean": share, "mc_se": error, "interval": [share, share]} for name, share in outcomes.items()
        },
        "responses": {},
        "survival": [number(1.0 - attack, error)] * 24,
        "effect": {name: number(shift, error, effect) for name in METRICS},
        "hazard_ratio": number(ratio, error, None if ratio is None or not ends else (ratio * 0.8, ratio * 1.1)),
        "strata": {
            name: {"count": 1, "share": share, "mc_se": error, "interval": None}
            for name, share in {
                "never": 1.0 - attack + min(shift, 0.0),
                "deterred": max(0.0, -shift),
                "provoked": max(0.0, shift),
                "regardless": attack - max(shift, 0.0),
            }.items()
        },
        "bounds": {"deterred": [max(0.0, -shift), 0.4], "provoked": [max(0.0, shift), 0.2]},
        "severity": {},
        "moved": {},
        "flipped": {},
        "pairing": {},
    }


def comparison(arms: dict[str, dict[str, Any]], trials: int = 2_000) -> dict[str, Any]:
    return {
        "command": "compare",
        "seed": 1,
        "out": None,
        "control": next(iter(arms)),
        "trials": trials,
        "horizon": 24,
        "protege": "Iran",
        "arms": arms,
        "note": None,
    }


def pair() -> dict[str, Any]:
    return comparison({"outsider": arm(0.9, 0.0, 1.0), "member": arm(0.7, -0.2, 0.6)})


def peace(trials: int = 2_000) -> dict[str, Any]:
    """No world of any arm sees an attack."""
    quiet = arm(0.0, 0.0, None, error=0.0, ends=False)
    quiet["metrics"] |= {name: number(None, None) for name in ("honoured", "abandoned", "campaign_share")}
    return comparison({"outsider": quiet, "member": quiet}, trials)


LONG = "member@states.Russia.resolve.shift=4@perception.bias=4@states.Israel.deterrence="


def six() -> dict[str, Any]:
    """Six arms, four of them with names that differ at their very end."""
    arms = {"outsider": arm(0.9, 0.0, 1.0), "member": arm(0.8, -0.1, 0.8)}
    return comparison(arms | {f"{LONG}{k}": arm(0.8 - k / 10, -0.1 - k / 10, 0.8 - k / 10) for k in range(1, 5)})


def grid(
    ratios: Sequence[Sequence[float | None]], *, down: Sequence[Any] = (0, 1, 2), across: Sequence[Any] = (0, 2, 6)
) -> dict[str, Any]:
    """A sweep over two axes; a ratio a point, rows from the least value of the first axis up."""
    points = [
        {
            "at": {"states.Russia.resolve.shift": y, "perception.bias": x},
            "arms": {
                "outsider": arm(0.9, 0.0, 1.0),
                "member": arm(0.9, 0.0 if ratio is None else (ratio - 1.0) / 10, ratio),
            },
        }
        for y, line in zip(down, ratios, strict=True)
        for x, ratio in zip(across, line, strict=True)
    ]
    axes = {"states.Russia.resolve.shift": list(down), "perception.bias": list(across)}
    return _sweep(axes, points, ["outsider", "member"])


def line(ratios: Sequence[float | None], *, name: str = "states.Russia.resolve.shift") -> dict[str, Any]:
    """A sweep over one axis, its values 0, 1, 2 ..."""
    points = [
        {"at": {name: x}, "arms": {"outsider": arm(0.9, 0.0, 1.0), "member": arm(0.9, 0.0, ratio)}}
        for x, ratio in enumerate(ratios)
    ]
    return _sweep({name: list(range(len(ratios)))}, points, ["outsider", "member"])


def alone(shares: Sequence[float], values: Sequence[Any], design: str = "grid") -> dict[str, Any]:
    """A sweep of one arm over one axis."""
    points = [
        {"at": {"accession.lags": value}, **arm(share, 0.0, None)} for share, value in zip(shares, values, strict=True)
    ]
    return _sweep({"accession.lags": list(values)}, points, ["member"]) | {"control": None, "design": design}


def _sweep(axes: dict[str, list[Any]], points: list[dict[str, Any]], arms: list[str]) -> dict[str, Any]:
    return {
        "command": "sweep",
        "seed": 1,
        "out": None,
        "name": "invented",
        "title": "Invented",
        "asks": "What if?",
        "design": "grid",
        "arms": arms,
        "tied": {},
        "control": arms[0],
        "axes": axes,
        "trials": 1_000,
        "horizon": 24,
        "protege": "Iran",
        "points": points,
    }


def breakeven(
    value: float | None = 1.5, ends: tuple[float | None, float | None] | None = (0.5, None)
) -> dict[str, Any]:
    return {
        "command": "breakeven",
        "scenario": "member",
        "against": "outsider",
        "trials": 1_000,
        "seed": 1,
        "parameter": "states.Russia.resolve.shift",
        "metric": "hazard_ratio",
        "target": 0.5,
        "reached": value is not None,
        "value": value,
        "mc_se": 0.1,
        "interval": None if ends is None else list(ends),
        "achieved": 0.5,
        "nearest": None if value is not None else 3.0,
        "searched": [0, 3],
        "recorded": 0.0,
        "crossings": [],
        "evaluations": 17,
        "note": None,
    }


def decomposition(shares: dict[str, float | None], trials: int = 2_000) -> dict[str, Any]:
    """Shares of the effect on every metric."""
    whole = None if None in shares.values() else sum(share for share in shares.values() if share is not None)
    return {
        "command": "decompose",
        "seed": 1,
        "out": None,
        "control": "outsider",
        "arm": "member",
        "factors": [name for name in shares if name != "other"],
        "trials": trials,
        "horizon": 24,
        "metrics": {
            name: {
                "effect": number(whole, 0.001, None if whole is None else (whole - 0.02, whole + 0.02)),
                "shares": {
                    part: number(share, 0.001, None if share is None else (share - 0.01, share + 0.01))
                    | {"alone": share, "last": share}
                    for part, share in shares.items()
                },
            }
            for name in METRICS
        },
    }


def convergence(means: Sequence[float | None], metric: str = "attack", error: float | None = 0.02) -> dict[str, Any]:
    """The running mean after 1, 2, 4 ... worlds."""
    series = [
        {
            "trials": 2**step,
            "mean": mean,
            "mc_se": None if mean is None else error,
            "band": None if mean is None or not error else [mean - 2 * error, mean + 2 * error],
            "n": 2**step,
        }
        for step, mean in enumerate(means)
    ]
    return {
        "command": "convergence",
        "scenario": "member",
        "title": "Iran inside the treaty",
        "scenario_hash": "0123456789abcdef" * 4,
        "protege": "Iran",
        "seed": 1,
        "horizon": 24,
        "trials": series[-1]["trials"],
        "metric": metric,
        "series": series,
    }


def told(answer: dict[str, Any], name: str | None = None, **asked: Any) -> tuple[str, str]:
    """Title and subtitle of a chart."""
    title = plot(answer, name, **asked).to_dict()["title"]
    return tuple(" ".join(title[key]).replace("\u00a0", " ") for key in ("text", "subtitle"))  # type: ignore[return-value]


def written(chart: Any) -> str:
    return json.dumps(chart.to_dict(), ensure_ascii=False)


def layers_of(chart: dict[str, Any]) -> list[dict[str, Any]]:
    """Every layer that draws something, of whatever panel."""
    if "mark" in chart:
        return [chart]
    return [layer for key in ("layer", "vconcat") for part in chart.get(key, ()) for layer in layers_of(part)]


def values_of(chart: dict[str, Any], layer: dict[str, Any]) -> list[dict[str, Any]]:
    held: list[dict[str, Any]] = layer["data"].get("values") or chart["datasets"][layer["data"]["name"]]
    return held


def sets(quantity: str, ends: tuple[float, float], *, parameter: str = "states.Israel.deterrence") -> dict[str, Any]:
    """The answer against a parameter: a straight line from one end to the other, without luck."""
    steps = [k / 20 for k in range(21)]
    dots = [{"x": 1.0 + step, "y": ends[0] + step * (ends[1] - ends[0])} for step in steps]
    groups = [
        {
            "low": dots[4 * k]["x"],
            "high": dots[4 * k + 3]["x"],
            "x": dots[4 * k + 2]["x"],
            "mean": dots[4 * k + 2]["y"],
            "interval": [dots[4 * k + 2]["y"] - 0.01, dots[4 * k + 2]["y"] + 0.01],
            "sets": 4,
        }
        for k in range(5)
    ]
    return {
        "command": "against",
        "scenario": "member",
        "scenario_hash": "0123456789abcdef" * 4,
        "trials": 2_000,
        "seed": 1,
        "horizon": 24,
        "protege": "Iran",
        "quantity": quantity,
        "parameter": parameter,
        "meaning": "weight of expected harm",
        "arm": "member",
        "control": "outsider" if quantity == "hazard_ratio" else None,
        "asks": "?",
        "sets": dots,
        "groups": groups,
        "line": dots,
        "readings": [],
        "dropped": 0,
    }
