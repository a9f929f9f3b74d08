from __future__ import annotations

import copy
import itertools
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from sim.reading import InputError, TaskError
from sim.view import theme
from sim.view.charts import outcome_chart
from sim.view.files import save
from sim.view.marks import ARM_INKS, LADDER_COLOURS
from sim.view.words import LEVELS, OUTCOMES, headline

if TYPE_CHECKING:
    from pathlib import Path


def drawn(summary: dict[str, Any]) -> dict[str, Any]:
    specification: dict[str, Any] = outcome_chart(summary).to_dict()
    return specification


def rows_of(specification: dict[str, Any]) -> list[dict[str, Any]]:
    for layer in specification["layer"]:
        name = layer.get("data", {}).get("name")
        values = layer.get("data", {}).get("values") or specification.get("datasets", {}).get(name, [])
        if values and "share" in values[0]:
            found: list[dict[str, Any]] = values
            return found
    raise AssertionError("no rows")


def only(summary: dict[str, Any], outcome: str, trials: int = 20_000) -> dict[str, Any]:
    changed = copy.deepcopy(summary)
    attacked = float(outcome != "no_attack")
    changed["trials"] = trials
    changed["outcomes"] = {name: float(name == outcome) for name in OUTCOMES}
    changed["outcome_intervals"] = {
        name: {"mean": share, "mc_se": 0.0, "interval": [share, share], "n": trials}
        for name, share in changed["outcomes"].items()
    }
    changed["metrics"]["attack"].update(mean=attacked, mc_se=0.0, interval=[attacked, attacked])
    return changed


def test_all_seven_outcomes_stand_in_their_order_with_share_and_interval(summary: dict[str, Any]) -> None:
    rows = rows_of(drawn(summary))
    assert [row["outcome"] for row in rows] == list(OUTCOMES)
    assert {row["outcome"]: row["share"] for row in rows} == summary["outcomes"]
    campaign = next(row for row in rows if row["outcome"] == "campaign_aided")
    assert (campaign["low"], campaign["high"]) == tuple(summary["outcome_intervals"]["campaign_aided"]["interval"])
    assert (campaign["figure"], campaign["bracket"]) == ("31.0 %", "[22, 45]")


def test_bars_start_at_nothing_and_whiskers_span_the_interval(summary: dict[str, Any]) -> None:
    bars, whiskers, *_ = drawn(summary)["layer"]
    assert bars["mark"]["type"] == "bar"
    assert bars["encoding"]["x"]["field"] == "share"
    assert bars["encoding"]["x"]["scale"]["domain"][0] == 0
    assert (whiskers["encoding"]["x"]["field"], whiskers["encoding"]["x2"]["field"]) == ("low", "high")


def test_nothing_drawn_lies_beyond_the_axis(summary: dict[str, Any]) -> None:
    for case in (summary, only(summary, "no_attack"), only(summary, "clash")):
        specification = drawn(case)
        end = specification["layer"][0]["encoding"]["x"]["scale"]["domain"][1]
        assert all(max(row["share"], row["high"] or 0) <= end <= 1 for row in rows_of(specification))


def test_title_is_the_finding_and_subtitle_the_question_with_trials_and_seed(summary: dict[str, Any]) -> None:
    title = drawn(summary)["title"]
    assert " ".join(title["text"]).replace("\u00a0", " ") == headline(summary)
    below = " ".join(title["subtitle"]).replace("\u00a0", " ")
    assert summary["asks"] in below
    assert "20,000 worlds, seed 1." in below
    assert "90 % interval" in below


def test_the_source_line_names_scenario_and_hash(summary: dict[str, Any]) -> None:
    text = json.dumps(drawn(summary))
    assert "scenario member" in text
    assert summary["scenario_hash"][:12] in text


@pytest.mark.parametrize(("outcome", "trials"), [("no_attack", 20_000), ("clash", 20_000), ("campaign_aided", 1)])
def test_worlds_all_alike_claim_no_interval(summary: dict[str, Any], outcome: str, trials: int) -> None:
    specification = drawn(only(summary, outcome, trials))
    rows = rows_of(specification)
    assert [row["share"] for row in rows if row["outcome"] == outcome] == [1.0]
    assert all(row["low"] is None and not row["bracket"] for row in rows)
    assert "90 %" not in json.dumps(specification["title"], ensure_ascii=False).replace("\u00a0", " ")


def test_an_outcome_that_a_run_does_not_list_is_drawn_as_never(summary: dict[str, Any]) -> None:
    del summary["outcomes"]["clash"]
    del summary["outcome_intervals"]["clash"]
    assert rows_of(drawn(summary))[-1]["figure"] == "0 %"


class Told:
    """Stands for an estimate, a summary or a result: all of them tell themselves as JSON."""

    def __init__(self, told: dict[str, Any], **more: Any) -> None:
        self.told = told
        self.__dict__.update(more)

    def to_json(self) -> dict[str, Any]:
        return self.told


def test_a_result_is_taken_like_its_json(summary: dict[str, Any]) -> None:
    shares = {name: Told(found) for name, found in summary["outcome_intervals"].items()}
    scenario = Told({}, asks=summary["asks"])
    bare = {key: value for key, value in summary.items() if key not in {"outcome_intervals", "asks"}}
    held = Told(bare, outcomes=shares)
    assert drawn(Told(bare, summary=lambda: held, scenario=scenario)) == drawn(summary)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="JSON object"):
        drawn(3)  # type: ignore[arg-type]


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_colours_differ_in_lightness_too() -> None:
    values = sorted(map(luminance, (theme.CALM, theme.ATTACKED, theme.GRAVE)))
    assert all((b + 0.05) / (a + 0.05) > 1.25 for a, b in itertools.pairwise(values))
    for ink in (theme.INK, theme.FAINT):
        assert (luminance(theme.GROUND) + 0.05) / (luminance(ink) + 0.05) > 7


def in_the_dark(colour: str) -> str:
    """A colour as theme.DARK shows it: the matrices of the filters as CSS defines them (Filter Effects 1, 9 and 12)."""
    share, degrees = map(float, re.findall(r"[\d.]+", theme.DARK))
    assert degrees == 180
    turned = ((-0.574, 1.43, 0.144), (0.426, 0.43, 0.144), (0.426, 1.43, -0.856))
    light = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    dark = [share + (1 - 2 * share) * part for part in light]
    shown = [min(1.0, max(0.0, sum(w * part for w, part in zip(row, dark, strict=True)))) for row in turned]
    return "#" + "".join(f"{round(255 * part):02x}" for part in shown)


def test_a_dark_page_keeps_text_readable_and_colours_apart() -> None:
    ground = luminance(in_the_dark(theme.GROUND))
    assert in_the_dark(theme.GROUND) == theme.DARK_GROUND
    for ink in (theme.INK, theme.FAINT, *ARM_INKS):
        assert (luminance(in_the_dark(ink)) + 0.05) / (ground + 0.05) >= 4.5, ink
    values = sorted(luminance(in_the_dark(colour)) for colour in (theme.CALM, theme.ATTACKED, theme.GRAVE))
    assert all((b + 0.05) / (a + 0.05) > 1.1 for a, b in itertools.pairwise(values))
    levels = [luminance(in_the_dark(LADDER_COLOURS[level])) for level in LEVELS]
    assert all((b + 0.05) / (a + 0.05) > 1.3 for a, b in itertools.pairwise(levels))


@pytest.mark.parametrize("title", ["W" * 500, "日本語の長い題名" * 40, "Очень длинный вопрос " * 30, "a " * 400, ""])
def test_long_text_is_broken_into_lines_that_fit(title: str) -> None:
    broken = theme.lines(title, theme.TEXT_SIZE)
    assert 1 <= len(broken) <= 3
    assert all(theme.breadth(line) * theme.TEXT_SIZE <= theme.WIDTH for line in broken)
    assert len(title) < 80 or broken[-1].endswith("…")


def test_intervals_and_percentages_are_not_torn_apart() -> None:
    for width in range(60, 400, 7):
        for line in theme.lines("in 87 % of worlds [62, 97]; and so on", 14, width, most=20):
            assert line.count("[") == line.count("]")
            assert not line.startswith("%")


def test_a_name_keeps_its_value_beside_it() -> None:
    for width in range(200, 400, 7):
        for line in theme.lines("least at Russia.resolve.shift 6, council.no_mandate -0.25: 0.39.", 14, width, most=20):
            assert not re.match(r"-?\d", line) or line.startswith("0.39")


@pytest.mark.parametrize("bold", [False, True])
def test_lines_fit_in_the_widest_letters_that_may_stand_in(*, bold: bool) -> None:
    matplotlib, fonts = pytest.importorskip("matplotlib"), pytest.importorskip("PIL.ImageFont")
    face = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    letters = fonts.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/{face}", 1000)
    for text in (
        "With member in place of outsider, Iran is attacked 5.1 % less often (hazard ratio 0.949).",
        "Within 24 months in 92 % of worlds against 92 % (-0.7 points [-3, 2]).",
        "What is not known makes 10 % (“attacked at all”) to 46 % (“a campaign, if attacked”) of the spread.",
        "Γ of Israel hardly moves the answer: 0.94 [0.91, 0.97] where it is at most 1.3, and 0.97 [0.94, 1.00].",
        "environment.threat.drift 0.02, states.United States.opportunity.overt 0.0349, alignment.rivals 0.2",
        "CONSENSUS, KAZAKHSTAN AND KYRGYZSTAN WITHHOLD",
    ):
        for line in theme.lines(text, theme.TITLE_SIZE, bold=bold, most=9):
            assert letters.getlength(line) / 1000 * theme.TITLE_SIZE <= theme.WIDTH + theme.PADDING, line


HOSTILE = '</script><script>alert("1")</script> <b>& \\ \x1b[31m " \' {{x}} \u202e 🛰 日本'


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf", ".html", ".json", ".PNG"])
def test_a_chart_is_written_by_suffix_whatever_its_title(summary: dict[str, Any], suffix: str, tmp_path: Path) -> None:
    summary["asks"] = HOSTILE
    path = save(outcome_chart(summary), tmp_path / "deep" / f"chart{suffix}")
    starts = {".png": b"\x89PNG", ".svg": b"<svg", ".pdf": b"%PDF", ".html": b"<!DOCTYPE html>", ".json": b"{"}
    assert path.read_bytes().startswith(starts[suffix.lower()])
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_a_page_holds_everything_and_no_title_can_break_out_of_it(summary: dict[str, Any], tmp_path: Path) -> None:
    summary["asks"] = HOSTILE
    page = save(outcome_chart(summary), tmp_path / "chart.html").read_text()
    assert "<script>alert" not in page
    assert not re.search(r"""<(script|link|img)[^>]+(src|href)=["']?(https?:)?//""", page)
    assert '"actions":false' in page.replace(" ", "")
    assert "<title>Iran is attacked" in page
    assert f"#vega-chart {{ filter: {theme.DARK}; }}" in page


def test_svg_text_is_text_and_escaped(summary: dict[str, Any], tmp_path: Path) -> None:
    summary["asks"] = HOSTILE
    picture = save(outcome_chart(summary), tmp_path / "chart.svg").read_text()
    assert "<script" not in picture
    assert "&lt;script" in picture
    assert "Great-power clash" in picture


def test_a_png_is_1280_pixels_wide(summary: dict[str, Any], tmp_path: Path) -> None:
    content = save(outcome_chart(summary), tmp_path / "chart.png").read_bytes()
    assert abs(int.from_bytes(content[16:20], "big") - 1280) <= 2


def test_an_unknown_suffix_is_refused_with_those_that_exist(summary: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.png, \.svg"):
        save(outcome_chart(summary), tmp_path / "chart.gif")


def test_a_chart_that_cannot_be_written_says_so(summary: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TaskError, match="cannot be written"):
        save(outcome_chart(summary), tmp_path / "file" / "chart.png")
