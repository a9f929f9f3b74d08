"""What is asked: scenarios in strict YAML, their schema, overrides and parameters."""

import sys

from sim.scenario.called import CallableRoom
from sim.scenario.canonical import canonical, scenario_hash
from sim.scenario.leaf import Leaf, Within
from sim.scenario.leaves import leaves
from sim.scenario.loading import load
from sim.scenario.meanings import meaning
from sim.scenario.names import names
from sim.scenario.provenance import Provenance, provenance
from sim.scenario.schema import Scenario
from sim.scenario.schema_file import json_schema
from sim.scenario.tabulate import SETS, prior_sets, sets_for, tabulate
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
    "meaning",
    "names",
    "prior_sets",
    "provenance",
    "scenario_hash",
    "sets_for",
    "tabulate",
]

sys.modules[__name__].__class__ = CallableRoom
