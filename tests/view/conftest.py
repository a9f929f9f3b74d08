from __future__ import annotations

from typing import Any

import pytest

SHARES = {
    "no_attack": 0.1312,
    "strike_alone": 0.2148,
    "strike_aided": 0.1201,
    "campaign_alone": 0.1739,
    "campaign_aided": 0.3104,
    "military_response": 0.0452,
    "clash": 0.0044,
}


def metric(mean: float | None, error: float | None = 0.003, low: float = 0.1, high: float = 0.4) -> dict[str, Any]:
    """An invented metric."""
    if mean is None:
        return {"mean": None, "mc_se": None, "interval": None, "n": 0}
    return {
        "mean": mean,
        "mc_se": error,
        "interval": [low, high],
        "n": 20_000,
        "variance": {"luck": 0.09, "ignorance": 0.02},
    }


@pytest.fixture
def summary() -> dict[str, Any]:
    """An invented run in the shape of `article4 run --json`."""
    return {
        "command": "run",
        "seed": 1,
        "out": "runs/member-0123456789ab",
        "scenario": "member",
        "scenario_hash": "0123456789abcdef" * 4,
        "trials": 20_000,
        "horizon": 24,
        "title": "Iran inside the treaty",
        "asks": "If Iran were covered by Article 4 of the Collective Security Treaty, would it be attacked?",
        "protege": "Iran",
        "metrics": {
            "attack": metric(0.8688, 0.0024, 0.62, 0.97),
            "hazard": metric(0.0821, 0.0007, 0.04, 0.14),
            "months_to_attack": metric(9.62, 0.05, 6.1, 15.3),
            "attacks": metric(1.83, 0.01, 0.9, 3.1),
            "campaign": metric(0.51, 0.003, 0.2, 0.8),
            "campaign_share": metric(0.587, 0.004, 0.3, 0.8) | {"given": "attack", "n": 17_376},
            "invoked": metric(0.9, 0.002, 0.7, 1.0) | {"given": "attack", "n": 17_376},
            "aided": metric(0.4, 0.004, 0.2, 0.7) | {"given": "attack", "n": 17_376},
            "honoured": metric(None) | {"given": "invoked"},
            "abandoned": metric(0.45, 0.004, 0.2, 0.7) | {"given": "attack", "n": 17_376},
            "leader_fought": metric(0.031, 0.0012, 0.0, 0.09),
            "patron_joined": metric(0.3, 0.003, 0.1, 0.5),
            "clash": metric(0.0044, 0.0005, 0.0, 0.02),
            "admitted": metric(None),
        },
        "outcomes": dict(SHARES),
        "outcome_intervals": {
            name: {"mean": share, "mc_se": 0.002, "interval": [max(0.0, share - 0.09), min(1.0, share + 0.14)]}
            for name, share in SHARES.items()
        },
        "responses": {
            "Russia": {"n": 17_376, "words": 0.48, "aid": 0.45, "troops": 0.04, "combat": 0.03},
            "Belarus": {"n": 17_376, "words": 0.9, "aid": 0.09, "troops": 0.01, "combat": 0.0},
        },
    }
