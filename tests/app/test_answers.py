from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import pytest

from sim.app.ahead import pairs
from sim.app.answers import PAIRS, Answers, kept_in
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
