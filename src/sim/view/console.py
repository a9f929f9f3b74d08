"""What a run says in a terminal: the answer, then the tables, then where it lies and how to have it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.view.tables import Table, table_text
from sim.view.words import (
    GIVEN,
    LEVELS,
    MEANING,
    METRICS,
    MISSING,
    OUTCOMES,
    error_shown,
    headline,
    interval,
    percent,
    plain,
    quantity,
    worlds,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def run_text(summary: Mapping[str, Any], charts: Sequence[str] = (), again: str | None = None) -> str:
    """Everything `article4 run` prints, the sentence first.

    Args:
        summary: the JSON object of the run.
        charts: paths of the charts drawn.
        again: the command that gives the same run.
    """
    parts = [headline(summary), _setting(summary)]
    parts += [table_text(table) for table in run_tables(summary)]
    where = [("Stored", plain(summary["out"]))] if summary.get("out") else []
    where += [("Charts", ", ".join(charts))] if charts else []
    where += [("Again", again)] if again else []
    if where:
        parts.append("\n".join(f"{name:<7}{text}" for name, text in where))
    return "\n\n".join(parts)


def _setting(summary: Mapping[str, Any]) -> str:
    """What was played, in two lines: the scenario and how often; what the brackets mean."""
    title = plain(summary.get("title") or summary["scenario"], 200)
    played = f"{title}: {worlds(int(summary['trials']))}, seed {summary['seed']}."
    return f"{played}\n{MEANING}"


def run_tables(summary: Mapping[str, Any]) -> list[Table]:
    """The three tables of a run: what happens, how it ends, what each guarantor does."""
    return [_metrics(summary), _outcomes(summary), *_responses(summary)]


def _metrics(summary: Mapping[str, Any]) -> Table:
    """Every metric with its mean, Monte Carlo error, interval, cases, and how much of its variance is ignorance."""
    metrics = summary["metrics"]
    names = [name for name in METRICS if name in metrics] + [name for name in metrics if name not in METRICS]
    names.sort(key=lambda name: list(GIVEN).index(metrics[name].get("given")))
    rows = tuple(_metric(name, metrics[name], int(summary["horizon"])) for name in names)
    return Table(
        "What happens",
        ("", "mean", "±", "90 %", "cases", "ignorance"),
        rows,
        "  ignorance: the share of the spread between worlds that comes from what is not known; the rest is luck.",
    )


def _metric(name: str, metric: Mapping[str, Any], horizon: int) -> tuple[str, ...]:
    label, kind = METRICS.get(name, (name.replace("_", " "), "count"))
    if name == "months_to_attack":
        label += f" (of {horizon})"
    given = metric.get("given")
    label += f", {GIVEN.get(given, f'given {given}')}" if given else ""
    mean, error, ends = metric["mean"], metric["mc_se"], metric["interval"]
    scale = 100.0 if kind == "share" else 1.0
    shown = percent(mean, error) if kind == "share" else quantity(mean, error)
    return (
        label,
        shown,
        error_shown(error, scale),
        interval(ends, error, scale),
        f"{metric['n']:,}",
        _ignorance(metric.get("variance")),
    )


def _ignorance(variance: Mapping[str, float] | None) -> str:
    """Ignorance as a share of the variance; a dash when nothing varies."""
    whole = (variance["luck"] + variance["ignorance"]) if variance else 0.0
    if variance is None or not whole > 0:
        return MISSING
    return percent(variance["ignorance"] / whole)


def _outcomes(summary: Mapping[str, Any]) -> Table:
    detail = summary.get("outcome_intervals") or {}
    rows = []
    for name, label in OUTCOMES.items():
        share, known = summary["outcomes"].get(name, 0.0), detail.get(name) or {}
        error = known.get("mc_se")
        rows.append(
            (label, percent(share, error), error_shown(error, 100), interval(known.get("interval"), error, 100))
        )
    if not detail:
        return Table("How it ends", ("", "share"), tuple(row[:2] for row in rows))
    return Table("How it ends", ("", "share", "±", "90 %"), tuple(rows))


def _responses(summary: Mapping[str, Any]) -> list[Table]:
    responses: Mapping[str, Mapping[str, Any]] = summary.get("responses") or {}
    if not responses:
        return []
    attacked = max(int(shares["n"]) for shares in responses.values())
    if attacked == 0:
        return [Table("What the guarantors do: nothing to see, no world saw an attack", ("",), ())]
    rows = tuple(
        (plain(guarantor, 40), *(percent(shares.get(level)) for level in LEVELS))
        for guarantor, shares in responses.items()
    )
    return [Table(f"How far each guarantor goes, in {worlds(attacked)} with an attack", ("", *LEVELS), rows)]
