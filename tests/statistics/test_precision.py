"""The advice against intervals whose width is known."""

import numpy as np
import pytest
from scipy import stats

from cnn_vs_rnn.statistics.bootstrap import Interval
from cnn_vs_rnn.statistics.precision import MOST_SEEDS, advice, both_needed, samples_needed, seeds_needed


def of(mean: float, by_seeds: float, by_samples: float) -> Interval:
    half = float(np.hypot(by_seeds, by_samples))
    return Interval(mean, mean - half, mean + half, by_seeds, by_samples)


def test_seeds_shrink_their_part_as_students_t_says():
    deviation = 0.02
    interval = of(0.03, stats.t.ppf(0.975, 4) * deviation / np.sqrt(5), 0.0)
    needed = seeds_needed(interval, seeds=5, equivalence=0.02, confidence=0.95)
    assert stats.t.ppf(0.975, needed - 1) * deviation / np.sqrt(needed) <= 0.01
    assert stats.t.ppf(0.975, needed - 2) * deviation / np.sqrt(needed - 1) > 0.01


def test_samples_shrink_their_part_as_a_square_root():
    assert samples_needed(of(0.03, 0.0, 0.02), samples=100, equivalence=0.02) == pytest.approx(400, abs=1)


def test_the_advice_names_what_would_help():
    by_seeds, by_samples, at_the_margin = of(0.03, 0.02, 0.001), of(0.03, 0.001, 0.02), of(0.02, 0.02, 0.02)
    assert advice(by_seeds, 5, 400, 0.02, 0.95).startswith("About ")
    assert "about 1,600 test samples (now 400)" in advice(by_samples, 5, 400, 0.02, 0.95)
    assert f"Not even {MOST_SEEDS} seeds" in advice(at_the_margin, 5, 400, 0.02, 0.95)


def test_a_level_contest_needs_the_margin_itself():
    level = of(0.0, 0.03, 0.0)
    assert seeds_needed(level, 5, 0.02, 0.95) == 9


def test_together_seeds_and_samples_shrink_both_parts():
    interval = of(0.03, 0.04, 0.02)
    assert seeds_needed(interval, 5, 0.02, 0.95) is None
    assert samples_needed(interval, 400, 0.02) is None
    seeds, samples = both_needed(interval, 5, 400, 0.02, 0.95)
    shrunk = 0.04 * (stats.t.ppf(0.975, seeds - 1) / np.sqrt(seeds)) / (stats.t.ppf(0.975, 4) / np.sqrt(5))
    assert shrunk**2 + 0.02**2 * 400 / samples <= 0.01**2
    assert shrunk**2 + 0.02**2 * 400 / (samples - 1) > 0.01**2
    assert both_needed(of(0.0200001, 0.05, 0.02), 5, 400, 0.02, 0.95) is None
