import numpy as np
import pytest

from sim.scenario import SETS, leaves, load, names, provenance, tabulate


@pytest.mark.parametrize("name", names())
def test_every_shipped_scenario_stands_on_the_record(name: str) -> None:
    scenario = load(name)
    assert scenario.name == name
    for column in tabulate([scenario], np.arange(SETS)).values():
        assert np.isfinite(column).all()


@pytest.mark.parametrize("name", names())
def test_every_parameter_of_a_shipped_scenario_says_where_it_comes_from(name: str) -> None:
    rows = provenance(load(name))
    assert len(rows) == len(leaves(load(name)))
    assert all(row.place for row in rows)
    assert [row.name for row in rows if not row.source] == []
