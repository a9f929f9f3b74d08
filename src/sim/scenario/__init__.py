"""What is asked: scenarios in strict YAML, their schema, overrides and parameters."""

import sys

from sim.scenario.called import CallableRoom
from sim.scenario.canonical import canonical, scenario_hash
from sim.scenario.leaf import Leaf, Within
from sim.scenario.leaves import leaves
from sim.scenario.loading import load
from sim.scenario.names import names
from sim.scenario.provenance import Provenance, provenance
from sim.scenario.schema import Scenario
from sim.scenario.schema_file import json_schema
from sim.scenario.tabulate import SETS, tabulate
from sim.scenario.written import as_yaml

__all__ = [
    "SETS",
    "Leaf",
    "Provenance",
    "Scenario",
    "Within",
    "as_yaml",
    "canonical",
    "json_schema",
    "leaves",
    "load",
    "names",
    "provenance",
    "scenario_hash",
    "tabulate",
]

sys.modules[__name__].__class__ = CallableRoom
