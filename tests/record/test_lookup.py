"""Keys of the record: their values, their nearest names, and where they come from."""

import pytest

from sim import record
from sim.reading import InputError
from sim.record import Draws, Normal, Number, Provenance, Uniform


def test_a_number_of_a_state() -> None:
    found = record.lookup("states.Russia.cinc_2016")
    assert isinstance(found, Number)
    assert found.value == pytest.approx(0.036472768)
    assert found.source == "F_NMC"


def test_a_range_is_uniform() -> None:
    found = record.lookup("states.Russia.committed_elsewhere")
    assert isinstance(found, Uniform)
    assert (found.low, found.high) == (0.47, 0.54)


def test_ties_are_conventions_and_say_so() -> None:
    found = record.lookup("states.Kazakhstan.ties.Israel")
    assert isinstance(found, Uniform)
    assert 0 <= found.low < found.high <= 1
    assert found.source.startswith("convention")


def test_a_month_between_points_is_interpolated() -> None:
    left, middle, right = (record.lookup(f"series.threat.{month}") for month in ("2024-11", "2024-12", "2025-02"))
    assert isinstance(left, Normal)
    assert isinstance(middle, Normal)
    assert isinstance(right, Normal)
    assert middle.mean == pytest.approx(left.mean + (right.mean - left.mean) / 3)
    assert middle.sd == pytest.approx(left.sd + (right.sd - left.sd) / 3)


def test_threat_is_0_under_the_accord_and_1_in_june_2025() -> None:
    levels = [record.lookup(f"series.threat.{month}") for month in ("2016-01", "2025-06")]
    assert [level.mean for level in levels if isinstance(level, Normal)] == [0.0, 1.0]


@pytest.mark.parametrize("name", ["threat", "defence", "missiles", "proxies", "tension"])
def test_every_series_runs_from_2010_to_2026(name: str) -> None:
    for month in ("2010-01", "2018-07", "2026-11"):
        found = record.lookup(f"series.{name}.{month}")
        assert isinstance(found, Normal)
        assert found.sd > 0
    with pytest.raises(InputError, match="runs from 2010-01 to 2026-11"):
        record.lookup(f"series.{name}.2026-12")


def test_gamma_comes_from_the_crises_of_huth() -> None:
    found = record.lookup("priors.gamma")
    assert isinstance(found, Uniform)
    assert (found.low, found.high) == (1.1, 2.25)
    assert "R30" in titles(record.show("priors.gamma"))


def test_a_count_of_the_literature_is_a_share_too() -> None:
    found = record.lookup("literature.R06.share")
    assert isinstance(found, Number)
    assert found.value == pytest.approx(6 / 43)


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("states.Rusia.cinc_2016", "states.Russia.cinc_2016"),
        ("priors.gama", "priors.gamma"),
        ("states.Russia.ties.Isreal", "states.Russia.ties.Israel"),
    ],
)
def test_an_unknown_key_offers_the_nearest(key: str, nearest: str) -> None:
    with pytest.raises(InputError, match=f'Did you mean "{nearest}"'):
        record.lookup(key)


@pytest.mark.parametrize("key", ["", ".", "states", "states.", "series.threat", "series.threat.2025-13", "nonsense"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(InputError):
        record.lookup(key)


def test_every_key_has_a_value_and_a_provenance() -> None:
    known = record.keys()
    for key in known:
        value = record.lookup(key)
        assert value.source
        if not isinstance(value, Draws):
            assert record.show(key).title == key


def titles(tree: Provenance) -> str:
    return "\n".join([tree.title, *(titles(child) for child in tree.children)])


def test_an_entry_is_shown_with_what_it_names_and_its_sources() -> None:
    tree = record.show("AM-2022-09")
    assert tree.title.startswith("AM-2022-09")
    assert "confidence high" in tree.lines[0]
    assert "org_level: 3" in tree.lines
    assert "PT-AM-2022-RU" in titles(tree)
    assert "A_AM_2022_09_1" in titles(tree)


def test_a_claim_is_shown_with_its_document() -> None:
    assert "document 000" in titles(record.show("G008"))


def test_a_source_is_shown_with_the_entries_that_rest_on_it() -> None:
    assert "B04" in titles(record.show("S_ALLI"))
    assert "G050" in titles(record.show("001"))


def test_a_number_is_walked_to_its_sources() -> None:
    assert "F_NMC  National Material Capabilities" in titles(record.show("states.Russia.cinc_2016"))
    assert "F03" in titles(record.show("states.Russia.committed_elsewhere"))
    assert "N14" in titles(record.show("series.threat.2025-01"))


def test_a_group_shows_its_members() -> None:
    assert any(line.startswith("states.Russia.cinc_2016") for line in record.show("states.Russia").lines)
    assert any(line.startswith("priors.gamma") for line in record.show("priors").lines)
    assert len(record.show("series.threat").children) > 10


def test_what_is_nowhere_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match='Did you mean "AM-2022-09"'):
        record.show("AM-2022-9")


def test_every_entry_can_be_shown() -> None:
    for entry in record.entries():
        assert record.show(entry.id).title.startswith(entry.id)


def test_a_coefficient_is_walked_to_its_cases_and_their_sources() -> None:
    tree = record.show("credibility.resolve.Russia")
    assert tree.lines[0].startswith("posterior: mean")
    assert record.show("credibility.in_force").lines[0].startswith("prior: normal")
    assert "AM-2022-09" in titles(tree)
    assert "PT-EG-1970-SU" not in titles(tree)
    assert "A_AM_2022_09_1" in titles(tree)
    assert isinstance(record.lookup("credibility.resolve.Russia"), Draws)


def test_an_unknown_guarantor_offers_the_nearest() -> None:
    with pytest.raises(InputError, match=r'Did you mean "credibility\.resolve\.Russia"'):
        record.lookup("credibility.resolve.Rusia")
