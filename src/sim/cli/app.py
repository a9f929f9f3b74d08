"""The commands of `article4`, gathered."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli import (
    ask,
    backtest,
    breakeven,
    calibrate,
    claims,
    compare,
    dashboard,
    evidence,
    plot,
    query,
    replay,
    report,
    run,
    sensitivity,
    sweep,
)
from sim.cli.ends import emit

app = typer.Typer(
    name="article4",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Would Article 4 of the Collective Security Treaty keep Iran from being attacked? "
    "Play many worlds and see: `article4 run member`.",
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it with the flag
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - only for this option

        emit(f"article4 {version('article4')}")
        raise typer.Exit


@app.callback()
def article4(
    *,
    _show: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """What belongs to no single command."""


app.command("run", short_help="Play a scenario many times and say what happens.")(run.run)
app.command("compare", short_help="Play scenarios on the same draws and say what one changes.")(compare.compare)
app.command("sweep", short_help="Vary what is not certain and see how the answer moves.")(sweep.sweep)
app.command("sensitivity", short_help="Say what drives the answer, and where a treaty deters.")(sensitivity.sensitivity)
app.command("breakeven", short_help="Find what a parameter would have to be.")(breakeven.breakeven)
app.command("decompose", short_help="Split an effect among the channels of a treaty.")(breakeven.decompose)
app.command("plot", short_help="Draw what is stored: charts as files.")(plot.plot)
app.command("report", short_help="Write the brief of what is stored: a page to read.")(report.report)
app.command("replay", short_help="Tell one world month by month.")(replay.replay)
app.command("app", short_help="Open the dashboard in a browser.")(dashboard.dashboard)
app.command("check", short_help="Say whether scenarios are right, and their sources.")(ask.check)
app.command("scenarios", short_help="List the built-in scenarios.")(ask.scenarios)
app.command("verify", short_help="Recheck a stored run.")(run.verify)
app.command("query", short_help="Ask a stored run in SQL.")(query.query)
app.command("estimate", short_help="Fit the responses of guarantors to the record.")(evidence.estimate)
app.command("backtest", short_help="Hold forecasts of cases left out against what happened.")(backtest.backtest)
app.command("claims", short_help="Hold what the documents claim against the record and the model.")(claims.claims)
app.command("calibrate", short_help="Ask history which parameter sets are plausible.")(calibrate.calibrate)
app.add_typer(evidence.record, name="record", short_help="Look into the documented record.")
