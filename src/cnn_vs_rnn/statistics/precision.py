"""How much more evidence would decide what is open: a rough estimate from the width of its interval."""

from __future__ import annotations

import math

from scipy import stats

from cnn_vs_rnn.statistics.bootstrap import Interval

MOST_SEEDS = 50  # beyond this, more seeds are no practical advice
MOST_SAMPLES = 100  # times the test samples at hand; likewise


def seeds_needed(interval: Interval, seeds: int, room: float, confidence: float) -> int | None:
    """The fewest seeds at which half the interval's width would be below `room`; None where MOST_SEEDS would not do.

    The part of the width that seeds account for shrinks as t(n-1)/sqrt(n), the samples' part stays.
    """
    for more in range(seeds + 1, MOST_SEEDS + 1):
        by_seeds = interval.by_seeds * _width_factor(more, confidence) / _width_factor(seeds, confidence)
        if math.hypot(by_seeds, interval.by_samples) <= room:
            return more
    return None


def samples_needed(interval: Interval, samples: int, room: float) -> int | None:
    """The test samples at which it would be so; None where MOST_SAMPLES times as many do not do."""
    left = room**2 - interval.by_seeds**2
    if left <= 0:
        return None
    needed = math.ceil(samples * interval.by_samples**2 / left)
    return needed if needed <= MOST_SAMPLES * samples else None


def advice(interval: Interval, seeds: int, samples: int, room: float, confidence: float) -> str:
    """The same as a sentence."""
    if more := seeds_needed(interval, seeds, room, confidence):
        return f"About {more} seeds would decide it, if the effect stays where it is."
    if samples > 1 and (more := samples_needed(interval, samples, room)):
        return (
            f"More seeds would not decide it; about {float(f'{more:.2g}'):,.0f} test samples (now {samples:,}) would, "
            "if the effect stays where it is."
        )
    return f"Not even {MOST_SEEDS} seeds would decide it: the effect is too near the margin for its spread."


def _width_factor(seeds: int, confidence: float) -> float:
    return float(stats.t.ppf((1 + confidence) / 2, seeds - 1)) / math.sqrt(seeds)
