"""The small plot of a claim in the ledger: each test's effect and interval against its margin."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from cnn_vs_rnn.claims.verdict import Outcome, TestOutcome


@dataclass(frozen=True)
class Mark:
    """A test on a line whose middle (50) is the margin: its effect (dot), and its interval from left over width."""

    label: str
    outcome: Outcome
    dot: float
    left: float
    width: float


def marks(outcomes: Iterable[TestOutcome]) -> list[Mark]:
    """Those tests that could be compared; each unit has the scale in which its farthest effect is at the edge."""
    drawn = [one for one in outcomes if one.effect is not None]
    reach: dict[str, float] = {}
    for one in drawn:
        reach[one.unit] = max(reach.get(one.unit, 1e-12), abs(_off(one, one.effect)))
    return [_mark(one, reach[one.unit]) for one in drawn]


def _mark(one: TestOutcome, reach: float) -> Mark:
    def at(value: float | None) -> float:
        return min(100.0, max(0.0, 50 + 46 * _off(one, one.effect if value is None else value) / reach))

    low, high = at(one.low), at(one.high)
    return Mark(one.label, one.outcome, round(at(one.effect), 1), round(low, 1), round(high - low, 1))


def _off(one: TestOutcome, value: float | None) -> float:
    """How far beyond the margin, of ratios in logarithms."""
    assert value is not None
    return math.log(value / one.margin) if one.unit == "times" else value - one.margin
