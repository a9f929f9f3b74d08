"""What a plain scalar means: the core schema of YAML 1.2, without infinities and NaN."""

import math
import re

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_INTEGER = re.compile(r"[-+]?[0-9]+", re.ASCII)
_OCTAL = re.compile(r"0o[0-7]+", re.ASCII)
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+", re.ASCII)
_REAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", re.ASCII)
_MOST_DIGITS = 300
"""Longest integer read: it still is a finite float."""


class NotFinite(ValueError):  # noqa: N818 - it says what the number is
    """An infinity, a NaN, or a number too large to be held."""


def resolve(text: str) -> str | int | float | bool | None:
    """Read a plain scalar.

    Raises:
        NotFinite: It is an infinity, a NaN, or a number too large.
    """
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if _NOT_FINITE.fullmatch(text):
        raise NotFinite(f"{text} is not a finite number")
    for pattern, base in ((_INTEGER, 10), (_OCTAL, 8), (_HEXADECIMAL, 16)):
        if pattern.fullmatch(text):
            if len(text) > _MOST_DIGITS:
                raise NotFinite("the number is too large")
            return int(text if base == 10 else text[2:], base)
    if _REAL.fullmatch(text):
        number = float(text)
        if not math.isfinite(number):
            raise NotFinite("the number is too large")
        return number
    return text
