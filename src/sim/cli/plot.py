"""`article4 plot`: charts of what is stored."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.ends import emit
from sim.cli.options import Json  # noqa: TC001 - typer reads the annotations of a command
from sim.cli.playing import emit_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.view.gallery import Entry

LIST = "list"
"""In place of a chart's name: tell which there are."""

BACKTEST = "backtest.json"
"""What a directory of backtests holds."""


Chart = Annotated[
    str | None,
    typer.Option("--chart", metavar="NAME", help="Which chart; `list` tells those that fit.", show_default=False),
]
Files = Annotated[
    list[Path] | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE",
        help="Where to draw it: .png, .svg, .pdf, .html or .json. May be repeated.",
        show_default=False,
    ),
]
Metric = Annotated[str | None, typer.Option("--metric", metavar="M", help="A metric of a run.", show_default=False)]
Target = Annotated[
    float | None,
    typer.Option("--target", metavar="X", help="Of a map: where its line runs; half if not given.", show_default=False),
]
Arm = Annotated[
    str | None, typer.Option("--arm", metavar="A", help="Of a result with several arms.", show_default=False)
]
Parameter = Annotated[
    str | None,
    typer.Option("--parameter", metavar="P", help="Which one the answer is set against.", show_default=False),
]
Search = Annotated[
    Path | None,
    typer.Option(
        "--breakeven",
        metavar="FILE",
        help="What `article4 breakeven --json` printed, to be marked in a credibility curve.",
        show_default=False,
    ),
]


def plot(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="The directory of a stored run, comparison, sweep or decomposition.")
    ],
    *,
    chart: Chart = None,
    out: Files = None,
    metric: Metric = None,
    target: Target = None,
    arm: Arm = None,
    parameter: Parameter = None,
    breakeven: Search = None,
    json: Json = False,
) -> None:
    """Draw what is stored: the usual chart, or one by name. Only `expected` and `beliefs` play some worlds again."""
    from sim.reading import InputError, Problem  # noqa: PLC0415 - Pydantic loads with it, too slow for --help

    if chart != LIST:
        if not out:
            hint = "As in: article4 plot RUN -o chart.svg."
            raise InputError(Problem("--out", None, None, "", "is missing: where is the chart to go?", hint))
        from sim.view.files import kind_of  # noqa: PLC0415 - see above

        for path in out:
            kind_of(path)
    from sim.view.gallery import checked, chosen, fitting  # noqa: PLC0415 - only where something is drawn

    answer = _answer(run)
    if chart == LIST:
        _list(run, answer, fitting(answer), json=json)
        return
    name, entry = chosen(answer, chart)
    asked: dict[str, Any] = {"metric": metric, "target": _positive(target), "arm": arm, "parameter": parameter}
    asked["breakeven"] = None if breakeven is None else _breakeven(breakeven)
    said = checked(name, entry, answer, asked)
    if entry.needs is not None:
        answer, said = _series(entry.needs, run, said), {}
    drawn = entry.draw(answer, **said).to_dict()
    from sim.view.files import save  # noqa: PLC0415 - the drawing engine loads with it

    files = [save(drawn, path) for path in out or ()]
    finding = " ".join(drawn["title"]["text"]).replace("\u00a0", " ")
    if json:
        told = {"command": "plot", "seed": answer["seed"], "out": str(run), "chart": name, "finding": finding}
        emit_json(told | {"charts": [str(path) for path in files]})
    else:
        emit(f"{finding}\n\nChart  {name}\nFiles  {', '.join(map(str, files))}")


def _answer(directory: Path) -> Mapping[str, Any]:
    """The JSON object of what lies in a directory."""
    from sim.experiment import Result, stored_experiment  # noqa: PLC0415 - NumPy and the world load with it
    from sim.view.answers import summary_of  # noqa: PLC0415 - the same

    if (directory / BACKTEST).is_file():
        from sim.judge import stored_backtest  # noqa: PLC0415 - only for this kind

        return stored_backtest(directory) or {}
    found = stored_experiment(directory)
    return summary_of(found) if isinstance(found, Result) else found.to_json()


def _series(needed: str, run: Path, said: Mapping[str, Any]) -> Mapping[str, Any]:
    """The JSON object that stands in for the result where a chart needs another."""
    from sim.experiment import against, convergence, expected  # noqa: PLC0415 - NumPy and the world load with it

    match needed:
        case "against":
            return against(run, **said).to_json()
        case "expected":
            return expected(run, **said).to_json()
        case _:
            return convergence(run, **said).to_json()


def _list(run: Path, answer: Mapping[str, Any], entries: Mapping[str, Entry], *, json: bool) -> None:
    """Tell which charts fit, the usual one first."""
    if json:
        charts = [{"name": name, "shows": entry.shows, "takes": list(entry.takes)} for name, entry in entries.items()]
        emit_json({"command": "plot", "seed": answer["seed"], "out": str(run), "charts": charts})
        return
    width = max(map(len, entries))
    for name, entry in entries.items():
        takes = f" ({', '.join(f'--{one}' for one in entry.takes)})" if entry.takes else ""
        emit(f"{name:<{width}}  {entry.shows}{takes}")


def _positive(target: float | None) -> float | None:
    """A target of a map as it was given.

    Raises:
        InputError: it is not above 0 or not finite.
    """
    from sim.reading import InputError, Problem  # noqa: PLC0415 - only with --target

    if target is not None and not 0.0 < target < float("inf"):
        raise InputError(Problem("--target", None, None, "", f"a number above 0 is wanted, not {target:g}", None))
    return target


_NUMBERS = ("value", "recorded", "achieved", "nearest", "mc_se")


def _breakeven(path: Path) -> dict[str, Any]:
    """What `article4 breakeven --json` printed, read from a file.

    Raises:
        InputError: it cannot be read or is something else.
    """
    from sim.reading import InputError, Problem  # noqa: PLC0415 - only with --breakeven

    def wrong(problem: str) -> InputError:
        return InputError(
            Problem(str(path), None, None, "", problem, "article4 breakeven ... --json > FILE writes one.")
        )

    try:
        found = json_format.loads(path.read_bytes())
    except OSError as error:
        raise wrong(f"cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise wrong("not JSON") from None
    if not isinstance(found, dict) or found.get("command") != "breakeven" or not _is_search(found):
        raise wrong("not what a break-even search prints")
    return found


def _is_search(found: Mapping[str, Any]) -> bool:
    """Whether all that a chart takes of a break-even search is there, and of its kind."""
    from sim.view.words import METRICS  # noqa: PLC0415 - only with --breakeven

    def number(value: object, *, null: bool = True) -> bool:
        return (null and value is None) or (isinstance(value, (int, float)) and not isinstance(value, bool))

    ends, searched = found.get("interval"), found.get("searched")
    return (
        all(isinstance(found.get(key), str) for key in ("parameter", "metric", "scenario"))
        and found["metric"] in {*METRICS, "hazard_ratio"}
        and isinstance(found.get("against"), (str, type(None)))
        and isinstance(found.get("reached"), bool)
        and all(key in found and number(found[key]) for key in _NUMBERS)
        and number(found.get("target"), null=False)
        and (ends is None or (isinstance(ends, list) and len(ends) == 2 and all(map(number, ends))))
        and (isinstance(searched, list) and len(searched) == 2 and all(number(end, null=False) for end in searched))
    )
