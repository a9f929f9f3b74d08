"""`record.check` tells every mistake, all at once, at its place."""

import re
import shutil
from pathlib import Path

import pytest

from sim import record
from sim.reading import InputError


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """Return a copy of the shipped seeds that a test may spoil."""
    return Path(shutil.copytree(record.data_folder() / "seeds", tmp_path / "seeds"))


def spoil(seeds: Path, name: str, pattern: str, replacement: str) -> int:
    """Replace the first match of a pattern in a file; return the line on which it stands."""
    path = seeds / name
    text = path.read_text(encoding="utf-8")
    found = re.search(pattern, text)
    assert found is not None, pattern
    path.write_text(text[: found.start()] + found.expand(replacement) + text[found.end() :], encoding="utf-8")
    return text[: found.start()].count("\n") + 1


FAULTS = {
    "unknown source": ("cases.yaml", r"sources: \[A_KG_2000_1", "sources: [A_KG_2000_9", 'called "A_KG_2000_9"'),
    "source that is no key": ("cases.yaml", r"sources: \[A_KG_2000_1", "sources: [page", "key of documents.yaml"),
    "unknown entry": ("claims.yaml", r"see: \[D17, D19, D35\]", "see: [D17, D19, D53]", 'no entry called "D53"'),
    "unknown document": ("claims.yaml", r"document: '000'", "document: '009'", 'called "009"'),
    "id given twice": ("strikes.yaml", r"- id: D02\b", "- id: D01", 'the id "D01" is given twice'),
    "id given twice across files": ("priors.yaml", r"- id: gamma", "- id: KZ-2022", 'the id "KZ-2022" is given twice'),
    "end before start": ("cases.yaml", r"end: '2022-01-19'", "end: '2022-01-01'", "lies before the start"),
    "date after compilation": ("cases.yaml", r"start: '2025-11-26'", "start: '2027-11-26'", "after the record was"),
    "day not in the calendar": ("cases.yaml", r"start: '2022-01-02'", "start: '2022-02-30'", "not a day of the cal"),
    "date of another form": ("cases.yaml", r"start: '2022-01-02'", "start: 2 Jan 2022", "is written YYYY"),
    "request before the start": (
        "cases.yaml",
        r"request_date: '2022-01-05'",
        "request_date: '2021'",
        "before the start",
    ),
    "decision before the request": ("cases.yaml", r"decision_date: .*", "decision_date: '2022-01-03'", "the request"),
    "request that contradicts": ("cases.yaml", r"request: art4", "request: none", "contradicts"),
    "level off its scale": ("cases.yaml", r"org_level: 5", "org_level: 7", "7 is above its maximum 6"),
    "bound above the level": ("cases.yaml", r"org_level_low: 2", "org_level_low: 5", "above the level"),
    "bound below the level": ("patron_tests.yaml", r"level_high: 6", "level_high: 2", "below the level"),
    "share above 1": ("states.yaml", r"cinc_2016: 0\.0364\d*", "cinc_2016: 3.6", "3.6 is above its maximum 1"),
    "range of a share": ("states.yaml", r"\{low: 0\.47, high: 0\.54\}", "{low: 0.47, high: 54}", "between 0 and 1"),
    "low above high": ("cases.yaml", r"deaths: \{low: 225, high: 238\}", "deaths: {low: 238, high: 225}", "above high"),
    "digest": ("documents.yaml", r"sha256: (\w{63})\w", r"sha256: \1", "should match pattern"),
    "text for a number": ("cases.yaml", r"deaths: 13\n", "deaths: thirteen\n", "is not a number"),
    "unknown name": ("cases.yaml", r"own_territory: true", "own_territori: true", "unknown name"),
    "entry without ground": ("strikes.yaml", r"sources: \[D_SEE\]", "sources: []", "needs sources"),
    "memory of no field": ("states.yaml", r"unverified_parts: \[active", "unverified_parts: [x, active", "no field"),
    "point off the map": ("series.yaml", r"value: 0\.76", "value: 0.86", "not what the map gives"),
    "months that fall": ("series.yaml", r"month: 2012-09", "month: 2017-09", "months of a series rise"),
    "prior of two forms": ("priors.yaml", r"uniform: \{low: 1.1", "value: 1.5\n    uniform: {low: 1.1", "exactly one"),
    "more honoured than asked": ("literature.yaml", r"honoured: 73", "honoured: 173", "above opportunities"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_told_with_its_place(seeds: Path, fault: str) -> None:
    name, pattern, replacement, message = FAULTS[fault]
    line = spoil(seeds, name, pattern, replacement)
    problems = [problem for problem in record.check(seeds) if message in str(problem)]
    assert problems, record.check(seeds)
    assert problems[0].path is not None
    assert problems[0].path.endswith(name)
    # A mistake of a whole entry is told where the entry begins.
    assert problems[0].line is not None
    assert problems[0].line <= line + 1


def test_all_faults_are_told_at_once(seeds: Path) -> None:
    spoil(seeds, "cases.yaml", r"org_level: 5", "org_level: 7")
    spoil(seeds, "claims.yaml", r"stance: neutral", "stance: neutrl")
    spoil(seeds, "strikes.yaml", r"- id: D02\b", "- id: D01")
    told = [str(problem) for problem in record.check(seeds)]
    assert any("cases.yaml" in line and "above its maximum 6" in line for line in told)
    assert any("claims.yaml" in line and 'Did you mean "neutral"?' in line for line in told)
    assert any("strikes.yaml" in line and "given twice" in line for line in told)


def test_a_missing_file_is_one_problem(seeds: Path) -> None:
    (seeds / "strikes.yaml").unlink()
    told = [str(problem) for problem in record.check(seeds)]
    assert len(told) == 1
    assert "strikes.yaml" in told[0]


def test_a_fault_keeps_the_record_from_loading(seeds: Path) -> None:
    spoil(seeds, "cases.yaml", r"org_level: 5", "org_level: 7")
    with pytest.raises(InputError, match="above its maximum 6"):
        record.load(seeds)
