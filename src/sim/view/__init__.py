"""What is seen: charts, tables and JSON. It draws and words what the rooms below found, and computes no statistic."""

from sim.view.answers import summary_of
from sim.view.as_json import json_text
from sim.view.charts import outcome_chart
from sim.view.console import run_text
from sim.view.files import save
from sim.view.words import headline

__all__ = ["headline", "json_text", "outcome_chart", "run_text", "save", "summary_of"]
