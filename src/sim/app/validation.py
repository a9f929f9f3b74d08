"""Stub."""

def page() -> None:
    """Lay out the page."""
