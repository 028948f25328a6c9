"""p-values of a mean, of ranks, of signs."""

import math

import numpy as np
import pytest
from scipy import stats

from cnn_vs_rnn.statistics.bootstrap import mean_interval
from cnn_vs_rnn.statistics.threshold import (
    StandardErrors,
    p_of_mean,
    p_of_ranks,
    p_of_signs,
    student_interval,
)

CONFIDENCE = 0.95


def p_of(scores: np.ndarray, threshold: float, resamples: int = 400) -> float:
    interval = mean_interval(scores, CONFIDENCE, resamples, 0)
    return p_of_mean(interval.mean, StandardErrors.of(interval, *scores.shape, CONFIDENCE), threshold)


def test_one_value_a_seed_is_the_t_test():
    values = np.array([0.3, 0.1, 0.5, 0.2, 0.35])
    expected = stats.ttest_1samp(values, 0.1)
    interval = student_interval(values, CONFIDENCE)
    errors = StandardErrors.of(interval, 5, 1, CONFIDENCE)
    assert (interval.low, interval.high) == pytest.approx(expected.confidence_interval(CONFIDENCE))
    assert p_of_mean(interval.mean, errors, 0.1) == pytest.approx(expected.pvalue)


def test_p_and_interval_agree_at_the_edge():
    interval = student_interval(np.array([1.0, 2.0, 4.0]), CONFIDENCE)
    errors = StandardErrors.of(interval, 3, 1, CONFIDENCE)
    assert p_of_mean(interval.mean, errors, interval.low) == pytest.approx(1 - CONFIDENCE)


def test_either_axis_keeps_its_own_t():
    errors = StandardErrors(0.2, 0.3, 5, 100)
    wide = math.hypot(0.2 * stats.t.ppf(0.975, 4), 0.3 * stats.t.ppf(0.975, 99))
    assert errors.half_width(0.95) == pytest.approx(wide)
    assert p_of_mean(1.0, errors, 1.0 + wide) == pytest.approx(0.05)


def test_at_the_threshold_and_far_from_it():
    errors = StandardErrors(0.2, 0.3, 5, 100)
    assert p_of_mean(1.0, errors, 1.0) == 1
    assert p_of_mean(1e9, errors, 1.0) == 0


def test_a_half_width_at_another_confidence():
    values = np.array([1.0, 2.0, 4.0])
    interval = student_interval(values, 0.9)
    wider = StandardErrors.of(interval, 3, 1, 0.9).at(interval, 0.99)
    assert wider.by_seeds == pytest.approx(student_interval(values, 0.99).by_seeds)


@pytest.mark.parametrize("value", [0.0, 0.1, 123456.7])
def test_nothing_that_varies_is_exact(value):
    interval = student_interval(np.full(5, value), CONFIDENCE)
    assert p_of_mean(interval.mean, StandardErrors.of(interval, 5, 1, CONFIDENCE), value + 0.5) == 0


@pytest.mark.parametrize(("by_seed", "by_sample"), [(1.0, 0.1), (0.1, 1.0), (0.3, 1.0)])
def test_false_positives_of_crossed_scores(by_seed, by_sample):
    generator = np.random.default_rng(0)
    wrong = 0
    for _ in range(200):
        scores = by_seed / 5 * generator.normal(size=(5, 1)) + by_sample * generator.normal(size=(1, 60))
        wrong += p_of(scores + generator.normal(size=(5, 60)), 0.0) < 0.05
    assert wrong <= 17  # 10 expected


def test_ranks_of_complete_separation():
    infinite = np.full(5, math.inf)
    finite = np.arange(5.0)
    assert p_of_ranks(infinite, finite) == pytest.approx(2 / math.comb(10, 5))
    assert p_of_ranks(-infinite, finite) == pytest.approx(2 / math.comb(10, 5))


def test_ranks_of_equals_tell_nothing():
    infinite = np.full(5, math.inf)
    assert p_of_ranks(infinite, infinite) == 1


def test_signs():
    assert p_of_signs(np.array([math.inf, 3.0, 2.0, 5.0, 4.0, 9.0]), 1.0) == pytest.approx(2 / 2**6)
    assert p_of_signs(np.array([math.nan, math.nan]), 1.0) == 1
