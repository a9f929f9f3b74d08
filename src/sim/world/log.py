"""The event log: every decision of one trial as a row that can be read as a story."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

Event = dict[str, Any]


class Log:
    """Rows of one trial; it only looks, so that a world with a log plays out as one without.

    Args:
        step: length of a step in months.

    """

    def __init__(self, step: float) -> None:
        self.rows: list[Event] = []
        self._step = step

    def decision(
        self,
        phase: str,
        step: int,
        actor: str,
        decision: str,
        options: Sequence[str],
        utilities: Sequence[ArrayLike] | None,
        probabilities: Sequence[ArrayLike],
        choice: int,
        drawn: Sequence[ArrayLike] | None = None,
        **more: ArrayLike,
    ) -> None:
        """Record who decided what, among which options, at what odds, and the luck that settled it.

        `drawn` has one Gumbel shock for each option: what was chosen has the greatest precision x utility + shock.
        """
        self.rows.append(
            {
                "month": step * self._step,
                "phase": phase,
                "actor": actor,
                "decision": decision,
                "options": list(options),
                "utilities": None if utilities is None else [number(value) for value in utilities],
                "probabilities": [number(value) for value in probabilities],
                "choice": options[choice],
                **({} if drawn is None else {"drawn": [number(shock) for shock in drawn]}),
                **{name: number(value) for name, value in more.items()},
            }
        )

    def fact(self, phase: str, step: int, what: str, **values: Any) -> Event:
        """Record what happened without anybody's choice; the row is returned, for what is known of it only later."""
        row = {name: value if isinstance(value, str) else number(value) for name, value in values.items()}
        self.rows.append({"month": step * self._step, "phase": phase, "event": what, **row})
        return self.rows[-1]


def number(value: ArrayLike) -> Any:
    """The single value of an array of one element as a Python number; None where it is not finite."""
    item = np.asarray(value).reshape(-1)[0].item()
    return None if isinstance(item, float) and not np.isfinite(item) else item
