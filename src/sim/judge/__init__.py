"""Is it true: which parameter sets history leaves, and forecasts of cases that were left out beside what happened."""

from sim.judge.backtest_file import AnswerCase, AttackCase, Backtest
from sim.judge.backtests import backtests, forecast_rows, read_backtest
from sim.judge.hindcast import Backtested, backtest, stored_backtest
from sim.judge.verdicts import Judged, judge_claims

__all__ = [
    "AnswerCase",
    "AttackCase",
    "Backtest",
    "Backtested",
    "Judged",
    "backtest",
    "backtests",
    "forecast_rows",
    "judge_claims",
    "read_backtest",
    "stored_backtest",
]
