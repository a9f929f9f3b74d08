"""The command line: `article4`. One command is one small function; how it can end is settled in one place."""

from sim.cli.ends import main

__all__ = ["main"]
