"""How much more evidence would decide an undecided contest: a rough estimate from the width of its interval."""

from __future__ import annotations

import math

from scipy import stats

from cnn_vs_rnn.statistics.bootstrap import Interval

MOST_SEEDS = 50  # beyond this, more seeds are no practical advice
MOST_SAMPLES = 100  # times the test samples at hand; likewise


def seeds_needed(interval: Interval, seeds: int, equivalence: float, confidence: float) -> int | None:
    """The fewest seeds at which the interval would clear the margin; None where MOST_SEEDS would not do.

    The part of the width that seeds account for shrinks as t(n-1)/sqrt(n), the samples' part stays.
    """
    goal = _half_width_wanted(interval, equivalence)
    for more in range(seeds + 1, MOST_SEEDS + 1):
        by_seeds = interval.by_seeds * _width_factor(more, confidence) / _width_factor(seeds, confidence)
        if math.hypot(by_seeds, interval.by_samples) <= goal:
            return more
    return None


def samples_needed(interval: Interval, samples: int, equivalence: float) -> int | None:
    """The test samples at which the interval would clear the margin; None where MOST_SAMPLES times as many do not."""
    room = _half_width_wanted(interval, equivalence) ** 2 - interval.by_seeds**2
    if room <= 0:
        return None
    needed = math.ceil(samples * interval.by_samples**2 / room)
    return needed if needed <= MOST_SAMPLES * samples else None


def both_needed(
    interval: Interval, seeds: int, samples: int, equivalence: float, confidence: float
) -> tuple[int, int] | None:
    """The seeds and test samples that together would clear the margin, at the least product of the two.

    None where MOST_SEEDS and MOST_SAMPLES times as many samples do not.
    """
    goal, pairs = _half_width_wanted(interval, equivalence), []
    for more in range(seeds + 1, MOST_SEEDS + 1):
        room = goal**2 - (interval.by_seeds * _width_factor(more, confidence) / _width_factor(seeds, confidence)) ** 2
        if room > 0:
            needed = max(samples, math.ceil(samples * interval.by_samples**2 / room))
            if needed <= MOST_SAMPLES * samples:
                pairs.append((more, needed))
    return min(pairs, key=math.prod, default=None)


def advice(interval: Interval, seeds: int, samples: int, equivalence: float, confidence: float) -> str:
    """The same as a sentence."""
    if more := seeds_needed(interval, seeds, equivalence, confidence):
        return f"About {more} seeds would decide it, if the difference stays where it is."
    if more := samples_needed(interval, samples, equivalence):
        return (
            f"More seeds would not decide it; about {float(f'{more:.2g}'):,.0f} test samples (now {samples:,}) would, "
            "if the difference stays where it is."
        )
    return (
        f"Not even {MOST_SEEDS} seeds would decide it, nor more test samples alone: "
        "the difference is too near the margin for its spread."
    )


def _half_width_wanted(interval: Interval, equivalence: float) -> float:
    """Half the width at which the interval leaves the margin, or lies within, if its middle stays where it is."""
    return abs(abs(interval.mean) - equivalence)


def _width_factor(seeds: int, confidence: float) -> float:
    return float(stats.t.ppf((1 + confidence) / 2, seeds - 1)) / math.sqrt(seeds)
