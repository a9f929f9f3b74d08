"""What the five source documents claim, and how the model is asked about it: `claims.yaml`."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.record.schemas.base import DatedFile, Entry, Rows, Strict, Text

DocumentId = Annotated[str, Field(pattern=r"^\d{3}$")]


class ClaimTest(Strict):
    """A question to the model whose answer supports or contradicts a claim.

    The tested quantity is `metric` in the only arm, or the last arm's less the first's (measure `difference`), or over
    it (`ratio`). It speaks for the claim in a parameter set where it lies on the side `direction` of `threshold`; the
    probability of the claim is the share of sets in which it does. `given` keeps the trials that meet a condition; a
    metric that has a condition of its own needs none. Arms are written as for `compare`: NAME, or NAME@key=value.
    `varied` are the parameters along which to look for where the claim would hold.
    """

    metric: Text
    given: Literal["attack", "invoked", "leader_fought"] | None = None
    arms: Annotated[tuple[Text, ...], Field(strict=False, min_length=1, max_length=2)]
    measure: Literal["level", "difference", "ratio"]
    direction: Literal["above", "below"]
    threshold: float
    because: Text
    horizon: Annotated[int, Field(ge=1, le=600)] | None = None
    varied: Rows[Text] = ()

    @model_validator(mode="after")
    def _arms_fit(self) -> "ClaimTest":
        if (self.measure == "level") != (len(self.arms) == 1):
            raise ValueError("a level has one arm, a difference or a ratio has two, the control first")
        return self

    def holds(self, value: float) -> bool:
        """Tell whether a value of the tested quantity speaks for the claim; one on the threshold does not."""
        return value > self.threshold if self.direction == "above" else value < self.threshold


class Claim(Entry):
    """One claim, paraphrased, and how the record bears on it.

    `paragraph` counts the non-empty lines of the document from 1; `confidence` is that the document says so. Kind
    `input`: a fact, or something the model is built on, assessed from the record alone; `emergent`: something that
    follows, or does not, from the play, with its test.
    """

    document: DocumentId
    paragraph: Annotated[int, Field(ge=1)]
    claim: Text
    bears_on: Text
    stance: Literal["deters", "does_not_deter", "neutral"]
    assessment: Literal["supported", "partly", "contradicted", "opinion", "untested", "error"]
    note: Text | None = None
    kind: Literal["input", "emergent"]
    test: ClaimTest | None = None

    @model_validator(mode="after")
    def _tested(self) -> "Claim":
        if (self.kind == "emergent") != (self.test is not None):
            raise ValueError("an emergent claim has a test, an input has none: the model would only repeat it")
        return self


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
