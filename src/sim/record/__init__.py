"""What is known: the documented record in seeds/, and what is estimated from it."""

from sim.record.check import check
from sim.record.evidence import Cited, Source, behind, cited, named_in, value_of, web
from sim.record.load import Record, load
from sim.record.lookup import keys, lookup
from sim.record.place import data_folder
from sim.record.posterior import Posterior, posterior
from sim.record.provenance import Listed, Provenance, entries, show
from sim.record.values import Draws, Normal, Number, RecordValue, Uniform

__all__ = [
    "Cited",
    "Draws",
    "Listed",
    "Normal",
    "Number",
    "Posterior",
    "Provenance",
    "Record",
    "RecordValue",
    "Source",
    "Uniform",
    "behind",
    "check",
    "cited",
    "data_folder",
    "entries",
    "keys",
    "load",
    "lookup",
    "named_in",
    "posterior",
    "show",
    "value_of",
    "web",
]
