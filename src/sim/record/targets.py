"""What the definitions of `targets.yaml` count in the record, so that no count is written by hand and left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.record.schemas.target import COUNTED

if TYPE_CHECKING:
    from sim.record.schemas.strike import Strike, StrikeFile
    from sim.record.schemas.target import Target, TargetFile


def recount(target: Target, file: TargetFile, strikes: StrikeFile) -> tuple[str, ...]:
    """Return the entries of the record that a count of events counts, by date.

    Overt rounds of several entries appear under the first of them.

    Args:
        target: one whose measure is a number of events in a period.
        file: the definitions it stands under.
        strikes: the record of attacks.

    Raises:
        ValueError: the target counts something else.

    """
    if target.measure not in COUNTED or target.since is None or target.until is None:
        raise ValueError(f"{target.id} counts no events in a period")
    out = {one.entry for one in file.aside}
    later = {name for one in file.rounds for name in one.entries[1:]}
    return tuple(
        event.id
        for event in sorted(strikes.events, key=lambda event: event.start)
        if event.target_state == "Iran"
        and event.id not in out | later
        and event.overt == (target.measure == "overt")
        and target.since <= event.start[:7] <= target.until
        and set(target.actors) & _authors(event, file, strikes)
    )


def _authors(event: Strike, file: TargetFile, strikes: StrikeFile) -> set[str]:
    """Those who took part in an entry, or in one that is the same round."""
    together = {event.id}.union(*(one.entries for one in file.rounds if event.id in one.entries))
    return {name for other in strikes.events if other.id in together for name in other.attackers}
