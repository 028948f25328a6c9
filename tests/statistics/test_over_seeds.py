"""The interval of a mean over repeated splits."""

import numpy as np
import pytest
from contest import compose
from scipy import stats

from cnn_vs_rnn.config import StatisticsConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.statistics.bootstrap import mean_interval
from cnn_vs_rnn.statistics.over_seeds import interval_over, resampled_interval

STATISTICS = StatisticsConfig(resamples=500)
FREE = (-np.inf, np.inf)
DIGITS = compose({"tasks": "digits", "models": "gru+cnn2d", "seeds": 5}).tasks["digits"]


def test_the_corrected_t_of_nadeau_and_bengio():
    """By hand, equation (9) of Bouckaert and Frank 2004: t = mean / sqrt((1/n + tested/trained) s^2)."""
    differences = np.array([0.02, 0.05, -0.01, 0.04, 0.03])
    rows = [np.full(50, value) for value in differences]
    interval = resampled_interval(rows, 0.25, STATISTICS, FREE)
    error = np.sqrt((1 / 5 + 0.25) * differences.var(ddof=1))
    low, high = stats.t.interval(0.95, 4, differences.mean(), error)
    assert (interval.mean, interval.low, interval.high) == pytest.approx((differences.mean(), low, high))
    assert np.hypot(interval.by_seeds, interval.by_samples) == pytest.approx(high - interval.mean)


def test_splits_without_a_mistake_are_no_certainty():
    interval = resampled_interval([np.ones(20)] * 5, 0.25, STATISTICS, (0.0, 1.0))
    assert interval.high == 1
    assert 0.93 < interval.low < 0.99  # the rule of three: 1 - 3/100


def test_a_single_split_has_the_interval_of_its_samples():
    row = np.random.default_rng(0).normal(size=60)
    one = resampled_interval([row], 0.25, STATISTICS, FREE)
    assert one == mean_interval(row[np.newaxis], 0.95, 500, 0)


def test_tests_of_unequal_size_are_for_repeated_splits_alone():
    rows = [np.zeros(20), np.ones(22)]
    repeated = DIGITS.model_copy(update={"repeated": True})
    assert interval_over(rows, repeated, STATISTICS, FREE, "they").mean == 0.5
    with pytest.raises(UserError, match=r"they were tested on \[20, 22\] samples"):
        interval_over(rows, DIGITS, STATISTICS, FREE, "they")


def test_overlapping_splits_of_equals_are_called_different_rarely():
    """Two models that are right with the same chance, on 100 samples split five times: what is promised is 5%."""
    generator = np.random.default_rng(1)
    corrected = naive = 0
    for _ in range(400):
        right = generator.random((2, 100)) < generator.uniform(0.5, 1, 100)  # hard and easy samples
        rows = []
        for _ in range(5):
            tested = generator.choice(100, 20, replace=False)
            rows.append(right[0, tested].astype(float) - right[1, tested])
        interval = resampled_interval(rows, 0.25, STATISTICS, (-1.0, 1.0))
        corrected += not interval.low <= 0 <= interval.high
        means = np.array([row.mean() for row in rows])
        naive += bool(means.std() > 0 and stats.ttest_1samp(means, 0).pvalue < 0.05)
    assert corrected / 400 <= 0.06
    assert naive / 400 > 0.1  # what the correction is for
