"""The advice against intervals whose width is known."""

import numpy as np
import pytest
from scipy import stats

from cnn_vs_rnn.statistics.bootstrap import Interval
from cnn_vs_rnn.statistics.precision import MOST_SEEDS, advice, samples_needed, seeds_needed


def of(mean: float, by_seeds: float, by_samples: float) -> Interval:
    half = float(np.hypot(by_seeds, by_samples))
    return Interval(mean, mean - half, mean + half, by_seeds, by_samples)


def test_seeds_shrink_their_part_as_students_t_says():
    deviation = 0.02
    interval = of(0.03, stats.t.ppf(0.975, 4) * deviation / np.sqrt(5), 0.0)
    needed = seeds_needed(interval, seeds=5, room=0.01, confidence=0.95)
    assert stats.t.ppf(0.975, needed - 1) * deviation / np.sqrt(needed) <= 0.01
    assert stats.t.ppf(0.975, needed - 2) * deviation / np.sqrt(needed - 1) > 0.01


def test_samples_shrink_their_part_as_a_square_root():
    assert samples_needed(of(0.03, 0.0, 0.02), samples=100, room=0.01) == pytest.approx(400, abs=1)


def test_the_advice_names_what_would_help():
    by_seeds, by_samples, at_the_margin = of(0.03, 0.02, 0.001), of(0.03, 0.001, 0.02), of(0.02, 0.02, 0.02)
    assert advice(by_seeds, 5, 400, 0.01, 0.95).startswith("About ")
    assert "about 1,600 test samples (now 400)" in advice(by_samples, 5, 400, 0.01, 0.95)
    assert f"Not even {MOST_SEEDS} seeds" in advice(at_the_margin, 5, 400, 0.0, 0.95)


def test_one_value_a_seed_has_no_samples_to_add():
    assert "samples" not in advice(of(0.03, 0.001, 0.02), 5, 1, 0.01, 0.95)
