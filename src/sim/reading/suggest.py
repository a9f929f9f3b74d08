"""The nearest of the names that exist to one that does not."""

from collections.abc import Iterable
from difflib import SequenceMatcher

_LIKENESS = 0.6
"""Least likeness of a suggestion (0 to 1): below it a suggestion confuses more than it helps."""


def nearest(name: str, options: Iterable[str]) -> str | None:
    """Return the option most like `name`, or None when nothing is near; letter case is ignored."""
    own = name[:200].casefold()
    best, likeness = None, _LIKENESS
    for option in options:
        folded = option.casefold()
        if 2 * min(len(own), len(folded)) < likeness * (len(own) + len(folded)):  # no order of letters could be near
            continue
        matcher = SequenceMatcher(None, own, folded, autojunk=False)
        if matcher.quick_ratio() < likeness:
            continue
        ratio = matcher.ratio()
        if ratio > likeness or (ratio == likeness and best is None):
            best, likeness = option, ratio
    return best


def did_you_mean(name: str, options: Iterable[str]) -> str | None:
    """Return the question that offers the nearest option, or None."""
    option = nearest(name, options)
    return None if option is None else f'Did you mean "{option}"?'
