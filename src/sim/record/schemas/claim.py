"""What the five source documents claim: `claims.yaml`."""

from typing import Annotated, Literal

from pydantic import Field

from sim.record.schemas.base import DatedFile, Entry, Rows, Strict, Text

DocumentId = Annotated[str, Field(pattern=r"^\d{3}$")]


class Claim(Entry):
    """One claim, paraphrased, and how the record bears on it.

    `paragraph` counts the non-empty lines of the document from 1; `confidence` is that the document says so.
    """

    document: DocumentId
    paragraph: Annotated[int, Field(ge=1)]
    claim: Text
    bears_on: Text
    stance: Literal["deters", "does_not_deter", "neutral"]
    assessment: Literal["supported", "partly", "contradicted", "opinion", "untested", "error"]
    note: Text | None = None


class Contradiction(Strict):
    """A point on which documents contradict each other, or one itself."""

    id: Text
    documents: Rows[DocumentId]
    about: Text
    detail: Text


class ClaimFile(DatedFile):
    """The whole of `claims.yaml`."""

    claims: Rows[Claim]
    contradictions: Rows[Contradiction]
