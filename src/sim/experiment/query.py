"""Questions to a stored run in SQL: DuckDB over its parts, able to read them and nothing else."""

from __future__ import annotations

import contextlib
import difflib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.experiment import manifest
from sim.experiment.parts import quoted_name, quoted_text
from sim.experiment.points import UNCHANGED
from sim.experiment.store import PARTS
from sim.experiment.verify import verify
from sim.reading import InputError, TaskError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

TABLES: Final = ("trials", "points")
"""What can be asked: a row a trial of a point, and a row a point; they are joined by `point`."""

MEMORY: Final = "2GB"
"""What a query may take before it is stopped: convention. Nothing is put aside on disk."""

_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    # One thread: sums of floating-point numbers come out the same every time.
    "threads": 1,
    "memory_limit": MEMORY,
    "temp_directory": "",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    # Or a query could read the variables of this program.
    "python_enable_replacements": False,
}

_EXAMPLE: Final = "select * from trials limit 5"

_HINTS: Final = ("Candidate bindings", "Did you mean")
"""How a second line of DuckDB begins that helps."""

_NO_COLUMN: Final = re.compile(r'(?:Referenced column|does not have a column named) "(?P<name>[^"]*)"')
_NO_TABLE: Final = re.compile(r"Table with name (?P<name>.*) does not exist")


@dataclass(frozen=True)
class Answer:
    """What a query gives, row by row or at once. Make one with `asked`; it lasts as long as that.

    Attributes:
        seed: of the run that was asked.
        columns: names of the columns.
    """

    seed: int
    columns: tuple[str, ...]
    _duck: Any

    def rows(self, most: int) -> list[tuple[Any, ...]]:
        """Return the next rows, at most so many, none when there are no more; nothing is None.

        Raises:
            InputError, TaskError: what DuckDB finds only on the way.
        """
        with _told():
            found: list[tuple[Any, ...]] = self._duck.fetchmany(most)
        return found

    def frame(self) -> pd.DataFrame:
        """Return all rows that have not been taken.

        Raises:
            InputError, TaskError: what DuckDB finds only on the way.
        """
        with _told():
            found: pd.DataFrame = self._duck.df()
        return found


@contextlib.contextmanager
def asked(directory: str | Path, sql: str) -> Iterator[Answer]:
    """Ask a stored run, comparison or sweep in DuckDB's SQL.

    `trials` has the columns of the parts, a row a trial: `point`, `trial`, and those of model.md 7.10. `points` has a
    row a point: `point`, `arm`, and of a sweep a column for each name that it changes.

    Only a query that returns rows is carried out. It can read the parts of this run and no other file, write none, and
    change no setting.

    Args:
        directory: where the run is stored.
        sql: one query.

    Raises:
        InputError: the directory is not a run's, the run is not finished or not sound, or the query is wrong.
        TaskError: the query needs more memory than it may have.
    """
    place = Path(directory).absolute()
    problems = verify(place)
    if problems:
        raise InputError(*problems)
    held = manifest.read(place)
    duck = _closed(sorted((place / PARTS).glob("*.parquet")), held)
    try:
        with _told(duck):
            query = _query(duck, sql)
            duck.execute(query)
        yield Answer(int(held["seed"]), tuple(column[0] for column in duck.description), duck)
    finally:
        duck.close()


def query(directory: str | Path, sql: str) -> pd.DataFrame:
    """Ask a stored run, comparison or sweep in SQL; see `asked`.

    Raises:
        InputError: the directory is not a run's, the run is not finished or not sound, or the query is wrong.
        TaskError: the query needs more memory than it may have.
    """
    with asked(directory, sql) as answer:
        return answer.frame()


def _closed(parts: Sequence[Path], held: Mapping[str, Any]) -> Any:
    """A connection that sees the parts of a run, and lets nobody out."""
    import duckdb  # noqa: PLC0415 - heavy: imported where it is used

    duck = duckdb.connect(config=_CONFIG)
    files = "[" + ", ".join(quoted_text(str(part)) for part in parts) + "]"
    duck.execute(f"create view trials as select * from read_parquet({files})")  # noqa: S608 - quoted above
    _create_points(duck, held)
    # Not the directory but the parts: what lies beside them is nobody's question, and a directory can be written to.
    duck.execute(f"set allowed_paths = {files}")
    duck.execute("set enable_external_access = false")
    duck.execute("set lock_configuration = true")
    return duck


def _create_points(duck: Any, held: Mapping[str, Any]) -> None:
    """Make the table of points: point number `row` is arm `row % arms` with change `row // arms`."""
    about = held.get("experiment") or {}
    named = [scenario.get("name") for scenario in held["scenarios"]]
    arms = about.get("arms", named)
    arms = arms if len(arms) == len(named) else named
    changes = held.get("changes") or UNCHANGED
    columns: dict[str, tuple[str, list[Any]]] = {
        "point": ("integer", list(range(len(arms) * len(changes)))),
        "arm": ("varchar", [str(arm) for _ in changes for arm in arms]),
    }
    for name in dict.fromkeys(name for change in changes for name in change):
        kind, values = _typed([change.get(name) for change in changes])
        columns[name] = (kind, [value for value in values for _ in arms])
    wanted = ", ".join(
        f"unnest($v{number})::{kind} as {quoted_name(name)}" for number, (name, (kind, _)) in enumerate(columns.items())
    )
    given = {f"v{number}": values for number, (_, values) in enumerate(columns.values())}
    duck.execute(f"create table points as select {wanted}", given)


def _typed(values: list[Any]) -> tuple[str, list[Any]]:
    """The SQL type that holds all values of an axis, and the values in it; lists and distributions become JSON text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return "boolean", values
    if kinds == {int} and all(value is None or abs(value) < 2**63 for value in values):
        return "bigint", values
    if kinds and kinds <= {int, float}:
        return "double", values
    return "varchar", [value if value is None or isinstance(value, str) else json.dumps(value) for value in values]


def _query(duck: Any, sql: str) -> str:
    """Return the one query that was given, once it is sure that it only reads."""
    text = sql.strip().rstrip("; \t\r\n")
    statements = duck.extract_statements(text)
    if len(statements) != 1:
        count = len(statements) or "none"
        raise InputError(f"one query is wanted, not {count}. Try: {_EXAMPLE}")
    if statements[0].type.name != "SELECT":
        kind = statements[0].type.name.replace("_", " ").lower()
        if kind == "multi":
            raise InputError("pivot is carried out with its values named: pivot trials on outcome in ('clash', ...)")
        raise InputError(f"only a query that returns rows is carried out, not {kind}")
    # A query may begin `with x as (copy ...)` or `(delete ...)`, and counts as reading all the same; but not as a part
    # of another one. Explaining that one checks it and carries nothing out.
    duck.execute(f"explain select * from (\n{text}\n)").fetchall()  # noqa: S608 - a query, by itself, as seen above
    return text


@contextlib.contextmanager
def _told(duck: Any = None) -> Iterator[None]:
    """Turn what DuckDB has to say into our messages."""
    import duckdb  # noqa: PLC0415 - heavy: imported where it is used

    try:
        yield
    except duckdb.OutOfMemoryException:
        raise TaskError(f"The query needs more than {MEMORY} of memory. Ask for fewer columns or rows.") from None
    except duckdb.Error as error:
        raise InputError(_message(str(error), duck)) from None
    except RuntimeError as error:
        if "interrupted" in str(error).lower():
            raise KeyboardInterrupt from None
        raise


def _message(text: str, duck: Any) -> str:
    """DuckDB's message without the drawing of the place, and the names that may have been meant."""
    lines = [line.strip() for line in text.partition("LINE ")[0].splitlines() if line.strip()]
    first = re.sub(r"^(\w+ )+Error: ", "", lines[0])
    if duck is None:
        return first
    if found := _NO_TABLE.search(first):
        meant = did_you_mean(found["name"], TABLES)
        return " ".join(filter(None, [f'there is no table "{found["name"]}".', meant, f"There are {_list(TABLES)}."]))
    if found := _NO_COLUMN.search(first):
        columns = list(dict.fromkeys(_columns(duck)))
        meant = did_you_mean(found["name"], columns)
        near = difflib.get_close_matches(found["name"], columns, n=4, cutoff=0.5)
        shown = f"Near it: {_list(near)}." if near else f"There are {_list(columns)}."
        return " ".join(filter(None, [f'there is no column "{found["name"]}" here.', meant, shown]))
    if "data-modifying" in first or "COPY statement" in first:
        return "only a query that returns rows is carried out, none that writes"
    return " ".join([first, *(line for line in lines[1:2] if line.startswith(_HINTS))])


def _columns(duck: Any) -> list[str]:
    """Names of all columns that can be asked for."""
    wanted = "select column_name from duckdb_columns() where table_name in ('trials', 'points') and not internal"
    return [name for (name,) in duck.execute(wanted).fetchall()]


def _list(names: Sequence[str]) -> str:
    """Names, those quoted that SQL would not take bare."""
    return ", ".join(name if re.fullmatch(r"\w+", name) else quoted_name(name) for name in names)
