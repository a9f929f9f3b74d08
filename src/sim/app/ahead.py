"""Answers played ahead: each shipped scenario beside its control, so that the dashboard has them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.app.answers import FIRST, Answers
from sim.experiment import Growing
from sim.reading import InputError
from sim.scenario import names

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTROL, ARM = "outsider", "member"
BESIDE = {"today-member": "today"}
"""Scenarios that begin at another time, and their control."""


_WAIT = 60.0
"""Seconds after which it is looked again whether a piece has been played."""


def pairs() -> list[tuple[str, str]]:
    """Control and arm of every question that is played ahead; the one the dashboard opens with comes first."""
    others = [name for name in names() if name not in {CONTROL, ARM, "baseline"}]
    return [(CONTROL, ARM), *((BESIDE.get(name, CONTROL), name) for name in others)]


def play_ahead(answers: Answers) -> Iterator[tuple[int, int]]:
    """Play what is not at hand yet; yields how many of how many are, after each.

    Args:
        answers: where they are kept.
    """
    wanted = pairs()
    for done, (control, arm) in enumerate(wanted, start=1):
        try:
            asked = Growing((control, arm))
        except InputError:
            continue  # another protégé: the two cannot be set side by side
        held = answers.held(asked.plan)
        if held is None or held["trials"] < FIRST:
            playing = answers.playing(asked)
            while not playing.advance(FIRST, _WAIT):
                pass
            answers.keep(asked.plan, playing.found())
        yield done, len(wanted)
