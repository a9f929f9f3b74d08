"""Legal scenarios far out: any number of parameters at the ends of what their fields allow, and every switch thrown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sim.scenario import leaves, load

if TYPE_CHECKING:
    import numpy as np

    from sim.scenario import Leaf

FAR: Final = (0.0, 1e-300, 1e-9, 1.0, 30.0, 1e3, 1e6, 1e15)
"""Sizes of a number in a field without bounds."""

SWITCHES: Final[dict[str, tuple[object, ...]]] = {
    "horizon": (1, 2, 3),
    "step": (1, 0.5, 0.25),
    "start": ("0000-01", "9999-12", "2025-07"),
    "estimand": ("applies now",),
    "choice.rule": ("quantal", "maximiser"),
    "council.rule": ("consensus", "consensus_minus_one", "majority", "leader", "each_as_it_deems"),
    "council.latency": ([0], [3650] * 20, [0, 3650]),
    "council.rotation": ([], ["Iran"], ["Armenia"], ["Russia"] * 12, ["Israel", "Belarus"]),
    "council.rotation_year": (1900, 2200),
    "accession.cover": (True, False),
    "accession.path": ("none", "applied"),
    "accession.apply_month": (0, 1, 600),
    "accession.from_month": (0, 1, 600),
    "accession.observer": (True, False),
    "accession.lags": ([0.0], [600.0], [0, 0, 0.5], [1.5] * 40),
    "signals.active": (True, False),
    "reputation.active": (True, False),
    "channels.commitment": (True, False),
    "channels.capability": (True, False),
    "channels.alignment": (True, False),
    "crisis.exchanges": (1, 12),
    "environment.drive": ("model", "record"),
    "events": (
        [],
        [{"month": 0, "set": {"threat": 10}}, {"month": 0, "set": {"threat": {"shift": -10}}}],
        [
            {"month": month, "set": {"proxies": {"shift": -0.3}, "missiles": {"shift": 0.3}, "tension": 9.5}}
            for month in (0, 1)
        ],
    ),
    "states.Armenia.active": (True, False),
    "states.Belarus.active": (True, False),
    "states.Kazakhstan.active": (True, False),
    "states.Kyrgyzstan.active": (True, False),
    "states.Russia.active": (True, False),
    "states.Tajikistan.active": (True, False),
    "states.Israel.actions": ([], ["covert"], ["strike"], ["campaign"], ["strike", "strike"]),
    "states.Israel.threaten": (True, False),
    "states.Israel.major": (True, False),
    "states.Israel.member": (True, False),
    "states.Israel.kind": ("state", "militants", "internal"),
    "states.United States.actions": ([], ["covert"], ["strike", "campaign"]),
    "states.United States.threaten": (True, False),
    "states.United States.kind": ("state", "militants", "internal"),
}
"""Entries that are no parameters, and values that they take in the shipped baseline."""


def far(luck: np.random.Generator, leaf: Leaf) -> Any:
    """A value far out that the field of a parameter takes: an end, a number far away, or a distribution to its ends."""
    low, high = leaf.bounds
    sizes = [size for size in FAR if (low is None or size >= low) and (high is None or size <= high)]
    if low is None:
        sizes += [-size for size in sizes]
    sizes += [end for end in (low, high) if end is not None]
    here, there = sorted(float(luck.choice(sizes)) for _ in range(2))
    if here == there or luck.random() < 0.5:
        return here if luck.random() < 0.5 else there
    shapes: list[Any] = [
        {"uniform": [here, there]},
        {"triangular": [here, here, there]},
        {"truncated_normal": [here, 1e-9, here, there]},
        {"truncated_normal": [there, 1e15, here, there]},
    ]
    if low is None:
        shapes += [{"normal": [here, 1e-9]}, {"normal": [here, max(there, 1.0)]}]
    return shapes[int(luck.integers(len(shapes)))]


def overrides(luck: np.random.Generator, scenario: str = "baseline") -> dict[str, Any]:
    """Overrides that a shipped scenario takes: a few parameters far out, or half of them, and some switches."""
    parameters = leaves(load(scenario))
    share = float(luck.choice([0.01, 0.1, 0.5, 1.0]))
    told = {name: far(luck, leaf) for name, leaf in parameters.items() if luck.random() < share}
    for name, values in SWITCHES.items():
        if luck.random() < 0.3:
            told[name] = values[int(luck.integers(len(values)))]
    return told
