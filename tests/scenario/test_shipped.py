import itertools
import re

import numpy as np
import pytest

from sim.scenario import SETS, leaves, load, names, provenance, tabulate
from sim.scenario.names import folder


@pytest.mark.parametrize("name", names())
def test_every_shipped_scenario_stands_on_the_record(name: str) -> None:
    scenario = load(name)
    assert scenario.name == name
    for column in tabulate([scenario], np.arange(SETS)).values():
        assert np.isfinite(column).all()


@pytest.mark.parametrize("name", names())
def test_every_shipped_scenario_says_what_it_asks_of_what_kind_and_from_what(name: str) -> None:
    """Its header: the question, the estimand, and where the numbers come from."""
    lines = (folder() / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    header = "\n".join(itertools.takewhile(lambda line: line.startswith("#"), lines))
    said = re.findall(r"^# (Asks|Estimand|Numbers): (.+)$", header, re.MULTILINE)
    assert [word for word, _ in said if word != "Numbers"] == ["Asks", "Estimand"]
    assert "Numbers:" in header
    assert dict(said)["Estimand"].startswith(load(name).estimand)


@pytest.mark.parametrize("name", names())
def test_every_parameter_of_a_shipped_scenario_says_where_it_comes_from(name: str) -> None:
    rows = provenance(load(name))
    assert len(rows) == len(leaves(load(name)))
    assert all(row.place for row in rows)
    assert [row.name for row in rows if not row.source] == []
