"""Channels and schedules: switches that are off change nothing, and what is on is the arithmetic it says."""

from __future__ import annotations

import numpy as np
import pytest

from sim.reading import InputError
from sim.record import lookup
from sim.record.values import Normal
from sim.scenario import SETS, load
from sim.world import World
from sim.world.schedule import recorded
from worlds import frozen, quiet

OFF = {"channels.capability": False, "channels.alignment": False}


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    for name, column in one.items():
        assert np.array_equal(column, other[name]), name


@pytest.mark.parametrize("name", ["outsider", "today", "deal"])
def test_check2_channels_do_nothing_without_standing(name: str) -> None:
    on, off = (World(load(name, {"horizon": 12, **more}), replicates=48).run().columns for more in ({}, OFF))
    same(dict(on), dict(off))


@pytest.mark.parametrize(
    ("channel", "numbers"),
    [
        ("capability", {"arms.defence": 0, "arms.missiles": 0}),
        (
            "alignment",
            {"alignment.rivals": 0, "alignment.diplomatic.Israel": 0, "alignment.diplomatic.United States": 0},
        ),
    ],
)
def test_check2_a_channel_off_is_a_channel_of_no_strength(channel: str, numbers: dict[str, object]) -> None:
    soon = {"arms.delivery_lag": 2, "horizon": 12}
    off = World(load("member", {**soon, f"channels.{channel}": False}), replicates=48).run().columns
    nothing = World(load("member", {**soon, **numbers}), replicates=48).run().columns
    full = World(load("member", soon), replicates=48).run().columns
    same(dict(off), dict(nothing))
    assert not np.array_equal(off["loss_Israel"], full["loss_Israel"])


def test_arms_of_the_record_are_silent_for_eighteen_months() -> None:
    on, off = (World([load("member", {"channels.capability": x})], replicates=SETS) for x in (True, False))
    for month in range(24):
        on.step()
        off.step()
        if month < 18:
            assert np.array_equal(on.whole["defence"], off.whole["defence"])
    armed = on.whole["defence"] > off.whole["defence"]
    assert 0.04 < armed.mean() < 0.08  # lags of 18 to 24 months are 6 of 90


def test_deliveries_raise_means_and_what_they_recover_to() -> None:
    world = World(
        quiet(
            frozen(
                arms__delivery_lag=3,
                arms__defence=0.02,
                arms__missiles=0.5,
                accession__from_month=2,
                states__Israel__actions=[],
                states__United_States__actions=[],
            )
        )
    )
    start = world.defence.item()
    levels = []
    for _ in range(8):
        world.step()
        levels.append(world.defence.item())
    assert levels == pytest.approx([start] * 5 + [start + 0.02 * k for k in (1, 2, 3)])
    assert world.missiles.item() == 1.0


def weighed(world: World, decision: str) -> np.ndarray:
    utilities = world.odds("Israel", decision).utilities
    assert utilities is not None
    return utilities[:, 0, 0]


def test_a_challenger_pays_the_political_cost_and_tension_returns_to_more() -> None:
    base = quiet(frozen("observer", alignment__observer=0.5, alignment__diplomatic__Israel=0.2, alignment__rivals=0.4))
    with_cost, without = World(base), World(base.with_({"channels.alignment": False}))
    gap = [weighed(w, "challenge")[1] for w in (with_cost, without)]
    kinds = [weighed(w, "action") for w in (with_cost, without)]
    assert kinds[0] == pytest.approx(kinds[1] - 0.1)
    assert gap[0] == pytest.approx(gap[1] - 0.1)
    with_cost.step()
    with_cost.step()
    share = base.environment.tension.persistence.value  # type: ignore[attr-defined]
    assert with_cost.tension.item() == pytest.approx(0.2 * (1 - share))


# ------------------------------------------------------------------ scheduled events


def test_events_set_and_shift_levels_in_their_month() -> None:
    idle: dict[str, object] = {"states.Israel.actions": [], "states.United States.actions": []}
    events = [
        {"month": 0, "set": {"proxies": 0.1}},
        {"month": 3, "set": {"threat": 1.5, "tension": {"shift": -0.25}, "defence": 0.9, "missiles": {"shift": -9}}},
    ]
    world = World(quiet(frozen("outsider"), **idle, events=events), replicates=2)
    threat, tension, defence = world.threat.copy(), world.tension.copy(), world.defence.copy()
    world.step()
    assert (world.proxies == 0.1).all()
    for _ in range(2):
        world.step()
    assert np.array_equal(world.threat, threat)
    world.step()
    assert (world.threat == 1.5).all()
    assert world.tension == pytest.approx(tension - 0.25)
    assert (world.defence == 0.9).all()
    assert (defence < 0.9).all()
    assert (world.missiles == 0.0).all()
    world.step()
    assert (world.defence == 0.9).all()  # new means last: they are what is recovered to
    assert (world.missiles > 0.0).all()  # lost ones come back


def test_an_event_falls_on_its_month_whatever_the_step_and_in_its_point_only() -> None:
    events = [{"month": 2, "set": {"threat": 1.9}}]
    arms = [quiet(frozen("outsider", step=0.5), events=each) for each in ([], events)]
    world = World(arms, replicates=3)
    for _ in range(5):
        world.step()
    assert (world.threat[1] > 1.0).all()
    assert (world.threat[0] < 1.0).all()


@pytest.mark.parametrize("bad", [{"threat": {"shft": 1}}, {"thread": 1}, {"threat": "high"}])
def test_a_mistaken_event_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(InputError):
        load("outsider", {"events": [{"month": 1, "set": bad}]})


# ------------------------------------------------------------------ driven by the record


def test_a_driven_world_follows_the_series_with_one_error_a_set() -> None:
    months = {"horizon": 23, "ensemble": "prior"}  # the record ends in November 2026
    driven = load("outsider", {**months, "environment.drive": "record"})
    world = World([load("outsider", months), driven], replicates=SETS)
    world.schedule.play(world, 0)
    for name in ("threat", "tension", "defence", "missiles", "proxies"):
        # The parameter it starts from has the same draw.
        assert getattr(world, name)[1] == pytest.approx(getattr(world, name)[0], abs=1e-9), name
    for month in (0, 5, 6, 20):
        world.schedule.play(world, month)
        found = lookup(f"series.threat.{2025 + month // 12}-{month % 12 + 1:02d}")
        assert isinstance(found, Normal)
        assert float(np.median(world.threat[1])) == pytest.approx(found.mean, abs=0.01)
        ranks = np.argsort(np.argsort(world.threat[1], kind="stable"), kind="stable")
        if month == 0:
            first = ranks
        assert np.array_equal(ranks, first) or world.threat[1].min() == 0.0  # the same draw, clipped at 0 at most


def test_a_driven_world_beyond_the_record_is_refused() -> None:
    assert len(recorded("threat", "2010-01", 203)) == 203
    with pytest.raises(InputError, match="2026-11"):
        World(load("today", {"environment.drive": "record"}))
