"""What became of the claims of the documents: verdicts first, then where each would hold, then what is a fact."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sim.view.tables import Table, table_text
from sim.view.words import MISSING, percent, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Told = Mapping[str, Any]

_LIMITS = 3
"""Limits of a box that are written out."""


def claims_text(found: Told) -> str:
    """The verdicts, where each claim would hold, and the inputs as the record assesses them."""
    emergent = [claim for claim in found["claims"] if claim["kind"] == "emergent"]
    inputs = [claim for claim in found["claims"] if claim["kind"] == "input"]
    parts = [claims_line(found)]
    if emergent:
        parts += [table_text(_verdicts(found, emergent)), "\n".join(_where(emergent))]
    if inputs:
        parts.append(table_text(_inputs(inputs)))
    return "\n\n".join(parts)


def claims_line(found: Told) -> str:
    """How many claims have which verdict, in a sentence or two."""
    emergent = [claim for claim in found["claims"] if claim["kind"] == "emergent"]
    inputs = [claim for claim in found["claims"] if claim["kind"] == "input"]
    said = []
    if emergent:
        of = Counter(claim["verdict"] for claim in emergent)
        said.append(
            f"Of {len(emergent)} claims put to the model {of['supported']} are supported, {of['contradicted']} "
            f"contradicted and {of['undecided']} undecided."
        )
    if inputs:
        told = Counter(claim["assessment"] for claim in inputs)
        shares = ", ".join(f"{count} {name}" for name, count in told.most_common())
        said.append(f"{len(inputs)} more are facts or premises, assessed from the record alone: {shares}.")
    return " ".join(said) or "No claims were asked for."


def _verdicts(found: Told, emergent: Sequence[Told]) -> Table:
    rows = tuple(
        (
            claim["id"],
            plain(claim["claim"], 62),
            plain(claim["asked"], 78),
            claim["verdict"],
            MISSING if claim["probability"] is None else percent(claim["probability"]),
            _figure(claim["estimate"]),
        )
        for claim in emergent
    )
    header = ("claim", "what it says", "what is asked of the model", "verdict", "sets for it", "mean [90 % interval]")
    note = (
        f"  Sets for it: share of parameter sets beyond the threshold, Monte Carlo noise taken out; supported from "
        f"{percent(found['supported_from'])}, contradicted up to {percent(found['contradicted_up_to'])} (convention). "
        f"{found['trials']:,} worlds an arm, seed {found['seed']}."
    )
    return Table("Claims put to the model", header, rows, note, text_columns=4)


def _where(emergent: Sequence[Told]) -> list[str]:
    """Where each claim would hold, a line each."""
    lines = ["Where they would hold:"]
    for claim in emergent:
        said = [*(_breakeven(one) for one in claim["where"]["breakeven"]), _box(claim["where"]["box"])]
        lines.append(f"  {claim['id']}  {'; '.join(one for one in said if one)}.")
    return lines


def _breakeven(one: Told) -> str:
    name = plain(one["parameter"])
    if one.get("value") is None:
        if one.get("holds") is None:
            return f"{name} was not searched ({plain(one['note'], 90)})"
        low, high = one["searched"]
        return f"{one['holds']} along {name} from {low:g} to {high:g}"
    at = f"{one['value']:.3g}"
    if one["holds"] in {"above", "below"}:
        return f"{one['holds']} {at} of {name}"
    return f"{one['holds']} of {name}, whose threshold is crossed at {at}"


def _box(box: Told) -> str:
    if not box["limits"]:
        return plain(box["note"] or "", 90)
    named = list(box["limits"].items())
    shown = " and ".join(_limit(name, limit) for name, limit in named[:_LIMITS])
    more = f" and {len(named) - _LIMITS} more limits" if len(named) > _LIMITS else ""
    whole = percent(box["holds"] / box["sets"])
    return f"in {percent(box['density'])} of the sets with {shown}{more}, against {whole} of all"


def _limit(name: str, limit: Told) -> str:
    low, high = limit.get("low"), limit.get("high")
    if low is None and high is None:
        return f"{plain(name)} among {limit.get('values')}"
    if low is None:
        return f"{plain(name)} up to {high:.3g}"
    return f"{plain(name)} from {low:.3g}" if high is None else f"{plain(name)} {low:.3g} to {high:.3g}"


def _inputs(inputs: Sequence[Told]) -> Table:
    rows = tuple(
        (
            claim["id"],
            claim["document"],
            claim["assessment"],
            plain(claim["claim"], 100),
            plain(claim["note"] or "", 100),
        )
        for claim in inputs
    )
    header = ("claim", "document", "by the record", "what it says", "note")
    note = "  Facts, and what the model is built on: it would only repeat them."
    return Table("Claims assessed from the record", header, rows, note, text_columns=5)


def _figure(estimate: Told) -> str:
    mean, ends = estimate["mean"], estimate["interval"]
    if mean is None:
        return MISSING
    return f"{mean:.3f}" + ("" if ends is None else f" [{ends[0]:.3f}, {ends[1]:.3f}]")
