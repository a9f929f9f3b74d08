"""Answers played ahead: what is likely to be asked next, so that the dashboard has it at once.

That is each shipped scenario beside its control, and the question on the page with one slider moved. Worker processes
that yield to all others play it and lay it into the folder of answers, where the pages look first.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Final

from sim.app.answers import FIRST, Answers
from sim.experiment import Growing, play_together
from sim.reading import InputError
from sim.scenario import names
from sim.view.as_json import json_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from sim.experiment import Submits
    from sim.scenario import Scenario

CONTROL, ARM = "outsider", "member"
BESIDE = {"today-member": "today"}
"""Scenarios that begin at another time, and their control."""

TOGETHER: Final = 4
"""Questions that a worker plays side by side: 2,000 pairs of each are the width at which a trial costs least."""

_WATCHED: Final = 8
"""Questions whose neighbours are wished for at most; those looked at longest ago are given up. Convention."""

Asked = tuple["Sequence[Scenario | str]", "Sequence[Mapping[str, float]]"]
"""Scenarios, control first, and the changes under which they are to be played, of which each is a question."""


def pairs() -> list[tuple[str, str]]:
    """Control and arm of every shipped question that is played ahead; the one the dashboard opens with comes first."""
    others = [name for name in names() if name not in {CONTROL, ARM, "baseline"}]
    return [(CONTROL, ARM), *((control_of(name), name) for name in others)]


def control_of(arm: str) -> str:
    """The scenario that usually stands beside another."""
    return BESIDE.get(arm, CONTROL)


def play_ahead(folder: Path, arms: Sequence[Scenario | str], changes: Sequence[Mapping[str, float]]) -> int:
    """Play FIRST worlds of each arm of what is not at hand yet, and keep the answers; returns how many were played.

    Args:
        folder: of the answers.
        arms: scenarios, control first.
        changes: of all arms; each is a question.
    """
    answers = Answers(folder)
    wanted = []
    for change in changes:
        try:
            asked = Growing(arms, overrides=change)
        except InputError:
            continue  # another protégé beside the control, or a scenario that has no such number: nobody can ask it
        held = answers.held(asked.plan)
        if held is None or held["trials"] < FIRST:
            wanted.append(asked)
    if wanted:
        play_together(wanted, FIRST)
    for asked in wanted:
        answers.keep(asked.plan, json.loads(json_text(asked.found().to_json())))
    return len(wanted)


class Ahead:
    """Hands wishes out to workers, the latest first; whoever looks at a page changes what is wished."""

    def __init__(self, folder: Path, executor: Submits, workers: int) -> None:
        """Begin with no wish.

        Args:
            folder: of the answers.
            executor: plays; best one whose processes yield to others.
            workers: how much it plays at once.
        """
        self._folder = folder
        self._executor = executor
        self._free = workers
        self._lock = threading.Lock()
        self._wishes: OrderedDict[str, deque[Asked]] = OrderedDict()

    def wish(self, about: str, asked: Iterable[Asked]) -> None:
        """Wish for answers; a wish that was made before is only brought to the front.

        Args:
            about: names the wish.
            asked: what is to be played, the likeliest first.
        """
        with self._lock:
            if about not in self._wishes:
                self._wishes[about] = deque(
                    (arms, changes[first : first + TOGETHER])
                    for arms, changes in asked
                    for first in range(0, len(changes), TOGETHER)
                )
            self._wishes.move_to_end(about)
            while len(self._wishes) > _WATCHED:
                self._wishes.popitem(last=False)
        self._hand_out()

    def _hand_out(self) -> None:
        begun = []
        with self._lock, contextlib.suppress(RuntimeError):  # the workers are gone: then nothing is played ahead
            while self._free and (asked := self._next()) is not None:
                begun.append(self._executor.submit(play_ahead, self._folder, *asked))
                self._free -= 1
        for future in begun:
            future.add_done_callback(self._done)

    def _next(self) -> Asked | None:
        left = next((wish for wish in reversed(self._wishes.values()) if wish), None)
        return None if left is None else left.popleft()

    def _done(self, _future: Future[int]) -> None:
        """Hand out more. What failed is left to whoever asks it: they are told why."""
        with self._lock:
            self._free += 1
        self._hand_out()
