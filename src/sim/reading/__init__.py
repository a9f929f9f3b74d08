"""How files are read, and how a mistake in one is told to the person who made it."""

from sim.reading.errors import SHOWN_PROBLEMS, InputError, Problem, TaskError, shown, shown_path
from sim.reading.strict_yaml import Document, parse_value, read_text, read_yaml
from sim.reading.suggest import did_you_mean, nearest
from sim.reading.validated import validated

__all__ = [
    "SHOWN_PROBLEMS",
    "Document",
    "InputError",
    "Problem",
    "TaskError",
    "did_you_mean",
    "nearest",
    "parse_value",
    "read_text",
    "read_yaml",
    "shown",
    "shown_path",
    "validated",
]
