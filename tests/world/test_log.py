"""The log tells all that luck decides: a draw that it leaves out can be any other, and the same story comes of it."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.special import ndtri

import sim.world.world
from sim.scenario import load
from sim.world import World
from sim.world.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

KEEN: dict[str, object] = {f"states.{name}.opportunity.overt": 0.5 for name in ("Israel", "United States")}
WORLDS: dict[str, tuple[str, dict[str, object]]] = {
    "nothing changed": ("member", {}),
    "never covered": ("outsider", KEEN),
    "threats": ("ultimatum", KEEN),
    "asked": ("member", KEEN | {"crisis.request.help": 20}),
    "abandoned": ("member", KEEN | {"crisis.request.help": 20, "response.intercept": -9, "crisis.suspend": 0.5}),
    "wars": ("member", KEEN | {"states.Israel.campaign.gain": 6, "crisis.exchanges": 4}),
    "let in": ("accession", {"accession.vote.wish": 6, "accession.lags": [2.0, 5.0]}),
    "no vote": ("each-as-it-deems", KEEN | {"crisis.request.help": 20}),
    "driven by the record": ("member", {"environment.drive": "record", "start": "2024-01"}),
}
Address = tuple[str, int, int]


class Watched(Streams):
    """Streams whose draws are written down, and some of them turned round."""

    drawn: dict[Address, NDArray[np.float64]]
    turned: frozenset[Address] = frozenset()

    def uniform(self, name: str, step: int, exchange: int = 0, *more: Any, **how: Any) -> NDArray[np.float64]:
        found = super().uniform(name, step, exchange, *more, **how)
        if (name, step, exchange) in self.turned:
            return np.asarray(1.0 - found)
        self.drawn[name, step, exchange] = found
        return found


def played(name: str, trial: int, turned: frozenset[Address] = frozenset()) -> tuple[list[dict[str, Any]], Any, Any]:
    """Rows of the log, columns and draws of a world."""
    scenario, changes = WORLDS[name]
    with pytest.MonkeyPatch.context() as patch:
        drawn: dict[Address, NDArray[np.float64]] = {}
        patch.setattr(sim.world.world, "Streams", type("Watching", (Watched,), {"drawn": drawn, "turned": turned}))
        world = World(load(scenario, changes), first=trial, seed=11, log=True)
        columns = {key: column[0, 0] for key, column in world.run().columns.items()}
        assert world.log is not None
        return world.log.rows, columns, drawn


@cache
def story(name: str, trial: int) -> tuple[list[dict[str, Any]], Any, frozenset[Address], frozenset[Address]]:
    """Rows and columns of a world, and the addresses of draws that its log tells and leaves out."""
    rows, columns, drawn = played(name, trial)
    numbers = {round(value, 9) for value in every_number(rows)}
    told = {address for address, uniforms in drawn.items() if any(shape <= numbers for shape in shapes(uniforms))}
    return rows, columns, frozenset(told), frozenset(drawn.keys() - told)


def every_number(thing: Any) -> Iterator[float]:
    """All numbers in rows of a log."""
    if isinstance(thing, dict):
        thing = list(thing.values())
    if isinstance(thing, list):
        for part in thing:
            yield from every_number(part)
    elif isinstance(thing, float) and math.isfinite(thing):
        yield thing


def shapes(uniforms: NDArray[np.float64]) -> Iterator[set[float]]:
    """What a log may tell of uniforms: themselves, or the shocks made of them."""
    for made in (uniforms, -np.log(-np.log(uniforms)), np.log(uniforms) - np.log1p(-uniforms), ndtri(uniforms)):
        yield {round(value, 9) for value in made.ravel().tolist()}


@pytest.mark.parametrize("name", WORLDS)
def test_a_draw_that_is_not_told_decides_nothing(name: str) -> None:
    rows, columns, _, untold = story(name, 0)
    again, same_columns, _ = played(name, 0, untold)
    assert again == rows
    assert same_columns == columns


@pytest.mark.parametrize("name", WORLDS)
def test_a_world_with_a_log_plays_as_one_without(name: str) -> None:
    scenario, changes = WORLDS[name]
    without = World(load(scenario, changes), replicates=1, seed=11).run().columns
    assert {key: column[0, 0] for key, column in without.items()} == story(name, 0)[1]


def test_every_stream_is_told_where_it_decides() -> None:
    kinds = {name.partition("/")[0] for world in WORLDS for name, *_ in story(world, 0)[2]}
    left_out = {name.partition("/")[0] for world in WORLDS for name, *_ in story(world, 0)[3]}
    assert left_out <= kinds
    assert {"opportunity", "covert opportunity", "signal", "talk", "council days", "warning", "suspension"} <= kinds
    assert {"admission", "accession lag", "crisis shock", "setback", "covert setback", "jump", "type"} <= kinds


def of(name: str, trial: int, event: str) -> list[dict[str, Any]]:
    return [row for row in story(name, trial)[0] if row.get("event") == event]


@pytest.mark.parametrize("name", WORLDS)
def test_a_chance_comes_where_its_draw_is_below_it_and_what_it_came_to_is_the_choice(name: str) -> None:
    rows = story(name, 0)[0]
    for kind, decision in (("overt", "challenge"), ("covert", "act covertly")):
        chances = of(name, 0, f"chance of {kind} action")
        met = {(row["month"], row["actor"]): row["choice"] for row in rows if row.get("decision") == decision}
        assert all(row["came"] == (row["drawn"] < row["chance"]) for row in chances if "at_war" not in row)
        assert {(row["month"], row["actor"]) for row in chances if row["came"]} == met.keys()
        for row in chances:
            choice = met.get((row["month"], row["actor"]), "nothing")
            ends = {"overt": {"strike", "campaign"}, "threaten": {"strike", "campaign", *BACK}}.get(choice, {choice})
            assert row["came_to"] in ends
    begun = [row for row in rows if row.get("event") in {"attack", "joins the attack"}]
    came = [row for row in rows if row.get("came_to") in {"strike", "campaign"}]
    assert [(r["month"], r["actor"], r["action"]) for r in sorted(begun, key=by_actor)] == [
        (r["month"], r["actor"], r["came_to"]) for r in sorted(came, key=by_actor)
    ]


BACK = ("threat, concession", "threat, backed down")


def by_actor(row: dict[str, Any]) -> tuple[float, str]:
    return row["month"], row["actor"]


def test_signals_are_sent_where_the_draw_is_below_the_chance_and_move_beliefs_their_way() -> None:
    """Bayes: one who sends is believed readier than before, one who is silent less ready."""
    for name in ("nothing changed", "never covered"):
        rows = [row for kind in ("talk", "costly signal") for row in of(name, 0, kind)]
        assert all(row["sent"] == (row["drawn"] < row["chance"]) for row in rows)
        assert any(row["sent"] for row in rows)
        sent = {(row["month"], row["actor"]) for row in rows if row["sent"]}
        reads = of(name, 0, "signals read")
        assert len({row["observer"] for row in reads}) == 3
        for row in reads:
            assert (row["mean"] > row["mean_before"]) == ((row["month"], row["actor"]) in sent)
    assert all(row["chance"] == 0.0 for row in of("never covered", 0, "costly signal"))


def test_beliefs_are_told_without_a_gap() -> None:
    """What an observer believed before is what it believed after the last that it saw."""
    held: dict[tuple[str, str], tuple[float, float]] = {}
    steps = 0
    for row in story("asked", 0)[0]:
        if "observer" not in row:
            continue
        key = row["observer"], row["actor"]
        if "mean_before" in row:
            assert (row["mean_before"], row["variance_before"]) == pytest.approx(held[key], abs=1e-9)
            steps += 1
        held[key] = row["mean"], row["variance"]
    assert steps > 100


def test_the_councils_days_are_told_against_those_that_the_action_lasts() -> None:
    rows = of("asked", 0, "Council decides")
    assert rows
    latency = load("member").council.latency
    for row in rows:
        assert row["days"] == pytest.approx(row["days_on_record"] + row["days_by_chair"])
        assert row["days_on_record"] == latency[int(row["days_drawn"] * len(latency))]
        assert row["in_time"] == (row["days"] < row["action_lasts"])
    assert [(row["month"], row["chair"]) for row in of("asked", 0, "Council is convened")] == [
        (row["month"], row["chair"]) for row in rows
    ]


def test_the_wait_for_entry_is_drawn_when_the_members_decide() -> None:
    (row,) = of("let in", 0, "members decide")
    assert row["lag"] == [2.0, 5.0][int(row["lag_drawn"] * 2)]
    (entry,) = of("let in", 0, "cover enters into force")
    assert entry["month"] == row["entry_month"] == row["month"] + row["lag"]


def test_the_reference_names_every_row_and_every_key() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "files.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([^`]+)`", page))
    rows = [row for world in WORLDS for row in story(world, 0)[0]]
    assert {row["event"] for row in rows if "event" in row} - named == set()
    keys = {key for row in rows for key in row if not key.startswith("chance_of_")}
    assert keys - named == set()


def test_what_a_world_is_given_stands_first() -> None:
    rows = story("nothing changed", 3)[0]
    assert rows[0] == {
        "month": 0.0, "phase": "start", "event": "the world begins", "parameter_set": 3, "of_sets": 500
    }  # fmt: skip
    assert [row["actor"] for row in of("nothing changed", 3, "type")] == ["Israel", "United States"]
    assert len(of("nothing changed", 3, "first belief")) == 3 * 5
