from __future__ import annotations

import pickle

import pytest

from sim.experiment import Growing, compare, play_piece, play_together
from sim.reading import InputError

SHORT = {"horizon": 3}


@pytest.mark.parametrize("steps", [(60,), (1, 59), (20, 30, 10)])
def test_however_it_is_cut_it_is_the_comparison(steps: tuple[int, ...]) -> None:
    growing = Growing(("outsider", "member", "nato-like"), seed=5, overrides=SHORT)
    for step in steps:
        growing.play(step)
    whole = compare("outsider", "member", "nato-like", trials=60, seed=5, overrides=SHORT)
    assert growing.found().to_json() == whole.to_json()


def test_a_piece_can_be_played_elsewhere() -> None:
    growing = Growing(("outsider", "member"), overrides=SHORT)
    piece = pickle.loads(pickle.dumps(growing.piece(0, 25)))  # noqa: S301 - our own
    growing.add(piece, play_piece(piece))
    assert growing.found().to_json() == compare("outsider", "member", trials=25, overrides=SHORT).to_json()


def test_side_by_side_each_is_what_it_is_alone() -> None:
    changes = [SHORT | {"perception.bias": bias} for bias in (-1.0, 0.0, 2.0)]
    side = [Growing(("outsider", "member"), overrides=change) for change in changes]
    for step in (10, 30):
        play_together(side, step)
    for one, change in zip(side, changes, strict=True):
        alone = Growing(("outsider", "member"), overrides=change)
        alone.play(40)
        assert one.found().to_json() == alone.found().to_json()


def test_side_by_side_they_begin_at_the_same_trial() -> None:
    ahead, behind = (Growing(("outsider", "member"), overrides=SHORT) for _ in range(2))
    ahead.play(3)
    with pytest.raises(ValueError, match="same trial"):
        play_together([ahead, behind], 5)


def test_a_piece_out_of_turn_is_refused() -> None:
    growing = Growing(("outsider", "member"), overrides=SHORT)
    later = growing.piece(10, 5)
    with pytest.raises(ValueError, match="trial 0 comes next, not 10"):
        growing.add(later, play_piece(later))


def test_there_is_no_answer_before_the_first_trial() -> None:
    with pytest.raises(ValueError, match="nothing has been played"):
        Growing(("outsider", "member"), overrides=SHORT).found()


@pytest.mark.parametrize("trials", [0, -1, 10_000_001])
def test_wrong_numbers_of_trials_are_refused(trials: int) -> None:
    with pytest.raises(InputError, match="trials"):
        Growing(("outsider", "member"), overrides=SHORT).play(trials)
