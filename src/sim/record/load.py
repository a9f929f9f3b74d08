"""The record in memory: every file of seeds/, read strictly, frozen, and only when asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sim.reading import Document, InputError, Problem, read_yaml, validated
from sim.record.place import data_folder
from sim.record.schemas.base import DatedFile, Entry
from sim.record.schemas.case import Case, CaseFile
from sim.record.schemas.claim import ClaimFile
from sim.record.schemas.document import DocumentFile
from sim.record.schemas.institution import InstitutionFile, RussiaIranFile
from sim.record.schemas.literature import LiteratureFile
from sim.record.schemas.patron_test import PatronTest, PatronTestFile
from sim.record.schemas.prior import PriorFile
from sim.record.schemas.series import SeriesFile
from sim.record.schemas.state import StateFile
from sim.record.schemas.strike import StrikeFile
from sim.record.schemas.target import TargetFile

FILES: Final[Mapping[str, type[DatedFile]]] = MappingProxyType(
    {
        "documents": DocumentFile,
        "claims": ClaimFile,
        "cases": CaseFile,
        "patron_tests": PatronTestFile,
        "strikes": StrikeFile,
        "institutions": InstitutionFile,
        "russia_iran": RussiaIranFile,
        "states": StateFile,
        "literature": LiteratureFile,
        "series": SeriesFile,
        "priors": PriorFile,
        "targets": TargetFile,
    }
)
"""The files of facts and their schemas. (Estimation has two more of its own: coding and credibility_priors.)"""


@dataclass(frozen=True)
class Record:
    """The facts of the record, one attribute a file of seeds/."""

    documents: DocumentFile
    claims_file: ClaimFile
    case_file: CaseFile
    patron_test_file: PatronTestFile
    strikes: StrikeFile
    institutions: InstitutionFile
    russia_iran: RussiaIranFile
    states: StateFile
    literature: LiteratureFile
    series: SeriesFile
    priors: PriorFile
    targets: TargetFile

    @property
    def cases(self) -> tuple[Case, ...]:
        """Crises of the alliance's own members."""
        return self.case_file.cases

    @property
    def patron_tests(self) -> tuple[PatronTest, ...]:
        """What patrons did when a client was hit."""
        return self.patron_test_file.patron_tests

    def files(self) -> Iterator[tuple[str, DatedFile]]:
        """Yield (name, content) of every file."""
        yield from zip(FILES, vars(self).values(), strict=True)


def read_file(name: str, folder: Path | None = None) -> tuple[Document, DatedFile]:
    """Return one file of the record as it stands and as its schema reads it; `name` is a key of FILES.

    Raises:
        InputError: every mistake in the file, with its place.
    """
    document = read_yaml((folder or data_folder() / "seeds") / f"{name}.yaml")
    return document, validated(FILES[name], document)


@cache
def content(name: str) -> Any:
    """Return one file of the shipped record, a key of FILES, read once."""
    return read_file(name)[1]


def load(folder: Path | None = None) -> Record:
    """Return the record of a folder of seeds (default: the shipped one, read once).

    Raises:
        InputError: every mistake in every file, with its place.
    """
    return _shipped() if folder is None else _load(folder)


@cache
def _shipped() -> Record:
    return _load(None)


def _load(folder: Path | None) -> Record:
    problems: list[Problem] = []
    found: list[Any] = []
    for name in FILES:
        try:
            found.append(content(name) if folder is None else read_file(name, folder)[1])
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(*problems)
    return Record(*found)


def entries_in(file: DatedFile) -> Iterator[tuple[tuple[str | int, ...], str, Entry]]:
    """Yield (location in the file, section, entry) of every entry of a file, in its order."""
    for section in type(file).model_fields:
        value = getattr(file, section)
        if isinstance(value, Entry):
            yield (section,), section, value
        elif isinstance(value, tuple):
            for index, entry in enumerate(value):
                if isinstance(entry, Entry):
                    yield (section, index), section, entry
