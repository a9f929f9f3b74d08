"""What is known: the documented record in seeds/, and what is estimated from it."""
from sim.record.load import Record, load
from sim.record.place import data_folder

__all__ = ["Record", "data_folder", "load"]
