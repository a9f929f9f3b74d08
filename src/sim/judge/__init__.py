"""Is it true: which parameter sets history leaves, and forecasts of cases that were left out beside what happened."""

from sim.judge.backtest_file import AnswerCase, AttackCase, Backtest
from sim.judge.backtests import backtests, forecast_rows, read_backtest

__all__ = ["AnswerCase", "AttackCase", "Backtest", "backtests", "forecast_rows", "read_backtest"]
