from __future__ import annotations

import csv
import io

from sim.experiment import compare
from sim.view.rows import HEADER, comparison_csv


def test_every_number_of_a_comparison_is_a_row() -> None:
    found = compare("outsider", "member", trials=40, overrides={"horizon": 3}).to_json()
    rows = list(csv.DictReader(io.StringIO(comparison_csv(found))))
    assert tuple(rows[0]) == HEADER
    by_name = {(row["arm"], row["kind"], row["metric"]): row for row in rows}
    assert len(by_name) == len(rows)
    for arm, told in found["arms"].items():
        for kind, numbers in (("value", told["metrics"]), ("effect", told.get("effect", {}))):
            for metric, number in numbers.items():
                row = by_name[arm, kind, metric]
                assert (float(row["mean"]) if row["mean"] else None) == number["mean"]
                assert (row["low"] == "") == (number["interval"] is None)
    assert ("member", "effect", "hazard_ratio") in by_name
    assert ("outsider", "effect", "attack") not in by_name
