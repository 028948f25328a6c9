"""Effects of claims in words."""

from __future__ import annotations

from cnn_vs_rnn.statistics.words import magnitude_text, number_text

_KILO = 1000
_ONE = {"points": "point", "decades": "decade", "steps": "step", "pixels or steps": "pixel or step"}


def amount(value: float, unit: str, *, signed: bool = False) -> str:
    """A number with its unit.

    >>> amount(219_000.0, "bytes"), amount(344.0, "bytes")
    ('219 kB', '344 bytes')
    >>> amount(0.0213, "points", signed=True), amount(2.31, "times"), amount(1.0, "decades"), amount(-0.01, "points")
    ('+2.1 points', '2.31 times', '1 decade', '-1 point')
    """
    sign = "+" if signed and value > 0 and unit != "times" else ""
    if unit == "bytes" and value >= _KILO:
        return f"{sign}{magnitude_text(value)}B"
    number = _number(value, unit)
    if number in ("1", "-1"):
        unit = _ONE.get(unit, unit)
    return f"{sign}{number} {unit}".rstrip()


def extent(low: float, high: float, unit: str) -> str:
    """An interval, the unit said once.

    >>> extent(-0.013, 0.028, "points"), extent(1.1, 1.9, "times")
    ('-1.3 to 2.8 points', '1.1 to 1.9 times')
    """
    return f"{_number(low, unit)} to {_number(high, unit)} {unit}".rstrip()


def _number(value: float, unit: str) -> str:
    return f"{round(100 * value, 1) + 0.0:g}" if unit == "points" else number_text(value)
