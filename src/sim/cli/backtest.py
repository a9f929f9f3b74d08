"""`article4 backtest`: forecasts of what had been left out, held against what happened."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.ends import emit
from sim.cli.options import DEFAULT_SEED, Json, Quiet, Seed, seed_number, whole
from sim.cli.playing import CHARTS, emit_json

DEFAULT_TRIALS = 8_000

Cases = Annotated[
    list[str] | None,
    typer.Option("--case", metavar="ID", help="Only this case. May be repeated.", show_default=False),
]
Windows = Annotated[
    int, typer.Option("--trials", parser=whole, metavar="N", help="Worlds of each window of attacks, from 1,000.")
]
Folder = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Store the result and its chart there; by default nothing is stored."),
]
Files = Annotated[
    list[Path] | None,
    typer.Option("--chart", metavar="FILE", help="Draw the reliability diagram: .png, .svg, .pdf, .html, .json."),
]
Refit = Annotated[
    bool,
    typer.Option("--refit", help="With --out: fit anew, two minutes each, what cannot be left out by reweighing."),
]


def backtest(
    *,
    case: Cases = None,
    trials: Windows = DEFAULT_TRIALS,
    seed: Seed = str(DEFAULT_SEED),
    out: Folder = None,
    chart: Files = None,
    refit: Refit = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Forecast cases that were left out, and score the forecasts beside three references.

    Who helped in the crises of the record, each left out of the fit; and the attacks on Iran since 2024, quarter by
    quarter, from what was known the month before. Needs the extra `estimate`; half a minute.
    """
    from sim.cli.progress import Progress  # noqa: PLC0415 - only where something is done
    from sim.judge import backtest as judge  # noqa: PLC0415 - NumPy and the world load with it
    from sim.view.backtest import backtest_line, backtest_text  # noqa: PLC0415 - the same
    from sim.view.files import kind_of  # noqa: PLC0415 - the same

    files = [*(chart or ()), *([out / name for name in CHARTS] if out is not None else [])]
    for path in files:
        kind_of(path)
    if refit and out is None:
        raise typer.BadParameter("--refit stores what it fits: say where with --out")
    with Progress("cases", quiet=quiet) as progress:
        found = judge(
            case or (),
            trials=trials,
            seed=seed_number(seed),
            out=out,
            refit=refit,
            progress=lambda done, of, _next: progress(done, of),
        )
    told = found.to_json()
    if files:
        from sim.view.files import save  # noqa: PLC0415 - the drawing engine loads with it
        from sim.view.reliability import reliability_chart  # noqa: PLC0415 - the same

        drawn = reliability_chart(told)
        files = [save(drawn, path) for path in files]
    if json:
        emit_json(told | {"charts": [str(path) for path in files]})
        return
    text = backtest_line(told) if quiet else backtest_text(told)
    shown = "" if quiet or not files else f"\n\nFiles  {', '.join(map(str, files))}"
    emit(text + shown)
