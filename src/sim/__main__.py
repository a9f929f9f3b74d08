"""`python -m sim` is `article4`."""

import sys

from sim.cli import main

if __name__ == "__main__":
    sys.exit(main())
