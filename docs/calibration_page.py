"""What the calibration found, as the page tells it: `make calibration-page` writes it into docs/calibration.md."""

from __future__ import annotations

import between

from sim.judge.calibrate import told
from sim.view.calibration import calibration_text


def main() -> None:
    """Write the report on the shipped ensembles."""
    blocks = [f"```text\n{calibration_text(found)}\n```\n" for found in told().values()]
    between.write("calibration.md", "calibration", "\n".join(blocks))


if __name__ == "__main__":
    main()
