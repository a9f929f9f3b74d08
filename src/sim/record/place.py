"""Where the shipped data lie: in the installed package, else in the checkout."""

from pathlib import Path


def data_folder() -> Path:
    """Return the folder that holds `seeds/` and `scenarios/`.

    In an installed wheel this is `_data` inside the package; in a checkout, the folder of pyproject.toml.
    """
    package = Path(__file__).resolve().parents[1]
    installed = package / "_data"
    return installed if installed.is_dir() else package.parents[1]
