"""Renew the JSON Schema that ships beside the scenarios: `python -m sim.scenario.json_schema`."""

import sys

from sim.scenario.names import folder
from sim.scenario.schema_file import FILE, text


def main() -> int:
    """Write the file anew into the folder of the shipped scenarios."""
    path = folder() / FILE
    path.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
