from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import pytest

from sim.app.ahead import TOGETHER, Ahead, pairs, play_ahead
from sim.app.answers import PAIRS, Answers, kept_in
from sim.app.ten import TEN, neighbours
from sim.experiment import Growing, compare
from sim.scenario import names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHORT = {"horizon": 2}


def asked(**more: object) -> Growing:
    return Growing(("outsider", "member"), overrides=SHORT | more)


def invented(trials: int) -> dict[str, Any]:
    return {"command": "compare", "trials": trials}


def test_an_answer_is_found_again_by_another_process(tmp_path: Path) -> None:
    plan = asked().plan
    assert Answers(tmp_path).held(plan) is None
    Answers(tmp_path).keep(plan, invented(2_000))
    assert Answers(tmp_path).held(plan) == invented(2_000)


def test_a_first_look_is_not_kept_on_disk(tmp_path: Path) -> None:
    plan = asked().plan
    answers = Answers(tmp_path)
    answers.keep(plan, invented(250))
    assert answers.held(plan) == invented(250)
    assert Answers(tmp_path).held(plan) is None


def test_an_answer_of_fewer_worlds_replaces_none(tmp_path: Path) -> None:
    plan = asked().plan
    answers = Answers(tmp_path)
    answers.keep(plan, invented(10_000))
    answers.keep(plan, invented(2_000))
    assert Answers(tmp_path).held(plan) == answers.held(plan) == invented(10_000)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"command": "run"}', b"\xff\xfe"])
def test_a_harmed_file_is_no_answer(tmp_path: Path, content: bytes) -> None:
    plan = asked().plan
    Answers(tmp_path).keep(plan, invented(2_000))
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert Answers(tmp_path).held(plan) is None


def test_another_question_has_another_answer(tmp_path: Path) -> None:
    answers = Answers(tmp_path)
    answers.keep(asked().plan, invented(2_000))
    assert answers.held(asked(**{"perception.bias": 2}).plan) is None
    assert answers.held(Growing(("outsider", "member"), overrides=SHORT, seed=2).plan) is None


def test_a_folder_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    answers = Answers(blocked / "below")
    answers.keep(asked().plan, invented(2_000))
    assert answers.held(asked().plan) == invented(2_000)


def test_the_folder_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert kept_in() == tmp_path / "article4" / "answers"


class Slow:
    """An executor that does nothing until it is told to."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, fn, args))
        return future

    def work(self) -> None:
        """Do the last that was asked for."""
        future, fn, args = self.waiting.pop()
        future.set_result(fn(*args))


def test_pieces_come_in_in_order_whoever_is_done_first() -> None:
    slow = Slow()
    answers = Answers(None, slow, workers=2)
    playing = answers.playing(asked())
    assert not playing.advance(1_000, 0.0)
    assert [piece.first for _, _, (piece,) in slow.waiting] == [0, PAIRS[0]]
    slow.work()
    assert not playing.advance(1_000, 0.0)
    assert playing.trials == 0
    slow.work()
    playing.advance(1_000, 0.0)
    assert playing.advance(1_000, 0.0)
    assert playing.found()["arms"] == compare("outsider", "member", trials=1_000, overrides=SHORT).to_json()["arms"]


def test_what_failed_is_played_anew() -> None:
    slow = Slow()
    playing = Answers(None, slow, workers=1).playing(asked())
    playing.advance(2, 0.0)
    slow.waiting.pop()[0].set_exception(OSError("a worker died"))
    with pytest.raises(OSError, match="a worker died"):
        playing.advance(2, 0.0)
    playing.advance(2, 0.0)
    slow.work()
    assert playing.advance(2, 0.0)


def test_what_nobody_waits_for_is_taken_back_unless_it_has_begun() -> None:
    slow = Slow()
    playing = Answers(None, slow, workers=3).playing(asked())
    playing.advance(4_000, 0.0)
    (first, *rest) = [future for future, _, _ in slow.waiting]
    first.set_running_or_notify_cancel()
    playing.rest()
    assert not first.cancelled()
    assert all(future.cancelled() for future in rest)
    playing.advance(4_000, 0.0)
    assert [piece.first for _, _, (piece,) in slow.waiting[3:]] == [250, 1_000]


def test_the_same_question_is_played_once() -> None:
    answers = Answers(None)
    assert answers.playing(asked()) is answers.playing(asked())


def test_every_shipped_scenario_is_played_ahead() -> None:
    wanted = pairs()
    assert wanted[0] == ("outsider", "member")
    assert {arm for _, arm in wanted} == set(names()) - {"baseline", "outsider"}


def test_what_is_played_ahead_is_the_answer_asked_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.app.ahead.FIRST", 40)
    monkeypatch.setattr("sim.app.answers.FIRST", 40)
    changes = [SHORT | {"perception.bias": bias} for bias in (1.0, 2.0)]
    assert play_ahead(tmp_path, ("outsider", "member"), changes) == 2
    for change in changes:
        held = Answers(tmp_path).held(Growing(("outsider", "member"), overrides=change).plan)
        assert held == compare("outsider", "member", trials=40, overrides=change).to_json() | {"out": None}
    assert play_ahead(tmp_path, ("outsider", "member"), changes) == 0


def test_what_cannot_be_asked_is_not_played_ahead(tmp_path: Path) -> None:
    assert play_ahead(tmp_path, ("outsider", "member"), [{"no.such.number": 1.0}]) == 0


class Told:
    """An executor that is told when each of its tasks is done."""

    def __init__(self) -> None:
        self.begun: list[tuple[Any, ...]] = []
        self.futures: list[Future[Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        assert fn is play_ahead
        future: Future[Any] = Future()
        self.begun.append(args[1:])
        self.futures.append(future)
        return future


def test_the_latest_wish_goes_first_and_no_more_begin_than_there_are_workers(tmp_path: Path) -> None:
    told = Told()
    ahead = Ahead(tmp_path, told, workers=1)
    ahead.wish("old", [(("outsider", "member"), [{"perception.bias": float(k)} for k in range(2 * TOGETHER)])])
    ahead.wish("new", [(("outsider", "nato-like"), [{}])])
    assert len(told.begun) == 1
    told.futures[0].set_result(0)
    told.futures[1].set_exception(OSError("a worker died"))
    told.futures[2].set_result(0)
    assert [arms[1] for arms, _ in told.begun] == ["member", "nato-like", "member"]
    assert [len(changes) for _, changes in told.begun] == [TOGETHER, 1, TOGETHER]


def test_a_wish_made_again_is_brought_to_the_front_and_played_once(tmp_path: Path) -> None:
    told = Told()
    ahead = Ahead(tmp_path, told, workers=1)
    for about, arm in (("a", "member"), ("b", "nato-like"), ("c", "today"), ("b", "nato-like")):
        ahead.wish(about, [(("outsider", arm), [{}])])
    while not all(future.done() for future in told.futures):
        told.futures[-1].set_result(0)
    assert [arms[1] for arms, _ in told.begun] == ["member", "nato-like", "today"]


def test_without_workers_nothing_is_played_ahead(tmp_path: Path) -> None:
    class Gone:
        def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
            raise RuntimeError(fn, args)

    Ahead(tmp_path, Gone(), workers=1).wish("a", [(("outsider", "member"), [{}])])


@pytest.mark.parametrize("chosen", [{}, {"perception.bias": 2.0, "choice.clash_cost": 0.5}, {"perception.bias": 0.123}])
def test_neighbours_are_what_one_slider_away_asks(chosen: dict[str, float]) -> None:
    found = neighbours(chosen)
    for one in found:
        assert sum(one.get(moved.name) != chosen.get(moved.name) for moved in TEN) == 1
    places = sum(len({*moved.places, *([chosen[moved.name]] if moved.name in chosen else [])}) for moved in TEN)
    assert len(found) == len({tuple(sorted(one.items())) for one in found}) == places
    moved_first = {name for one in found[: len(TEN) + len(chosen)] for name in dict(one.items() ^ chosen.items())}
    assert moved_first >= {moved.name for moved in TEN} - chosen.keys()
