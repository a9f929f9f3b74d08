"""The five source documents and all outside sources: `documents.yaml`."""

from typing import Annotated, Literal

from pydantic import Field

from sim.record.schemas.base import DatedFile, Day, Rows, Strict, Table, Text


class SourceDocument(Strict):
    """One of the documents whose claims are tested, known by the sha256 of its bytes."""

    id: Annotated[str, Field(pattern=r"^\d{3}$")]
    file: Text
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    title: Text
    publisher: Text | None
    date: Day | None
    date_note: Text | None = None
    reliability: Literal["high", "medium", "low"]
    what: Text


class Source(Strict):
    """A page, paper or data set outside the record."""

    title: Text
    publisher: Text
    date: Day | None = None
    url: Text | None = None


class DocumentFile(DatedFile):
    """The whole of `documents.yaml`; `gaps` says what was looked for and not found, or is known from memory only."""

    documents: Rows[SourceDocument]
    gaps: Rows[Text]
    sources: Table[Source]
