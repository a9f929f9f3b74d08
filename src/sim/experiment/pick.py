"""Which stored trial to look at: those of which something is true, or the most typical one of an outcome."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.experiment.carry import opened
from sim.experiment.meant import arms_of, row_of
from sim.experiment.parts import quoted_name, quoted_text
from sim.experiment.query import asked
from sim.experiment.strata import SHIFTS, STRATA
from sim.reading import InputError, did_you_mean
from sim.reading.errors import shown_path
from sim.reading.suggest import nearest
from sim.world.outcomes import ACTIONS, OUTCOMES

if TYPE_CHECKING:
    from sim.experiment.plan import Plan

PAIRED: Final = (*STRATA, *SHIFTS)
"""What can be said of a trial beside the same one of the control."""

_NO_COLUMN: Final = re.compile(r'no column "(?P<name>[^"]*)"')

SHOWN: Final = 10
"""Trials that are named besides the one that is taken."""


@dataclass(frozen=True)
class Picked:
    """Trials of an arm that were looked for.

    Attributes:
        what: what was looked for, as it was given.
        how: `find` or `typical`.
        arm: of which arm; its name.
        count: how many trials are so.
        trials: the numbers of the first of them; of a typical one its own alone.
    """

    what: str
    how: str
    arm: str
    count: int
    trials: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "how": self.how,
            "what": self.what,
            "arm": self.arm,
            "count": self.count,
            "trials": list(self.trials),
        }


def find_trials(directory: str | Path, expression: str, arm: str | None = None) -> Picked:
    """Find the trials of a stored run or comparison of which an expression is true.

    The expression is a condition in DuckDB's SQL over the columns of the arm (model.md 7.10). Of a comparison's arm
    there are also those of the same trial in the control, as `control_attacks`, and what the pair makes of it: never,
    deterred, provoked, regardless; milder, same, graver.

    Args:
        directory: where it is stored.
        expression: such as `deterred and patron_joined`.
        arm: of a comparison, which; by default the last of two.

    Raises:
        InputError: the directory is not a finished run's or comparison's, the expression is wrong, or no trial is so.
    """
    plan, place, name = _meant(directory, arm)
    _whole_expression(expression)
    wanted = f"select trial from ({_trials(plan, place)}) where (\n{expression}\n)"  # noqa: S608 - a query only reads
    found = f"with found as ({wanted}) select trial, count(*) over () as n from found order by trial limit {SHOWN}"  # noqa: S608
    try:
        with asked(directory, found) as answer:
            rows = answer.rows(SHOWN)
    except InputError as error:
        raise _of_pair(error, plan) from None
    if not rows:
        raise InputError(f"{shown_path(Path(directory))}: of no trial of {name} it is true that {expression}")
    return Picked(expression, "find", name, int(rows[0][1]), tuple(int(trial) for trial, _ in rows))


def _of_pair(error: InputError, plan: Plan) -> InputError:
    """A message on a name that is no column, with the words for a pair that may have been meant."""
    missing = _NO_COLUMN.search(str(error))
    meant = nearest(missing["name"], PAIRED) if missing else None
    if meant is None:
        return error
    if len(plan.points.arms) == 1:
        return InputError(f'"{meant}" is said of a pair: it can be found in what `article4 compare` stored')
    return InputError(f'there is no column "{missing["name"] if missing else ""}" here. Did you mean "{meant}"?')


def typical_trial(directory: str | Path, category: str, arm: str | None = None) -> Picked:
    """Find the medoid of the trials of an outcome in a stored run or comparison.

    It is the trial whose squared distances to all others of that outcome, over standardised columns, have the least
    sum; of several the first. That sum is n times the squared distance to the mean, plus what is the same for all: the
    trial nearest the mean. A coded column counts as a column for each of its texts, and one with gaps also as whether
    there is a value; a gap lies at the mean.

    Args:
        directory: where it is stored.
        category: one of sim.world.OUTCOMES.
        arm: of a comparison, which; by default the last of two.

    Raises:
        InputError: the directory is not a finished run's or comparison's, there is no such outcome, or no trial had it.
    """
    _, place, name = _meant(directory, arm)
    if category not in OUTCOMES:
        listed = f"There are {', '.join(OUTCOMES)}."
        raise InputError(
            " ".join(filter(None, [f'there is no outcome "{category}".', did_you_mean(category, OUTCOMES), listed]))
        )
    with asked(directory, _medoid(directory, f"point = {place} and outcome = {quoted_text(category)}")) as answer:
        rows = answer.rows(1)
    if not rows:
        raise InputError(f"{shown_path(Path(directory))}: no trial of {name} ended with {category}")
    return Picked(category, "typical", name, int(rows[0][1]), (int(rows[0][0]),))


def _meant(directory: str | Path, arm: str | None) -> tuple[Plan, int, str]:
    """The plan of a stored run or comparison, and the number and name of the arm that is meant."""
    place = Path(directory)
    plan, _ = opened(place)
    row = row_of(plan, shown_path(place), arm)
    return plan, row, arms_of(plan)[row]


def _trials(plan: Plan, place: int) -> str:
    """SQL for the trials of an arm, and beside the control what the pair makes of them."""
    if len(plan.points.arms) == 1:
        return "select * from trials"
    gravity = f"list_position([{', '.join(map(quoted_text, ACTIONS))}], "
    arm, control = f"{gravity}arm.highest_action)", f"{gravity}control_highest_action)"
    return (
        "select arm.*, control.*, "  # noqa: S608 - numbers and names of our own
        "arm.attacks = 0 and control_attacks = 0 as never, arm.attacks = 0 and control_attacks > 0 as deterred, "
        "arm.attacks > 0 and control_attacks = 0 as provoked, arm.attacks > 0 and control_attacks > 0 as regardless, "
        f"{arm} < {control} as milder, {arm} = {control} as same, {arm} > {control} as graver "
        f"from (select * from trials where point = {place}) arm "
        "join (select columns('(.*)') as 'control_\\1' from trials where point = 0) control "
        "on control_trial = arm.trial"
    )


def _whole_expression(text: str) -> None:
    """Refuse what is no expression by itself: what closes a bracket too many, or begins another clause.

    Such a text is SQL either where it stands alone or within brackets, but not both. It could read no more than any
    other query; but it would not mean what it says.

    Raises:
        InputError: with what DuckDB makes of it.
    """
    import duckdb  # noqa: PLC0415 - heavy: imported where it is used

    example = "As in: --find 'deterred and patron_joined'."
    with duckdb.connect() as duck:
        for before, after in (("", ""), ("(", ")")):
            try:
                statements = duck.extract_statements(f"select 1 where {before}\n{text}\n{after}")
            except duckdb.Error as error:
                first = str(error).partition("LINE ")[0].strip().removeprefix("Parser Error: ")
                raise InputError(f"--find: {first}. {example}") from None
            if len(statements) != 1:
                raise InputError(f"--find: one condition is wanted. {example}")


def _medoid(directory: str | Path, condition: str) -> str:
    """SQL for the trial nearest the mean of those that meet a condition, and how many those are."""
    with asked(directory, "describe trials") as answer:
        columns = {str(row[0]): str(row[1]) for row in answer.rows(10_000)}
    kept = {name: kind for name, kind in columns.items() if name not in {"point", "trial", "outcome"}}
    texts = [name for name, kind in kept.items() if kind == "VARCHAR"]
    texts_in = _texts(directory, texts)
    values = []
    for name, kind in kept.items():
        quoted = quoted_name(name)
        if kind == "VARCHAR":
            values += [f"({quoted} is not distinct from {quoted_text(text)})" for text in texts_in[name]]
        else:
            values += [quoted, f"({quoted} is not null)"]
    measured = ", ".join(f"({value})::double as v{number}" for number, value in enumerate(values))
    moments = ", ".join(f"avg(v{n}) as m{n}, stddev_pop(v{n}) as s{n}" for n in range(len(values)))
    distance = " + ".join(f"coalesce(((v{n} - m{n}) / nullif(s{n}, 0)) ** 2, 0)" for n in range(len(values)))
    return (
        f"with kept as (select trial, {measured} from trials where {condition}), "  # noqa: S608 - quoted above
        f"moments as (select count(*) as n, {moments} from kept) "
        f"select trial, n from kept, moments order by {distance}, trial limit 1"
    )


def _texts(directory: str | Path, names: list[str]) -> dict[str, list[str]]:
    """The texts that stand in coded columns."""
    wanted = ", ".join(
        f"list_sort(list(distinct {quoted_name(name)}) filter ({quoted_name(name)} is not null))" for name in names
    )
    with asked(directory, f"select {wanted} from trials") as answer:  # noqa: S608 - quoted
        (found,) = answer.rows(1)
    return {name: list(texts or ()) for name, texts in zip(names, found, strict=True)}
