"""What is known: the documented record in seeds/, and what is estimated from it."""

from sim.record.check import check
from sim.record.load import Record, load
from sim.record.lookup import keys, lookup
from sim.record.place import data_folder
from sim.record.posterior import Posterior, posterior
from sim.record.provenance import Listed, Provenance, entries, show
from sim.record.values import Draws, Normal, Number, RecordValue, Uniform

__all__ = [
    "Draws",
    "Listed",
    "Normal",
    "Number",
    "Posterior",
    "Provenance",
    "Record",
    "RecordValue",
    "Uniform",
    "check",
    "data_folder",
    "entries",
    "keys",
    "load",
    "lookup",
    "posterior",
    "show",
]
