"""What holds for the tests of every room."""

from __future__ import annotations

import signal

# A shell that runs the tests in the background has told them to ignore Ctrl-C, and so would the programs that they
# start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
