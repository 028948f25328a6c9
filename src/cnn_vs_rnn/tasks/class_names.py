"""Class names as files write them: 1, 1.0 and '1' are one class, and 2 comes before 10."""

from __future__ import annotations

import math
from collections.abc import Iterable


def plain_label(label: object) -> str:
    """A label as text, a whole number without its decimals.

    >>> plain_label(1.0), plain_label("2.0"), plain_label(0.25), plain_label(" cat ")
    ('1', '2', '0.25', 'cat')
    """
    text = str(label).strip()
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if math.isfinite(number) and number.is_integer() else text


def in_order(labels: Iterable[str]) -> tuple[str, ...]:
    """Each label once: numbers by their size, then words by the alphabet."""
    return tuple(sorted(set(labels), key=_order))


def _order(label: str) -> tuple[float, str]:
    try:
        return float(label), label
    except ValueError:
        return math.inf, label
