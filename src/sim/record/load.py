"""The record in memory: every file of seeds/, read strictly and frozen."""

from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeVar

import yaml
from pydantic import BaseModel

from sim.record.place import data_folder
from sim.record.schemas.case import Case, CaseFile
from sim.record.schemas.patron_test import PatronTest, PatronTestFile

M = TypeVar("M", bound=BaseModel)


class Record(NamedTuple):
    """The facts of the record by kind."""

    cases: tuple[Case, ...]
    patron_tests: tuple[PatronTest, ...]


def _read(model: type[M], path: Path) -> M:
    return model.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@cache
def load(folder: Path | None = None) -> Record:
    """Return the record of a folder of seeds (default: the shipped one).

    Raises:
        sim.reading.InputError: every mistake in every file, with its place.
    """
    seeds = folder or data_folder() / "seeds"
    return Record(
        cases=_read(CaseFile, seeds / "cases.yaml").cases,
        patron_tests=_read(PatronTestFile, seeds / "patron_tests.yaml").patron_tests,
    )
