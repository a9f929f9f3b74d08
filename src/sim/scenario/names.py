"""The scenarios that ship with the package, and how a scenario is found by name or path."""

from __future__ import annotations

from pathlib import Path

from sim.reading import InputError, Problem, nearest

_ENDINGS = (".yaml", ".yml")


def folder() -> Path:
    """Return the folder of the shipped scenarios."""
    from sim.record import data_folder  # noqa: PLC0415 - brings the whole record

    return data_folder() / "scenarios"


def names() -> list[str]:
    """Return the names of the shipped scenarios, in alphabetical order, `baseline` first."""
    found = sorted(path.stem for path in folder().glob("*.yaml"))
    return sorted(found, key=lambda name: name != "baseline")


def find(name_or_path: str | Path, beside: Path | None = None) -> Path:
    """Return the file of a scenario.

    Args:
        name_or_path: The name of a shipped scenario, or a path.
        beside: The folder to which a relative path refers; the working directory if none is given.

    Raises:
        InputError: There is no such scenario; with the nearest name.
    """
    name = str(name_or_path)
    shipped = folder() / f"{name}.yaml"
    if isinstance(name_or_path, str) and name in names():
        return shipped
    path = Path(name_or_path) if beside is None else beside / name_or_path
    if path.suffix in _ENDINGS or _exists(path):
        if not _exists(path):
            raise InputError(Problem(name, None, None, "", "there is no such file", _hint(path)))
        return path
    raise InputError(Problem(name, None, None, "", "there is no scenario of this name", _hint(path)))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that is too long, or holds a NUL
        return False


def _hint(path: Path) -> str:
    """Return what was perhaps meant: a file beside it, a shipped scenario, or the list of them."""
    for ending in _ENDINGS:
        if path.suffix not in _ENDINGS and _exists(path.parent / f"{path.name}{ending}"):
            return f'Did you mean "{path}{ending}"?'
    near = nearest(path.stem, names())
    return f"There are: {', '.join(names())}." if near is None else f'Did you mean "{near}"?'
