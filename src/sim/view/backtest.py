"""What the backtests say: scores beside references, whichever wins, and the misses by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sim.view.tables import Table, table_text
from sim.view.words import MISSING, percent, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    Told = Mapping[str, Any]

REFERENCES: Final = {
    "base_rate": "base rate",
    "literature": "the literature's rate",
    "constant_hazard": "constant hazard 2010-2024",
    "constant_hazard_2024": "constant hazard April-December 2024",
}
GROUPS: Final = {
    "alliance": "crises of the alliance",
    "patrons": "other commitments",
    "attacks": "attacks on Iran, by quarter",
}
SCORES: Final = ("log", "brier", "rps")


def backtest_text(found: Told) -> str:
    """The answer first, then the scores, the years since 2025, and the misses."""
    scores = found["scores"]
    parts = [backtest_line(found), table_text(_table("All forecasts", scores))]
    parts += [
        table_text(_table(f"{GROUPS[name][0].upper()}{GROUPS[name][1:]}", group))
        for name, group in scores["groups"].items()
        if group["model"]["n"]
    ]
    parts += [recent_line(found)] if found["since_2025"]["cases"] else []
    parts += [table_text(_misses(found)), _left_out(found), "\n".join(found["notes"])]
    return "\n\n".join(part for part in parts if part)


def backtest_line(found: Told) -> str:
    """Whether the model forecasts better than the base rate, in a sentence."""
    model = found["scores"]["model"]
    base = found["scores"]["references"]["base_rate"]
    count = _cases(model["n"])
    if not model["n"]:
        return "None of these cases is a forecast that can be scored."
    verdict = _verdict(base["difference"], "the base rate")
    return f"On {count} left out of the fit {verdict}: log score {_score(model['log'])} against {_score(base['log'])}."


def recent_line(found: Told) -> str:
    """What forecast best since 2025, and by how much, whoever that is."""
    recent = found["since_2025"]
    forecasts, best = recent["forecasts"], recent["lowest_log"]
    told = ", ".join(f"{_hazard(name)} {_score(one['log'])}" for name, one in forecasts.items())
    first = _hazard(best)
    count = _cases(len(recent["cases"]))
    said = [f"{first[0].upper()}{first[1:]} forecast best in the {count} since 2025 (log score: {told})."]
    for name in [one for one in forecasts if one != "model"] if best == "model" else [best]:
        difference = forecasts[name]["difference"]
        said.append(f"The model less {_hazard(name)}: {_difference(difference)}.")
        if _open(difference):
            said.append("An interval that holds 0 tells the two apart in neither direction.")
    said.append("April 2024 was chosen as a beginning because an attack came in it, which flatters that hazard.")
    return " ".join(said)


def _hazard(name: str) -> str:
    names = {"model": "the model", "2010-2024": "the constant hazard of 2010-2024"}
    return names.get(name, "the constant hazard of April-December 2024")


def _open(difference: Told) -> bool:
    ends = difference["intervals"]["log"]
    return ends is None or ends[0] <= 0.0 <= ends[1]


def _verdict(difference: Told, other: str) -> str:
    if _open(difference):
        return f"the model is not told apart from {other}"
    return f"the model is {'better' if difference['log'] < 0 else 'worse'} than {other}"


def _table(title: str, scores: Told) -> Table:
    """Every reference beside the model on the same cases."""
    model = scores["model"]
    rows = [("model", str(model["n"]), *(_score(model[name]) for name in SCORES), MISSING, MISSING)]
    for name, one in scores["references"].items():
        if one["n"]:
            own = _score(one["model"]["log"])
            figures = (_score(one[key]) for key in SCORES)
            rows.append((REFERENCES[name], str(one["n"]), *figures, own, _difference(one["difference"])))
    header = ("forecast by", "cases", "log", "Brier", "RPS", "model's log there", "model less reference (log)")
    note = "  Losses: lower is better. Brackets: 90 % bootstrap interval over crises; each case counts once."
    return Table(title, header, tuple(rows), note)


def _misses(found: Told) -> Table:
    rows = tuple(
        (row["id"], plain(row["who"]), plain(row["happened"]), percent(row["probability"]), plain(row["title"], 60))
        for row in found["misses"]
    )
    header = ("case", "who", "happened", "was given", "what it was")
    return Table("The worst misses: what happened had been given least", header, rows)


def _left_out(found: Told) -> str:
    told = found["left_out"]
    ks = [case["left_out"]["pareto_k"] for case in found["cases"] if "left_out" in case]
    if not ks:
        return ""
    over = sum(k > told["trusted_up_to"] for k in ks)
    refitted = f"; fitted anew: {', '.join(told['refitted'])}" if told["refitted"] else ""
    return (
        f"Left out by reweighing the shipped draws: Pareto k up to {max(ks):.2f}, above {told['trusted_up_to']} in "
        f"{over} of {len(ks)} cases{refitted}."
    )


def _difference(found: Told) -> str:
    ends = found["intervals"]["log"]
    if found["log"] is None:
        return MISSING
    if ends is None:
        return f"{found['log']:+.3f}"
    return f"{found['log']:+.3f} [{ends[0]:+.2f}, {ends[1]:+.2f}]"


def _score(value: float | None) -> str:
    return MISSING if value is None else f"{value:.3f}"


def _cases(count: int) -> str:
    return f"{count} case{'' if count == 1 else 's'}"
