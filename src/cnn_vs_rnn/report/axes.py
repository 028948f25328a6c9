"""Axes that show what matters: log where values span decades, stragglers left at the edge, few round ticks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnn_vs_rnn.config import Score
from cnn_vs_rnn.evaluation.results import HIGHER_IS_BETTER
from cnn_vs_rnn.report.palette import RULE
from cnn_vs_rnn.statistics.summary import ModelSummary, goodness
from cnn_vs_rnn.statistics.words import IN_PERCENT, SCORE_NAMES, SCORE_SYMBOLS, magnitude_text, number_text

_LOG_FROM = 10.0  # where the largest value is this many times the smallest, the axis is logarithmic
_FEWEST = 3  # models that an axis is fitted to at least
_MOST = 100.0  # per cent, or of chrF and BLEU: the best of all scores that are the better the higher


@dataclass(frozen=True)
class Axis:
    """From `low` to `high`, the worst value on screen to the best; errors therefore run downwards (low > high)."""

    title: str
    low: float
    high: float
    log: bool
    percent: bool = False

    def inside(self, value: float) -> bool:
        """Whether a value is on the axis."""
        return min(self.low, self.high) <= value <= max(self.low, self.high)

    def clip(self, value: float) -> float:
        """The value, or the nearest end of the axis."""
        return min(max(value, min(self.low, self.high)), max(self.low, self.high))

    def position(self, value: float) -> float:
        """Where a value is: 0 at `low`, 1 at `high`."""
        value, low, high = (self.scaled(each) for each in (self.clip(value), self.low, self.high))
        return (value - low) / (high - low)

    def scaled(self, value: float) -> float:
        """The coordinate that plotly's ranges and annotations want."""
        return math.log10(value) if self.log else value

    def layout(self) -> dict[str, Any]:
        """For a plotly axis."""
        ticks: dict[str, Any] = {"nticks": 6}
        if self.log:
            values = log_ticks(self.low, self.high)
            ticks = {"tickvals": values, "ticktext": [_tick(value) for value in values]}
        return {
            "title": {"text": self.title, "font": {"size": 12}, "standoff": 10},
            "type": "log" if self.log else "linear",
            "range": [self.scaled(self.low), self.scaled(self.high)],
            "gridcolor": RULE,
            "zeroline": False,
            "ticksuffix": "%" if self.percent else "",
            **ticks,
        }


def score_axis(summaries: list[ModelSummary], champions: set[str], score: Score) -> Axis:
    """The axis that all scores of a contest share, in percent for accuracies.

    Models far worse than the rest (a majority baseline, a collapsed network) fall off it, champions never.
    """
    shown = _without_stragglers([one for one in summaries if one.mean is not None], champions, score)
    ends = [value for one in shown for value in (one.low, one.mean, one.high) if value is not None]
    if HIGHER_IS_BETTER[score]:
        shown_ends = [shown_value(end, score) for end in ends]
        low, high = min(shown_ends, default=0.0), max(shown_ends, default=_MOST)
        pad, percent = max(0.06 * (high - low), 0.5), score in IN_PERCENT
        low, high = max(0.0, low - pad), min(_MOST + pad / 2, high + pad)
        return Axis(SCORE_NAMES[score], low, high, log=False, percent=percent)
    means = [one.mean for one in shown if one.mean]
    better = f"{SCORE_SYMBOLS[score]} (lower is better)"
    if means and spans_decades(min(means), max(means)):
        low, high = max(min(means) / 3, min(end for end in ends if end > 0)), max(ends)
        return Axis(better, high * 1.25, low / 1.25, log=True)
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    pad = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
    return Axis(better, high + pad, low - pad, log=False)


def spans_decades(low: float, high: float) -> bool:
    """Whether values between these ends are better shown on a logarithmic axis."""
    return low > 0 and high > _LOG_FROM * low


def cost_axis(title: str, values: list[float]) -> Axis:
    """A logarithmic axis around positive costs."""
    low, high = min(values), max(values)
    pad = max((high / low) ** 0.12, 1.25)
    return Axis(title, low / pad, high * pad, log=True)


def log_ticks(low: float, high: float) -> list[float]:
    """Round values between two ends: 1, 2, 5 within a decade and a half, 1 and 3 up to three, powers of ten beyond.

    More of them where that would leave a single one.

    >>> log_ticks(0.8, 12.0), log_ticks(900.0, 1.0), log_ticks(12.0, 30.0), log_ticks(410.0, 640.0)
    ([1.0, 2.0, 5.0, 10.0], [1.0, 3.0, 10.0, 30.0, 100.0, 300.0], [15.0, 20.0, 30.0], [500.0, 600.0])
    """
    low, high = min(low, high), max(low, high)
    decades = math.log10(high / low)
    ticks = _multiples((1, 2, 5) if decades < 1.5 else (1, 3) if decades < 3 else (1,), low, high)
    for digits in ((1, 1.5, 2, 3, 5, 7), (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 6, 7, 8, 9)):
        ticks = ticks if len(ticks) > 1 else _multiples(digits, low, high)
    return ticks


def _multiples(digits: Sequence[int | float], low: float, high: float) -> list[float]:
    """These multiples of powers of ten, between two ends."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [value for power in powers for digit in digits if low <= (value := float(f"{digit}e{power}")) <= high]


def _tick(value: float) -> str:
    return magnitude_text(value) if value >= 10_000 else number_text(value)


def _without_stragglers(summaries: list[ModelSummary], champions: set[str], score: Score) -> list[ModelSummary]:
    """All but the worst models, as long as leaving out one more than halves the range."""
    shown = sorted(summaries, key=lambda one: goodness(one.mean, score))
    while len(shown) > _FEWEST and shown[0].model not in champions:
        best, worst, next_worst = (goodness(shown[at].mean, score) for at in (-1, 0, 1))
        if 2 * (best - next_worst) >= best - worst:
            break
        shown = shown[1:]
    return shown


def shown_value(value: float, score: Score) -> float:
    """A score on its axis: accuracies in percent."""
    return 100 * value if score in IN_PERCENT else value
